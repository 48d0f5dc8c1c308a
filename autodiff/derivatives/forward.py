"""Forward mode: from the inputs of a recorded graph on to its outputs.

A tangent is the rate at which a node changes when the inputs change along a given direction. Nodes
are taken oldest first: a pointwise row adds up `dy/dx * t` over its operands (the documents' eq. 5),
a multilinear row applies itself to each operand's tangent in turn. As in reverse mode the same loop
gives numbers on arrays and a graph on nodes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node, computed, scaled
from autodiff.nodes import modes
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value
from autodiff.table import ops
from autodiff.table.primitive import UNKNOWN, Multilinear, Pointwise, check_known
from autodiff.table.quiet import SILENT, now, put


def tangents(
    outputs: Sequence[Node], inputs: Sequence[Node], directions: Sequence[Any], as_nodes: bool,
    after: int = 0,
) -> list[Any]:  # fmt: skip
    """Return each output's rate of change along `directions`; None where it does not change.

    Nodes of the moment `after` and before it do not move. What a trace records holds for numbers of
    which no tangent is NaN, where no edge needs to be closed: it compares and does not read them.
    """
    if as_nodes and modes.tracing():
        found = _tangents(outputs, inputs, directions, True, after, False)
        if all(t is None or _is_number(t.x if type(t) is Lanes else t) for t in found):
            return found
    return _tangents(outputs, inputs, directions, as_nodes, after, True)


def _is_number(t: Any) -> bool:
    """Return whether no element of a node is NaN, as a comparison that a trace notes."""
    square = t * t if type(t) is Value else (t * t).sum()
    return bool(square >= 0.0)


def _tangents(
    outputs: Sequence[Node], inputs: Sequence[Node], directions: Sequence[Any], as_nodes: bool,
    after: int, closing: bool,
) -> list[Any]:  # fmt: skip
    """Return the same; edges whose derivative is 0 let nothing through, not even NaN, if `closing`."""
    moved: dict[Node, Any] = dict(zip(inputs, directions, strict=True))
    warned = now()
    try:
        put(SILENT)
        for node in reversed(computed(outputs, True, after)):
            if node in moved:
                continue
            if type(node) is Value and not as_nodes and not any_lanes(node, moved):
                push_number(node, moved)
                continue
            xs = node.parents if as_nodes else _arrays(node)
            y = node if as_nodes else np.asarray(node.data)
            for i, operand in enumerate(node.parents):
                if operand in moved:
                    part = _push(node, i, moved[operand], y, xs, closing)
                    if part is not None:
                        moved[node] = moved[node] + part if node in moved else part
    finally:
        put(warned)
    return [moved.get(y) for y in outputs]


def any_lanes(node: Value, moved: dict[Node, Any]) -> bool:
    """Return whether many directions at once come to the node."""
    return any(type(moved.get(x)) is Lanes for x in node.parents)


def push_number(node: Value, moved: dict[Node, Any]) -> None:
    """Add up a number's rate of change from the local derivatives that it keeps."""
    rate, moves = 0.0, False
    for x, d in zip(node.parents, node.local_derivatives, strict=True):
        t = float(moved.get(x, 0.0))
        if x in moved:
            moves = True
            rate += t * d if t and d else 0.0
    if rate != rate and UNKNOWN:
        for place, x in enumerate(node.parents):
            if moved.get(x):
                check_known(node.primitive, place)
    if moves:
        moved[node] = np.asarray(rate)


def _arrays(node: Node) -> tuple[Any, ...]:
    if type(node) is Tensor:
        return node.saved
    return tuple(np.asarray(x.data) for x in node.parents)


def _push(node: Node, i: int, t: Any, y: Any, xs: Sequence[Any], closing: bool) -> Any:
    """Return what a tangent of operand `i` adds to the node's tangent."""
    row = node.primitive
    if isinstance(row, Pointwise):
        if row.still[i]:
            return None
        rule: Any = row.partials[i]
        part = (_along if closing else scaled)(t, rule(y, *xs))
        if part.shape != node.shape:
            part = _stretch(part, node)
        return part
    assert isinstance(row, Multilinear)
    if row.tangents:
        return row.push(i, t, y, xs, node.params)
    if row.name == "total":
        return t
    if row.name == "dot":
        n = len(xs) // 2
        return t * xs[(i + n) % (2 * n)]
    if row.nary is not None:
        rest = [t if k == i else 0.0 * x for k, x in enumerate(xs)]
        return row(*rest, **node.params)
    return row(*(t if k == i else x for k, x in enumerate(xs)), **node.params)


def _along(t: Any, d: Any) -> Any:
    """Return t * d, and 0 wherever either is exactly 0, as nothing comes back along such an edge."""
    part = scaled(t, d)
    shut = (d.data if isinstance(d, Value | Tensor) else np.asarray(d)) == 0
    if not np.any(shut):
        return part
    moves = part.x if type(part) is Lanes else part
    if not np.any(np.isnan(moves.data if isinstance(moves, Value | Tensor) else moves)):
        return part
    return ops.where(np.asarray(shut, dtype=float), 0.0, part)


def _stretch(part: Any, node: Node) -> Any:
    if type(part) is Value:  # a number along an array
        part = ops.mul(part, constant(np.ones(())))
    return ops.broadcast(part, shape=node.shape)
