// The app's Home for the person we act as.

import { byId, h } from "./dom.js";
import { click, openHome } from "./actions.js";
import { updateBlocks } from "./blocks.js";
import { valuesIn } from "./fields.js";
import { store } from "./store.js";

let openedFor = null;
let list = null;

/** Slack tells the app each time a person comes to its Home; so do we. */
function arrive() {
  if (openedFor === store.as) return;
  openedFor = store.as;
  list = h("div", { class: "home-blocks" });
  byId("home").replaceChildren(list);
  openHome();
}

export function drawHome(here) {
  const root = byId("home");
  root.hidden = !here;
  if (!here) return void (openedFor = null);
  arrive();
  const blocks = store.data.home?.blocks;
  if (!blocks) return void list.replaceChildren(h("p", { class: "empty" }, "The bot has not drawn this person's Home yet."));
  const held = valuesIn(list);
  updateBlocks(list, blocks, () => ({ values: held, act: (action) => click({ home: true }, action) }));
}
