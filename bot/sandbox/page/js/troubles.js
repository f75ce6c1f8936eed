// What can happen behind the bot's back, to try: to the channel we look at, to whoever we act as, to Slack itself.

import { byId, h, keyed, say } from "./dom.js";
import { setTrouble } from "./actions.js";
import { channelTitle, me, place, store } from "./store.js";

function entry({ trouble, words, on, channel }) {
  const change = (event) => setTrouble(trouble, event.target.checked, channel);
  return h("label", { class: "check" }, h("input", { type: "checkbox", checked: on, "data-focus": `trouble/${trouble}`, on: { change } }), words);
}

export function drawTroubles() {
  const { channel } = place();
  const items = [
    channel && !channel.im && { trouble: "archived", words: `${channelTitle(channel)} is archived`, on: channel.archived, channel: channel.id },
    channel && !channel.im && { trouble: "restricted", words: `Apps may not post in ${channelTitle(channel)}`, on: channel.restricted, channel: channel.id },
    channel && !channel.im && { trouble: "bot_gone", words: `The bot is not in ${channelTitle(channel)}`, on: channel.bot_gone, channel: channel.id },
    { trouble: "deactivated", words: `${me().name}'s account is deactivated`, on: Boolean(me().deactivated) },
    { trouble: "old_slack", words: "Slack does not know charts yet", on: store.data.old_slack },
  ].filter(Boolean);
  keyed(byId("troubles"), items, (item) => item.trouble, entry);
  const count = items.filter((item) => item.on).length;
  say(byId("troubles-count"), count ? `(${count} on)` : "");
}
