"""The machine that replays a program, in plain Python: the twin of the compiled `_machine`.

Both take a program's instructions, which `graphs.reroll` writes, and run through them, forward to
compute the values and backward to send gradients to the operands. Where nothing is compiled this one
runs; the numbers are the same to the last bit.

An instruction is a row of WIDTH whole numbers:

| place | RUN: one row again and again | PRODUCT: sums of products that lie evenly |
|---|---|---|
| 0, 1 | the kind, the row's code | the same |
| 2, 3 | how often, the first slot of the results | how many sums, their first slot |
| 4, 5 | the first operand's slot, and its step | the first factor's slot, and its step from sum to sum |
| 6, 7 | the second operand's | the second factor's |
| 8, 9, 10 | | the products of a sum, and the factors' steps from product to product |
| 11, 12 | | what the sums start from (-1: from 0.0), and its step |

A LISTED row has its operands in the list `more`, from place 4 on, as many as place 6 says; a CHAIN is one
sum of as many products as place 8 says, whose factors and start stand there one behind the other.
"""

import inspect
import math
import operator
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from autodiff.printers.evaluate import EVALUATORS
from autodiff.table.primitive import ROWS, TABLE, Pointwise, Primitive

RUN, PRODUCT, CHAIN, LISTED = 0, 1, 2, 3  # the kinds of instructions
WIDTH = 13
TOTAL, DOT = TABLE["total"].code, TABLE["dot"].code
CHAINED = -1  # stands for the row of a sum of products that starts from a slot


def identical(x: float, z: float) -> bool:
    """Return whether two numbers are the same in all that can be seen of them: -0.0 is not 0.0."""
    return (x == z or (x != x and z != z)) and math.copysign(1.0, x) == math.copysign(1.0, z)


SIGNS = ("<", "<=", ">", ">=", "!=", "==")
OUTCOMES = (operator.lt, operator.le, operator.gt, operator.ge, operator.ne, identical)


def operands(i: int, codes: Any, a: Any, b: Any, more: Any) -> list[int]:
    """Return the slots of the operands of operation i of a flat form."""
    row = ROWS[codes[i]]
    if isinstance(row, Pointwise) and row.arity <= 2:
        return [a[i], b[i]][: row.arity]
    return list(more[a[i] : a[i] + b[i]])


def operations(instruction: Any, more: Any) -> Iterator[tuple[int, int, list[int]]]:
    """Yield result, row and operands of each operation of an instruction; a chain's start comes last."""
    kind, code, count, out, a, a_step, b, b_step, n, inner_a, inner_b, start, start_step = map(
        int, instruction[:13]
    )
    if kind == LISTED:
        row = ROWS[code]
        width = row.arity if isinstance(row, Pointwise) else b
        yield out, code, [int(x) for x in more[a : a + width]]
    elif kind == CHAIN:
        yield out, CHAINED, [int(x) for x in more[a : a + 2 * n + 1]]
    for j in range(count if kind in (RUN, PRODUCT) else 0):
        left, right = a + j * a_step, b + j * b_step
        if kind == RUN:
            row = ROWS[code]
            assert isinstance(row, Pointwise)
            yield out + j, code, [left, right][: row.arity]
            continue
        factors = [left + k * inner_a for k in range(n)] + [right + k * inner_b for k in range(n)]
        if start < 0:
            yield out + j, DOT, factors
        else:
            yield out + j, CHAINED, [*factors, start + j * start_step]


def evaluate(code: int, xs: list[float]) -> float:
    """Return the value of a row."""
    if code in (TOTAL, DOT, CHAINED):
        n = len(xs) if code == TOTAL else len(xs) // 2
        y = xs[-1] if code == CHAINED else 0.0
        for i in range(n):
            y += xs[i] if code == TOTAL else xs[i] * xs[n + i]
        return y
    return EVALUATORS[code](*xs)[0]


def partials(code: int, xs: list[float]) -> tuple[float, ...]:
    """Return the local derivatives of a row."""
    n = len(xs) // 2
    if code == TOTAL:
        return (1.0,) * len(xs)
    if code == DOT:
        return (*xs[n:], *xs[:n])
    if code == CHAINED:
        return (*xs[n : 2 * n], *xs[:n], 1.0)
    return EVALUATORS[code](*xs)[1:]


