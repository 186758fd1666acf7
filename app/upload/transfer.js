// Sending files in pieces. What is sent, and how far it is, lives beside the page: going to
// another step and back neither stops nor doubles it.

import { pause } from "./pause.js";
import { announcement, bodyOf, firstChunks, isMissing, piecesOf } from "./pieces.js";
import { countOf } from "./progress.js";

/** @import { Frame, Shared, Source, Transfer } from "./types.js" */

const IN_FLIGHT = 3;
const LAST_WAIT_S = 15;

/**
 * The transfer of this page, what the last one has to say, and who draws them. It outlives this
 * module: after an update of the server, what is being sent still is.
 * @type {Shared}
 */
export const shared = (globalThis.evensetUpload ??= { transfer: null, message: null, views: new Map() });

// An answer that trying again as it is does not mend. `again` says whether the person may.
class Refusal extends Error {
  constructor(message, again) {
    super(message);
    this.again = again;
  }
}

/**
 * Tell everybody who draws this.
 * @param {string | null} event - Reaches Python, which draws its page again.
 */
export function tell(event) {
  for (const view of shared.views.values()) view.draw(event);
}

/**
 * Begin to send, where nothing is sent yet.
 * @param {string} base - The address that takes it.
 * @param {Source} source - What is sent.
 */
export function startTransfer(base, source) {
  if (shared.transfer) return;
  const transfer = {
    base, source, id: null, phase: "listing", files: 0, bytes: 0, receivedFiles: 0,
    receivedBytes: 0, retrySeconds: null, waitsFor: null, marks: [], isOver: false, unreadable: new Set(), stop: new AbortController(),
  };
  shared.transfer = transfer;
  shared.message = null;
  tell(null);
  send(transfer)
    .then(() => ({ text: arrivedText(transfer), again: null }))
    .catch((error) => {
      if (transfer.stop.signal.aborted) return { text: "The upload was cancelled.", again: null };
      if (error instanceof Refusal)
        return { text: error.message, isError: true, again: error.again ? source : null };
      return { text: `The browser stopped the upload: ${error.message}.`, isError: true, again: source };
    })
    .then((message) => {
      transfer.stop.abort(); // what the others have in flight is of no use any more
      if (shared.transfer === transfer) shared.transfer = null;
      shared.message = message;
      tell("ended");
    });
}

