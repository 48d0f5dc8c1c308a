// Formulas in plain text: the twin of Python's `plaintext`.
// A term is a number, a node of the graph {id, name}, or an operation {op, args}.
class Formulas {
  constructor(live, table) { this.live = live; this.table = table; }

  // Nodes are called as in Python's picture, by what is printed from it: a nameless one by what it is, w·x,
  // where that is short, else v1, v2, ...; the result is out. In a formula w·x stands written out, w * x.
  entitle() {
    const { nodes, values, end } = this.live;
    if (nodes.length > d_MOST) return this;
    const given = nodes.map((n, i) => (n.named ? n.name : n.kind === "constant" ? digits(values[i], 4) : null));
    const found = d_entitled(nodes.map((n) => n.op), nodes.map((n) => n.operands), given, [end], true);
    nodes.forEach((n, i) => {
      n.key ??= n.name;
      n.name = found[i].text;
      n.formula = found[i].formula;
    });
    return this;
  }
  // A node as it stands in a formula: a nameless number as that number, a title that is a formula written out.
  operand(i) {
    const n = this.live.nodes[i];
    if (n.formula) return this.value(i);
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
    if (term.op === "power_slope") { // to people, the product that it is
      const [x, n] = term.args;
      return this.print({ op: "mul", args: [n, { op: "powc", args: [x, { op: "sub", args: [n, 1] }] }] }, show);
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
function added(parts) {
  if (parts.length > 100) return `sum([${parts.join(", ")}])`;
  return parts[0] + parts.slice(1).map((p) => (p.startsWith("-") ? ` - ${p.slice(1)}` : ` + ${p}`)).join("");
}
