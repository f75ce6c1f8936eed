// What the page knows: the server's last state, who we act as, and where we look (from the address).

import { api } from "./api.js";

const listeners = new Set();
const current = { as: new URLSearchParams(location.search).get("as"), data: null, online: false, failure: null };
let running = null;
let again = false;

function notify() {
  listeners.forEach((listener) => listener(current));
}

export const store = current;

export function subscribe(listener) {
  listeners.add(listener);
}

export function set(patch) {
  Object.assign(current, patch);
  notify();
}

async function load() {
  do {
    again = false;
    const asked = current.as;
    try {
      const data = await api.state(asked);
      if (asked !== current.as) again = true;
      else set({ data, as: data.me?.id ?? data.me ?? asked, failure: null });
    } catch (error) {
      set({ failure: error.message });
    }
  } while (again);
}

/** Reads the state again; calls during a read are folded into one more read. */
export function refresh() {
  if (running) again = true;
  else running = load().finally(() => (running = null));
  return running;
}

/** Where the address points: a channel (with an open thread or not) or the app's Home. */
export function place() {
  const [id, thread] = location.hash.slice(1).split("/");
  if (id === "home") return { home: true, channel: null, thread: null };
  const channels = current.data?.channels ?? [];
  const channel = channels.find((each) => each.id === id) ?? channels.find((each) => each.name === "brand-protection") ?? channels[0];
  return { home: false, channel: channel ?? null, thread: channel?.id === id ? (thread ?? null) : null };
}

export const me = () => (current.data?.people ?? []).find((person) => person.id === current.as) ?? { id: current.as, name: "" };

export function actAs(id) {
  const query = new URLSearchParams(location.search);
  query.set("as", id);
  history.replaceState(null, "", `?${query}${location.hash}`);
  current.as = id;
  return refresh();
}

export const userName = (id) => (current.data?.people ?? []).find((person) => person.id === id)?.name;
export const botName = () => current.data?.bot?.name || "Takedown Desk";

export function channelName(id) {
  const channel = (current.data?.channels ?? []).find((each) => each.id === id);
  return channel && channelTitle(channel);
}

/** "#general", or for a direct message the name of whoever is on the other side. */
export function channelTitle(channel) {
  if (!channel.im) return `#${channel.name}`;
  const other = (channel.member_ids ?? []).find((id) => id !== current.as);
  return userName(other) ?? botName();
}
