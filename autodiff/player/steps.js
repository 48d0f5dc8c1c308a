// Step by step: the recording, then backward, one edge after another, each number to be read or foretold.
// `page` is what is around it: the graph, its words, its elements, and what paints all of it anew.
function stepper(page) {
  const { live, formulas, $, word, number, out, shown, inner, parameters, refresh } = page, { nodes, end } = live;
  const name = (i) => nodes[i].name, on = () => $("stepping").checked;
  let at = null, k = 0, timer = 0, revealed = false;
  function steps() {
    return [{ p: "start" }, ...inner.map((i) => ({ p: "record", n: i })), { p: "seed" }, ...live.steps.map((s) => ({ p: "back", s })), { p: "end" }];
  }
  function state(list) {
    const found = { recorded: new Set(shown.filter((i) => !nodes[i].op)), grads: new Map(), sent: new Set(), now: new Set(), edge: null };
    for (const s of list.slice(0, k + 1)) {
      if (s.p === "record") found.recorded.add(s.n);
      if (s.p === "seed") found.grads.set(end, 1);
      if (s.p === "back") { found.grads.set(s.s.source, s.s.after); found.sent.add(`${s.s.node}.${s.s.place}`); }
    }
    const s = list[k], secret = $("ask").checked && !revealed;
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
    const list = steps(), last = list.length - 1;
    k = Math.max(0, Math.min(last, k));
    at = state(list);
    $("slider").max = last; $("slider").value = k;
    const label = word("step_of", k, last);
    $("slider").setAttribute("aria-valuetext", label);
    $("first").disabled = $("back").disabled = k === 0;
    $("last").disabled = $("next").disabled = k === last;
    $("play").textContent = word(timer ? "pause" : "play");
    const s = list[k], box = [];
    const line = (term, ...inside) => box.push(make("div", { class: "line" }, make("dt", {}, term), make("dd", { class: "formula" }, ...inside)));
    const secret = $("ask").checked && !revealed;
    let phase = word("recording"), title = word("leaves");
    if (s.p === "start") {
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
  function go(to) { k = to; revealed = false; refresh(); }
  function playing(going) {
    clearInterval(timer);
    timer = going ? setInterval(() => { if (k >= steps().length - 1) playing(false); else go(k + 1); }, 1400) : 0;
    $("play").setAttribute("aria-pressed", String(going));
    refresh();
  }
  page.on("stepping", "change", () => { playing(false); go(0); });
  page.on("ask", "change", () => go(k));
  page.on("first", "click", () => go(0));
  page.on("last", "click", () => go(Infinity));
  page.on("back", "click", () => go(k - 1));
  page.on("next", "click", () => go(k + 1));
  page.on("play", "click", () => { if (!timer && k >= steps().length - 1) k = 0; playing(!timer); });
  page.on("slider", "input", () => go(Number($("slider").value)));
  return { on, paint, go, playing, at: () => at, move: (by) => go(k + by), plays: () => timer !== 0 };
}
