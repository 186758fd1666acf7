// A list of images to look through: a grid, or a queue whose decisions lead to the next image.

import { element, set } from "./element.js";
import { markOf, replay } from "./marks.js";
import { outboxOf } from "./outbox.js";
import { Stage } from "./stage.js";
import { Thumbs, nameOf, wordsOf } from "./thumbs.js";

/** @import { ListData, ReviewData, SentData } from "./types.js" */

const LATER_MS = 250;
const WIDE_PX = 700;
const FOCUS_AGAIN_MS = [150, 500, 1200];
const NOT_FETCHED = "The images could not be loaded. Reload the page.";
const reviews = new WeakMap(); // where it is drawn -> the review that is drawn there
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/**
 * Draw a list; Streamlit calls it with each run of the page.
 * @param {object} component - What Streamlit gives to a component.
 * @param {HTMLElement} component.parentElement - Holds the HTML of `board.py`.
 * @param {ReviewData} component.data - What Python has to show.
 * @param {(name: "decisions", value: SentData) => void} component.setTriggerValue - Tells Python.
 * @returns {() => void} What Streamlit calls at its end.
 */
export default function drawReview({ parentElement, data, setTriggerValue }) {
  let review = reviews.get(parentElement);
  if (!review || review.isOver || review.data?.mode !== data.mode)
    reviews.set(parentElement, (review = new Review(parentElement, data.mode)));
  const turn = (review.turn = (review.turn ?? 0) + 1);
  review.send = (sent) => setTriggerValue("decisions", { ...sent, at: performance.now() });
  review.show(data);
  // Streamlit ends and begins this with each change of the data: only the last end is one.
  return () => setTimeout(() => review.turn === turn && !parentElement.isConnected && review.end(), LATER_MS);
}

/** The list, where the person is in it, and what holds of each image. */
class Review {
  /**
   * @param {HTMLElement} root - Holds the HTML of `board.py`.
   * @param {string} mode - How it is shown.
   */
  constructor(root, mode) {
    this.root = root;
    this.isQueue = mode === "queue";
    this.decides = mode !== "look";
    this.host = root.querySelector(".review");
    this.host.review = this; // whoever drives the page can ask what holds
    this.at = 0;
    this.images = [];
    this.classes = [];
    this.stage = new Stage((act, value) => this.act(act, value), () => this.classes, this.decides);
    this.thumbs = new Thumbs(this.isQueue ? "strip" : "grid", (place) => this.choose(place));
    this.dialog = element("dialog");
    this.dialog.onclose = () => this.shrunk();
    this.dialog.onkeydown = (event) => this.key(event);
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.progress = element("div", "progress");
    this.bar = element("progress");
    this.bar.setAttribute("aria-label", "Images that are decided");
    this.count = element("span");
    this.progress.append(this.bar, this.count);
    this.board = element("div", "board");
    this.board.onkeydown = (event) => this.key(event);
    this.board.addEventListener("focusin", () => this.tellKeys());
    this.board.append(...(this.isQueue ? [this.progress, this.stage.host, this.thumbs.host] : [this.thumbs.host]));
    this.host.replaceChildren(this.board, this.status, this.dialog);
    if (this.isQueue) {
      this.stage.host.tabIndex = 0;
      this.stage.host.setAttribute("aria-label", "Review: L leaves out, K keeps, 1 to 9 relabel, Z takes back");
    }
  }

  isThere() {
    return !this.isOver && this.root.isConnected;
  }

  end() {
    this.isOver = true;
    this.outbox?.boards.delete(this);
  }

  /**
   * Show what Python has to show; only a list that is new is fetched.
   * @param {ReviewData} data - What that is.
   */
  async show(data) {
    const before = this.data;
    this.data = data;
    if (this.outbox?.of !== data.of) {
      this.outbox?.boards.delete(this);
      this.outbox = outboxOf(data.of);
    }
    this.outbox.boards.add(this);
    this.outbox.hear();
    const refusal = this.outbox.refusal(data);
    if (this.held !== data.list && !(await this.fetchList(data))) return;
    if (this.data !== data) return;
    this.refresh();
    if (before?.opened !== data.opened || this.fresh) this.open(data);
    if (refusal) this.say(refusal);
    this.host.dataset.ready = data.list;
  }

