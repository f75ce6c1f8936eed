// On narrow screens one panel shows at a time; the tabs at the foot choose which.

import { byId } from "./dom.js";

export function showPane(name) {
  document.body.dataset.pane = name;
  for (const tab of byId("tabs").children) {
    if (tab.dataset.paneTo === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

export function wirePanes(onInspector) {
  byId("tabs").addEventListener("click", (event) => {
    const name = event.target.closest("[data-pane-to]")?.dataset.paneTo;
    if (!name) return;
    if (name === "inspector") onInspector();
    showPane(name);
  });
  byId("places").addEventListener("click", (event) => event.target.closest("a") && showPane("chat"));
  window.addEventListener("hashchange", () => showPane("chat"));
}
