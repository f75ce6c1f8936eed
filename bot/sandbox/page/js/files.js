// Files in a form: each goes up as soon as it is chosen, as in Slack, and can be taken off again.

import { api } from "./api.js";
import { h } from "./dom.js";
import { store } from "./store.js";

const MOST_BYTES = 10_000_000;
const rows = new WeakMap();

function sizeOf(bytes) {
  return bytes < 1000 ? `${bytes} bytes` : bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function show(root) {
  const list = root.querySelector("ul");
  list.replaceChildren(...rows.get(root).map((row) =>
    h("li", {}, h("span", {}, row.name), h("span", { class: "hint" }, row.words ?? (row.file ? sizeOf(row.file.size) : "Uploading…")),
      h("button", { type: "button", class: "quiet", "aria-label": `Remove ${row.name}`, on: { click: () => remove(root, row) } }, "✕"))));
}

function remove(root, row) {
  rows.set(root, rows.get(root).filter((each) => each !== row));
  show(root);
  root.querySelector("input").focus();
}

async function send(root, row, chosen) {
  try {
    const answer = await api.attach(store.as, chosen);
    if (answer.ok) row.file = answer.file;
    else row.words = `Not uploaded: ${answer.error}.`;
  } catch (error) {
    row.words = error.message;
  }
  show(root);
}

function choose(root, input) {
  for (const chosen of input.files) {
    const row = { name: chosen.name };
    rows.get(root).push(row);
    if (chosen.size > MOST_BYTES) row.words = "Larger than 10 MB.";
    else if (!chosen.size) row.words = "Empty.";
    else send(root, row, chosen);
  }
  input.value = ""; // so that the same file can be chosen again
  show(root);
}

export const filePicker = {
  group: true,
  build: (element, value) => {
    const accept = (element.filetypes ?? []).map((each) => `.${each}`).join(",");
    const input = h("input", { type: "file", multiple: element.max_files !== 1, accept: accept || null, "aria-label": "Choose files" });
    const root = h("div", { class: "files", role: "group" }, input, h("ul", { "aria-live": "polite" }));
    rows.set(root, (value?.files ?? []).map((file) => ({ name: file.name, file })));
    input.addEventListener("change", () => choose(root, input));
    show(root);
    return root;
  },
  read: (node) => ({ files: rows.get(node).flatMap((row) => row.file ?? []) }),
};

/** Why the files cannot be sent yet; empty when they can. */
export function filesWrong(node) {
  const failed = rows.get(node).find((row) => row.words);
  if (failed) return `${failed.name}: ${failed.words} Please remove it.`;
  return rows.get(node).every((row) => row.file) ? "" : "Please wait until every file is uploaded.";
}
