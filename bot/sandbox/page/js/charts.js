// data_visualization blocks as plain SVG, each with its numbers as a table for those who cannot see it.

import { h, svg } from "./dom.js";

const WIDTH = 420;
const HEIGHT = 180;
const LEFT = 36;
const BOTTOM = 24;
const tint = (index) => `tint-${index % 6}`;

function round(top) {
  const step = 10 ** Math.floor(Math.log10(Math.max(top, 1)));
  return Math.max(Math.ceil(top / step) * step, 1);
}

function frame(top, labels, x) {
  const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - 10);
  const rules = [0, top / 2, top].map((value) => [
    svg("line", { class: "rule", x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
    svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, String(Math.round(value * 10) / 10)),
  ]);
  const names = labels.map((label, index) => svg("text", { x: x(index), y: HEIGHT - 8, "text-anchor": "middle" }, label));
  return { y, nodes: [rules, names] };
}

function axes(chart) {
  const labels = chart.axis_config?.categories ?? chart.series[0].data.map((point) => point.label);
  const slot = (WIDTH - LEFT) / labels.length;
  const x = (index) => LEFT + slot * (index + 0.5);
  const top = round(Math.max(...chart.series.flatMap((series) => series.data.map((point) => point.value))));
  return { x, slot, ...frame(top, labels, x) };
}

function bars(chart) {
  const { x, y, slot, nodes } = axes(chart);
  const width = (slot * 0.7) / chart.series.length;
  const marks = chart.series.map((series, which) =>
    series.data.map((point, index) =>
      svg("rect", { class: tint(which), x: x(index) - slot * 0.35 + which * width, y: y(point.value), width: Math.max(width - 2, 1), height: Math.max(y(0) - y(point.value), 0), rx: 2 })));
  return [nodes, marks];
}

function lines(chart) {
  const { x, y, nodes } = axes(chart);
  const marks = chart.series.map((series, which) => {
    const points = series.data.map((point, index) => `${x(index)},${y(point.value)}`).join(" ");
    const dots = series.data.map((point, index) => svg("circle", { class: tint(which), cx: x(index), cy: y(point.value), r: 3 }));
    const area = chart.type === "area" && svg("polygon", { class: `${tint(which)} area`, points: `${x(0)},${y(0)} ${points} ${x(series.data.length - 1)},${y(0)}` });
    return [area, svg("polyline", { class: `${tint(which)} line`, points }), dots];
  });
  return [nodes, marks];
}

function pie(chart) {
  const total = chart.segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  const edge = (share) => [WIDTH / 2 + 80 * Math.sin(share * 2 * Math.PI), HEIGHT / 2 - 80 * Math.cos(share * 2 * Math.PI)];
  let start = 0;
  return chart.segments.map((segment, index) => {
    const share = segment.value / total;
    if (share > 0.999) return svg("circle", { class: tint(index), cx: WIDTH / 2, cy: HEIGHT / 2, r: 80 });
    const [x1, y1] = edge(start);
    const [x2, y2] = edge((start += share));
    return svg("path", { class: tint(index), d: `M${WIDTH / 2} ${HEIGHT / 2}L${x1} ${y1}A80 80 0 ${share > 0.5 ? 1 : 0} 1 ${x2} ${y2}Z` });
  });
}

const DRAW = { bar: bars, line: lines, area: lines, pie };

function numbers(chart) {
  const series = chart.series ?? [{ name: "Value", data: chart.segments }];
  const head = h("tr", {}, h("th", { scope: "col" }, ""), series.map((each) => h("th", { scope: "col" }, each.name)));
  const rows = series[0].data.map((point, index) =>
    h("tr", {}, h("th", { scope: "row" }, point.label), series.map((each) => h("td", { class: "right" }, String(each.data[index]?.value ?? "")))));
  return h("details", {}, h("summary", {}, "Numbers"), h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
}

export function chart(block) {
  const drawing = block.chart;
  if (!DRAW[drawing?.type]) return h("p", { class: "unsupported" }, `A chart of a kind this page cannot draw: ${drawing?.type}`);
  const names = drawing.series?.map((each) => each.name) ?? drawing.segments.map((each) => each.label);
  const legend = h("ul", { class: "legend" }, names.map((name, index) => h("li", {}, h("span", { class: `swatch ${tint(index)}` }), name)));
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${drawing.type} chart: ${block.title}` }, DRAW[drawing.type](drawing));
  return h("figure", { class: "chart" }, h("figcaption", {}, block.title), picture, legend, numbers(drawing));
}
