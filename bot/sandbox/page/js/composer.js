// Where people type: Enter sends, Shift+Enter breaks the line, / brings up the commands.

import { h } from "./dom.js";
import { say } from "./actions.js";
import { freshId } from "./fields.js";
import { toast } from "./notices.js";
import { hints } from "./hints.js";
import { store } from "./store.js";
import { inWords } from "./words.js";

const draftKey = (channel, thread) => `draft:${store.as}:${channel}:${thread ?? ""}`;

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, 200)}px`;
}

async function send(box, channel, thread) {
  const words = box.text.value.trim();
  if (!words) return;
  if (thread && words.startsWith("/")) return void toast(inWords("commands_in_threads"));
  box.waiting += 1;
  box.hold(words.startsWith("/") ? "Waiting for the bot…" : "Sending…");
  box.put("");
  const answer = await say(channel, words, thread);
  // What could not be sent goes back into the box, unless something new was typed meanwhile.
  if (!answer?.ok && !box.text.value) box.put(words);
  box.waiting -= 1;
  if (!box.waiting) box.hold("");
}

/** A composer for a channel or a thread: `{node, focus, put}`. `id` is given to the text box. */
export function composer({ channel, thread = null, label, id = freshId("composer") }) {
  const list = freshId("hints");
  const key = draftKey(channel, thread);
  const text = h("textarea", { id, rows: 1, placeholder: thread ? label : `${label} (/ for commands)`, "aria-label": label, "aria-autocomplete": "list", "aria-controls": list, "data-composer": "", value: sessionStorage.getItem(key) ?? "" });
  const status = h("p", { class: "composer-status hint", role: "status" });
  const box = { text, waiting: 0, hold: (words) => (status.textContent = words), focus: () => text.focus() };
  box.put = (words) => {
    text.value = words;
    text.dispatchEvent(new Event("input"));
  };
  const suggestions = hints(text, list, thread ? () => [] : () => store.data?.commands ?? []);
  text.addEventListener("input", () => {
    sessionStorage.setItem(key, text.value);
    grow(text);
    suggestions.update();
  });
  text.addEventListener("keydown", (event) => {
    if (suggestions.handles(event) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(box, channel, thread);
  });
  const form = h("form", { class: "composer-box", on: { submit: (event) => (event.preventDefault(), send(box, channel, thread)) } }, text, h("button", { type: "submit", class: "primary" }, "Send"));
  box.node = h("div", { class: "composer" }, suggestions.node, form, status);
  requestAnimationFrame(() => grow(text));
  return box;
}
