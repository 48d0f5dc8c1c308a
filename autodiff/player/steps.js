// Step by step through a graph that is alive: what each step says is worked out when it is shown.
// `page` is what is around it: the graph, its words, its elements, and what paints all of it anew.
function stepper(page) {
  const { live, formulas, $, shown, inner } = page, { nodes, end } = live;
  const on = () => $("stepping").checked && !live.broken;
  const given = shown.filter((i) => !nodes[i].op && nodes[i].kind !== "constant");
  let at = null, place = null;
  const steps = () => [
    { p: "start" }, ...inner.map((n) => ({ p: "record", n })), { p: "seed", n: end, t: end },
    ...live.steps.map((s) => ({ p: "back", n: s.node, t: s.source, e: `${s.node}.${s.place}`, s })), { p: "end" },
  ];
  function text(step) {
    const { p, n, t, s } = step, locals = [];
    if (p === "record") {
      nodes[n].operands.slice(0, 8).forEach((source, place) => {
        if (nodes[source].kind !== "constant" && live.locals[n][place] !== null) locals.push([formulas.rule(n, place), digits(live.locals[n][place])]);
      });
      const more = Math.max(0, nodes[n].operands.length - 8);
      return { ...step, formula: formulas.defined(n), numbers: `= ${formulas.numbers(formulas.value(n))}`, value: digits(live.values[n]), locals, more, sign: 0 };
    }
    if (p === "seed") return { ...step, part: "1", after: "1", sign: 1, sumSign: 1 };
    if (p !== "back") return step;
    return {
      ...step, up: digits(s.upstream), local: digits(s.local), rule: formulas.rule(n, s.place), part: digits(s.part),
      after: digits(s.after), sign: Math.sign(s.part), sumSign: Math.sign(s.after),
    };
  }
  const walk = walker({
    ...page, nodes, end, steps, text, name: (i) => nodes[i].name, d: (i) => formulas.d(i),
    leaves: () => given.map((i) => [nodes[i].kind, `${nodes[i].name} = ${digits(live.values[i])}`]),
    sent: (step) => live.steps.slice(0, live.steps.indexOf(step.s) + 1).filter((s) => s.source === step.t).map((s) => (s === step.s ? step : text({ p: "back", n: s.node, t: s.source, s }))),
    count: given.length,
    grads: () => page.parameters.map((i) => [i, digits(live.grads[i]), Math.sign(live.grads[i])]),
    show(state, now) { at = state; if (place !== now) page.moved(place = now); if (page.linked) $("link").href = `#${page.link()}`; },
    again() { page.refresh(); if (at) page.follow(at.now); },
  });
  page.on("stepping", "change", () => {
    walk.stop();
    walk.go(0);
    if (on()) $("stage").scrollIntoView({ block: "nearest" }); // the bar has come
  });
  return {
    ...walk, on,
    at: () => at,
    place: () => (on() ? place : null),
    // Open at a step of the recording, or close for null.
    seek(to) {
      walk.stop();
      if (!live.broken) $("stepping").checked = to !== null;
      if (to !== null && on()) walk.seek(to); else page.refresh();
    },
    // The gradient that has arrived at a node until now, null for none.
    sum(i) { const s = at.sums.get(i); return s === undefined ? null : s.p === "seed" ? 1 : s.s.after; },
    paint() {
      $("view").classList.toggle("walking", on());
      $("bar").hidden = $("told").hidden = !on();
      if (on()) walk.paint();
      const early = on() && at.phase !== "end"; // it would give the answers away
      $("why").hidden = early;
      $("duo").hidden = early && $("ask").checked;
      if (on()) return;
      at = null;
      if (place !== null) page.moved(place = null);
    },
  };
}
