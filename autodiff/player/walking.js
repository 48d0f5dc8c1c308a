// The bar that leads from step to step, alike for a graph that is alive (steps.js) and for one that Python has
// written down (player.js). A step has a phase `p`, the node `n` that is recorded or sends, and where it
// sends, the node `t` and the edge `e`. Steps of one layer or scope that follow each other can be one.
const MANY_STEPS = 120, MOST_FOLDS = 60, RUN = 16;

// How steps fold: the first and the last of each run, by scopes as deep as leaves few enough runs. Without
// scopes a run ends at a node with a name, or after RUN steps.
function folds(list, nodes) {
  const inside = (s) => s.p === "record" || s.p === "back";
  const path = (s) => (inside(s) ? (nodes[s.n].scope || "").split("/") : []);
  const by = (same) => list.reduce((runs, s, i) => {
    const before = list[i - 1];
    if (before?.p === s.p && inside(s) && same(before, s, i - runs.at(-1)[0])) runs.at(-1)[1] = i; else runs.push([i, i]);
    return runs;
  }, []);
  const deepest = Math.max(...list.map((s) => (path(s)[0] ? path(s).length : 0)));
  if (!deepest) return by((before, s, length) => length < RUN && !nodes[before.n].named);
  const start = (s, depth) => path(s).slice(0, depth).join("/");
  let found = [];
  for (let depth = deepest; depth > 0; depth--) {
    found = by((before, s) => start(before, depth) === start(s, depth));
    if (found.length <= MOST_FOLDS) break;
  }
  return found;
}
// What is known after the steps from `from` to `to`: what was recorded, sent along the edges and summed up,
// which boxes these steps are about, and what they keep secret.
function stateAfter(list, from, to, nodes, secret) {
  const found = { recorded: new Set(nodes.flatMap((n, i) => (n.op ? [] : [i]))), sums: new Map(), sent: new Map(), now: new Set(), edge: null, phase: list[from].p };
  list.slice(0, to + 1).forEach((s, i) => {
    if (s.p === "record") found.recorded.add(s.n);
    if (s.t !== undefined) found.sums.set(s.t, s);
    if (s.e !== undefined) found.sent.set(s.e, s);
    if (i >= from) for (const at of [s.n, s.t]) if (at !== undefined) found.now.add(at);
  });
  const s = list[from];
  if (from < to) return found;
  if (s.p === "back") found.edge = s.e;
  if (secret && s.p === "record") found.hidden = s.n;
  if (secret && s.p === "back") { found.hiddenEdge = s.e; found.hiddenSum = s.t; }
  return found;
}

