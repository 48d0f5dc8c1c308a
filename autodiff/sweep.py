# cython: boundscheck=False, wraparound=False, annotation_typing=False
"""The backward sweep over a graph of Values: the chain rule, one multiply-add an edge.

`sweep` collects what the roots depend on, puts it in order of creation, which is a topological order
because nodes refer to older nodes only, and goes through it from the newest: when a node's turn
comes, everything that uses it has already added its part to the node's adjoint (the documents' eq.
53, a sum over paths), so `+=` along each edge is all there is to do. Nothing recurses. The adjoint
lies in the node (`_adj`), marked by the number of the sweep, and a lock lets sweeps of different
threads take turns on shared nodes.
"""

from operator import attrgetter
from threading import RLock

from autodiff.value import LEAF, Value

_number = 0
_lock = RLock()
_creation = attrgetter("seq")


def in_order(inner: list[Value]) -> list[Value | None]:
    """Return the nodes by creation; gaps (None) are left where others were made in between."""
    node = inner[0]
    low = high = node._seq
    for node in inner:
        if node._seq < low:
            low = node._seq
        elif node._seq > high:
            high = node._seq
    if high - low > 4 * len(inner) + 64:
        return sorted(inner, key=_creation)
    ordered: list[Value | None] = [None] * (high - low + 1)
    for node in inner:
        ordered[node._seq - low] = node
    return ordered


def collect(roots: list[Value], number: int, leaves: list[Value]) -> list[Value]:
    """Return all computed nodes that the roots depend on; the leaves go on `leaves`."""
    inner: list[Value] = []
    pending = roots[:]
    for node in pending:  # grows while it is gone through
        if node._stamp == number:
            continue
        node._stamp = number
        node._adj = 0.0
        if node._op < 0:
            leaves.append(node)
            continue
        inner.append(node)
        if node._a is not None:
            pending.append(node._a)
            if node._b is not None:
                pending.append(node._b)
        elif node._more is not None and node._more.parents is not None:
            pending.extend(node._more.parents)
    return inner


def sweep(roots: list[Value], seeds: list[float], inner: list[Value]) -> None:
    """Leave in each node's `_adj` the derivative of `sum seeds * roots` with respect to it."""
    for node, seed in zip(roots, seeds):
        node._adj += seed
    if not inner:
        return
    for node in reversed(in_order(inner)):
        if node is None:
            continue
        g = node._adj
        if g == 0.0:  # a zero sends nothing on, whatever the local derivative is
            continue
        if node._a is not None:
            node._a._adj += g * node._da
            if node._b is not None:
                node._b._adj += g * node._db
        elif node._more is not None:
            spread(g, node._more.parents, node._more.partials)


def spread(g: float, operands: list[Value], partials: object) -> None:
    """Send a cotangent to the operands of an n-ary node; no partials means a plain sum."""
    if partials is None:
        for operand in operands:
            operand._adj += g
        return
    i = 0
    for operand in operands:
        operand._adj += g * partials[i]
        i += 1


def backward(roots: list[Value], seeds: list[float]) -> None:
    """Add the gradient of `sum seeds * roots` to the leaves, set it afresh everywhere else."""
    global _number
    leaves: list[Value] = []
    with _lock:
        _number += 1
        inner = collect(roots, _number, leaves)
        sweep(roots, seeds, inner)
        for node in inner:
            node._grad = node._adj
            node._has_grad = True
        for node in leaves:
            if node._op == LEAF:
                node._grad += node._adj
                node._has_grad = True


def gradients(
    roots: list[Value], seeds: list[float], xs: list[Value]
) -> list[float | None]:
    """Return the derivative with respect to each x, None where no root depends on it."""
    global _number
    leaves: list[Value] = []
    with _lock:
        _number += 1
        inner = collect(roots, _number, leaves)
        sweep(roots, seeds, inner)
        return [x._adj if x._stamp == _number else None for x in xs]
