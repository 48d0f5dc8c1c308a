# cython: boundscheck=False, wraparound=False
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

UNSEEN, MET = -2, -1
WIDEST = 1 << 26  # nodes of a recording, beyond which a table of them is not worth its memory


def flatten(roots: list[Value], inputs: list[Value], start: int = -1) -> tuple[Any, ...]:
    """Return leaves, the slots of the roots, codes, a, b, more and values of what they depend on.

    What is not newer than `start` was there before the recording began and is taken as a leaf. The
    slots are kept here, not in the nodes: threads may record over the same leaves. Those of nodes of the
    recording stand in `table`, at their distance in creation from its start, those of others in `old`.
    """
    newest = start
    for node in roots:
        if node._seq > newest:
            newest = node._seq
    span = newest - start if start >= 0 and newest - start < WIDEST else 0
    table = np.full(span + 1, UNSEEN, dtype=np.int32)
    numbers = np.zeros(span + 1, dtype=np.int32)  # where a plain number among the operands stands
    old: dict[Value, int] = {}
    old_numbers: dict[Value, int] = {}
    leaves: list[Value] = []
    inner: list[Any] = [None] * (span + 1) if span else []  # of a recording each in its place
    for node in inputs:
        put(node, len(leaves), table, start, old)
        leaves.append(node)
    pending = roots[:]
    wide = 0
    count = 0
    while pending:
        node = pending.pop()
        if find(node, table, start, old) != UNSEEN:
            continue
        if node._code < 0 or node._seq <= start:
            put(node, len(leaves), table, start, old)
            leaves.append(node)
            continue
        put(node, MET, table, start, old)
        count += 1
        if span:
            inner[node._seq - start] = node
        else:
            inner.append(node)
        if node._a is not None:
            pending.append(node._a)
            if node._b is not None:
                pending.append(node._b)
            elif node._side != 0:
                put(node, len(leaves), numbers, start, old_numbers)
                leaves.append(constant(node._plain))
        else:
            wide += len(node._more.parents)
            pending.extend(node._more.parents)
    leaves.append(constant(1.0))  # what a part of a sum is multiplied with that is no product
    first = len(leaves)
    n = first + count
    codes = np.full(n, -1, dtype=np.int16)
    a = np.zeros(n, dtype=np.int32)
    b = np.zeros(n, dtype=np.int32)
    more = np.zeros(wide + 1, dtype=np.int32)
    values = np.empty(n)
    order = [node for node in inner if node is not None] if span else in_order(inner)
    fill(leaves, order, table, old, numbers, old_numbers, start, codes, a, b, more, values)
    return leaves, [find(node, table, start, old) for node in roots], codes, a, b, more, values


def find(node: Value, table: Any, start: int, old: dict[Value, int]) -> int:
    """Return the slot of a node, or UNSEEN."""
    place = node._seq - start
    if 0 < place < len(table):
        found: int = table[place]
        return found
    return old.get(node, UNSEEN)


def put(node: Value, slot: int, table: Any, start: int, old: dict[Value, int]) -> None:
    """Keep the slot of a node."""
    place = node._seq - start
    if 0 < place < len(table):
        table[place] = slot
    else:
        old[node] = slot


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
    leaves: list[Value], order: list[Value], table: Any, old: dict[Value, int], numbers: Any,
    old_numbers: dict[Value, int], start: int, codes: Any, a: Any, b: Any, more: Any, values: Any,
) -> None:  # fmt: skip
    """Number the operations and write down what each is."""
    slot = 0
    wide = 0
    for node in leaves:
        values[slot] = node._data
        slot += 1
    for node in order:
        put(node, slot, table, start, old)
        values[slot] = node._data
        codes[slot] = node._code
        if node._a is not None:
            a[slot] = find(node._a, table, start, old)
            if node._b is not None:
                b[slot] = find(node._b, table, start, old)
            elif node._side == RIGHT:
                b[slot] = find(node, numbers, start, old_numbers)
            elif node._side == LEFT:
                b[slot] = a[slot]
                a[slot] = find(node, numbers, start, old_numbers)
        else:
            a[slot] = wide
            b[slot] = len(node._more.parents)
            for x in node._more.parents:
                more[wide] = find(x, table, start, old)
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