  /**
   * @param {ReviewData} data - Whose list.
   * @returns {Promise<boolean>} Whether it is there.
   */
  async fetchList(data) {
    delete this.host.dataset.ready;
    let list = null;
    try {
      const answer = await fetch(`${data.address}/images.json`);
      list = answer.ok ? await answer.json() : null;
    } catch { /* said below */ }
    if (this.data !== data && this.data.list !== data.list) return false;
    if (!list) {
      this.status.textContent = NOT_FETCHED;
      return false;
    }
    this.take(data.list, list);
    return true;
  }

  /**
   * @param {string} key - Of the list.
   * @param {ListData} list - That is shown from now on.
   */
  take(key, list) {
    if (this.held === key) return;
    const row = this.images[this.at]?.row;
    this.held = key;
    this.fresh = true;
    this.images = list.images;
    this.listed = list.classes;
    this.title = list.title;
    // A picture that was left out may be gone from the list: the next one has its place.
    const place = this.images.findIndex((image) => image.row === row);
    this.at = place >= 0 ? place : Math.max(0, Math.min(this.at, this.images.length - 1));
    if (this.status.textContent === NOT_FETCHED) this.status.textContent = "";
  }

  // A queue that was just opened comes into view and takes the keys; after a reload it only waits.
  open(data) {
    this.fresh = false;
    if (!this.isQueue) return;
    this.at = Math.max(0, this.firstWaiting(0));
    this.draw();
    const name = `evenset queue ${data.of}`, number = String(data.opened);
    let seen = null;
    try {
      seen = sessionStorage.getItem(name);
      sessionStorage.setItem(name, number);
    } catch { /* it takes the keys once more */ }
    if (seen === number) return;
    this.board.scrollIntoView({ block: "start" });
    this.focus();
    // A page that was just opened gives the focus to its title a moment later.
    for (const wait of FOCUS_AGAIN_MS)
      setTimeout(() => ["H1", "BODY"].includes(document.activeElement?.tagName) && this.isThere() && this.focus(), wait);
  }

  /** Show what holds: what Python has, and what it has not heard yet. */
  refresh() {
    if (!this.held) return; // while another list is fetched, what was decided in this one counts
    if (this.held === this.data.list) this.made = this.data; // variants are of the images of one list
    const { done, undone, marks } = replay(this.data, this.outbox.unheardBy(this.data));
    Object.assign(this, { done, undone, marks });
    const added = done.filter(([what]) => what === "label").map(([, label]) => label);
    this.classes = [...new Set([...this.listed, ...added])];
    this.draw();
  }

  mark = (place) => markOf(this.marks, this.images[place].row);

  isWaiting(place) {
    return this.mark(place).seen === "waiting";
  }

  /**
   * @param {number} from - A place of the list.
   * @returns {number} The first one from there on that waits, round the end; -1 for none.
   */
  firstWaiting(from) {
    for (let step = 0; step < this.images.length; step++) {
      const place = (from + step) % this.images.length;
      if (this.isWaiting(place)) return place;
    }
    return -1;
  }

  draw() {
    const { images, at } = this, count = images.length;
    if (!count) return;
    let places = images.map((_, place) => place);
    if (this.isQueue) {
      const beside = this.host.clientWidth > WIDE_PX ? 6 : 3; // on each side in the strip
      const first = Math.max(0, Math.min(at - beside, count - 2 * beside - 1));
      places = places.slice(first, first + 2 * beside + 1);
      const decided = images.filter((_, place) => !this.isWaiting(place)).length, left = count - decided;
      this.bar.max = count;
      this.bar.value = decided;
      const end = left ? `${left.toLocaleString("en")} left` : "all decided";
      set(this.count, "textContent", `${decided.toLocaleString("en")} of ${count.toLocaleString("en")} decided, ${end}`);
    }
    const isFocusLost = this.thumbs.fill(images, places), { variants, layout } = this.made;
    this.thumbs.draw(this.mark, at, variants);
    this.thumbs.host.classList.toggle("paired", variants.length > 0 && layout === "columns");
    this.thumbs.host.classList.toggle("rows", variants.length > 0 && layout === "rows");
    if (isFocusLost) this.focus(); // the next key is for the picture that has its place
    if (!this.isQueue && !this.dialog.open) return;
    this.stage.draw(images[at], this.mark(at), variants[at]);
    if (this.decides) this.stage.showNearest(`${this.data.address}/near-${at}.json`);
    this.fetchAhead();
  }

  // The pictures that come next are there before they are asked for.
  fetchAhead() {
    for (const place of [this.at + 1, this.at + 2, this.at - 1])
      if (this.images[place]) new Image().src = this.images[place].large;
  }

  choose(place) {
    this.go(place);
    if (this.isQueue) this.focus();
    else this.enlarge();
  }

