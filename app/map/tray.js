// What is selected, on the map itself: how much it is, some of its pictures, and the way to all.

import { askAbout } from "./card.js";
import { element } from "./element.js";

const MOST = 8; // pictures

/**
 * Show what is selected; the last call wins.
 * @param {HTMLElement} host - The tray.
 * @param {number[]} chosen - The points that are selected.
 * @param {Uint8Array} kinds - 0 and 3: an image.
 * @param {(i: number) => string} address - Of the card of a point.
 * @returns {Promise<void>} Once its pictures are there.
 */
export async function showTray(host, chosen, kinds, address) {
  const turn = (host.turn = (host.turn ?? 0) + 1);
  host.hidden = !chosen.length;
  host.replaceChildren();
  if (!chosen.length) return;
  const made = chosen.filter((i) => kinds[i] === 1 || kinds[i] === 2).length;
  const parts = [counted(chosen.length - made, "image"), counted(made, "synthetic point")].filter(Boolean);
  const words = element("b", `${parts.join(" and ")} selected`), row = element("span", "", "row");
  host.replaceChildren(words, row);
  const step = Math.max(1, chosen.length / MOST);
  const some = Array.from({ length: Math.min(MOST, chosen.length) }, (_, n) => chosen[Math.floor(n * step)]);
  const cards = await Promise.all(some.map((i) => askAbout(address(i))));
  if (host.turn !== turn) return;
  row.replaceChildren(...cards.flatMap((card) => (card?.pictures.length ? [pictureOf(card.pictures[0])] : [])));
}

function pictureOf({ url }) {
  const image = element("img");
  image.src = url;
  image.alt = ""; // the words of the tray say what they are
  return image;
}

function counted(count, noun) {
  return count ? `${count.toLocaleString("en")} ${noun}${count > 1 ? "s" : ""}` : "";
}