/** Stop what is sent, here and on the server. */
export function cancelTransfer() {
  const transfer = shared.transfer;
  if (!transfer) return;
  transfer.stop.abort();
  if (transfer.id) fetch(`${transfer.base}/${transfer.id}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

function arrivedText(transfer) {
  const lost = transfer.unreadable.size;
  const arrived = transfer.source.kind === "archive" ? `'${transfer.source.name}' is uploaded.`
    : `${countOf(transfer.receivedFiles, "file")} of '${transfer.source.name}' ${transfer.receivedFiles === 1 ? "is" : "are"} uploaded.`;
  return lost ? `${arrived} ${countOf(lost, "file")} could not be read by the browser.` : arrived;
}

async function send(transfer) {
  const { source } = transfer;
  await source.collect?.(transfer);
  source.collect = null;
  // The same files in the same order are the same upload, which goes on where it stopped.
  source.files.sort((one, other) => (one.path < other.path ? -1 : 1));
  const { files } = source;
  const list = await announcement(transfer);
  const begun = await asked(transfer, "", { method: "POST", body: list });
  transfer.id = begun.id;
  take(transfer, begun);
  transfer.phase = "sending";
  tell("begun");
  const firsts = firstChunks(files, begun.chunk);
  files.forEach((entry, number) => entry.file || transfer.unreadable.add(number));
  let missing = begun.missing;
  for (let fruitless = 0; ; ) {
    const before = transfer.receivedBytes + transfer.receivedFiles;
    const pieces = piecesOf(transfer, firsts, begun.chunk, missing);
    await Promise.all(Array.from({ length: IN_FLIGHT }, () => sendPieces(transfer, pieces)));
    const unreadable = JSON.stringify({ unreadable: [...transfer.unreadable] });
    const end = await asked(transfer, `/${transfer.id}/finish`, { method: "POST", body: unreadable });
    missing = end.missing;
    transfer.waitsFor = missing.length ? null : end.waits_for ?? null;
    if (transfer.waitsFor) {
      await waitAWhile(transfer, 1);
      continue;
    }
    if (!missing.length) return;
    fruitless = transfer.receivedBytes + transfer.receivedFiles > before ? 0 : fruitless + 1;
    if (fruitless === 5) throw new Refusal("Some files cannot be sent. Try again, or choose a zip.", true);
    await pause(fruitless / 2);
  }
}

async function sendPieces(transfer, pieces) {
  for (const piece of pieces) {
    let frames = piece;
    for (let wait = 0.5; frames.length; ) {
      try {
        take(transfer, await answerOf(transfer, `/${transfer.id}`, { method: "POST", body: bodyOf(frames) }));
        break;
      } catch (error) {
        if (!isPassing(transfer, error)) throw error;
        const readable = await readableOf(transfer, frames);
        if (readable.length === frames.length) {
          await waitAWhile(transfer, wait);
          wait = Math.min(2 * wait, LAST_WAIT_S);
          const state = await asked(transfer, `/${transfer.id}`, { method: "GET" });
          take(transfer, state);
          frames = frames.filter(({ number }) => isMissing(state.missing, number));
        } else frames = readable;
      }
    }
  }
}

// A file that cannot be read fails like a connection that is gone. It is left out, alone.
async function readableOf(transfer, frames) {
  const readable = [];
  for (const frame of frames) {
    try {
      if (!transfer.unreadable.has(frame.file)) await frame.slice.arrayBuffer();
    } catch {
      transfer.unreadable.add(frame.file);
    }
    if (!transfer.unreadable.has(frame.file)) readable.push(frame);
  }
  return readable;
}

// Ask until there is an answer: a connection that is gone may come back.
async function asked(transfer, path, options) {
  for (let wait = 0.5; ; wait = Math.min(2 * wait, LAST_WAIT_S)) {
    try {
      return await answerOf(transfer, path, options);
    } catch (error) {
      if (!isPassing(transfer, error)) throw error;
      await waitAWhile(transfer, wait);
    }
  }
}

async function answerOf(transfer, path, options) {
  const answer = await fetch(transfer.base + path, { ...options, signal: transfer.stop.signal, cache: "no-store" });
  if (answer.ok) {
    const content = await answer.json();
    transfer.retrySeconds = null;
    return content;
  }
  if (answer.status >= 500 && answer.status !== 507) throw new TypeError(`status ${answer.status}`);
  if (answer.status === 404) {
    // Another tab may have brought the same upload to its end.
    if (!transfer.id) throw new Refusal("This page is out of date. Reload it, then choose again.", false);
    if (!path.endsWith("/finish")) {
      const ended = await asked(transfer, `/${transfer.id}/finish`, { method: "POST", body: "{}" });
      transfer.isOver = !ended.missing.length;
      return ended;
    }
    throw new Refusal("The upload was stopped. Try again, or choose other files.", true);
  }
  const { error } = await answer.json().catch(() => ({}));
  throw new Refusal(error ?? `The server refused the upload (status ${answer.status}).`, answer.status === 507);
}

const isPassing = (transfer, error) => error instanceof TypeError && !transfer.stop.signal.aborted;

async function waitAWhile(transfer, seconds) {
  transfer.retrySeconds = seconds;
  tell(null);
  await pause(seconds);
  transfer.stop.signal.throwIfAborted();
}

function take(transfer, state) {
  if (state.files === undefined) return;
  transfer.files = state.files;
  transfer.bytes = state.bytes;
  // Answers of pieces sent at once may overtake each other.
  transfer.receivedFiles = Math.max(transfer.receivedFiles, state.received_files);
  transfer.receivedBytes = Math.max(transfer.receivedBytes, state.received_bytes);
  const now = performance.now();
  transfer.marks.push([now, transfer.receivedBytes + 1000 * transfer.receivedFiles]);
  while (transfer.marks.length > 2 && now - transfer.marks[0][0] > 15000) transfer.marks.shift();
  tell(null);
}
