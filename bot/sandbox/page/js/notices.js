// Short messages to the person: errors in view, new messages for screen readers.

import { byId, h } from "./dom.js";
import { inWords } from "./words.js";

const SHOWN_MS = 9000;

export function toast(words) {
  const box = h("div", { class: "toast" }, h("p", {}, words));
  box.append(h("button", { type: "button", class: "quiet", on: { click: () => box.remove() } }, "Dismiss"));
  // An open <dialog> lies above everything else on the page, so the words go inside it.
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog?.querySelector(".toasts") ?? byId("toasts")).append(box);
  setTimeout(() => box.remove(), SHOWN_MS);
}

export function announce(words) {
  byId("announcer").textContent = words;
}

/** Runs a call to the server and says what went wrong; answers null then. */
export async function attempt(work) {
  try {
    const answer = await work();
    if (answer?.ok === false && !answer.errors) toast(inWords(answer.error));
    return answer;
  } catch (error) {
    toast(error.message);
    return null;
  }
}
