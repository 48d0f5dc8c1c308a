"""Broken lines through given points, on nodes.

Which piece of the line a number is on is looked up once. A piece is a start, a corner and a slope, each
taken from a short table, and what lies before the first point and behind the last are flat pieces.
"""

from typing import Any

import numpy as np

from autodiff.dispatch.elementwise import missing
from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type, join
from autodiff.nodes import modes
from autodiff.nodes.functions import array_of, is_node
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.table import ops
from autodiff.table.recipes import ARRAY, Operand, one_of, real


@stands_for(np.interp, x=ARRAY, xp=real(np.array([-2.0, 0.5, 3.0])),
            fp=Operand(shape=lambda d: (3,)), left=real(None, 0.5), right=real(None, 0.5),
            period=one_of(None, 1.5, 0))  # fmt: skip
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Return the broken line through the points (xp, fp) at x; gradients flow to all three."""
    if period is not None:
        raise TypeError("np.interp: period= has no meaning on a graph; take x modulo the period")
    points = array_of(xp)
    np.interp(0.0, points, np.zeros(np.shape(array_of(fp))))
    x, fp = as_type(tensor(x), float), as_type(tensor(fp), float)
    plain, none = array_of(x), np.zeros(1)
    piece = np.searchsorted(points, plain, side="right") + (plain > points[-1])
    known = tensor(xp) if is_node(xp) else np.asarray(points, x.dtype)
    first = fp[:1] if left is None else as_type(tensor(left), float).reshape(1)
    last = fp[-1:] if right is None else as_type(tensor(right), float).reshape(1)
    rise: Any = none
    if len(points) > 1:
        rise = ops.diff(fp, axis=0) / ops.diff(tensor(known), axis=0)
    starts, slopes = join([first, fp, last]), join([none, rise, rise[-1:], none])
    corners = join([known[:1], known, known[-1:]])
    y = starts[piece] + slopes[piece] * (x - corners[piece])
    if not modes.tracing() and np.all(np.isfinite(fp._array)) and np.all(np.isfinite(plain)):
        return y
    y = ops.where(np.asarray(plain < points[0], float), first[0], y)
    y = ops.where(np.asarray(plain > points[-1], float), last[0], y)
    if len(points) == 1:  # numpy's only point holds for NaN as well
        return ops.where(missing(x), fp[0], y)
    place = np.clip(piece - 1, 0, len(points) - 2)
    y = ops.where(missing(y) * np.asarray(plain == points[place], float), fp[place], y)
    # An infinite piece is counted from its other end.
    y = ops.where(missing(y), fp[place + 1] + rise[place] * (x - known[place + 1]), y)
    other = ops.truth(ops.beats(fp[place + 1], fp[place]) - 0.5)  # not 0 for two infinities
    y = ops.where(missing(y) * (1.0 - other), fp[place], y)
    y = ops.where(missing(y) * np.asarray(plain == points[-1], float), fp[-1], y)
    return ops.where(missing(x), x, y)
