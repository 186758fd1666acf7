// The map: panels side by side with one camera, the tools above them, the legend below.

import { extentOf, wholeView, zoomed } from "./camera.js";
import { Card, askAbout } from "./card.js";
import { element } from "./element.js";
import { labelsOf } from "./labels.js";
import { drawLegend } from "./legend.js";
import { Panel } from "./panel.js";
import { packed, unpacked } from "./hits.js";
import { DIMMED } from "./points.js";
import { MODES, drawTools, markTools, savePicture } from "./tools.js";
import { showTray } from "./tray.js";

/** @import { Camera, MapData, MapEvent } from "./types.js" */

const LATER_MS = 250;
const NOT_FETCHED = "The points could not be loaded. Reload the page.";
const maps = new WeakMap(); // where it is drawn -> the map that is drawn there

/**
 * Draw the map; Streamlit calls it with each run of the page.
 * @param {object} component - What Streamlit gives to a component.
 * @param {HTMLElement} component.parentElement - Holds the HTML of `point_map.py`.
 * @param {MapData} component.data - What Python has to show.
 * @param {(name: "event", value: MapEvent) => void} component.setTriggerValue - Tells Python.
 * @returns {() => void} What Streamlit calls at its end.
 */
export default function drawMap({ parentElement, data, setTriggerValue }) {
  let map = maps.get(parentElement);
  if (!map || map.isOver) maps.set(parentElement, (map = new PointMap(parentElement)));
  const turn = (map.turn = (map.turn ?? 0) + 1);
  map.send = (event) => setTriggerValue("event", { ...event, key: map.data.key, at: performance.now() });
  map.show(data);
  // Streamlit ends and begins this with each change of the data: only the last end is one.
  return () => setTimeout(() => map.turn === turn && !parentElement.isConnected && map.end(), LATER_MS);
}

/** All that the panels share: the points, their colours, the selection and the camera. */
export class PointMap {
  /** @param {HTMLElement} root - Holds the HTML of `point_map.py`. */
  constructor(root) {
    this.find = (selector) => root.querySelector(selector);
    this.host = this.find(".map");
    this.host.pointMap = this; // whoever drives the page can ask where a point lies
    this.panels = [];
    this.points = new Float32Array();
    this.kinds = this.states = this.codes = new Uint8Array();
    this.flags = new Uint8Array(); // 1: selected
    this.selectedCount = 0;
    this.families = new Map(); // a synthetic point -> where its parents lie
    this.pinned = -1;
    this.labels = [];
    this.hidden = new Set(); // codes; as labels they outlive a change of colours
    this.hiddenLabels = [];
    this.pointed = null; // the code that is pointed at in the legend
    this.tools = { mode: "move", density: false, lines: false };
    this.card = new Card(this.find(".card"));
    this.tray = this.find(".tray");
    this.tray.onclick = () => this.showDetails();
    drawTools(this.find(".tools"), (name) => this.use(name));
  }

  end() {
    this.isOver = true;
    for (const panel of this.panels) panel.end();
  }

  use(name) {
    if (!this.isReady) return;
    const panel = this.panels[0], middle = [panel.size.width / 2, panel.size.height / 2];
    const near = (factor) => this.look(zoomed(this.camera, panel.scale, panel.size, factor, ...middle, this.extent));
    if (MODES.includes(name)) this.tools.mode = name;
    else if (name === "density") this.tools.density = !this.tools.density;
    else if (name === "lines") this.tools.lines = !this.tools.lines;
    else if (name === "view") panel.selectInView();
    else if (name === "nearer") near(1.5);
    else if (name === "farther") near(1 / 1.5);
    else if (name === "whole") this.look(wholeView(this.extent));
    else savePicture(this.panels, this.ink.back);
    this.fetchParents();
    this.mark();
    this.remember();
    this.redraw();
  }

  mark() {
    markTools(this.find(".tools"), this.tools);
    this.host.dataset.mode = this.tools.mode;
  }

