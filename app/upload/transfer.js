// Sending files in pieces. What is sent, and how far it is, lives beside the page: going to
// another step and back neither stops nor doubles it.

const PIECE_BYTES = 4 << 20;
const IN_FLIGHT = 3;
const MOST_FRAMES = 1000; // of a piece: many tiny files must not hold up the page
const TURN_MS = 30;
const LAST_WAIT_S = 15;

const shared = (globalThis.evensetUpload ??= { transfer: null, message: null, views: new Map() });

// An answer that trying again as it is does not mend. `again` says whether the person may.
class Refusal extends Error {
  constructor(message, again) {
    super(message);
    this.again = again;
  }
}

const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

// Tell everybody who draws this; `event` reaches Python, which draws its page anew.
function tell(event) {
  for (const view of shared.views.values()) view.draw(event);
}

// `source`: { kind: "folder" | "archive", name, files: [{ path, file }], collect }; `file` is null
// where the browser could not open it, `collect` fills `files` where they have to be looked for.
function startTransfer(base, source) {
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

function cancelTransfer() {
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
  const files = source.files.sort((one, other) => (one.path < other.path ? -1 : 1));
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

// The list of files as lines. Asking a file for its size waits for the disk: a tenth of a
// millisecond each, so the page gets its turn in between.
async function announcement({ source, stop }) {
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

function firstChunks(files, chunk) {
  const firsts = new Float64Array(files.length + 1);
  files.forEach(({ size }, number) => {
    firsts[number + 1] = firsts[number] + Math.max(1, Math.ceil(size / chunk));
  });
  return firsts;
}

// Yield pieces: [{ number, file, slice }], by the numbers of missing chunks.
function* piecesOf(transfer, firsts, chunk, missing) {
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

// The browser reads the files while it sends them: for 10,000 small ones that takes half the time
// of reading them here, and no memory.
function bodyOf(frames) {
  const parts = [];
  for (const { number, slice } of frames) {
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, number, true);
    head.setUint32(4, slice.size, true);
    parts.push(head, slice);
  }
  return new Blob(parts);
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

// Whether `number` is in ranges in order. What a list that was cut leaves out, the end brings up.
function isMissing(ranges, number) {
  let low = 0, high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle][1] < number) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low][0] <= number;
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

// Seconds left at the pace of the last quarter of a minute, or null when it is too early.
function secondsLeft(transfer) {
  const [[begun, before], [now, sent]] = [transfer.marks[0] ?? [0, 0], transfer.marks.at(-1) ?? [0, 0]];
  if (now - begun < 800 || sent <= before) return null;
  const total = transfer.bytes + 1000 * transfer.files;
  return ((now - begun) / 1000) * ((total - sent) / (sent - before));
}

const countOf = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

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

function progressText(transfer) {
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
