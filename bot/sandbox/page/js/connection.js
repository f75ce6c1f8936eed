// One line that says whether the page, the sandbox and the bot hear each other.

import { byId, say } from "./dom.js";
import { store } from "./store.js";

const WAYS = { socket: "Socket Mode", http: "signed HTTP" };

function now() {
  if (store.failure) return ["broken", store.failure];
  if (!store.online || !store.data) return ["waiting", store.data ? "Reconnecting to the sandbox…" : "Connecting…"];
  const { bot } = store.data;
  if (!bot?.connected) return ["waiting", "The bot is not connected yet"];
  return ["live", "Bot connected", `over ${WAYS[bot.mode] ?? bot.mode}`];
}

export function drawConnection() {
  const [state, words, way = ""] = now();
  byId("connection").dataset.state = state;
  byId("connection").title = words;
  say(byId("connection-words"), words);
  say(byId("connection-way"), way);
}
