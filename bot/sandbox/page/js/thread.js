// The pane with one thread: its first message, the replies, and a composer of its own.

import { byId, keyed, say } from "./dom.js";
import { composer } from "./composer.js";
import { message } from "./message.js";
import { me, place, channelTitle } from "./store.js";
import { jumpToEnd, stick } from "./scrolling.js";
import { inChannel } from "./timeline.js";

let shown = null;
let box = null;

export function closeThread() {
  const { channel, thread } = place();
  if (channel) location.hash = channel.id;
  queueMicrotask(() => document.querySelector(`#messages [href="#${channel?.id}/${thread}"]`)?.focus());
}

function open(key, channel, ts) {
  if (shown === key) return false;
  shown = key;
  box = composer({ channel: channel.id, thread: ts, label: "Reply in this thread" });
  byId("thread-composer").replaceChildren(box.node);
  box.focus();
  return true;
}

export function drawThread() {
  const { channel, thread } = place();
  const pane = byId("thread");
  const all = channel && thread ? inChannel(channel).filter((each) => each.ts === thread || each.thread_ts === thread) : [];
  pane.hidden = !all.length;
  document.body.classList.toggle("with-thread", Boolean(all.length));
  if (!all.length) return void (shown = null);
  const key = `${me().id}:${channel.id}:${thread}`;
  const jump = open(key, channel, thread);
  say(byId("thread-about"), channelTitle(channel));
  keyed(byId("thread-messages"), all, (each) => `${key}:${each.ts}`, (each, old) => message(each, channel.id, { inThread: true }, old));
  if (jump) jumpToEnd(byId("thread-scroll"));
}

export function wireThread() {
  stick(byId("thread-scroll"), byId("thread-messages"));
  byId("thread-close").addEventListener("click", closeThread);
  byId("thread").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closeThread();
  });
}
