"""Print expressions of the small subset of Python as JavaScript: the lower half of `subset`.

Names are looked up where they are written: a local one stays, one of the module (or imported into
it) is printed too, and a function of the C library becomes the browser's, or its replacement.
"""

import ast
import json
from functools import cache
from importlib import resources
from typing import Any

from autodiff.printers import browser_libm
from autodiff.table import libm

OWN = browser_libm.__name__
LIBM = (libm.__name__, "math")
MATH = {
    "fabs": "Math.abs",
    "fmod": "((a, b) => a % b)",
    "isnan": "Number.isNaN",
    "inf": "Infinity",
    "nan": "NaN",
    "pi": "Math.PI",
}
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "===", ast.NotEq: "!=="}
BUILTINS = {
    "abs": "Math.abs({0})", "min": "Math.min({*})", "max": "Math.max({*})", "float": "Number({0})",
    "int": "Math.trunc({0})", "len": "{0}.length", "str": "String({0})", "list": "Array.from({0})",
    "sum": "{0}.reduce((p, q) => p + q, 0)", "round": "Math.round({0})", "bool": "Boolean({0})",
    "ord": "{0}.codePointAt(0)",
}  # fmt: skip
METHODS = {
    "append": "push",
    "pop": "pop",
    "extend": "push(...{*})",
    "copy": "slice",
    "index": "indexOf",
}


class OutsideSubsetError(ValueError):
    """Python that the printer does not know; the message says what and where."""


@cache
def read(name: str) -> tuple[dict[str, ast.stmt], dict[str, tuple[str, str]]]:
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


class Expressions:
    """Prints the expressions of one definition of a module."""

    def __init__(self, script: Any, module: str) -> None:
        self.script, self.module = script, module
        self.local: set[str] = set()
        self.wrapping = False  # whether an index may be negative

    def _outside(self, node: ast.AST) -> OutsideSubsetError:
        return OutsideSubsetError(
            f"{self.module}, line {getattr(node, 'lineno', '?')}: {ast.unparse(node):.60} is not in "
            f"the subset of Python that is printed as JavaScript"
        )

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
                return sign.join(map(self.inside, values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"!{self.inside(operand)}"
            case ast.Name():  # a flag
                return self.e(node)
            case ast.Subscript():
                return self.e(node)
        raise self._outside(node)

    def inside(self, node: ast.expr) -> str:
        """Print a condition that stands in another."""
        compound = isinstance(node, ast.BoolOp | ast.UnaryOp)
        return f"({self.truth(node)})" if compound else self.truth(node)

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
                return f"({self.truth(test)} ? {self.e(body)} : {self.e(rest)})"
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
            case ast.Attribute(value=ast.Name(id=module), attr=name) if self._imported(module):
                return str(self.script.need(self._source(module), name))
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
        while name not in read(module)[0]:
            if name not in read(module)[1]:
                return False
            module, name = read(module)[1][name]
        return isinstance(read(module)[0][name], ast.ClassDef)

    def _imported(self, name: str) -> bool:
        """Return whether a name is that of a module."""
        return name not in self.local and name in read(self.module)[1]

    def _source(self, module: str) -> str:
        """Return the full name of a module that is imported under a name."""
        source, inner = read(self.module)[1][module]
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
        found, imported = read(self.module)
        if name in found or name in imported:
            return str(self.script.need(self.module, name))
        raise OutsideSubsetError(f"{self.module}: {name} is not known where it is printed")

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
            case ast.Attribute(value=ast.Name(id=module), attr=name) if self._imported(module):
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
                found, imported = read(self.module)
                if name in BUILTINS and name not in found and name not in imported:
                    if len(args) == 1 and name in ("min", "max"):
                        return f"Math.{name}(...{args[0]})"
                    return BUILTINS[name].replace("{*}", listed).replace("{0}", args[0])
                return f"{self._name(name)}({listed})"
            case ast.Name(id=name):
                return f"{name}({listed})"
        raise self._outside(node)
