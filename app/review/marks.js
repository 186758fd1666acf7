// What has been decided about images, replayed from edits: what Python has, then what it will have.
// `decisions.py` does the same with what it is sent.

/** @import { Decision, EditData, Mark } from "./types.js" */

const NO_MARK = { out: false, label: null, seen: null };

/**
 * What each image of a list is after edits and decisions, and what can be undone.
 * @param {{done: EditData[], undone: EditData[]}} heard - What Python has.
 * @param {Decision[]} decisions - What it has not heard yet, in order.
 * @returns {{done: EditData[], undone: EditData[], marks: Map<number, Mark>}} What there will be.
 */
export function replay(heard, decisions) {
  const done = [...heard.done], undone = [...heard.undone];
  let marks = marksOf(done);
  for (const decision of decisions) {
    const { act, row } = decision;
    if (act === "undo" || act === "redo") {
      const [from, to] = act === "undo" ? [done, undone] : [undone, done];
      if (from.at(-1)?.[2] !== row) continue; // Python refuses it too
      to.push(from.pop());
      marks = marksOf(done);
    } else {
      const edit = editOf(decision, marks.get(row) ?? NO_MARK);
      if (!edit) continue;
      done.push(edit);
      undone.length = 0;
      take(marks, edit);
    }
  }
  return { done, undone, marks };
}

/**
 * What holds of an image.
 * @param {Map<number, Mark>} marks - Of those that something was decided about.
 * @param {number} row - Of the image.
 * @returns {Mark} Its mark.
 */
export function markOf(marks, row) {
  return marks.get(row) ?? NO_MARK;
}

/**
 * The edit that a decision comes to.
 * @param {Decision} decision - About an image, neither undo nor redo.
 * @param {Mark} mark - What holds of the image before.
 * @returns {EditData | null} The edit; null where it changes nothing.
 */
function editOf({ act, row, value, original }, mark) {
  const edit = (what, label = "") => [what, label, row, [row]];
  const label = mark.label ?? original;
  if (act === "leave_out") return mark.out ? null : edit("leave_out");
  if (act === "label") return label === value ? null : edit("label", value);
  if (mark.out) return edit("restore");
  if (label !== original) return edit("label", original);
  return mark.seen === "kept" ? null : edit("reviewed");
}

/**
 * @param {EditData[]} edits - In order.
 * @returns {Map<number, Mark>} What holds after them.
 */
function marksOf(edits) {
  const marks = new Map();
  for (const edit of edits) take(marks, edit);
  return marks;
}

/**
 * @param {Map<number, Mark>} marks - Changed by it.
 * @param {EditData} edit - What is done.
 */
function take(marks, [what, value, , rows]) {
  const change = {
    leave_out: { out: true, seen: null },
    restore: { out: false, seen: null },
    label: { label: value, seen: null },
    review: { seen: "waiting" },
    reviewed: { seen: "kept" },
  }[what];
  if (change) for (const row of rows) marks.set(row, { ...markOf(marks, row), ...change });
}
