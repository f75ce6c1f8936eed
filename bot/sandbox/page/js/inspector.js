// The traffic, newest first: every call between the bot, the workspace and the marketplaces.

import { byId, h } from "./dom.js";
import { api } from "./api.js";
import { drawMarkets } from "./markets.js";
import { store } from "./store.js";
import { drawTroubles } from "./troubles.js";
import { clockTime } from "./times.js";

const KEPT = 300;
const WIDE = 1180;
let after = 0;
let reading = null;
let more = false;

const open = () => !document.body.classList.contains("no-inspector");
const good = (status) => status === undefined || status === null || /^(ok|acked|ack|sent|delivered|true|[123]\d\d)/i.test(String(status));

function pretty(body) {
  if (body === undefined || body === null || body === "") return "(nothing)";
  if (typeof body !== "string") return JSON.stringify(body, null, 2);
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function details(call) {
  const part = (name, body) => [h("h4", {}, name), h("pre", { tabindex: "0", "aria-label": `${name} of call ${call.n}` }, pretty(body))];
  return h("div", {}, part("Request", call.request), part("Response", call.response));
}

function entry(call) {
  const at = new Date(call.at);
  const when = Number.isNaN(at.getTime()) ? "" : clockTime(at);
  const node = h("details", {},
    h("summary", {}, h("span", { class: "route" }, `${call.from} → ${call.to}`), h("span", { class: "kind" }, call.kind),
      h("span", { class: good(call.status) ? "call-status" : "call-status bad" }, String(call.status ?? "")),
      h("span", { class: "hint" }, [when, call.ms === undefined || call.ms === null ? "" : `${Math.round(call.ms)} ms`].filter(Boolean).join(" · "))));
  // Bodies are long and rarely looked at: they are printed when they are opened.
  node.addEventListener("toggle", () => node.open && node.children.length === 1 && node.append(details(call)));
  return h("li", { "data-n": call.n }, node);
}

async function read() {
  do {
    more = false;
    let calls;
    try {
      calls = await api.traffic(after);
    } catch {
      return; // The line to the sandbox is gone; the header says so, and the next state reads again.
    }
    const list = byId("traffic");
    for (const call of calls) {
      if (call.n <= after) continue;
      after = call.n;
      list.prepend(entry(call));
    }
    while (list.children.length > KEPT) list.lastElementChild.remove();
    byId("traffic-none").hidden = list.children.length > 0;
  } while (more);
}

function readTraffic() {
  if (!open() || byId("traffic-pause").checked) return;
  if (reading) more = true;
  else reading = read().finally(() => (reading = null));
}

export function drawInspector() {
  if (!store.data) return;
  drawMarkets();
  drawTroubles();
  readTraffic();
}

/** Starts the list anew: a sandbox that was restarted counts its calls from one again. */
export function forgetTraffic() {
  after = 0;
  byId("traffic").replaceChildren();
}

export function showInspector(shown) {
  document.body.classList.toggle("no-inspector", !shown);
  byId("inspector-toggle").setAttribute("aria-expanded", String(shown));
  drawInspector();
}

function choose(shown) {
  localStorage.setItem("inspector", shown ? "shown" : "hidden");
  showInspector(shown);
}

export function wireInspector() {
  byId("inspector-toggle").addEventListener("click", () => {
    choose(true);
    byId("inspector-close").focus();
  });
  byId("inspector-close").addEventListener("click", () => {
    choose(false);
    byId("inspector-toggle").focus();
  });
  byId("traffic-pause").addEventListener("change", readTraffic);
  // Where it would lie over the chat it stays away until it is asked for.
  showInspector(window.innerWidth > WIDE && localStorage.getItem("inspector") !== "hidden");
}
