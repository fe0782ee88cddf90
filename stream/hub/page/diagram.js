// A layout as a small plan: which screens each panel spans, and a sign for its visual. Not a picture of the wall.

import { svg } from "./dom.js";

const W = 32, H = 18, GAP = 1.4;

const dot = (x, y, r, tone) => svg("circle", { cx: x, cy: y, r, class: tone });
const line = (d, tone = "faint") => svg("path", { d, class: `${tone} stroke` });
const bar = (x, y, w, h, tone = "ink") => svg("rect", { x, y, width: w, height: h, rx: h / 2, class: tone });

/** Signs in a box of 32 × 18, by visual. */
const SIGNS = {
  constellation: () => [line("M7 12L13 6L20 9L26 5M13 6L17 14L20 9"), dot(7, 12, 1.6, "c1"), dot(13, 6, 2.2, "c2"), dot(20, 9, 1.8, "c3"), dot(26, 5, 1.3, "c4"), dot(17, 14, 1.3, "c5")],
  conversations: () => [line("M8 13Q16 1 25 12"), line("M8 13Q16 17 25 12"), line("M16 5Q18 9 25 12"), dot(8, 13, 2, "c1"), dot(25, 12, 2, "c3"), dot(16, 5, 1.4, "c4")],
  stories: () => [bar(6, 4.5, 14, 2), bar(6, 8.2, 20, 2), bar(6, 11.9, 11, 2, "faint")],
  numbers: () => [line("M7 5.500L9 4V14", "ink"), line("M14 6Q14 4 16.5 4T19 6.500Q19 8.5 14 14H19.5", "ink"), bar(22.5, 12, 4, 1.8, "faint")],
  river: () => [svg("path", { d: "M3 9Q10 9 14 4T29 8V11Q20 10 14 14T3 10Z", class: "c1" }), svg("path", { d: "M3 10Q10 10 14 14T29 11V12Q20 13 14 16T3 10.500Z", class: "c3" })],
  rising: () => [line("M6 13L13 11L18 11.500L26 5", "c1"), line("M6 15L14 14L26 10.5", "c2")],
  title: () => [bar(5, 5.5, 18, 3), bar(5, 10.5, 11, 1.8, "faint")],
  world: () => [svg("ellipse", { cx: 16, cy: 9, rx: 10, ry: 6, class: "faint stroke" }), line("M6 9H26M16 3V15")],
  mood: () => [line("M5 11Q11 3 16 9T27 6", "c3")],
  compare: () => [bar(6, 5, 18, 2, "c1"), bar(6, 8.5, 12, 2, "c2"), bar(6, 12, 7, 2, "c4")],
  voices: () => [dot(9, 9, 3, "c1"), dot(17, 9, 2.4, "c2"), dot(24, 9, 1.8, "c3")],
  test_pattern: () => [line("M2 2L30 16M30 2L2 16"), svg("circle", { cx: 16, cy: 9, r: 5, class: "ink stroke" })],
};

/** The plan of `layout` on `grid`, hidden from screen readers: the tile names it. */
export function diagram(layout, grid) {
  const across = grid.columns * (W + GAP) - GAP;
  const down = grid.rows * (H + GAP) - GAP;
  const plan = svg("svg", { viewBox: `0 0 ${across} ${down}`, class: "plan", "aria-hidden": "true" });
  const signs = [];
  for (const { visual, screens } of layout.panels) {
    const columns = screens.map((s) => (s - 1) % grid.columns);
    const rows = screens.map((s) => Math.floor((s - 1) / grid.columns));
    const x = Math.min(...columns) * (W + GAP);
    const y = Math.min(...rows) * (H + GAP);
    const width = (Math.max(...columns) + 1) * (W + GAP) - GAP - x;
    const height = (Math.max(...rows) + 1) * (H + GAP) - GAP - y;
    const scale = Math.min(width / W, height / H);
    plan.append(svg("rect", { x, y, width, height, class: "panel" }));
    signs.push(svg("g", { transform: `translate(${x + (width - W * scale) / 2} ${y + (height - H * scale) / 2}) scale(${scale})` }, ...(SIGNS[visual]?.() ?? [])));
  }
  for (let i = 1; i < grid.columns; i++) plan.append(svg("path", { d: `M${i * (W + GAP) - GAP / 2} 0V${down}`, class: "bezel" }));
  for (let i = 1; i < grid.rows; i++) plan.append(svg("path", { d: `M0 ${i * (H + GAP) - GAP / 2}H${across}`, class: "bezel" }));
  plan.append(...signs);
  return plan;
}
