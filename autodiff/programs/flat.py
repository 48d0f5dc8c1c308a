# cython: boundscheck=False, wraparound=False, annotation_typing=False
"""A graph of Values as flat arrays: what a program is before it runs.

Every node gets a slot: first the inputs as they were given, then all other leaves, then the
operations in order of creation, so that operands have smaller numbers than what uses them. `codes`
holds the row of each slot (-1 for a leaf), `a` and `b` the slots of its operands; of an operation on
more operands `a` and `b` say where they start in `more` and how many there are.
"""

from typing import Any

import numpy as np

from autodiff.nodes import places
from autodiff.nodes.value import Value
from autodiff.table.primitive import LEFT, RIGHT, TABLE

SEEN = 4294967295
MUL, ADD = TABLE["mul"].code, TABLE["add"].code

_row = places.places()


def flatten(roots: list[Value], inputs: list[Value]) -> tuple[Any, ...]:
    """Return leaves, the slots of the roots, codes, a, b, more and values of what they depend on."""
    stamps: list[int] = []  # a node's stamp serves as its number meanwhile
    visited: list[Value] = []
    leaves: list[Value] = []
    inner: list[Value] = []
    for node in inputs:
        visited.append(node)
        stamps.append(node._stamp)
        node._stamp = SEEN
        leaves.append(node)
    pending = roots[:]
    wide = 0
    oldest = newest = 0
    while pending:
        node = pending.pop()
        if node._stamp == SEEN:
            continue
        visited.append(node)
        stamps.append(node._stamp)
        node._stamp = SEEN
        if node._code < 0:
            leaves.append(node)
            continue
        inner.append(node)
        if node._seq < oldest or not oldest:
            oldest = node._seq
        if node._seq > newest:
            newest = node._seq
        if node._b is not None:
            pending.append(node._a)
            pending.append(node._b)
        elif node._a is not None:
            if node._side != 0:
                pending.extend(node.parents)
            else:
                pending.append(node._a)
        else:
            wide += len(node._more.parents)
            pending.extend(node._more.parents)
    first = len(leaves)
    n = first + len(inner)
    order = in_order(inner, oldest, newest)
    codes = np.full(n, -1, dtype=np.int16)
    a = np.zeros(n, dtype=np.int32)
    b = np.zeros(n, dtype=np.int32)
    more = np.zeros(wide + 1, dtype=np.int32)
    values = np.empty(n)
    fill(leaves, order, codes, a, b, more, values)
    slots = [node._stamp for node in roots]
    for i in range(len(visited)):
        node = visited[i]
        node._stamp = stamps[i]
    return leaves, slots, codes, a, b, more, values


def in_order(inner: list[Value], oldest: int, newest: int) -> list[Value]:
    """Return the operations in order of creation."""
    if not inner:
        return []
    if newest - oldest > 8 * len(inner) + 1024:
        return sorted(inner, key=lambda node: node.seq)
    for node in inner:
        places.put(_row, node._seq - oldest, node)
    order: list[Value] = []
    for place in range(newest - oldest + 1):
        node = places.take(_row, place, None)
        if node is not None:
            order.append(node)
    places.forget(_row)
    return order


def fill(
    leaves: list[Value], order: list[Value], codes: Any, a: Any, b: Any, more: Any, values: Any
) -> None:
    """Number the nodes and write down what each is; the number stands in `_stamp` meanwhile."""
    slot = 0
    wide = 0
    for node in leaves:
        node._stamp = slot
        values[slot] = node._data
        slot += 1
    for node in order:
        node._stamp = slot
        values[slot] = node._data
        codes[slot] = node._code
        if node._a is not None:
            a[slot] = node._a._stamp
            if node._b is not None:
                b[slot] = node._b._stamp
            elif node._side == RIGHT:
                b[slot] = node._more.plain._stamp
            elif node._side == LEFT:
                b[slot] = a[slot]
                a[slot] = node._more.plain._stamp
        else:
            a[slot] = wide
            b[slot] = len(node._more.parents)
            for x in node._more.parents:
                more[wide] = x._stamp
                wide += 1
        slot += 1


def reached(flags: Any, first: int, codes: Any, a: Any, b: Any, more: Any, arities: Any) -> None:
    """Set the flag of every operation that has an operand whose flag is set."""
    for i in range(first, len(codes)):
        arity: int = arities[codes[i]]
        if arity == 1:
            flags[i] = flags[a[i]]
        elif arity == 2:
            flags[i] = flags[a[i]] | flags[b[i]]
        else:
            for k in range(a[i], a[i] + b[i]):
                flags[i] |= flags[more[k]]


def chains(  # compiled only
    mark: int, first: int, codes: Any, a: Any, b: Any, rows: Any, ways: Any, runs: Any
) -> None:
    """Mark both ends of each chain in `ways`, a copy of the codes; `runs` gets its number of products.

    A chain is p = w * x; s = s + p, again and again, without lanes, and with factors from before it.
    """
    n = len(codes)
    i = first
    while i < n - 1:
        k = i
        while k < n - 1 and codes[k] == MUL and codes[k + 1] == ADD and b[k + 1] == k:
            if (a[k + 1] >= i) if k == i else (a[k + 1] != k - 1):
                break
            if rows[k + 1] >= 0 or a[k] >= i or b[k] >= i:
                break
            k += 2
        if k == i:
            i += 1
        else:
            ways[i] = ways[k - 1] = mark
            runs[i] = runs[k - 1] = (k - i) // 2
            i = k
