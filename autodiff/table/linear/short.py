"""A short last axis, column by column: numpy enters its loop anew for every few numbers of such rows.

The bits are numpy's: of fewer than eight numbers it adds one after the other, beginning with 0.
"""

from typing import Any

import numpy as np

SHORT = 8  # numpy adds as many numbers and more in parts
MANY = 512  # rows from which it pays
FLOATS = np.dtype(np.float64), np.dtype(np.float32)  # of others the sum has another type


def is_short(x: Any, axis: Any) -> bool:
    """Return whether `axis` is the last one of an array of many short rows of floats."""
    last = x.ndim - 1
    if last < 1 or not 1 < x.shape[last] < SHORT or x.size < MANY * x.shape[last]:
        return False
    return bool(x.dtype in FLOATS and axis in (-1, last, (last,), (-1,)))


def total(x: Any, keepdims: bool, out: Any = None) -> Any:
    """Return the sums along a short last axis."""
    y = x[..., 0] + x[..., 1]
    for k in range(2, x.shape[-1]):
        y += x[..., k]
    y += 0.0  # of -0.0 alone numpy makes 0.0
    if keepdims:
        y = y[..., None]
    if out is None:
        return y
    out[...] = y
    return out


def stretch(x: Any, y: Any) -> None:
    """Write the only column of x into every column of y."""
    for k in range(y.shape[-1]):
        y[..., k] = x[..., 0]
