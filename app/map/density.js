// How many points lie where, as a heat under them: for maps that are too crowded for dots.

import { toScreen } from "./camera.js";
import { isInColour } from "./hits.js";

/** @import { Camera, PlacedPoints, Scale, Size } from "./types.js" */

const CELL_PX = 5;
const ROUNDS = 3; // of a box blur: near enough to a Gaussian

/**
 * Draw the heat.
 * @param {CanvasRenderingContext2D} pen - Of the canvas under the points.
 * @param {PlacedPoints} map - The points.
 * @param {number} shown - The kinds that count, a bit each.
 * @param {Camera} camera - What is seen.
 * @param {Scale} scale - Pixels per unit.
 * @param {Size} size - Of the panel.
 * @param {number[]} colour - Of the heat, as three channels.
 */
export function drawDensity(pen, map, shown, camera, scale, size, colour) {
  const across = Math.ceil(size.width / CELL_PX), down = Math.ceil(size.height / CELL_PX);
  let cells = new Float32Array(across * down);
  for (let i = 0; i < map.kinds.length; i++) {
    if (!isInColour(map, shown, i)) continue;
    const [x, y] = toScreen(camera, scale, size, map.points[2 * i], map.points[2 * i + 1]);
    if (x < 0 || y < 0 || x >= size.width || y >= size.height) continue;
    cells[Math.floor(y / CELL_PX) * across + Math.floor(x / CELL_PX)] += 1;
  }
  for (let round = 0; round < ROUNDS; round++) cells = blurred(blurred(cells, across, down, 1), across, down, across);
  const most = cells.reduce((a, b) => Math.max(a, b), 0);
  if (!most) return;
  const image = new ImageData(across, down);
  for (let i = 0; i < cells.length; i++) {
    image.data.set(colour, 4 * i);
    // The root lets thin places be seen beside dense ones.
    image.data[4 * i + 3] = 205 * Math.sqrt(cells[i] / most);
  }
  const small = new OffscreenCanvas(across, down);
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, across * CELL_PX, down * CELL_PX);
}

// Each cell as the mean of itself and its two neighbours at a step of `step` cells.
function blurred(cells, across, down, step) {
  const result = new Float32Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const column = i % across;
    const before = step === 1 ? (column > 0 ? cells[i - 1] : 0) : cells[i - step] ?? 0;
    const after = step === 1 ? (column < across - 1 ? cells[i + 1] : 0) : cells[i + step] ?? 0;
    result[i] = (before + cells[i] + after) / 3;
  }
  return result;
}
