// Numbers as Python prints them, and formulas in plain text: the twin of Python's `plaintext`.
// A term is a number, a node of the graph {id, name}, or an operation {op, args}.
const NOT_COMPUTED = "–";

// x with n significant digits, as Python's %.4g and %.6g: ties to even, exponents of two digits.
function digits(x, n = 6) {
  if (x === null || x === undefined) return NOT_COMPUTED;
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "-∞";
  if (x === 0) return "0";
  const parts = (text) => /^(-?)(\d)\.?(\d*)e([-+]\d+)$/.exec(text);
  let exact = parts(x.toExponential(n + 8));
  if (!/^50*$/.test((exact[2] + exact[3]).slice(n))) { // no tie: the browser rounds alike
    exact = parts(x.toExponential(n - 1));
    return exact[1] + placed((exact[2] + exact[3]).replace(/0+$/, "") || "0", Number(exact[4]), n);
  }
  exact = parts(x.toExponential(60));
  const all = exact[2] + exact[3];
  let kept = all.slice(0, n).split("").map(Number), power = Number(exact[4]);
  const rest = all.slice(n);
  if (rest[0] > "5" || (rest[0] === "5" && (/[1-9]/.test(rest.slice(1)) || kept[n - 1] % 2))) {
    let i = n - 1;
    while (i >= 0 && kept[i] === 9) kept[i--] = 0;
    if (i >= 0) kept[i] += 1;
    else { kept = [1, ...kept.slice(0, -1)]; power += 1; }
  }
  return exact[1] + placed(kept.join("").replace(/0+$/, "") || "0", power, n);
}
function placed(figures, power, most) {
  if (power < -4 || power >= most) {
    const sign = power < 0 ? "-" : "+", size = String(Math.abs(power)).padStart(2, "0");
    return `${figures[0]}${figures.length > 1 ? `.${figures.slice(1)}` : ""}e${sign}${size}`;
  }
  if (power < 0) return `0.${"0".repeat(-power - 1)}${figures}`;
  if (figures.length <= power + 1) return figures.padEnd(power + 1, "0");
  return `${figures.slice(0, power + 1)}.${figures.slice(power + 1)}`;
}
// A number of a formula as a person writes it: 2, not 2.0; the shortest that reads back alike.
function literal(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (Number.isInteger(x) && Math.abs(x) < 1e15) return String(x + 0);
  const found = /^(-?)(\d)\.?(\d*)e([-+]\d+)$/.exec(x.toExponential());
  const text = found[1] + placed(found[2] + found[3], Number(found[4]), 16);
  return Number.isInteger(x) && !text.includes("e") ? `${text}.0` : text;
}
const signed = (x) => (/^[0-9.∞]/.test(x) && x !== "0" ? `+${x}` : x);
const bracket = (x) => (x.startsWith("-") ? `(${x})` : x);
const tone = (x) => (x > 0 ? "plus" : x < 0 ? "minus" : "");

const LONGEST = 16, MOST = 2000; // letters of a formula that is a name; nodes of a graph with such names
class Formulas {
  constructor(live, table) { this.live = live; this.table = table; }

