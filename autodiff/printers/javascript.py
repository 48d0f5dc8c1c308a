"""Print the table as JavaScript: kernels from their source, rules by running them on symbols.

The kernels (and whatever else is to run in a browser) are written in a small subset of Python:
arithmetic, comparisons, `if`, loops over ranges and lists, calls of each other and of the C library.
`Script` reads the functions that are needed from the library's files, with everything they call, and
prints them. A row becomes its value and its partials; `rows_source` prints the rows that are asked
for. Nothing about an operation is written here: a row added to the table is in the browser as well.
"""

import ast
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

from autodiff.printers import browser_libm
from autodiff.table import libm, ops
from autodiff.table.primitive import ROWS, TABLE, Multilinear, Pointwise, Primitive
from autodiff.table.symbol import Symbol, Term, render

OWN = browser_libm.__name__
LIBM = (libm.__name__, "math")
MATH = {"fabs": "Math.abs", "isnan": "Number.isNaN", "inf": "Infinity", "nan": "NaN", "pi": "Math.PI"}
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "===", ast.NotEq: "!=="}
BUILTINS = {
    "abs": "Math.abs({0})", "min": "Math.min({*})", "max": "Math.max({*})", "float": "Number({0})",
    "int": "Math.trunc({0})", "len": "{0}.length", "str": "String({0})", "list": "Array.from({0})",
    "sum": "{0}.reduce((p, q) => p + q, 0)", "round": "Math.round({0})", "bool": "Boolean({0})",
}  # fmt: skip
METHODS = {"append": "push", "pop": "pop", "extend": "push(...{*})", "copy": "slice"}


class OutsideSubset(ValueError):
    """Python that the printer does not know; the message says what and where."""


@cache
def _module(name: str) -> tuple[dict[str, ast.stmt], dict[str, tuple[str, str]]]:
    """Return the definitions of a module of the library, and what its imports call what."""
    package, _, stem = name.rpartition(".")
    text = resources.files(package).joinpath(f"{stem}.py").read_text(encoding="utf-8")
    found: dict[str, ast.stmt] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in ast.parse(text).body:
        match node:
            case ast.FunctionDef(name=f) | ast.ClassDef(name=f):
                found[f] = node
            case ast.Assign(targets=[ast.Name(id=f)]) | ast.AnnAssign(target=ast.Name(id=f)):
                found[f] = node
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    assert isinstance(target, ast.Name)
                    found[target.id] = ast.Assign([target], value, lineno=node.lineno)
            case ast.Import(names=names):
                for alias in names:
                    imported[alias.asname or alias.name] = (alias.name, "")
            case ast.ImportFrom(module=str(source), names=names):
                for alias in names:
                    imported[alias.asname or alias.name] = (source, alias.name)
    return found, imported


class Script:
    """The functions that a page needs, each printed once, with all that they call.

    >>> script = Script()
    >>> script.need("autodiff.kernels", "relu")
    'k_relu'
    >>> print(script.source())
    const k_relu = (x) => ((x > 0.0) || Number.isNaN(x)) ? x : 0.0;
    """

    def __init__(self) -> None:
        self.printed: dict[tuple[str, str], str] = {}
        self.names: dict[tuple[str, str], str] = {}

    def need(self, module: str, name: str) -> str:
        """Return what a function (or constant) of a module is called in the script, and add it."""
        if module in LIBM:
            if name in MATH:
                return MATH[name]
            if name not in vars(browser_libm):
                return f"Math.{name}"
            module = OWN
        found, imported = _module(module)
        if name not in found:
            return self.need(*imported[name])
        if (module, name) in self.names:
            return self.names[module, name]
        called = f"k_{name}"
        while called in self.names.values():
            called += "_"
        self.names[module, name] = called
        self.printed[module, name] = _Function(self, module).definition(called, found[name])
        return called

    def source(self) -> str:
        """Return the functions, those that are called before those that call."""
        return "\n".join(self.printed.values())

    def value(self, row: Primitive, names: list[str]) -> str:
        """Return the source of the row's value at operands called `names`."""
        return self.formula(Symbol(op=row, args=tuple(map(Symbol, names))))

    def formula(self, term: Term) -> str:
        """Return a formula of the table's operations as JavaScript."""
        return render(term, self._print, lambda x: repr(float(x)) if x != int(x) else str(int(x)))

    def _print(self, op: Primitive, parts: list[str], _: list[int]) -> tuple[str, int]:
        if op is ops.neg:
            return f"(-{parts[0]})", 9
        if op.infix in ("+", "-", "*", "/"):
            return f"({parts[0]} {op.infix} {parts[1]})", 9
        return f"{self.function(op)}({', '.join(parts)})", 9

    def function(self, row: Primitive) -> str:
        """Return the name of the function that computes the row, and add it."""
        function = row.scalar  # type: ignore[attr-defined]
        module = libm.__name__ if function.__module__ == "math" else function.__module__
        if row is not TABLE.get(row.name) or not module.startswith("autodiff."):
            raise OutsideSubset(
                f"{row.name}: this operation is your own Python, which cannot be carried to a page"
            )
        return self.need(module, function.__name__)


