// The card beside the pointer: what a point is, with the pictures behind it.

import { element } from "./element.js";

/** @import { CardData } from "./types.js" */

const known = new Map(); // address -> what the server said of a point
const MOST_KNOWN = 2000;

/**
 * What the server says of a point, asked for once.
 * @param {string} address - Of its card.
 * @returns {Promise<CardData | null>} The card; null where the server gives none.
 */
export async function askAbout(address) {
  if (!known.has(address)) {
    if (known.size > MOST_KNOWN) known.clear();
    known.set(address, fetch(address).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null));
  }
  const said = await known.get(address);
  if (said === null) known.delete(address); // the next time it may answer
  return said;
}

/**
 * A card as elements.
 * @param {CardData} said - What is on it.
 * @returns {HTMLElement[]} One below the other.
 */
function cardOf(said) {
  const pictures = element("div", "", "pictures");
  for (const { url, alt, role } of said.pictures) {
    const figure = element("figure"), image = element("img");
    image.src = url;
    image.alt = alt;
    figure.append(image);
    if (role) figure.append(element("figcaption", role));
    pictures.append(figure);
  }
  const parts = [element("b", said.title), pictures];
  if (said.fraction !== null) {
    const way = element("div", "", "way"), mark = element("i");
    mark.style.left = `${100 * said.fraction}%`;
    way.append(mark);
    parts.push(way);
  }
  return [...parts, ...said.lines.map((line) => element("p", line))];
}

/** The card, and which point it is of. */
export class Card {
  /** @param {HTMLElement} host - The card's element. */
  constructor(host) {
    this.host = host;
    this.of = null;
  }

  /**
   * Show what a card says beside a place; the last one asked for wins.
   * @param {string} address - Of the card.
   * @param {number} x - Pixels from the frame's left.
   * @param {number} y - Pixels from the frame's top.
   * @param {{width: number, height: number}} frame - Where it must fit in.
   * @returns {Promise<CardData | null>} What is shown; null where another one is by now.
   */
  async show(address, x, y, frame) {
    this.of = address;
    const said = await askAbout(address);
    if (this.of !== address) return null;
    if (!said) {
      this.hide();
      return null;
    }
    this.host.replaceChildren(...cardOf(said));
    this.host.dataset.of = address; // whoever drives the page can ask which point it is of
    this.host.hidden = false;
    const wide = this.host.offsetWidth, high = this.host.offsetHeight;
    const left = x + 18 + wide > frame.width ? x - 18 - wide : x + 18;
    this.host.style.left = `${Math.max(4, left)}px`;
    this.host.style.top = `${Math.max(4, Math.min(frame.height - high - 4, y - high / 2))}px`;
    return said;
  }

  hide() {
    this.of = null;
    this.host.hidden = true;
  }
}
