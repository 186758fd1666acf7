// Decisions on their way to Python, for all lists of a tab: each is sent again until it is heard.
// What a reload interrupts waits in the tab's storage.

/** @import { Decision, ReviewData } from "./types.js" */

const AGAIN_MS = 4000; // a batch that nobody has heard of for so long is sent once more
const outboxes = new Map(); // images -> their outbox

/**
 * @param {string} of - The digest of the images.
 * @returns {Outbox} The one of this tab.
 */
export function outboxOf(of) {
  if (!outboxes.has(of)) outboxes.set(of, new Outbox(of));
  return outboxes.get(of);
}

class Outbox {
  /** @param {string} of - The digest of the images. */
  constructor(of) {
    this.of = of;
    this.name = `evenset decisions ${of}`;
    this.boards = new Set(); // the lists of the page: each is told of decisions, and can send them
    this.tab = crypto.randomUUID(); // another one after a reload, and in a tab that is a copy
    this.next = 0;
    this.waiting = this.recall(); // Decision[], in order
    this.sent = null; // the last decision of the batch under way
    this.refused = -1; // the decision whose refusal was told last
  }

  /**
   * Take a decision, show it in each list and send it.
   * @param {Omit<Decision, "n" | "tab">} decision - What was decided.
   */
  add(decision) {
    this.waiting.push({ ...decision, tab: this.tab, n: this.next++ });
    this.remember();
    for (const board of this.boards) board.refresh();
    this.send();
  }

  /** Take what the lists have been told by Python, and send what it has not heard. */
  hear() {
    // Streamlit may keep a list in the page for longer than the run that has it no more.
    for (const board of this.boards) if (!board.isThere()) this.boards.delete(board);
    const boards = [...this.boards].filter((board) => board.data);
    this.waiting = this.waiting.filter((one) => boards.some(({ data }) => isUnheard(one, data)));
    this.remember();
    if (this.sent && boards.some(({ data }) => !isUnheard(this.sent, data))) this.sent = null;
    this.send();
  }

  /**
   * @param {ReviewData} data - As a list has it.
   * @returns {string} Why the last decision could not be done; "" where that was told before.
   */
  refusal(data) {
    const [, number, why] = data.heard[this.tab] ?? [-1, -1, ""];
    if (number <= this.refused) return "";
    this.refused = number;
    return why;
  }

  /**
   * @param {ReviewData} data - As a list has it.
   * @returns {Decision[]} What that does not tell of yet.
   */
  unheardBy(data) {
    return this.waiting.filter((one) => isUnheard(one, data));
  }

  /** @returns {Decision[]} What Python has not told any list of. */
  get unheard() {
    const boards = [...this.boards].filter((board) => board.data && board.isThere());
    return this.waiting.filter((one) => boards.every(({ data }) => isUnheard(one, data)));
  }

  send() {
    const unheard = this.unheard;
    const boards = [...this.boards].filter((board) => board.data && board.isThere());
    if (!unheard.length || !boards.length || this.sent) return; // another page: its lists will send
    const sent = (this.sent = unheard.at(-1));
    // A list may be about to go, such as that of a finding that is mended: the one that was used is not.
    const board = boards.find(({ data }) => data.list === sent.list) ?? boards[0];
    board.send({ of: this.of, decisions: unheard });
    setTimeout(() => {
      if (this.sent !== sent) return;
      this.sent = null;
      this.send();
    }, AGAIN_MS);
  }

  remember() {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.waiting));
    } catch { /* a browser that keeps nothing loses what a reload interrupts */ }
  }

  recall() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) ?? [];
    } catch {
      return [];
    }
  }
}

const isUnheard = ({ tab, n }, data) => n > (data.heard[tab]?.[0] ?? -1);
