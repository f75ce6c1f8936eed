// The messages of one channel, kept at the end while the reader is at the end.

import { byId, keyed } from "./dom.js";
import { announce } from "./notices.js";
import { message } from "./message.js";
import { me, place, store } from "./store.js";
import { mrkdwn } from "./mrkdwn.js";
import { jumpToEnd, stick } from "./scrolling.js";
import { drawWelcome } from "./welcome.js";

let shown = null;
let spoken = new Map();

const wordsOf = (text) => mrkdwn(text).textContent;

/** Speaks what is new or has changed since the last drawing, from others than the person we act as. */
function speakNew(messages) {
  const fresh = messages.filter((each) => each.user !== store.as && spoken.get(each.ts) !== each.text);
  if (fresh.length) announce(fresh.map((each) => `${each.user_name}: ${wordsOf(each.text ?? "")}`).join("\n"));
}

export const inChannel = (channel) => store.data.messages?.[channel.id] ?? [];
const isRoot = (each) => !each.thread_ts || each.thread_ts === each.ts;

export function drawTimeline() {
  const { channel, home } = place();
  byId("timeline").hidden = home;
  if (home || !channel) return;
  const messages = inChannel(channel);
  const key = `${me().id}:${channel.id}`;
  const jump = shown !== key;
  if (!jump) speakNew(messages);
  shown = key;
  spoken = new Map(messages.map((each) => [each.ts, each.text]));
  drawWelcome(channel, !messages.length);
  keyed(byId("messages"), messages.filter(isRoot), (each) => `${key}:${each.ts}`, (each, old) => message(each, channel.id, {}, old));
  if (jump) jumpToEnd(byId("timeline"));
}

export const wireTimeline = () => stick(byId("timeline"), byId("messages"));
