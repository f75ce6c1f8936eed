// data_visualization blocks as plain SVG, each with its numbers as a table for those who cannot see it.

import { frame, WIDTH } from "./axes.js";
import { h, svg } from "./dom.js";

const tint = (index) => `tint-${index % 6}`;

function axes(chart) {
  const labels = chart.axis_config?.categories ?? chart.series[0].data.map((point) => point.label);
  return frame(labels, chart.series.flatMap((series) => series.data.map((point) => point.value)), chart.axis_config);
}

const told = (series, point) => svg("title", {}, `${series.name}, ${point.label}: ${point.value}`);

function bars(chart) {
  const { height, x, y, slot, nodes } = axes(chart);
  const width = (slot * 0.76) / chart.series.length;
  const bar = (series, which) => (point, index) =>
    svg("rect", {
      class: tint(which), x: x(index) - slot * 0.38 + which * width, y: Math.min(y(point.value), y(0)), rx: 1.5,
      width: Math.max(width - 1.5, 1), height: Math.abs(y(0) - y(point.value)),
    }, told(series, point));
  return { height, nodes: [nodes, chart.series.map((series, which) => series.data.map(bar(series, which)))] };
}

function lines(chart) {
  const { height, x, y, nodes } = axes(chart);
  const marks = chart.series.map((series, which) => {
    const points = series.data.map((point, index) => `${x(index)},${y(point.value)}`).join(" ");
    const dots = series.data.map((point, index) => svg("circle", { class: tint(which), cx: x(index), cy: y(point.value), r: 3 }, told(series, point)));
    const area = chart.type === "area" && svg("polygon", { class: `${tint(which)} area`, points: `${x(0)},${y(0)} ${points} ${x(series.data.length - 1)},${y(0)}` });
    return [area, svg("polyline", { class: `${tint(which)} line`, points }), dots];
  });
  return { height, nodes: [nodes, marks] };
}

function pie(chart) {
  const height = 170;
  const [middle, centre] = [WIDTH / 2, height / 2];
  const total = chart.segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  const edge = (share) => [middle + 80 * Math.sin(share * 2 * Math.PI), centre - 80 * Math.cos(share * 2 * Math.PI)];
  let start = 0;
  const nodes = chart.segments.map((segment, index) => {
    const share = segment.value / total;
    const words = svg("title", {}, `${segment.label}: ${segment.value}`);
    if (share > 0.999) return svg("circle", { class: tint(index), cx: middle, cy: centre, r: 80 }, words);
    const [x1, y1] = edge(start);
    const [x2, y2] = edge((start += share));
    return svg("path", { class: `${tint(index)} slice`, d: `M${middle} ${centre}L${x1} ${y1}A80 80 0 ${share > 0.5 ? 1 : 0} 1 ${x2} ${y2}Z` }, words);
  });
  return { height, nodes };
}

const DRAW = { bar: bars, line: lines, area: lines, pie };

function numbers(chart) {
  const series = chart.series ?? [{ name: "Value", data: chart.segments }];
  const head = h("tr", {}, h("th", { scope: "col" }, ""), series.map((each) => h("th", { scope: "col" }, each.name)));
  const rows = series[0].data.map((point, index) =>
    h("tr", {}, h("th", { scope: "row" }, point.label), series.map((each) => h("td", { class: "right" }, String(each.data[index]?.value ?? "")))));
  return h("details", {}, h("summary", {}, "Numbers"), h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Numbers of the chart" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows))));
}

export function chart(block) {
  const drawing = block.chart;
  if (!DRAW[drawing?.type]) return h("p", { class: "unsupported" }, `A chart of a kind this page cannot draw: ${drawing?.type}`);
  const names = drawing.series?.map((each) => each.name) ?? drawing.segments.map((each) => `${each.label} · ${each.value}`);
  const legend = h("ul", { class: "legend" }, names.map((name, index) => h("li", {}, h("span", { class: `swatch ${tint(index)}` }), name)));
  const { height, nodes } = DRAW[drawing.type](drawing);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `${drawing.type} chart: ${block.title}` }, nodes);
  return h("figure", { class: "chart" }, h("figcaption", {}, block.title), picture, legend, numbers(drawing));
}
