# cython: boundscheck=False, wraparound=False, cdivision=True
"""Rerolling: the loops that a recording went through are found again in its flat form.

Chains of products are one operation each, which keeps its sum at hand (`chains`). `leveled` puts the
operations in order of their depth, so that those of one row at one depth stand together, and `emitted`
gives them slots that lie together and writes down loops: a run of one row over evenly spaced slots, and
a product of a matrix and a vector where chains of one length lie evenly in both.

Nothing that can be seen changes, to the last bit: sums are added up in the recorded order, and each
slot gets its parts of the gradient in the order of before, newest user first. Where that could be
otherwise, an operation stays as it was or goes a level deeper.
"""

from typing import Any

import numpy as np

from autodiff.graphs.chains import SHORTEST, chained, unrolled, users
from autodiff.printers.interpreter import CHAIN, LISTED, PRODUCT, RUN, WIDTH
from autodiff.table.primitive import TABLE

DOT = TABLE["dot"].code


def leveled(
    first: int, codes: Any, varying: Any, wanted: Any, length: Any, into: Any, start: Any, wide: Any,
    listed: Any, level: Any, kind: Any,
) -> None:  # fmt: skip
    """Give each operation its level, beyond those of its operands, and its kind.

    Users of one slot that gets a gradient keep their order: of one kind they may share a level, else
    the newer one lies deeper.
    """
    n = len(codes)
    last: Any = np.full(n, -1, dtype=np.int32)  # the newest user so far
    for i in range(n):
        level[i] = 0
    for i in range(first, n):
        if into[i] >= 0:
            continue
        kind[i] = 8 * codes[i] + varying[i]
        if length[i] > 0:
            kind[i] += 16384 * min(length[i], 120_000)
        elif codes[i] == DOT:
            kind[i] += 16384 * min(wide[i], 120_000)
        elif wide[i] == 2:  # a factor that gets no gradient makes another loop back
            kind[i] += 2 * wanted[listed[start[i]]] + 4 * wanted[listed[start[i] + 1]]
        depth = 0
        for k in range(start[i], start[i] + wide[i]):
            x = listed[k]
            if level[x] > depth:
                depth = level[x]
        depth += 1
        for k in range(start[i], start[i] + wide[i]):
            x = listed[k]
            u = last[x]
            if u >= 0 and wanted[x]:
                least = level[u] if kind[u] == kind[i] else level[u] + 1
                if least > depth:
                    depth = least
        level[i] = depth
        for k in range(start[i], start[i] + wide[i]):
            last[listed[k]] = i


def even(listed: Any, begin: int, n: int) -> bool:
    """Return whether n slots lie evenly spaced."""
    for k in range(begin + 2, begin + n):
        if listed[k] - listed[k - 1] != listed[begin + 1] - listed[begin]:
            return False
    return True


def even_dot(listed: Any, s: int, n: int) -> bool:
    """Return whether a dot's weights and inputs lie evenly, each of them once."""
    if n < SHORTEST or not even(listed, s, n) or not even(listed, s + n, n):
        return False
    if listed[s] == listed[s + 1] or listed[s + n] == listed[s + n + 1]:
        return False
    low: int = min(listed[s], listed[s + n - 1])
    high: int = max(listed[s], listed[s + n - 1])
    return bool(
        max(listed[s + n], listed[s + 2 * n - 1]) < low
        or min(listed[s + n], listed[s + 2 * n - 1]) > high
    )


