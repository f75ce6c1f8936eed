// The centre of the page: title, timeline and composer of the place we look at.

import { byId, say } from "./dom.js";
import { composer } from "./composer.js";
import { examples } from "./examples.js";
import { drawHome } from "./home.js";
import { drawTimeline } from "./timeline.js";
import { channelTitle, me, place, store, userName } from "./store.js";

let shown = null;

function aboutChannel(channel) {
  if (channel.im) return "Direct messages";
  const names = (channel.member_ids ?? []).map((id) => userName(id)?.split(" ")[0]).filter(Boolean);
  return `${channel.archived ? "Archived · " : ""}${channel.private ? "Private channel" : "Channel"}${names.length ? ` · ${names.join(", ")}` : ""}`;
}

function title({ home, channel }) {
  const words = home ? `${store.data.bot?.name ?? "App"} Home` : channel ? channelTitle(channel) : "Nothing to see here";
  say(byId("place-title"), words);
  say(byId("place-about"), home ? `As ${me().name} sees it` : channel ? aboutChannel(channel) : `${me().name} is in no channel.`);
  document.title = `${words} · Takedown Desk sandbox`;
}

function compose({ home, channel }) {
  const root = byId("composer");
  const key = home || !channel ? "none" : `${store.as}:${channel.id}:${(store.data.commands ?? []).length}`;
  if (key === shown) return;
  shown = key;
  if (home || !channel) return void root.replaceChildren();
  const box = composer({ channel: channel.id, label: `Message ${channelTitle(channel)}`, id: "composer-text" });
  const put = (words) => {
    box.put(words);
    box.focus();
  };
  root.replaceChildren(examples(put), box.node);
}

export function drawChat() {
  const here = place();
  title(here);
  drawTimeline();
  drawHome(here.home);
  compose(here);
}
