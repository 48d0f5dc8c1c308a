"""Order and statistics on nodes: sorting, quantiles, running sums and products.

The order of an array's numbers is found once by the row `ordered`, so a median costs a selection and
no sort.
"""

import math
from typing import Any

import numpy as np

from autodiff.dispatch import reductions
from autodiff.dispatch.elementwise import missing
from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type, axes_within, blank
from autodiff.nodes import modes
from autodiff.nodes.functions import Axis, array_of, as_node, holds_nodes, is_node
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.nodes.value import Value
from autodiff.table import ops, recipes
from autodiff.table.recipes import ARRAY, AXED, AXIS, one_of, real


def along_last(x: Any, axis: Axis) -> Any:
    """Return x with the axes that are reduced as its last one."""
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis)
    away = tuple(int(i) % x.ndim for i in axes) if x.ndim else ()
    kept = tuple(i for i in range(x.ndim) if i not in away)
    if (*kept, *away) != tuple(range(x.ndim)):
        x = x.transpose(*kept, *away)
    if len(away) == 1:
        return x
    return x.reshape(*x.shape[: len(kept)], math.prod(x.shape[len(kept) :]))


def one_axis(x: Any, axis: Any) -> int:
    """Return an axis as a number from 0, or raise numpy's error where there is none."""
    np.swapaxes(blank(x), axis, axis)
    n: int = x.ndim
    return int(axis) % n


def shape_of(x: Any, axis: Axis, keepdims: bool) -> Any:
    return np.sum(blank(x), axis=axis, keepdims=bool(keepdims)).shape


@stands_for(np.sort, a=AXED, axis=recipes.axis_or_none, kind=one_of(None, "stable", "quicksort"))
def sort(
    a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, stable: Any = None
) -> Any:  # fmt: skip
    """Return the elements in rising order along an axis; the gradient follows each element."""
    x = tensor(a)
    how = {} if stable is None else {"stable": stable}
    np.sort(np.zeros(0), kind=kind, order=order, **how)  # are there such a kind and order?
    if axis is None:
        x, axis = x.reshape(-1), 0
    return ops.ordered(x, x, axis=one_axis(x, axis), ranks=None)


@stands_for(np.partition, a=AXED, kth=one_of(0, -1, (0, 1)), axis=AXIS, kind=one_of("introselect"))
def partition(a: Any, kth: Any, axis: int | None = -1, order: Any = None) -> Any:
    """Return the elements so that those at `kth` stand where a sort would put them.

    On either side of them the order is the one that numpy finds.
    """
    x = tensor(a)
    if axis is None:
        x, axis = x.reshape(-1), 0
    places = np.asarray(kth)
    if order is not None or places.ndim > 1 or places.dtype.kind not in "iu":
        np.partition(array_of(x), kth, axis, order=order)  # what numpy refuses
    ranks = tuple(map(int, places.ravel()))
    return ops.ordered(x, x, axis=one_axis(x, axis), ranks=ranks, whole=True)


def at_ranks(x: Any, below: Any, above: Any, share: Any, between: bool = False) -> Any:
    """Return what lies between two places of the rising order of x's last axis.

    Where `between`, it does so also where the share is 0, as infinities show.
    """
    ranks = tuple(
        sorted({int(k) for k in np.concatenate([below.ravel(), above.ravel(), [-1]]) % x.shape[-1]})
    )
    found = ops.ordered(x, x, axis=-1, ranks=ranks)
    low = found[..., np.searchsorted(ranks, below)]
    y = low
    if is_node(share) or np.any(share) or (between and not np.all(np.isfinite(x._array))):
        high = found[..., np.searchsorted(ranks, above)]
        rise = high - low
        near = (
            share < 0.5
        )  # each is counted from the nearer one, so at a share of 1 it is the upper
        if not between:  # the mean of the two in the middle
            y = (low + high) * share
        elif np.all(near):
            y = low + rise * share
        else:
            upper = high - rise * (1.0 - share)
            y = ops.where(near.astype(float), low + rise * share, upper) if np.any(near) else upper
    last = found[..., -1].reshape(found.shape[:-1] + (1,) * below.ndim)  # NaN is sorted last
    if modes.tracing() or np.any(np.isnan(last._array)):
        y = ops.where(missing(last), last, y)
    return y


WHOLE = ("lower", "higher", "nearest", "inverted_cdf", "closest_observation")  # take an element
METHODS = {  # where a quantile q of n numbers stands, for numpy's continuous methods
    "linear": lambda n, q: (n - 1) * q, "hazen": lambda n, q: n * q - 0.5,
    "weibull": lambda n, q: (n + 1) * q - 1, "interpolated_inverted_cdf": lambda n, q: n * q - 1,
    "median_unbiased": lambda n, q: n * q + (1 / 3 + q / 3) - 1,
    "normal_unbiased": lambda n, q: n * q + (3 / 8 + q / 4) - 1,
    "lower": lambda n, q: np.floor((n - 1) * q), "higher": lambda n, q: np.ceil((n - 1) * q),
    "nearest": lambda n, q: np.rint((n - 1) * q - 1e-300),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
}  # fmt: skip