def emitted(
    first: int, order: Any, codes: Any, arities: Any, level: Any, kind: Any, length: Any, start: Any,
    wide: Any, listed: Any, out: Any,
) -> int:  # fmt: skip
    """Write the instructions for the operations in `order`, their slots numbered anew; return how many.

    `listed` has the new numbers of the slots already.
    """
    m = -1
    before = -1
    for at in range(len(order)):
        i = order[at]
        s = start[i]
        n: int = length[i]
        if codes[i] == DOT and even_dot(listed, s, wide[i] // 2):
            what = PRODUCT
            n = wide[i] // 2
        elif n == 0 and arities[codes[i]] > 2:
            what = LISTED
        elif n == 0:
            what = RUN
        else:
            what = PRODUCT if even(listed, s, n) and even(listed, s + n, n) else CHAIN
        if (
            before >= 0
            and what == out[m, 0]
            and what <= PRODUCT
            and level[before] == level[i]
            and kind[before] == kind[i]
            and joined(listed, s, wide[i], n, out, m)
        ):
            out[m, 2] += 1
            before = i
            continue
        m += 1
        before = i
        out[m, 0] = what
        out[m, 1] = codes[i]
        out[m, 2] = 1
        out[m, 3] = first + at
        if what == RUN:
            out[m, 4] = listed[s]
            out[m, 6] = listed[s + 1] if wide[i] == 2 else 0
        elif what == PRODUCT:
            out[m, 4] = listed[s]
            out[m, 6] = listed[s + n]
            out[m, 8] = n
            out[m, 9] = listed[s + 1] - listed[s]
            out[m, 10] = listed[s + n + 1] - listed[s + n]
            out[m, 11] = -1 if codes[i] == DOT else listed[s + 2 * n]
        else:
            out[m, 4] = s
            out[m, 6] = wide[i]
            out[m, 8] = n
    return m + 1


def joined(listed: Any, s: int, width: int, n: int, out: Any, m: int) -> bool:
    """Put an operation into instruction m if its operands go on evenly; return whether they do."""
    count: int = out[m, 2]
    if n == 0:
        return stepped(out, m, 4, listed[s], count) and (
            width == 1 or stepped(out, m, 6, listed[s + 1], count)
        )
    if (
        out[m, 8] != n
        or listed[s + 1] - listed[s] != out[m, 9]
        or listed[s + n + 1] - listed[s + n] != out[m, 10]
    ):
        return False
    return (
        stepped(out, m, 4, listed[s], count)
        and stepped(out, m, 6, listed[s + n], count)
        and (width == 2 * n or stepped(out, m, 11, listed[s + 2 * n], count))
    )


def stepped(out: Any, m: int, field: int, slot: int, count: int) -> bool:
    """Return whether a slot is the next of an operand; the second one makes the step."""
    if count == 1:
        out[m, field + 1] = slot - out[m, field]
        return True
    return bool(slot - out[m, field] == count * out[m, field + 1])


class Rolled:
    """A program for the machine: instructions, what stands in `more`, and the slots numbered anew.

    `slots[i]` is the new number of slot i, -1 of what a chain took in, whose end `into` names; leaves
    keep theirs.
    """

    __slots__ = ("instructions", "into", "more", "size", "slots")

    def __init__(self, instructions: Any, more: Any, slots: Any, into: Any, size: int) -> None:
        self.instructions, self.more, self.slots = instructions, more, slots
        self.into, self.size = into, size

    def places(self) -> Any:
        """Return the old number of each slot."""
        found = np.zeros(self.size, dtype=np.int64)
        there = np.flatnonzero(self.slots >= 0)
        found[self.slots[there]] = there
        return found

    def unmoved(self, numbers: Any) -> Any:
        """Return an array of what each slot has, under the slots' old numbers; 0 where nothing is left."""
        result = np.zeros(len(self.slots), dtype=numbers.dtype)
        result[self.places()] = numbers
        return result

    def moved(self, numbers: Any) -> Any:
        """Return an array of what each slot has, under the slots' new numbers."""
        return numbers[self.places()]


def plain(first: int, codes: Any, a: Any, b: Any, more: Any, arities: Any) -> Rolled:
    """Return the program of a flat form as it stands, one instruction for each operation."""
    n = len(codes)
    work = np.zeros((n - first, WIDTH), dtype=np.int32)
    listed = arities[codes[first:]] > 2
    work[:, 0] = np.where(listed, LISTED, RUN)
    work[:, 1], work[:, 2], work[:, 3] = codes[first:], 1, np.arange(first, n)
    work[:, 4], work[:, 6] = a[first:], b[first:]
    return Rolled(work, more, np.arange(n, dtype=np.int32), np.full(n, -1, dtype=np.int32), n)


def reroll(
    first: int, codes: Any, a: Any, b: Any, more: Any, arities: Any, kept: Any, varying: Any,
    wanted: Any, canon: Any,
) -> Rolled:  # fmt: skip
    """Return the program of a flat form with its loops found again.

    `kept` marks the slots that are read after a run, `varying` those with lanes, `wanted` those that get
    a gradient; `canon` names for each slot the first constant of the same number, or the slot itself.
    """
    n = len(codes)
    uses, later_a, later_b, length, into, start, wide, level, kind = np.zeros(
        (9, n), dtype=np.int32
    )
    users(first, codes, a, b, more, arities, kept, uses, later_a, later_b)
    chained(first, codes, a, b, uses, later_a, later_b, varying, length, into)
    room = (
        2 * n + int(np.count_nonzero(length)) + len(more)
    )  # two a sum, and what a chain starts from
    listed = np.zeros(room + 1, dtype=np.int32)
    total = unrolled(
        first, codes, a, b, more, arities, uses, varying, length, into, canon, start, wide, listed
    )
    leveled(first, codes, varying, wanted, length, into, start, wide, listed, level, kind)
    there = first + np.flatnonzero(into[first:] < 0)
    order = there[np.lexsort((kind[there], level[there]))].astype(np.int32)
    slots = np.full(n, -1, dtype=np.int32)
    slots[:first] = np.arange(first)
    slots[order] = first + np.arange(len(order))
    listed[:total] = slots[listed[:total]]
    work = np.zeros((len(order), WIDTH), dtype=np.int32)
    m = emitted(first, order, codes, arities, level, kind, length, start, wide, listed, work)
    size = first + len(order)
    return Rolled(work[:m].copy(), listed[: total + 1].copy(), slots, into.copy(), size)


def shared_constants(values: Any, steady: list[int]) -> Any:
    """Return for each slot itself, for a constant of `steady` the first of the same number."""
    same = np.arange(len(values), dtype=np.int32)
    bits = values.view(np.int64)[steady]
    _, firsts, which = np.unique(bits, return_index=True, return_inverse=True)
    same[steady] = np.array(steady)[firsts[which]]
    return same
