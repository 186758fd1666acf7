// What the colours mean: click hides a group or brings it back, double-click leaves it alone in colour.
// Of many groups, whose colours are alike, the one that is pointed at is seen alone meanwhile.

import { element } from "./element.js";

/** @import { Colouring } from "./types.js" */

const DOUBLE_CLICK_MS = 350;
const FEW = 12; // entries whose colours are told apart
const clicked = new WeakMap(); // legend -> its last click: a click draws the legend again

/**
 * Draw the legend.
 * @param {HTMLElement} host - Where.
 * @param {Colouring} colour - What it explains.
 * @param {Set<number>} hidden - The codes that are grey.
 * @param {(hidden: Set<number>) => void} changed - Told when they are others.
 * @param {(code: number | null) => void} pointed - Told which entry is pointed at, and when none is any more.
 */
export function drawLegend(host, colour, hidden, changed, pointed) {
  const key = colour.crosses ? [element("span", `● image, ✚ ${colour.crosses}`, "key")] : [];
  if (colour.ramp) {
    const ramp = element("div", "", "ramp"), bar = element("i");
    bar.style.background = `linear-gradient(90deg, ${colour.entries.map((entry) => entry.colour).join(",")})`;
    ramp.append(element("span", colour.ramp[0]), bar, element("span", colour.ramp[1]));
    host.replaceChildren(...key, ramp);
    return;
  }
  const press = (code, time) => {
    const before = clicked.get(host);
    const isDouble = before?.code === code && time - before.time < DOUBLE_CLICK_MS;
    clicked.set(host, isDouble ? null : { code, time });
    changed(isDouble ? isolated(hidden, code, colour.entries.length, true) : toggled(hidden, code));
  };
  const isMany = colour.entries.filter((entry) => !entry.none).length > FEW;
  // Drawn again, it stays where the keyboard is, and where it was scrolled to.
  const focused = [...host.children].indexOf(host.getRootNode().activeElement), { scrollTop } = host;
  host.replaceChildren(...key, ...colour.entries.map((entry, code) => {
    const button = element("button"), mark = element("i");
    button.type = "button";
    mark.style.background = entry.colour;
    button.append(mark, element("span", entry.label));
    button.append(element("small", counted(entry)));
    button.setAttribute("aria-pressed", String(!hidden.has(code)));
    button.title = "Click to grey out or show. Double-click or Shift+Enter to show only this one.";
    button.onclick = (event) => press(code, event.timeStamp);
    if (isMany) {
      button.onpointerenter = ({ pointerType }) => pointerType === "mouse" && pointed(code);
      button.onfocus = () => button.matches(":focus-visible") && pointed(code);
      button.onpointerleave = button.onblur = () => pointed(null);
    }
    button.onkeydown = (event) => {
      if (event.key !== "Enter" || !event.shiftKey) return;
      event.preventDefault();
      changed(isolated(hidden, code, colour.entries.length, false));
    };
    return button;
  }));
  host.children[focused]?.focus({ preventScroll: true });
  host.scrollTop = scrollTop;
}

// "18 + 402": images and synthetic points; where there is but one of them, its number.
function counted({ images, made }) {
  const numbers = images && made ? [images, made] : [images + made];
  return numbers.map((number) => number.toLocaleString("en")).join(" + ");
}

function toggled(hidden, code) {
  const next = new Set(hidden);
  if (!next.delete(code)) next.add(code);
  return next;
}

// All but one are hidden; where that is so already, all come back. The first click of a double
// click has toggled the one in the middle of it.
function isolated(hidden, code, count, isAfterToggle) {
  const before = isAfterToggle ? toggled(hidden, code) : hidden;
  if (before.size === count - 1 && !before.has(code)) return new Set();
  return new Set([...Array(count).keys()].filter((other) => other !== code));
}
