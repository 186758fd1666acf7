// The area on the page: what can be chosen or dropped, and how far the sending is.

const ARCHIVE = /\.(zip|tar|tgz|tar\.gz)$/i;

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement;
  const find = (selector) => root.querySelector(selector);
  const area = find(".area");
  const start = (source) => source && startTransfer(data.base, source);
  const view = {
    draw(event) {
      drawArea(find);
      if (event) setTriggerValue("changed", `${event} ${performance.now()}`);
    },
  };
  find(".limits").textContent = data.limits;
  find(".area").classList.toggle("aside", data.aside);
  const folder = find("input[webkitdirectory]"), archive = find("input:not([webkitdirectory])");
  find(".folder").onclick = () => folder.click();
  find(".archive").onclick = () => archive.click();
  folder.onchange = () => start(chosenFolder(taken(folder)));
  archive.onchange = () => start(chosenArchive(taken(archive)));
  find(".cancel").onclick = cancelTransfer;
  find(".again").onclick = () => start(shared.message?.again);
  // A drag passes over inner elements, each with an enter and a leave of its own.
  let depth = 0;
  const mark = (change) => {
    depth = change ? Math.max(0, depth + change) : 0;
    area.classList.toggle("over", depth > 0 && !shared.transfer);
  };
  area.ondragenter = (event) => (event.preventDefault(), mark(1));
  area.ondragover = (event) => event.preventDefault();
  area.ondragleave = () => mark(-1);
  area.ondrop = (event) => {
    event.preventDefault();
    mark(0);
    if (!shared.transfer) start(dropped([...event.dataTransfer.items]));
  };
  guardPage();
  shared.views.set(root, view);
  drawArea(find);
  return () => {
    if (shared.views.get(root) !== view) return; // drawn anew meanwhile
    shared.views.delete(root);
    if (!shared.message?.isError) shared.message = null;
  };
}

// A file that is dropped beside the area would be opened in place of the page.
function guardPage() {
  if (shared.isGuarded) return;
  shared.isGuarded = true;
  for (const kind of ["dragover", "drop"])
    addEventListener(kind, (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
}

function drawArea(find) {
  const { transfer, message } = shared;
  find(".rest").hidden = Boolean(transfer);
  find(".busy").hidden = !transfer;
  find(".message").hidden = find(".said").hidden = Boolean(transfer) || !message;
  say(find(".said"), message?.text ?? "");
  find(".message").classList.toggle("error", Boolean(message?.isError));
  find(".again").hidden = !message?.again;
  if (!transfer) return;
  const share = transfer.bytes ? transfer.receivedBytes / transfer.bytes : 0;
  const { name } = transfer.source;
  say(find(".stage"), transfer.waitsFor ? `'${name}' is uploaded and waits: ${transfer.waitsFor} is still running`
    : transfer.retrySeconds === null ? `Sending '${name}'`
    : `The connection is lost; trying again in ${Math.ceil(transfer.retrySeconds)} s`);
  say(find(".figures"), progressText(transfer));
  find("[role=progressbar]").setAttribute("aria-valuenow", Math.floor(100 * share));
  find("[role=progressbar] i").style.width = `${100 * share}%`;
}

// A text that is set anew is read out anew, even when it is the same.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function taken(input) {
  const files = [...input.files];
  input.value = ""; // the same choice again is a choice
  return files;
}

function chosenFolder(files) {
  if (!files.length) return null;
  const name = files[0].webkitRelativePath.split("/")[0];
  const inside = (file) => file.webkitRelativePath.slice(name.length + 1) || file.name;
  return { kind: "folder", name, files: files.map((file) => ({ path: inside(file), file })) };
}

function chosenArchive([file]) {
  return file ? { kind: "archive", name: file.name, files: [{ path: file.name, file }] } : null;
}

// One archive is an archive; one folder is that folder; all else together is a folder without name.
function dropped(items) {
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
