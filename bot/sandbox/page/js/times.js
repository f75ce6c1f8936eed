// Moments in words, in the acting person's zone (as their own device would show them).

import { me } from "./store.js";

function format(date, options) {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: me().tz || undefined, ...options }).format(date);
  } catch {
    return new Intl.DateTimeFormat("en-GB", options).format(date);
  }
}

const dayOf = (date) => format(date, { year: "numeric", month: "2-digit", day: "2-digit" });
const SHORT = { day: "numeric", month: "short", year: "numeric" };
const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };

export const clockTime = (date) => format(date, { hour: "2-digit", minute: "2-digit" });
export const fullTime = (date) => format(date, { ...SHORT, hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
export const dateOfTs = (ts) => new Date(Number.parseFloat(ts) * 1000);

/** Time of day for today's messages, with the date for older ones. */
export function stamp(date) {
  return dayOf(date) === dayOf(new Date()) ? clockTime(date) : `${format(date, { day: "numeric", month: "short" })}, ${clockTime(date)}`;
}

function pretty(date, options) {
  const days = { [dayOf(new Date())]: "today", [dayOf(new Date(Date.now() - 864e5))]: "yesterday", [dayOf(new Date(Date.now() + 864e5))]: "tomorrow" };
  return days[dayOf(date)] ?? format(date, options);
}

function ago(date) {
  const minutes = Math.round((Date.now() - date.getTime()) / 60000);
  if (Math.abs(minutes) < 1) return "just now";
  const [count, unit] = Math.abs(minutes) < 60 ? [minutes, "minute"] : Math.abs(minutes) < 1440 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
  return new Intl.RelativeTimeFormat("en-GB").format(-count, unit);
}

const TOKENS = {
  date_num: (date) => format(date, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-"),
  date: (date) => format(date, { day: "numeric", month: "long", year: "numeric" }),
  date_short: (date) => format(date, SHORT),
  date_long: (date) => format(date, LONG),
  date_pretty: (date) => pretty(date, { day: "numeric", month: "long", year: "numeric" }),
  date_short_pretty: (date) => pretty(date, SHORT),
  date_long_pretty: (date) => pretty(date, LONG),
  time: clockTime,
  time_secs: (date) => format(date, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago,
};

/** A `{date_short} at {time}` pattern filled in for a unix second. */
export function datePattern(seconds, pattern) {
  const date = new Date(seconds * 1000);
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}
