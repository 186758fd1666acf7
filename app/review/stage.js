// One large picture with all that can be decided about it.

import { element, set } from "./element.js";
import { searchBox } from "./search.js";
import { drawVariants, nameOf, wordsOf } from "./thumbs.js";

/** @import { ImageData, Mark, VariantData } from "./types.js" */

const near = new Map(); // address -> what is nearest, asked for once
const MOST_NEAR = 400;

/** The large picture, its labels, and the buttons that say which key does the same. */
export class Stage {
  /**
   * @param {(act: string, value?: string) => void} act - Does what a key does.
   * @param {() => string[]} classes - That a label may be.
   * @param {boolean} decides - Whether there is something to decide.
   */
  constructor(act, classes, decides) {
    this.act = act;
    this.host = element("section", "stage");
    this.picture = element("img", "large");
    this.picture.onclick = () => act("enlarge");
    this.frame = element("div", "frame");
    this.frame.append(this.picture);
    this.side = element("div", "side");
    this.name = element("p", "path");
    this.label = element("p", "label");
    this.badge = element("p", "badge");
    this.note = element("p", "quiet");
    this.side.append(this.label, this.badge, this.note);
    if (decides) this.addButtons(classes);
    this.nearest = element("div", "nearest");
    this.side.append(this.name, this.nearest);
    this.host.append(this.frame, this.side);
  }

  addButtons(classes) {
    const row = element("div", "buttons");
    const button = (key, text, what) => {
      const made = element("button", "act");
      made.append(element("kbd", "", key), element("span", "", text));
      made.setAttribute("aria-keyshortcuts", key);
      made.onclick = () => this.act(what);
      return made;
    };
    row.append(button("L", "Leave out", "leave_out"), button("K", "Keep", "keep"), button("Z", "Undo", "undo"));
    this.keys = element("div", "keys");
    this.keys.setAttribute("role", "group");
    this.keys.setAttribute("aria-label", "Change the label to");
    this.search = searchBox(classes, (label) => this.act("label", label), () => this.act("focus"));
    this.side.append(row, this.keys, this.search);
  }

  /**
   * @param {ImageData} image - What is shown.
   * @param {Mark} mark - What holds of it.
   * @param {VariantData[]} variants - What was made of it.
   */
  draw(image, mark, variants = []) {
    drawVariants(this.frame, variants);
    this.frame.classList.toggle("several", variants.length > 0);
    const label = mark.label ?? image.label;
    set(this.picture, "src", image.large ? new URL(image.large, document.baseURI).href : "");
    set(this.picture, "alt", `${label}, ${nameOf(image.path)}`);
    set(this.name, "textContent", image.path);
    set(this.label, "textContent", label);
    set(this.badge, "textContent", wordsOf(image, mark));
    const suggested = image.suggested && image.suggested !== label ? `Looks like '${image.suggested}'` : "";
    set(this.note, "textContent", [suggested, image.note].filter(Boolean).join(" · "));
    if (!this.keys) return;
    const told = JSON.stringify([image.keys, label]);
    if (this.told === told) return;
    this.told = told;
    this.keys.replaceChildren(...image.keys.map((one, place) => {
      const key = element("button", "act");
      key.append(element("kbd", "", String(place + 1)), element("span", "", one));
      key.title = one;
      key.setAttribute("aria-keyshortcuts", String(place + 1));
      key.setAttribute("aria-pressed", String(one === label));
      key.onclick = () => this.act("label", one);
      return key;
    }));
  }

  /**
   * Show what is nearest to the picture, of its class and of another.
   * @param {string} address - Where to ask.
   */
  async showNearest(address) {
    if (this.near === address) return;
    this.near = address;
    if (near.size > MOST_NEAR) near.clear();
    if (!near.has(address))
      near.set(address, fetch(address).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []));
    const groups = await near.get(address);
    if (this.near !== address) return;
    this.nearest.replaceChildren(...groups.flatMap(({ title, images }) => {
      const row = element("div", "row");
      for (const { thumb, label, path } of images) {
        const picture = element("img");
        picture.src = thumb;
        picture.alt = `${label}, ${nameOf(path)}`;
        picture.title = path;
        row.append(picture);
      }
      return [element("p", "quiet", title), row];
    }));
  }
}
