// Downhill: what a small step of one number would change, predicted against true, and descent along all.
// `page` is what is around it: the graph, its words, its elements, and what sets a number.
function descender(page) {
  const { live, formulas, $, word, out, parameters, chosen, set, changed } = page, { nodes, end } = live;
  const name = (i) => nodes[i].name, calm = matchMedia("(prefers-reduced-motion: reduce)");
  let running = 0, curve = [], descent = {};
  // Which numbers a step moves has a box each. Beside weights and biases, x and y are data by their letters.
  const letter = (i) => /^\p{L}*/u.exec(name(i))[0].toLowerCase();
  const data = (i) => ["x", "y"].includes(letter(i)), learns = parameters.some((i) => ["w", "b", "weight", "weights", "bias", "biases"].includes(letter(i)));
  const boxes = new Map(parameters.map((i) => {
    const box = make("input", { type: "checkbox" });
    box.checked = !(learns && data(i));
    box.addEventListener("change", () => { curve = []; paintCurve(); });
    return [i, box];
  }));
  $("moves").replaceChildren(...parameters.slice(0, 40).map((i) => make("label", { class: "check" }, boxes.get(i), make("span", {}, short(name(i))))), ...(parameters.length > 40 ? [make("span", {}, "…")] : []));
  const moving = () => parameters.filter((i) => boxes.get(i).checked);
  function paintNudge() {
    const i = nodes[chosen()].op ? parameters[0] : chosen();
    const on = i !== undefined && !live.broken, named = i !== undefined;
    const label = named ? (nodes[i].kind === "constant" ? literal(live.values[i]) : name(i)) : "";
    $("nudge-name").textContent = `Δ${label} =`;
    $("predicted-name").textContent = word("predicted", named ? formulas.d(i) : "", label);
    $("actual-name").textContent = word("actual", out);
    const by = typedNumber($("by").value);
    const found = on && !Number.isNaN(by) ? live.nudge(i, by) : { predicted: null, actual: null };
    const whole = on && live.wanted[i];
    $("predicted").textContent = whole ? digits(found.predicted) : NOT_COMPUTED;
    $("actual").textContent = found.actual === null && on && !Number.isNaN(by) ? word("past_guard") : digits(found.actual);
    $("predicted").className = whole ? tone(found.predicted) : "";
    $("actual").className = tone(found.actual);
    $("apply").disabled = !on || Number.isNaN(by);
    $("apply").onclick = () => set(i, live.values[i] + by);
  }
  function descend(group = null) {
    const eta = typedNumber($("eta").value);
    const which = moving();
    if (Number.isNaN(eta) || live.broken || !which.length) return stop();
    if (!curve.length) curve.push(live.values[end]);
    live.descend(eta, which, group);
    if (!live.broken) curve.push(live.values[end]); // past a choice no cost is known
    if (live.broken || !Number.isFinite(live.values[end])) stop();
    changed(which[0]);
  }
  function run() {
    if (running) return stop();
    descent = {};
    running = setInterval(() => { for (let j = 0; j < (curve.length > 200 ? 5 : 1) && running; j++) descend(descent); if (curve.length > 5000) stop(); }, calm.matches ? 250 : 50);
    paintCurve();
  }
  function stop() {
    clearInterval(running);
    running = 0;
    paintCurve();
  }
  function paintCurve() {
    $("run").textContent = word(running ? "stop" : "run");
    $("run").setAttribute("aria-pressed", String(Boolean(running)));
    $("once").disabled = $("run").disabled = !moving().length || Boolean(live.broken && !running);
    const points = curve.filter(Number.isFinite), svgRoot = $("curve");
    svgRoot.classList.toggle("empty", points.length < 2);
    svgRoot.replaceChildren();
    $("cost").textContent = curve.length ? word("cost_after", out, digits(curve.at(-1)), curve.length - 1) : "";
    if (points.length < 2) return;
    const low = Math.min(...points), high = Math.max(...points), flat = high - low || 1;
    const x = (i) => 8 + (304 * i) / (points.length - 1), y = (c) => 96 - (82 * (c - low)) / flat;
    svgRoot.append(svg("path", { class: "grid", d: "M8 96H312M8 14H312" }), svg("path", { class: "line", d: `M${points.map((c, i) => `${x(i).toFixed(1)} ${y(c).toFixed(1)}`).join("L")}` }),
      svg("circle", { cx: x(points.length - 1), cy: y(points.at(-1)), r: 4 }), svg("text", { x: 10, y: 11 }, digits(high, 4)), svg("text", { x: 10, y: 107 }, digits(low, 4)));
  }
  page.on("by", "input", paintNudge);
  page.on("once", "click", () => descend());
  page.on("run", "click", run);
  return { stop, paint: () => { paintNudge(); paintCurve(); }, forget: () => { stop(); curve = []; } };
}
