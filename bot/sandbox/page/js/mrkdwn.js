// Slack's message markup as DOM nodes. Only control sequences that are live in Slack become more than text.

import { webAddress } from "./addresses.js";
import { fragment, h } from "./dom.js";
import { emoji } from "./emoji.js";
import { botName, channelName, userName } from "./store.js";
import { datePattern } from "./times.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const INLINE = [
  { find: /`([^`\n]+)`/y, make: (m) => h("code", {}, unescaped(m[1])) },
  { find: /<([@#!][^<>\n]*|(?:https?|mailto|tel):[^<>\s|]+(?:\|[^<>\n]*)?)>/y, make: (m) => control(m[1]) },
  { find: /https?:\/\/[^\s<>|*`]*[^\s<>|*`.,;:!?)_~'"]/y, bare: true, make: (m) => link(unescaped(m[0])) },
  { find: /\*(?=\S)([^*\n]*[^*\s])\*(?![\p{L}\p{N}])/uy, edge: true, make: (m, o) => h("strong", {}, inline(m[1], o)) },
  { find: /_(?=\S)([^_\n]*[^_\s])_(?![\p{L}\p{N}])/uy, edge: true, make: (m, o) => h("em", {}, inline(m[1], o)) },
  { find: /~(?=\S)([^~\n]*[^~\s])~(?![\p{L}\p{N}])/uy, edge: true, make: (m, o) => h("s", {}, inline(m[1], o)) },
  { find: /:([a-z0-9_+-]+):/y, make: (m) => emoji(m[1]) },
];

/** Undoes Slack's three entities, exactly once. */
export const unescaped = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** A link that can only ever be http or https; anything else stays text. */
export function link(address, label) {
  const url = webAddress(address);
  if (!url) return label || address;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", title: address }, label || address);
}

export const person = (id, label) => h("span", { class: "mention" }, `@${userName(id) ?? label ?? (/^B|BOT/.test(id) ? botName() : id)}`);
export const room = (id, label) => h("span", { class: "mention" }, channelName(id) ?? `#${label || "private channel"}`);
export const everyone = (range) => h("strong", { class: "mention live", title: "A live mention: everyone here is notified" }, `@${range}`);

export function date(seconds, pattern, fallback, address) {
  const words = Number.isFinite(seconds) ? datePattern(seconds, pattern) : fallback;
  return h("time", { title: fallback, datetime: Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString() : null }, address ? link(address, words) : words);
}

function special(body, label) {
  const [kind, ...rest] = body.split("^");
  if (kind === "date") return date(Number.parseInt(rest[0], 10), unescaped(rest[1] ?? ""), label ?? "", rest[2]);
  if (kind === "subteam") return h("strong", { class: "mention live" }, label || `@group ${rest[0] ?? ""}`);
  if (["here", "channel", "everyone"].includes(kind)) return everyone(kind);
  return label || `<!${body}>`;
}

function control(body) {
  const bar = body.indexOf("|");
  const target = unescaped(bar < 0 ? body : body.slice(0, bar));
  const label = bar < 0 ? undefined : unescaped(body.slice(bar + 1));
  if (target[0] === "@") return person(target.slice(1), label);
  if (target[0] === "#") return room(target.slice(1), label);
  if (target[0] === "!") return special(target.slice(1), label);
  return link(target, label);
}

function next(text, at, options) {
  const afterWord = at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]);
  for (const rule of INLINE) {
    if ((rule.edge && afterWord) || (rule.bare && (options.verbatim || afterWord))) continue;
    rule.find.lastIndex = at;
    const match = rule.find.exec(text);
    if (match) return { node: rule.make(match, options), end: at + match[0].length };
  }
  return null;
}

function inline(text, options) {
  const parts = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const found = next(text, at, options);
    if (found) {
      parts.push(unescaped(plain), found.node);
      plain = "";
      at = found.end;
    } else plain += text[at++];
  }
  return fragment(parts, unescaped(plain));
}

function lines(text, options) {
  const out = [];
  let quote = null;
  text.split("\n").forEach((line, index) => {
    if (line.startsWith(">")) {
      if (quote) quote.append(h("br"));
      else out.push((quote = h("blockquote")));
      quote.append(inline(line.slice(1).trimStart(), options));
      return;
    }
    if (index > 0 && !quote) out.push(h("br"));
    quote = null;
    out.push(inline(line, options));
  });
  return out;
}

/** `options.verbatim`: bare addresses stay text, as Slack does with `verbatim: true`. */
export function mrkdwn(text, options = {}) {
  const pieces = String(text ?? "").split(/```\n?([\s\S]+?)\n?```\n?/);
  return fragment(pieces.map((piece, index) => (index % 2 ? h("pre", {}, unescaped(piece)) : piece && lines(piece, options))));
}
