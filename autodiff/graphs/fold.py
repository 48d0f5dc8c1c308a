"""Folding: what a recorded program of arrays need not compute, with the bits of what it recorded.

A derivative is recorded as its rule reads, for any operands: the slope of x^2 is a choice between three
formulas by the exponent, and x is squared once for the value and once for the slope. Where constants
decide the choice, and where an operation stands twice, `fold` lets one node stand for the other. Each
rule here is an equation that holds for all floating-point numbers, so nothing is lost by it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autodiff.nodes.array_node import fill
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table import ops
from autodiff.table.primitive import Pointwise, Primitive

FOLDING = True  # False switches the pass off


class Folding:
    """A pass over nodes in an order of computing; `known` are those whose arrays are constants."""

    def __init__(self, known: Iterable[Tensor]) -> None:
        self.stands: dict[Tensor, Tensor] = {}  # by node that is not needed: the one instead of it
        self.known: dict[Tensor, Any] = {}
        self.made: set[Tensor] = set()  # operations that were not recorded
        self.found: dict[Any, Tensor] = {}  # by operation and operands: the first that did it
        for x in known:
            self.keep(x)

    def of(self, x: Any) -> Any:
        """Return what stands for a node; anything else as it is."""
        return self.stands.get(x, x) if isinstance(x, Tensor) else x

    def keep(self, x: Tensor) -> Tensor:
        """Note a constant; return the one that holds the same number, if there is one."""
        array = x._array
        if not array.ndim:
            first = self.found.setdefault((array.dtype, array.tobytes()), x)
            if first is not x:
                self.stands[x] = first
                return first
        self.known[x] = array
        return x

    def number(self, x: Tensor) -> float | None:
        """Return the number that a constant is everywhere; None where there is no such number."""
        array = self.known.get(x)
        if array is None or not array.size or array.dtype.kind != "f":
            return None
        first = array.flat[0]
        if array.ndim and not (first and (array == first).all()):  # 0.0 and -0.0 are two numbers
            return None
        return float(first)

    def constant(self, array: Any) -> Tensor:
        """Return a constant that holds this array."""
        node: Tensor = Tensor.__new__(Tensor)
        fill(node, array, None, (), (), {}, False, None)
        return self.keep(node)

    def one(self, x: Tensor, node: Tensor) -> Tensor:
        """Return a constant of one number in place of one of many equal ones, where another has the shape."""
        if x.ndim and x in self.known and sum(p.shape == node.shape for p in node.parents) > 1:
            number = self.number(x)
            if number is not None:
                return self.constant(np.asarray(number, x.dtype))
        return x

    def visit(self, node: Tensor) -> Tensor:
        """Return the node that stands for this one."""
        row = node.primitive
        assert row is not None
        parents = tuple(self.stands.get(x, x) for x in node.parents)
        rule = RULES.get(row)
        simpler: Any = rule(self, node, *parents) if rule is not None else None
        if isinstance(simpler, Tensor):
            a, b = simpler._array, node._array
            if a.shape == b.shape and a.dtype == b.dtype and a.strides == b.strides:
                return simpler  # numpy rounds by how an array lies in memory
        elif simpler is not None:
            row, *rest = simpler
            parents = tuple(rest)
        if all(x in self.known for x in parents):
            return self.constant(node._array)
        if isinstance(row, Pointwise) and row not in BY_SHAPE:
            parents = tuple(self.one(x, node) for x in parents)
        key = operation(row, parents, node.params)
        if key is not None:
            before = self.found.get(key)
            if before is not None:
                return before
        if row is not node.primitive or any(
            a is not b for a, b in zip(parents, node.parents, strict=True)
        ):
            params = node.params if row is node.primitive else {}
            made: Tensor = Tensor.__new__(Tensor)
            fill(made, node._array, row, parents, (), params, node.needs_grad, None)
            made.name, node = node.name, made
            self.made.add(made)
        if key is not None:
            self.found[key] = node
        return node


def operation(row: Primitive, parents: Sequence[Tensor], params: dict[str, Any]) -> Any:
    """Return what two nodes share that compute the same; None where that is not known."""
    if row.origin:  # a user's row
        return None
    words = tuple((k, type(v), v) for k, v in params.items())
    try:
        hash(words)
    except TypeError:
        return None
    return row, parents, words


Simpler = Callable[..., Any]  # of a node and its operands: a node, a row with operands, or None


def _same(fold: Folding, node: Tensor, x: Tensor) -> Any:
    return x


def _where(fold: Folding, node: Tensor, c: Tensor, a: Tensor, b: Tensor) -> Any:
    chosen = fold.known.get(c)
    if chosen is not None and chosen.size:
        return a if (chosen != 0).all() else b if not chosen.any() else None
    return None


def _powc(fold: Folding, node: Tensor, x: Tensor, n: Tensor) -> Any:
    power = None if n.ndim else fold.number(n)
    if power == 2.0 and x.ndim and x.dtype == node.dtype:
        return ops.mul, x, x
    return x if power == 1.0 else None


def _power_slope(fold: Folding, node: Tensor, x: Tensor, n: Tensor) -> Any:
    power = None if n.ndim else fold.number(n)
    if power == 2.0 and x.dtype == node.dtype:
        return ops.mul, fold.constant(np.asarray(2.0, x.dtype)), x
    if power == 1.0 or power == 0.0:
        return fold.constant(np.full(node.shape, abs(power), node.dtype))
    return None


def _product(fold: Folding, node: Tensor, a: Tensor, b: Tensor) -> Any:
    return b if fold.number(a) == 1.0 else a if fold.number(b) == 1.0 else None


def _div(fold: Folding, node: Tensor, a: Tensor, b: Tensor) -> Any:
    return a if fold.number(b) == 1.0 else None


def _neg(fold: Folding, node: Tensor, x: Tensor) -> Any:
    return x.parents[0] if x.primitive is ops.neg and x not in fold.known else None


BY_SHAPE = (
    ops.powc,
    ops.power,
    ops.power_slope,
)  # computed otherwise where the exponent is one number
RULES: dict[Primitive, Simpler] = {
    ops.identity: _same,
    ops.where: _where,
    ops.powc: _powc,
    ops.power_slope: _power_slope,
    ops.mul: _product,
    ops.chain: _product,
    ops.div: _div,
    ops.neg: _neg,
}


def fold(order: Sequence[Tensor], known: dict[Tensor, Any], roots: Sequence[Any]) -> Any:
    """Return the folding of an order of computing, and the order of what the roots still need."""
    folding = Folding(known if FOLDING else ())
    if not FOLDING:
        folding.known = dict(known)
        return folding, list(order)
    place: dict[Tensor, int] = {}
    for node in order:
        stand = folding.visit(node)
        if stand is not node:
            folding.stands[node] = stand
        if stand is node or stand in folding.made:
            place.setdefault(stand, len(place))
    needed: set[Tensor] = set()
    pending = [folding.stands.get(x, x) for x in roots]
    while pending:
        node = pending.pop()
        if node in place and node not in needed and node not in folding.known:
            needed.add(node)
            pending += node.parents
    return folding, sorted(needed, key=lambda x: place[x])


def nodes_of(outputs: Sequence[Any], guards: Sequence[Any]) -> list[Any]:
    """Return the nodes among outputs and in guards."""
    compared = (x for guard in guards for x in guard[1:3])
    return [x for x in (*outputs, *compared) if isinstance(x, Tensor | Value)]


def varying(roots: Sequence[Any], inputs: Sequence[Tensor], start: int) -> dict[Tensor, bool]:
    """Return for all that the roots need whether it depends on an input, or on a parameter outside.

    Whatever else there is, is a constant: leaves without a gradient, and what comes of them alone.
    """
    varies = dict.fromkeys(inputs, True)
    pending = list(roots)
    while pending:
        node = pending[-1]
        if not isinstance(node, Tensor):
            raise TypeError(
                f"trace: {node!r:.60} is among arrays; Values and Tensors are not mixed in a "
                f"program, so write Tensor(...) for the number"
            )
        if node in varies:
            pending.pop()
        elif not node.parents or node.seq <= start:
            varies[node] = not node.is_constant or node.seq <= start
        elif missing := [x for x in node.parents if x not in varies]:
            pending += missing
        else:
            varies[node] = any(varies[x] for x in node.parents)
    return varies
