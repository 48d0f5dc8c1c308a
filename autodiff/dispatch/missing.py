"""numpy's reductions that leave NaN out, on nodes: what changes nothing is put in its place."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.dispatch import reductions
from autodiff.dispatch.elementwise import missing
from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type
from autodiff.dispatch.statistics import cumprod, cumsum, prod, shape_of
from autodiff.nodes import modes
from autodiff.nodes.functions import Axis
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.table import ops, recipes
from autodiff.table.recipes import ARRAY, AXED, one_of, real


def holds_nan(x: Any) -> bool:
    """Return whether an array holds NaN, or may in another run of what a trace records."""
    return modes.tracing() or bool(np.any(np.isnan(x._array)))


def without_nan(function: Callable[..., Any], other: float) -> Callable[..., Any]:
    """Return a reduction that puts `other` in the place of NaN."""

    def apply(a: Any, *args: Any, **options: Any) -> Any:
        x = tensor(a)
        x = ops.where(missing(x), other, x) if holds_nan(x) else x
        return function(x, *args, **options)

    return apply


@stands_for(np.nanmean, a=ARRAY)
def nanmean(a: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Any:
    """Return the mean of what is not NaN."""
    x = as_type(tensor(a), dtype)
    hole = missing(x)
    y = ops.where(hole, 0.0, x).sum(axis, keepdims=True) / (1.0 - hole).sum(
        axis=axis, keepdims=True
    )
    return y if keepdims else y.reshape(shape_of(x, axis, False))


@stands_for(np.nanvar, a=ARRAY, mean=one_of(np._NoValue), correction=real(0, 1))
def nanvar(
    a: Any, axis: Axis = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    correction: Any = None,
) -> Any:  # fmt: skip
    """Return the variance of what is not NaN."""
    x = tensor(a)
    if correction is not None:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    hole = missing(x)
    away = ops.where(hole, 0.0, x - nanmean(as_type(x, dtype), axis, keepdims=True))
    n = (1.0 - hole).sum(axis=axis, keepdims=True) - ddof
    squares = as_type(ops.square(away), dtype).sum(axis, keepdims=True)
    y = squares / as_type(ops.where(ops.step(n), n, math.nan), squares.dtype)
    return y if keepdims else y.reshape(shape_of(x, axis, False))


@stands_for(np.nanstd, a=ARRAY, mean=one_of(np._NoValue), correction=real(0, 1))
def nanstd(
    a: Any, axis: Axis = None, dtype: Any = None, ddof: Any = 0, keepdims: bool = False,
    correction: Any = None,
) -> Any:  # fmt: skip
    """Return the standard deviation of what is not NaN; its gradient is 0 where all is equal."""
    y = nanvar(a, axis, dtype, ddof, keepdims, correction)
    return ops.where(y.detach(), ops.sqrt(y), 0.0)


def extreme_without_nan(row: Any, away: float) -> Callable[..., Any]:
    def apply(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
        x = tensor(a)
        if x.size and not holds_nan(x):
            return row(x, axis=axis, keepdims=bool(keepdims))
        hole = missing(x)
        y = row(ops.where(hole, away, x), axis=axis, keepdims=bool(keepdims))
        some = (1.0 - hole).sum(axis=axis, keepdims=bool(keepdims))
        return ops.where(some, y, math.nan)

    return apply


stands_for(np.nansum, a=ARRAY)(without_nan(reductions.sum, 0.0))
stands_for(np.nanprod, a=ARRAY)(without_nan(prod, 1.0))
stands_for(np.nancumsum, a=AXED, axis=recipes.axis_or_none)(without_nan(cumsum, 0.0))
stands_for(np.nancumprod, a=AXED, axis=recipes.axis_or_none)(without_nan(cumprod, 1.0))
stands_for(np.nanmax, a=ARRAY)(extreme_without_nan(ops.max, -math.inf))
stands_for(np.nanmin, a=ARRAY)(extreme_without_nan(ops.min, math.inf))
