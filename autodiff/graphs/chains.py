# cython: boundscheck=False, wraparound=False, cdivision=True
"""Chains of sums: what a loop `s = s + w * x` leaves in the flat form of a recording.

Each part, a product most often, is added to the sum of those before it. `chained` finds such chains,
however the loop was written, and `unrolled` lists the factors of each part, so that `reroll` makes one
operation of it.
"""

from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE

MUL, ADD = TABLE["mul"].code, TABLE["add"].code
SHORTEST = 2  # parts of a chain
FEWEST = 4  # parts of one whose parts are not all products; fewer are loops over the sums
MIXED = -2  # for `into`, while chains are looked for: of one whose parts are not all products


def users(
    first: int,
    codes: Any,
    a: Any,
    b: Any,
    more: Any,
    arities: Any,
    kept: Any,
    uses: Any,
    later_a: Any,
    later_b: Any,
) -> None:
    """Count the users of each slot in `uses`, those that are read besides once more.

    `later_a[i]` is the oldest user, newer than operation i, of its first operand, `later_b[i]` that of
    its second.
    """
    n = len(codes)
    newest: Any = np.full(n, n, dtype=np.int32)
    for i in range(n):
        uses[i] = 2 if kept[i] else 0
    for i in range(n - 1, first - 1, -1):
        arity: int = arities[codes[i]]
        later_a[i] = later_b[i] = n
        if arity <= 2:
            later_a[i] = newest[a[i]]
            if arity == 2:
                later_b[i] = newest[b[i]]
                newest[b[i]] = i
                uses[b[i]] += 1
            newest[a[i]] = i
            uses[a[i]] += 1
        else:
            for k in range(a[i], a[i] + b[i]):
                newest[more[k]] = i
                uses[more[k]] += 1


def chained(
    first: int, codes: Any, a: Any, b: Any, uses: Any, later_a: Any, later_b: Any, rows: Any,
    length: Any, into: Any,
) -> None:  # fmt: skip
    """Find the chains: `length[i]` is the number of parts that end in sum i, 0 if none does.

    `into[i]` is the chain's end for every operation that a chain takes in, -1 for all others. A sum takes
    in a part, and the product that the part is, only if no other user of what they are made of lies between
    and the chain's end: the order in which gradients are added up stays.
    """
    n = len(codes)
    for i in range(n):
        length[i] = 0
        into[i] = -1
    for i in range(first, n):
        if codes[i] == ADD and a[i] != b[i]:
            p = part_of(i, first, codes, a, b, uses, rows)
            s = a[i] + b[i] - p
            length[i] = 1
            product = is_product(i, p, first, codes, uses, rows)
            into[i] = -1 if product else MIXED
            if s >= first and length[s] > 0 and uses[s] == 1 and rows[s] == rows[i]:
                if not product and into[s] != MIXED and length[s] >= SHORTEST:
                    continue  # a bias: without it the products may be a row of a matrix
                length[i] = length[s] + 1
                into[i] = min(into[i], into[s])
    for i in range(n - 1, first - 1, -1):
        if into[i] >= 0 or length[i] < (FEWEST if into[i] == MIXED else SHORTEST):
            into[i] = max(into[i], -1)
            length[i] = 0
            continue
        into[i] = -1
        k = i
        taken = 0
        for _ in range(length[i]):
            p = part_of(k, first, codes, a, b, uses, rows)
            if later_a[k] < i or later_b[k] < i:
                break  # a part, or what the sum starts from, is used again in between
            taken += 1
            if (
                is_product(k, p, first, codes, uses, rows)
                and free(later_a[p], i, codes, into)
                and free(later_b[p], i, codes, into)
            ):
                into[p] = i
            if k != i:
                into[k] = i
            k = a[k] + b[k] - p
        length[i] = taken
        if taken < SHORTEST:
            length[i] = 0
            into[part_of(i, first, codes, a, b, uses, rows)] = -1


def free(user: int, i: int, codes: Any, into: Any) -> bool:
    """Return whether a user of a product's factor does not lie before the chain's end, or is in the chain."""
    return bool(user >= i or (into[user] == i and codes[user] == MUL))


def is_product(k: int, p: int, first: int, codes: Any, uses: Any, rows: Any) -> bool:
    """Return whether p is a product that nothing but sum k uses."""
    return bool(p >= first and codes[p] == MUL and uses[p] == 1 and rows[p] == rows[k])


def part_of(k: int, first: int, codes: Any, a: Any, b: Any, uses: Any, rows: Any) -> int:
    """Return what sum k adds to the sum before it: a product if there is one, else the second operand."""
    right: int = b[k]
    left: int = a[k]
    if is_product(k, right, first, codes, uses, rows):
        return right
    if is_product(k, left, first, codes, uses, rows):
        return left
    sums = right >= first and codes[right] == ADD and uses[right] == 1
    if sums and not (left >= first and codes[left] == ADD and uses[left] == 1):
        return left  # the sum of those before stands on the right
    return right


def unrolled(
    first: int, codes: Any, a: Any, b: Any, more: Any, arities: Any, uses: Any, rows: Any, length: Any,
    into: Any, canon: Any, start: Any, wide: Any, listed: Any,
) -> int:  # fmt: skip
    """Write the operands of each chain, factors first, and of each operation on many into `listed`.

    `start[i]` is where those of operation i begin, `wide[i]` how many they are; what a chain's sum
    starts from stands behind its two factors of each part, of which a part that is no product has the
    last leaf as the second, the constant 1. Return how many there are in all.
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
                p = part_of(k, first, codes, a, b, uses, rows)
                if into[p] == i:
                    listed[place + j] = canon[a[p]]
                    listed[place + n + j] = canon[b[p]]
                else:
                    listed[place + j] = canon[p]
                    listed[place + n + j] = canon[first - 1]
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
