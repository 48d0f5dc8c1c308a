// Draw a digit; the network answers, and the gradient of its answer lies over the pixels.
const $ = (id) => document.getElementById(id);
const side = Math.sqrt(data.sizes[0]);
let tongue = data.language, shownExample = -1;
const say = (key, ...values) => data.texts[key][tongue].replace(/\{(\d)\}/g, (_, i) => values[i]);
// Ink to pixels, as the sets of digits were made: cut out, scaled, centred by its mass.
const pad = $("pad"), ink = pad.getContext("2d", { willReadFrequently: true });
let pixels = Array(data.sizes[0]).fill(0);
function read() {
  const all = ink.getImageData(0, 0, 280, 280).data;
  let left = 280, right = -1, up = 280, down = -1;
  for (let y = 0; y < 280; y++) for (let x = 0; x < 280; x++) if (all[(y * 280 + x) * 4] > 20) { left = Math.min(left, x); right = Math.max(right, x); up = Math.min(up, y); down = Math.max(down, y); }
  pixels = Array(side * side).fill(0);
  if (right >= 0) {
    const small = document.createElement("canvas"), room = side === 28 ? 20 : 8, size = Math.max(right - left, down - up) + 1, scale = room / size;
    small.width = small.height = side;
    const context = small.getContext("2d");
    context.imageSmoothingQuality = "high";
    const w = (right - left + 1) * scale, h = (down - up + 1) * scale;
    let dx = (side - w) / 2, dy = (side - h) / 2;
    const draw = () => { context.fillStyle = "#000"; context.fillRect(0, 0, side, side); context.drawImage(pad, left, up, right - left + 1, down - up + 1, dx, dy, w, h); return context.getImageData(0, 0, side, side).data; };
    let found = draw();
    if (side === 28) {
      let mass = 0, mx = 0, my = 0;
      for (let i = 0; i < 784; i++) { const v = found[i * 4]; mass += v; mx += v * (i % 28); my += v * Math.floor(i / 28); }
      if (mass) { dx += 13.5 - mx / mass; dy += 13.5 - my / mass; found = draw(); }
    }
    const most = Math.max(...pixels.map((_, i) => found[i * 4])) || 1; // a stroke's middle is full ink, as in the sets
    pixels = pixels.map((_, i) => found[i * 4] / most);
  }
}
function grey(canvas, values, colour) {
  const context = canvas.getContext("2d"), cell = canvas.width / side;
  context.clearRect(0, 0, canvas.width, canvas.height);
  values.forEach((v, i) => { context.fillStyle = colour(v); context.fillRect((i % side) * cell, Math.floor(i / side) * cell, cell + 0.5, cell + 0.5); });
}
function paint() {
  const run = forward(pixels), out = run.a[L], best = out.indexOf(Math.max(...out)), empty = pixels.every((v) => v === 0);
  grey($("seen"), pixels, (v) => `rgb(${[0, 0, 0].map(() => Math.round(255 * v))})`);
  $("answer").textContent = empty ? "–" : String(best);
  $("outputs").replaceChildren(...out.map((v, j) => {
    const item = document.createElement("li"), bar = document.createElement("span"), fill = document.createElement("span"), name = document.createElement("span"), value = document.createElement("span");
    bar.className = "bar"; bar.append(fill);
    fill.style.width = `${100 * Math.max(0, Math.min(1, v))}%`;
    name.textContent = j; value.textContent = v < 1e-4 ? v.toExponential(3) : v.toPrecision(4);
    if (!empty && j === best) item.className = "best";
    item.append(name, bar, value);
    return item;
  }));
  $("hidden").replaceChildren(...run.a.slice(1, L).flatMap((a) => a.map((v) => { const i = document.createElement("i"); i.title = v.toPrecision(4); i.style.background = `rgb(${v >= 0 ? "0 114 178" : "213 94 0"} / ${Math.min(1, Math.abs(v))})`; return i; })));
  const which = $("which").value === "" ? best : Number($("which").value), g = gradient(run, which), most = Math.max(...g.map(Math.abs)) || 1;
  grey($("slope"), g, (v) => `rgb(${v >= 0 ? "0 114 178" : "213 94 0"} / ${Math.abs(v) / most})`);
  const at = g.reduce((b, v, i) => (Math.abs(v) > Math.abs(g[b]) ? i : b), 0);
  $("strongest").textContent = say(empty ? "strongest_empty" : "strongest", Math.floor(at / side) + 1, (at % side) + 1, g[at].toPrecision(3), which);
  for (const id of ["pad", "seen", "slope"]) $(id).setAttribute("aria-label", say({ pad: "draw", seen: "seen", slope: "why" }[id]));
}
function clear() {
  ink.fillStyle = "#000";
  ink.fillRect(0, 0, 280, 280);
  read();
  paint();
}
function words() {
  document.documentElement.lang = tongue;
  document.title = say("title");
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = say(e.dataset.t);
  $("language").textContent = tongue === "ja" ? "English" : "日本語";
  const chosen = $("which").value;
  $("which").replaceChildren(...["", ..."0123456789"].map((v) => { const o = document.createElement("option"); o.value = v; o.textContent = v === "" ? say("answer") : v; return o; }));
  $("which").value = chosen;
  $("example").hidden = !data.examples.length;
  paint();
}
let last = null;
const place = (event) => { const box = pad.getBoundingClientRect(); return [((event.clientX - box.left) / box.width) * 280, ((event.clientY - box.top) / box.height) * 280]; };
const stroke = (event) => {
  const at = place(event);
  ink.strokeStyle = "#fff"; ink.lineWidth = 22; ink.lineCap = "round";
  ink.beginPath(); ink.moveTo(...(last ?? at)); ink.lineTo(...at); ink.stroke();
  last = at;
  read();
  paint();
};
pad.addEventListener("pointerdown", (event) => { pad.setPointerCapture(event.pointerId); last = null; stroke(event); event.preventDefault(); });
pad.addEventListener("pointermove", (event) => { if (event.buttons) stroke(event); });
pad.addEventListener("pointerup", () => { last = null; });
$("clear").addEventListener("click", clear);
$("example").addEventListener("click", () => { clear(); shownExample = (shownExample + 1) % data.examples.length; pixels = data.examples[shownExample]; paint(); });
$("which").addEventListener("change", paint);
$("language").addEventListener("click", () => { tongue = tongue === "en" ? "ja" : "en"; words(); });
words();
clear();
