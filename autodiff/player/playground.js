// The training playground: a network learns points of the plane, and everything it computes is shown.
const DATA = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
let net = null, examples = [], epoch = 0, running = 0, costs = [], sizesOf = [], picked = 0;
const tongue = speech(document, DATA), { word } = tongue;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const number = (text, otherwise) => (/^\s*-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : otherwise);
const mix = (v) => { // 0 vermillion, 1 blue, a half the ground
  const dark = matchMedia("(prefers-color-scheme: dark)").matches, mid = dark ? [24, 29, 38] : [255, 255, 255], end = v > 0.5 ? [0, 114, 178] : [213, 94, 0], s = Math.min(1, Math.abs(v - 0.5) * 1.6);
  return mid.map((m, i) => Math.round(m + (end[i] - m) * s));
};

function begin() {
  stop();
  const hidden = $("layers").value.normalize("NFKC").split(/[\s,、]+/).filter(Boolean).map(Number);
  const refused = hidden.length > 5 || !hidden.every((n) => Number.isInteger(n) && n > 0 && n <= 12);
  $("layers").setAttribute("aria-invalid", String(refused));
  if (refused) {
    $("state").textContent = word("no_layers", $("layers").value.slice(0, 40));
    if (net) return;
    hidden.length = 0;
  }
  if (!refused) $("layers").value = hidden.join(", ");
  examples = points($("points").value);
  net = new Net([2, ...hidden, 1], { activation: $("activation").value, cost: $("cost").value, start: $("start").value, seed: Number($("seed").value) || 1 });
  epoch = 0;
  costs = [];
  picked = Math.min(picked, examples.length - 1);
  build();
  paint();
}
function train(epochs) {
  const eta = typedNumber($("eta").value), m = 16;
  $("eta").setAttribute("aria-invalid", String(!(eta > 0)));
  if (!(eta > 0)) {
    stop();
    $("state").textContent = word("no_number", $("eta").value.slice(0, 40), "η");
    return;
  }
  for (let e = 0; e < epochs; e++) {
    for (let i = 0; i < examples.length; i += m) net.step(examples.slice(i, i + m), eta);
    epoch++;
  }
  paint();
  if (!Number.isFinite(costs.at(-1)[1])) {
    stop();
    $("state").textContent = word("too_far", epoch, $("eta").value);
  }
}
function run() {
  if (running) return stop();
  running = setInterval(() => train(calm.matches ? 20 : 4), calm.matches ? 500 : 60);
  $("run").setAttribute("aria-pressed", "true");
  $("run").textContent = word("stop");
}
function stop() {
  clearInterval(running);
  running = 0;
  $("run").setAttribute("aria-pressed", "false");
  $("run").textContent = word("run");
}

