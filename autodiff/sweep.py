# cython: boundscheck=False, wraparound=False, annotation_typing=False
"""The backward sweep over a graph of Values: the chain rule, one multiply-add an edge.

The sweep goes back in time from the roots. A node that is reached for the first time is put in its
place, which is its distance in creation from the newest root; places are visited in that order, so
when a node's turn comes everything that uses it has been there before it and has added its part to
the node's gradient (the documents' eq. 53, a sum over paths). Then `+=` along each edge is all there
is to do. Nothing recurses and nothing is sorted; only nodes that lie far apart in creation wait on a
heap instead. A lock lets sweeps of different threads take turns.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from threading import RLock

from autodiff import places
from autodiff.value import LEAF, Value

Kept = tuple[Value, float, int]

NEVER = 1 << 62
SET_BY_HAND = 1  # what a node's `_stamp` says when no sweep gave it its gradient

_lock = RLock()
_number = SET_BY_HAND
_newest = 0
_waiting = 0
_reached = 0
_places = places.places()
_far: list[tuple[int, Value]] = []
_leaves: list[Value] = []
_kept: list[Kept] | None = None


def reach(x: Value) -> None:
    """Set the gradient of a node to 0 when the sweep reaches it, and put it in its place."""
    global _reached, _waiting
    if _kept is not None:
        _kept.append((x, x._grad, x._stamp))
    x._stamp = _number
    if x._code < 0:
        if x._code == LEAF:
            x._da = x._grad  # a leaf has no operands: room for what it had before
            _leaves.append(x)
        x._grad = 0.0
        return
    x._grad = 0.0
    _waiting += 1
    _reached += 1
    place = _newest - x._seq
    if place > 8 * _reached + 1024:
        heappush(_far, (place, x))
        return
    places.put(_places, place, x)


def spread(g: float, operands: list[Value], partials: Sequence[float] | None) -> None:
    """Send a cotangent to the operands of an n-ary node; no partials means a plain sum."""
    d = partials
    for i in range(len(operands)):
        x = operands[i]
        if x._stamp != _number:
            reach(x)
        if g != 0.0:
            x._grad += g if d is None else g * d[i]


def sweep() -> int:
    """Send each node's gradient to its operands, newest node first; a zero sends nothing on."""
    global _waiting
    number = _number
    next_far = _far[0][0] if _far else NEVER
    place = 0
    while _waiting > 0:
        if place == next_far or _waiting == len(_far):
            place = next_far
            node = heappop(_far)[1]
        else:
            node = places.take(_places, place, None)
            if node is None:
                place += 1
                continue
        place += 1
        _waiting -= 1
        g = node._grad
        if node._a is None:
            spread(g, node._more.parents, node._more.partials)
        else:
            if node._a._stamp != number:
                reach(node._a)
            if g != 0.0:
                node._a._grad += g * node._da
            if node._b is not None:
                if node._b._stamp != number:
                    reach(node._b)
                if g != 0.0:
                    node._b._grad += g * node._db
        if _far:
            next_far = _far[0][0]
    return place


def run(roots: list[Value], seeds: list[float], kept: list[Kept] | None = None) -> list[Value]:
    """Sweep once and return the leaves, which have the gradient in `_grad`, in `_da` what was before.

    What every node that was reached had before is added to `kept`, if that is wanted.
    """
    global _number, _newest, _waiting, _reached, _leaves, _kept
    if _waiting:  # a sweep was interrupted: nothing of it is left over
        places.forget(_places)
        _far.clear()
        _waiting = 0
    _number += 1
    if _number == 1 << 32:
        raise OverflowError("backward: 2**32 sweeps in one process, which is all it can count")
    _newest = max([node._seq for node in roots])
    _waiting = _reached = 0
    leaves = _leaves = []
    _kept = kept
    for node, seed in zip(roots, seeds, strict=True):
        if node._stamp != _number:
            reach(node)
        node._grad += seed
    if sweep() > 262144:
        places.forget(_places)
    _leaves = []
    _kept = None
    return leaves


def backward(roots: list[Value], seeds: list[float]) -> None:
    """Add the gradient of `sum seeds * roots` to the leaves, set it afresh everywhere else."""
    with _lock:
        for node in run(roots, seeds):
            node._grad += node._da


def gradients(roots: list[Value], seeds: list[float], xs: list[Value]) -> list[float | None]:
    """Return the derivative with respect to each x, None where no root depends on it.

    The gradients that the graph holds are put aside before and put back after.
    """
    kept: list[Kept] = []
    with _lock:
        run(roots, seeds, kept)
        result = [x._grad if x._stamp == _number else None for x in xs]
        for node, grad, stamp in kept:
            node._grad = grad
            node._stamp = stamp
    return result
