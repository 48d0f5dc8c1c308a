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
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autodiff.graphs.callers import caller
from autodiff.graphs.graph import Graph
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value

MOST = 8
DEEPEST = 4  # functions that are called by functions
MOST_FRAMES = 6  # outward from where the page is asked for
MOST_CALLS = 200  # that are looked into
SIGNS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
# What takes a number out of its node.
READING = {"float", "int", "bool", "round", "max", "min", "sorted"}
HOLDS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip

Choice = dict[str, Any]
Place = tuple[int | None, int]  # the cell of a notebook, and how many lines stand before


def choices(graph: Graph) -> list[Choice]:
    """Return the conditions: each one's text, where it stands, and as a guard, if it compares numbers."""
    end = graph.outputs[0]  # what is asked of the result comes after it
    known = {id(node) for i, node in enumerate(graph.live) if i != end}
    found: dict[tuple[Any, ...], Choice] = {}
    seen: set[tuple[Any, ...]] = set()
    frame: types.FrameType | None = caller()
    for _ in range(MOST_FRAMES):
        if frame is None:
            break
        if any(id(x) in known for x in frame.f_locals.values()):
            codes, names = list(_codes(frame)), {**frame.f_globals, **frame.f_locals}
            given = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            changing = _changing([line for tree, _ in codes for line in tree.body], given)
            for tree, place in codes:
                last = frame.f_lineno if place[0] is None else None
                for choice in _Reader(known, names, place, changing, 0, seen).read(tree.body):
                    if last is None or choice["inside"] or choice["place"][1] <= last:
                        found.setdefault((choice["text"], *choice["place"]), choice)
        frame = frame.f_back
    return list(found.values())[:MOST]


def _codes(frame: types.FrameType) -> Iterator[tuple[Any, Place]]:
    """Yield the code of a frame, each piece with its cell of the notebook and the lines before it."""
    if frame.f_locals is not frame.f_globals:
        for tree, at in _function(frame.f_code):
            yield tree, (_cell(frame.f_globals, frame.f_code), at)
    elif isinstance(cells := frame.f_globals.get("In"), list):  # each cell counts its own lines
        last = {cell: k for k, cell in enumerate(cells)}  # that it was run in
        for cell, k in last.items():
            yield from ((tree, (k, 0)) for tree in _parsed(cell))
    else:
        source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
        yield from ((tree, (None, 0)) for tree in _parsed(source))


def _cell(names: Mapping[str, Any], code: types.CodeType) -> int | None:
    """Return in which cell of a notebook a function was defined; None elsewhere."""
    cells = names.get("In")
    if not isinstance(cells, list):
        return None
    source = "".join(linecache.getlines(code.co_filename)).strip()
    return next((k for k in range(len(cells) - 1, 0, -1) if cells[k].strip() == source), None)


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
            if isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef):
                yield made, max(first, 1) - 1


