// Which points lie where: under the pointer, inside a lasso, next to another one.

import { toPlane } from "./camera.js";
import { DIMMED } from "./points.js";

/** @import { Camera, Place, PlacedPoints, Scale, Size } from "./types.js" */

const REACH_PX = 14;

/**
 * Whether a panel draws a point.
 * @param {PlacedPoints} map - The points.
 * @param {number} shown - The kinds that the panel draws, a bit each.
 * @param {number} i - The point.
 * @returns {boolean} It does.
 */
export const isShown = (map, shown, i) => ((shown >> map.kinds[i]) & 1) === 1;
/**
 * Whether a panel draws a point in colour.
 * @param {PlacedPoints} map - The points.
 * @param {number} shown - The kinds that the panel draws, a bit each.
 * @param {number} i - The point.
 * @returns {boolean} It does.
 */
export const isInColour = (map, shown, i) => !(map.states[i] & DIMMED) && isShown(map, shown, i);

/**
 * The point nearest to a place of the panel. Points that are in colour go before grey ones.
 * @param {PlacedPoints} map - The points.
 * @param {number} shown - The kinds that the panel draws, a bit each.
 * @param {Camera} camera - What is seen.
 * @param {Scale} scale - Pixels per unit.
 * @param {Size} size - Of the panel.
 * @param {number} across - Pixels from the left.
 * @param {number} down - Pixels from the top.
 * @returns {number} The point, or -1.
 */
export function pointAt(map, shown, camera, scale, size, across, down) {
  const [x, y] = toPlane(camera, scale, size, across, down);
  let best = -1, bestGrey = -1, least = REACH_PX ** 2, leastGrey = 36;
  for (let i = 0; i < map.kinds.length; i++) {
    const dx = (map.points[2 * i] - x) * scale.x;
    if (dx > REACH_PX || dx < -REACH_PX) continue;
    const dy = (map.points[2 * i + 1] - y) * scale.y;
    const away = dx * dx + dy * dy;
    if (away > least || !isShown(map, shown, i)) continue;
    if (!(map.states[i] & DIMMED)) {
      least = away;
      best = i;
    } else if (away < leastGrey && !map.isHidden(i)) {
      leastGrey = away;
      bestGrey = i;
    }
  }
  return best >= 0 ? best : bestGrey;
}

/**
 * The points inside a path of the panel.
 * @param {PlacedPoints} map - The points.
 * @param {number} shown - The kinds that the panel draws, a bit each.
 * @param {Camera} camera - What is seen.
 * @param {Scale} scale - Pixels per unit.
 * @param {Size} size - Of the panel.
 * @param {Place[]} path - Its corners; a box is a path of four.
 * @returns {number[]} The points.
 */
export function pointsInside(map, shown, camera, scale, size, path) {
  const places = path.map(([across, down]) => toPlane(camera, scale, size, across, down));
  const xs = places.map(([x]) => x), ys = places.map(([, y]) => y);
  const left = Math.min(...xs), right = Math.max(...xs), low = Math.min(...ys), high = Math.max(...ys);
  const found = [];
  for (let i = 0; i < map.kinds.length; i++) {
    const x = map.points[2 * i], y = map.points[2 * i + 1];
    if (x < left || x > right || y < low || y > high) continue;
    if (isShown(map, shown, i) && !map.isHidden(i) && isInside(xs, ys, x, y)) found.push(i);
  }
  return found;
}

// Whether a ray to the right crosses the path an odd number of times.
function isInside(xs, ys, x, y) {
  let inside = false;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++)
    if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
  return inside;
}

/**
 * The next point in a direction, within 45 degrees of it.
 * @param {PlacedPoints} map - The points.
 * @param {number} shown - The kinds that the panel draws, a bit each.
 * @param {Scale} scale - Pixels per unit.
 * @param {number} from - Where one is.
 * @param {number} dx - Of the direction, to the right.
 * @param {number} dy - Of the direction, up.
 * @returns {number} The point; `from` where there is none.
 */
export function pointBeside(map, shown, scale, from, dx, dy) {
  const x = map.points[2 * from], y = map.points[2 * from + 1];
  let best = from, least = Infinity;
  for (let i = 0; i < map.kinds.length; i++) {
    if (i === from || !isInColour(map, shown, i)) continue;
    const across = (map.points[2 * i] - x) * scale.x, up = (map.points[2 * i + 1] - y) * scale.y;
    const along = across * dx + up * dy, aside = Math.abs(across * dy - up * dx);
    // Of points in one place only the first can be left: the others lie nowhere.
    if (along <= 0 || aside > along) continue;
    const away = along + 2 * aside;
    if (away < least) {
      least = away;
      best = i;
    }
  }
  return best;
}

/**
 * A selection as bits in base64: 100,000 points are 17 kB.
 * @param {Iterable<number>} indices - The points.
 * @param {number} count - How many points there are.
 * @returns {string} A bit for each of them, the lowest of a byte first.
 */
export function packed(indices, count) {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (const i of indices) bytes[i >> 3] |= 1 << (i & 7);
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

/**
 * A selection as Python sends it.
 * @param {string} text - A bit for each point, in base64; "" for none.
 * @param {number} count - How many points there are.
 * @returns {Uint8Array} 1 for each that is selected.
 */
export function unpacked(text, count) {
  const flags = new Uint8Array(count);
  if (!text) return flags;
  const bytes = atob(text);
  for (let i = 0; i < count; i++) flags[i] = (bytes.charCodeAt(i >> 3) >> (i & 7)) & 1;
  return flags;
}
