// The picture of a live page: where the boxes and lines stand, what they say, and what happens under the hand.
// Set a text, a class or a style only where it changes: most of a picture stays as it is while a hand moves.
function say(e, text) { if (e.said !== text) e.textContent = e.said = text; }
function dress(e, css) { if (e.dressed !== css) { e.dressed = css; e.setAttribute("class", css); } }
const short = (text, most = 18) => (text.length <= most ? text : `${text.slice(0, most / 2)}…${text.slice(-(most / 2 - 1))}`);

// A nameless constant is no box of its own: its number stands beside the sign of the operation.
const folded = (n) => n.kind === "constant" && n.op === "";
function sign(live, i) {
  const n = live.nodes[i];
  if (n.formula) return "";
  const [own, ...left] = d_with_numbers(n.op, n.operands, n.operands.map((k) => (folded(live.nodes[k]) ? digits(live.values[k], 4) : null)));
  return left.length ? `${own} ${left.join(", ")}` : own;
}
const titled = (n) => short(n.name, 18);

// Where the boxes, the words of the edges and the curves stand: the layout that Python draws with,
// printed as JavaScript. It goes the way in which more of it can be read in the room that there is.
const WORD = [70, 15];
function place(live, room, boxes, folds = []) {
  const N = live.nodes.length, drawn = [...new Set(boxes.filter((b) => b !== null))], at = new Map(drawn.map((b, k) => [b, k])), bundles = new Map();
  const edges = boxes.flatMap((to, target) => (to === null ? [] : live.nodes[target].operands.flatMap((source, place) => {
    const from = boxes[source];
    if (from === null || from === to) return [];
    if (from < N && to < N) return [{ source, target, place, from, to }];
    const key = `${from}>${to}`, known = bundles.get(key); // to or from a fold all are one line
    if (known) return void known.many.push([target, place]) ?? [];
    bundles.set(key, { from, to, many: [[target, place]] });
    return [bundles.get(key)];
  })));
  const home = (b) => (b < N ? live.nodes[b].scope : folds[b - N].scope) ?? "";
  const few = edges.length <= 120, scopes = [], parents = [];
  const scope = (path) => {
    if (!path) return -1;
    if (!scopes.includes(path)) {
      const above = scope(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
      scopes.push(path);
      parents.push(above);
    }
    return scopes.indexOf(path);
  };
  const size = (i) => {
    if (i >= N) return FOLD;
    const n = live.nodes[i], said = n.op ? sign(live, i) : "";
    return [d_page_width(titled(n), said, ""), HIGH];
  };
  const sizes = drawn.map(size);
  const plan = {
    widths: sizes.map((s) => s[0]), heights: sizes.map((s) => s[1]),
    sources: edges.map((e) => at.get(e.from)), targets: edges.map((e) => at.get(e.to)),
    word_widths: edges.map((e) => (few && live.wanted[e.source] ? WORD[0] : 0)), word_heights: edges.map((e) => (few && live.wanted[e.source] ? WORD[1] : 0)),
    scopes: drawn.map((b) => scope(home(b))), parents,
  };
  const ways = (drawn.length > 400 ? ["TB"] : ["LR", "TB"]).map((way) => d_placed(plan, d_prepared(plan), way));
  const scale = (p) => Math.min((room.clientWidth || 900) / (p.width + 52), (room.clientHeight || 560) / (p.height + 52), 1.3);
  const best = ways.reduce((a, b) => (scale(b) > scale(a) ? b : a));
  const members = new Map(drawn.flatMap((b) => (b < N ? [] : [[b, []]])));
  boxes.forEach((b, i) => { if (b !== null && b >= N) members.get(b).push(i); });
  return { ...best, drawn, edges, sizes, scopes, few, boxes, members, folds };
}

class Picture {
  constructor(root, live, formulas, placed, onPick, onDrag, onOpen) {
    Object.assign(this, { root, live, formulas, placed, onPick, onDrag, onOpen, scale: 1 });
    this.pad = 26;
    this.width = placed.width + 2 * this.pad;
    this.height = placed.height + 2 * this.pad;
    root.replaceChildren();
    root.setAttribute("viewBox", `${-this.pad} ${-this.pad} ${this.width} ${this.height}`);
    this.scopes = placed.frames.map(([x, y, width, height]) => {
      const label = svg("text", { class: "scope", x: x + 10, y: y + 17 });
      root.append(svg("rect", { class: "frame", x, y, width, height, rx: 12 }), label);
      return label;
    });
    this.edges = placed.edges.map((edge, e) => this.edge(edge, e));
    this.nodes = live.nodes.map(() => null);
    this.folds = new Map();
    placed.drawn.forEach((b, k) => {
      if (b < live.nodes.length) this.nodes[b] = this.node(live.nodes[b], b, placed.xs[k], placed.ys[k], placed.sizes[k]);
      else this.folds.set(b, this.fold(b, placed.xs[k], placed.ys[k]));
    });
    for (const edge of this.edges) root.append(edge.g);
    for (const b of placed.drawn) root.append((this.nodes[b] ?? this.folds.get(b)).g);
    for (const edge of this.edges) if (edge.mark) root.append(edge.mark);
  }
  edge(edge, e) {
    const p = this.placed.paths[e], last = p.length - 2;
    edge.g = drawnLine(p);
    if (edge.many) return edge;
    edge.mark = this.placed.few ? drawnMark(this.placed.word_xs[e], this.placed.word_ys[e]) : drawnMark(p[last], p[last + 1] - 16);
    return edge;
  }
  node(n, i, x, y, [w]) {
    const leaf = !n.op;
    const node = drawnBox(n.kind, x, y, w, !leaf, { class: `node ${n.kind}${leaf ? " leaf" : ""}`, tabindex: "0", role: leaf ? "slider" : "button" });
    if (leaf) node.g.append(svg("path", { class: "grip", d: `M${-w / 2 + 7} 0l-4 -4v8zM${w / 2 - 7} 0l4 -4v8z` }));
    this.listen(node.g, i, leaf);
    return { ...node, leaf };
  }
  fold(b, x, y) {
    const f = b - this.live.nodes.length, box = drawnFold(this.placed.folds[f], this.placed.members.get(b), x, y);
    box.g.addEventListener("click", () => this.onOpen(f));
    box.g.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); this.onOpen(f); } });
    return box;
  }
  // A leaf is taken hold of and moved sideways; a press without a move picks the node.
  listen(g, i, leaf) {
    let from = null;
    g.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = { x: event.clientX, value: this.live.values[i], moved: false, group: {} };
      if (leaf) { g.setPointerCapture(event.pointerId); event.preventDefault(); g.focus({ preventScroll: true }); }
    });
    g.addEventListener("pointermove", (event) => {
      if (!from || !leaf) return;
      const by = event.clientX - from.x;
      if (Math.abs(by) > 2) from.moved = true;
      if (from.moved) this.onDrag(i, from.value, by, from.group);
    });
    const release = () => { if (from && !from.moved) this.onPick(i); from = null; };
    g.addEventListener("pointerup", release);
    g.addEventListener("pointercancel", () => { // the hand scrolls the page
      if (from && from.moved) this.onDrag(i, from.value, 0, from.group);
      from = null;
    });
    g.addEventListener("keydown", (event) => { if (event.key === "Enter" || (event.key === " " && !leaf)) { event.preventDefault(); event.stopPropagation(); this.onPick(i); } });
  }
  // The frames' names, as `scoped` says them.
  name(scoped) { this.scopes.forEach((label, s) => say(label, short(scoped(this.placed.scopes[s].split("/").at(-1)), 28))); }
  // `view`: which node is chosen, what the edges say, how far a stepped recording has come (or null).
  paint(view) {
    const { live } = this, at = view.step;
    this.nodes.forEach((node, i) => {
      if (!node) return;
      const n = live.nodes[i], known = !at || at.recorded.has(i);
      if (n.op) say(node.sign, sign(live, i));
      say(node.name, titled(n));
      const grad = at ? view.sum(i) : live.grads[i];
      const value = known && !(at && at.hidden === i) ? digits(live.values[i], 4) : "?";
      say(node.value, live.broken && n.op ? NOT_COMPUTED : value);
      say(node.grad, grad === null || live.broken ? "" : `∂ ${at && at.hiddenSum === i ? "?" : digits(grad, 4)}`);
      dress(node.grad, `grad ${tone(grad)}`);
      node.g.classList.toggle("future", !known);
      if (node.leaf) node.g.dataset.value = live.values[i];
      node.g.classList.toggle("now", at ? at.now.has(i) : view.chosen === i);
    });
    for (const [b, box] of this.folds) {
      const sums = box.members.map((i) => (live.broken ? null : at ? view.sum(i) : live.grads[i])), known = (i) => !at || at.recorded.has(i);
      say(box.name, short(view.folded(b), 22));
      paintFold(box, box.members.map((i) => ((live.broken && live.nodes[i].op) || !known(i) ? 0 : live.values[i])), sums);
      box.g.classList.toggle("future", !box.members.some(known));
      box.g.classList.toggle("now", box.members.some((i) => (at ? at.now.has(i) : view.chosen === i)));
    }
    clearTimeout(this.waiting); // what is read aloud is said at once, then anew when the hand rests
    if (this.waiting === undefined) this.describe(view);
    this.waiting = setTimeout(() => this.describe(view), 120);
    this.edges.forEach((edge) => {
      if (edge.many) return this.bundle(edge, view);
      const { target, place, source } = edge;
      const key = `${target}.${place}`;
      const part = live.broken || (at && !at.sent.has(key)) ? null : live.parts[target][place];
      const local = live.broken || (at && !at.recorded.has(target)) ? null : live.locals[target][place];
      const flows = live.wanted[source] && local !== null;
      const said = view.edges === "local" ? (flows ? digits(local, 4) : "") : view.edges === "part" && part !== null ? signed(digits(part, 4)) : "";
      const hidden = at && at.hiddenEdge === key;
      sayMark(edge.mark, hidden ? "?" : said ? (view.edges === "local" ? `× ${bracket(said)}` : said) : "");
      const x = part;
      const dim = view.lit && !view.lit.has(key) ? " dim" : "";
      dress(edge.mark, `mark ${tone(view.edges === "local" ? local : part)}${at && !at.recorded.has(target) ? " future" : ""}${dim}`);
      dress(edge.g, `edge ${x === null ? "" : `sent ${tone(x)}`}${at && !at.recorded.has(target) ? " future" : ""}${at && at.edge === key ? " now" : ""}${view.lit && view.lit.has(key) ? " lit" : ""}`);
      const width = (x === null ? 0 : strength(x)).toFixed(2);
      if (edge.strength !== width) edge.g.style.setProperty("--strength", edge.strength = width);
    });
    this.root.classList.toggle("lighting", Boolean(view.lit));
    if (view.lit) this.nodes.forEach((node, i) => node && node.g.classList.toggle("lit", view.litNodes.has(i)));
    if (view.lit) for (const box of this.folds.values()) box.g.classList.toggle("lit", box.members.some((i) => view.litNodes.has(i)));
  }
  // A line for many edges is as strong as the strongest of them.
  bundle(edge, { step: at, lit }) {
    const { live } = this, sent = live.broken ? [] : edge.many.filter(([t, k]) => live.parts[t][k] !== null && (!at || at.sent.has(`${t}.${k}`)));
    const part = sent.reduce((most, [t, k]) => (Math.abs(live.parts[t][k]) > Math.abs(most) ? live.parts[t][k] : most), 0);
    const future = at && !edge.many.some(([t]) => at.recorded.has(t));
    dress(edge.g, `edge many ${sent.length ? `sent ${tone(part)}` : ""}${future ? " future" : ""}${lit && edge.many.some(([t, k]) => lit.has(`${t}.${k}`)) ? " lit" : ""}`);
    const width = strength(part).toFixed(2);
    if (edge.strength !== width) edge.g.style.setProperty("--strength", edge.strength = width);
  }
  describe(view) {
    const { kind } = view;
    for (const [b, box] of this.folds) {
      const text = view.described(b, box.members);
      say(box.title, text);
      box.g.setAttribute("aria-label", text);
    }
    const { live, formulas } = this;
    this.nodes.forEach((node, i) => {
      if (!node) return;
      const n = live.nodes[i], x = live.broken && n.op ? null : live.values[i], grad = live.grads[i];
      node.title.textContent = n.op ? `${formulas.defined(i)} = ${digits(x)}` : `${n.name} = ${digits(x)}`;
      node.g.setAttribute("aria-label", `${n.name}, ${kind(n.kind)}, ${digits(x)}${grad === null ? "" : `, ${formulas.d(i)} = ${digits(grad)}`}`);
      if (!node.leaf) return;
      const now = Math.max(-1e6, Math.min(1e6, Number.isFinite(x) ? x : 0)).toFixed(6);
      for (const [k, v] of Object.entries({ valuenow: now, valuetext: digits(x), valuemin: -1e6, valuemax: 1e6 })) node.g.setAttribute(`aria-${k}`, v);
    });
  }
  zoom(to) {
    this.scale = Math.max(0.08, Math.min(2.5, to));
    this.root.setAttribute("width", this.width * this.scale);
    this.root.setAttribute("height", this.height * this.scale);
  }
  follow(view, wanted) {
    const { drawn, xs, ys, sizes } = this.placed;
    const boxes = [...new Set([...wanted].map((i) => this.placed.boxes[i]))].map((b) => drawn.indexOf(b)).filter((k) => k >= 0).map((k) => [xs[k], ys[k], sizes[k][0]]);
    bringIntoSight(view, boxes, this.scale, this.pad, matchMedia("(prefers-reduced-motion: reduce)").matches);
  }
  fitting(room) { return Math.min((room.clientWidth - 4) / this.width, (room.clientHeight - 4) / this.height, 1.3); }
}
// 0 to 1 for |x|, on a log scale from 0.001 to 1,000.
function strength(x) {
  if (x === 0) return 0;
  return Number.isFinite(x) ? Math.min(1, Math.max(0.05, (Math.log10(Math.abs(x)) + 3) / 6)) : 1;
}