  // Nameless nodes are called as in Python's picture: by what they are, w·x, where that is short, else v1, v2, ...;
  // the result is out. In a formula what is called by what it is stands written out, w * x.
  entitle() {
    const { nodes, values, end } = this.live;
    if (nodes.length > MOST) return this;
    let count = 0;
    this.binds = [];
    nodes.forEach((n, i) => {
      n.key ??= n.name;
      n.binds = undefined;
      this.binds.push(9);
      if (n.named) return;
      if (n.kind === "constant") {
        n.name = digits(values[i], 4);
        if (n.name.startsWith("-")) this.binds[i] = 3;
        return;
      }
      const [text, binds] = i === end && n.op ? ["out", 9] : n.op ? this.title(n) : ["", 9];
      const short = text && [...text].length <= LONGEST;
      if (short && i !== end) n.binds = binds;
      n.name = short ? text : `v${(count += 1)}`;
      this.binds[i] = short ? binds : 9;
    });
    return this;
  }
  // An operation on what its operands are called, "" where that is long, and how it binds.
  title(n) {
    if (n.operands.length > 4) return ["", 9];
    const parts = n.operands.map((k) => this.live.nodes[k].name);
    const least = (k, p) => (this.binds[n.operands[k]] >= p ? parts[k] : `(${parts[k]})`);
    if (n.op === "neg") return [`−${least(0, 3)}`, 3];
    if (n.op === "square" || n.op === "powc" || n.op === "power") {
      const power = parts.length === 2 ? parts[1] : "2";
      return [`${least(0, 5)}${{ 2: "²", 3: "³" }[power] ?? `^${least(1, 5)}`}`, 4];
    }
    if (n.op === "total") return [parts.map((_, k) => least(k, 1)).join(" + "), 1];
    const sign = { mul: "·", add: " + ", sub: " − ", div: "/", dot: "·" }[n.op];
    if (sign && parts.length === 2) {
      const low = n.op === "add" || n.op === "sub" ? 1 : 2, high = n.op === "add" || n.op === "mul" ? low : low + 1;
      return [`${least(0, low)}${sign}${least(1, high)}`, low];
    }
    return [`${n.op}(${parts.join(", ")})`, 9];
  }
  // A node as it stands in a formula: a nameless number as that number, a title that is a formula written out.
  operand(i) {
    const n = this.live.nodes[i];
    if (n.binds !== undefined) return this.value(i);
    return n.kind === "constant" ? this.live.values[i] : { id: i, name: n.name };
  }
  value(i) {
    const n = this.live.nodes[i];
    return { op: n.op, args: n.operands.map((k) => this.operand(k)) };
  }
  // The local derivative of node i with respect to its operand at `place`; null where there is none.
  local(i, place) {
    const n = this.live.nodes[i], half = n.operands.length / 2;
    if (n.op === "total") return 1;
    if (n.op === "dot") return this.operand(n.operands[place < half ? place + half : place - half]);
    const tree = this.table[n.op].partials[place];
    return tree === null ? null : this.simplify(this.filled(tree, i));
  }
  filled(tree, i) {
    if (typeof tree === "number") return tree;
    if (tree === "y") return this.operand(i);
    if (typeof tree === "string") return this.operand(this.live.nodes[i].operands[Number(tree.slice(1))]);
    return { op: tree[0], args: tree.slice(1).map((t) => this.filled(t, i)) };
  }
  // The same formula without what changes nothing: factors 1, powers 1, choices that are made.
  simplify(term) {
    if (term.op === undefined) return term;
    const args = term.args.map((t) => this.simplify(t)), [a, b] = args;
    const isNumber = (t) => typeof t === "number";
    if (args.every(isNumber)) return ROWS[term.op].f(...args);
    const neg = (t) => this.simplify({ op: "neg", args: [t] });
    switch (term.op) {
      case "mul":
        if (a === 1) return b;
        if (b === 1) return a;
        if (a === -1) return neg(b);
        if (b === -1) return neg(a);
        break;
      case "add":
        if (a === 0) return b;
        if (b === 0) return a;
        break;
      case "sub": if (b === 0) return a; break;
      case "identity": return a;
      case "powc": if (b === 1) return a; if (b === 0) return 1; break;
      case "power_slope":
        if (isNumber(b)) return b === 0 ? 0 : this.simplify({ op: "mul", args: [b, { op: "powc", args: [a, b - 1] }] });
        break;
      case "where": if (isNumber(a)) return a !== 0 ? b : args[2]; break;
      case "neg": if (a.op === "neg") return a.args[0]; break;
    }
    return { op: term.op, args };
  }

  text(term, show = (leaf) => leaf.name) { return this.print(term, show)[0]; }
  print(term, show) {
    if (typeof term === "number") return [literal(term), term >= 0 ? 9 : 3];
    if (term.op === undefined) {
      const shown = show(term);
      return [shown, /^-|\s/.test(shown) && !shown.startsWith("(") ? (shown.startsWith("-") ? 3 : 0) : 9];
    }
    const parts = term.args.map((t) => this.print(t, show));
    const least = ([text, precedence], p) => (precedence >= p ? text : `(${text})`);
    const { infix, precedence } = this.table[term.op];
    if (term.op === "total") return [added(parts.map((p) => least(p, 2))), 1];
    if (term.op === "dot") {
      const half = parts.length / 2;
      return [added(parts.slice(0, half).map((p, i) => `${least(p, 2)} * ${least(parts[half + i], 3)}`)), 1];
    }
    if (term.op === "neg") return [`-${least(parts[0], 4)}`, 3];
    if (infix === "**") return [`${least(parts[0], 5)}**${least(parts[1], 4)}`, 4];
    if (infix && parts.length === 2) {
      const minus = precedence === 1 && parts[1][0].startsWith("-");
      return [`${least(parts[0], precedence)} ${infix} ${least(parts[1], minus ? 10 : precedence + 1)}`, precedence];
    }
    return [`${term.op}(${parts.map((p) => p[0]).join(", ")})`, 9];
  }
  numbers(term) { return this.text(term, (leaf) => bracket(digits(this.live.values[leaf.id]))); }

  name(i) { return this.live.nodes[i].name; }
  d(i) { return `d${whole(this.name(this.live.end))}/d${whole(this.name(i))}`; }
  slope(i, place) { return `d${whole(this.name(i))}/d${whole(this.name(this.live.nodes[i].operands[place]))}`; }
  defined(i) { return `${this.name(i)} = ${this.text(this.value(i))}`; }
  rule(i, place) {
    const local = this.local(i, place);
    return local === null ? "" : `${this.slope(i, place)} = ${this.text(local)}`;
  }
}
const whole = (name) => (/[\s·/@²³ᵀ−]|[\p{L}\p{N}_]\(/u.test(name) ? `(${name})` : name);
function added(parts) {
  if (parts.length > 100) return `sum([${parts.join(", ")}])`;
  return parts[0] + parts.slice(1).map((p) => (p.startsWith("-") ? ` - ${p.slice(1)}` : ` + ${p}`)).join("");
}