  go(place) {
    const { images } = this;
    this.at = Math.max(0, Math.min(images.length - 1, place));
    this.draw();
  }

  focus() {
    const host = this.dialog.open ? this.dialog : this.isQueue ? this.stage.host : this.thumbs.buttons.get(this.at);
    host?.focus({ preventScroll: this.isQueue });
  }

  enlarge() {
    if (this.dialog.open) return this.dialog.close();
    this.dialog.append(this.stage.host);
    this.dialog.setAttribute("aria-label", this.title || "Picture");
    this.dialog.showModal();
    this.draw();
    this.dialog.tabIndex = -1;
    this.dialog.focus();
  }

  shrunk() {
    if (this.isQueue) this.progress.after(this.stage.host);
    this.draw();
    this.focus();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.images.length || !this.marks) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const down = this.isQueue || this.dialog.open ? 1 : this.thumbs.columns;
    const onButton = event.composedPath()[0].closest?.("button:not(.thumb)");
    if (key in STEPS) this.go(this.at + STEPS[key]);
    else if (key === "ArrowDown" || key === "ArrowUp") this.go(this.at + (key === "ArrowDown" ? down : -down));
    else if (key === "Home" || key === "End") this.go(key === "Home" ? 0 : this.images.length - 1);
    else if (key === "Enter" && !onButton) this.enlarge();
    else if (!this.decides) return;
    else if (key === "l") this.act("leave_out");
    else if (key === "k") this.act("keep");
    else if (key === "z") this.act(event.shiftKey ? "redo" : "undo");
    else if (key === "/") this.searches();
    else if (/^[1-9]$/.test(key)) this.relabelByKey(Number(key));
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (key.startsWith("Arrow") || key === "Home" || key === "End") this.focus();
  }

  // A grid says what the keys do once it has them; a queue has buttons that do.
  tellKeys() {
    if (this.isQueue || !this.decides || this.status.textContent || !this.images.length) return;
    const labels = this.images[this.at].keys.map((label, place) => `${place + 1} ${label}`);
    this.say(["Enter enlarge", "L leave out", "K keep", "Z undo", ...labels].join(" · "));
  }

  searches() {
    if (!this.isQueue && !this.dialog.open) this.enlarge();
    this.stage.search.box.focus();
  }

  relabelByKey(number) {
    const label = this.images[this.at].keys[number - 1];
    if (label !== undefined) this.act("label", label);
  }

  /**
   * Do what a key or a button does.
   * @param {string} act - Which.
   * @param {string} value - The label, where it gives one.
   */
  act(act, value = "") {
    if (act === "enlarge") this.enlarge();
    else if (act === "focus") this.focus();
    else if (act === "undo" || act === "redo") this.goBack(act);
    else this.decide(act, value);
    // A button that was pressed gives the keys back, so that the next one is a key.
    if (this.stage.host.contains(this.root.getRootNode().activeElement)) this.focus();
  }

  decide(act, value) {
    const { images, at } = this, { row, label: original } = images[at], mark = this.mark(at);
    if (act === "label" && mark.out) return this.say("It is left out: press K to take it back first.");
    if (act === "label" && value === (mark.label ?? original)) {
      if (mark.seen !== "waiting") return this.say(`Its label is '${value}' already.`);
      act = "keep";
      value = "";
    }
    const before = this.done.length;
    this.outbox.add({ act, row, value, list: this.held, original });
    if (this.done.length === before) this.say("It is so already.");
    const words = wordsOf(images[at], this.mark(at)).replace(/^\S+ /, "");
    if (this.isQueue) {
      const next = this.firstWaiting(at + 1);
      this.go(next < 0 ? at : next);
    }
    if (this.done.length > before) this.say(`${nameOf(images[at].path)}: ${words}.`);
  }

  goBack(act) {
    const edit = (act === "undo" ? this.done : this.undone).at(-1);
    if (!edit || edit[0] === "review") return this.say(`Nothing to ${act}.`);
    const [, , row, rows] = edit;
    this.outbox.add({ act, row, value: "", list: this.held, original: "" });
    const place = this.images.findIndex((image) => image.row === rows[0]);
    if (place >= 0) this.go(place);
    const what = place < 0 ? "A change of other images" : nameOf(this.images[place].path);
    this.say(`${what}: ${act === "undo" ? "undone" : "done again"}.`);
  }

  say(text) {
    const count = this.isQueue ? ` ${this.count.textContent}.` : "";
    this.status.textContent = `${text}${count}`;
  }
}
