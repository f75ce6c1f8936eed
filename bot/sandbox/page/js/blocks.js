// Block Kit: one small function a block type. `context` says how to act and what was already filled in.

import { fragment, h, keyed } from "./dom.js";
import { chart } from "./charts.js";
import { control, input, picture, smallText } from "./elements.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { table } from "./tables.js";
import { plain, rendered } from "./texts.js";

/** The `markdown` block's commonest marks, turned into Slack's own. */
function fromMarkdown(text) {
  return text
    .replace(/^#{1,6}\s+(.+)$/gm, "**$1**")
    .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>")
    .replace(/^(\s*)[-*]\s+/gm, "$1• ")
    .replace(/\*\*([^*\n]+)\*\*/g, "*$1*")
    .replace(/~~([^~\n]+)~~/g, "~$1~");
}

function section(block, context) {
  const fields = block.fields && h("div", { class: "fields" }, block.fields.map((each) => h("div", {}, rendered(each))));
  const words = h("div", { class: "section-words" }, block.text && h("div", {}, rendered(block.text)), fields);
  return h("div", { class: "section" }, words, block.accessory && h("div", { class: "accessory" }, control(block.accessory, block, context)));
}

function image(block) {
  return h("figure", {}, block.title && h("figcaption", {}, plain(block.title)), picture(block, "large"));
}

function container(block, context) {
  const title = block.title ? plain(block.title) : "Details";
  return h("details", { class: "container", open: !block.default_collapsed }, h("summary", {}, title), blocks(block.child_blocks ?? [], context));
}

function card(block, context) {
  const texts = ["title", "subtitle", "body", "subtext"].map((name) => block[name] && h("p", { class: `card-${name}` }, rendered(block[name])));
  return h("div", { class: "container" }, texts, h("div", { class: "row" }, (block.actions ?? []).map((each) => control(each, block, context))));
}

const DRAW = {
  section,
  image,
  container,
  card,
  input,
  table,
  data_table: table,
  data_visualization: chart,
  header: (block) => h("h4", { class: "block-header" }, plain(block.text)),
  divider: () => h("hr"),
  context: (block) => h("div", { class: "context" }, (block.elements ?? []).map(smallText)),
  actions: (block, context) => h("div", { class: "row" }, (block.elements ?? []).map((each) => control(each, block, context))),
  context_actions: (block, context) => h("div", { class: "row" }, (block.elements ?? []).map((each) => control(each, block, context))),
  rich_text: (block) => richText(block),
  markdown: (block) => h("div", {}, mrkdwn(fromMarkdown(block.text ?? ""))),
  alert: (block) => h("div", { class: `alert ${block.level ?? "default"}` }, rendered(block.text)),
};

const sorry = (words) => h("p", { class: "unsupported" }, words);

function drawn(block, context) {
  const make = DRAW[block.type];
  if (!make) return sorry(`A “${block.type}” block, which this sandbox cannot draw.`);
  try {
    return make(block, context);
  } catch (error) {
    // One block that is not as it should be must not take the rest of the page with it.
    console.error(error);
    return sorry(`A “${block.type}” block that is not as Slack describes it.`);
  }
}

const draw = (block, context) => h("div", { class: "block" }, drawn(block, context));

export const blocks = (list, context) => fragment(list.map((block) => draw(block, context)));

/** Draws into `parent`, touching only the blocks that changed, so that nothing typed elsewhere is lost. */
export function updateBlocks(parent, list, contextOf) {
  keyed(parent, list, (block, index) => `${block.type}:${block.block_id ?? index}`, (block) => draw(block, contextOf()));
}
