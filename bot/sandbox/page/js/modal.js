// The form on top: a native dialog that shows the last view of the stack and never loses what was typed.

import { byId, h, say } from "./dom.js";
import { click, close, submit } from "./actions.js";
import { updateBlocks } from "./blocks.js";
import { about, fieldsIn, isEmpty, valuesIn, wrong } from "./fields.js";
import { plain } from "./texts.js";

let shown = null;
let opener = null;
const held = new Map();

const parts = () => ({ body: document.querySelector("#modal .modal-body"), send: document.querySelector("#modal [type=submit]") });

function showErrors(errors) {
  let first = null;
  for (const slot of document.querySelectorAll("#modal [data-error]")) {
    const words = errors[slot.dataset.error] ?? "";
    say(slot, words);
    const node = slot.parentElement.querySelector("[data-field]");
    if (words) node?.setAttribute("aria-invalid", "true");
    else node?.removeAttribute("aria-invalid");
    if (words && !first) first = node;
  }
  const loose = Object.entries(errors).filter(([id]) => ![...document.querySelectorAll("#modal [data-error]")].some((slot) => slot.dataset.error === id));
  say(document.querySelector("#modal .modal-error"), loose.map(([, words]) => words).join(" "));
  if (first) (first.matches("input, select, textarea") ? first : first.querySelector("input"))?.focus();
}

/** What the browser itself can tell is wrong, as Slack's own client does before it sends anything. */
function ownErrors(body) {
  const errors = {};
  for (const node of fieldsIn(body)) {
    const { blockId, read } = about(node);
    const box = node.closest("[data-input]");
    if (!box) continue;
    if (box.dataset.optional === undefined && isEmpty(read())) errors[blockId] = "Please fill this in.";
    else if (wrong(node)) errors[blockId] = wrong(node);
    else if (node.validationMessage) errors[blockId] = node.validationMessage;
  }
  return errors;
}

async function send(view) {
  const { body, send: button } = parts();
  const errors = ownErrors(body);
  showErrors(errors);
  if (Object.keys(errors).length || button?.ariaBusy === "true") return;
  button?.setAttribute("aria-busy", "true");
  const answer = await submit(view.id, valuesIn(body));
  button?.removeAttribute("aria-busy");
  if (answer?.errors && shown === view.id) showErrors(answer.errors);
}

function frame(view) {
  const cancel = () => close(view.id);
  const actions = [h("button", { type: "button", on: { click: cancel } }, view.close ? plain(view.close) : view.submit ? "Cancel" : "Close")];
  if (view.submit) actions.push(h("button", { type: "submit", class: "primary" }, plain(view.submit)));
  return h("form", { class: "modal-form", novalidate: true, on: { submit: (event) => (event.preventDefault(), send(view)) } },
    h("header", {}, h("h2", { id: "modal-title" }, plain(view.title)), h("button", { type: "button", class: "quiet", "aria-label": "Close this form", on: { click: cancel } }, "✕")),
    h("div", { class: "toasts", role: "alert" }), h("p", { class: "modal-error field-error", role: "alert" }),
    h("div", { class: "modal-body" }), h("footer", { class: "row end" }, actions));
}

function keepTyped() {
  const { body } = parts();
  if (shown && body) held.set(shown, valuesIn(body));
}

function focusFirst(dialog) {
  const first = dialog.querySelector("[data-first]") ?? dialog.querySelector(".modal-body :is(input, select, textarea, button, a)") ?? dialog.querySelector("footer button:last-child");
  first?.focus();
}

function vanish(dialog) {
  if (!dialog.open) return;
  dialog.close();
  dialog.replaceChildren();
  shown = null;
  held.clear();
  (opener?.isConnected ? opener : byId("composer-text"))?.focus();
}

function headOf(view) {
  return JSON.stringify([view.title, view.submit, view.close]);
}

let head = null;

function reframe(dialog, view) {
  if (shown === view.id && head === headOf(view)) return false;
  keepTyped();
  shown = view.id;
  head = headOf(view);
  dialog.replaceChildren(frame(view));
  return true;
}

export function drawModal(views) {
  const dialog = byId("modal");
  const top = views.at(-1);
  if (!top) return vanish(dialog);
  const { errors } = top;
  const view = { ...top.view, id: top.id };
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
  }
  const fresh = reframe(dialog, view);
  const { body } = parts();
  const typed = fresh ? held.get(view.id) : valuesIn(body);
  const act = (action) => click({ view_id: view.id }, { ...action, values: valuesIn(parts().body) });
  updateBlocks(body, view.blocks ?? [], () => ({ values: typed, act }));
  if (fresh) focusFirst(dialog);
  if (fresh && errors && Object.keys(errors).length) showErrors(errors);
}

export function wireModal() {
  byId("modal").addEventListener("cancel", (event) => {
    // Escape asks the bot to close; the dialog goes when the server says so.
    event.preventDefault();
    if (shown) close(shown);
  });
}
