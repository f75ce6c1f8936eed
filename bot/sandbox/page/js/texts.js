// Slack's text objects (plain_text and mrkdwn).

import { withEmoji } from "./emoji.js";
import { mrkdwn, unescaped } from "./mrkdwn.js";

/** A text object as a plain string, for labels, options and attributes. */
export function plain(object) {
  const text = unescaped(String(object?.text ?? ""));
  return object?.type === "plain_text" && object.emoji === false ? text : withEmoji(text);
}

/** A text object as nodes. */
export const rendered = (object) => (object?.type === "mrkdwn" ? mrkdwn(object.text, { verbatim: object.verbatim }) : plain(object));
