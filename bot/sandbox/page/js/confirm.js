// Slack's confirmation dialog, as a question that answers true or false.

import { byId, h } from "./dom.js";
import { plain, rendered } from "./texts.js";

/** Asks; Escape and the deny button both mean no. Focus returns to the control that asked. */
export function confirmed(question) {
  if (!question) return Promise.resolve(true);
  const dialog = byId("confirm");
  const asker = document.activeElement;
  return new Promise((answer) => {
    const button = (words, look, verdict) => h("button", { type: "button", class: look, on: { click: () => dialog.close(verdict) } }, words);
    dialog.replaceChildren(
      h("h2", { id: "confirm-title" }, plain(question.title)),
      h("div", { id: "confirm-words" }, rendered(question.text)),
      h("div", { class: "row end" }, button(plain(question.deny), "", "no"), button(plain(question.confirm), question.style === "danger" ? "danger" : "primary", "yes")),
    );
    dialog.returnValue = "no";
    dialog.onclose = () => {
      if (asker?.isConnected) asker.focus();
      answer(dialog.returnValue === "yes");
    };
    dialog.showModal();
  });
}
