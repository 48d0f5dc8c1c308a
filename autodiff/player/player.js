// Shows one step of the story at a time. Texts come from the graph and are set as text, never as markup.
const story = JSON.parse(document.getElementById("story").textContent);
const { nodes, edges, steps } = story;
const $ = (id) => document.getElementById(id);
const word = (key, ...values) => story.texts[key].replace(/\{(\d)\}/g, (_, i) => values[i]);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const last = steps.length - 1;
const PAD = 28;
const end = nodes[story.end].name;
let current = -1, scale = 1, timer = 0;

const d = (name) => `d${end}/d${name}`;

// The picture, drawn once; a step only changes classes and texts.
function drawNode(n) {
  const box = drawnBox(n.kind, n.x, n.y, n.w, Boolean(n.op), { class: `node ${n.kind}` });
  box.title.textContent = word("box", `${n.name}${n.op ? ` = ${n.op}` : ""}`, word(`kind.${n.kind}`), n.value);
  box.name.textContent = n.short;
  box.sign.textContent = n.sign;
  box.value.textContent = n.box;
  n.g = box.g;
  n.mark = box.grad;
  return n.g;
}
function drawEdge(e) {
  e.g = drawnLine(e.d);
  e.mark = svg("text", { class: "mark", x: e.x, y: e.y + 4, "text-anchor": "middle" });
  e.g.append(e.mark);
  return e.g;
}
function drawGraph() {
  const picture = $("graph");
  picture.setAttribute("viewBox", `${-PAD} ${-PAD} ${story.width + 2 * PAD} ${story.height + 2 * PAD}`);
  for (const e of edges) picture.append(drawEdge(e));
  for (const n of nodes) picture.append(drawNode(n));
  nodes.forEach((n, i) => {
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
  for (const part of [...nodes, ...edges]) part.g.classList.remove("lit");
  picture.classList.toggle("lighting", start !== null);
  if (start === null) { $("ways").textContent = ""; return; }
  const out = nodes.map(() => []);
  for (const e of edges) out[e.s].push(e);
  const ways = nodes.map(() => 0n);
  ways[story.end] = 1n;
  for (let i = nodes.length - 1; i >= start; i--) if (i !== story.end) for (const e of out[i]) ways[i] += ways[e.t];
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
  $("ways").textContent = word(n === 1n ? "path" : "paths", n, nodes[start].name, end);
}

// The state after a step: what was recorded, sent and summed until then.
function state(k) {
  const at = { recorded: new Set(), sent: new Map(), grads: new Map(), parts: new Map() };
  nodes.forEach((n, i) => { if (!n.op) at.recorded.add(i); });
  for (const s of steps.slice(0, k + 1)) {
    if (s.p === "record") at.recorded.add(s.n);
    if (s.p === "seed" || s.p === "back") {
      at.grads.set(s.t, { text: s.after, short: s.sum, sign: s.sumSign });
      at.parts.set(s.t, [...(at.parts.get(s.t) ?? []), s]);
      if (s.e !== undefined) at.sent.set(s.e, s);
    }
  }
  return at;
}
function paint(k, at) {
  const s = steps[k];
  nodes.forEach((n, i) => {
    n.g.classList.toggle("future", !at.recorded.has(i));
    n.g.classList.toggle("now", s.n === i || s.t === i);
    const grad = at.grads.get(i);
    n.mark.textContent = grad === undefined ? "" : `∂ ${grad.short}`;
    n.mark.setAttribute("class", `grad ${grad === undefined ? "" : tone(grad.sign)}`);
  });
  edges.forEach((e, i) => {
    const sent = at.sent.get(i);
    const now = s.e === i || (s.p === "record" && e.t === s.n);
    e.g.setAttribute("class", `edge ${at.recorded.has(e.t) ? "" : "future"} ${sent ? `sent ${tone(sent.sign)}` : ""} ${now ? "now" : ""}`);
    e.mark.textContent = sent && (edges.length <= 400 || now) ? signed(sent.short) : "";
  });
  light(chosen());
}

// The words of a step.
function line(term, ...inside) {
  $("lines").append(make("div", {}, make("dt", {}, term), make("dd", {}, ...inside)));
}
const equation = (rule, x) => (!x || rule.endsWith(`= ${x}`) ? [formula(rule)] : [formula(rule), make("br"), formula("= "), make("b", {}, x)]);
const formula = (text) => make("span", { class: "formula" }, text);
function tell(s, k, at) {
  $("lines").replaceChildren();
  const name = (i) => nodes[i].name;
  if (s.p === "start") {
    for (const n of nodes.filter((n) => !n.op && n.kind !== "constant").slice(0, 12)) line(word(`kind.${n.kind}`), formula(`${n.name} = ${n.value}`));
    return [word("start"), word("leaves"), word("start_said", nodes.filter((n) => !n.op).length)];
  }
  if (s.p === "record") {
    line(word("operation_line"), formula(s.formula));
    line(word("with_numbers"), formula(s.numbers), make("br"), formula("= "), make("b", {}, s.value));
    for (const [rule, x] of s.locals) line(word("local_line"), ...equation(rule, x));
    if (s.more) line(word("and"), word("more", s.more));
    return [word("recording"), `${name(s.n)} = ${s.value}`, word("recorded", s.formula, s.value)];
  }
  if (s.p === "seed") {
    line(word("start_line"), formula(`${d(end)} = `), make("b", {}, s.after));
    return [word("backward"), word("gradient_is", end, s.after), word("starts", end, s.after)];
  }
  if (s.p === "back") {
    line(word("up_of", d(name(s.n))), make("b", {}, s.up));
    if (s.local) {
      line(word("local_line"), ...equation(s.rule, s.local));
      line(word("times"), formula(`${bracket(s.up)} × ${bracket(s.local)} = `), make("b", { class: tone(s.sign) }, s.part));
    } else line(word("part"), formula(s.rule), make("br"), formula("= "), make("b", {}, s.part));
    const list = make("ul", { class: "sum" });
    const parts = at.parts.get(s.t);
    if (parts.length > 6) list.append(make("li", {}, make("span", {}, word("before", parts.length - 6)), make("span", {}, parts.at(-7).after)));
    for (const p of parts.slice(-6))
      list.append(make("li", p === s ? { class: "fresh" } : {}, make("span", {}, word("via", name(p.n))), make("span", { class: tone(p.sign) }, signed(p.part))));
    list.append(make("li", { class: "whole" }, make("span", {}, d(name(s.t))), make("span", { id: "after" }, s.after)));
    line(word("grows"), list);
    const product = s.local ? word("product", s.up, s.local, s.part) : s.part;
    return [word("backward"), `${name(s.n)} → ${name(s.t)}`, word("sends", name(s.n), product, name(s.t), d(name(s.t)), s.after)];
  }
  for (const [i, g] of at.grads) if (!nodes[i].op) line(d(name(i)), make("b", { class: tone(g.sign) }, g.text));
  return [word("done"), word("all"), word("complete", end)];
}

function go(k, write = true) {
  k = Math.max(0, Math.min(last, Number.isFinite(k) ? Math.trunc(k) : 0));
  if (k === current) return;
  const jump = current < 0 || Math.abs(k - current) > 1;
  current = k;
  const at = state(k), [phase, title, said] = tell(steps[k], k, at);
  paint(k, at);
  $("phase").textContent = phase;
  $("title").textContent = title;
  $("said").textContent = word("step_said", k, last, said);
  $("link").textContent = word("step_of", k, last);
  $("link").href = `#step=${k}`;
  $("slider").value = k;
  $("slider").setAttribute("aria-valuetext", word("step_title", k, last, title));
  $("first").disabled = $("back").disabled = k === 0;
  $("last").disabled = $("next").disabled = k === last;
  if (k === last) stop();
  if (write) try { history.replaceState(null, "", `#step=${k}`); } catch { /* some viewers have no address */ }
  mark(k);
  follow(steps[k], jump);
}
function fromAddress() {
  const found = /^#step=(\d{1,9})$/.exec(location.hash);
  go(found ? Number(found[1]) : Math.max(current, 0), false);
}

// Keep the boxes of the step in sight; of two that are far apart, the one where the gradient arrives.
function follow(s, jump) {
  const parts = [s.n, s.t].filter((i) => i !== undefined).map((i) => [nodes[i].x, nodes[i].y, nodes[i].w]);
  bringIntoSight($("view"), parts, $("graph").clientWidth / (story.width + 2 * PAD), PAD, jump || calm.matches);
}
function zoom(to) {
  scale = Math.max(0.1, Math.min(2.5, to));
  $("graph").setAttribute("width", (story.width + 2 * PAD) * scale);
  $("graph").setAttribute("height", (story.height + 2 * PAD) * scale);
}
const fitting = () => Math.min($("view").clientWidth / (story.width + 2 * PAD), ($("view").clientHeight - 4) / (story.height + 2 * PAD), 1.35);

// The tables, filled when they are first opened.
function fillTables() {
  if ($("nodes").tBodies[0].rows.length) return;
  const grads = state(last).grads;
  nodes.forEach((n, i) => $("nodes").tBodies[0].append(make("tr", {},
    make("th", { scope: "row" }, n.name), make("td", {}, word(`kind.${n.kind}`)), make("td", {}, n.op || "–"), make("td", {}, n.value), make("td", {}, grads.get(i)?.text ?? "–"))));
  steps.forEach((s, k) => {
    const name = (i) => nodes[i].name;
    const what = { start: word("row.start"), end: word("row.end"), record: s.formula, seed: word("row.seed", end), back: s.p === "back" ? `${name(s.n)} → ${name(s.t)}` : "" }[s.p];
    const cells = s.p === "back" ? [s.up, s.local ? `${s.rule} = ${s.local}` : s.rule, s.part, s.after]
      : s.p === "seed" ? ["", "", "", s.after] : s.p === "record" ? ["", s.locals.map(([r, x]) => (x ? `${r} = ${x}` : r)).join("; "), "", ""] : ["", "", "", ""];
    $("steps").tBodies[0].append(make("tr", {}, make("th", { scope: "row" }, make("a", { href: `#step=${k}` }, String(k))), make("td", {}, what), ...cells.map((c) => make("td", {}, c))));
  });
  mark(current);
}
function mark(k) {
  for (const row of $("steps").querySelectorAll("tr.current")) { row.classList.remove("current"); row.removeAttribute("aria-current"); }
  const row = $("steps").tBodies[0].rows[k];
  if (row) { row.classList.add("current"); row.setAttribute("aria-current", "step"); }
}

function stop() {
  clearInterval(timer);
  timer = 0;
  $("play").setAttribute("aria-pressed", "false");
  $("play").textContent = word("play");
  $("said").setAttribute("aria-live", "polite");
}
function play() {
  if (timer) return stop();
  if (current === last) go(0);
  $("said").setAttribute("aria-live", "off");
  $("play").setAttribute("aria-pressed", "true");
  $("play").textContent = word("pause");
  timer = setInterval(() => go(current + 1), 1400);
}

for (const e of document.querySelectorAll("[data-t]")) e.textContent = word(e.dataset.t);
for (const e of document.querySelectorAll("[data-l]")) e.setAttribute("aria-label", word(e.dataset.l));
for (const e of document.querySelectorAll("[data-h]")) e.title = word(e.dataset.h);
drawGraph();
$("count").textContent = word("count", nodes.length, edges.length, steps.filter((s) => s.p === "record").length, steps.filter((s) => s.p === "back").length);
$("graph-text").textContent = nodes.filter((n) => n.op).map((n) => word("described", n.name, n.op, n.value)).slice(0, 40).join("; ") || end;
$("slider").max = last;
zoom(Math.max(fitting(), 0.85)); // at this scale the smallest letters are 10 pixels high
const actions = { first: () => go(0), back: () => go(current - 1), next: () => go(current + 1), last: () => go(last), play,
  in: () => zoom(scale * 1.25), out: () => zoom(scale / 1.25), fit: () => zoom(fitting()) };
for (const [id, action] of Object.entries(actions)) $(id).addEventListener("click", action);
$("slider").addEventListener("input", () => go(Number($("slider").value)));
$("paths").addEventListener("change", () => light(chosen()));
$("tables").addEventListener("toggle", fillTables);
addEventListener("hashchange", fromAddress);
document.addEventListener("keydown", (event) => {
  const on = event.target;
  if (event.ctrlKey || event.altKey || event.metaKey || on.closest("select, .wide")) return;
  const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -last, End: last };
  if (event.key in moves) {
    event.preventDefault();
    go(current + moves[event.key]);
  } else if (event.key === " " && !on.closest("button, summary, a, input")) {
    event.preventDefault();
    play();
  }
});
fromAddress();
