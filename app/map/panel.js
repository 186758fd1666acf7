// One panel of the map: its canvases, and what the pointer does on it.

import { moved, scaleOf, toScreen, wholeView, zoomed } from "./camera.js";
import { drawDensity } from "./density.js";
import { element } from "./element.js";
import { MOST_LINES, drawOverlay } from "./overlay.js";
import { isInColour, isShown, pointAt, pointBeside, pointsInside } from "./hits.js";
import { dotSize, newPoints } from "./points.js";

/** @import { PointMap } from "./map.js" */
/** @import { Place, Scale } from "./types.js" */

const CLICK_PX = 4; // a press that moves less than this is a click

/** A panel: it asks the map for what all panels share, and tells it what the person does. */
export class Panel {
  /**
   * @param {PointMap} map - What it is a panel of.
   * @param {HTMLElement} host - Where it is drawn.
   */
  constructor(map, host) {
    this.map = map;
    this.frame = element("div", "", "frame");
    this.title = element("p", "", "title");
    [this.heat, this.canvas, this.over] = ["heat", "points", "over"].map((kind) => {
      const canvas = element("canvas", "", kind);
      this.frame.append(canvas);
      return canvas;
    });
    this.over.tabIndex = 0;
    this.over.setAttribute("role", "application");
    this.over.setAttribute("aria-roledescription", "map of points");
    host.append(this.title, this.frame);
    this.points = newPoints(this.canvas, () => this.map.reload(this));
    this.canvas = this.points.canvas;
    this.size = { width: 1, height: 1 };
    this.hovered = this.focused = -1;
    this.path = null;
    this.press = null;
    this.pointers = new Map();
    this.listen();
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(this.frame);
  }

  end() {
    this.watcher.disconnect();
    this.points.end();
  }

  measure() {
    const { width, height } = this.over.getBoundingClientRect(); // without the frame's border
    if (!width || !height) return;
    this.size = { width, height };
    this.ratio = Math.min(2, devicePixelRatio || 1);
    for (const canvas of [this.heat, this.canvas, this.over]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.map.redraw();
  }

  /** @returns {Scale} Pixels per unit of the plane. */
  get scale() {
    return scaleOf(this.map.camera, this.map.extent, this.size, this.map.data.equal);
  }

  /**
   * @param {number} i - A point.
   * @returns {Place} Where it lies, in pixels.
   */
  place(i) {
    const { points, camera } = this.map;
    return toScreen(camera, this.scale, this.size, points[2 * i], points[2 * i + 1]);
  }

  draw() {
    const { map, size, ratio, scale } = this;
    const pens = [this.heat, this.over].map((canvas) => {
      const pen = canvas.getContext("2d");
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      return pen;
    });
    pens[0].clearRect(0, 0, size.width, size.height);
    if (map.tools.density) drawDensity(pens[0], map, this.kinds, map.camera, scale, size, map.ink.rgb);
    this.points.draw({
      count: map.kinds.length, camera: map.camera, scale, size, ratio, kinds: this.kinds,
      grey: map.ink.grey, dot: dotSize(map.kinds.length, map.camera.zoom), alpha: map.tools.density ? 0.4 : 0.85,
    });
    this.drawOver(pens[1]);
  }

  drawOver(pen = this.over.getContext("2d")) {
    const { map } = this;
    if (!map.isReady) return;
    const own = (i) => i >= 0 && isShown(map, this.kinds, i);
    const family = [map.pinned, this.hovered].filter(own).filter((i) => map.families.has(i)).map((i) => ({
      at: this.place(i),
      ends: map.families.get(i).map(([x, y]) => toScreen(map.camera, this.scale, this.size, x, y)),
    }));
    const wanted = map.tools.lines && map.parents;
    drawOverlay(pen, {
      size: this.size, place: (i) => this.place(i), path: this.path, isBox: map.tools.mode === "box", family,
      hovered: own(this.hovered) ? this.place(this.hovered) : null,
      pinned: own(map.pinned) ? this.place(map.pinned) : null,
      focused: document.activeElement && own(this.focused) ? this.place(this.focused) : null,
      parents: wanted ? wanted.filter(([child]) => isInColour(map, this.kinds, child)).slice(0, MOST_LINES) : null,
      labels: this.kinds & 1 ? map.labels.filter(({ code }) => map.isLit(code)) : [],
      ink: map.ink.text, back: map.ink.back,
    });
  }

  listen() {
    const { over, map } = this;
    const at = (event) => {
      const box = over.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    over.onpointerdown = (event) => {
      if (event.button !== 0 || !map.isReady) return;
      over.setPointerCapture(event.pointerId);
      const here = at(event);
      this.pointers.set(event.pointerId, here);
      const mode = event.shiftKey && map.tools.mode === "move" ? "lasso" : map.tools.mode;
      this.press = { start: here, last: here, mode, moved: false, adds: event.shiftKey };
      map.card.hide();
    };
    over.onpointermove = (event) => {
      const here = at(event);
      if (!this.press) return this.hover(here);
      if (this.pointers.size === 2) return this.pinch(event.pointerId, here);
      this.drag(here);
    };
    over.onpointerup = (event) => {
      this.pointers.delete(event.pointerId);
      const { press } = this;
      this.press = null;
      if (!press) return;
      if (!press.moved) this.click(at(event));
      else if (press.mode !== "move") this.selectInPath(press.adds);
    };
    over.onpointercancel = () => {
      this.pointers.clear();
      this.press = this.path = null;
      this.drawOver();
    };
    over.onpointerleave = () => this.hover(null);
    over.ondblclick = () => map.isReady && map.look(wholeView(map.extent));
    over.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (!map.isReady) return;
      const step = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
      map.look(zoomed(map.camera, this.scale, this.size, Math.exp(-step * 0.0016), ...at(event), map.extent));
    }, { passive: false });
    over.onkeydown = (event) => this.key(event);
    over.onblur = () => ((this.focused = -1), map.tellPinned(), this.drawOver());
  }

