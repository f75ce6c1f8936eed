// What people do, as calls to the server; each one reads the state again when it is done.

import { api } from "./api.js";
import { attempt } from "./notices.js";
import { refresh, store } from "./store.js";

async function done(work) {
  const answer = await attempt(work);
  await refresh();
  return answer;
}

export const click = (container, action) => done(() => api.click(store.as, container, action));
export const say = (channel, text, thread) => done(() => api.say(store.as, channel, text, thread));
export const submit = (viewId, values) => done(() => api.submit(store.as, viewId, values));
export const close = (viewId) => done(() => api.close(store.as, viewId));
export const openHome = () => done(() => api.home(store.as));
export const shortcut = (callbackId, message) => done(() => api.shortcut(store.as, callbackId, message));
export const setTrouble = (trouble, on, channel) => done(() => api.trouble(store.as, trouble, on, channel));
export const setMood = (marketplace, mood) => done(() => api.mood(marketplace, mood));
