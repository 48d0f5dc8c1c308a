// A recorded graph of numbers that recomputes: forward, guards, backward, undo, link, nudge, descend.
// It knows no operation: `rows` (printed from the table) has each one's value and partials.
const number = (x) => (typeof x === "string" ? Number(x) : x); // JSON has no infinity and no NaN
const SIGNS = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
  "!=": (a, b) => a !== b, "==": (a, b) => a === b || (a !== a && b !== b),
};

class Live {
  constructor(model, rows) {
    this.nodes = model.nodes;
    this.end = model.end;
    this.guards = model.guards ?? [];
    this.rows = this.nodes.map((n) => (n.op ? rows[n.op] : null));
    this.leaves = this.nodes.flatMap((n, i) => (n.op || n.decided ? [] : [i])); // a recorded choice is no number to move
    this.values = this.nodes.map((n) => number(n.value));
    this.locals = this.nodes.map(() => []);
    this.wanted = this.nodes.map((n) => n.kind !== "constant" && n.kind !== "input");
    this.keys = this.linkKeys();
    this.past = [];
    this.future = [];
    this.run();
    this.start = this.values.slice();
    this.slopes = this.grads.slice();
  }

  // Values in order of creation; then, if every recorded choice turns out as it did, the gradients.
  run() {
    this.forward(this.values);
    this.broken = this.failing(this.values);
    this.steps = [];
    this.grads = this.nodes.map(() => null);
    this.parts = this.nodes.map((n) => n.operands.map(() => null));
    if (!this.broken) this.backward();
  }
  forward(v, from = 0) {
    for (let i = from; i < v.length; i++) {
      const n = this.nodes[i];
      if (n.op) v[i] = this.rows[i].f(...n.operands.map((k) => v[k]));
    }
    return v;
  }
  failing(v, guards = this.guards) {
    const read = ([slot, x]) => (slot >= 0 ? v[slot] : number(x));
    return guards.find(([sign, a, b, outcome]) => SIGNS[sign](read(a), read(b)) !== outcome) ?? null;
  }
  local(i, k) {
    const row = this.rows[i], xs = this.nodes[i].operands.map((j) => this.values[j]);
    if (row.n) return row.n(k, 1, ...xs);
    return row.d[k] ? row.d[k](this.values[i], ...xs) : null;
  }
  // Newest node first, operand by operand: the order of Python's, so the sums round alike.
  backward() {
    this.grads[this.end] = 1;
    for (let i = this.end; i >= 0; i--) {
      const n = this.nodes[i], g = this.grads[i];
      this.locals[i] = n.operands.map((_, k) => this.local(i, k));
      if (g === null) continue;
      n.operands.forEach((source, k) => {
        const d = this.locals[i][k];
        if (d === null || !this.wanted[source]) return;
        const part = g === 0 && !Number.isFinite(d) ? g : g * d; // where nothing flows, nothing arrives
        const before = this.grads[source];
        this.parts[i][k] = part;
        this.grads[source] = before === null ? part : before + part;
        this.steps.push({ node: i, place: k, source, upstream: g, local: d, part, before: before ?? 0, after: this.grads[source] });
      });
    }
  }

  // Changing numbers; a group (one drag) is undone at once.
  put(changes, group = null) {
    const known = changes.filter(([i]) => !this.nodes[i].op && !this.nodes[i].decided);
    if (known.length) {
      if (group === null || group !== this.group) {
        this.past.push(this.leaves.map((i) => this.values[i]));
        this.future = [];
      }
      this.group = group;
      for (const [i, x] of known) this.values[i] = x;
      this.run();
    }
    return this;
  }
  set(i, x, group = null) { return this.put([[i, x]], group); }
  restore(from, to) {
    if (!from.length) return false;
    to.push(this.leaves.map((i) => this.values[i]));
    const kept = from.pop();
    this.leaves.forEach((i, k) => { this.values[i] = kept[k]; });
    this.group = null;
    this.run();
    return true;
  }
  undo() { return this.restore(this.past, this.future); }
  redo() { return this.restore(this.future, this.past); }
  reset() { return this.put(this.leaves.map((i) => [i, this.start[i]])); }

  // The numbers as an address: #w=2&x=0.5, and back.
  linkKeys() {
    const count = new Map();
    const key = (i) => this.nodes[i].key ?? this.nodes[i].name; // a picture calls what has no name otherwise
    for (const i of this.leaves) count.set(key(i), (count.get(key(i)) ?? 0) + 1);
    return new Map(this.leaves.map((i) => [i, count.get(key(i)) === 1 ? key(i) : `${key(i)}~${i}`]));
  }
  link() {
    const changed = this.leaves.filter((i) => !Object.is(this.values[i], this.start[i]));
    return changed.map((i) => `${encodeURIComponent(this.keys.get(i))}=${this.values[i]}`).join("&");
  }
  follow(text, afresh = false) { // afresh: what the address does not name is as at the start, in one step of undo
    const places = new Map([...this.keys].map(([i, key]) => [key, i]));
    const changes = [];
    for (const part of text.replace(/^#/, "").slice(0, 20000).split("&")) {
      const at = part.lastIndexOf("=");
      let key = part.slice(0, Math.max(at, 0));
      try { key = decodeURIComponent(key); } catch { continue; }
      const x = part.slice(at + 1).trim();
      if (at > 0 && places.has(key) && /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(x)) changes.push([places.get(key), Number(x)]);
    }
    this.put([...(afresh ? this.leaves.map((i) => [i, this.start[i]]) : []), ...changes]);
    return changes.length;
  }

  // Whether a gradient has another sign than at the start: what is wanted where one asks why it is negative.
  turned(i) { return !this.broken && i !== this.end && this.slopes[i] * this.grads[i] < 0; }
  // What the derivative says that a small change does (eq. 5, 7), beside what it does.
  nudge(i, by) {
    const v = this.values.slice();
    v[i] += by;
    this.forward(v);
    const held = this.failing(v) === null;
    return { predicted: (this.grads[i] ?? 0) * by, actual: held ? v[this.end] - this.values[this.end] : null };
  }
  // One step of gradient descent on the given leaves: w - eta dC/dw (eq. 10).
  descend(eta, which, group = null) {
    return this.put(which.map((i) => [i, this.values[i] - eta * (this.grads[i] ?? 0)]), group);
  }

  // How many paths lead from each node to the output, and the strongest of them by |product|.
  paths(start, most = 6) {
    const out = this.nodes.map(() => []);
    this.nodes.forEach((n, i) => n.operands.forEach((source, k) => { if (this.parts[i][k] !== null) out[source].push([i, k]); }));
    const count = this.nodes.map(() => 0n), best = this.nodes.map(() => []);
    count[this.end] = 1n;
    best[this.end] = [{ product: 1, next: null }];
    for (let i = this.end - 1; i >= start; i--) {
      for (const [target, k] of out[i]) {
        count[i] += count[target];
        const d = this.locals[target][k];
        for (const p of best[target]) best[i].push({ product: p.product * d, edge: [target, k], next: p });
      }
      best[i].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
      best[i].length = Math.min(best[i].length, most);
    }
    for (const p of best[start]) {
      p.edges = [];
      for (let q = p; q.next; q = q.next) p.edges.push(q.edge);
    }
    return { count: count[start], best: best[start] };
  }
}
