// rich_text blocks: already structured by Slack's own format, so nothing is parsed here.

import { fragment, h } from "./dom.js";
import { emoji } from "./emoji.js";
import { date, everyone, link, person, room } from "./mrkdwn.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

const INLINE = {
  text: (element) => element.text,
  link: (element) => link(element.url, element.text),
  emoji: (element) => emoji(element.name),
  user: (element) => person(element.user_id),
  usergroup: (element) => h("strong", { class: "mention live" }, `@group ${element.usergroup_id}`),
  channel: (element) => room(element.channel_id),
  broadcast: (element) => everyone(element.range),
  date: (element) => date(element.timestamp, element.format, element.fallback ?? "", element.url),
  color: (element) => h("code", {}, element.value),
};

function inline(element) {
  let node = (INLINE[element.type] ?? (() => `[${element.type}]`))(element);
  for (const [style, tag] of Object.entries(STYLES)) if (element.style?.[style]) node = h(tag, {}, node);
  return node;
}

const inlines = (element) => element.elements.map(inline);

const PARTS = {
  rich_text_section: (part) => h("p", { class: "rich" }, inlines(part)),
  rich_text_list: (part) =>
    h(part.style === "ordered" ? "ol" : "ul", { class: `rich indent-${Math.min(part.indent ?? 0, 4)}`, start: part.offset ? part.offset + 1 : null },
      part.elements.map((item) => h("li", {}, inlines(item)))),
  rich_text_quote: (part) => h("blockquote", {}, inlines(part)),
  rich_text_preformatted: (part) => h("pre", {}, inlines(part)),
};

export function richText(block) {
  return fragment((block.elements ?? []).map((part) => (PARTS[part.type] ?? (() => h("p", {}, `[${part.type}]`)))(part)));
}