def sent(code: int, n: int) -> list[int]:
    """Return which operands get their part, in order: a chain's from its last product back."""
    if code != CHAINED:
        row = ROWS[code]
        still = row.still if isinstance(row, Pointwise) else ()
        return [k for k in range(n) if k >= len(still) or not still[k]]
    return [i for k in range(n // 2 - 1, -1, -1) for i in (k, n // 2 + k)] + [n - 1]


class Runner:
    """One run's memory, bound to a program; `step` is a run forward and backward in one call.

    `guards` are rows of sign, slot, slot and outcome, a slot being -1 where the number in `against`
    stands; they are looked at without lanes only.
    """

    def __init__(
        self, work: Any, more: Any, wanted: Any, rows: Any, height: int, guards: Any, against: Any,
        values: Any, grads: Any, lanes: int, many: Any, sums: Any,
    ) -> None:  # fmt: skip
        self.work, self.more, self.wanted, self.rows = work, more, wanted, rows
        self.guards, self.against, self.lanes = guards, against, lanes
        self.values, self.grads, self.many, self.sums = values, grads, many, sums

    def forward(self) -> None:
        """Compute all values: of shared slots in `values`, of slots with lanes in the rows of `many`."""
        values, rows, many = self.values, self.rows, self.many
        for instruction in self.work:
            for i, code, xs in operations(instruction, self.more):
                if not self.lanes or rows[i] < 0:
                    values[i] = evaluate(code, [float(values[x]) for x in xs])
                    continue
                for lane in range(self.lanes):
                    many[rows[i], lane] = evaluate(code, self.read(xs, lane))

    def read(self, xs: list[int], lane: int) -> list[float]:
        """Return the operands' values in one lane."""
        values, rows, many = self.values, self.rows, self.many
        return [float(values[x] if rows[x] < 0 else many[rows[x], lane]) for x in xs]

    def holds(self) -> bool:
        """Return whether every guard turns out as it did when the function was recorded."""
        for (sign, a, b, outcome), numbers in zip(self.guards, self.against, strict=True):
            x, z = (
                float(self.values[slot]) if slot >= 0 else float(number)
                for slot, number in zip((a, b), numbers, strict=True)
            )
            if OUTCOMES[sign](x, z) != bool(outcome):
                return False
        return True

    def backward(self, slot: int) -> None:
        """Compute the gradient of a slot (of the sum of its lanes)."""
        self.grads[:] = 0.0
        self.sums[:] = 0.0
        if self.lanes and self.rows[slot] >= 0:
            self.sums[self.rows[slot], : self.lanes] = 1.0
        else:
            self.grads[slot] = float(max(self.lanes, 1))
        for instruction in self.work[::-1]:
            for i, code, xs in list(operations(instruction, self.more))[::-1]:
                if self.lanes and self.rows[i] >= 0:
                    self.send_lanes(i, code, xs)
                    continue
                h = float(self.grads[i])
                if h != 0.0:
                    d = partials(code, [float(self.values[x]) for x in xs])
                    for k in sent(code, len(xs)):
                        self.grads[xs[k]] = float(self.grads[xs[k]]) + h * d[k]

    def send_lanes(self, i: int, code: int, xs: list[int]) -> None:
        """Send the gradient of a slot with lanes to its operands."""
        h_lanes = [float(h) for h in self.sums[self.rows[i], : self.lanes]]
        d_lanes = [partials(code, self.read(xs, lane)) for lane in range(self.lanes)]
        for k in sent(code, len(xs)):
            x = xs[k]
            parts = [h * d[k] if h else 0.0 for h, d in zip(h_lanes, d_lanes, strict=True)]
            if self.wanted[x] and self.rows[x] >= 0:
                for lane, part in enumerate(parts):
                    at = self.rows[x], lane
                    self.sums[at] = float(self.sums[at]) + part
            elif self.wanted[x]:
                self.grads[x] = float(self.grads[x]) + interleaved(parts)


class BoundCall:
    """A bound call, of which the compiled machine answers a steady one by itself."""

    def steady(self, runner: Any, slot: int) -> None:
        """Let calls be runs of a program whose guards and numbers are its own."""

    def __call__(self) -> Any:
        """Return the value at `arguments`, with its gradient in `gradient`."""
        return self.general()

    def general(self) -> Any:
        """Return the answer of any bound call."""
        raise NotImplementedError


def interleaved(parts: list[float]) -> float:
    """Return the sum over the lanes, in the order in which the compiled machine adds."""
    s = [0.0] * 8
    for lane, part in enumerate(parts):
        s[lane % 8] += part
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))


@lru_cache
def takes_out(function: Any) -> bool:
    """Return whether a function of arrays can be told where to write its result."""
    if isinstance(function, np.ufunc):
        return True
    try:
        return "out" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def elementwise(row: Primitive) -> bool:
    """Return whether the result of a row may take the place of an operand."""
    return row.ufunc is not None and row.ufunc.signature is None
