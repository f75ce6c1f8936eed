// table and data_table blocks as real tables.

import { h } from "./dom.js";
import { richText } from "./richtext.js";

function content(cell) {
  if (cell?.type === "rich_text") return richText(cell);
  return String(cell?.text ?? cell?.value ?? "");
}

export function table(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const look = (index, cell) => {
    const settings = block.column_settings?.[index] ?? {};
    return `${settings.align ?? (cell?.type === "raw_number" ? "right" : "left")}${settings.is_wrapped ? "" : " nowrap"}`;
  };
  const row = (tag, cells) =>
    h("tr", {}, cells.map((cell, index) => h(tag, { class: look(index, cell), scope: tag === "th" ? "col" : null }, content(cell))));
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": block.caption ?? "Table" },
    h("table", {}, block.caption && h("caption", {}, block.caption), h("thead", {}, row("th", head)),
      h("tbody", {}, rows.map((cells) => row("td", cells)))));
}