// The network as neurons and edges; each neuron holds the map of its own activation over the plane.
let maps = [], wires = [];
const SIDE = 44;
function build() {
  const picture = $("net"), gapX = 118, high = Math.max(...net.sizes) * 58 + 20, width = (net.sizes.length - 1) * gapX + SIDE + 40;
  picture.replaceChildren();
  picture.setAttribute("viewBox", `0 0 ${width} ${high + 24}`);
  picture.style.maxWidth = `${width * 1.25}px`;
  const at = (l, j) => [20 + SIDE / 2 + l * gapX, high / 2 + (j - (net.sizes[l] - 1) / 2) * 58 + 18];
  wires = [];
  net.w.forEach((w, l) => w.forEach((row, j) => row.forEach((_, k) => {
    const [x0, y0] = at(l, k), [x1, y1] = at(l + 1, j), wire = svg("path", { class: "weight", d: `M${x0 + SIDE / 2} ${y0}C${x0 + 75} ${y0} ${x1 - 75} ${y1} ${x1 - SIDE / 2} ${y1}` }), title = svg("title");
    wire.append(title);
    picture.append(wire);
    wires.push({ wire, title, l, j, k });
  })));
  maps = [];
  net.sizes.forEach((n, l) => {
    for (let j = 0; j < n; j++) {
      const [x, y] = at(l, j), image = svg("image", { x: x - SIDE / 2, y: y - SIDE / 2, width: SIDE, height: SIDE, preserveAspectRatio: "none" }), title = svg("title");
      const frame = svg("rect", { class: "cell", x: x - SIDE / 2, y: y - SIDE / 2, width: SIDE, height: SIDE, rx: 5 });
      frame.append(title);
      picture.append(image, frame);
      maps.push({ image, title, l, j });
    }
    picture.append(svg("text", { class: "layer", x: at(l, 0)[0], y: 14, "text-anchor": "middle" }, l === 0 ? "x" : `a^${l + 1}`));
  });
}
const grid = (n) => Array.from({ length: n * n }, (_, i) => [((i % n) + 0.5) / n * 2.4 - 1.2, 1.2 - (Math.floor(i / n) + 0.5) / n * 2.4]);
const fields = document.createElement("canvas");
function picture(n, values) {
  fields.width = fields.height = n;
  const context = fields.getContext("2d"), image = context.createImageData(n, n);
  values.forEach((v, i) => image.data.set([...mix(v), 255], i * 4));
  context.putImageData(image, 0, 0);
  return fields;
}
const COARSE = grid(14), FINE = grid(64);
const scaled = (v, l) => (l === 0 ? (v + 1.2) / 2.4 : ["sigmoid"].includes(l === net.w.length ? net.output : net.activation) ? v : 0.5 + v / 2);
function paint() {
  const coarse = COARSE.map((x) => net.forward(x).a);
  for (const { image, title, l, j } of maps) {
    image.setAttribute("href", picture(14, coarse.map((a) => scaled(a[l][j], l))).toDataURL());
    title.textContent = l ? `a^${l + 1}_${j + 1}, b = ${digits(net.b[l - 1][j], 4)}` : `x${j + 1}`;
  }
  for (const { wire, title, l, j, k } of wires) {
    const w = net.w[l][j][k];
    wire.setAttribute("class", `weight ${tone(w)}`);
    wire.setAttribute("stroke-width", Math.min(7, 0.6 + 1.6 * Math.abs(w)));
    title.textContent = `w^${l + 2}_${j + 1}${k + 1} = ${digits(w, 4)}`;
  }
  const canvas = $("plane"), context = canvas.getContext("2d"), size = canvas.width, put = ([x, y]) => [((x + 1.2) / 2.4) * size, ((1.2 - y) / 2.4) * size];
  context.imageSmoothingEnabled = true;
  context.drawImage(picture(64, FINE.map((x) => net.forward(x).a.at(-1)[0])), 0, 0, size, size);
  examples.forEach(([x, [y]], i) => {
    const [cx, cy] = put(x);
    context.beginPath();
    if (y) context.arc(cx, cy, 6, 0, 7); else context.rect(cx - 5, cy - 5, 10, 10);
    context.fillStyle = y ? "#0072B2" : "#D55E00";
    context.fill();
    context.lineWidth = i === picked ? 5 : 1.5;
    context.strokeStyle = i === picked ? "#ffd24d" : "#fff";
    context.stroke();
  });
  const g = net.gradient(examples);
  costs.push([epoch, g.cost]);
  const right = examples.filter(([x, [y]]) => (net.forward(x).a.at(-1)[0] > 0.5) === (y === 1)).length;
  $("state").textContent = word("epoch_state", epoch, digits(g.cost, 4), right, examples.length);
  curve($("curve"), [costs.map((c) => c[1])]);
  const norms = g.gw.map((w, l) => Math.sqrt(w.flat().reduce((s, v) => s + v * v, 0) + g.gb[l].reduce((s, v) => s + v * v, 0)));
  const most = Math.max(...norms, 1e-12);
  $("flow").replaceChildren(...norms.map((n, l) => {
    const bar = make("span", { class: "bar-fill" });
    bar.style.width = `${Math.max(2, (100 * n) / most)}%`;
    return make("li", {}, make("span", {}, word("layer", l + 2)), make("span", { class: "bar-room" }, bar), make("b", {}, digits(n, 3)));
  }));
  equations();
  $("python").textContent = python();
}
function curve(root, lines) {
  root.replaceChildren();
  const all = lines.flat().filter(Number.isFinite);
  const high = Math.max(...all), low = Math.min(0, ...all), x = (i, n) => 44 + (266 * i) / (n - 1), y = (c) => 96 - (84 * (c - low)) / (high - low || 1);
  root.append(svg("path", { class: "grid", d: "M44 96H310M44 12H310" }), svg("text", { x: 40, y: 16, "text-anchor": "end" }, digits(high, 3)), svg("text", { x: 40, y: 99, "text-anchor": "end" }, digits(low, 3)));
  if (lines[0].length > 1) root.append(svg("text", { x: 44, y: 108 }, "0"), svg("text", { x: 310, y: 108, "text-anchor": "end" }, word("epoch", lines[0].length - 1)));
  if (lines[0].length > 1) lines.forEach((line, i) => {
    const step = Math.ceil(line.length / 400);
    root.append(svg("path", { class: `line line${i}`, d: `M${line.map((c, k) => [k, c]).filter(([k, c]) => Number.isFinite(c) && (k % step === 0 || k === line.length - 1)).map(([k, c]) => `${x(k, line.length).toFixed(1)} ${y(c).toFixed(1)}`).join("L")}` }));
  });
}
// BP1 to BP4 of the example that is chosen.
function equations() {
  const [x, y] = examples[picked], run = net.forward(x), delta = net.errors(run, y), L = net.sizes.length, list = (v) => `[${v.slice(0, 6).map((t) => digits(t, 3)).join(", ")}${v.length > 6 ? ", …" : ""}]`;
  $("letters").textContent = word(L > 2 ? "letters" : "letters_output", net.activation);
  const lines = [[`x`, list(x)], [`y`, list(y)]];
  run.z.forEach((z, l) => lines.push([`z^${l + 2}`, list(z)], [`a^${l + 2}`, list(run.a[l + 1])]));
  lines.push([`C`, digits(net.costOf(run.a.at(-1), y), 4)]);
  lines.push([`BP1  δ^${L} = ${net.cost === "quadratic" ? "(a − y) σ'(z)" : "a − y"}`, list(delta.at(-1))]);
  for (let l = L - 3; l >= 0; l--) lines.push([`BP2  δ^${l + 2} = (w^${l + 3})ᵀ δ^${l + 3} ⊙ f'(z^${l + 2})`, list(delta[l])]);
  delta.forEach((d, l) => lines.push([`BP3  ∂C/∂b^${l + 2} = δ^${l + 2}`, list(d)], [`BP4  ∂C/∂w^${l + 2}₁ₖ = a^${l + 1}ₖ δ^${l + 2}₁${d.length > 1 ? ` (${word("first_row", d.length)})` : ""}`, list(run.a[l].map((u) => u * d[0]))]));
  $("equations").replaceChildren(...lines.map(([a, b]) => make("li", {}, make("code", {}, a), make("span", {}, `= ${b}`))));
}
function python() {
  if (![net.w, net.b].flat(Infinity).every(Number.isFinite)) return `# ${word("too_far", epoch, $("eta").value)}`;
  const show = (v) => JSON.stringify(v.map((r) => (Array.isArray(r) ? r : [r]))); // to the bit
  return ["import numpy as np", "import nets", "", `net = nets.Network(${JSON.stringify(net.sizes)}, activation="${net.activation}", output="${net.output}", cost="${net.cost}")`,
    `net.weights = [np.array(w) for w in [${net.w.map(show).join(",\n    ")}]]`, `net.biases = [np.array(b) for b in [${net.b.map(show).join(",\n    ")}]]`,
    `points = np.array(${show(examples.map(([x]) => x))})`, `labels = np.array(${show(examples.map(([, y]) => y))})`,
    "data = [(x.reshape(2, 1), y.reshape(1, 1)) for x, y in zip(points, labels)]", `net.SGD(data, 10, 16, ${number($("eta").value, 0.5)})`, ""].join("\n");
}

