"""Numbers and arrays in words: what a box or an edge says.

Four things that look alike in other pictures are four different words here: a gradient that was not
computed (a dash), one that is 0, one that is not a number, and one that is infinite.
"""

import math
from typing import Any

import numpy as np

from autodiff.drawing.escape import clean
from autodiff.graphs.graph import GraphNode

NOT_COMPUTED = "–"

# How an infix operation is written on its box; every other row shows its name.
SIGNS = {"mul": "×", "div": "÷", "sub": "−", "add": "+", "total": "Σ", "power": "^", "powc": "^",
         "dot": "·", "matmul": "@"}  # fmt: skip


def number(x: float | None) -> str:
    """Return x with four significant digits; a zero has no sign.

    >>> [number(x) for x in (None, -0.0, 1 / 3, float("nan"), float("-inf"))]
    ['–', '0', '0.3333', 'NaN', '-∞']
    """
    if x is None:
        return NOT_COMPUTED
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "∞" if x > 0 else "-∞"
    return f"{x + 0.0:.4g}"


def size(x: Any) -> float | None:
    """Return |x| of a number, the Euclidean norm of an array, None of None."""
    if x is None:
        return None
    if not isinstance(x, np.ndarray):
        return abs(float(x))
    if x.size == 0:
        return 0.0
    with np.errstate(all="ignore"):
        largest = float(np.max(np.abs(x)))
        if largest == 0.0 or not math.isfinite(largest):
            return largest
        return largest * float(np.sqrt(np.sum(np.square(x / largest, dtype=float))))


def total_size(x: Any) -> float:
    """Return the sum of |x| over all elements, 0 for None."""
    if x is None:
        return 0.0
    with np.errstate(all="ignore"):
        return float(np.sum(np.abs(x)))


def shape(x: np.ndarray) -> str:
    """Return an array's shape and its dtype.

    >>> shape(np.zeros((30, 784))), shape(np.zeros(3))
    ('30×784 float64', '3 float64')
    """
    return f"{'×'.join(map(str, x.shape))} {x.dtype}"


def summary(x: np.ndarray) -> list[tuple[str, str]]:
    """Return an array's (label, text) lines: shape, range, mean, and what is not finite."""
    lines = [("shape", shape(x))]
    if x.size == 0:
        return [*lines, ("value", "empty")]
    if x.size == 1:
        return [*lines, ("value", number(float(x.reshape(()))))]
    with np.errstate(all="ignore"):
        low, middle, high = float(np.min(x)), float(np.mean(x)), float(np.max(x))
    lines += [("min … max", f"{number(low)} … {number(high)}"), ("mean", number(middle))]
    strange = int(np.size(x) - np.count_nonzero(np.isfinite(x)))
    if strange:
        lines.append(("not finite", f"{strange:,} of {x.size:,}"))
    return lines


def value(x: Any) -> list[tuple[str, str]]:
    """Return the lines that describe a node's value."""
    return summary(x) if np.ndim(x) else [("value", number(float(x)))]


def called(node: GraphNode) -> str:
    """Return what a node is called: its name, or v and its number; a nameless constant its value."""
    if node.kind == "constant" and node.name is None and np.ndim(node.value) == 0:
        return number(float(node.value))
    return clean(node.label)


def gradient(grad: Any) -> tuple[str, str]:
    """Return the line that describes a node's gradient; for an array its norm."""
    if isinstance(grad, np.ndarray) and grad.ndim:
        return ("‖grad‖", number(size(grad)))
    return ("grad", number(None if grad is None else float(grad)))


def signed(x: Any) -> float | None:
    """Return what the sign and strength of x are shown by: a number, or an array's norm."""
    if isinstance(x, np.ndarray) and x.ndim:
        return size(x)
    return None if x is None else float(x)


def strength(x: float | None) -> float:
    """Return 0 to 1 for |x|, on a log scale from 0.001 to 1,000; what is not finite counts full.

    >>> strength(0.0), strength(1.0), strength(1e9)
    (0.0, 0.5, 1.0)
    """
    if x is None or x == 0:
        return 0.0
    if not math.isfinite(x):
        return 1.0
    return min(1.0, max(0.05, (math.log10(abs(x)) + 3) / 6))


def count(n: int, thing: str) -> str:
    """Return "1 node", "12,345 nodes", "2 boxes"."""
    plural = "es" if thing.endswith("x") else "s"
    return f"{n:,} {thing}{'' if n == 1 else plural}"
