// Something to start with: commands a newcomer can put into the composer with one click.

import { h } from "./dom.js";
import { shortcut } from "./actions.js";
import { store } from "./store.js";

const EXAMPLES = ["/takedown https://acme.example/item/4711 counterfeit", "/takedown list", "/offenders", "/digest", "/takedown help"];

export function examples(put) {
  const chip = (words) => h("button", { type: "button", class: "chip", title: "Put this into the message box", on: { click: () => put(words) } }, words);
  const globals = (store.data?.shortcuts ?? []).filter((each) => each.type === "global");
  const run = globals.map((each) => h("button", { type: "button", class: "chip shortcut", title: each.description ?? null, on: { click: () => shortcut(each.callback_id) } }, `⚡ ${each.name ?? each.callback_id}`));
  const known = EXAMPLES.filter((words) => (store.data?.commands ?? []).some((each) => words.split(" ")[0] === each.command));
  return h("div", { class: "examples", role: "group", "aria-label": "Try one of these" }, known.length > 0 && h("span", { class: "hint" }, "Try:"), known.map(chip), run);
}
