// The live player: numbers under the hand, every gradient explained as it changes.
// `mount` fills one element with one graph; `host` may be told of changes and may send some. What goes
// step by step is in steps.js, what goes downhill in descent.js.
function mount(root, data, host = {}) {
  const parts = new Map([...root.querySelectorAll("[data-id]")].map((e) => [e.dataset.id, e]));
  const $ = (id) => parts.get(id);
  const live = new Live(data.model, ROWS), formulas = new Formulas(live, data.table).entitle();
  const { nodes, end } = live, out = nodes[end].name;
  const shown = nodes.flatMap((n, i) => (n.aside ? [] : [i]));
  const leaves = shown.filter((i) => !nodes[i].op && nodes[i].kind !== "constant");
  const constants = shown.filter((i) => nodes[i].kind === "constant" && !nodes[i].decided);
  const parameters = leaves.filter((i) => live.wanted[i]);
  const tongue = speech(root, data), { word, scoped } = tongue;
  let chosen = parameters[0] ?? end, asked = null, lit = null, all = false, spoken = 0;
  const name = (i) => nodes[i].name;
  const on = (id, event, f) => $(id).addEventListener(event, f);
  const choices = data.choices ?? [], where = ({ cell, line }) => (cell === null ? word("line", line) : word("cell_line", cell, line)); // what a built graph was recorded with
  const inner = shown.filter((i) => nodes[i].op);
  const kind = (of) => word(`kind_${of}`);
  const users = new Map(shown.flatMap((i) => nodes[i].operands.map((k) => [k, i])));
  const found = (i) => digits(live.broken && nodes[i].op ? null : live.values[i]); // past a choice nothing is known
  const called = (i) => (nodes[i].kind === "constant" ? word("in", name(users.get(i) ?? end)) : name(i));

  // ---- the numbers
  const ranges = new Map();
  function range(i) {
    const x = live.values[i], r = ranges.get(i);
    if (!(r && x >= r.low && x <= r.high)) ranges.set(i, span(x));
    return ranges.get(i);
  }
  const round = (x, i) => Number(x.toFixed(Math.min(range(i).decimals, 20)));
  function set(i, x, group) {
    if (Number.isNaN(x)) return refresh();
    live.set(i, x, group);
    changed(i);
  }
  function changed(i) {
    refresh();
    host.changed?.(live, i);
    clearTimeout(spoken); // a reader is told when the hand rests
    spoken = setTimeout(() => { $("said").textContent = live.broken ? "" : word("said", name(i), found(i), out, found(end)) + (live.turned(chosen) ? ` ${sayTurned()}` : ""); }, 400);
  }
  const sayTurned = () => word("turned", formulas.d(chosen), digits(live.slopes[chosen]), digits(live.grads[chosen]));
  const label = (i) => (nodes[i].kind === "constant" ? `${literal(live.start[i])} ${called(i)}` : name(i));
  const rows = new Map();
  function row(i) {
    const slider = make("input", { type: "range", tabindex: "0" }), typed = make("input", { type: "text", inputmode: "decimal", size: 8, spellcheck: "false", autocomplete: "off" });
    const grad = make("button", { type: "button", class: "slope" });
    const line = make("div", { class: "leaf" }, make("span", { class: "called" }), slider, typed, grad);
    slider.addEventListener("pointerdown", () => { slider.group = {}; });
    slider.addEventListener("input", () => set(i, Number(slider.value), slider.group ?? null));
    slider.addEventListener("change", () => { slider.group = undefined; });
    typed.addEventListener("change", () => {
      const text = typed.value, x = typedNumber(text);
      set(i, x);
      $("refused").hidden = !Number.isNaN(x) || text === literal(live.values[i]);
      $("refused").textContent = $("refused").hidden ? "" : word("no_number", text.slice(0, 40), label(i));
    });
    typed.addEventListener("focus", () => { typed.value = literal(live.values[i]); });
    typed.addEventListener("keydown", (event) => {
      if (event.key === "ArrowUp" || event.key === "ArrowDown") { event.preventDefault(); step(i, event.key === "ArrowUp" ? 1 : -1, event.shiftKey); }
    });
    grad.addEventListener("click", () => pick(i));
    rows.set(i, { line, slider, typed, grad });
    return line;
  }
  function step(i, by, fast) { set(i, round(live.values[i] + by * range(i).step * (fast ? 10 : 1), i), "step" + i); }
  function drag(i, from, pixels, group) {
    const r = range(i), x = from + Math.round(pixels) * r.step;
    set(i, round(x, i), group); // the question stays: what is moved is not thereby asked about
  }
  const MOST = 24;
  function fillLeaves() {
    rows.clear();
    const listed = [...leaves, ...constants];
    $("leaves").replaceChildren(...listed.slice(0, all ? listed.length : MOST).map(row));
    $("more").hidden = all || listed.length <= MOST;
    $("more").textContent = word("show_more", listed.length);
    if (constants.length && rows.has(constants[0])) $("leaves").insertBefore(make("p", { class: "hint plain" }, word("plain")), rows.get(constants[0]).line);
  }
  function paintLeaves() {
    for (const [i, { line, slider, typed, grad }] of rows) {
      const r = range(i), x = live.values[i], own = rows.get(i), active = root.getRootNode().activeElement === typed;
      const about = `${called(i)} ${tongue.language}`;
      if (own.about !== about) { // named anew
        own.about = about;
        line.firstChild.textContent = line.firstChild.title = called(i);
        slider.setAttribute("aria-label", word("slide", label(i)));
        typed.setAttribute("aria-label", word("value_of", label(i)));
      }
      if (!Object.is(own.x, x) || own.range !== r || active || own.active) {
        Object.assign(own, { x, range: r, active });
        slider.min = r.low; slider.max = r.high; slider.step = r.step; slider.value = x;
        slider.setAttribute("aria-valuetext", digits(x));
        if (!active) typed.value = digits(x, 6);
        else if (typedNumber(typed.value) !== x) typed.value = literal(x);
      }
      const g = live.grads[i], hide = walk.at() && !walk.at().sums.has(i);
      grad.hidden = !live.wanted[i];
      say(grad, hide ? "∂ …" : `∂ ${digits(live.broken ? null : g, 4)}`);
      dress(grad, `slope ${hide || live.broken ? "" : tone(g)}`);
      if (own.why !== about) { own.why = about; grad.setAttribute("aria-label", `${word("why")}: ${formulas.d(i)}`); }
      line.classList.toggle("chosen", chosen === i);
      line.classList.toggle("moved", !Object.is(x, live.start[i]));
    }
  }

  // ---- why a gradient is what it is
  function pick(i, light = true) {
    if (i !== chosen) asked = live.wanted[chosen] && chosen !== end ? chosen : null; // the question before
    chosen = i;
    lit = light && live.parts.some((p) => p.some((x) => x !== null)) && i !== end ? i : null;
    refresh();
  }
  const select = make("select", {}, ...shown.filter((i) => nodes[i].kind !== "constant").map((i) => make("option", { value: i }, short(name(i), 30))));
  select.addEventListener("change", () => pick(Number(select.value)));
  function factor(target, place, marked) {
    const source = nodes[target].operands[place], d = live.locals[target][place];
    return make("span", { class: `factor ${tone(d)}${marked ? " marked" : ""}`, title: formulas.rule(target, place) }, bracket(digits(d, 4)));
  }
  // What stays is set, not made anew: to put a long list of choices in again costs a move of the hand.
  const quotient = make("span"), slope = make("b", { "data-id": "slope" }), reasons = make("div");
  $("why").replaceChildren(make("div", { class: "row between" }, make("h2", {}, quotient, slope), select), reasons);
  function paintWhy() {
    if (select.said !== tongue.language) select.setAttribute("aria-label", word("choose"));
    select.said = tongue.language;
    if (select.value !== String(chosen)) select.value = String(chosen);
    const g = live.grads[chosen], wanted = live.wanted[chosen];
    say(quotient, `${formulas.d(chosen)} = `);
    say(slope, digits(live.broken ? null : g));
    dress(slope, tone(g));
    const inside = [];
    const p = (text, cls = "") => inside.push(make("p", { class: cls }, text));
    if (nodes[chosen].op) inside.push(make("p", { class: "formula" }, formulas.defined(chosen), ...(live.broken ? [] : [make("br"), `= ${formulas.numbers(formulas.value(chosen))} = ${found(chosen)}`])));
    if (live.broken) return reasons.replaceChildren(...inside);
    if (!wanted) p(word("no_gradient", name(chosen)));
    else if (chosen === end) p(word("is_output"));
    else if (g !== null && !Number.isFinite(g)) p(word("not_number"));
    else p(word(g > 0 ? "raises" : g < 0 ? "lowers" : "still", name(chosen), out), "lead");
    if (live.turned(chosen)) p(sayTurned(), "lead");
    if (wanted && chosen !== end) {
      const sent = live.steps.filter((s) => s.source === chosen);
      if (sent.length) {
        p(word("sum_of"), "hint");
        const list = make("ul", { class: "sum" });
        for (const s of sent.slice(0, 12)) {
          list.append(make("li", {}, make("span", { title: formulas.rule(s.node, s.place) }, word("via", short(name(s.node), 14))),
            make("span", { class: "product" }, `${bracket(digits(s.upstream, 4))} × `, factor(s.node, s.place), " = ", make("b", { class: tone(s.part) }, digits(s.part, 4)))));
        }
        if (sent.length > 1) list.append(make("li", { class: "whole" }, make("span", {}, sent.length > 12 ? `… ${sent.length}` : "Σ"), make("b", { class: tone(g) }, digits(g, 4))));
        inside.push(list);
      }
      const { count, best } = live.paths(chosen);
      if (count > 0n) {
        p(word(count === 1n ? "paths_one" : "paths_many", name(chosen), out, String(count)), "hint");
        const list = make("ol", { class: "paths" });
        for (const path of best) {
          const way = [chosen, ...path.edges.map(([t]) => t)].map((i) => short(name(i), 10));
          const product = make("span", { class: "product" });
          const factors = path.edges.length > 16 ? [...path.edges.slice(0, 8), null, ...path.edges.slice(-6)] : path.edges;
          factors.forEach((f, i) => product.append(i ? " × " : "", f ? factor(...f, live.locals[f[0]][f[1]] < 0) : "…"));
          product.append(" = ", make("b", { class: tone(path.product) }, digits(path.product, 4)));
          const item = make("li", {}, make("span", { class: "way" }, way.length > 9 ? `${way.slice(0, 4).join(" → ")} → … → ${way.slice(-3).join(" → ")}` : way.join(" → ")), product);
          list.append(item);
        }
        inside.push(list);
        const minus = best[0].edges.filter(([t, place]) => live.locals[t][place] < 0);
        const named = minus.slice(0, 4).map(([t, place]) => formulas.slope(t, place)).join(", ");
        const why = minus.length % 2 ? (minus.length === 1 ? "minus" : "minuses") : minus.length ? "pluses" : "plus";
        if (Number.isFinite(best[0].product) && best[0].product !== 0) p(word(count === 1n ? `only_${why}` : `sign_${why}`, minus.length, named, formulas.d(chosen)), "lead");
        // A factor that is another leaf itself: the hand there turns the sign.
        const turning = count === 1n && Number.isFinite(g) && !live.turned(chosen) ? best[0].edges.map(([t, place]) => formulas.local(t, place)?.id).filter((i) => i !== undefined && i !== chosen && !nodes[i].op) : [];
        for (const i of new Set(turning)) p(word(live.values[i] < 0 ? "turns_up" : "turns_down", name(i)));
      }
    }
    if (asked !== null && asked !== chosen) {
      const back = make("button", { type: "button", class: "quiet" }, word("back_to", formulas.d(asked), digits(live.grads[asked], 4)));
      back.addEventListener("click", () => pick(asked));
      inside.push(back);
    }
    reasons.replaceChildren(...inside);
  }

  // ---- everything that shows numbers
  function paintLines() {
    if (!$("derivation").open) return;
    const lines = [...inner.map((i) => [formulas.defined(i), live.broken ? "" : `= ${formulas.numbers(formulas.value(i))}`, found(i)]),
      ...(live.broken ? [] : live.steps.map((s) => [`${formulas.d(s.source)} ${s.before === 0 ? "=" : "+="} ${formulas.d(s.node)} * ${formulas.slope(s.node, s.place)}`, `= ${bracket(digits(s.upstream))} * ${bracket(digits(s.local))}`, digits(s.part)]))];
    $("lines").replaceChildren(...lines.slice(0, 600).map(([a, b, x]) => make("li", {}, make("code", {}, a), " ", make("span", {}, b), " = ", make("b", {}, x))));
  }
  function paintTables() {
    if (!$("tables").open) return;
    const line = (...cells) => make("tr", {}, make("th", { scope: "row" }, cells[0]), ...cells.slice(1).map((c) => make("td", {}, c)));
    $("nodes").tBodies[0].replaceChildren(...shown.map((i) => line(name(i), kind(nodes[i].kind), nodes[i].op ? formulas.text(formulas.value(i)) : "", found(i), digits(live.grads[i]))));
    $("edge-table").tBodies[0].replaceChildren(...live.steps.map((s) => line(`${name(s.source)} → ${name(s.node)}`, digits(s.upstream), `${formulas.rule(s.node, s.place)} = ${digits(s.local)}`, digits(s.part))));
  }
  function paintBroken() {
    const guard = live.broken;
    const turned = guard ? [] : choices.filter((c) => c.guard && live.failing(live.values, [c.guard]));
    $("broken").hidden = !guard && !turned.length;
    say($("broken"), turned.map((c) => word("frozen_turned", c.text, where(c), word(String(c.guard[3])), word(String(!c.guard[3])))).join(" "));
    if (!guard) return;
    const side = ([slot, x]) => (slot >= 0 ? `(${name(slot)} = ${digits(live.values[slot])})` : literal(typeof x === "string" ? Number(x) : x));
    const [sign, a, b, outcome] = guard;
    say($("broken"), word("broken", `${side(a)} ${sign} ${side(b)}`, word(String(outcome)), word(String(!outcome))));
  }
  // Names hold the numbers that formulas are written with; these may be moved, too.
  let named = "";
  function rename() {
    const now = constants.map((i) => live.values[i]).join();
    if (now === named) return;
    named = now;
    formulas.entitle();
    for (const option of select.options) option.textContent = short(name(Number(option.value)), 30);
  }
  function refresh() {
    rename();
    seen.draw(walk.on());
    paintBroken();
    walk.paint();
    const c = live.values[end], was = live.start[end], at = walk.at();
    const secret = at && (!at.recorded.has(end) || at.hidden === end); // it would give the answer away
    $("result").replaceChildren(`${out} = `, make("b", { "data-id": "output" }, live.broken ? NOT_COMPUTED : secret ? "…" : digits(c)), ...(Object.is(c, was) || live.broken || secret ? [] : [make("small", {}, `  ${word("was", digits(was))}`)]));
    const g = live.grads[chosen], asks = !live.broken && !walk.on() && live.wanted[chosen] && chosen !== end && Number.isFinite(g);
    $("question").hidden = $("jump").hidden = !asks;
    if (asks) $("question").replaceChildren(`${formulas.d(chosen)} = `, make("b", { class: tone(g) }, digits(g)), ` · ${word(g > 0 ? "raises" : g < 0 ? "lowers" : "still", name(chosen), out)}`);
    paintLeaves();
    paintWhy();
    hill.paint();
    paintLines();
    paintTables();
    let litEdges = null;
    const litNodes = new Set();
    if (lit !== null && !live.broken && !walk.on()) {
      litEdges = new Set();
      litNodes.add(lit);
      for (let i = lit; i <= end; i++) nodes[i].operands.forEach((source, place) => { if (litNodes.has(source) && live.parts[i][place] !== null) { litNodes.add(i); litEdges.add(`${i}.${place}`); } });
    }
    seen.picture.paint({ chosen, edges: $("edges").value, step: walk.at(), sum: walk.sum, kind, lit: litEdges, litNodes, ...seen.folded });
    $("undo").disabled = !live.past.length;
    $("redo").disabled = !live.future.length;
    if (host.address) address.write();
  }
  function words() {
    tongue.fill();
    const title = tongue.title(data);
    if (host.page) { document.documentElement.lang = tongue.language; document.title = title; }
    $("alive").lang = tongue.language;
    seen.picture?.name(scoped);
    $("all").textContent = word("whole_picture", seen.count);
    $("title").textContent = title;
    $("count").textContent = shown.length === 1 ? word("count_one") : word("count", seen.count, shown.reduce((sum, i) => sum + nodes[i].operands.filter((k) => boxed(nodes[k])).length, 0), inner.length);
    $("frozen").textContent = live.guards.length ? word("guarded", live.guards.length) : data.frozen ? word(choices.length ? "frozen_at" : "frozen", choices.map((c) => word(c.guard ? "choice" : "choice_unknown", c.text, where(c), c.guard && word(String(c.guard[3])))).join("; ")) : "";
    fillLeaves();
    refresh();
  }

  const page = { live, formulas, $, word, scoped, on, out, shown, inner, parameters, set, changed, refresh, linked: Boolean(host.address || host.link), link: () => host.link?.() ?? address.text(), moved: (place) => host.stepped?.(place), chosen: () => chosen, pick: (i) => pick(i, !(lit === i)), drag, follow: (now) => seen.follow(now) };
  const seen = sight(page, data.model), walk = stepper(page), hill = descender(page), address = addressed({ live, walk, refresh, bound: host.address });
  on("undo", "click", () => { live.undo(); changed(chosen); });
  on("redo", "click", () => { live.redo(); changed(chosen); });
  on("reset", "click", () => { hill.forget(); live.reset(); ranges.clear(); changed(chosen); });
  on("copy", "click", async () => {
    const link = `${location.href.split("#")[0]}#${page.link()}`;
    try { await navigator.clipboard.writeText(link); $("said").textContent = word("copied"); } catch { $("said").textContent = word("link_is", link); }
  });
  on("language", "click", () => { tongue.turn(); words(); host.spoke?.(tongue.language); });
  on("edges", "change", refresh);
  on("jump", "click", () => $("why").scrollIntoView({ block: "start" }));
  on("more", "click", () => { all = true; fillLeaves(); refresh(); });
  on("derivation", "toggle", paintLines);
  on("tables", "toggle", paintTables);
  on("out", "click", () => seen.zoom((scale) => scale / 1.25));
  on("in", "click", () => seen.zoom((scale) => scale * 1.25));
  on("fit", "click", () => seen.zoom(() => seen.picture.fitting($("view"))));
  root.addEventListener("keydown", (event) => {
    const target = event.target, moves = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && target.tagName !== "INPUT") { event.preventDefault(); if (event.shiftKey) live.redo(); else live.undo(); return changed(chosen); }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const leaf = target.closest?.(".node.leaf");
    if (leaf && event.key in moves) {
      event.preventDefault();
      const i = seen.picture.nodes.findIndex((n) => n && n.g === leaf);
      return step(i, moves[event.key], event.shiftKey);
    }
    if (walk.on()) walk.key(event);
  });
  words();
  if (host.address) address.follow(false);
  return { live, refresh, set, stop: () => { hill.stop(); walk.stop(); clearTimeout(spoken); address.stop(); }, seek: walk.seek, speak: (to) => { tongue.speak(to); words(); } };
}
