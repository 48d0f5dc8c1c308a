"""The machine that replays a program, in plain Python: the twin of the compiled `_machine`.

Both take a program's flat arrays (see `flat`) and run through its operations, forward to compute the
values and backward to send gradients to the operands. Where nothing is compiled this one runs; the
numbers are the same to the last bit.
"""

from typing import Any

from autodiff.printers.evaluate import EVALUATORS
from autodiff.table.primitive import ROWS, TABLE, Pointwise

TOTAL, DOT = TABLE["total"].code, TABLE["dot"].code


def operands(i: int, codes: Any, a: Any, b: Any, more: Any) -> list[int]:
    """Return the slots of the operands of operation i."""
    row = ROWS[codes[i]]
    if isinstance(row, Pointwise) and row.arity <= 2:
        return [a[i], b[i]][: row.arity]
    return list(more[a[i] : a[i] + b[i]])


def evaluate(code: int, xs: list[float]) -> float:
    """Return the value of a row."""
    if code in (TOTAL, DOT):
        n = len(xs) if code == TOTAL else len(xs) // 2
        y = 0.0
        for i in range(n):
            y += xs[i] if code == TOTAL else xs[i] * xs[n + i]
        return y
    return EVALUATORS[code](*xs)[0]


def partials(code: int, xs: list[float]) -> tuple[float, ...]:
    """Return the local derivatives of a row."""
    if code == TOTAL:
        return (1.0,) * len(xs)
    if code == DOT:
        return (*xs[len(xs) // 2 :], *xs[: len(xs) // 2])
    return EVALUATORS[code](*xs)[1:]


def forward(n: int, first: int, codes: Any, runs: Any, a: Any, b: Any, more: Any, values: Any, grads: Any,
            wanted: Any, lanes: int, rows: Any, many: Any, sums: Any, height: int) -> None:  # fmt: skip
    """Compute all values: of shared slots in `values`, of slots with lanes in the rows of `many`."""
    for i in range(first, n):
        xs = operands(i, codes, a, b, more)
        if not lanes or rows[i] < 0:
            values[i] = evaluate(codes[i], [float(values[x]) for x in xs])
            continue
        for lane in range(lanes):
            many[rows[i], lane] = evaluate(codes[i], read(xs, lane, values, rows, many))


def read(xs: list[int], lane: int, values: Any, rows: Any, many: Any) -> list[float]:
    """Return the operands' values in one lane."""
    return [float(values[x] if rows[x] < 0 else many[rows[x], lane]) for x in xs]


def backward(n: int, first: int, codes: Any, runs: Any, a: Any, b: Any, more: Any, values: Any, grads: Any,
             wanted: Any, lanes: int, rows: Any, many: Any, sums: Any, height: int) -> None:  # fmt: skip
    """Add each slot's gradient times the local derivatives to its operands, newest slot first."""
    for i in range(n - 1, first - 1, -1):
        xs = operands(i, codes, a, b, more)
        if not lanes or rows[i] < 0:
            h = float(grads[i])
            if h != 0.0:
                d = partials(codes[i], [float(values[x]) for x in xs])
                for k, x in enumerate(xs):
                    grads[x] += h * d[k]
            continue
        h_lanes = [float(h) for h in sums[rows[i]]]
        d_lanes = [partials(codes[i], read(xs, lane, values, rows, many)) for lane in range(lanes)]
        for k, x in enumerate(xs):
            parts = [h * d[k] if h else 0.0 for h, d in zip(h_lanes, d_lanes, strict=True)]
            if wanted[x] and rows[x] >= 0:
                for lane, part in enumerate(parts):
                    sums[rows[x], lane] += part
            elif wanted[x]:
                grads[x] += interleaved(parts)


def interleaved(parts: list[float]) -> float:
    """Return the sum over the lanes, in the order in which the compiled machine adds."""
    s = [0.0, 0.0, 0.0, 0.0]
    whole = len(parts) - len(parts) % 4
    for lane, part in enumerate(parts):
        s[lane % 4 if lane < whole else 0] += part
    return (s[0] + s[1]) + (s[2] + s[3])
