// The frame of a chart: round numbers up the side, categories along the foot, a name for each.

import { svg } from "./dom.js";

export const WIDTH = 360;
const PLOT = 150;
const HEAD = 10;
const LETTER = 8; // the width of a letter at this size, as drawn in the picture's own units

/** Two to five round steps from zero, or from below it, to the top. */
export function steps(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const whole = values.every(Number.isInteger);
  const size = Math.max([1, 2, 5, 10].find((each) => each * power >= rough) * power, whole ? 1 : 0);
  const first = Math.floor(low / size);
  const count = Math.max(Math.ceil(high / size), first + 1) - first;
  return Array.from({ length: count + 1 }, (_, index) => (first + index) * size);
}

const written = (value) => new Intl.NumberFormat("en-GB", { notation: Math.abs(value) >= 10000 ? "compact" : "standard", maximumFractionDigits: 2 }).format(value);
// Chinese, Japanese and Korean letters take the room of two.
const wide = (label) => [...label].reduce((sum, letter) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(letter) ? 2 : 1), 0);
function shortened(label, most) {
  let kept = label;
  while (wide(kept) > most) kept = [...kept].slice(0, kept.endsWith("…") ? -2 : -1).join("") + "…";
  return kept;
}

/** Long names lean, and so need room below. */
function foot(labels, slot) {
  const longest = Math.max(...labels.map(wide));
  if (longest * LETTER <= slot - 4) return { room: 18, reach: 0, name: (label, x, y) => svg("text", { x, y: y + 14, "text-anchor": "middle" }, label) };
  const most = Math.min(longest, 15);
  const leaning = (label, x, y) =>
    svg("text", { transform: `translate(${x + 4} ${y + 12}) rotate(-40)`, "text-anchor": "end" }, shortened(label, most), svg("title", {}, label));
  return { room: 14 + most * LETTER * 0.68, reach: most * LETTER * 0.78 + 8, name: leaning };
}

/** `{height, x, y, slot, nodes}`: where a category and a value lie, and the frame itself. */
export function frame(labels, values, { x_label: across, y_label: up } = {}) {
  const marks = steps(values);
  const side = Math.max(...marks.map((mark) => written(mark).length)) * LETTER + 10 + (up ? 16 : 0);
  const { room, reach, name } = foot(labels, (WIDTH - side - 4) / labels.length);
  const left = Math.max(side, reach - (WIDTH - side) / labels.length / 2);
  const slot = (WIDTH - left - 4) / labels.length;
  const [low, high] = [marks[0], marks.at(-1)];
  const y = (value) => HEAD + PLOT * (1 - (value - low) / (high - low));
  const x = (index) => left + slot * (index + 0.5);
  const height = HEAD + PLOT + room + (across ? 18 : 4);
  const rules = marks.map((mark) => [
    svg("line", { class: mark === 0 ? "rule base" : "rule", x1: left, x2: WIDTH, y1: y(mark), y2: y(mark) }),
    svg("text", { x: left - 6, y: y(mark) + 4, "text-anchor": "end" }, written(mark)),
  ]);
  const titles = [
    across && svg("text", { class: "axis", x: left + (WIDTH - left) / 2, y: height - 4, "text-anchor": "middle" }, across),
    up && svg("text", { class: "axis", transform: `translate(11 ${HEAD + PLOT / 2}) rotate(-90)`, "text-anchor": "middle" }, shortened(up, 26)),
  ];
  return { height, x, y, slot, nodes: [rules, labels.map((label, index) => name(label, x(index), HEAD + PLOT)), titles] };
}
