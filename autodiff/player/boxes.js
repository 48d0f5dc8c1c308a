// A box and a line of a picture on a page, as SVG; what is drawn once, where only texts and classes change.
// Names are anybody's text: they are set as text, never as markup.
function filled(e, attributes, inside) {
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...inside);
  return e;
}
const make = (tag, attributes = {}, ...inside) => filled(document.createElement(tag), attributes, inside);
const svg = (tag, attributes = {}, ...inside) => filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, inside);

// A box around (x, y): the outline of its kind as Python draws it, a second line inside that of an output,
// a ring that shows which one is meant, and its words: name and sign, value, gradient.
const HIGH = 66;
function drawnBox(kind, x, y, w, signed, attributes = {}) {
  const left = -w / 2, top = -HIGH / 2, g = svg("g", { transform: `translate(${x} ${y})`, ...attributes });
  const { shape, at } = d_outline(kind, left, top, w, HIGH);
  const body = shape === "rect" ? svg("rect", { class: "shape", x: at[0], y: at[1], width: at[2], height: at[3], rx: at[4] })
    : svg("polygon", { class: "shape", points: at.join(" ") });
  const start = signed ? { x: left + 14 } : { x: 0, "text-anchor": "middle" };
  const word = (css, y, place = start) => svg("text", { class: css, y, ...place });
  const box = {
    g, title: svg("title"), name: word("name", -12), sign: word("sign", -12, { x: w / 2 - 14, "text-anchor": "end" }),
    value: word("value", 6), grad: word("grad", 24),
  };
  g.append(box.title, svg("rect", { class: "halo", x: left - 5, y: top - 5, width: w + 10, height: HIGH + 10, rx: kind === "constant" ? 22 : 12 }), body);
  if (kind === "output") g.append(svg("rect", { class: "inner", x: left + 4, y: top + 4, width: w - 8, height: HIGH - 8, rx: 5 }));
  g.append(box.name, box.sign, box.value, box.grad);
  return box;
}
// A line along control points, x and y in turn, with its head at the last.
function drawnLine(p) {
  const n = p.length, x = p[n - 2], y = p[n - 1], turn = (Math.atan2(y - p[n - 3], x - p[n - 4]) * 180) / Math.PI;
  let d = `M${p[0]} ${p[1]}`;
  for (let i = 2; i + 5 < n; i += 6) d += `C${p.slice(i, i + 6).join(" ")}`;
  return svg("g", { class: "edge" }, svg("path", { class: "wire", d }), svg("path", { class: "tip", d: "M0 0l-10 -4.5v9z", transform: `translate(${x} ${y}) rotate(${turn})` }));
}
// The words of a line, around (x, y), on a ground that hides it; `sayMark` sets them.
function drawnMark(x, y) {
  const words = svg("text", { y: 4, "text-anchor": "middle" }), ground = svg("rect", { class: "ground", y: -9, height: 18, rx: 4 });
  return Object.assign(svg("g", { class: "mark", transform: `translate(${x} ${y})` }, ground, words), { words, ground });
}
function sayMark(mark, text) {
  if (mark.said === text) return;
  mark.words.textContent = mark.said = text;
  const wide = text ? d_width(text, 12, true) + 8 : 0;
  mark.ground.setAttribute("x", -wide / 2);
  mark.ground.setAttribute("width", wide);
}
// Scroll so that boxes [x, y, width] come into sight, at so many pixels a unit and past a margin of `pad`;
// of those that are too far apart, the last.
function bringIntoSight(view, boxes, scale, pad, calm) {
  if (!boxes.length) return;
  const put = (v) => (v + pad) * scale;
  const range = (of, middle, half) => [put(Math.min(...of.map((b) => middle(b) - half(b)))), put(Math.max(...of.map((b) => middle(b) + half(b))))];
  const ranges = (of) => [range(of, (b) => b[0], (b) => b[2] / 2), range(of, (b) => b[1], () => HIGH / 2)];
  let [[x0, x1], [y0, y1]] = ranges(boxes);
  if (x1 - x0 > view.clientWidth || y1 - y0 > view.clientHeight) [[x0, x1], [y0, y1]] = ranges(boxes.slice(-1));
  const inside = (low, high, from, size) => low >= from && high <= from + size;
  if (inside(x0, x1, view.scrollLeft, view.clientWidth) && inside(y0, y1, view.scrollTop, view.clientHeight)) return;
  view.scrollTo({ left: (x0 + x1 - view.clientWidth) / 2, top: (y0 + y1 - view.clientHeight) / 2, behavior: calm ? "auto" : "smooth" });
}
