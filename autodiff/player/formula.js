// Read a formula such as "z = w*x + b; sigmoid(z)" as Python's `graphs.expression` does: its tree, and
// the sentences where it cannot be read; `recorded.js` makes the nodes.
// What it knows of operations, spellings and signs stands in `grammar`, which Python prints.
class FormulaError extends Error {}
class SyntaxTrouble extends Error { constructor(text, at) { super(text); this.at = at; } }

const cut = (text) => ([...text].length <= 60 ? text : `${[...text].slice(0, 59).join("")}…`);
const quoted = (text) => {
  const t = cut(text), mark = t.includes("'") && !t.includes('"') ? '"' : "'";
  const inside = t.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return `${mark}${mark === "'" ? inside.replace(/'/g, "\\'") : inside}${mark}`;
};
const listed = (names) => (names.length === 1 ? cut(names[0]) : `${names.slice(0, -1).map(cut).join(", ")} and ${cut(names.at(-1))}`);

const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const NUMBER = /0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?/y;
const OPERATOR = /\*\*=|\/\/=|[-+*/@%&|^]=|\*\*|\/\/|<<|>>|<=|>=|==|!=|:=|->|[-+*/()=,;%@&|^~<>[\]{}.:]/y;

function tokens(text) {
  const found = [];
  let i = 0, depth = 0;
  const open = [];
  while (i < text.length) {
    const c = text[i];
    if (c === " " || c === "\t" || c === "\f") { i++; continue; }
    if (c === "#") { while (i < text.length && text[i] !== "\n") i++; continue; }
    if (c === "\n" || c === "\r") {
      i++;
      if (!depth) {
        if (found.length && found.at(-1).kind !== "end") found.push({ kind: "end", text: "\n", at: i - 1 });
        const line = /[ \t\f]*/y;
        line.lastIndex = i;
        const blank = line.exec(text)[0].length;
        if (blank && i + blank < text.length && !"\n\r#".includes(text[i + blank])) throw new SyntaxTrouble("unexpected indent", i + blank);
      }
      continue;
    }
    const match = (pattern) => { pattern.lastIndex = i; return pattern.exec(text)?.[0]; };
    let word = match(NUMBER);
    if (word) {
      if (/^0\d/.test(word) && !/[.eE]/.test(word) && !/^0+$/.test(word)) throw new SyntaxTrouble("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers", i);
      if (/[jJ]/.test(text[i + word.length] ?? "") && !/[\p{L}\p{Nd}_]/u.test(text[i + word.length + 1] ?? "")) {
        found.push({ kind: "other", text: `${word}j`, at: i });
        i += word.length + 1;
        continue;
      }
      NAME.lastIndex = i + word.length;
      if (NAME.test(text) || text[i + word.length] === "_") throw new SyntaxTrouble("invalid decimal literal", i);
      found.push({ kind: "number", text: word, value: Number(word.replaceAll("_", "")), at: i });
    } else if ((word = match(/'[^'\n]*'|"[^"\n]*"/y))) {
      found.push({ kind: "other", text: quoted(word.slice(1, -1)), at: i });
    } else if ((word = match(NAME))) found.push({ kind: "name", text: word.normalize("NFKC"), at: i });
    else if ((word = match(OPERATOR))) {
      if ("([{".includes(word)) { depth++; open.push([word, i]); }
      if (")]}".includes(word)) {
        const pair = { ")": "(", "]": "[", "}": "{" }[word], last = open.pop();
        if (!last) throw new SyntaxTrouble(`unmatched '${word}'`, i);
        if (last[0] !== pair) throw new SyntaxTrouble(`closing parenthesis '${word}' does not match opening parenthesis '${last[0]}'`, i);
        depth--;
      }
      found.push({ kind: word === ";" ? "end" : "sign", text: word, at: i });
    } else throw new SyntaxTrouble("invalid syntax", i);
    i += word.length;
  }
  if (open.length) throw new SyntaxTrouble(`'${open.at(-1)[0]}' was never closed`, open.at(-1)[1]);
  return [...found, { kind: "end", text: "", at: text.length }];
}

class Parser {
  constructor(text, grammar) {
    this.grammar = grammar;
    this.tokens = tokens(text);
    this.at = 0;
  }
  get next() { return this.tokens[this.at]; }
  take(sign) {
    if (this.next.kind !== "sign" || this.next.text !== sign) return false;
    this.at++;
    return true;
  }
  fail(why = "invalid syntax") { throw new SyntaxTrouble(why, this.next.at); }
  statements() {
    const found = [];
    while (this.next.text !== "") {
      let name = null;
      const [first, second, third, fourth] = this.tokens.slice(this.at, this.at + 4);
      if (first.kind === "end") this.fail();
      if (first.kind === "name" && second.kind === "sign" && second.text === "=") {
        if (this.grammar.keywords.includes(first.text)) this.fail();
        name = first.text;
        this.at += 2;
      }
      if (first.kind === "name" && second?.kind === "sign" && /^[^=<>!:]+=$/.test(second.text)) {
        this.at += 2;
        throw refused({ kind: "other", text: `${first.text} ${second.text} ${unparse(this.whole())}` });
      }
      if (name !== null && third?.kind === "name" && fourth?.text === "=" && fourth.kind === "sign") {
        this.at += 2;
        throw refused({ kind: "other", text: `${name} = ${third.text} = ${unparse(this.whole())}` });
      }
      found.push([name, this.whole()]);
      if (this.next.kind !== "end") this.fail();
      if (this.next.text !== "") this.at++;
      if (this.next.text === "\n") this.at++;
    }
    return found;
  }
  // What stands alone in a statement: also choices and tuples, which are refused later.
  whole() {
    if (this.next.text === "*" && this.next.kind === "sign") this.fail();
    const first = this.choice();
    if (this.next.text !== "," || this.next.kind !== "sign") return first;
    const parts = [first];
    while (this.take(",") && this.next.kind !== "end" && this.next.text !== ")" && this.next.text !== "=") parts.push(this.choice());
    if (this.next.text === "=" && this.next.kind === "sign") {
      if (parts.some((p) => p.kind !== "name")) this.fail("cannot assign to this: write a name before =");
      this.at++;
      throw refused({ kind: "other", text: `${parts.map((p) => unparse(p)).join(", ")}${parts.length === 1 ? "," : ""} = ${unparse(this.whole())}` });
    }
    return { kind: "other", text: `(${parts.map((p) => unparse(p)).join(", ")}${parts.length === 1 ? "," : ""})` };
  }
  choice() {
    if (this.take("*")) return { kind: "other", text: `*${unparse(this.expression(2), 2)}` };
    const body = this.expression(0);
    if (this.next.kind !== "name" || this.next.text !== "if") return body;
    this.at++;
    const test = this.expression(0);
    if (this.next.text !== "else") this.fail("expected 'else' after 'if' expression");
    this.at++;
    return { kind: "other", text: `${unparse(body, 1)} if ${unparse(test, 1)} else ${unparse(this.choice())}` };
  }
  // Binary signs by how strongly they bind; what is no sign of a formula is read and refused later.
  expression(least) {
    let left = this.unary();
    for (;;) {
      const { kind, text } = this.next;
      const strength = kind === "sign" ? { "<": 1, ">": 1, "<=": 1, ">=": 1, "==": 1, "!=": 1, "|": 2, "^": 3, "&": 4, "<<": 5, ">>": 5, "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7, "@": 7 }[text] : undefined;
      if (strength === undefined || strength < least) return left;
      this.at++;
      left = { kind: "binary", sign: text, left, right: this.expression(strength + 1) };
    }
  }
  unary() {
    for (const sign of ["-", "+", "~"]) if (this.take(sign)) return { kind: "unary", sign, operand: this.unary() };
    const base = this.postfix();
    return this.take("**") ? { kind: "binary", sign: "**", left: base, right: this.unary() } : base;
  }
  postfix() {
    let tree = this.atom();
    for (;;) {
      if (this.take(".")) {
        if (this.next.kind !== "name") this.fail();
        tree = { kind: "other", text: `${unparse(tree, 10)}.${this.next.text}` };
        this.at++;
        continue;
      }
      if (this.take("[")) {
        const index = this.whole();
        if (!this.take("]")) this.fail();
        tree = { kind: "other", text: `${unparse(tree, 10)}[${unparse(index)}]` };
        continue;
      }
      if (!this.take("(")) return tree;
      const args = [];
      while (!this.take(")")) {
        const [word, equals] = this.tokens.slice(this.at, this.at + 2);
        if (word.kind === "name" && equals.kind === "sign" && equals.text === "=") {
          this.at += 2;
          args.push({ kind: "other", keyword: true, text: `${word.text}=${unparse(this.choice())}` });
        } else if (args.at(-1)?.keyword) this.fail("positional argument follows keyword argument");
        else args.push(this.choice());
        if (!this.take(",")) { if (!this.take(")")) this.fail(); break; }
      }
      tree = { kind: "call", f: tree, args };
    }
  }
  atom() {
    const token = this.next;
    if (token.kind === "number") { this.at++; return { kind: "number", value: token.value, text: token.text }; }
    if (token.kind === "other" || (token.kind === "name" && ["True", "False", "None"].includes(token.text))) { this.at++; return { kind: "other", text: token.text }; }
    if (this.take("[")) {
      const parts = [];
      while (!this.take("]")) {
        parts.push(this.choice());
        if (!this.take(",")) { if (!this.take("]")) this.fail(); break; }
      }
      return { kind: "other", text: `[${parts.map((p) => unparse(p)).join(", ")}]` };
    }
    if (token.kind === "name" && !this.grammar.keywords.includes(token.text)) { this.at++; return { kind: "name", name: token.text }; }
    if (this.take("(")) {
      const inside = this.whole();
      if (!this.take(")")) this.fail();
      return inside;
    }
    return this.fail();
  }
}
const OPERATORS = { "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "power" };
const STRENGTH = { "|": 2, "^": 3, "&": 4, "<<": 5, ">>": 5, "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7, "@": 7, "**": 9 };

// A tree as Python would write it.
function unparse(tree, least = 0) {
  const wrap = (text, own) => (own < least ? `(${text})` : text);
  if (tree.kind === "number") return Number.isInteger(tree.value) && /[.eE]/.test(tree.text) && Math.abs(tree.value) < 1e16 ? `${literal(tree.value).replace(/\.0$/, "")}.0` : literal(tree.value);
  if (tree.kind === "name") return tree.name;
  if (tree.kind === "other") return tree.text;
  if (tree.kind === "unary") return wrap(`${tree.sign}${unparse(tree.operand, 8)}`, 8);
  if (tree.kind === "call") return `${unparse(tree.f, 10)}(${tree.args.map((a) => unparse(a)).join(", ")})`;
  if (!(tree.sign in STRENGTH)) return wrap(`${unparse(tree.left, 2)} ${tree.sign} ${unparse(tree.right, 2)}`, 1);
  const own = STRENGTH[tree.sign], right = tree.sign === "**";
  return wrap(`${unparse(tree.left, right ? own + 1 : own)} ${tree.sign} ${unparse(tree.right, right ? 8 : own + 1)}`.replace(" ** ", right ? " ** " : " ** "), own);
}
function refused(tree) {
  let hint = tree.sign === "^" ? " (for a power write **)" : "";
  if (tree.kind === "call" && tree.args.length === 1 && (tree.f.kind === "number" || tree.f.kind === "binary")) hint = ` (for a product write ${product(tree.f, tree.args[0])})`;
  return new FormulaError(`${quoted(unparse(tree))} is not part of a formula${hint}: use numbers, names, + - * / **, brackets and functions such as exp(x)`);
}
const product = (f, other) => cut(`${f.kind === "binary" ? `(${unparse(f)})` : unparse(f)}*(${unparse(other)})`);
const depthOf = (tree) => 1 + Math.max(0, ...[tree.left, tree.right, tree.operand, tree.f, ...(tree.args ?? [])].filter(Boolean).map(depthOf));

// The names of a tree in order of appearance; whatever is not arithmetic is refused.
function check(tree, grammar) {
  if (tree.kind === "number") {
    if (!Number.isFinite(tree.value) && !/[.eE]/.test(tree.text)) throw new FormulaError("a number of the expression is too large for a float");
    return [];
  }
  if (tree.kind === "name") return [tree.name];
  if (tree.kind === "unary" && tree.sign !== "~") return check(tree.operand, grammar);
  if (tree.kind === "binary" && tree.sign in OPERATORS) return [...check(tree.left, grammar), ...check(tree.right, grammar)];
  if (tree.kind === "call" && tree.f.kind === "name" && !tree.args.some((a) => a.keyword)) {
    const row = Object.hasOwn(grammar.functions, tree.f.name) ? grammar.functions[tree.f.name] : null;
    if (!row) {
      const close = closest(tree.f.name, Object.keys(grammar.functions), 3, 0.55);
      let every = "`autodiff ops` lists them all";
      if (tree.args.length === 1 && !close.length) every += `; for a product write ${product(tree.f, tree.args[0])}`;
      throw new FormulaError(`unknown function ${cut(tree.f.name)}: ${close.length ? `did you mean ${close.join(" or ")}? ` : ""}${every}`);
    }
    const { arity, defaults } = grammar.table[row];
    if (tree.args.length < arity - defaults.length || tree.args.length > arity) throw new FormulaError(`${tree.f.name} takes ${arity} operand${arity > 1 ? "s" : ""}, not ${tree.args.length}`);
    return tree.args.flatMap((a) => check(a, grammar));
  }
  throw refused(tree);
}

function parseFormula(text, grammar) {
  const empty = "the expression is empty: write one such as 'sigmoid(w*x + b)'";
  if (!text.trim()) throw new FormulaError(empty);
  const size = [...text].length;
  if (size > grammar.longest) throw new FormulaError(`the expression has ${size.toLocaleString("en")} characters, more than ${grammar.longest.toLocaleString("en")}: write longer computations in Python`);
  const foreign = [...text].find((c) => Object.hasOwn(grammar.signs, c));
  if (foreign) throw new FormulaError(`${quoted(text)} cannot be read: write ${grammar.signs[foreign]} for ${foreign}`);
  let statements;
  try {
    statements = new Parser(text.trim(), grammar).statements();
  } catch (error) {
    if (error instanceof FormulaError) throw error;
    if (!(error instanceof SyntaxTrouble)) throw new FormulaError(`${quoted(text)} cannot be read: it is nested too deeply`);
    const before = text.trim().slice(0, error.at);
    throw new FormulaError(`${quoted(text)} cannot be read at character ${[...before.slice(before.lastIndexOf("\n") + 1)].length + 1}: ${misspelt(text, grammar) || error.message}`);
  }
  if (statements.some(([name, tree]) => depthOf(tree) + 2 > grammar.deepest)) throw new FormulaError(`the expression is nested more than ${grammar.deepest} levels deep: name parts of it, as in 'z = w*x + b; sigmoid(z)'`);
  const names = new Set(), assigned = new Set();
  for (const [name, tree] of statements) {
    for (const found of check(tree, grammar)) if (!assigned.has(found)) names.add(found);
    if (name === null) continue;
    if (names.has(name) || assigned.has(name)) throw new FormulaError(`${name} is given a value twice: each name stands for one node`);
    assigned.add(name);
  }
  if (!statements.length) throw new FormulaError(empty);
  return { text, statements, names: [...names] };
}
