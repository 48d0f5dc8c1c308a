// Steps through a recording that Python has written down: every number here is a text that it printed.
// Texts come from the graph and are set as text, never as markup.
const story = JSON.parse(document.getElementById("data").textContent);
const { nodes, edges, steps, end } = story;
const parts = new Map([...document.querySelectorAll("[data-id]")].map((e) => [e.dataset.id, e]));
const $ = (id) => parts.get(id);
const tongue = speech(document, story), { word, scoped } = tongue;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const PAD = 28;
const name = (i) => nodes[i].name, d = (i) => `d${whole(name(end))}/d${whole(name(i))}`;
let scale = 1, state = null, at = -1;

// The picture, drawn once; a step only changes classes and texts.
function drawNode(n) {
  const box = drawnBox(n.kind, n.x, n.y, n.w, Boolean(n.op), { class: `node ${n.kind}` });
  box.name.textContent = n.short;
  box.sign.textContent = n.sign;
  box.value.textContent = n.box;
  return Object.assign(n, { g: box.g, title: box.title, mark: box.grad }).g;
}
function drawEdge(e) {
  e.g = drawnLine(e.d);
  e.mark = drawnMark(e.x, e.y);
  return e.g;
}
function drawGraph() {
  const picture = $("graph");
  picture.setAttribute("viewBox", `${-PAD} ${-PAD} ${story.width + 2 * PAD} ${story.height + 2 * PAD}`);
  story.labels = story.frames.map(([path, x, y, width, height]) => {
    const label = svg("text", { class: "scope", x: x + 10, y: y + 17 });
    picture.append(svg("rect", { class: "frame", x, y, width, height, rx: 12 }), label);
    return [label, path.split("/").at(-1)];
  });
  const lines = edges.filter((e) => e.d), boxes = nodes.filter((n) => !n.aside);
  for (const e of lines) picture.append(drawEdge(e));
  for (const n of boxes) picture.append(drawNode(n));
  for (const e of lines) picture.append(e.mark);
  nodes.forEach((n, i) => {
    if (n.aside) return;
    n.g.addEventListener("pointerenter", () => light(i));
    n.g.addEventListener("pointerleave", () => light(chosen()));
    n.g.addEventListener("click", () => { $("paths").value = $("paths").value === String(i) ? "" : String(i); light(chosen()); });
    $("paths").append(make("option", { value: i }, n.name));
  });
}

// All paths from a node to the output: the ways on which its gradient comes back.
const chosen = () => ($("paths").value === "" ? null : Number($("paths").value));
function light(start) {
  const picture = $("graph");
  for (const part of [...nodes, ...edges]) part.g?.classList.remove("lit");
  picture.classList.toggle("lighting", start !== null);
  if (start === null) { $("ways").textContent = ""; return; }
  const out = nodes.map(() => []);
  for (const e of edges) out[e.s].push(e);
  const ways = nodes.map(() => 0n);
  ways[end] = 1n;
  for (let i = nodes.length - 1; i >= start; i--) if (i !== end) for (const e of out[i]) ways[i] += ways[e.t];
  const seen = new Set([start]), pending = [start];
  while (pending.length) {
    const i = pending.pop();
    nodes[i].g.classList.add("lit");
    for (const e of out[i]) if (ways[e.t]) {
      e.g.classList.add("lit");
      if (!seen.has(e.t)) { seen.add(e.t); pending.push(e.t); }
    }
  }
  const n = ways[start];
  $("ways").textContent = word(n === 1n ? "ways_one" : "ways_many", n, nodes[start].name, name(end));
}

function paint(now) {
  state = now;
  nodes.forEach((n, i) => {
    if (n.aside) return;
    n.g.classList.toggle("future", !now.recorded.has(i));
    n.g.classList.toggle("now", now.now.has(i));
    const sum = now.sums.get(i);
    n.mark.textContent = sum === undefined ? "" : `∂ ${now.hiddenSum === i ? "?" : sum.sum}`;
    n.mark.setAttribute("class", `grad ${sum === undefined ? "" : tone(sum.sumSign)}`);
    n.g.querySelector(".value").textContent = now.hidden === i || !now.recorded.has(i) ? "?" : n.box;
  });
  const few = edges.length <= 400;
  edges.forEach((e, i) => {
    if (!e.d) return;
    const sent = now.sent.get(i), here = now.edge === i || (now.phase === "record" && now.now.has(e.t));
    e.g.setAttribute("class", `edge ${now.recorded.has(e.t) ? "" : "future"} ${sent ? `sent ${tone(sent.sign)}` : ""} ${here ? "now" : ""}`);
    e.mark.setAttribute("class", `mark ${sent ? tone(sent.sign) : ""}`);
    sayMark(e.mark, now.hiddenEdge === i ? "?" : sent && (few || here) ? signed(sent.short) : "");
  });
  light(chosen());
}
function zoom(to) {
  scale = Math.max(0.1, Math.min(2.5, to));
  $("graph").setAttribute("width", (story.width + 2 * PAD) * scale);
  $("graph").setAttribute("height", (story.height + 2 * PAD) * scale);
}
const fitting = () => Math.min($("view").clientWidth / (story.width + 2 * PAD), ($("view").clientHeight - 4) / (story.height + 2 * PAD), 1.35);

