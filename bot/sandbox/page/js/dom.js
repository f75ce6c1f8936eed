// Building and updating the page. Text only ever enters through text nodes and attributes, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const prints = new WeakMap();

export const byId = (id) => document.getElementById(id);

function dress(node, props) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") Object.entries(value).forEach(([event, listener]) => node.addEventListener(event, listener));
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
}

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) node.append(child);
  }
  return node;
}

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  dress(node, props);
  return fill(node, children);
}

export function svg(tag, props, ...children) {
  const node = document.createElementNS(SVG, tag);
  dress(node, props);
  return fill(node, children);
}

export const fragment = (...children) => fill(document.createDocumentFragment(), children);

/** Sets text only when it differs, so that live regions speak once. */
export function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

function returnFocus(fresh, focused) {
  const again = focused && [...fresh.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === focused);
  if (again) again.focus();
  else if (fresh.hasAttribute("tabindex")) fresh.focus();
}

function swap(old, fresh) {
  const active = document.activeElement;
  const held = old.contains(active);
  old.replaceWith(fresh);
  if (held) returnFocus(fresh, active.dataset.focus);
}

/**
 * Makes `parent` hold one element per item, touching only the items that changed.
 * `render(item, old)` is called for new and changed items; focus stays on the same control.
 */
export function keyed(parent, items, keyOf, render) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let before = null;
  items.forEach((item, index) => {
    const key = String(keyOf(item, index));
    const print = JSON.stringify(item);
    let node = old.get(key);
    old.delete(key);
    if (!node || prints.get(node) !== print) {
      const fresh = render(item, node, index);
      fresh.dataset.key = key;
      prints.set(fresh, print);
      if (node) swap(node, fresh);
      node = fresh;
    }
    const place = before ? before.nextElementSibling : parent.firstElementChild;
    if (node !== place) parent.insertBefore(node, place);
    before = node;
  });
  old.forEach((node) => node.remove());
}
