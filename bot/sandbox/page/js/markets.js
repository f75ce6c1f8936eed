// The pretend marketplaces: their mood, and what was filed with them.

import { byId, h, keyed } from "./dom.js";
import { setMood } from "./actions.js";
import { store } from "./store.js";

const MOODS = {
  calm: "calm: works as it should", slow: "slow: takes seconds to answer", hangs: "hangs: answers after a minute", down: "down: answers 503",
  rate_limited: "rate limited: answers 429", lost_reply: "loses its reply: takes it, then cuts the line", cut_before: "cuts the line before taking anything",
  rejects: "rejects every request", asks_for_information: "asks for information", brings_back: "brings listings back", broken_json: "answers rubbish",
  unknown_status: "uses an unknown status word", bad_token: "refuses our token", refuses: "refuses what is filed", breaks: "answers 500",
};
const words = (word) => word.replaceAll("_", " ");

function mood(market) {
  const options = market.moods.map((each) => h("option", { value: each, selected: each === market.mood }, MOODS[each] ?? words(each)));
  return h("label", { class: "mood" }, h("span", {}, `Mood of ${market.name}`),
    h("select", { "data-focus": `mood/${market.key}`, on: { change: (event) => setMood(market.key, event.target.value) } }, options));
}

function filed(market) {
  if (!market.filed.length) return h("p", { class: "empty" }, "Nothing was filed here yet.");
  return h("ul", { class: "filed" }, [...market.filed].reverse().map((each) =>
    h("li", {}, h("strong", {}, each.reference), h("span", { class: `status ${each.status}` }, words(each.status)), h("span", { class: "hint address" }, each.listing_url))));
}

function draw(market) {
  return h("section", { class: "market", "aria-label": market.name }, mood(market), filed(market));
}

export function drawMarkets() {
  const markets = store.data.marketplaces ?? [];
  const items = markets.length ? markets : [{ key: "none" }];
  keyed(byId("markets"), items, (market) => market.key, (market) => (market.name ? draw(market) : h("p", { class: "empty" }, "No pretend marketplace is running.")));
}
