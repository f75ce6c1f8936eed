// The controls in messages, forms and the Home: buttons, menus and choices that speak to the bot at once.

import { isOurs, webAddress } from "./addresses.js";
import { h } from "./dom.js";
import { confirmed } from "./confirm.js";
import { about, field, freshId, isField } from "./fields.js";
import { link } from "./mrkdwn.js";
import { plain, rendered } from "./texts.js";

async function act(context, block, element, node, said) {
  if (!(await confirmed(element.confirm))) return false;
  node.setAttribute("aria-busy", "true");
  await context.act({ block_id: block.block_id, action_id: element.action_id, type: element.type, ...said });
  node.removeAttribute("aria-busy");
  return true;
}

/** The words of an action as the page API takes them. */
function spoken(state) {
  const { type: _, ...said } = state;
  return said;
}

function button(element, block, context) {
  const props = {
    type: "button", class: element.style ?? "", "aria-label": element.accessibility_label ?? null,
    "data-focus": `${block.block_id}/${element.action_id}`,
    on: { click: (event) => act(context, block, element, event.currentTarget, { value: element.value }) },
  };
  const node = h("button", props, plain(element.text));
  if (!element.url) return node;
  const out = link(element.url, plain(element.text));
  if (!(out instanceof Element)) return node;
  out.className = `button ${element.style ?? ""}`;
  out.addEventListener("click", () => act(context, block, element, out, { value: element.value }));
  return out;
}

function overflow(element, block, context) {
  const id = freshId("menu");
  const menu = h("div", { class: "menu", id, popover: "auto", role: "group", "aria-label": "More actions" });
  const opener = h("button", { type: "button", class: "more", "aria-label": element.accessibility_label ?? "More actions", popovertarget: id, "data-focus": `${block.block_id}/${element.action_id}` }, "⋯");
  const choose = (option) => {
    menu.hidePopover();
    const url = option.url && webAddress(option.url);
    if (url) window.open(url.href, "_blank", "noopener,noreferrer");
    act(context, block, element, opener, { selected_option: option });
  };
  menu.append(...(element.options ?? []).map((option) =>
    h("button", { type: "button", on: { click: () => choose(option) } }, plain(option.text), option.description && h("span", { class: "hint" }, plain(option.description)))));
  opener.addEventListener("click", () => place(menu, opener));
  return h("span", { class: "overflow" }, opener, menu);
}

/** Popovers lie above the page: put it under its button, inside the window. */
export function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  menu.style.top = `${Math.min(at.bottom + 4, window.innerHeight - 40 * (menu.children.length + 1))}px`;
  menu.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - 248))}px`;
}

function nameOf(element, block) {
  const words = element.accessibility_label ?? (element.placeholder && plain(element.placeholder)) ?? (block.text && plain(block.text));
  return words || { datepicker: "Date", timepicker: "Time", users_select: "Person" }[element.type] || "Choice";
}

function choice(element, block, context) {
  const node = field(element, block.block_id, context.values?.[block.block_id]?.[element.action_id]);
  node.setAttribute("aria-label", nameOf(element, block));
  node.addEventListener("change", () => act(context, block, element, node, spoken(about(node).read())));
  return node;
}

const unsupported = (element) => h("span", { class: "unsupported" }, `“${element?.type}” cannot be used in this sandbox.`);

/** A picture: only from this server. Anything else is shown as its words, so that nothing outside is fetched. */
export function picture(image, size) {
  const words = image.alt_text ?? "";
  const instead = () => h("span", { class: "picture", role: "img", "aria-label": words || "Picture", title: image.image_url ?? null }, size === "small" ? "🖼" : `🖼 ${words || "Picture"}`);
  if (!isOurs(webAddress(image.image_url ?? ""))) return instead();
  return h("img", { src: image.image_url, alt: words, class: size, on: { error: (event) => event.target.replaceWith(instead()) } });
}

export function control(element, block, context) {
  if (element.type === "button" || element.type === "workflow_button") return button(element, block, context);
  if (element.type === "overflow") return overflow(element, block, context);
  if (element.type === "image") return picture(element, "thumb");
  return isField(element) ? choice(element, block, context) : unsupported(element);
}

function wireDispatch(node, element, block, context) {
  const on = element.dispatch_action_config?.trigger_actions_on ?? [];
  node.addEventListener("change", () => act(context, block, element, node, spoken(about(node).read())));
  if (on.includes("on_character_entered")) node.addEventListener("input", () => act(context, block, element, node, spoken(about(node).read())));
}

/** An input block: label, control, hint and the error beside it. */
export function input(block, context) {
  const { element } = block;
  const [id, hintId, errorId] = ["field", "hint", "error"].map(freshId);
  const words = [plain(block.label), block.optional && h("span", { class: "hint" }, " (optional)")];
  const hint = block.hint && h("p", { class: "hint", id: hintId }, plain(block.hint));
  const error = h("p", { class: "field-error", id: errorId, role: "alert", "data-error": block.block_id });
  if (!isField(element)) return h("div", { class: "input" }, h("p", { class: "label" }, words), unsupported(element), hint);
  const node = field(element, block.block_id, context.values?.[block.block_id]?.[element.action_id]);
  node.id = id;
  node.setAttribute("aria-describedby", [block.hint && hintId, errorId].filter(Boolean).join(" "));
  if (!block.optional && !about(node).group) node.required = true;
  if (block.dispatch_action) wireDispatch(node, element, block, context);
  const box = { class: "input", "data-input": block.block_id, "data-optional": Boolean(block.optional) };
  if (!about(node).group) return h("div", box, h("label", { for: id }, words), node, hint, error);
  node.setAttribute("aria-labelledby", `${id}-label`);
  return h("div", box, h("p", { class: "label", id: `${id}-label` }, words), node, hint, error);
}

export const smallText = (element) => (element.type === "image" ? picture(element, "small") : h("span", {}, rendered(element)));