class _Reader:
    """Goes through one piece of code with the names that are known in it."""

    def __init__(
        self, known: set[int], names: Mapping[str, Any], place: Place, changing: set[str],
        depth: int, seen: set[tuple[Any, ...]],
    ) -> None:  # fmt: skip
        self.known, self.names, self.place, self.depth = known, names, place, depth
        self.changing = changing  # names that have stood for more than one thing
        self.seen = seen  # the calls that were looked into

    def read(self, body: Any) -> Iterator[Choice]:
        """Yield what stands in these statements; a definition is read where it is called."""
        pending = list(body)[::-1]
        while pending:
            tree = pending.pop()
            if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                continue
            if isinstance(tree, ast.If | ast.IfExp | ast.While):
                yield from self.condition(tree.test)
            elif isinstance(tree, ast.Call):
                if isinstance(tree.func, ast.Name) and tree.func.id in READING:
                    if any(map(self.named, tree.args)):
                        yield self.choice(tree, None)
                elif self.depth < DEEPEST:
                    yield from self.inside(tree)
            pending += list(ast.iter_child_nodes(tree))[::-1]

    def condition(self, test: ast.expr) -> Iterator[Choice]:
        """Yield the comparisons of a condition in which one of the graph's nodes stands."""
        for part in ast.walk(test):
            if isinstance(part, ast.Compare) and any(map(self.named, ast.walk(part))):
                yield from self.compared(part)

    def compared(self, part: ast.Compare) -> Iterator[Choice]:
        """Yield a comparison, a chain as the comparisons that were made: up to the first that failed."""
        sides = [part.left, *part.comparators]
        for left, sign, right in zip(sides, part.ops, part.comparators, strict=False):
            pair = ast.copy_location(ast.Compare(left, [sign], [right]), part)
            guard = self.guard(pair)
            if guard is not None or any(map(self.named, ast.walk(pair))):
                yield self.choice(pair, guard)
            if guard is not None and not guard[3]:
                return

    def inside(self, call: ast.Call) -> Iterator[Choice]:
        """Yield what stands in a function or a method of the caller's own that is called with a node."""
        f, given = self.called(call.func), [self.value(a) for a in call.args]
        words = {w.arg: self.value(w.value) for w in call.keywords if w.arg is not None}
        if f is None or not any(map(self.is_ours, [*given, *words.values()])):
            return
        once = (f.__code__, *map(id, given), *map(id, words.values()))
        if once in self.seen or len(self.seen) >= MOST_CALLS:
            return
        self.seen.add(once)
        if isinstance(call.func, ast.Attribute) and not isinstance(
            bound := self.value(call.func.value), types.ModuleType
        ):
            given.insert(0, bound)
        names = list(f.__code__.co_varnames[: f.__code__.co_argcount])
        left = f.__defaults__ or ()
        inner = dict.fromkeys(f.__code__.co_varnames)
        inner |= dict(zip(names[len(names) - len(left) :], left, strict=True))
        inner |= dict(zip(names, given, strict=False)) | words
        known_there, cell = {**f.__globals__, **inner}, _cell(f.__globals__, f.__code__)
        for tree, at in _function(f.__code__):
            changing = _changing(tree.body, names)
            yield from _Reader(
                self.known, known_there, (cell, at), changing, self.depth + 1, self.seen
            ).read(tree.body)

    def called(self, tree: ast.expr) -> types.FunctionType | None:
        """Return the function of the caller's own that an expression names, if it is one."""
        f = self.value(tree)
        if f is None and isinstance(tree, ast.Attribute):
            owner = self.value(tree.value)
            kinds = [] if owner is None else type(owner).__mro__
            f = next((vars(kind)[tree.attr] for kind in kinds if tree.attr in vars(kind)), None)
        ours = isinstance(f, types.FunctionType) and f.__module__.partition(".")[0] != "autodiff"
        return f if ours else None

    def value(self, tree: ast.AST) -> Any:
        """Return what a name, a place in it or a number stands for, without running anything; else None."""
        if isinstance(tree, ast.Name):
            return self.names.get(tree.id)
        if isinstance(tree, ast.Attribute):
            owner = self.value(tree.value)
            if tree.attr == "data" and self.is_ours(owner):
                return owner
            return _held(owner).get(tree.attr)
        if isinstance(tree, ast.Subscript) and isinstance(tree.slice, ast.Constant):
            owner, at = self.value(tree.value), tree.slice.value
            if type(owner) is dict:
                return owner.get(at)
            fits = type(owner) in (list, tuple) and type(at) is int and at < len(owner)
            return owner[at] if fits else None
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            x = self.value(tree.operand)
            return -x if type(x) in (int, float) else None
        return tree.value if isinstance(tree, ast.Constant) else None

    def is_ours(self, x: Any) -> bool:
        """Return whether this is a node of the graph."""
        return issubclass(type(x), Value | Tensor) and id(x) in self.known

    def named(self, tree: ast.AST) -> bool:
        """Return whether this names a node of the graph."""
        return self.is_ours(self.value(tree))

    def guard(self, part: ast.Compare) -> Any:
        if any(isinstance(x, ast.Name) and x.id in self.changing for x in ast.walk(part)):
            return None  # it may have been another when it was asked
        sign = SIGNS.get(type(part.ops[0]))
        a, b = self.value(part.left), self.value(part.comparators[0])
        numbers = (Value, int, float)
        if sign is None or not all(issubclass(type(x), numbers) for x in (a, b)):
            return None
        if any(issubclass(type(x), Value) and not self.is_ours(x) for x in (a, b)):
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


def _held(owner: Any) -> dict[str, Any]:
    """Return what an object holds, without asking the object."""
    try:
        held = object.__getattribute__(owner, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return held if type(held) is dict else {}


def _changing(body: Any, given: Iterable[str]) -> set[str]:
    """Return the names that these statements set more than once, such as in a loop."""
    set_once, changing = set(given), set[str]()
    pending = [(tree, False) for tree in body]
    while pending:
        tree, turning = pending.pop()
        turning = turning or isinstance(tree, ast.For | ast.AsyncFor | ast.While)
        if isinstance(tree, ast.Name) and isinstance(tree.ctx, ast.Store):
            (changing if turning or tree.id in set_once else set_once).add(tree.id)
        if isinstance(tree, ast.AugAssign) and isinstance(tree.target, ast.Name):
            changing.add(tree.target.id)
        pending += [(child, turning) for child in ast.iter_child_nodes(tree)]
    return changing