  hover(here) {
    const { map } = this;
    const i = here && map.isReady
      ? pointAt(map, this.kinds, map.camera, this.scale, this.size, ...here) : -1;
    if (i === this.hovered) return;
    this.hovered = i;
    map.tell(this, i);
    this.drawOver();
  }

  drag(here) {
    const { map, press } = this;
    if (!map.isReady) return;
    const away = Math.hypot(here[0] - press.start[0], here[1] - press.start[1]);
    if (!press.moved && away < CLICK_PX) return;
    press.moved = true;
    if (press.mode === "move") {
      const { x, y } = this.scale;
      map.look(moved(map.camera, map.extent, (press.last[0] - here[0]) / x, (here[1] - press.last[1]) / y));
    } else {
      const [[left, top], [right, low]] = [press.start, here];
      if (press.mode === "box") this.path = [[left, top], [right, top], [right, low], [left, low]];
      else (this.path ??= [press.start]).push(here);
      this.drawOver();
    }
    press.last = here;
  }

  pinch(id, here) {
    const other = [...this.pointers].find(([key]) => key !== id)[1], before = this.pointers.get(id);
    const factor = apart(here, other) / apart(before, other);
    this.pointers.set(id, here);
    this.press.moved = true;
    this.press.mode = "move";
    this.path = null; // a second finger ends a lasso
    if (!this.map.isReady) return;
    const middle = [(here[0] + other[0]) / 2, (here[1] + other[1]) / 2];
    this.map.look(zoomed(this.map.camera, this.scale, this.size, factor, ...middle, this.map.extent));
  }

  click(here) {
    const { map } = this;
    if (!map.isReady) return;
    const i = pointAt(map, this.kinds, map.camera, this.scale, this.size, ...here);
    if (i >= 0 || map.pinned >= 0) map.pin(i);
  }

  selectInPath(adds) {
    const { map, path } = this;
    this.path = null;
    if (!map.isReady) return;
    const found = pointsInside(map, this.kinds, map.camera, this.scale, this.size, path ?? []);
    map.select(found, adds);
    this.drawOver();
  }

  selectInView() {
    const { width, height } = this.size;
    this.path = [[0, 0], [width, 0], [width, height], [0, height]];
    this.selectInPath(false);
  }

  key(event) {
    const { map } = this;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const middle = [this.size.width / 2, this.size.height / 2];
    const near = (factor) => map.look(zoomed(map.camera, this.scale, this.size, factor, ...middle, map.extent));
    if (event.ctrlKey || event.metaKey || event.altKey || !map.isReady) return;
    if (event.key in steps && event.shiftKey) {
      const [dx, dy] = steps[event.key], { x, y } = this.scale;
      map.look(moved(map.camera, map.extent, (60 * dx) / x, (60 * dy) / y));
    } else if (event.key in steps) this.walk(...steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") {
      if (this.focused >= 0) map.pin(this.focused);
    } else if (event.key === "Escape") map.select([], false);
    else if (event.key === "+" || event.key === "=") near(1.5);
    else if (event.key === "-") near(1 / 1.5);
    else if (event.key === "0") map.look(wholeView(map.extent));
    else return;
    event.preventDefault();
  }

  walk(dx, dy) {
    const { map } = this;
    const { width, height } = this.size;
    if (this.focused < 0) {
      const reach = Math.max(width, height);
      this.focused = map.pinned >= 0 ? map.pinned : nearestToMiddle(map, this.kinds, (i) => this.place(i), width, height, reach);
    } else this.focused = pointBeside(map, this.kinds, this.scale, this.focused, dx, dy);
    if (this.focused < 0) return;
    const [x, y] = this.place(this.focused);
    if (x < 0 || y < 0 || x > width || y > height)
      map.look({ ...map.camera, x: map.points[2 * this.focused], y: map.points[2 * this.focused + 1] });
    map.tell(this, this.focused);
    this.drawOver();
  }
}

const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;

function nearestToMiddle(map, shown, place, width, height, reach) {
  let best = -1, least = reach;
  for (let i = 0; i < map.kinds.length; i++) {
    if (!isInColour(map, shown, i)) continue;
    const [x, y] = place(i), away = Math.hypot(x - width / 2, y - height / 2);
    if (away < least) [best, least] = [i, away];
  }
  return best;
}
