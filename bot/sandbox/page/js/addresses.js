// The one gate for addresses that come from messages.

/** The address as a URL if it is http or https, else null: nothing else may ever be opened. */
export function webAddress(text) {
  let url;
  try {
    url = new URL(text, location.href);
  } catch {
    return null;
  }
  return ["http:", "https:"].includes(url.protocol) && /^(https?:|\/)/i.test(text) ? url : null;
}

/** True when it lies on this server, so that showing it tells nobody else anything. */
export const isOurs = (url) => url?.origin === location.origin;
