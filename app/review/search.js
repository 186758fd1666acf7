// A box that finds a class among many by a part of its name, or takes a new name.

import { element } from "./element.js";

const MOST = 8;

/**
 * @param {() => string[]} classes - That there are.
 * @param {(label: string) => void} choose - Called with the label that was chosen.
 * @param {() => void} leave - Called when the box is left without one.
 * @returns {HTMLElement} The box, with its `input` as `box`.
 */
export function searchBox(classes, choose, leave) {
  const host = element("div", "search"), box = element("input"), list = element("ul");
  box.type = "text";
  box.placeholder = "Any class ( / )";
  box.setAttribute("aria-label", "Label: type to search the classes, or a new name");
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-expanded", "false");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Classes found");
  list.hidden = true;
  let found = [], at = 0;

  const draw = () => {
    const wanted = box.value.trim(), text = wanted.toLocaleLowerCase();
    const starts = [], holds = [];
    for (const label of text ? classes() : []) {
      const place = label.toLocaleLowerCase().indexOf(text);
      if (place === 0) starts.push(label);
      else if (place > 0) holds.push(label);
    }
    const isKnown = classes().includes(wanted);
    found = [...starts, ...holds].slice(0, MOST);
    if (isKnown) found = [wanted, ...found.filter((label) => label !== wanted)];
    const options = found.map((label) => ({ label, text: label }));
    if (wanted && !isKnown) options.push({ label: wanted, text: `New class '${wanted}'` });
    found = options.map(({ label }) => label);
    at = Math.min(at, Math.max(0, found.length - 1));
    list.replaceChildren(...options.map(({ label, text: shown }, place) => {
      const item = element("li", "", shown);
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === at));
      item.onpointerdown = (event) => {
        event.preventDefault(); // the box keeps the focus until it is done
        take(label);
      };
      return item;
    }));
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
  };
  const clear = () => {
    box.value = "";
    at = 0;
    draw();
  };
  const take = (label) => {
    clear();
    choose(label);
  };
  box.oninput = () => {
    at = 0;
    draw();
  };
  box.onblur = clear;
  box.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && found.length) take(found[at]);
    else if (event.key === "Escape") {
      event.preventDefault(); // of a dialog around it: it stays open
      clear();
      leave();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(1, found.length);
      draw();
    }
  };
  host.append(box, list);
  host.box = box;
  return host;
}
