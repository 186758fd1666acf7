// The tools above the map.

import { element } from "./element.js";

/** @import { Panel } from "./panel.js" */
/** @import { Tools } from "./types.js" */

const TOOLS = [
  ["move", "Move the map", "M12 3v18M3 12h18M12 3l-2.5 2.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5"],
  ["lasso", "Select with a lasso", "M7 17c-3-1-4-4-3-7 2-5 14-6 16-1 2 6-8 9-12 7M7 17c2 0 2 3 0 4"],
  ["box", "Select with a box", "M4 6V4h2M18 4h2v2M20 18v2h-2M6 20H4v-2M10 4h4M10 20h4M4 10v4M20 10v4"],
  ["view", "Select all in view", "M3 12c5-8 13-8 18 0-5 8-13 8-18 0M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5"],
  ["nearer", "Zoom in", "M5 12h14M12 5v14"],
  ["farther", "Zoom out", "M5 12h14"],
  ["whole", "Show the whole map", "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"],
  ["density", "Show density", "M4 20c3-1 4-12 8-12s5 11 8 12z"],
  ["lines", "Lines to the parents of synthetic points", "M6 18L18 6M6 18a2 2 0 1 0 0 .1M18 6a2 2 0 1 0 0-.1"],
  ["save", "Save as a picture", "M12 4v11m0 0l-4-4m4 4l4-4M5 20h14"],
];
/** What a drag does: one of them at a time. */
export const MODES = ["move", "lasso", "box"];
const GAP_PX = 16;

/**
 * Draw the tools.
 * @param {HTMLElement} host - Where.
 * @param {(name: string) => void} use - Told which one is clicked.
 */
export function drawTools(host, use) {
  host.replaceChildren(...TOOLS.map(([name, title, path]) => {
    const button = element("button");
    button.type = "button";
    button.title = title;
    button.dataset.tool = name;
    button.setAttribute("aria-label", title);
    const [icon, drawing] = ["svg", "path"].map((kind) => document.createElementNS("http://www.w3.org/2000/svg", kind));
    icon.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("d", path);
    icon.append(drawing);
    button.append(icon);
    button.onclick = () => use(name);
    return button;
  }));
}

/**
 * Mark those that are in use.
 * @param {HTMLElement} host - Where they are drawn.
 * @param {Tools} tools - Which those are.
 */
export function markTools(host, tools) {
  for (const button of host.children) {
    const { tool } = button.dataset;
    const isOn = MODES.includes(tool) ? tools.mode === tool : tools[tool];
    if (isOn !== undefined) button.setAttribute("aria-pressed", String(isOn));
  }
}

/**
 * Hand over the panels side by side as one PNG.
 * @param {Panel[]} panels - What is on it.
 * @param {string} back - Its colour.
 */
export function savePicture(panels, back) {
  const gap = GAP_PX * panels[0].ratio;
  const sheet = element("canvas");
  sheet.width = panels.reduce((sum, { canvas }) => sum + canvas.width + gap, -gap);
  sheet.height = Math.max(...panels.map(({ canvas }) => canvas.height));
  const pen = sheet.getContext("2d");
  pen.fillStyle = back;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  let x = 0;
  for (const panel of panels) {
    panel.draw(); // what WebGL has drawn can be read in the same turn alone
    for (const layer of [panel.heat, panel.canvas, panel.over]) pen.drawImage(layer, x, 0);
    x += panel.canvas.width + gap;
  }
  const link = element("a");
  link.download = "map.png";
  link.href = sheet.toDataURL("image/png");
  link.click();
}