// Chapter 3: one neuron that is badly wrong, with either cost.
let lesson = 0, lessonSaid = () => {};
function slowdown(goes = true) {
  clearInterval(lesson);
  const w = number($("w0").value, 2), b = number($("b0").value, 2), eta = number($("eta0").value, 0.15);
  const neurons = ["quadratic", "cross_entropy"].map((cost) => {
    const one = new Net([1, 1], { cost });
    one.w[0][0][0] = w; one.b[0][0] = b;
    return one;
  });
  const outputs = neurons.map((n) => [n.forward([1]).a[1][0]]);
  const show = lessonSaid = () => {
    curve($("slow-curve"), outputs);
    $("slow-state").textContent = word("slow_state", outputs[0].length - 1, digits(outputs[0].at(-1), 3), digits(outputs[1].at(-1), 3));
  };
  const advance = (k) => { for (let i = 0; i < k && outputs[0].length <= 300; i++) neurons.forEach((n, j) => { n.step([[[1], [0]]], eta); outputs[j].push(n.forward([1]).a[1][0]); }); show(); };
  show();
  if (!goes) return; // where both begin
  if (calm.matches) return advance(300);
  lesson = setInterval(() => { advance(4); if (outputs[0].length > 300) clearInterval(lesson); }, 40);
}
function words() {
  document.documentElement.lang = tongue.language;
  document.title = word("playground");
  tongue.fill();
  $("run").textContent = word(running ? "stop" : "run");
}
for (const id of ["points", "layers", "activation", "cost", "start", "seed"]) $(id).addEventListener("change", begin);
$("reset").addEventListener("click", begin);
$("one").addEventListener("click", () => train(1));
$("run").addEventListener("click", run);
$("slow").addEventListener("click", () => slowdown());
$("language").addEventListener("click", () => { tongue.turn(); words(); paint(); lessonSaid(); });
$("next").addEventListener("click", () => { picked = (picked + 1) % examples.length; paint(); });
$("plane").addEventListener("click", (event) => {
  const box = $("plane").getBoundingClientRect(), x = ((event.clientX - box.left) / box.width) * 2.4 - 1.2, y = 1.2 - ((event.clientY - box.top) / box.height) * 2.4;
  picked = examples.map(([p], i) => [Math.hypot(p[0] - x, p[1] - y), i]).sort((a, b) => a[0] - b[0])[0][1];
  paint();
});
$("form").addEventListener("submit", (event) => event.preventDefault());
words();
begin();
slowdown(false);