  /**
   * Show what Python has to show; only what is new is fetched.
   * @param {MapData} data - What that is.
   */
  async show(data) {
    const before = this.data;
    this.data = data;
    this.arrange(before);
    this.readInk();
    if (before?.view !== data.view) this.recall(data);
    else if (before.colour.name !== data.colour.name) this.hiddenLabels = [];
    this.mark();
    try {
      // By what is held, not by what was asked for: a request may have failed, or been overtaken.
      if (this.held !== data.key) await this.fetchPoints(data);
      if (this.data !== data) return;
      await this.fetchColours(data);
    } catch {
      this.find(".status").textContent = NOT_FETCHED;
      return;
    }
    if (this.data !== data) return;
    const status = this.find(".status");
    if (status.textContent === NOT_FETCHED) status.textContent = "";
    const isHidden = ({ label }) => this.hiddenLabels.includes(label);
    this.hidden = new Set(data.colour.entries.flatMap((entry, code) => (isHidden(entry) ? [code] : [])));
    this.flags = unpacked(data.selected, this.kinds.length);
    this.selectedCount = this.flags.reduce((sum, flag) => sum + flag, 0);
    if (this.pinned !== data.pinned) this.card.hide();
    this.pinned = data.pinned;
    if (this.pinned >= 0) this.meet(this.pinned);
    this.legend();
    this.restate();
    this.showSelected();
    this.fetchParents();
    this.host.dataset.ready = data.key;
  }

  arrange(before) {
    const { panels } = this.data;
    if (before?.panels.length !== panels.length) {
      for (const panel of this.panels) panel.end();
      const host = this.find(".panels");
      host.replaceChildren();
      this.panels = panels.map(() => {
        const place = element("div", "", "panel");
        host.append(place);
        return new Panel(this, place);
      });
      for (const panel of this.panels) this.reload(panel);
    }
    panels.forEach(({ title, kinds, alt }, i) => {
      const panel = this.panels[i];
      panel.kinds = kinds;
      panel.title.textContent = title;
      panel.title.hidden = !title;
      panel.over.setAttribute("aria-label", alt);
    });
  }

  async fetchPart(data, part) {
    const answer = await fetch(`${data.base}/${part}`);
    if (!answer.ok) throw new Error(part);
    return answer.arrayBuffer();
  }

  // All at once: 8 bytes for the place of each point, then 1 for its kind.
  async fetchPoints(data) {
    this.isReady = false;
    delete this.host.dataset.ready;
    this.card.hide(); // it speaks of a point that is about to go
    const bytes = await this.fetchPart(data, "points");
    if (this.data !== data) return;
    this.points = new Float32Array(bytes, 0, 2 * data.count);
    this.kinds = new Uint8Array(bytes, 8 * data.count, data.count);
    this.states = new Uint8Array(data.count);
    this.flags = new Uint8Array(data.count);
    this.codes = this.parents = this.painted = null;
    this.families.clear();
    this.held = data.key;
    for (const panel of this.panels) panel.hovered = panel.focused = -1;
    this.extent = extentOf(this.points);
    this.camera ??= wholeView(this.extent);
  }

  async fetchColours(data) {
    if (this.painted === data.colour.part) return;
    const bytes = await this.fetchPart(data, data.colour.part);
    if (this.data !== data) return;
    this.codes = data.colour.entries.length > 256 ? new Uint16Array(bytes) : new Uint8Array(bytes);
    this.palette = Uint8Array.from(data.colour.entries.flatMap(({ colour }) => [...rgbOf(colour), 255]));
    this.painted = data.colour.part;
    this.labels = data.colour.ramp ? [] : labelsOf(data.colour.entries, this.points, this.kinds, this.codes);
    this.isReady = true;
    for (const panel of this.panels) this.reload(panel);
  }

  async fetchParents() {
    const { data } = this;
    if (!this.tools.lines || this.parents || !this.isReady) return;
    const bytes = await this.fetchPart(data, "parents").catch(() => null);
    if (!bytes || this.held !== data.key) return;
    const [children, ends] = [[], new Int32Array(bytes)];
    for (let i = 0; i < ends.length; i += 3) children.push([ends[i], ends[i + 1], ends[i + 2]]);
    this.parents = children;
    this.redraw();
  }

  reload(panel) {
    const { points, kinds, codes, states, palette } = this;
    if (!this.isReady) return;
    panel.points.load({ points, kinds, codes, states, palette });
    panel.measure();
  }

  isHidden = (i) => this.hidden.has(this.codes[i]);

  // In colour: what is pointed at in the legend alone, or all that is not hidden there.
  isLit = (code) => this.pointed === null || this.hidden.has(this.pointed) ? !this.hidden.has(code) : code === this.pointed;

  // Grey is what is hidden in the legend or has no colour, and what is not selected while something is.
  restate() {
    if (!this.isReady) return;
    const isGrey = this.data.colour.entries.map((entry, code) => entry.none || !this.isLit(code));
    for (let i = 0; i < this.states.length; i++)
      this.states[i] = isGrey[this.codes[i]] || (this.selectedCount && !this.flags[i]) ? DIMMED : 0;
    for (const panel of this.panels) panel.points.load({ states: this.states });
    this.redraw();
  }

