// What is sent: the list of files, and pieces of them.

import { pause } from "./pause.js";

/** @import { Frame, Ranges, Source, Transfer } from "./types.js" */

const PIECE_BYTES = 4 << 20;
const MOST_FRAMES = 1000; // of a piece: many tiny files must not hold up the page
const TURN_MS = 30;

/**
 * The list of files as lines. Asking a file for its size waits for the disk: a tenth of a
 * millisecond each, so the page gets its turn in between.
 * @param {Transfer} transfer - What is sent; its files learn their sizes.
 * @returns {Promise<Blob>} What the server is told first.
 */
export async function announcement({ source, stop }) {
  let stamp = 0; // changes with any file, so that old and new halves of one are never mixed
  const lines = [];
  let turn = performance.now();
  for (const entry of source.files) {
    entry.size = entry.file?.size ?? 0;
    stamp = (stamp * 31 + (entry.file?.lastModified ?? 0)) % 2 ** 40;
    lines.push(`${entry.size}\t${JSON.stringify(entry.path)}\n`);
    if (performance.now() - turn < TURN_MS) continue;
    await pause(0);
    stop.signal.throwIfAborted();
    turn = performance.now();
  }
  const header = JSON.stringify({ kind: source.kind, name: source.name, stamp });
  return new Blob([header, "\n", lines.join("")]);
}

/**
 * The number of the first chunk of each file, and one more for the end.
 * @param {Source["files"]} files - In order.
 * @param {number} chunk - Its bytes.
 * @returns {Float64Array} The numbers.
 */
export function firstChunks(files, chunk) {
  const firsts = new Float64Array(files.length + 1);
  files.forEach(({ size }, number) => {
    firsts[number + 1] = firsts[number] + Math.max(1, Math.ceil(size / chunk));
  });
  return firsts;
}

/**
 * The chunks that are missing, in pieces that are sent at once.
 * @param {Transfer} transfer - What is sent.
 * @param {Float64Array} firsts - The number of the first chunk of each file.
 * @param {number} chunk - Its bytes.
 * @param {Ranges} missing - The chunks.
 * @yields {Frame[]} A piece.
 */
export function* piecesOf(transfer, firsts, chunk, missing) {
  let piece = [], bytes = 0, file = 0;
  for (const [first, last] of missing) {
    for (let number = first; number <= last; number++) {
      while (firsts[file + 1] <= number) file++;
      if (transfer.isOver) return;
      if (transfer.unreadable.has(file)) continue;
      const { file: whole, size } = transfer.source.files[file];
      const begin = (number - firsts[file]) * chunk;
      const length = Math.min(chunk, size - begin);
      // A slice waits for the disk again; most files are one chunk.
      const slice = length === size ? whole : whole.slice(begin, begin + length);
      if (piece.length && (bytes + length + 8 > PIECE_BYTES || piece.length === MOST_FRAMES)) {
        yield piece;
        [piece, bytes] = [[], 0];
      }
      piece.push({ number, file, slice });
      bytes += length + 8;
    }
  }
  if (piece.length) yield piece;
}

/**
 * A piece as the server reads it. The browser reads the files while it sends them: for 10,000
 * small ones that takes half the time of reading them here, and no memory.
 * @param {Frame[]} frames - The piece.
 * @returns {Blob} Number, length and content of each chunk.
 */
export function bodyOf(frames) {
  const parts = [];
  for (const { number, slice } of frames) {
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, number, true);
    head.setUint32(4, slice.size, true);
    parts.push(head, slice);
  }
  return new Blob(parts);
}

/**
 * Whether a chunk is missing. What a list that was cut leaves out, the end brings up.
 * @param {Ranges} ranges - In order.
 * @param {number} number - Of the chunk.
 * @returns {boolean} It is in one of them.
 */
export function isMissing(ranges, number) {
  let low = 0, high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle][1] < number) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low][0] <= number;
}
