# cython: boundscheck=False, wraparound=False, cdivision=True, annotation_typing=False
"""Chains of products: what a loop `s = s + w * x` leaves in the flat form of a recording.

Each product is added to the sum of those before it. `chained` finds such chains, however the loop was
written, and `unrolled` lists the factors of each, so that `reroll` makes one operation of it.
"""

from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE

MUL, ADD = TABLE["mul"].code, TABLE["add"].code
SHORTEST = 2  # products in a chain


def users(
    first: int,
    codes: Any,
    a: Any,
    b: Any,
    more: Any,
    arities: Any,
    kept: Any,
    uses: Any,
    later: Any,
) -> None:
    """Count the users of each slot in `uses`, those that are read besides once more.

    `later[i]` is the oldest user, newer than operation i, of any of its first two operands.
    """
    n = len(codes)
    newest: Any = np.full(n, n, dtype=np.int32)
    for i in range(n):
        uses[i] = 2 if kept[i] else 0
    for i in range(n - 1, first - 1, -1):
        arity: int = arities[codes[i]]
        later[i] = n
        if arity <= 2:
            later[i] = newest[a[i]]
            newest[a[i]] = i
            uses[a[i]] += 1
            if arity == 2:
                if newest[b[i]] < later[i] and b[i] != a[i]:
                    later[i] = newest[b[i]]
                newest[b[i]] = i
                uses[b[i]] += 1
        else:
            for k in range(a[i], a[i] + b[i]):
                newest[more[k]] = i
                uses[more[k]] += 1


def chained(
    first: int, codes: Any, a: Any, b: Any, uses: Any, later: Any, rows: Any, length: Any, into: Any
) -> None:
    """Find the chains: `length[i]` is the number of products that end in sum i, 0 if none does.

    `into[i]` is the chain's end for every operation that a chain takes in, -1 for all others. A sum may
    take in a product only if no other user of its factors, or of what the sum starts from, lies between:
    the order in which gradients are added up stays.
    """
    n = len(codes)
    for i in range(n):
        length[i] = 0
        into[i] = -1
    for i in range(first, n):
        if codes[i] != ADD:
            continue
        p = b[i]
        s = a[i]
        if not (p >= first and codes[p] == MUL and uses[p] == 1 and rows[p] == rows[i]):
            p = a[i]
            s = b[i]
            if not (p >= first and codes[p] == MUL and uses[p] == 1 and rows[p] == rows[i]):
                continue
        if s == p:
            continue
        length[i] = 1
        if s >= first and length[s] > 0 and uses[s] == 1 and rows[s] == rows[i]:
            length[i] = length[s] + 1
    for i in range(n - 1, first - 1, -1):
        if into[i] >= 0 or length[i] < SHORTEST:
            length[i] = 0
            continue
        mark(i, i, length[i], first, codes, a, b, uses, rows, into)
        fits = True
        k = i
        for left in range(length[i], 0, -1):
            p = product_of(k, first, codes, a, b, uses, rows)
            u = later[p]
            if u < i and not (into[u] == i and codes[u] == MUL):
                fits = False
            if left == 1 and later[k] < i:
                fits = False  # what it starts from is used again in between
            k = a[k] + b[k] - p
        if not fits:
            mark(i, -1, length[i], first, codes, a, b, uses, rows, into)
            length[i] = 0


def mark(
    i: int,
    end: int,
    length: int,
    first: int,
    codes: Any,
    a: Any,
    b: Any,
    uses: Any,
    rows: Any,
    into: Any,
) -> None:
    """Say of all that the chain to sum i takes in which chain it is."""
    k = i
    for _ in range(length):
        p = product_of(k, first, codes, a, b, uses, rows)
        into[p] = end
        if k != i:
            into[k] = end
        k = a[k] + b[k] - p


def product_of(k: int, first: int, codes: Any, a: Any, b: Any, uses: Any, rows: Any) -> int:
    """Return the product that sum k takes in; -1 where there is none."""
    p: int = b[k]
    if p >= first and codes[p] == MUL and uses[p] == 1 and rows[p] == rows[k]:
        return p
    p = a[k]
    if p >= first and codes[p] == MUL and uses[p] == 1 and rows[p] == rows[k]:
        return p
    return -1


def unrolled(
    first: int, codes: Any, a: Any, b: Any, more: Any, arities: Any, uses: Any, rows: Any, length: Any,
    into: Any, canon: Any, start: Any, wide: Any, listed: Any,
) -> int:  # fmt: skip
    """Write the operands of each chain, factors first, and of each operation on many into `listed`.

    `start[i]` is where those of operation i begin, `wide[i]` how many they are; what a chain's sum
    starts from stands behind its two factors of each product. Return how many there are in all.
    """
    place = 0
    for i in range(first, len(codes)):
        start[i] = place
        wide[i] = 0
        if into[i] >= 0:
            continue
        arity: int = arities[codes[i]]
        if length[i] > 0:
            n: int = length[i]
            wide[i] = 2 * n + 1
            k = i
            for j in range(n - 1, -1, -1):
                p = product_of(k, first, codes, a, b, uses, rows)
                listed[place + j] = canon[a[p]]
                listed[place + n + j] = canon[b[p]]
                k = a[k] + b[k] - p
            listed[place + 2 * n] = canon[k]
        elif arity <= 2:
            wide[i] = arity
            listed[place] = canon[a[i]]
            if arity == 2:
                listed[place + 1] = canon[b[i]]
        else:
            wide[i] = b[i]
            for k in range(b[i]):
                listed[place + k] = canon[more[a[i] + k]]
        place += wide[i]
    return place
