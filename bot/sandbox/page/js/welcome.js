// What an empty channel says: where we are and what to try first.

import { byId, h } from "./dom.js";
import { channelTitle } from "./store.js";

const STEPS = [
  "Click the first example under “Try”, then press Enter.",
  "Read the preview only you can see, and press File.",
  "Watch the card in the channel until the pretend marketplace has removed the listing.",
];
let shown = null;

function steps() {
  return h("div", { class: "welcome" },
    h("h2", {}, "Welcome to the sandbox"),
    h("p", {}, "A pretend workspace with the real bot in it. Nobody is notified and nothing is filed for real."),
    h("ol", {}, STEPS.map((words) => h("li", {}, words))),
    h("p", {}, "Shortcuts stand beside the examples (⚡) and in the ⋯ of a message, and in threads you can mention the bot instead of typing a command."),
    h("p", { class: "hint" }, "On the left you choose who you are. Behind the scenes you can upset the marketplace and read every call."));
}

export function drawWelcome(channel, empty) {
  const key = `${channel.id}:${empty}`;
  if (key === shown) return;
  shown = key;
  const start = h("p", { class: "empty" }, `This is the start of ${channel.im ? "your conversation with " : ""}${channelTitle(channel)}.`);
  byId("welcome").replaceChildren(...(empty && !channel.im ? [steps(), start] : [start]));
}
