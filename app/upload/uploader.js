// The area on the page: what can be chosen or dropped, and how far the sending is.

import { chosenArchive, chosenFolder, dropped, taken } from "./chosen.js";
import { progressText } from "./progress.js";
import { cancelTransfer, shared, startTransfer } from "./transfer.js";

/** @import { AreaData } from "./types.js" */

/**
 * Draw the area; Streamlit calls it with each run of the page.
 * @param {object} component - What Streamlit gives to a component.
 * @param {HTMLElement} component.parentElement - Holds the HTML of `area.py`.
 * @param {AreaData} component.data - What Python has to say.
 * @param {(name: "changed", value: string) => void} component.setTriggerValue - Tells Python.
 * @returns {() => void} What Streamlit calls at its end.
 */
export default function drawUploader({ parentElement, data, setTriggerValue }) {
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
    if (shared.views.get(root) !== view) return; // drawn again meanwhile
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

// A text that is set again is read out again, even when it is the same.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
