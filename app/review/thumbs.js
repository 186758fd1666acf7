// Many pictures: a grid, or the strip below the large picture of a queue.

import { element, set } from "./element.js";

/** @import { ImageData, Mark, VariantData } from "./types.js" */

/**
 * What a mark says, by a sign and words: never by colour alone.
 * @param {ImageData} image - Whose it is.
 * @param {Mark} mark - What holds of it.
 * @returns {string} "" where nothing was decided.
 */
export function wordsOf(image, mark) {
  const words = [];
  if (mark.out) words.push("✕ left out");
  if (mark.label !== null && mark.label !== image.label) words.push(`→ ${mark.label}`);
  if (!words.length && (mark.seen === "kept" || (mark.label === image.label && mark.label !== null)))
    words.push("✓ kept");
  return words.join(" ");
}

export const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

const LETTERS = 16; // of a label below a picture

// The middle is left out: names differ at their ends.
function shortened(text) {
  const after = (LETTERS - 1) >> 1;
  return text.length > LETTERS ? `${text.slice(0, LETTERS - 1 - after)}…${text.slice(-after)}` : text;
}

/**
 * Show what was made of an image, after it; a picture that is there already takes the new one's place.
 * @param {HTMLElement} host - Where the image is, and its variants after it.
 * @param {VariantData[]} variants - Of the image.
 */
export function drawVariants(host, variants) {
  const figures = [...host.querySelectorAll(":scope > .variant")];
  for (const extra of figures.splice(variants.length)) extra.remove();
  variants.forEach(({ source, caption, is_marked: isMarked }, number) => {
    let figure = figures[number];
    if (!figure) {
      figure = element("span", "picture variant");
      figure.append(element("img"), element("span", "name"));
      figure.firstChild.alt = "";
      host.append(figure);
    }
    set(figure.firstChild, "src", new URL(source, document.baseURI).href);
    set(figure.lastChild, "textContent", caption);
    set(figure, "title", caption);
    figure.classList.toggle("marked", isMarked);
  });
}

/** Small pictures of a list, of which one has the focus. */
export class Thumbs {
  /**
   * @param {string} kind - "grid" or "strip".
   * @param {(place: number) => void} choose - Called with the picture that is clicked.
   */
  constructor(kind, choose) {
    this.kind = kind;
    this.choose = choose;
    this.host = element("div", kind);
    this.host.setAttribute("role", "group");
    this.buttons = new Map(); // place -> its button
  }

  /**
   * @param {ImageData[]} images - Of the list.
   * @param {number[]} places - Which of them are there.
   * @returns {boolean} Whether the picture that had the focus is gone.
   */
  fill(images, places) {
    const before = this.images === images ? this.buttons : new Map();
    if (this.images !== images) this.isMixed = images.some(({ label }) => label !== images[0].label);
    this.images = images;
    this.buttons = new Map(places.map((place) => [place, before.get(place) ?? this.make(images[place], place)]));
    const now = [...this.buttons.values()], hadFocus = this.host.contains(this.host.getRootNode().activeElement);
    if (now.length !== this.host.children.length || now.some((one, i) => one !== this.host.children[i]))
      this.host.replaceChildren(...now);
    return hadFocus && !this.host.contains(this.host.getRootNode().activeElement);
  }

  make(image, place) {
    const button = element("button", "thumb"), picture = element("img"), original = element("span", "picture");
    picture.loading = "lazy";
    picture.alt = "";
    picture.src = image.thumb;
    // Among images of one class the label says nothing; among others it says the most.
    const name = this.isMixed ? shortened(image.label) : nameOf(image.path);
    original.append(picture, element("span", "name", name));
    if (image.note) original.append(element("span", "name", image.note));
    button.append(original, element("span", "badge"));
    button.title = image.path;
    button.onclick = () => this.choose(place);
    return button;
  }

  /**
   * @param {(place: number) => Mark} mark - What holds of each.
   * @param {number} at - The one that the keys are about.
   * @param {VariantData[][]} variants - What was made of each.
   */
  draw(mark, at, variants) {
    for (const [place, button] of this.buttons) {
      const image = this.images[place], words = wordsOf(image, mark(place));
      drawVariants(button, variants[place] ?? []);
      set(button.children[1], "textContent", words);
      button.classList.toggle("out", mark(place).out);
      button.tabIndex = place === at ? 0 : -1;
      if (place === at) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      const label = mark(place).label ?? image.label;
      const made = (variants[place] ?? []).map(({ caption }) => caption);
      button.setAttribute("aria-label", [label, nameOf(image.path), image.note, ...made, words].filter(Boolean).join(", "));
    }
  }

  /** @returns {number} How many stand in a row. */
  get columns() {
    const tops = [...this.host.children].map((one) => one.offsetTop);
    return Math.max(1, tops.filter((top) => top === tops[0]).length);
  }
}
