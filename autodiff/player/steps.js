// Step by step: the recording, then backward, one edge after another, each number to be read or foretold.
// Where a graph is large its steps are folded: those of one layer or scope that follow each other are one.
const MANY_STEPS = 120, MOST_FOLDS = 60, RUN = 16;

// How steps fold: the first and the last of each run, by scopes as deep as leaves few enough runs. Without
// scopes a run ends at a node with a name, or after RUN steps.
function folds(list, nodes) {
  const node = (s) => (s.p === "back" ? s.s.node : s.n);
  const path = (s) => (node(s) === undefined ? [] : (nodes[node(s)].scope ?? "").split("/"));
  const by = (same) => list.reduce((runs, s, i) => {
    const before = list[i - 1];
    if (before?.p === s.p && node(s) !== undefined && same(before, s, i - runs.at(-1)[0])) runs.at(-1)[1] = i; else runs.push([i, i]);
    return runs;
  }, []);
  const deepest = Math.max(...list.map((s) => (path(s)[0] ? path(s).length : 0)));
  if (!deepest) return by((before, s, length) => length < RUN && !nodes[node(before)].named);
  const start = (s, depth) => path(s).slice(0, depth).join("/");
  let found = [];
  for (let depth = deepest; depth > 0; depth--) {
    found = by((before, s) => start(before, depth) === start(s, depth));
    if (found.length <= MOST_FOLDS) break;
  }
  return found;
}

