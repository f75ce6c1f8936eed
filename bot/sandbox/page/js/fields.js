// Everything a person can fill in or choose: how each element looks and what it says, in Slack's shapes.

import { h } from "./dom.js";
import { filePicker, filesWrong } from "./files.js";
import { store, channelTitle } from "./store.js";
import { plain, rendered } from "./texts.js";

const made = new WeakMap();
let count = 0;
export const freshId = (prefix) => `${prefix}-${++count}`;

const people = () => (store.data?.people ?? []).filter((person) => !person.deactivated).map((person) => ({ value: person.id, words: person.name }));
const kindOf = (channel) => (channel.im ? "im" : channel.private ? "private" : "public");

/** The conversations that the `filter` of a menu lets through. Every direct message here is with the bot. */
function conversations({ filter = {} }) {
  const fits = (each) =>
    !each.archived && (filter.include ?? ["im", "private", "public"]).includes(kindOf(each)) &&
    !(filter.exclude_external_shared_channels && each.shared) && !(filter.exclude_bot_users && each.im);
  return (store.data?.channels ?? []).filter(fits).map((each) => ({ value: each.id, words: channelTitle(each) }));
}
const channels = () => conversations({ filter: { include: ["public"] } });
const groupsOf = (element) => element.option_groups ?? [{ options: element.options ?? [] }];
const optionsOf = (element) => groupsOf(element).flatMap((group) => group.options);
const same = (one, other) => one?.value === other?.value;

function typed(type, attributes = () => ({})) {
  const read = (node) => ({ value: node.value === "" ? null : node.value });
  const build = (element, value) =>
    h(type === "textarea" ? "textarea" : "input", {
      ...(type === "textarea" ? { rows: 4 } : { type, autocomplete: "off" }),
      placeholder: element.placeholder && plain(element.placeholder),
      minlength: element.min_length, maxlength: element.max_length, ...attributes(element),
      value: value ? (value.value ?? "") : (element.initial_value ?? ""),
    });
  return { build, read };
}

function moment(type, key, initial, toWords = (value) => value, fromWords = (value) => value) {
  const build = (element, value) => h("input", { type, value: toWords(value ? value[key] : element[initial]) ?? "" });
  const read = (node) => ({ [key]: node.value ? fromWords(node.value) : null });
  return { build, read };
}

const localMinute = (seconds) => seconds && new Date(seconds * 1000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16);

function chooser(element, groups, picked) {
  const prompt = element.placeholder ? plain(element.placeholder) : "Choose…";
  const option = (each) => h("option", { value: each.value, selected: each.value === picked }, each.words);
  const all = groups.map((group) => (group.label ? h("optgroup", { label: group.label }, group.options.map(option)) : group.options.map(option)));
  return h("select", {}, h("option", { value: "" }, prompt), all);
}

const staticSelect = {
  build: (element, value) => {
    const picked = value ? value.selected_option : element.initial_option;
    let index = -1;
    const groups = groupsOf(element).map((group) => ({
      label: group.label && plain(group.label),
      options: group.options.map((each) => ({ value: String(++index), words: plain(each.text) })),
    }));
    const chosen = optionsOf(element).findIndex((each) => picked && same(each, picked));
    return chooser(element, groups, chosen < 0 ? "" : String(chosen));
  },
  read: (node, element) => ({ selected_option: node.value === "" ? null : optionsOf(element)[Number(node.value)] }),
};

function entitySelect(key, initial, list) {
  const build = (element, value) => chooser(element, [{ options: list(element) }], (value ? value[key] : element[initial]) ?? "");
  return { build, read: (node) => ({ [key]: node.value || null }) };
}

function choices(element, kind, options, picked) {
  const name = freshId("choice");
  const row = (each, index) => {
    const about = each.description && h("span", { class: "hint" }, each.description);
    return h("label", { class: "check" }, h("input", { type: kind, name, value: index, checked: picked(each, index) }), h("span", {}, each.words, about));
  };
  return h("div", { class: "choices", role: kind === "radio" ? "radiogroup" : "group" }, options.map(row));
}

