// The composition root: state in, drawings out.

import { byId } from "./dom.js";
import { listen } from "./api.js";
import { drawChat } from "./chat.js";
import { drawConnection } from "./connection.js";
import { drawInspector, forgetTraffic, showInspector, wireInspector } from "./inspector.js";
import { drawModal, wireModal } from "./modal.js";
import { wirePanes } from "./panes.js";
import { drawSidebar, wireSidebar } from "./sidebar.js";
import { refresh, set, store, subscribe } from "./store.js";
import { drawThread, wireThread } from "./thread.js";
import { wireTimeline } from "./timeline.js";

function draw() {
  drawConnection();
  if (!store.data) return;
  drawSidebar();
  drawChat();
  drawThread();
  drawModal(store.data.views ?? []);
  drawInspector();
}

function wireSkip() {
  document.querySelector("[data-skip]").addEventListener("click", (event) => {
    // The address' fragment is where we look, so the jump must not change it.
    event.preventDefault();
    (byId("composer-text") ?? byId("home")).focus();
  });
}

subscribe(draw);
wireSidebar();
wireTimeline();
wireThread();
wireModal();
wireInspector();
wirePanes(() => showInspector(true));
wireSkip();
window.addEventListener("hashchange", draw);
listen(refresh, (online) => {
  if (online) forgetTraffic();
  set({ online });
});