FLAT = (*WHOLE, "midpoint")  # constant in pieces in q


def between_places(wanted: Any, below: Any, place: Any, dtype: Any) -> Any:
    """Return how far behind `below` a place is that is a node; `place` is where it is, within the ends."""
    inside = (array_of(wanted) == place).astype(float)
    return as_type((wanted - below) * inside + (place - below) * (1.0 - inside), dtype)


@stands_for(
    np.quantile,
    a=AXED,
    q=real(0.3, 0.0, 1.0, [0.25, 0.5]),
    method=one_of(*METHODS, "inverted_cdf"),
    weights=lambda d: d.of(None, np.ones(d.first.shape)),
)
def quantile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Return the number below which the share q of the elements lies.

    The gradient goes to its neighbours, and to q the slope between them.
    """
    single = isinstance(q, int | float | Value) or method in WHOLE
    x = tensor(a) if single else as_type(tensor(a), float)
    given, q = q, np.asarray(array_of(as_node(q) if holds_nodes(q) else q), dtype=float)
    if np.any(~((q >= 0) & (q <= 1))):
        raise ValueError("Quantiles must be in the range [0, 1]")
    if method not in METHODS:
        raise TypeError(
            f"np.quantile: method={method!r} has no meaning on a graph; take one of {[*METHODS]}"
        )
    shape = shape_of(x, axis, keepdims)
    y = along_last(x, axis)
    n = y.shape[-1] if y.ndim else 1
    if not x.size:
        try:
            np.quantile(blank(x), 0.5, axis=axis)
        except IndexError:
            raise IndexError("np.quantile: of no elements there is no quantile") from None
    wanted = METHODS[method](n, q)
    place = np.clip(wanted, 0, n - 1)
    below = np.floor(place)
    above = np.where(wanted < 0, below, np.minimum(below + 1, n - 1))
    share: Any = np.asarray(place - below, x.dtype)
    if holds_nodes(given) and method not in FLAT:
        below = np.minimum(below, max(n - 2, 0))  # at the last place the slope from below
        above = np.minimum(below + 1, n - 1)
        share = between_places(METHODS[method](n, tensor(given)), below, place, x.dtype)
    y = at_ranks(y, below.astype(int), above.astype(int), share, between=method not in WHOLE)
    if q.ndim:
        y = y.transpose(*range(y.ndim - q.ndim, y.ndim), *range(y.ndim - q.ndim))
    return y.reshape(*q.shape, *shape)


def of_hundred(q: Any) -> Any:
    """Return a share that is given in per cent."""
    if holds_nodes(q):
        return as_node(q) / 100.0
    return q / 100 if isinstance(q, int | float) else np.true_divide(array_of(q), 100)


@stands_for(
    np.percentile,
    a=AXED,
    q=real(30, 0, 100, [25, 50.0]),
    method=one_of(*METHODS, "inverted_cdf"),
    weights=lambda d: d.of(None, np.ones(d.first.shape)),
)
def percentile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Return the quantile for q in per cent."""
    return quantile(a, of_hundred(q), axis, method, keepdims)


@stands_for(np.median, a=ARRAY, axis=recipes.axis_or_none)
def median(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the middle element along an axis, or the mean of the two in the middle."""
    x = tensor(a)
    if axis is not None:
        axes_within(axis, x.ndim)
    shape = shape_of(x, axis, keepdims)
    if not x.ndim:
        return x.reshape(shape)
    y = along_last(x, axis)
    n = y.shape[-1]
    if not n:
        return constant(np.full(shape, math.nan, x.dtype))
    below, above = np.array((n - 1) // 2), np.array(n // 2)
    return at_ranks(y, below, above, np.asarray(0.5 * (n % 2 == 0), x.dtype)).reshape(shape)


@stands_for(np.cumsum, a=AXED, axis=recipes.axis_or_none)
def cumsum(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Return the running sums along an axis."""
    x = as_type(tensor(a), dtype)
    if axis is None or not x.ndim:  # a single number has an axis here, as in numpy
        x, axis = x.reshape(-1), axis or 0
    return ops.cumsum(x, axis=one_axis(x, axis), reverse=False)


@stands_for(np.cumprod, a=AXED, axis=recipes.axis_or_none)
def cumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Return the running products along an axis, right also where some element is 0."""
    x = as_type(tensor(a), dtype)
    if axis is None or not x.ndim:  # a single number has an axis here, as in numpy
        x, axis = x.reshape(-1), axis or 0
    return ops.cumprod(x, axis=one_axis(x, axis), reverse=False)


@stands_for(np.prod, a=ARRAY)
def prod(
    a: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False,
    initial: Any = 1, where: Any = True,
) -> Any:  # fmt: skip
    """Return the product over `axis`; where an element is 0, no other loses its gradient."""
    x = reductions.chosen(a, where, dtype, 1.0)
    z = ops.prod(x, axis=axis, keepdims=bool(keepdims))
    return z if type(initial) is int and initial == 1 else z * initial
