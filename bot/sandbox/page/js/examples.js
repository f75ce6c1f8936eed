// Something to start with: commands a newcomer can put into the composer with one click.

import { h } from "./dom.js";
import { shortcut } from "./actions.js";
import { store } from "./store.js";

const LONGEST = 52; // letters on a chip; the whole goes into the message box
const EXAMPLES = ["/takedown https://acme.example/item/4711 counterfeit", "/takedown https://produto.mercadolivre.com.br/MLB-3344556677-bolsa-_JM counterfeit", "/takedown https://item.taobao.com/item.htm?id=600000000001 counterfeit", "/takedown bulk", "/takedown list", "/takedown approvals", "/offenders", "/digest", "/takedown-admin", "/takedown whoami", "/takedown help"];

export function examples(put) {
  const chip = (words) => h("button", { type: "button", class: "chip", title: "Put this into the message box", on: { click: () => put(words) } }, words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words);
  const globals = (store.data?.shortcuts ?? []).filter((each) => each.type === "global");
  const run = globals.map((each) => h("button", { type: "button", class: "chip shortcut", title: each.description ?? null, on: { click: () => shortcut(each.callback_id) } }, `⚡ ${each.name ?? each.callback_id}`));
  const known = EXAMPLES.filter((words) => (store.data?.commands ?? []).some((each) => words.split(" ")[0] === each.command));
  return h("div", { class: "examples", role: "group", "aria-label": "Try one of these" }, known.length > 0 && h("span", { class: "hint" }, "Try:"), known.map(chip), run);
}
