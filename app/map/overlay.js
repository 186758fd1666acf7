// What lies over the points: names, the lasso, rings, and lines from synthetic points to their parents.

import { drawLabels } from "./labels.js";

/** @import { Overlay } from "./types.js" */

/** More lines than this would be a grey area, and slow. */
export const MOST_LINES = 3000;

/**
 * Draw it.
 * @param {CanvasRenderingContext2D} pen - Of the canvas over the points.
 * @param {Overlay} overlay - What is drawn.
 */
export function drawOverlay(pen, overlay) {
  const { place, size, path, isBox, hovered, pinned, focused, parents, family, labels, ink, back } = overlay;
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
  drawLabels(pen, labels, place, size, overlay);
  // The colour of text with an edge in that of the ground: no class has it, in either theme.
  for (const [colour, more] of [[back, 3], [ink, 0]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5 + more;
    for (const { at, ends } of family) {
      pen.beginPath();
      for (const end of ends) line(pen, at, end);
      pen.stroke();
      for (const end of ends) ring(pen, end, 8);
    }
    if (hovered) ring(pen, hovered, 8);
    pen.lineWidth = 2.5 + more;
    if (pinned) ring(pen, pinned, 10);
    pen.lineWidth = 1.5 + more;
    pen.setLineDash(more ? [] : [3, 3]);
    if (focused) ring(pen, focused, 13);
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
