"""By which comparisons a graph that is built already was chosen, as far as the caller's code tells.

What a graph does not hold can be read where it was made: the code that asks for the page is gone
through for conditions (`if x > 1`, `x if a > b else y`, `max(x, 0)`, `float(x)`) in which one of the
graph's nodes stands by its name, also inside the functions that are called there with one. Nothing is
run for it. A condition that could not be read so is not among them.
"""

import ast
import inspect
import linecache
import textwrap
import types
from collections.abc import Iterator, Mapping
from typing import Any

from autodiff.graphs.callers import caller
from autodiff.graphs.graph import Graph
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value

MOST = 8
DEEPEST = 4  # functions that are called by functions
SIGNS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
READING = {
    "float",
    "int",
    "bool",
    "round",
    "max",
    "min",
    "sorted",
}  # what takes a number out of its node
HOLDS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip

Choice = dict[str, Any]


def choices(graph: Graph) -> list[Choice]:
    """Return the conditions: each one's text, where it stands, and as a guard, if it compares numbers."""
    end = graph.outputs[0]  # what is asked of the result comes after it
    known = {id(node) for i, node in enumerate(graph.live) if i != end}
    frame = caller()
    found: dict[tuple[Any, ...], Choice] = {}
    for tree, place, names in _codes(frame):
        last = frame.f_lineno if place[0] is None else None
        for choice in _Reader(known, names, place).read(tree.body):
            if last is None or choice["inside"] or choice["place"][1] <= last:
                found.setdefault((choice["text"], *choice["place"]), choice)
    return list(found.values())[:MOST]


def _codes(
    frame: types.FrameType,
) -> Iterator[tuple[Any, tuple[int | None, int], Mapping[str, Any]]]:
    """Yield the code of the caller, each with where it begins and the names that are known there."""
    names = {**frame.f_globals, **frame.f_locals}
    if frame.f_code.co_name == "<module>":
        cells = frame.f_globals.get("In")
        if isinstance(cells, list):  # of a notebook, in which each cell counts its own lines
            for k, cell in enumerate(cells):
                yield from ((tree, (k, 0), names) for tree in _parsed(cell))
            return
        source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
        yield from ((tree, (None, 0), names) for tree in _parsed(source))
    else:
        yield from ((tree, (None, at), names) for tree, at in _function(frame.f_code))


def _parsed(source: Any) -> Iterator[ast.Module]:
    try:
        yield ast.parse(source)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return  # a cell with commands of the notebook's own, or no source


def _function(code: Any) -> Iterator[tuple[Any, int]]:
    """Yield the definition of a function, and how many lines stand before its source."""
    try:
        lines, first = inspect.getsourcelines(code)
    except (OSError, TypeError):
        return
    for tree in _parsed(textwrap.dedent("".join(lines))):
        for made in tree.body:
            if isinstance(made, ast.FunctionDef):
                yield made, max(first, 1) - 1


class _Reader:
    """Goes through one piece of code with the names that are known in it."""

    def __init__(
        self, known: set[int], names: Mapping[str, Any], place: tuple[int | None, int],
        depth: int = 0,
    ) -> None:  # fmt: skip
        self.known, self.names, self.place, self.depth = known, names, place, depth

    def read(self, body: Any) -> Iterator[Choice]:
        """Yield what stands in these statements; a definition is read where it is called."""
        pending = list(body)[::-1]
        while pending:
            tree = pending.pop()
            if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                continue
            if isinstance(tree, ast.If | ast.IfExp | ast.While):
                yield from self.condition(tree.test)
            elif isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
                if tree.func.id in READING:
                    if any(self.node(a) is not None for a in tree.args):
                        yield self.choice(tree, None)
                elif self.depth < DEEPEST:
                    yield from self.inside(tree)
            pending += list(ast.iter_child_nodes(tree))[::-1]

    def condition(self, test: ast.expr) -> Iterator[Choice]:
        """Yield the comparisons of a condition in which one of the graph's nodes stands."""
        for part in ast.walk(test):
            if isinstance(part, ast.Compare) and any(map(self.named, ast.walk(part))):
                yield self.choice(part, self.guard(part) if len(part.ops) == 1 else None)

    def inside(self, call: ast.Call) -> Iterator[Choice]:
        """Yield what stands in a function of the caller's own that is called with a node."""
        f = self.names.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if not isinstance(f, types.FunctionType) or not any(
            self.node(a) is not None for a in call.args
        ):
            return
        names = list(f.__code__.co_varnames[: f.__code__.co_argcount])
        left = f.__defaults__ or ()
        given = dict(zip(names[len(names) - len(left) :], left, strict=True))
        given |= {n: self.value(a) for n, a in zip(names, call.args, strict=False)}
        for word in call.keywords:
            if word.arg is not None:
                given[word.arg] = self.value(word.value)
        hidden = dict.fromkeys(f.__code__.co_varnames)
        for tree, at in _function(f.__code__):
            cell = self.place[0] if f.__globals__.get("In") is not None else None
            yield from _Reader(
                self.known, {**f.__globals__, **hidden, **given}, (cell, at), self.depth + 1
            ).read(tree.body)

    def value(self, tree: ast.expr) -> Any:
        """Return what a name or a number stands for, None for all else."""
        if isinstance(tree, ast.Name):
            return self.names.get(tree.id)
        if isinstance(tree, ast.Attribute) and tree.attr == "data":
            return self.node(tree.value)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            x = self.value(tree.operand)
            return -x if type(x) in (int, float) else None
        return tree.value if isinstance(tree, ast.Constant) else None

    def node(self, tree: ast.expr) -> Any:
        """Return the node of the graph that an expression names, or None."""
        x = self.value(tree)
        return x if isinstance(x, Value | Tensor) and id(x) in self.known else None

    def named(self, tree: ast.AST) -> bool:
        """Return whether this is the name of a node."""
        return isinstance(tree, ast.Name) and self.node(tree) is not None

    def guard(self, part: ast.Compare) -> Any:
        sign = SIGNS.get(type(part.ops[0]))
        a, b = self.value(part.left), self.value(part.comparators[0])
        numbers = (Value, int, float)
        if sign is None or not isinstance(a, numbers) or not isinstance(b, numbers):
            return None
        if any(isinstance(x, Value) and id(x) not in self.known for x in (a, b)):
            return None
        with_values = [float(x._data) if isinstance(x, Value) else float(x) for x in (a, b)]
        return sign, a, b, HOLDS[sign](*with_values)

    def choice(self, tree: ast.expr, guard: Any) -> Choice:
        cell, above = self.place
        return {
            "text": ast.unparse(tree)[:80],
            "place": (cell, tree.lineno + above),
            "guard": guard,
            "inside": self.depth > 0,
        }
