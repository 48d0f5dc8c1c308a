"""numpy's functions that put the elements along axes together, on nodes, with all their parameters.

`where=` leaves elements out by putting in their place what changes nothing (0 in a sum, 1 in a
product); `initial=` takes part as one more element; `dtype=` converts before anything is added up.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type, axes_within, blank
from autodiff.dispatch.places import diagonal
from autodiff.nodes import modes
from autodiff.nodes.functions import Axis, array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops, recipes, structure
from autodiff.table.recipes import ARRAY, AXED, MATRIX, Operand, one_of, real, whole

NONE: Any = np._NoValue


def chosen(a: Any, where: Any, dtype: Any, other: float) -> Any:
    """Return the array in the wanted precision, with `other` where it is left out."""
    x = as_type(tensor(a), dtype)
    if where is True:
        return x
    left_out = np.broadcast_to(np.logical_not(array_of(where)), x.shape)
    return ops.where(np.array(left_out, dtype=x.dtype), other, x)


def counted(x: Any, axis: Axis, where: Any) -> Any:
    """Return how many elements each reduction puts together: one number, or with the axes kept."""
    if where is True:
        return np.asarray(structure.count(x.shape, axis), x.dtype)
    there = np.broadcast_to(array_of(where), x.shape)
    return np.asarray(np.sum(there, axis=axis, keepdims=True), dtype=x.dtype)


def without(y: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """Return y, which has x's axes, without those that were reduced."""
    return y if keepdims else y.reshape(np.sum(blank(x), axis=axis).shape)


@stands_for(np.sum, a=ARRAY)
def sum(
    a: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False,
    initial: Any = 0, where: Any = True,
) -> Any:  # fmt: skip
    """Return the sum over `axis`."""
    y = ops.sum(chosen(a, where, dtype, 0.0), axis=axis, keepdims=bool(keepdims))
    return y if type(initial) is int and initial == 0 else y + initial


@stands_for(np.mean, a=ARRAY)
def mean(
    a: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, where: Any = True
) -> Any:
    """Return the mean over `axis`."""
    x = chosen(a, where, dtype, 0.0)
    if where is True and x.size:
        return ops.mean(x, axis=axis, keepdims=bool(keepdims))
    y = ops.sum(x, axis=axis, keepdims=True) / counted(x, axis, where)
    return without(y, x, axis, keepdims)


@stands_for(np.var, a=ARRAY, correction=real(0, 1, 0.5), mean=real(None, 0.5))
def var(
    a: Any, axis: Axis = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """Return the variance over `axis`: squared distances from the mean over n - ddof."""
    x = tensor(a)
    if correction is not None:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    if axis is not None and where is True:
        axes_within(axis, x.ndim)
    n = counted(x, axis, where)
    if mean is None:  # in the precision that is asked for, unlike the distances from it
        mean = chosen(as_type(x, dtype), where, None, 0.0).sum(axis, keepdims=True) / n
    away = as_type(ops.square(x - mean), dtype)
    squares = ops.sum(chosen(away, where, None, 0.0), axis=axis, keepdims=True)
    below = np.maximum(n - ddof, 0.0)
    plain = isinstance(below, np.ndarray | np.generic)
    below = below.astype(squares.dtype) if plain else as_type(below, squares.dtype)
    return without(squares / below, x, axis, keepdims)


@stands_for(np.std, a=ARRAY, correction=real(0, 1, 0.5), mean=real(None, 0.5))
def std(
    a: Any, axis: Axis = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """Return the root of the variance; its gradient is 0 where all elements are equal."""
    y = var(a, axis, dtype, ddof, keepdims, where, mean, correction)
    return ops.where(y.detach(), ops.sqrt(y), 0.0)


def extreme(row: Any, pair: Any, away: float) -> Callable[..., Any]:
    """Return numpy's max or min on nodes; `away` is what every element beats."""

    def apply(
        a: Any, axis: Axis = None, keepdims: bool = False, initial: Any = NONE, where: Any = True
    ) -> Any:
        if initial is NONE:
            if where is not True:
                raise ValueError("reduction operation does not have an identity: give initial=")
            return row(tensor(a), axis=axis, keepdims=bool(keepdims))
        x = chosen(a, where, None, away)
        if x.size:
            return pair(row(x, axis=axis, keepdims=bool(keepdims)), initial)
        shape = np.sum(blank(x), axis=axis, keepdims=bool(keepdims)).shape
        if 0 in shape:
            return constant(np.zeros(shape, x.dtype))
        return ops.broadcast(as_type(tensor(initial), x.dtype), shape=shape)

    return apply


max = stands_for(np.max, np.amax, a=ARRAY)(extreme(ops.max, ops.maximum, -math.inf))
min = stands_for(np.min, np.amin, a=ARRAY)(extreme(ops.min, ops.minimum, math.inf))


@stands_for(np.ptp, a=ARRAY)
def ptp(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the largest element less the smallest."""
    x = tensor(a)
    if axis is None and not keepdims and x.size:
        both = ops.ends(x)
        return both[1] - both[0]
    return max(a, axis, keepdims) - min(a, axis, keepdims)


@stands_for(
    np.average,
    a=AXED,
    weights=Operand(shape=lambda d: d.first.shape, above=0.0),
    returned=recipes.FLAG,
)
def average(
    a: Any, axis: Axis = None, weights: Any = None, returned: bool = False, keepdims: bool = False
) -> Any:
    """Return the mean, weighted by `weights` of the array's shape or of that of its axes."""
    x = tensor(a)
    if weights is None:
        y = mean(x, axis, keepdims=keepdims)
        if not y.size:
            raise ZeroDivisionError("np.average: there are no numbers to average")
        return (y, np.full(y.shape, x.size / y.size, x.dtype)) if returned else y
    w = tensor(weights)
    w, x = (as_type(z, np.result_type(w._array, x._array)) for z in (w, x))
    if w.shape != x.shape:
        w = along(w, x, axis)
    scale = sum(w, axis, keepdims=keepdims)
    modes.note("!=", scale, 0.0, scale._array != 0.0)
    if np.any(scale._array == 0.0):
        raise ZeroDivisionError("np.average: the weights sum to zero, cannot be normalized")
    y = sum(x * w, axis, keepdims=keepdims) / scale
    return (y, ops.broadcast(scale, shape=y.shape)) if returned else y


def along(w: Any, x: Any, axis: Axis) -> Any:
    """Return weights that stand along `axis` of x, stretched to x's shape."""
    if axis is None:
        raise TypeError(
            f"np.average: the weights have shape {w.shape} and the array {x.shape}; "
            f"say by axis= along which axis they stand"
        )
    axes = tuple(i % x.ndim for i in (axis if isinstance(axis, tuple) else (axis,)))
    if w.shape != tuple(x.shape[i] for i in axes):
        raise ValueError(
            f"np.average: the weights have shape {w.shape}, the array along its axis "
            f"{tuple(x.shape[i] for i in axes)}"
        )
    order = sorted(range(len(axes)), key=lambda i: axes[i])
    shape = tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
    return ops.broadcast(w.transpose(*order).reshape(shape), shape=x.shape)


@stands_for(np.trace, a=MATRIX, offset=whole(-2, 2), axis1=one_of(0, -1), axis2=one_of(1, -2, 0))
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """Return the sum of a diagonal."""
    return diagonal(as_type(tensor(a), dtype), offset, axis1, axis2).sum(-1)
