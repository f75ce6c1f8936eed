// The left side: who we act as, the channels, the direct messages and the app's Home.

import { byId, h, keyed, say } from "./dom.js";
import { actAs, channelTitle, me, place, store } from "./store.js";

const seen = new Map();

const ROLES = { analyst: "files and follows takedowns", approver: "approves what others file", admin: "looks after the desk", member: "reads along", guest: "a guest: may look, not file", outsider: "from another company" };

function fresh(channel, here) {
  const messages = store.data.messages?.[channel.id] ?? [];
  const key = `${store.as}:${channel.id}`;
  if (here || !seen.has(key)) seen.set(key, messages.length);
  return Math.max(messages.length - seen.get(key), 0);
}

function entry(item) {
  const unread = item.unread > 0 && h("span", { class: "unread" }, String(item.unread), h("span", { class: "unseen" }, " new"));
  return h("div", { class: "place" },
    h("a", { href: `#${item.hash}`, "aria-current": item.here ? "page" : null, "data-focus": item.hash }, h("span", { class: "sign", "aria-hidden": "true" }, item.sign), h("span", {}, item.words), unread));
}

function drawPlaces() {
  const here = place();
  const channels = store.data.channels ?? [];
  const line = (channel) => ({
    hash: channel.id, sign: channel.im ? "●" : channel.private ? "🔒" : "#", words: channel.im ? channelTitle(channel) : channel.name,
    here: !here.home && here.channel?.id === channel.id, unread: fresh(channel, !here.home && here.channel?.id === channel.id),
  });
  const items = [
    { title: "Channels" }, ...channels.filter((each) => !each.im).map(line),
    { title: "Direct messages" }, ...channels.filter((each) => each.im).map(line),
    { title: "Apps" }, { hash: "home", sign: "⌂", words: `${store.data.bot?.name ?? "App"} Home`, here: here.home, unread: 0 },
  ];
  keyed(byId("places"), items, (item) => item.hash ?? item.title, (item) => (item.title ? h("h2", {}, item.title) : entry(item)));
}

function drawPeople() {
  const select = byId("acting-as");
  const words = (person) => [person.name.split(" ")[0], person.role].filter(Boolean).join(", ");
  keyed(select, store.data.people ?? [], (person) => person.id, (person) => h("option", { value: person.id }, words(person)));
  if (select.value !== store.as && document.activeElement !== select) select.value = store.as;
  const person = me();
  say(byId("acting-about"), [person.name, person.title || ROLES[person.role], person.tz].filter(Boolean).join(" · "));
}

export function drawSidebar() {
  drawPeople();
  drawPlaces();
}

export function wireSidebar() {
  byId("acting-as").addEventListener("change", async (event) => {
    await actAs(event.target.value);
    event.target.value = store.as;
  });
}
