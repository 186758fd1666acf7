// What lies over the points: the lasso, rings, and lines from synthetic points to their parents.

/** @import { Overlay } from "./types.js" */

const RING = "#D55E00"; // told from every class by its shape as well
/** More lines than this would be a grey area, and slow. */
export const MOST_LINES = 3000;

/**
 * Draw it.
 * @param {CanvasRenderingContext2D} pen - Of the canvas over the points.
 * @param {Overlay} overlay - What is drawn.
 */
export function drawOverlay(pen, { place, size, path, isBox, hovered, pinned, focused, parents, family, ink }) {
  pen.clearRect(0, 0, size.width, size.height);
  if (parents) {
    pen.strokeStyle = ink;
    pen.globalAlpha = Math.max(0.08, Math.min(0.5, 20 / parents.length));
    pen.lineWidth = 1;
    pen.beginPath();
    for (const [child, base, neighbour] of parents) {
      if (base >= 0) line(pen, place(base), place(child));
      if (neighbour >= 0) line(pen, place(child), place(neighbour));
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }
  for (const { at, ends } of family) {
    pen.strokeStyle = RING;
    pen.lineWidth = 2;
    pen.beginPath();
    for (const end of ends) line(pen, at, end);
    pen.stroke();
    for (const end of ends) ring(pen, end, 9);
  }
  pen.strokeStyle = RING;
  pen.lineWidth = 2.5;
  if (pinned) ring(pen, pinned, 10);
  pen.lineWidth = 1.5;
  if (hovered) ring(pen, hovered, 8);
  if (focused) {
    pen.setLineDash([3, 3]);
    ring(pen, focused, 13);
    pen.setLineDash([]);
  }
  if (path?.length > 1) {
    pen.strokeStyle = ink;
    pen.fillStyle = ink;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(...path[0]);
    for (const corner of path.slice(1)) pen.lineTo(...corner);
    pen.closePath();
    pen.globalAlpha = 0.1;
    pen.fill();
    pen.globalAlpha = 1;
    pen.setLineDash(isBox ? [] : [5, 4]);
    pen.stroke();
    pen.setLineDash([]);
  }
}

function line(pen, from, to) {
  pen.moveTo(...from);
  pen.lineTo(...to);
}

function ring(pen, [x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.stroke();
}
