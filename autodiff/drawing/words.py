"""Numbers and arrays in words: what a box or an edge says.

Four things that look alike in other pictures are four different words here: a gradient that was not
computed (a dash), one that is 0, one that is not a number, and one that is infinite.
"""

import math
import re
from typing import Any

import numpy as np

from autodiff.drawing.escape import clean
from autodiff.table.language import say

NOT_COMPUTED = "–"


def spoken(op: str) -> str:
    """Return what people call an operation."""
    return "power" if op == "powc" else op


def scoped(scope: str) -> str:
    """Return what a scope is called; layers are said in the reader's language.

    >>> scoped("net/layer 2")
    'net/layer 2'
    """
    parts = clean(scope).split("/")
    found = [re.fullmatch(r"layer (\d+)", part) for part in parts]
    return "/".join(
        say("picture.layer", n=m[1]) if m else part for m, part in zip(found, parts, strict=True)
    )


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


def enclosed(number: str) -> str:
    """Return a number as it stands behind a sign of an operation: a negative one in brackets.

    >>> enclosed("0.5"), enclosed("-1")
    ('0.5', '(-1)')
    """
    return f"({number})" if number.startswith("-") else number


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
    lines = [(say("picture.shape"), shape(x))]
    if x.size == 0:
        return [*lines, (say("picture.value"), say("picture.empty"))]
    if x.size == 1:
        return [*lines, (say("picture.value"), number(float(x.reshape(()))))]
    with np.errstate(all="ignore"):
        low, middle, high = float(np.min(x)), float(np.mean(x)), float(np.max(x))
    lines += [
        (say("picture.range"), f"{number(low)} … {number(high)}"),
        (say("picture.mean"), number(middle)),
    ]
    strange = int(np.size(x) - np.count_nonzero(np.isfinite(x)))
    if strange:
        told = say("picture.part", n=f"{strange:,}", all=f"{x.size:,}")
        lines.append((say("picture.not_finite"), told))
    return lines


FEW = 12  # numbers of an array that are all shown
ROW = 6  # of them in a line


def value(x: Any) -> list[tuple[str, str]]:
    """Return the lines that describe a node's value."""
    if not np.ndim(x):
        return [(say("picture.value"), number(float(x)))]
    return rows(say("picture.value"), x) or summary(x)


def rows(label: str, x: np.ndarray) -> list[tuple[str, str]]:
    """Return the lines that show all numbers of a small array, none for others.

    >>> rows("value", np.array([[1.0, 0.5], [2.0, 1 / 3]]))
    [('value', '[1, 0.5]'), ('', '[2, 0.333]')]
    >>> rows("value", np.array([[1.0], [2.0]]))
    [('value', '[1, 2]ᵀ')]
    """
    if not 0 < x.size <= FEW or x.ndim > 2 or x.dtype.kind not in "fiub":
        return []
    column = x.ndim == 2 and x.shape[1] == 1 and x.shape[0] > 1
    table = x.reshape(1, -1) if column or x.ndim == 1 else x
    if table.shape[1] > FEW:
        return []
    lines = []
    for line in table.tolist():
        texts = [short(float(v)) for v in line]
        pieces = [", ".join(texts[k : k + ROW]) for k in range(0, len(texts), ROW)]
        pieces = [f"{piece}," for piece in pieces[:-1]] + pieces[-1:]
        pieces[0] = f"[{pieces[0]}"
        pieces[-1] += "]ᵀ" if column else "]"
        lines += pieces
    return [(label if i == 0 else "", line) for i, line in enumerate(lines)]


def short(x: float) -> str:
    """Return x with three significant digits."""
    return f"{x + 0.0:.3g}" if math.isfinite(x) else number(x)


def gradient(grad: Any) -> tuple[str, str]:
    """Return the line that sums a node's gradient up; for an array its norm."""
    if isinstance(grad, np.ndarray) and grad.ndim:
        return (f"‖{say('picture.grad')}‖", number(size(grad)))
    return (say("picture.grad"), number(None if grad is None else float(grad)))


def gradients(grad: Any) -> list[tuple[str, str]]:
    """Return the lines that describe a node's gradient: of a small array all its numbers."""
    small = rows(say("picture.grad"), grad) if isinstance(grad, np.ndarray) and grad.ndim else []
    return small or [gradient(grad)]


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
    """Return how many things there are, in the language that is spoken.

    >>> count(1, "node"), count(12345, "node"), count(2, "box")
    ('1 node', '12,345 nodes', '2 boxes')
    """
    return say(f"picture.{'one' if n == 1 else 'many'}.{thing.replace(' ', '_')}", n=f"{n:,}")
