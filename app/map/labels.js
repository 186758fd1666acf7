// Names of many classes on the map: beyond eight, colours alone are hard to tell apart.

/** @import { ColourEntry, MapLabel, Place, Size } from "./types.js" */

const FROM = 9; // entries; fewer are told by the legend
const MOST = 40; // names in a panel
const LETTERS = 24;
const FONT = "600 12px sans-serif";
const GAP_PX = 4;
const HIGH_PX = 16;

/**
 * The names of groups of images, and the image in the middle of each that carries it.
 * @param {ColourEntry[]} entries - What the colours mean.
 * @param {Float32Array} points - Two numbers for the place of each point.
 * @param {Uint8Array} kinds - 0: an image.
 * @param {Uint8Array | Uint16Array} codes - The entry of each point.
 * @returns {MapLabel[]} The largest group first; none where there are few.
 */
export function labelsOf(entries, points, kinds, codes) {
  if (entries.filter((entry) => !entry.none).length < FROM) return [];
  const groups = entries.map(() => []);
  for (let i = 0; i < kinds.length; i++) if (kinds[i] === 0) groups[codes[i]].push(i);
  return groups
    .map((own, code) => ({ own, code }))
    .filter(({ own, code }) => own.length && !entries[code].none)
    .toSorted((a, b) => b.own.length - a.own.length)
    .map(({ own, code }) => ({ code, text: shortened(entries[code].label), at: middleOf(own, points), width: 0 }));
}

// Median by median, then the nearest image: a mean may lie where no image of the group is.
function middleOf(own, points) {
  const [x, y] = [0, 1].map((axis) => own.map((i) => points[2 * i + axis]).toSorted((a, b) => a - b)[own.length >> 1]);
  const away = (i) => (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2;
  return own.reduce((best, i) => (away(i) < away(best) ? i : best));
}

// The middle is left out: names differ at their ends.
function shortened(text) {
  const after = (LETTERS - 1) >> 1;
  return text.length > LETTERS ? `${text.slice(0, LETTERS - 1 - after)}…${text.slice(-after)}` : text;
}

/**
 * Draw the names that have room; those of larger groups come first.
 * @param {CanvasRenderingContext2D} pen - Of the canvas over the points.
 * @param {MapLabel[]} labels - The names.
 * @param {(i: number) => Place} place - Where a point lies.
 * @param {Size} size - Of the panel.
 * @param {{ink: string, back: string}} colours - Of the letters, and around them.
 */
export function drawLabels(pen, labels, place, size, { ink, back }) {
  pen.font = FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3.5;
  pen.strokeStyle = back;
  pen.fillStyle = ink;
  const taken = [];
  for (const label of labels) {
    if (taken.length === MOST) break;
    label.width ||= pen.measureText(label.text).width;
    const [x, y] = place(label.at), half = label.width / 2 + GAP_PX;
    if (x < half || y < HIGH_PX || x > size.width - half || y > size.height - HIGH_PX) continue;
    if (taken.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < HIGH_PX)) continue;
    taken.push({ x, y, half });
    pen.strokeText(label.text, x, y);
    pen.fillText(label.text, x, y);
  }
}
