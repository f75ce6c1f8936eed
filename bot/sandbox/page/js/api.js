// The page's only door to the sandbox server.

export class ApiError extends Error {}

async function read(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    throw new ApiError(`The sandbox answered with something unreadable (HTTP ${response.status}).`);
  }
  if (!response.ok && body.ok === undefined) {
    throw new ApiError(body.error ? `The sandbox refused: ${body.error}.` : `The sandbox refused (HTTP ${response.status}).`);
  }
  return body;
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new ApiError("The sandbox does not answer. Is it still running in your terminal?");
  }
  return read(response);
}

const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  state: (as) => call(`/page/state${as ? `?as=${encodeURIComponent(as)}` : ""}`),
  traffic: (after) => call(`/page/traffic?after=${after}`),
  say: (as, channel, text, threadTs) => post("/page/say", { as, channel, text, ...(threadTs ? { thread_ts: threadTs } : {}) }),
  click: (as, container, action) => post("/page/click", { as, container, ...action }),
  submit: (as, viewId, values) => post("/page/submit", { as, view_id: viewId, values }),
  attach: (as, file) => {
    const named = new URLSearchParams({ as, name: file.name });
    return call(`/page/attach?${named}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
  },
  close: (as, viewId) => post("/page/close", { as, view_id: viewId }),
  home: (as) => post("/page/home", { as }),
  shortcut: (as, callbackId, message) => post("/page/shortcut", { as, callback_id: callbackId, ...(message ? { message } : {}) }),
  trouble: (as, trouble, on, channel) => post("/page/trouble", { as, trouble, on, ...(channel ? { channel } : {}) }),
  mood: (marketplace, mood) => post("/page/mood", { marketplace, mood }),
};

/** Calls `onChange` at each server change and `onLine(true|false)` as the line comes and goes; reconnects for ever. */
export function listen(onChange, onLine) {
  let wait = 500;
  const connect = () => {
    const source = new EventSource("/page/events");
    source.onopen = () => {
      wait = 500;
      onLine(true);
      onChange();
    };
    source.onmessage = onChange;
    source.onerror = () => {
      source.close();
      onLine(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 8000);
    };
  };
  connect();
}
