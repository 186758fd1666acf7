// The camera: which part of the plane is seen, the same for all panels of a map.

/** @import { Camera, Extent, Place, Scale, Size } from "./types.js" */

const MARGIN = 0.94; // of a panel's width and height, filled by the points
const MOST_ZOOM = 4000;

/**
 * What all points fill.
 * @param {Float32Array} points - Two numbers for each.
 * @returns {Extent} Its middle and its size on the plane.
 */
export function extentOf(points) {
  let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i], y = points[i + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  if (!points.length) [left, right, low, high] = [0, 1, 0, 1];
  return { x: (left + right) / 2, y: (low + high) / 2, width: right - left || 1, height: high - low || 1 };
}

/**
 * The camera that sees all points.
 * @param {Extent} extent - What they fill.
 * @returns {Camera} The camera.
 */
export const wholeView = (extent) => ({ x: extent.x, y: extent.y, zoom: 1 });

/**
 * Pixels per unit of the plane, across and up.
 * @param {Camera} camera - What is seen.
 * @param {Extent} extent - What all points fill.
 * @param {Size} size - Of the panel.
 * @param {boolean} isEqual - Distances mean the same both ways.
 * @returns {Scale} The pixels.
 */
export function scaleOf(camera, extent, size, isEqual) {
  const across = (MARGIN * size.width) / extent.width, up = (MARGIN * size.height) / extent.height;
  const both = Math.min(across, up);
  return isEqual
    ? { x: both * camera.zoom, y: both * camera.zoom }
    : { x: across * camera.zoom, y: up * camera.zoom };
}

/**
 * From the plane to the panel.
 * @param {Camera} camera - What is seen.
 * @param {Scale} scale - Pixels per unit.
 * @param {Size} size - Of the panel.
 * @param {number} x - On the plane.
 * @param {number} y - On the plane.
 * @returns {Place} Pixels across and down.
 */
export function toScreen(camera, scale, size, x, y) {
  return [size.width / 2 + (x - camera.x) * scale.x, size.height / 2 - (y - camera.y) * scale.y];
}

/**
 * From the panel to the plane.
 * @param {Camera} camera - What is seen.
 * @param {Scale} scale - Pixels per unit.
 * @param {Size} size - Of the panel.
 * @param {number} across - Pixels from the left.
 * @param {number} down - Pixels from the top.
 * @returns {Place} The place on the plane.
 */
export function toPlane(camera, scale, size, across, down) {
  return [camera.x + (across - size.width / 2) / scale.x, camera.y - (down - size.height / 2) / scale.y];
}

/**
 * The camera nearer or farther; what lies under the pointer stays there, and all points together
 * are the farthest view.
 * @param {Camera} camera - What is seen.
 * @param {Scale} scale - Pixels per unit.
 * @param {Size} size - Of the panel.
 * @param {number} factor - How much nearer.
 * @param {number} across - Of the pointer, pixels from the left.
 * @param {number} down - Of the pointer, pixels from the top.
 * @param {Extent} extent - What all points fill.
 * @returns {Camera} The new camera.
 */
export function zoomed(camera, scale, size, factor, across, down, extent) {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, camera.zoom * factor));
  const real = zoom / camera.zoom;
  const [x, y] = toPlane(camera, scale, size, across, down);
  // On the way out the middle comes back step by step, so that the last step is no jump.
  const home = factor < 1 ? Math.min(1, (camera.zoom - zoom) / Math.max(1e-9, camera.zoom - 1)) : 0;
  const towards = (place, middle) => place + (middle - place) * home;
  return {
    x: towards(x + (camera.x - x) / real, extent.x), y: towards(y + (camera.y - y) / real, extent.y), zoom,
  };
}

/**
 * The camera moved, with its middle among the points: they are never out of sight.
 * @param {Camera} camera - What is seen.
 * @param {Extent} extent - What all points fill.
 * @param {number} dx - How far to the right, on the plane.
 * @param {number} dy - How far up.
 * @returns {Camera} The new camera.
 */
export function moved(camera, extent, dx, dy) {
  return {
    x: within(camera.x + dx, extent.x, extent.width), y: within(camera.y + dy, extent.y, extent.height), zoom: camera.zoom,
  };
}

const within = (value, middle, length) => Math.max(middle - length / 2, Math.min(middle + length / 2, value));