// `page` beside what tellStep asks of it: $, nodes, scoped, steps(), text(s) the same step in texts,
// show(state, place, jump), which paints the picture (`place` in the list), and again(jump), which has all
// painted anew.
function walker(page) {
  const { $, word, nodes } = page;
  let k = 0, timer = 0, revealed = false, asked = false; // asked: somebody has chosen how it folds
  const runs = (list) => ($("folding").checked ? folds(list, nodes) : list.map((_, i) => [i, i]));
  const count = () => runs(page.steps()).length;
  // Several steps at once: what became of each box.
  function several(run) {
    const back = run[0].p === "back", at = new Map(run.map((s) => [back ? s.t : s.n, s])), told = [...at].map(([i, s]) => [i, page.text(s)]);
    return {
      p: "fold", back, count: run.length, more: Math.max(0, told.length - 12),
      title: page.scoped(nodes[run[0].n].scope ?? "") || `${page.name(run[0].n)} … ${page.name(run.at(-1).n)}`,
      told: told.slice(0, 12).map(([i, s]) => (back ? [page.d(i), s.after, s.sumSign] : [page.name(i), s.value, 0])),
    };
  }
  function paint(jump = false) {
    const list = page.steps();
    $("fold").hidden = list.length <= MANY_STEPS / 2;
    if (!asked) $("folding").checked = list.length > MANY_STEPS;
    const found = runs(list), last = found.length - 1;
    k = Math.max(0, Math.min(last, k));
    if (k === last && timer) stop();
    const [from, to] = found[k], s = list[from];
    const secret = $("ask").checked && !revealed && from === to && (s.p === "record" || s.p === "back");
    const step = from < to ? several(list.slice(from, to + 1)) : page.text(s);
    const { phase, title, said, lines } = tellStep(step, page, secret, (text) => (secret ? question(text) : ["= ", make("b", { class: tone(step.sign) }, text)]));
    const label = word("step_of", k, last);
    $("slider").max = last; $("slider").value = k;
    $("slider").setAttribute("aria-valuetext", `${label}: ${title}`);
    $("first").disabled = $("back").disabled = k === 0;
    $("last").disabled = $("next").disabled = k === last;
    $("play").textContent = word(timer ? "pause" : "play");
    $("play").setAttribute("aria-pressed", String(timer !== 0));
    $("phase").textContent = phase;
    $("link").textContent = label;
    $("step-title").textContent = title;
    $("step-lines").replaceChildren(...lines);
    const heard = said && word("step_said", k, last, said);
    if ($("step-said").textContent !== heard) $("step-said").textContent = heard;
    page.show(stateAfter(list, from, to, nodes, secret), to, jump);
  }
  // A blank to be filled in first; what is near enough is right.
  function question(text) {
    const field = make("input", { type: "text", inputmode: "decimal", size: 8, "aria-label": word("your_answer"), autocomplete: "off" });
    const verdict = make("span", { class: "verdict", role: "status" }), x = Number(text);
    const check = make("button", { type: "button" }, word("check")), show = make("button", { type: "button", class: "quiet" }, word("reveal"));
    const reveal = () => { revealed = true; page.again(false); };
    const judge = () => {
      const given = typedNumber(field.value);
      if (Number.isNaN(given)) return;
      if (Math.abs(given - x) <= 0.006 * Math.abs(x) + 1e-9) { reveal(); $("step-said").textContent = word("right", text); } else verdict.textContent = word("wrong");
    };
    check.addEventListener("click", judge);
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") judge(); event.stopPropagation(); });
    show.addEventListener("click", reveal);
    return ["= ", field, " ", check, show, verdict];
  }
  function go(to) { const jump = Math.abs(to - k) > 1; k = to; revealed = false; page.again(jump); }
  function seek(place) { // a place in the list, folded or not
    const found = runs(page.steps()).findIndex(([, to]) => to >= place);
    go(found < 0 ? Infinity : found);
  }
  function stop() { clearInterval(timer); timer = 0; $("step-said").setAttribute("aria-live", "polite"); }
  function playing(going) {
    stop();
    if (going) {
      if (k >= count() - 1) k = 0;
      $("step-said").setAttribute("aria-live", "off");
      timer = setInterval(() => go(k + 1), 1400);
    }
    page.again(false);
  }
  // Arrows, Home and End, space to play; true where the key was one of these. What reads keys itself has them.
  function key(event) {
    const on = event.target, moves = { ArrowRight: k + 1, ArrowDown: k + 1, ArrowLeft: k - 1, ArrowUp: k - 1, Home: 0, End: Infinity };
    if (event.ctrlKey || event.altKey || event.metaKey || on.closest?.("select, textarea, .view, .wide, .leaf, input[type=text]")) return false;
    if (event.key in moves) go(moves[event.key]);
    else if (event.key === " " && !on.closest?.("button, summary, a, input, [role=button]")) playing(!timer);
    else return false;
    event.preventDefault();
    return true;
  }
  const moves = { first: () => 0, back: () => k - 1, next: () => k + 1, last: () => Infinity };
  for (const [id, to] of Object.entries(moves)) $(id).addEventListener("click", () => go(to()));
  $("play").addEventListener("click", () => playing(!timer));
  $("slider").addEventListener("input", () => go(Number($("slider").value)));
  $("ask").addEventListener("change", () => go(k));
  $("folding").addEventListener("change", () => { // stay at the same place of the recording
    const list = page.steps(), before = $("folding").checked ? list.map((_, i) => [i, i]) : folds(list, nodes);
    asked = true;
    seek(before[Math.min(k, before.length - 1)][1]);
  });
  return { paint, go, seek, key, stop };
}
