// Record a parsed formula: the model of its graph, with its nodes in Python's order.
function recordFormula({ text, statements, names }, values, grammar) {
  const missing = names.filter((n) => !Object.hasOwn(values, n) && !Object.hasOwn(grammar.constants, n));
  if (missing.length) throw new FormulaError(`${listed(missing)} ${missing.length === 1 ? "has" : "have"} no value`);
  const made = [];
  const node = (op, operands, value, name, kind) => made.push({ op, operands, value, name, kind }) - 1;
  const known = new Map(names.map((n) => [n, Object.hasOwn(values, n) ? { node: node("", [], values[n], n, "parameter") } : grammar.constants[n]]));
  const apply = (row, args) => {
    if (args.every((a) => typeof a === "number")) return ROWS[row].f(...args);
    const operands = args.map((a) => (typeof a === "number" ? node("", [], a, null, "constant") : a.node));
    return { node: node(row, operands, 0, null, "operation") };
  };
  const value = (tree) => {
    if (tree.kind === "number") return tree.value;
    if (tree.kind === "name") return known.get(tree.name);
    if (tree.kind === "unary") return tree.sign === "+" ? value(tree.operand) : apply("neg", [value(tree.operand)]);
    if (tree.kind === "binary") {
      const a = value(tree.left), b = value(tree.right);
      return apply(tree.sign === "**" && typeof b === "number" ? "powc" : OPERATORS[tree.sign], [a, b]);
    }
    const row = grammar.functions[tree.f.name], { arity, defaults } = grammar.table[row];
    const args = tree.args.map(value);
    return apply(row, args.length < arity ? [...args, ...defaults.slice(args.length - arity)] : args);
  };
  let result;
  for (const [name, tree] of statements) {
    result = value(tree);
    if (name !== null) {
      known.set(name, result);
      if (typeof result !== "number" && made[result.node].name === null) made[result.node].name = name;
    }
  }
  if (typeof result === "number") throw new FormulaError(`${quoted(text)} is the number ${digits(result).replace("∞", "inf").replace("NaN", "nan")}: there is nothing to differentiate in it, so put a name where the derivative is wanted`);
  const reached = new Set([result.node]);
  for (let i = result.node; i >= 0; i--) if (reached.has(i)) made[i].operands.forEach((k) => reached.add(k));
  const order = [...reached].sort((a, b) => a - b), place = new Map(order.map((old, i) => [old, i]));
  const nodes = order.map((old, i) => {
    const n = made[old];
    const kind = n.op ? (old === result.node ? "output" : "operation") : n.kind;
    return { op: n.op, operands: n.operands.map((k) => place.get(k)), value: n.value, name: n.name ?? `v${i}`, kind, ...(n.name === null ? {} : { named: true }) };
  });
  return { nodes, end: place.get(result.node), guards: [] };
}
