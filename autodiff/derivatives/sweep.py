# cython: boundscheck=False, wraparound=False
"""The backward sweep over a graph of Values: the chain rule, one multiply-add an edge.

The sweep goes back in time from the roots. A node that is reached for the first time is put in its
place, which is its distance in creation from the newest root; places are visited in that order, so
when a node's turn comes everything that uses it has been there before it and has added its part to
the node's gradient (the documents' eq. 53, a sum over paths). Then `+=` along each edge is all there
is to do. Nothing recurses or is sorted; only nodes far apart in creation wait on a heap instead. A lock
lets sweeps of different threads take turns.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from threading import Lock, RLock
from typing import Any

try:
    import cython
except ImportError:
    from autodiff.nodes import uncompiled as cython

from autodiff.nodes import modes, places
from autodiff.nodes.value import FREED, LEAF, Value, forget
from autodiff.table import primitive
from autodiff.table.data import freed
from autodiff.table.primitive import LEFT as WRITTEN_LEFT
from autodiff.table.primitive import UNKNOWN, Pointwise

Kept = Value | tuple[Value, float, int]  # what a node had, itself alone where it had no gradient

WINDOW = 1 << 16
SET_BY_HAND = 1  # what a node's `_stamp` says when no sweep gave it its gradient

_lock = RLock()
_busy = Lock()  # is held while a sweep goes on: entering and leaving it cannot be interrupted
_number = SET_BY_HAND
_newest = 0
_end = 0
_reached = 0
_places = places.places()
_far: list[tuple[int, Value]] = []
_leaves: list[Value] = []
_kept: list[Kept] | None = None


def reach(x: Value) -> bool:
    """Set the gradient of a node to 0 when the sweep reaches it, and put it in its place.

    Return whether it has one: leaves have nothing to send on.
    """
    global _reached, _end
    if _kept is not None:
        _kept.append((places.whole(x), x._grad, x._stamp) if x._stamp else places.whole(x))
    x._stamp = _number
    if x._code < 0:
        if x._code == LEAF:
            x._da = x._grad  # a leaf has no operands: room for what it had before
            _leaves.append(places.whole(x))
        elif x._code == FREED:
            raise freed(places.whole(x))
        x._grad = 0.0
        return False
    x._grad = 0.0
    _reached += 1
    place = _newest - x._seq
    if place < _end:
        places.put(_places, place, x)
    elif place - _end <= 8 * _reached + 1024:
        _end = places.put(_places, place, x)
    else:
        heappush(_far, (-x._seq, places.whole(x)))
    return True


def still(node: Value, place: int) -> bool:
    """Return whether nothing flows to an operand by the table, not even infinity."""
    row = node.primitive
    return isinstance(row, Pointwise) and row.still[place]


def spread(g: float, node: Value, operands: list[Value], partials: Sequence[float] | None) -> None:
    """Send a cotangent to the operands of an n-ary node; no partials means a plain sum."""
    d = partials
    number = _number
    for i in range(len(operands)):
        x = operands[i]
        if x._stamp != number:
            reach(places.bare(x))
        if g != 0.0 and (g - g == 0.0 or not still(node, i)):
            x._grad += g if d is None else g * d[i]


def spread_all(g: float, node: Value) -> None:
    """Send a cotangent to the operands of a node that has them in a list."""
    if node._more is not None:  # else it was made without __init__, and has no operands
        spread(g, node, node._more.parents, node._more.partials)


def sweep() -> int:
    """Send each node's gradient to its operands, newest node first; a zero sends nothing on."""
    global _newest, _end
    number = _number
    kept = _kept
    row = _places
    place = 0
    turn = WINDOW
    while place < _end or _far:
        if place == turn:
            if _end > 2 * place:
                turn += turn
            else:  # begin the row here, so that it stays short
                places.shift(row, place, _end)
                _newest -= place
                _end -= place
                place = 0
        if place >= _end:  # all that wait are far: start anew with the first of them
            node: Any = places.bare(heappop(_far)[1])
            _newest = node._seq
            place = _end = 0
            if not cython.compiled:
                row.clear()
        elif cython.compiled:
            node = places.take(row, place)
        else:
            node = row[place]
        if places.nothing(node) if cython.compiled else node is None:
            if not _far or _newest - place != -_far[0][0]:
                place += 1
                continue
            node = places.bare(heappop(_far)[1])
        place += 1
        g = node._grad
        x = node._a
        if places.nothing(x) if cython.compiled else x is None:
            spread_all(g, places.whole(node))
            continue
        if x._stamp != number:
            there = _newest - x._seq
            if not cython.compiled and kept is not None and x._code >= 0 and there < _end:
                # what reach(x) does, without a call
                kept.append((x, x._grad, x._stamp) if x._stamp else x)
                x._stamp = number
                x._grad = 0.0
                row[there] = x
            else:
                reach(x)
        if g != 0.0 and (g - g == 0.0 or not still(places.whole(node), node._side == WRITTEN_LEFT)):
            x._grad += g * node._da
        x = node._b
        if places.nothing(x) if cython.compiled else x is None:
            continue
        if x._stamp != number:
            there = _newest - x._seq
            if not cython.compiled and kept is not None and x._code >= 0 and there < _end:
                kept.append((x, x._grad, x._stamp) if x._stamp else x)
                x._stamp = number
                x._grad = 0.0
                row[there] = x
            else:
                reach(x)
        if g != 0.0 and (g - g == 0.0 or not still(places.whole(node), 1)):
            x._grad += g * node._db
    return place