const ticked = (node) => [...node.querySelectorAll("input:checked")].map((input) => Number(input.value));
const shownOptions = (element) => optionsOf(element).map((each) => ({ words: rendered(each.text), description: each.description && rendered(each.description), option: each }));

function optionChoices(kind, key, initial) {
  const many = key === "selected_options";
  return {
    group: true,
    build: (element, value) => {
      const held = value ? value[key] : element[initial];
      const picked = many ? (each) => (held ?? []).some((one) => same(one, each.option)) : (each) => Boolean(held) && same(held, each.option);
      return choices(element, kind, shownOptions(element), picked);
    },
    read: (node, element) => {
      const chosen = ticked(node).map((index) => optionsOf(element)[index]);
      return { [key]: many ? chosen : (chosen[0] ?? null) };
    },
  };
}

function entityChoices(key, initial, list) {
  return {
    group: true,
    build: (element, value) => {
      const held = (value ? value[key] : element[initial]) ?? [];
      return choices(element, "checkbox", list(element), (each) => held.includes(each.value));
    },
    read: (node, element) => ({ [key]: ticked(node).map((index) => list(element)[index]?.value).filter(Boolean) }),
  };
}

const line = typed("text");
const area = typed("textarea");
const decimal = (element) => ({ min: element.min_value, max: element.max_value, step: element.is_decimal_allowed ? "any" : 1 });

const FIELDS = {
  plain_text_input: { build: (element, value) => (element.multiline ? area : line).build(element, value), read: line.read },
  email_text_input: typed("email"),
  url_text_input: typed("url"),
  number_input: typed("number", decimal),
  datepicker: moment("date", "selected_date", "initial_date"),
  timepicker: moment("time", "selected_time", "initial_time"),
  datetimepicker: moment("datetime-local", "selected_date_time", "initial_date_time", localMinute, (words) => Math.round(new Date(words).getTime() / 1000)),
  static_select: staticSelect,
  users_select: entitySelect("selected_user", "initial_user", people),
  conversations_select: entitySelect("selected_conversation", "initial_conversation", conversations),
  channels_select: entitySelect("selected_channel", "initial_channel", channels),
  checkboxes: optionChoices("checkbox", "selected_options", "initial_options"),
  radio_buttons: optionChoices("radio", "selected_option", "initial_option"),
  multi_static_select: optionChoices("checkbox", "selected_options", "initial_options"),
  multi_users_select: entityChoices("selected_users", "initial_users", people),
  multi_conversations_select: entityChoices("selected_conversations", "initial_conversations", conversations),
  multi_channels_select: entityChoices("selected_channels", "initial_channels", channels),
  file_input: filePicker,
};

export const isField = (element) => element?.type in FIELDS;

/** The control for an element, holding `value` (Slack's state shape) when given, else its initial value. */
export function field(element, blockId, value) {
  const kind = FIELDS[element.type];
  const node = kind.build(element, value);
  node.dataset.focus = `${blockId}/${element.action_id}`;
  node.dataset.field = "";
  if (element.focus_on_load) node.dataset.first = "";
  made.set(node, { element, blockId, read: () => ({ type: element.type, ...kind.read(node, element) }), group: Boolean(kind.group) });
  return node;
}

export const about = (node) => made.get(node);
export const fieldsIn = (root) => [...root.querySelectorAll("[data-field]")];

/** All values under `root`, as `view.state.values` has them. */
export function valuesIn(root) {
  const values = {};
  for (const node of fieldsIn(root)) {
    const { element, blockId, read } = about(node);
    (values[blockId] ??= {})[element.action_id] = read();
  }
  return values;
}

/** What is wrong with a field that the browser itself does not check. */
export const wrong = (node) => (about(node).element.type === "file_input" ? filesWrong(node) : "");

export function isEmpty(state) {
  return Object.entries(state).every(([key, value]) => key === "type" || value === null || value === "" || (Array.isArray(value) && !value.length));
}
