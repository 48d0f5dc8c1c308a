"""mpmath as the oracle where formulas break: derivatives at zeros, ties, infinities and subnormals.

For every pointwise row of one and two operands, first and second derivatives at a grid of special points
are held against differences of mpmath's values. A derivative is asked for where the quotients from both
sides agree; at an infinity where the derivative has a limit. Elsewhere (kinks, poles, ends of the
domain) the table's conventions hold, which `test_traps` names.

`python -m tests.special` prints every point that falls short, with the largest error of each order.
"""

import math
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import mpmath
import numpy as np

import autodiff as ad
from autodiff.table import ops
from autodiff.table.primitive import ROWS, Pointwise
from tests.oracle import MP, value

TINY = 5e-324
ONE = (0.0, -0.0, TINY, -TINY, 1e-310, -1e-310, 1e-10, -1e-4, 0.125, 1.0, -1.0, 0.5, 2.0, 40.0, -40.0,
       710.0, -746.0, 1e200, -1e200, math.inf, -math.inf)  # fmt: skip
TWO = (0.0, 1.0, -1.0, 40.0, -40.0, 1e-150, 1e150)
FAR = (10**400, 10**410)  # in place of an infinity
STEP = mpmath.mpf(2) ** -1150  # far below the least double
BOUND = 1e-12  # relative
HIGH = 1e100
CANCELLED = 1e-15
SMALLEST = 2.3e-308  # below it a double has fewer digits
CHECKED = [
    row for row in ROWS
    if isinstance(row, Pointwise) and row.arity <= 2 and any(row.partials) and hasattr(ops, row.name)
]  # fmt: skip


def points(row: Pointwise) -> Iterator[tuple[float, ...]]:
    """Yield the special points inside the row's domain, ties of two operands among them."""
    if row.arity == 1:
        grid: Any = ((x,) for x in ONE)
    else:
        grid = ((x, z) for x in TWO for z in TWO)
    for xs in grid:
        if all(x in d or math.isinf(x) for x, d in zip(xs, row.domain, strict=True)):
            yield xs


@MP.workprec(4000)
def slope(row: Pointwise, orders: tuple[int, ...], xs: list[Any], step: Any = STEP) -> Any:
    """Return a derivative by differences; None where the two sides, or two steps, disagree."""
    found = []
    steps = [step * max(abs(x), 1) for x in xs]
    values: dict[Any, Any] = {}  # by how many steps each operand is away

    def difference(orders: tuple[int, ...], moved: tuple[int, ...], side: int) -> Any:
        if orders:
            i, *rest = orders
            further = tuple(n + (k == i) for k, n in enumerate(moved))
            ahead, here = (difference(tuple(rest), m, side) for m in (further, moved))
            return (ahead - here) / (side * steps[i])
        if (moved, side) not in values:
            values[moved, side] = value(
                row, *(x + side * n * h for x, n, h in zip(xs, moved, steps, strict=True))
            )
        return values[moved, side]

    for side in (1, -1):
        try:
            found.append(difference(orders, (0,) * len(xs), side))
        except (ValueError, ZeroDivisionError, TypeError, OverflowError):
            return None
    right, left = found
    if any(isinstance(y, MP.mpc) or not MP.isfinite(y) for y in (*found, *values.values())):
        return None
    if not agree(right, left):
        return None
    if abs(right) < HIGH or step != STEP:
        return right
    finer = slope(row, orders, xs, STEP / 2**30)  # vertical, or only high?
    return right if finer is not None and agree(finer, right) else None


def agree(x: Any, z: Any) -> bool:
    """Return whether two differences are the same but for their own error."""
    return bool(abs(x - z) <= MP.mpf(10) ** -20 * abs(x) + MP.mpf(10) ** -330)


def flat_nearby(row: Pointwise, xs: list[Any]) -> bool:
    """Return whether a value stays where it is for a quarter on, as that of a step does."""
    with MP.workprec(4000):
        return bool(value(row, *(x + 0.25 for x in xs)) == value(row, *(x + 0.5 for x in xs)))


@cache
def wanted(row: Pointwise, orders: tuple[int, ...], xs: tuple[float, ...]) -> float | None:
    """Return a derivative as a float, None where there is none."""
    if any(map(math.isinf, xs)):
        limits = []
        for far in FAR:
            at = [MP.mpf(far) * (1 if x > 0 else -1) if math.isinf(x) else MP.mpf(x) for x in xs]
            y = slope(row, orders, at)
            if y is None or (y and flat_nearby(row, at)):
                return None
            limits.append(float(y))
        return limits[0] if limits[0] == limits[1] else None
    y = slope(row, orders, [MP.mpf(x) for x in xs])
    return None if y is None else float(y)


def derivatives(row: Pointwise, xs: tuple[float, ...]) -> dict[tuple[int, ...], dict[str, float]]:
    """Return the first and second derivatives by each way that the library has."""
    found: dict[tuple[int, ...], dict[str, float]] = {}
    for number in (ad.Value, lambda x: ad.Tensor(np.array(x))):
        nodes = [number(x) for x in xs]
        name = type(nodes[0]).__name__
        first = ad.gradient(row(*nodes), nodes, create_graph=True)
        for i, g in enumerate(first):
            if row.partials[i] is not None:
                found.setdefault((i,), {})[name] = float(g.data)
            for j, x in enumerate(nodes):
                if row.partials[i] is not None and row.partials[j] is not None:
                    found.setdefault((i, j), {})[name] = float(ad.gradient(g, x))
    return found


def faults(row: Pointwise) -> Iterator[str]:
    """Yield what is wrong with a row's derivatives at special points."""
    with np.errstate(all="ignore"):
        for xs in points(row):
            if math.isnan(row.scalar(*xs)):
                continue  # as numpy has it: what follows is no number either
            found = derivatives(row, xs)
            for orders, ways in found.items():
                exact = wanted(row, orders, xs)
                if exact is None:
                    continue
                beside = [wanted(row, o, xs) or 0.0 for o in found if len(o) == 2]
                for way, got in ways.items():
                    if not close(got, exact, max(map(abs, beside)) if len(orders) == 2 else 0.0):
                        yield f"{row.name}{xs}, derivative by {orders}, {way}: {got!r}, mpmath {exact!r}"


def close(got: float, exact: float, beside: float = 0.0) -> bool:
    """Return whether a derivative is right; second ones may cancel to a rest of those `beside` it.

    NaN may stand for a second derivative that overflows.
    """
    if got == exact or (beside and math.isinf(exact) and math.isnan(got)):
        return True
    return abs(got - exact) <= max(BOUND * abs(exact), CANCELLED * beside, SMALLEST)


def main() -> int:
    count = 0
    for row in CHECKED:
        for fault in faults(row):
            count += 1
            print(fault, flush=True)
    print(f"{len(CHECKED)} rows: {count} derivatives at special points fall short")
    return count


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
