"""Functions applied along an axis, sliding windows, quantiles without NaN, and numpy 2's running totals."""

import operator
from typing import Any

import numpy as np

from autodiff.dispatch import statistics
from autodiff.dispatch.choices import roll, second_name
from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type, axes_within, blank, join
from autodiff.dispatch.statistics import along_last, one_axis, shape_of, sort
from autodiff.nodes.functions import Axis, array_of, as_node, holds_nodes
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.nodes.value import Value
from autodiff.table import ops, recipes
from autodiff.table.primitive import TABLE
from autodiff.table.recipes import ARRAY, AXED, FLAG, one_of, real


@stands_for(
    np.apply_along_axis, signature="(func1d, axis, arr, *args, **kwargs)",
    func1d=one_of(lambda v: np.sum(v * v), lambda v: v * 2.0, lambda v: np.outer(v, v)),
    axis=one_of(0, -1), arr=AXED, args=real(()),
)  # fmt: skip
def apply_along_axis(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the results of a function of the slices along an axis, in the axis's place."""
    x = tensor(arr)
    (k,) = axes_within(axis, x.ndim)
    rest = x.shape[:k] + x.shape[k + 1 :]
    rows = np.moveaxis(x, k, -1).reshape(int(np.prod(rest)), x.shape[k])
    if not len(rows):
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    found = [tensor(func1d(rows[i], *args, **kwargs)) for i in range(len(rows))]
    y = join([f.reshape(1, *f.shape) for f in found]).reshape(*rest, *found[0].shape)
    n, more = len(rest), found[0].ndim
    return y.transpose(*range(k), *range(n, n + more), *range(k, n)) if y.ndim else y


@stands_for(np.apply_over_axes, func=one_of(np.sum, np.max), a=AXED, axes=one_of(0, (0,), [-1]))
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """Return what a function that takes an axis makes of the array, one axis after the other."""
    x = tensor(a)
    for axis in np.atleast_1d(np.asarray(axes)).tolist():
        y = func(x, axis if axis >= 0 else x.ndim + axis)
        x = y if y.ndim == x.ndim else np.expand_dims(y, axis if axis >= 0 else x.ndim + axis)
    return x


def between(low: Any, high: Any, share: Any) -> Any:
    """Return what lies between, counted from the nearer one."""
    near = (share < 0.5).astype(float)
    rise = high - low
    return ops.where(near, low + rise * share, high - rise * (1.0 - share))


def at_places(x: Any, place: Any, n: Any, node: Any = None) -> tuple[Any, Any, Any]:
    """Return the elements of sorted rows below and above places, and how far between them they are.

    `node` are the places where they are a node.
    """
    place = np.clip(place, 0, np.maximum(n - 1, 0))
    below = np.floor(place)
    if node is not None:  # at the last place the slope from below
        below = np.minimum(below, np.maximum(n - 2, 0))
    above = np.minimum(below + 1, np.maximum(n - 1, 0))
    rows = np.arange(len(x)).reshape(-1, *(1,) * (place.ndim - 1))
    low, high = (x[rows, k.astype(int)] for k in (below, above))
    if node is not None:
        return low, high, statistics.between_places(node, below, place, x.dtype)
    return low, high, np.asarray(place - below, x.dtype)


def sorted_rows(a: Any, axis: Axis) -> tuple[Any, Any]:
    """Return the elements that are reduced in rows, in rising order and NaN last, and their numbers."""
    x = along_last(a, axis)
    rows = sort(x.reshape(int(np.prod(x.shape[:-1])), x.shape[-1]))
    return rows, np.sum(~np.isnan(array_of(rows)), axis=-1, keepdims=True)


@stands_for(np.nanmedian, a=ARRAY, axis=recipes.axis_or_none)
def nanmedian(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the median of what is not NaN."""
    x = tensor(a)
    if axis is not None:
        axes_within(axis, x.ndim)
    shape = shape_of(x, axis, keepdims)
    if not x.ndim:
        return x.reshape(shape)
    if not x.size:
        return constant(np.full(shape, np.nan, x.dtype))
    rows, n = sorted_rows(x, axis)
    low, high, share = at_places(rows, (n - 1) / 2, n)
    return ops.where((share == 0).astype(float), low, (low + high) * 0.5).reshape(shape)


@stands_for(
    np.nanquantile, a=AXED, q=real(0.3, 0.0, 1.0, [0.25, 0.5]), method=one_of("linear", "hazen"),
    weights=one_of(None),
)  # fmt: skip
def nanquantile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Return the quantile of what is not NaN."""
    x = tensor(a) if isinstance(q, int | float | Value) else as_type(tensor(a), float)
    node = as_node(q) if holds_nodes(q) else None
    q = np.asarray(array_of(q if node is None else node), dtype=float)
    if not x.size:
        return constant(np.nanmean(array_of(a), axis, keepdims=bool(keepdims)))
    if not np.any(np.isnan(array_of(x))) or method not in statistics.METHODS:
        share = (q if q.ndim else float(q)) if node is None else node
        return statistics.quantile(x, share, axis, method, keepdims)
    if np.any(~((q >= 0) & (q <= 1))):
        raise ValueError("Quantiles must be in the range [0, 1]")
    shape = shape_of(x, axis, keepdims)
    rows, n = sorted_rows(x, axis)
    place = statistics.METHODS[method](n, q.reshape(1, -1))
    moving = None
    if node is not None and method not in statistics.FLAT:
        moving = statistics.METHODS[method](n, tensor(node).reshape(1, -1))
    y = between(*at_places(rows, place, n, moving))
    y = ops.where((n > 0).astype(float), y, np.nan)
    return y.transpose().reshape(*q.shape, *shape)


@stands_for(
    np.nanpercentile, a=AXED, q=real(30, 0, 100, [25, 50.0]), method=one_of("linear", "hazen"),
    weights=one_of(None),
)  # fmt: skip
def nanpercentile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Return the quantile of what is not NaN for q in per cent."""
    return nanquantile(a, statistics.of_hundred(q), axis, method, keepdims)


def running(function: Any, first: float) -> Any:
    """Return numpy 2's second name of cumsum or cumprod, which can begin with what it begins from."""

    def apply(x: Any, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
        x = tensor(x)
        if axis is None and x.ndim > 1:
            raise ValueError(
                "For arrays which have more than one dimension ``axis`` argument is required."
            )
        x = x if x.ndim else x.reshape(1)
        k = one_axis(x, 0 if axis is None else axis)
        y = function(x, k, dtype)
        if not include_initial:
            return y
        return join([np.full((*y.shape[:k], 1, *y.shape[k + 1 :]), first, y.dtype), y], k)

    return apply


SUMMED: dict[str, Any] = {"x": AXED, "axis": recipes.AXIS, "include_initial": FLAG}
second_name(getattr(np, "cumulative_sum", None), running(statistics.cumsum, 0.0), **SUMMED)
second_name(getattr(np, "cumulative_prod", None), running(statistics.cumprod, 1.0), **SUMMED)


@stands_for(np.frexp, x=ARRAY)
def frexp(x: Any) -> Any:
    """Return m, at least 0.5 and less than 1 in size, and the whole number k with x = m 2^k."""
    x = tensor(x)
    plain = array_of(x)
    exponent = np.frexp(plain)[1]
    one = np.ones((), x.dtype)
    if np.min(exponent, initial=0) > -100:  # 2^-exponent itself may be too large
        return x * np.ldexp(one, -exponent), exponent
    half = exponent // 2
    return x * np.ldexp(one, -half) * np.ldexp(one, half - exponent), exponent


def shifted(sign: int) -> Any:
    """Return np.fft's function that moves the middle of axes to their front, or the other way round."""

    def apply(x: Any, axes: Any = None) -> Any:
        x = tensor(x)
        axes = tuple(range(x.ndim)) if axes is None else tuple(np.atleast_1d(axes).tolist())
        half = [x.shape[k] // 2 for k in axes_within(axes, x.ndim)]
        return roll(x, tuple(n if sign > 0 else -n for n in half), axes) if axes else x

    return apply


stands_for(np.fft.fftshift, x=AXED, axes=one_of(None, 0, (-1,)))(shifted(1))
stands_for(np.fft.ifftshift, x=AXED, axes=one_of(None, 0, (-1,)))(shifted(-1))


@stands_for(np.lib.stride_tricks.sliding_window_view, x=AXED, window_shape=one_of(2, 1, (2,)),
            axis=one_of(0, -1), writeable=one_of(False))  # fmt: skip
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    """Return what a window sees as it slides along axes, in new axes at the end."""
    x = tensor(x)
    np.lib.stride_tricks.sliding_window_view(blank(x), window_shape, axis)  # what numpy refuses
    window = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    axes = range(x.ndim) if axis is None else axes_within(axis, x.ndim)
    return TABLE["windows"](x, window=tuple(map(operator.index, window)), axes=tuple(axes))