class _Function:
    """Prints one definition of a module."""

    def __init__(self, script: Script, module: str) -> None:
        self.script, self.module = script, module
        self.local: set[str] = set()
        self.wrapping = False  # whether an index may be negative

    def definition(self, called: str, node: ast.stmt) -> str:
        match node:
            case ast.FunctionDef(args=arguments, body=body):
                return self._function(called, arguments, body)
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return f"const {called} = {self.e(value)};"
        raise self._outside(node)

    def _function(self, called: str, arguments: ast.arguments, body: list[ast.stmt]) -> str:
        parameters = self._parameters(arguments)
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            return f"const {called} = ({parameters}) => {self.e(body[0].value)};"
        names = self._assigned(body) - self.local
        self.local |= names
        head = f"let {', '.join(sorted(names))};\n" if names else ""
        inside = head + "".join(self.s(s) for s in body)
        return f"const {called} = ({parameters}) => {{\n{inside}}};"

    def rule(self, node: ast.Lambda) -> str:
        """Print a rule of the table that takes any number of operands."""
        self.wrapping = True
        return f"({self._parameters(node.args)}) => {self.e(node.body)}"

    def _parameters(self, arguments: ast.arguments) -> str:
        shown = []
        defaults = [None] * (len(arguments.args) - len(arguments.defaults)) + arguments.defaults
        for a, default in zip(arguments.args, defaults, strict=True):
            shown.append(a.arg if default is None else f"{a.arg} = {self.e(default)}")
        if arguments.vararg is not None:
            shown.append(f"...{arguments.vararg.arg}")
        self.local |= {a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg)}
        return ", ".join(shown)

    @staticmethod
    def _assigned(body: list[ast.stmt]) -> set[str]:
        found = set()
        for statement in body:
            pending: list[ast.AST] = [statement]
            while pending:
                node = pending.pop()
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.add(node.id)
                if not isinstance(node, ast.ListComp):  # its names are its own
                    pending += ast.iter_child_nodes(node)
        return found

    def _outside(self, node: ast.AST) -> OutsideSubset:
        return OutsideSubset(
            f"{self.module}, line {getattr(node, 'lineno', '?')}: {ast.unparse(node):.60} is not in "
            f"the subset of Python that is printed as JavaScript"
        )

    def block(self, body: list[ast.stmt]) -> str:
        return "{\n" + "".join(self.s(s) for s in body) + "}"

    def s(self, node: ast.stmt) -> str:
        """Print a statement."""
        match node:
            case ast.Return(value=None):
                return "return;\n"
            case ast.Return(value=ast.expr() as value):
                return f"return {self.e(value)};\n"
            case ast.AnnAssign(value=None) | ast.Pass():
                return ""
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ):
                return f"{self.target(target)} = {self.e(value)};\n"
            case ast.AugAssign(target=target, op=op, value=value) if type(op) in BINARY:
                if isinstance(op, ast.Add) and isinstance(value, ast.List):
                    return f"{self.target(target)}.push({', '.join(map(self.e, value.elts))});\n"
                return f"{self.target(target)} {BINARY[type(op)]}= {self.e(value)};\n"
            case ast.If(test=test, body=body, orelse=rest):
                text = f"if ({self.truth(test)}) {self.block(body)}"
                if len(rest) == 1 and isinstance(rest[0], ast.If):
                    return f"{text} else {self.s(rest[0])}"
                return f"{text} else {self.block(rest)}\n" if rest else text + "\n"
            case ast.While(test=test, body=body, orelse=[]):
                return f"while ({self.truth(test)}) {self.block(body)}\n"
            case ast.For(target=target, iter=of, body=body, orelse=[]):
                return self._for(target, of, body)
            case ast.Break():
                return "break;\n"
            case ast.Continue():
                return "continue;\n"
            case ast.Expr(value=ast.Call() as call):
                return f"{self.e(call)};\n"
        raise self._outside(node)

    def _for(self, target: ast.expr, of: ast.expr, body: list[ast.stmt]) -> str:
        match target, of:
            case ast.Name(id=i), ast.Call(func=ast.Name(id="range"), args=args):
                bounds = [self.e(a) for a in args]
                start, stop = ("0", bounds[0]) if len(bounds) == 1 else bounds[:2]
                step, sign = "1", "<"
                if len(bounds) == 3:
                    step = bounds[2]
                    sign = ">" if step.lstrip("(").startswith("-") else "<"
                head = f"for ({i} = {start}; {i} {sign} {stop}; {i} += {step})"
                return f"{head} {self.block(body)}\n"
            case ast.Tuple(elts=[ast.Name(id=i), x]), ast.Call(
                func=ast.Name(id="enumerate"), args=[xs]
            ):
                return f"for ([{i}, {self.target(x)}] of {self.e(xs)}.entries()) {self.block(body)}\n"
        return f"for ({self.target(target)} of {self.e(of)}) {self.block(body)}\n"

    def target(self, node: ast.expr) -> str:
        match node:
            case ast.Tuple(elts=elements):
                return f"[{', '.join(map(self.target, elements))}]"
            case ast.Subscript(value=value, slice=index) if not isinstance(index, ast.Slice):
                return f"{self.e(value)}[{self._place(value, index)}]"
        return self.e(node)

    def truth(self, node: ast.expr) -> str:
        """Print a condition: a comparison or a call, for an empty list is true in JavaScript."""
        match node:
            case ast.Compare() | ast.Call() | ast.Constant(value=bool()):
                return self.e(node)
            case ast.BoolOp(op=op, values=values):
                sign = " && " if isinstance(op, ast.And) else " || "
                return sign.join(f"({self.truth(v)})" for v in values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"!({self.truth(operand)})"
            case ast.Name():  # a flag
                return self.e(node)
            case ast.Subscript():
                return self.e(node)
        raise self._outside(node)

    def e(self, node: ast.expr) -> str:
        """Print an expression."""
        match node:
            case ast.Constant(value=bool() as value):
                return "true" if value else "false"
            case ast.Constant(value=int() | float() | str() as value):
                return json.dumps(value) if isinstance(value, str) else repr(value)
            case ast.Constant(value=None):
                return "null"
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self.e(operand)})"
            case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
                return f"({self.truth(node)})"
            case ast.BinOp(left=ast.List(elts=[x]), op=ast.Mult(), right=n):
                return f"Array({self.e(n)}).fill({self.e(x)})"
            case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
                return f"Math.floor({self.e(left)} / {self.e(right)})"
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return f"({self.e(left)} % {self.e(right)})"  # of numbers that are not negative
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return f"({self.e(left)} {BINARY[type(op)]} {self.e(right)})"
            case ast.Compare(left=left, ops=signs, comparators=others):
                return self._compared(left, signs, others)
            case ast.IfExp(test=test, body=body, orelse=rest):
                return f"(({self.truth(test)}) ? {self.e(body)} : {self.e(rest)})"
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return f"[{', '.join(map(self.e, elements))}]"
            case ast.Starred(value=value):
                return f"...{self.e(value)}"
            case ast.Subscript(value=value, slice=ast.Slice(lower=low, upper=high, step=None)):
                ends = [self.e(low) if low else "0", *([self.e(high)] if high else [])]
                return f"{self.e(value)}.slice({', '.join(ends)})"
            case ast.Subscript(value=value, slice=index):
                if self.wrapping:
                    return f"{self.e(value)}.at({self.e(index)})"
                return f"{self.e(value)}[{self._place(value, index)}]"
            case ast.ListComp(elt=element, generators=[one]):
                return self._comprehension(element, one)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module not in self.local:
                return self.script.need(self._source(module), name)
            case ast.Attribute(value=value, attr=name):
                return f"{self.e(value)}.{name}"
            case ast.Call(
                func=ast.Name(id="sorted"),
                args=[xs],
                keywords=[ast.keyword(arg="key", value=ast.Attribute(value=key))],
            ):
                by = self.e(key)
                return f"[...{self.e(xs)}].sort((p, q) => {by}[p] - {by}[q])"
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[_, *_]) if self._record(name):
                fields = [f"{k.arg}: {self.e(k.value)}" for k in node.keywords]
                return f"({{{', '.join(fields)}}})"
            case ast.Call(keywords=[]):
                return self._call(node)
        raise self._outside(node)

    def _record(self, name: str) -> bool:
        """Return whether a name is that of a dataclass, here or where it is imported from."""
        module = self.module
        while name not in _module(module)[0]:
            if name not in _module(module)[1]:
                return False
            module, name = _module(module)[1][name]
        return isinstance(_module(module)[0][name], ast.ClassDef)

    def _source(self, module: str) -> str:
        """Return the full name of a module that is imported under a name."""
        source, inner = _module(self.module)[1][module]
        return f"{source}.{inner}" if inner else source

    def _place(self, value: ast.expr, index: ast.expr) -> str:
        """Print an index; one that is written as negative counts from the end."""
        match index:
            case ast.UnaryOp(op=ast.USub(), operand=back):
                return f"{self.e(value)}.length - {self.e(back)}"
        return self.e(index)

    def _compared(self, left: ast.expr, signs: list[ast.cmpop], others: list[ast.expr]) -> str:
        parts = []
        for sign, right in zip(signs, others, strict=True):
            match sign:
                case ast.Is() | ast.IsNot():
                    text = f"{self.e(left)} {'!' if isinstance(sign, ast.IsNot) else '='}== null"
                case ast.In() | ast.NotIn():
                    text = f"{self.e(right)}.includes({self.e(left)})"
                    text = f"!{text}" if isinstance(sign, ast.NotIn) else text
                case _:
                    text = f"{self.e(left)} {COMPARED[type(sign)]} {self.e(right)}"
            parts.append(f"({text})")
            left = right
        return parts[0] if len(parts) == 1 else f"({' && '.join(parts)})"

    def _name(self, name: str) -> str:
        if name in self.local:
            return name
        found, imported = _module(self.module)
        if name in found or name in imported:
            return self.script.need(self.module, name)
        raise OutsideSubset(f"{self.module}: {name} is not known where it is printed")

    def _comprehension(self, element: ast.expr, one: ast.comprehension) -> str:
        kept = set(self.local)
        of = one.iter
        match of:
            case ast.Call(func=ast.Name(id="range"), args=[n]):
                items = f"Array.from(Array({self.e(n)}).keys())"
            case ast.Call(func=ast.Name(id="enumerate"), args=[xs]):
                items = f"Array.from({self.e(xs)}.entries())"
            case _:
                items = self.e(of)
        self.local |= {n.id for n in ast.walk(one.target) if isinstance(n, ast.Name)}
        x = self.target(one.target)
        for test in one.ifs:
            items += f".filter(({x}) => {self.truth(test)})"
        text = f"{items}.map(({x}) => {self.e(element)})"
        self.local = kept
        return text

    def _call(self, node: ast.Call) -> str:
        args = [self.e(a) for a in node.args]
        listed = ", ".join(args)
        match node.func:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module not in self.local:
                target = self._source(module)
                if target in LIBM and name == "divide":
                    return f"({args[0]} / {args[1]})"
                if target == libm.__name__ and self.module == OWN and name == "pow":
                    return f"Math.pow({listed})"  # the browser's own, which is mended here
                return f"{self.script.need(target, name)}({listed})"
            case ast.Attribute(value=value, attr=name) if name in METHODS:
                method = METHODS[name]
                if "{*}" in method:
                    return f"{self.e(value)}.{method.replace('{*}', listed)}"
                return f"{self.e(value)}.{method}({listed})"
            case ast.Name(id=name) if name not in self.local:
                found, imported = _module(self.module)
                if name in BUILTINS and name not in found and name not in imported:
                    if len(args) == 1 and name in ("min", "max"):
                        return f"Math.{name}(...{args[0]})"
                    return BUILTINS[name].replace("{*}", listed).replace("{0}", args[0])
                return f"{self._name(name)}({listed})"
            case ast.Name(id=name):
                return f"{name}({listed})"
        raise self._outside(node)


