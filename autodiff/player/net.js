// A network of neurons, layers 1 to L as the documents count them: forward, and the four equations.
// What a neuron's function and its slope are comes from the table's rows.
class Net {
  constructor(sizes, { activation = "tanh", output = "sigmoid", cost = "cross_entropy", start = "scaled", seed = 1 } = {}) {
    Object.assign(this, { sizes, activation, output, cost });
    const draw = gaussian(seed);
    this.w = sizes.slice(1).map((n, l) => Array.from({ length: n }, () => Array.from({ length: sizes[l] }, () => (start === "zero" ? 0 : draw() / (start === "scaled" ? Math.sqrt(sizes[l]) : 1)))));
    this.b = sizes.slice(1).map((n) => Array.from({ length: n }, () => (start === "normal" ? draw() : 0)));
  }
  row(l) { return ROWS[l === this.w.length - 1 ? this.output : this.activation]; }
  forward(x) {
    const z = [], a = [x];
    this.w.forEach((w, l) => {
      z.push(w.map((row, j) => row.reduce((s, v, k) => s + v * a[l][k], 0) + this.b[l][j]));
      a.push(z[l].map((t) => this.row(l).f(t)));
    });
    return { z, a };
  }
  costOf(a, y) {
    return a.reduce((s, v, j) => s + (this.cost === "quadratic" ? (v - y[j]) ** 2 / 2 : -(ROWS.xlogy.f(y[j], v) + ROWS.xlogy.f(1 - y[j], 1 - v))), 0);
  }
  // delta of every layer: BP1 at the output, BP2 from each layer to the one before.
  errors({ z, a }, y) {
    const L = this.w.length, delta = Array(L);
    const slope = (l, j) => this.row(l).d[0](a[l + 1][j], z[l][j]);
    delta[L - 1] = a[L].map((v, j) => (this.cost === "quadratic" || this.output !== "sigmoid" ? (v - y[j]) * slope(L - 1, j) : v - y[j]));
    for (let l = L - 2; l >= 0; l--) delta[l] = z[l].map((_, j) => this.w[l + 1].reduce((s, row, k) => s + row[j] * delta[l + 1][k], 0) * slope(l, j));
    return delta;
  }
  // dC/db = delta (BP3), dC/dw_jk = a_k delta_j (BP4), as the mean over examples.
  gradient(examples) {
    const gw = this.w.map((w) => w.map((r) => r.map(() => 0))), gb = this.b.map((b) => b.map(() => 0));
    let cost = 0;
    for (const [x, y] of examples) {
      const run = this.forward(x), delta = this.errors(run, y);
      cost += this.costOf(run.a.at(-1), y) / examples.length;
      delta.forEach((d, l) => d.forEach((v, j) => {
        gb[l][j] += v / examples.length;
        run.a[l].forEach((u, k) => { gw[l][j][k] += (u * v) / examples.length; });
      }));
    }
    return { gw, gb, cost };
  }
  step(examples, eta) {
    const g = this.gradient(examples);
    g.gw.forEach((w, l) => w.forEach((row, j) => { this.b[l][j] -= eta * g.gb[l][j]; row.forEach((v, k) => { this.w[l][j][k] -= eta * v; }); }));
    return g;
  }
}
// Numbers between 0 and 1 from a seed (a linear congruence), and normal ones from them.
function uniform(seed) {
  let s = (seed * 2654435761) % 4294967296;
  return () => { s = (s * 1664525 + 1013904223) % 4294967296; return s / 4294967296; };
}
function gaussian(seed) {
  const u = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(u() + 1e-12)) * Math.cos(2 * Math.PI * u());
}
function points(kind, n = 160, seed = 7) {
  const u = uniform(seed), g = gaussian(seed + 1), found = [];
  for (let i = 0; i < n; i++) {
    const label = i % 2, t = u();
    let x;
    if (kind === "xor") { const p = [u() * 2 - 1, u() * 2 - 1].map((v) => v + Math.sign(v) * 0.1); found.push([p, [p[0] * p[1] < 0 ? 1 : 0]]); continue; }
    if (kind === "moons") x = label ? [0.5 - Math.cos(Math.PI * t) * 0.7 - 0.15, 0.25 - Math.sin(Math.PI * t) * 0.7] : [Math.cos(Math.PI * t) * 0.7 - 0.35, Math.sin(Math.PI * t) * 0.7 - 0.15];
    else if (kind === "circles") { const r = label ? 0.3 * Math.sqrt(t) : 0.65 + 0.25 * t, v = 2 * Math.PI * u(); x = [r * Math.cos(v), r * Math.sin(v)]; }
    else { const r = 0.08 + 0.85 * t, v = 4.2 * t * Math.PI * 0.85 + label * Math.PI; x = [r * Math.cos(v), r * Math.sin(v)]; }
    found.push([x.map((v) => v + 0.05 * g()), [label]]);
  }
  return found;
}
