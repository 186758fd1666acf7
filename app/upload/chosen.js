// What was chosen or dropped, as a source of files.

import { tell } from "./transfer.js";

/** @import { Source, Transfer } from "./types.js" */

const ARCHIVE = /\.(zip|tar|tgz|tar\.gz)$/i;

/**
 * The files that were chosen.
 * @param {HTMLInputElement} input - Where; it is empty afterwards.
 * @returns {File[]} The files.
 */
export function taken(input) {
  const files = [...input.files];
  input.value = ""; // the same choice again is a choice
  return files;
}

/**
 * A folder that was chosen.
 * @param {File[]} files - All that is in it.
 * @returns {Source | null} The folder; null without files.
 */
export function chosenFolder(files) {
  if (!files.length) return null;
  const name = files[0].webkitRelativePath.split("/")[0];
  const inside = (file) => file.webkitRelativePath.slice(name.length + 1) || file.name;
  return { kind: "folder", name, files: files.map((file) => ({ path: inside(file), file })) };
}

/**
 * An archive that was chosen.
 * @param {File[]} files - The archive alone.
 * @returns {Source | null} The archive; null without one.
 */
export function chosenArchive([file]) {
  return file ? { kind: "archive", name: file.name, files: [{ path: file.name, file }] } : null;
}

/**
 * What was dropped: one archive is an archive; one folder is that folder; all else together is a
 * folder without name.
 * @param {DataTransferItem[]} items - Of the drop.
 * @returns {Source | null} What it is; null without files.
 */
export function dropped(items) {
  // Here and now: after the event the browser forgets them.
  const things = items.filter(({ kind }) => kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  if (!things.length) return null;
  const [{ entry, file }] = things;
  const isAlone = things.length === 1;
  if (isAlone && !entry?.isDirectory && file && ARCHIVE.test(file.name)) return chosenArchive([file]);
  const source = { kind: "folder", name: nameOf(things), files: [] };
  source.collect = async (transfer) => {
    source.files = [];
    for (const thing of things) {
      if (thing.entry?.isDirectory)
        await collectFolder(thing.entry, isAlone ? "" : `${thing.entry.name}/`, transfer);
      else if (thing.file) source.files.push({ path: thing.file.name, file: thing.file });
    }
  };
  return source;
}

function nameOf(things) {
  const names = things.map(({ entry, file }) => entry?.name ?? file?.name ?? "file");
  return names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
}

async function collectFolder(top, path, transfer) {
  const { files } = transfer.source;
  const waiting = [[top, path]];
  while (waiting.length) {
    const [folder, place] = waiting.pop();
    const reader = folder.createReader();
    for (let batch; (batch = await nextEntries(reader)).length; ) {
      transfer.stop.signal.throwIfAborted();
      for (const entry of batch)
        if (entry?.isDirectory) waiting.push([entry, `${place}${entry.name}/`]);
      files.push(...await Promise.all(batch.filter((entry) => !entry?.isDirectory).map(async (entry) => ({
        path: place + (entry?.name ?? "files that the browser could not list"),
        file: entry && await new Promise((done) => entry.file(done, () => done(null))),
      }))));
      tell(null);
    }
  }
}

// The next hundred or so; [null], once, where a folder cannot be listed any further.
function nextEntries(reader) {
  if (reader.hasFailed) return [];
  return new Promise((done) => reader.readEntries(done, () => done([((reader.hasFailed = true), null)])));
}