def run(
    roots: list[Value], seeds: list[float], kept: list[Kept] | None, xs: list[Value] | None = None
) -> list[Value]:
    """Sweep once and return the leaves, which have the gradient in `_grad`, in `_da` what was before.

    `kept` takes what nodes had before; the gradients of the xs (of all leaves) must be known.
    """
    global _number, _newest, _end, _reached, _leaves, _kept
    if _end or _far:  # a sweep was interrupted: nothing of it is left over
        places.forget(_places)
        clear()
    _number += 1
    if _number >= 1 << 32:
        raise OverflowError("backward: 2**32 sweeps in one process, which is all it can count")
    _newest = max([node._seq for node in roots])
    leaves = _leaves = []
    _kept = kept
    for node, seed in zip(roots, seeds, strict=True):
        if node._stamp != _number:
            reach(places.bare(node))
        node._grad += seed
    sweep()
    for node in leaves if xs is None else xs:
        if node._grad != node._grad and node._stamp == _number:
            check_known(roots)
    clear()
    return leaves


def check_known(roots: list[Value]) -> None:
    """Raise a TypeError where a gradient is NaN because a row has no derivative in an operand."""
    nodes, seen = list(roots) if UNKNOWN else [], set(roots)
    for node in nodes:  # to which those that are found are added
        for place, x in enumerate(node.parents):
            if not x.is_constant:
                primitive.check_known(node.primitive, place)
                nodes += {x} - seen
                seen.add(x)


def clear() -> None:
    """Forget all that is about one sweep."""
    global _end, _reached, _leaves, _kept
    if not cython.compiled or _end > 262144:
        places.forget(_places)
    _far.clear()
    _end = _reached = 0
    _leaves = []
    _kept = None


def check_free() -> None:
    """Raise a RuntimeError where this thread, which has the lock, is in a sweep already."""
    if _busy.locked():
        raise RuntimeError(
            "backward: this thread is in the middle of another sweep; a signal handler cannot go "
            "backward here, so let it set a flag and do that when the sweep has ended"
        )


def put_back(kept: list[Kept] | None, written: list[Any]) -> None:
    """Leave every gradient as the sweep found it."""
    if kept is None:  # compiled only
        for node in _leaves:
            node._grad = node._da
    for had in reversed(kept or []):  # what a node had at first is put back last
        node, grad, stamp = had if isinstance(had, tuple) else (had, 0.0, 0)
        node._grad, node._stamp = grad, stamp
    for array, old in written:
        array._grad = old


def backward(
    roots: list[Value], seeds: list[float], free: bool = False, arrays: Sequence[Any] = ()
) -> bool:
    """Add the gradient of `sum seeds * roots` to the leaves, set it afresh everywhere else.

    Return whether there are any leaves. `arrays` are Tensors, each with what is written to it at the same
    moment. With `free`, the nodes that were reached forget what they were computed from. Whatever
    interrupts it, all gradients are the new ones or all the old.
    """
    # compiled code is not interrupted between two lines
    kept: list[Kept] | None = None if cython.compiled else []
    written: list[Any] = []
    leaves: list[Value] = []
    done = False
    with _lock:
        check_free()
        with _busy:
            try:
                if roots:
                    leaves = run(roots, seeds, kept)
                for node in leaves:
                    node._grad += node._da
                for array, g in arrays:
                    old = array._grad
                    written.append((array, old))
                    array._grad = g if old is None or array.primitive is not None else old + g
                done = True
            finally:
                if not done:
                    put_back(kept, written)
    pending = list(roots) if free else []
    while pending:
        node = pending.pop()
        if node._code >= 0:
            pending += node.parents
            forget(node)
    return len(leaves) > 0


def gradients(roots: list[Value], seeds: list[float], xs: list[Value]) -> list[float | None]:
    """Return the derivative with respect to each x, None where no root depends on it.

    The gradients that the graph holds are put aside before and put back after.
    """
    kept: list[Kept] = []
    with _lock:
        check_free()
        with _busy:
            try:
                run(roots, seeds, kept, xs)
                result = [x._grad if x._stamp == _number else None for x in xs]
            finally:
                put_back(kept, [])
    return result


def unlocked() -> None:
    """Give a forked process locks of its own: a thread that is not there may hold the others."""
    global _busy, _lock
    _lock, _busy = RLock(), Lock()


modes.at_fork(unlocked)
