# cython: boundscheck=False, wraparound=False, annotation_typing=False
"""The backward sweep over a graph of Values: the chain rule, one multiply-add an edge.

`sweep` collects what the roots depend on, puts it in order of creation, which is a topological order
because nodes refer to older nodes only, and goes through it from the newest: when a node's turn
comes, everything that uses it has already added its part to the node's adjoint (the documents' eq.
53, a sum over paths), so `+=` along each edge is all there is to do. Nothing recurses. The adjoint
lies in the node (`_adj`), marked by the number of the sweep, and a lock lets sweeps of different
threads take turns on shared nodes.
"""

from collections.abc import Sequence
from operator import attrgetter
from threading import RLock

from autodiff.value import LEAF, Value

Kept = tuple[Value, float, bool]

_number = 0
_lock = RLock()
_creation = attrgetter("seq")


def in_order(
    roots: list[Value], number: int, leaves: list[Value], kept: list[Kept] | None
) -> list[Value | None]:
    """Return all computed nodes that the roots depend on, newest first; leaves go on `leaves`.

    Their gradients are set to 0; what they were is added to `kept` if that is wanted.

    A node's place is its distance in creation from the newest root, so nothing needs sorting; the
    gaps (None) are nodes made in between. Where gaps would take more room than nodes, sort instead.
    """
    ordered: list[Value | None] = []
    far: list[Value] = []
    pending = roots[:]
    newest = 0
    for node in roots:
        if node._seq > newest:
            newest = node._seq
    found = 128
    while pending:
        node = pending.pop()
        if node._stamp == number:
            continue
        node._stamp = number
        if node._code < 0:
            node._da = node._grad  # a leaf has no operands: room for what it had before
            node._grad = 0.0
            leaves.append(node)
            continue
        if kept is not None:
            kept.append((node, node._grad, node._has_grad))
        node._grad = 0.0
        found += 1
        place = newest - node._seq
        if place > 8 * found:
            far.append(node)
        else:
            while len(ordered) <= place:
                ordered.append(None)
            ordered[place] = node
        if node._a is not None:
            pending.append(node._a)
            if node._b is not None:
                pending.append(node._b)
        elif node._more is not None and node._more.parents is not None:
            pending.extend(node._more.parents)
    if far:
        far.extend(node for node in ordered if node is not None)
        return sorted(far, key=_creation, reverse=True)
    return ordered


def sweep(ordered: list[Value | None]) -> None:
    """Send each node's gradient to its operands, newest node first."""
    for node in ordered:
        if node is None:
            continue
        g = node._grad
        node._has_grad = True
        if g == 0.0:  # a zero sends nothing on, whatever the local derivative is
            continue
        if node._a is not None:
            node._a._grad += g * node._da
            if node._b is not None:
                node._b._grad += g * node._db
        elif node._more is not None and node._more.parents is not None:
            spread(g, node._more.parents, node._more.partials)


def spread(g: float, operands: list[Value], partials: Sequence[float] | None) -> None:
    """Send a cotangent to the operands of an n-ary node; no partials means a plain sum."""
    if partials is None:
        for operand in operands:
            operand._grad += g
    else:
        for operand, d in zip(operands, partials, strict=True):
            operand._grad += g * d


def run(
    roots: list[Value], seeds: list[float], leaves: list[Value], kept: list[Kept] | None = None
) -> None:
    """Sweep once: leaves hold the gradient in `_grad`, and what they had before in `_da`."""
    global _number
    _number += 1
    if _number == 1 << 32:
        raise OverflowError("backward: 2**32 sweeps in one process, which is all it can count")
    ordered = in_order(roots, _number, leaves, kept)
    for node, seed in zip(roots, seeds, strict=True):
        node._grad += seed
    sweep(ordered)


def backward(roots: list[Value], seeds: list[float]) -> None:
    """Add the gradient of `sum seeds * roots` to the leaves, set it afresh everywhere else."""
    leaves: list[Value] = []
    with _lock:
        run(roots, seeds, leaves)
        for node in leaves:
            if node._code == LEAF:
                node._grad += node._da
                node._has_grad = True


def gradients(roots: list[Value], seeds: list[float], xs: list[Value]) -> list[float | None]:
    """Return the derivative with respect to each x, None where no root depends on it.

    The gradients that the graph holds are put aside before and put back after.
    """
    leaves: list[Value] = []
    kept: list[Kept] = []
    with _lock:
        run(roots, seeds, leaves, kept)
        result = [x._grad if x._stamp == _number else None for x in xs]
        for node in leaves:
            node._grad = node._da
        for node, grad, has_grad in kept:
            node._grad = grad
            node._has_grad = has_grad
    return result