  redraw() {
    if (!this.isReady || this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      if (this.isReady) for (const panel of this.panels) panel.draw();
      this.drawn = this.isReady;
    });
  }

  /** @param {Camera} camera - What is seen from now on. */
  look(camera) {
    this.camera = camera;
    this.card.hide();
    for (const panel of this.panels) panel.hovered = -1; // so that the next move asks again
    this.remember();
    this.redraw();
  }

  select(found, adds) {
    const all = new Set(found);
    if (adds) this.flags.forEach((flag, i) => flag && all.add(i));
    this.flags = new Uint8Array(this.kinds.length);
    for (const i of all) this.flags[i] = 1;
    this.selectedCount = all.size;
    this.restate();
    this.showSelected();
    this.send({ kind: "select", bits: packed(all, this.kinds.length) });
  }

  pin(i) {
    this.pinned = i;
    if (i >= 0) this.meet(i);
    this.redraw();
    this.send({ kind: "pin", index: i });
  }

  // Show the card of a point, and say it to who does not see it.
  async tell(panel, i) {
    if (i < 0) return this.tellPinned();
    const [x, y] = panel.place(i), box = panel.frame.getBoundingClientRect();
    const home = this.find(".panels").getBoundingClientRect();
    const frame = { width: home.width, height: home.height };
    this.meet(i);
    const said = await this.card.show(this.address(i), x + box.left - home.left, y + box.top - home.top, frame);
    if (said && panel.focused === i) this.find(".status").textContent = [said.title, ...said.lines].join(". ");
  }

  // The point that was clicked keeps its card while nothing else is pointed at.
  tellPinned() {
    const panel = this.panels.find(({ kinds }) => this.pinned >= 0 && (kinds >> this.kinds[this.pinned]) & 1);
    const [x, y] = panel ? panel.place(this.pinned) : [-1, -1];
    const isSeen = panel && x >= 0 && y >= 0 && x <= panel.size.width && y <= panel.size.height;
    if (isSeen) this.tell(panel, this.pinned);
    else this.card.hide();
  }

  showSelected() {
    const chosen = [...this.flags.keys()].filter((i) => this.flags[i]);
    showTray(this.tray, chosen, this.kinds, (i) => this.address(i));
  }

  showDetails() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const place = document.querySelector(`.${this.data.details}`);
    place?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  address(i) {
    return `${this.data.base}/point-${i}.json`;
  }

  // Learn where the parents of a synthetic point lie.
  async meet(i) {
    if (!this.kinds[i] || this.families.has(i)) return;
    const { held } = this, said = await askAbout(this.address(i));
    if (!said?.parents.length || this.held !== held) return;
    this.families.set(i, said.parents);
    this.redraw();
  }

  legend() {
    this.pointed = null; // what is drawn again tells of no pointer that leaves
    drawLegend(this.find(".legend"), this.data.colour, this.hidden, (hidden) => {
      this.hidden = hidden;
      this.hiddenLabels = [...hidden].map((code) => this.data.colour.entries[code].label);
      this.remember();
      this.legend();
      this.restate();
    }, (code) => {
      this.pointed = code;
      this.restate();
    });
  }

  readInk() {
    const style = getComputedStyle(this.host);
    const rgb = rgbOf(style.getPropertyValue("--st-text-color").trim() || "#1A2129");
    const back = rgbOf(style.getPropertyValue("--st-background-color").trim() || "#FFFFFF");
    this.ink = {
      text: `rgb(${rgb})`, rgb, back: `rgb(${back})`,
      grey: rgb.map((channel, i) => Math.round(0.55 * channel + 0.45 * back[i])),
    };
    this.redraw();
  }

  // Going to another page and back, or a reload, finds the map as it was left.
  remember() {
    const { camera, tools, hiddenLabels } = this;
    const kept = { camera, tools, hiddenLabels, by: this.data.colour.name };
    try {
      sessionStorage.setItem(`evenset map ${this.data.view}`, JSON.stringify(kept));
    } catch { /* a browser that keeps nothing only forgets the camera */ }
  }

  recall(data) {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(`evenset map ${data.view}`));
    } catch { /* as above */ }
    this.camera = kept?.camera ?? null;
    this.hiddenLabels = kept && kept.by === data.colour.name ? kept.hiddenLabels : [];
    if (kept) this.tools = kept.tools;
  }
}

function rgbOf(colour) {
  if (colour.startsWith("#")) return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  return (colour.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number);
}
