// One message: who, when, what, and what can be done with it.

import { h } from "./dom.js";
import { click, shortcut } from "./actions.js";
import { blocks } from "./blocks.js";
import { place } from "./elements.js";
import { freshId, valuesIn } from "./fields.js";
import { mrkdwn } from "./mrkdwn.js";
import { store } from "./store.js";
import { clockTime, dateOfTs, fullTime, stamp } from "./times.js";

function tint(id) {
  return `tint-${[...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6}`;
}

/** Slackbot and every app. */
const isBot = (id) => !(store.data?.people ?? []).some((person) => person.id === id && person.role !== "bot");
const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => word[0]?.toUpperCase() ?? "").join("");

function avatar(message) {
  if (isBot(message.user)) return h("img", { class: "avatar", src: "/page/static/icon.svg", alt: "" });
  return h("span", { class: `avatar ${tint(message.user)}`, "aria-hidden": "true" }, initials(message.user_name));
}

function shortcutsFor(message, channel) {
  const list = (store.data?.shortcuts ?? []).filter((each) => each.type === "message");
  if (!list.length || message.ephemeral) return null;
  const id = freshId("menu");
  const menu = h("div", { class: "menu", id, popover: "auto", role: "group", "aria-label": "Shortcuts for this message" });
  const opener = h("button", { type: "button", class: "more", popovertarget: id, "aria-label": `Shortcuts for the message from ${message.user_name}`, "data-focus": "shortcuts" }, "⋯");
  const run = (each) => {
    menu.hidePopover();
    shortcut(each.callback_id, { channel, ts: message.ts });
  };
  menu.append(...list.map((each) => h("button", { type: "button", title: each.description ?? null, on: { click: () => run(each) } }, each.name ?? each.callback_id)));
  opener.addEventListener("click", () => place(menu, opener));
  return h("span", { class: "overflow corner" }, opener, menu);
}

function replies(message, channel) {
  if (!message.reply_count) return h("a", { class: "reply quiet", href: `#${channel}/${message.ts}`, "data-focus": "thread" }, "Reply in thread");
  const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return h("a", { class: "replies", href: `#${channel}/${message.ts}`, "data-focus": "thread" }, words);
}

function attachment(file) {
  const size = file.size < 1024 ? `${file.size} B` : file.size < 1024 ** 2 ? `${Math.round(file.size / 1024)} KB` : `${(file.size / 1024 ** 2).toFixed(1)} MB`;
  const about = file.title === file.name ? size : `${file.name} · ${size}`;
  const href = `/page/files/${encodeURIComponent(file.id)}?as=${encodeURIComponent(store.as)}`;
  return h("li", { class: "file" }, h("span", { class: "file-sign", "aria-hidden": "true" }, file.name.split(".").at(-1).slice(0, 4).toUpperCase()),
    h("span", { class: "file-words" }, h("strong", {}, file.title), h("span", { class: "hint" }, about)),
    h("a", { class: "button", href, download: file.name, "aria-label": `Download ${file.name}`, "data-focus": `file/${file.id}` }, "Download"));
}

const files = (message) => message.files?.length > 0 && h("ul", { class: "files" }, message.files.map(attachment));

function body(message, channel, held) {
  if (!message.blocks?.length) return h("div", { class: "text" }, mrkdwn(message.text));
  const container = { channel, ts: message.ts };
  return blocks(message.blocks, { values: held, act: (action) => click(container, action) });
}

/** `options.inThread` leaves out the way into the thread. `old` is the element being replaced: its input is kept. */
export function message(item, channel, options = {}, old = null) {
  const when = dateOfTs(item.ts);
  const head = h("div", { class: "message-head" }, h("strong", {}, item.user_name), isBot(item.user) && h("span", { class: "badge" }, "app"),
    h("time", { datetime: when.toISOString(), title: fullTime(when) }, stamp(when)), item.edited && h("span", { class: "hint" }, "(edited)"));
  const only = item.ephemeral && h("p", { class: "only-you" }, "Only visible to you");
  const threads = !item.ephemeral && !options.inThread && replies(item, channel);
  const label = `${item.user_name}, ${clockTime(when)}${item.ephemeral ? ", only visible to you" : ""}`;
  return h("li", { class: item.ephemeral ? "message ephemeral" : "message", tabindex: "-1", "aria-label": label, "data-ts": item.ts },
    avatar(item), h("div", { class: "message-body" }, only, head, body(item, channel, old && valuesIn(old)), files(item), threads), shortcutsFor(item, channel));
}