const walk = walker({
  $, word, scoped, name, d, end, nodes,
  steps: () => steps,
  text: (s) => s,
  leaves: () => nodes.filter((n) => !n.op && n.kind !== "constant").map((n) => [n.kind, `${n.name} = ${n.value}`]),
  count: nodes.filter((n) => !n.op && n.kind !== "constant").length,
  sent: (s) => steps.slice(0, steps.indexOf(s) + 1).filter((p) => p.t === s.t),
  grads: () => [...state.sums].filter(([i]) => !nodes[i].op).map(([i, s]) => [i, s.after, s.sumSign]),
  show(now, k, jump) {
    paint(now);
    const first = at < 0;
    at = k;
    $("link").href = `#step=${k}`;
    if (!first) try { history.replaceState(null, "", `#step=${k}`); } catch { /* some viewers have no address */ }
    mark(k);
    const boxes = [...now.now].filter((i) => !nodes[i].aside).map((i) => [nodes[i].x, nodes[i].y, nodes[i].w]);
    bringIntoSight($("view"), boxes, scale, PAD, first || jump || calm.matches);
  },
  again: (jump) => walk.paint(jump),
});
function fromAddress() {
  const found = /^#step=(\d{1,9})$/.exec(location.hash);
  walk.seek(found ? Number(found[1]) : Math.max(at, 0));
}

// The tables, filled when they are first opened.
function fillTables() {
  const sums = new Map(steps.filter((s) => s.t !== undefined).map((s) => [s.t, s]));
  $("nodes").tBodies[0].replaceChildren(...nodes.map((n, i) => make("tr", {},
    make("th", { scope: "row" }, n.name), make("td", {}, word(`kind_${n.kind}`)), make("td", {}, n.op || "–"), make("td", {}, n.value), make("td", {}, sums.get(i)?.after ?? "–"))));
  $("steps").tBodies[0].replaceChildren(...steps.map((s, k) => {
    const what = { start: word("leaves"), end: word("done"), record: s.formula, seed: word("backward"), back: s.p === "back" ? `${name(s.n)} → ${name(s.t)}` : "" }[s.p];
    const cells = s.p === "back" ? [s.up, s.local ? `${s.rule} = ${s.local}` : s.rule, s.part, s.after]
      : s.p === "seed" ? ["", "", "", s.after] : s.p === "record" ? ["", s.locals.map(([r, x]) => (x ? `${r} = ${x}` : r)).join("; "), "", ""] : ["", "", "", ""];
    return make("tr", {}, make("th", { scope: "row" }, make("a", { href: `#step=${k}` }, String(k))), make("td", {}, what), ...cells.map((c) => make("td", {}, c)));
  }));
  mark(at);
}
function mark(k) {
  for (const row of $("steps").querySelectorAll("tr.current")) { row.classList.remove("current"); row.removeAttribute("aria-current"); }
  const row = $("steps").tBodies[0].rows[k];
  if (row) { row.classList.add("current"); row.setAttribute("aria-current", "step"); }
}
function words() {
  tongue.fill();
  document.documentElement.lang = tongue.language;
  document.title = $("title").textContent = tongue.title(story);
  const drawn = (list) => list.filter((x) => !x.aside).length, recorded = steps.filter((s) => s.p === "record").length;
  $("count").textContent = word("count", drawn(nodes), edges.filter((e) => e.d).length, recorded);
  $("graph-text").textContent = nodes.filter((n) => n.op).map((n) => word("described", n.name, n.op, n.value)).slice(0, 40).join("; ") || name(end);
  for (const n of nodes) if (!n.aside) n.title.textContent = word("box", `${n.name}${n.op ? ` = ${n.op}` : ""}`, word(`kind_${n.kind}`), n.value);
  for (const [label, scope] of story.labels) label.textContent = scoped(scope);
  if ($("tables").open) fillTables();
  light(chosen());
}

drawGraph();
words();
$("bar").hidden = $("told").hidden = false;
zoom(Math.max(fitting(), 0.85)); // at this scale the smallest letters are 10 pixels high
const zooms = { in: () => scale * 1.25, out: () => scale / 1.25, fit: fitting };
for (const [id, to] of Object.entries(zooms)) $(id).addEventListener("click", () => zoom(to()));
$("language").addEventListener("click", () => { tongue.turn(); words(); walk.paint(); });
$("paths").addEventListener("change", () => light(chosen()));
$("tables").addEventListener("toggle", () => { if ($("tables").open) fillTables(); });
addEventListener("hashchange", fromAddress);
document.addEventListener("keydown", walk.key);
fromAddress();