// `page` is what is around it: the graph, its words, its elements, and what paints all of it anew.
function stepper(page) {
  const { live, formulas, $, word, number, out, shown, inner, parameters, refresh } = page, { nodes, end } = live;
  const name = (i) => nodes[i].name, on = () => $("stepping").checked;
  let at = null, k = 0, timer = 0, revealed = false, asked = false; // asked: somebody has chosen how it folds
  function steps() {
    return [{ p: "start" }, ...inner.map((i) => ({ p: "record", n: i })), { p: "seed" }, ...live.steps.map((s) => ({ p: "back", s })), { p: "end" }];
  }
  function parts(list) { return $("folding").checked ? folds(list, nodes) : list.map((_, i) => [i, i]); }
  function state(list, from, to) {
    const found = { recorded: new Set(shown.filter((i) => !nodes[i].op)), grads: new Map(), sent: new Set(), now: new Set(), edge: null };
    for (const s of list.slice(0, to + 1)) {
      if (s.p === "record") found.recorded.add(s.n);
      if (s.p === "seed") found.grads.set(end, 1);
      if (s.p === "back") { found.grads.set(s.s.source, s.s.after); found.sent.add(`${s.s.node}.${s.s.place}`); }
    }
    for (const s of list.slice(from, to + 1)) if (from < to) { found.now.add(s.n ?? s.s.node); if (s.s) found.now.add(s.s.source); }
    const s = list[from], secret = $("ask").checked && !revealed;
    if (from < to) return found;
    if (s.p === "record") { found.now.add(s.n); if (secret) found.hidden = s.n; }
    if (s.p === "seed") found.now.add(end);
    if (s.p === "back") {
      found.now.add(s.s.node); found.now.add(s.s.source);
      found.edge = `${s.s.node}.${s.s.place}`;
      if (secret) { found.hiddenEdge = found.edge; found.hiddenGrad = s.s.source; }
    }
    return found;
  }
  function paint() {
    $("bar").hidden = $("told").hidden = !on();
    if (!on() || live.broken) { at = null; return; }
    const list = steps();
    $("fold").hidden = list.length <= MANY_STEPS / 2;
    if (!asked) $("folding").checked = list.length > MANY_STEPS;
    const runs = parts(list), last = runs.length - 1;
    k = Math.max(0, Math.min(last, k));
    const [from, to] = runs[k];
    at = state(list, from, to);
    $("slider").max = last; $("slider").value = k;
    const label = word("step_of", k, last);
    $("slider").setAttribute("aria-valuetext", label);
    $("first").disabled = $("back").disabled = k === 0;
    $("last").disabled = $("next").disabled = k === last;
    $("play").textContent = word(timer ? "pause" : "play");
    const s = list[from], box = [];
    const line = (term, ...inside) => box.push(make("div", { class: "line" }, make("dt", {}, term), make("dd", { class: "formula" }, ...inside)));
    const secret = $("ask").checked && !revealed;
    let phase = word("recording"), title = word("leaves");
    if (from < to) {
      const run = list.slice(from, to + 1), back = s.p === "back", first = back ? s.s.node : s.n;
      phase = word(back ? "backward" : "recording");
      title = nodes[first].scope || `${name(first)} … ${name(back ? run.at(-1).s.node : run.at(-1).n)}`;
      const told = [...new Set(run.map((r) => (back ? r.s.source : r.n)))];
      line(word(back ? "fold_sent" : "fold_recorded", run.length));
      for (const i of told.slice(0, 12)) line(back ? formulas.d(i) : name(i), make("b", { class: back ? tone(at.grads.get(i)) : "" }, digits(back ? at.grads.get(i) : live.values[i])));
      if (told.length > 12) line(word("fold_more", told.length - 12));
    } else if (s.p === "start") {
      line(word("leaves"), word("leaves_text", shown.length - inner.length));
    } else if (s.p === "record") {
      title = name(s.n);
      line(word("operation"), formulas.defined(s.n));
      line(word("with_numbers"), `= ${formulas.numbers(formulas.value(s.n))}`, make("br"), ...answer(secret, live.values[s.n]));
      nodes[s.n].operands.slice(0, 6).forEach((source, place) => {
        if (nodes[source].kind === "constant" || live.locals[s.n][place] === null) return;
        const rule = formulas.rule(s.n, place), x = digits(live.locals[s.n][place]);
        line(word("local_derivative"), rule, rule.endsWith(`= ${x}`) ? "" : ` = ${x}`);
      });
    } else if (s.p === "seed") {
      phase = word("backward"); title = formulas.d(end);
      line(phase, word("starts_at", out));
    } else if (s.p === "back") {
      const { node, place, source, upstream, local, part, before, after } = s.s;
      phase = word("backward"); title = `${name(node)} → ${name(source)}`;
      const rule = formulas.rule(node, place), x = digits(local);
      line(word("up_of", formulas.d(node)), digits(upstream));
      line(word("local_derivative"), rule, rule.endsWith(`= ${x}`) ? "" : ` = ${x}`);
      line(word("times"), `${bracket(digits(upstream))} × ${bracket(x)} `, ...answer(secret, part));
      if (!secret) line(`${formulas.d(source)}: ${word("grows")}`, `${digits(before)} ${signed(digits(part)).replace(/^([-+])/, "$1 ")} = `, make("b", { class: tone(after) }, digits(after)));
    } else {
      phase = word("backward"); title = word("done");
      line(word("done"), word("done_text", out));
      for (const i of parameters.slice(0, 16)) line(formulas.d(i), make("b", { class: tone(live.grads[i]) }, digits(live.grads[i])));
    }
    $("told").replaceChildren(make("p", { class: "phase" }, phase, make("span", {}, label)), make("h2", {}, title), make("dl", {}, ...box));
  }
  // A number to be read, or a blank to be filled in first.
  function answer(secret, x) {
    if (!secret) return ["= ", make("b", { class: tone(x) }, digits(x))];
    const field = make("input", { type: "text", inputmode: "decimal", size: 8, "aria-label": word("your_answer"), autocomplete: "off" });
    const verdict = make("span", { class: "verdict", role: "status" });
    const check = make("button", { type: "button" }, word("check")), show = make("button", { type: "button", class: "quiet" }, word("reveal"));
    const reveal = () => { revealed = true; refresh(); };
    const judge = () => {
      const given = number(field.value);
      if (Number.isNaN(given)) return;
      if (Math.abs(given - x) <= 0.006 * Math.abs(x) + 1e-9) { reveal(); $("said").textContent = word("right", digits(x)); } else verdict.textContent = word("wrong");
    };
    check.addEventListener("click", judge);
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") judge(); event.stopPropagation(); });
    show.addEventListener("click", reveal);
    return ["= ", field, " ", check, show, verdict];
  }
  function count() { return parts(steps()).length; }
  function go(to) { k = to; revealed = false; refresh(); if (at) page.follow(at.now); }
  function playing(going) {
    clearInterval(timer);
    timer = going ? setInterval(() => { if (k >= count() - 1) playing(false); else go(k + 1); }, 1400) : 0;
    $("play").setAttribute("aria-pressed", String(going));
    refresh();
  }
  page.on("stepping", "change", () => { playing(false); go(0); });
  page.on("ask", "change", () => go(k));
  page.on("folding", "change", () => { // stay at the same place of the recording
    const list = steps(), before = $("folding").checked ? list.map((_, i) => [i, i]) : folds(list, nodes);
    const place = before[Math.min(k, before.length - 1)][1];
    asked = true;
    go(parts(list).findIndex(([, to]) => to >= place));
  });
  page.on("first", "click", () => go(0));
  page.on("last", "click", () => go(Infinity));
  page.on("back", "click", () => go(k - 1));
  page.on("next", "click", () => go(k + 1));
  page.on("play", "click", () => { if (!timer && k >= count() - 1) k = 0; playing(!timer); });
  page.on("slider", "input", () => go(Number($("slider").value)));
  return { on, paint, go, playing, at: () => at, move: (by) => go(k + by), plays: () => timer !== 0 };
}
