"""The formulas of a graph as trees of symbols: a node's value, a local derivative, a contribution.

A pointwise row's partial runs on symbols as it stands. The transposes of the multilinear rows look
at shapes, so they run on constant arrays that are recorded, and the record is read back as a tree.
Either way the formula that is shown is the rule that computed the number: none is written here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.nodes.modes import mode
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value
from autodiff.table import structure
from autodiff.table.primitive import RECORDERS, TABLE, Multilinear, Pointwise
from autodiff.table.symbol import Symbol, Term


@dataclass(frozen=True, eq=False)
class Operand(Symbol):
    """A node of the graph, or its gradient, as a symbol: a name, a shape and what it stands for."""

    shape: tuple[int, ...] = ()
    key: Any = None


@dataclass(frozen=True, eq=False)
class Fixed(Operand):
    """An array that a rule brings along, such as the identity matrix."""

    array: Any = None


@dataclass(frozen=True, eq=False)
class Applied(Symbol):
    """An operation with its parameters and the shape of its result."""

    params: Mapping[str, Any] = field(default_factory=dict)
    shape: tuple[int, ...] = ()


RECORDERS[Operand] = RECORDERS[Fixed] = RECORDERS[Applied] = RECORDERS[Symbol]


Show = Callable[[GraphNode], Term]


def is_array(term: Term) -> bool:
    """Return whether a term stands for an array, not a single number."""
    if not isinstance(term, Symbol):
        return False
    if isinstance(term, Operand | Applied):
        return term.shape != ()
    return any(is_array(a) for a in term.args)


def operand(node: GraphNode) -> Term:
    """Return a node as a symbol of its label; an unnamed single number as that number."""
    if node.kind == "constant" and np.size(node.value) == 1:
        return float(np.asarray(node.value).item())
    return Operand(name=node.label, shape=node.shape, key=("value", node.id))


def gradient_of(node: GraphNode, name: str) -> Operand:
    """Return the gradient of a node as a symbol called `name`."""
    return Operand(name=name, shape=node.shape, key=("grad", node.id))


def value_term(graph: Graph, node: GraphNode, show: Show = operand) -> Symbol:
    """Return the operation that computed a node, applied to its operands as symbols."""
    assert node.primitive is not None
    xs = tuple(show(graph[i]) for i in node.operands)
    return Applied(op=node.primitive, args=xs, params=node.params, shape=node.shape)


def local_term(graph: Graph, edge: Edge, show: Show = operand) -> Any:
    """Return the local derivative along an edge as a formula, None where it is a linear map."""
    node = graph[edge.target]
    row = node.primitive
    if isinstance(row, Pointwise):
        rule = row.partials[edge.index]
        xs = [show(graph[i]) for i in node.operands]
        if rule is None:
            return None
        try:
            return simplify(rule(show(node), *xs))
        except ZeroDivisionError:  # Python divides no numbers by a constant 0, arrays it does
            xs = [_named(x) for x in xs]
            return simplify(rule(show(node), *xs))
    assert isinstance(row, Multilinear)
    if not isinstance(node.live, Value):
        return None
    # Of thousands of operands the rule uses one or none: only that one is written out.
    places = _places(len(node.operands))
    term = simplify(row.pull(edge.index, 1.0, None, places, {}))
    return show(graph[node.operands[int(term.name)]]) if isinstance(term, Symbol) else term


def _named(x: Term) -> Symbol:
    """Return a number as an array without axes, which is called by it."""
    if isinstance(x, Symbol):
        return x
    return Fixed(name=repr(x), array=np.asarray(x))


@cache
def _places(n: int) -> tuple[Symbol, ...]:
    """Return n symbols that stand for the operands of an n-ary operation."""
    return tuple(Symbol(str(i)) for i in range(n))


def contribution_term(
    graph: Graph, edge: Edge, upstream: Term, show: Show = operand, guarded: bool = False
) -> Any:
    """Return what an edge sends to its source as a formula of the target's gradient `upstream`.

    `show` writes a node of the graph as a symbol, or as a formula of its own. Where the local derivative
    is infinite, and where `guarded`, a choice in the formula sends 0 for 0. None where nothing flows:
    the operation is not differentiable in that operand.
    """
    node, source = graph[edge.target], graph[edge.source]
    if not isinstance(node.primitive, Pointwise) and isinstance(node.live, Tensor):
        part = _recorded(graph, edge, upstream, show)
        return None if part is None else simplify(part)
    local = local_term(graph, edge, show)
    if local is None:
        return None
    part = times(upstream, local)
    pointwise = isinstance(node.primitive, Pointwise)
    if pointwise and (guarded or not np.all(np.isfinite(graph.local(edge)))):
        part = Applied(op=TABLE["where"], args=(upstream, part, 0.0), shape=node.shape)
    if node.shape == source.shape:
        return part
    g = _stand_in(node.shape)
    return simplify(_read(structure.sum_to(g, source.shape), {g: part}))


def decided(part: Any, upstream: Term, values: Mapping[Any, Any]) -> Any:
    """Return a contribution without its choice by `upstream`, where the numbers of that decide it."""
    if (
        not isinstance(part, Symbol)
        or part.op is not TABLE["where"]
        or part.args[0] is not upstream
    ):
        return part
    sent = np.asarray(compute(upstream, values)) != 0.0
    return part.args[1] if sent.all() else part if sent.any() else part.args[2]


def times(a: Term, b: Term) -> Any:
    """Return a b, without factors of one."""
    return simplify(TABLE["mul"](a, b) if isinstance(a, Symbol) or isinstance(b, Symbol) else a * b)


def plus(a: Term | None, b: Term) -> Any:
    """Return a + b, or b where there is no a yet; a sum of sums is one sum."""
    if a is None:
        return b
    total = TABLE["total"]
    parts = a.args if isinstance(a, Symbol) and a.op is total else (a,)
    return Symbol(op=total, args=(*parts, b))


def compute(term: Term, values: Mapping[Any, Any]) -> Any:
    """Return the number or array that a formula stands for; `values` holds its leaves by key."""
    if not isinstance(term, Symbol):
        return term
    if isinstance(term, Fixed):
        return term.array
    if term.op is None:
        assert isinstance(term, Operand)
        return values[term.key]
    xs = [compute(a, values) for a in term.args]
    with np.errstate(all="ignore"):
        if isinstance(term.op, Multilinear) and term.op.scalar is None:
            return term.op.array(*map(np.asarray, xs), **getattr(term, "params", {}))
        if any(np.ndim(x) for x in xs) or isinstance(term.op, Pointwise):
            return term.op.number(*xs)
        return term.op.scalar(*xs)  # type: ignore[attr-defined]


def _stand_in(shape: tuple[int, ...], dtype: Any = float) -> Tensor:
    return constant(np.broadcast_to(np.zeros((), dtype=dtype), shape), copy=False)


def _recorded(graph: Graph, edge: Edge, upstream: Term, show: Show) -> Term | None:
    """Run a transpose on constant arrays and read back what it recorded."""
    node = graph[edge.target]
    assert isinstance(node.primitive, Multilinear)
    assert isinstance(node.live, Tensor)
    with mode(recording=True, scopes=(), anomaly=False), np.errstate(all="ignore"):
        g = _stand_in(node.shape, node.value.dtype)
        names: dict[Tensor, Term] = {g: upstream}
        xs = []
        for i, saved in zip(node.operands, node.live.saved, strict=True):
            x = constant(np.asarray(saved), copy=False)
            names[x] = show(graph[i])
            xs.append(x)
        y = constant(np.asarray(node.live._array), copy=False)
        names[y] = show(node)
        part = node.primitive.pull(edge.index, g, y, xs, dict(node.params))
        if part is None:
            return None
        shape = graph[edge.source].shape
        return _read(structure.sum_to(part, shape) if part.shape != shape else part, names)


def _read(node: Any, names: Mapping[Any, Term]) -> Term:
    """Return a recorded formula as a tree; `names` are its leaves."""
    if node in names:
        return names[node]
    if node.primitive is None:
        array = np.array(node.data)
        return Fixed(name=node.name or "c", shape=node.shape, array=array)
    stretches = isinstance(node.primitive, Pointwise)
    args = tuple(_single(_read(p, names), stretches) for p in node.parents)
    return Applied(op=node.primitive, args=args, params=node.params, shape=node.shape)


def _single(term: Term, stretches: bool) -> Term:
    """Return an array of one number throughout as that number, where an operation stretches it again."""
    if not isinstance(term, Fixed) or not (stretches or term.shape == ()):
        return term
    first = float(term.array.flat[0]) if term.array.size else 0.0
    return first if np.all(term.array == first) else term


def simplify(term: Any) -> Any:
    """Return the same formula without what changes nothing: factors 1, powers 1, made choices.

    The formula that is left computes the same number (n x^(n - 1) for the slope of a power to the
    last digits only: its row takes more care near 0).
    """
    if not isinstance(term, Symbol) or term.op is None:
        return term
    args: tuple[Any, ...] = tuple(simplify(a) for a in term.args)
    name = term.op.name
    a: Any = args[0] if args else None
    b: Any = args[1] if len(args) > 1 else None
    if all(not isinstance(x, Symbol) for x in args) and isinstance(term.op, Pointwise):
        return float(term.op.number(*args))
    shaped = _shape(term)
    if name == "mul":
        a, b = (_unstretched(x, other) for x, other in ((a, b), (b, a)))
        args = (a, b)
        if a == 1.0 and _shape(b) == shaped:
            return b
        if b == 1.0 and _shape(a) == shaped:
            return a
        if -1.0 in (a, b) and _shape(b if a == -1.0 else a) == shaped:
            return simplify(like(term, TABLE["neg"], (b if a == -1.0 else a,)))
    elif name == "chain" and a == 1.0 and _shape(b) == shaped:
        return b
    elif name == "add" and 0.0 in (a, b):
        return b if a == 0.0 else a
    elif (name == "sub" and b == 0.0) or (name == "powc" and b == 1.0) or name == "identity":
        return a
    elif name == "powc" and b == 0.0:
        return 1.0
    elif name == "power_slope" and isinstance(b, float):
        return simplify(b * like(term, TABLE["powc"], (a, b - 1.0))) if b else 0.0
    elif name == "where" and a is not None and not isinstance(a, Symbol):
        return b if a else args[2]
    elif name == "neg" and isinstance(a, Symbol) and a.op is TABLE["neg"]:
        return a.args[0]
    elif name == "broadcast" and getattr(a, "op", None) is TABLE["reshape"]:
        return like(term, term.op, a.args if _shape(a.args[0]) == () else args)
    return like(term, term.op, args)


def _unstretched(x: Any, other: Any) -> Any:
    """Return a single number that was stretched to the shape of the other factor as a number."""
    if getattr(x, "op", None) is not TABLE["broadcast"] or _shape(other) != _shape(x):
        return x
    return x.args[0] if _shape(x.args[0]) == () else x


def _shape(term: Term | None) -> tuple[int, ...] | None:
    """Return the shape a term is known to have; None where the symbols do not say."""
    if not isinstance(term, Symbol):
        return ()
    if isinstance(term, Operand | Applied):
        return term.shape
    try:
        return np.broadcast_shapes(*(_shape(a) or () for a in term.args))
    except ValueError:
        return None


def like(term: Symbol, op: Any, args: tuple[Any, ...]) -> Symbol:
    """Return an operation with the parameters and the shape of another term."""
    if isinstance(term, Applied):
        return Applied(op=op, args=args, params=term.params, shape=term.shape)
    return Symbol(op=op, args=args)