@cache
def _nary_rules() -> dict[str, ast.Lambda]:
    """Return the transposes of the rows that take any number of scalars, as they are written."""
    found = {}
    for name, node in _module(ops.__name__)[0].items():
        value = getattr(node, "value", None)
        for keyword in getattr(value, "keywords", ()):
            if keyword.arg == "nary" and isinstance(keyword.value, ast.Lambda):
                found[name] = keyword.value
    return found


def carried() -> list[str]:
    """Return the names of the rows that a page can compute: all those on single numbers."""
    return [
        r.name for r in ROWS
        if isinstance(r, Pointwise) or (isinstance(r, Multilinear) and r.scalar is not None)
    ]  # fmt: skip


def rows_source(names: Iterable[str] | None = None) -> str:
    """Return a script that defines `ROWS`: for each operation its value and its partials.

    `ROWS.mul` is `{f: (a, b) => ..., d: [(y, a, b) => ..., ...]}`; a partial is null where the
    operation is not differentiable. A sum of any number of operands has one partial `n(i, g, ...xs)`.
    """
    script = Script()
    lines = []
    for name in sorted(set(carried() if names is None else names)):
        row = TABLE[name]
        if isinstance(row, Pointwise):
            xs = [f"x{i}" for i in range(row.arity)]
            symbols = [Symbol(x) for x in xs]
            listed = ", ".join(xs)
            partials = [
                "null" if rule is None
                else f"(y, {listed}) => {script.formula(rule(Symbol('y'), *symbols))}"
                for rule in row.partials
            ]  # fmt: skip
            lines.append(
                f"{name}: {{f: ({listed}) => {script.value(row, xs)}, d: [{', '.join(partials)}]}},"
            )
        else:
            rule_ = _Function(script, ops.__name__).rule(_nary_rules()[name])
            lines.append(f"{name}: {{f: {script.function(row)}, n: {rule_}}},")
    return "\n".join([script.source(), "const ROWS = {", *lines, "};", ""])


def table(names: Iterable[str] | None = None) -> dict[str, dict[str, object]]:
    """Return what a page knows of the operations beside their numbers: how they are written.

    A partial is a tree: a number, "y" or "x0" for the output or an operand, or [operation, ...].

    >>> table(["log"])["log"]["partials"]
    [['div', 1.0, 'x0']]
    """
    found: dict[str, dict[str, object]] = {}
    for name in sorted(set(carried() if names is None else names)):
        row = TABLE[name]
        entry: dict[str, object] = {"infix": row.infix, "precedence": row.precedence}
        if isinstance(row, Pointwise):
            xs = [Symbol(f"x{i}") for i in range(row.arity)]
            entry["arity"], entry["defaults"] = row.arity, list(row.defaults)
            entry["partials"] = [
                None if rule is None else _tree(rule(Symbol("y"), *xs)) for rule in row.partials
            ]
        found[name] = entry
    return found


def _tree(term: Term) -> object:
    if not isinstance(term, Symbol):
        return float(term)
    return term.name if term.op is None else [term.op.name, *map(_tree, term.args)]
