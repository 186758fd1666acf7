// How far a transfer is, in words.

/** @import { Transfer } from "./types.js" */

/**
 * A count with its noun.
 * @param {number} count - How many.
 * @param {string} noun - Of one.
 * @returns {string} "1 file", "2 files".
 */
export const countOf = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

function sizeOf(bytes, like = bytes) {
  const [unit, factor] = like >= 1e9 ? ["GB", 1e9] : like >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  const value = bytes / factor;
  return [value.toLocaleString("en", { maximumFractionDigits: like / factor < 10 ? 1 : 0 }), unit];
}

function durationOf(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// Seconds left at the pace of the last quarter of a minute, or null when it is too early.
function secondsLeft(transfer) {
  const [[begun, before], [now, sent]] = [transfer.marks[0] ?? [0, 0], transfer.marks.at(-1) ?? [0, 0]];
  if (now - begun < 800 || sent <= before) return null;
  const total = transfer.bytes + 1000 * transfer.files;
  return ((now - begun) / 1000) * ((total - sent) / (sent - before));
}

/**
 * How far it is, and how long it will take.
 * @param {Transfer} transfer - What is sent.
 * @returns {string} As a line of text.
 */
export function progressText(transfer) {
  if (transfer.phase === "listing") return `Listing ${countOf(transfer.source.files.length, "file")}`;
  const parts = [];
  if (transfer.source.kind === "folder")
    parts.push(`${transfer.receivedFiles.toLocaleString("en")} of ${countOf(transfer.files, "file")}`);
  const [sent] = sizeOf(transfer.receivedBytes, transfer.bytes);
  parts.push(`${sent} of ${sizeOf(transfer.bytes).join(" ")}`);
  const left = secondsLeft(transfer);
  if (left !== null && transfer.receivedBytes < transfer.bytes) parts.push(`${durationOf(left)} left`);
  return parts.join(", ");
}
