"""Sums along a short axis, or one of few numbers side by side: numpy enters its loop anew for every few.

The compiled engine adds them up in one pass. The bits are numpy's: it begins with 0 and adds one after the
other; numbers that lie together, from eight of them on, in eight parts that it adds up in pairs.
"""

import math
from typing import Any

import numpy as np

from autodiff.table import loops as passes
from autodiff.table.primitive import TABLE

SHORT = 8  # numpy adds as many numbers and more in parts
LONG = 128  # and halves rows of more than that
MANY = 512  # rows from which it pays
FLOATS = np.dtype(np.float64), np.dtype(np.float32)  # of others the sum has another type


def is_short(x: Any, axis: Any) -> bool:
    """Return whether `axis` is the last one of an array of many short rows of floats."""
    last = x.ndim - 1
    if last < 1 or not 1 < x.shape[last] < SHORT or x.size < MANY * x.shape[last]:
        return False
    return bool(x.dtype in FLOATS and axis in (-1, last, (last,), (-1,)))


def total(x: Any, axis: Any, keepdims: bool, out: Any = None) -> Any:
    """Return the sums along an axis, or None where numpy's own loop is long enough."""
    if type(axis) is tuple and len(axis) == 1:
        axis = axis[0]
    if type(axis) is not int or x.ndim < 2 or x.dtype not in FLOATS or not -x.ndim <= axis < x.ndim:
        return None
    axis = axis % x.ndim
    head, n, tail = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    side = math.prod(tail)
    if n < 2 or (n if side == 1 else side) > LONG or x.size < MANY * (n if side == 1 else side):
        return None
    y = np.empty((*head, 1, *tail) if keepdims else (*head, *tail), x.dtype)
    if not passes.add_up(x, y, axis):  # compiled only
        if not is_short(x, axis):
            return None
        column = y[..., 0] if keepdims else y
        np.add(x[..., 0], x[..., 1], column)
        for k in range(2, n):
            column += x[..., k]
        column += 0.0  # of -0.0 alone numpy makes 0.0
    if out is None:
        return y
    out[...] = y
    return out


def stretch(x: Any, y: Any) -> None:
    """Write the only column of x into every column of y."""
    for k in range(y.shape[-1]):
        y[..., k] = x[..., 0]


def outer(a: Any, b: Any) -> Any:
    """Return each element of a as a factor of a row b, which numpy's stretching takes twice as long for."""
    if type(a) is np.ndarray is type(b) and a.ndim == 1 and b.size == b.shape[-1]:
        return np.einsum("i,j->ij", a, b.reshape(-1)).reshape(*b.shape[:-2], a.size, b.size)
    return TABLE["reshape"](a, shape=(*a.shape, 1)) * b
