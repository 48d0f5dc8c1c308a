# cython: boundscheck=False, wraparound=False, annotation_typing=False
"""A graph of Values as flat arrays: what a program is before it runs.

Every node gets a slot: first the inputs as they were given, then all other leaves, then the
operations in order of creation, so that operands have smaller numbers than what uses them. `codes`
holds the row of each slot (-1 for a leaf), `a` and `b` the slots of its operands; of an operation on
more operands `a` and `b` say where they start in `more` and how many there are.
"""

from typing import Any

import numpy as np

from autodiff.nodes.value import Value, constant
from autodiff.table.primitive import LEFT, RIGHT


def flatten(roots: list[Value], inputs: list[Value], start: int = -1) -> tuple[Any, ...]:
    """Return leaves, the slots of the roots, codes, a, b, more and values of what they depend on.

    What is not newer than `start` was there before the recording began and is taken as a leaf. The
    slots are kept here, not in the nodes: threads may record over the same leaves.
    """
    slot_of: dict[Value, int] = {}
    plain_slots: dict[Value, int] = {}  # where the plain number among a node's operands stands
    leaves: list[Value] = []
    inner: list[Value] = []
    for node in inputs:
        slot_of[node] = len(leaves)
        leaves.append(node)
    pending = roots[:]
    wide = 0
    while pending:
        node = pending.pop()
        if node in slot_of:
            continue
        if node._code < 0 or node._seq <= start:
            slot_of[node] = len(leaves)
            leaves.append(node)
            continue
        slot_of[node] = -1
        inner.append(node)
        if node._a is not None:
            pending.append(node._a)
            if node._b is not None:
                pending.append(node._b)
            elif node._side != 0:
                plain_slots[node] = len(leaves)
                leaves.append(constant(node._plain))
        else:
            wide += len(node._more.parents)
            pending.extend(node._more.parents)
    first = len(leaves)
    n = first + len(inner)
    codes = np.full(n, -1, dtype=np.int16)
    a = np.zeros(n, dtype=np.int32)
    b = np.zeros(n, dtype=np.int32)
    more = np.zeros(wide + 1, dtype=np.int32)
    values = np.empty(n)
    fill(leaves, in_order(inner), slot_of, plain_slots, codes, a, b, more, values)
    return leaves, [slot_of[node] for node in roots], codes, a, b, more, values


def in_order(inner: list[Value]) -> list[Value]:
    """Return the operations in order of creation."""
    if not inner:
        return []
    node = inner[0]
    oldest = newest = node._seq
    for node in inner:
        if node._seq < oldest:
            oldest = node._seq
        if node._seq > newest:
            newest = node._seq
    if newest - oldest > 8 * len(inner) + 1024:
        return sorted(inner, key=lambda node: node.seq)
    row: list[Any] = [None] * (newest - oldest + 1)
    for node in inner:
        row[node._seq - oldest] = node
    return [node for node in row if node is not None]


def fill(
    leaves: list[Value], order: list[Value], slot_of: dict[Value, int],
    plain_slots: dict[Value, int], codes: Any, a: Any, b: Any, more: Any, values: Any,
) -> None:  # fmt: skip
    """Number the operations and write down what each is."""
    slot = 0
    wide = 0
    for node in leaves:
        values[slot] = node._data
        slot += 1
    for node in order:
        slot_of[node] = slot
        values[slot] = node._data
        codes[slot] = node._code
        if node._a is not None:
            a[slot] = slot_of[node._a]
            if node._b is not None:
                b[slot] = slot_of[node._b]
            elif node._side == RIGHT:
                b[slot] = plain_slots[node]
            elif node._side == LEFT:
                b[slot] = a[slot]
                a[slot] = plain_slots[node]
        else:
            a[slot] = wide
            b[slot] = len(node._more.parents)
            for x in node._more.parents:
                more[wide] = slot_of[x]
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
