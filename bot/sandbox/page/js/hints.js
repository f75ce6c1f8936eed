// The list of commands above the composer while the first word of a command is typed.

import { h } from "./dom.js";

/** `handles(event)` answers true when a key was for the list. */
export function hints(text, id, commandsOf) {
  const node = h("ul", { class: "hints", id, role: "listbox", "aria-label": "Commands", hidden: true });
  let found = [];
  let at = 0;
  let dismissed = "";

  const use = (command) => {
    text.value = `${command.command} `;
    text.focus();
    text.dispatchEvent(new Event("input"));
  };

  const option = (command, index) =>
    h("li", { role: "option", id: `${id}-${index}`, "aria-selected": String(index === at), on: { mousedown: (event) => (event.preventDefault(), use(command)) } },
      h("strong", {}, command.command), " ", h("code", {}, command.usage_hint ?? ""), h("span", { class: "hint" }, command.description ?? ""));

  const draw = () => {
    node.hidden = !found.length;
    node.replaceChildren(...found.map(option));
    if (found.length) text.setAttribute("aria-activedescendant", `${id}-${at}`);
    else text.removeAttribute("aria-activedescendant");
    node.children[at]?.scrollIntoView({ block: "nearest" });
  };

  const update = () => {
    const [first] = text.value.split(/\s/);
    const typing = first.startsWith("/") && text.value !== dismissed && !text.value.includes("\n");
    const naming = typing && first === text.value;
    found = typing ? commandsOf().filter((each) => (naming ? each.command.startsWith(first) : each.command === first)) : [];
    at = Math.min(at, Math.max(found.length - 1, 0));
    draw();
  };

  const KEYS = {
    ArrowDown: () => (at = (at + 1) % found.length),
    ArrowUp: () => (at = (at + found.length - 1) % found.length),
    Escape: () => {
      dismissed = text.value;
      found = [];
    },
  };

  const handles = (event) => {
    if (!found.length || event.isComposing) return false;
    const unfinished = !text.value.includes(" ") && text.value !== found[at].command;
    const completes = event.key === "Tab" ? !text.value.includes(" ") && !event.shiftKey : event.key === "Enter" && !event.shiftKey && unfinished;
    const moves = KEYS[event.key] && (event.key === "Escape" || found.length > 1);
    if (!completes && !moves) return false;
    event.preventDefault();
    if (completes) use(found[at]);
    else {
      KEYS[event.key]();
      draw();
    }
    return true;
  };

  text.addEventListener("blur", () => {
    found = [];
    draw();
  });
  text.addEventListener("focus", update);
  return { node, update, handles };
}
