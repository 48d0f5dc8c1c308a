"""Order and statistics on nodes: sorting, quantiles, running sums and products, covariance.

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
from autodiff.nodes.functions import Axis, array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops, recipes
from autodiff.table.recipes import ARRAY, AXED, AXIS, FLAG, MATRIX, one_of


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
    if np.any(share) or (between and not np.all(np.isfinite(x._array))):
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


@stands_for(
    np.quantile,
    a=AXED,
    q=one_of(0.3, 0.0, 1.0, [0.25, 0.5]),
    method=one_of(*METHODS, "inverted_cdf"),
    weights=lambda d: d.of(None, np.ones(d.first.shape)),
)
def quantile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Return the number below which the share q of the elements lies; the gradient goes to its neighbours."""
    single = isinstance(q, int | float) or method in WHOLE
    x = tensor(a) if single else as_type(tensor(a), float)
    q = np.asarray(array_of(q), dtype=float)
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
    share = np.asarray(place - below, x.dtype)
    y = at_ranks(y, below.astype(int), above.astype(int), share, between=method not in WHOLE)
    if q.ndim:
        y = y.transpose(*range(y.ndim - q.ndim, y.ndim), *range(y.ndim - q.ndim))
    return y.reshape(*q.shape, *shape)


@stands_for(
    np.percentile,
    a=AXED,
    q=one_of(30, 0, 100, [25, 50.0]),
    method=one_of(*METHODS, "inverted_cdf"),
    weights=lambda d: d.of(None, np.ones(d.first.shape)),
)
def percentile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """Return the quantile for q in per cent."""
    share = q / 100 if isinstance(q, int | float) else np.true_divide(array_of(q), 100)
    return quantile(a, share, axis, method, keepdims)


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
    if axis is None:
        x, axis = x.reshape(-1), 0
    return ops.cumsum(x, axis=one_axis(x, axis), reverse=False)


@stands_for(np.cumprod, a=AXED, axis=recipes.axis_or_none)
def cumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Return the running products along an axis, right also where some element is 0."""
    x = as_type(tensor(a), dtype)
    if axis is None:
        x, axis = x.reshape(-1), 0
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


def some(*kinds: type) -> Any:
    """Return the kind of weights of as many observations as numpy finds in the rows, or None."""
    return lambda d: d.of(None, np.arange(d.first.shape[-1], dtype=d.of(*kinds)) + d.of(1, 0, -1))


@stands_for(np.cov, m=MATRIX, y=lambda d: d.of(None, d.first + 1.0), rowvar=FLAG, bias=FLAG,
            ddof=one_of(None, 0, 1, 2, 0.5), fweights=some(int, float), aweights=some(float))  # fmt: skip
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
    fweights: Any = None, aweights: Any = None, dtype: Any = None,
) -> Any:  # fmt: skip
    """Return the covariance matrix of variables in rows (columns without rowvar)."""
    if not (ddof is fweights is aweights is None):  # does numpy take them?
        given = (None if w is None else np.array(array_of(w)) for w in (y, fweights, aweights))
        np.cov(array_of(m), next(given), rowvar, bias, ddof, *given)
    parts = [
        x if x.ndim == 2 else x.reshape(1, -1) for x in map(tensor, [m] if y is None else [m, y])
    ]
    if not rowvar:  # since numpy 2.2 a single row of two axes is turned as well
        turned = np.ndim(blank(tensor(m))) > 1 and np.lib.NumpyVersion(np.__version__) >= "2.2.0"
        parts = [
            p.transpose() if p.shape[0] != 1 or (turned and not i) else p
            for i, p in enumerate(parts)
        ]
    if not parts[0].shape[0]:
        return constant(np.zeros((0, 0)))
    x = parts[0] if len(parts) == 1 else ops.concatenate(*parts, axis=0)
    x = as_type(x, float if dtype is None else dtype)
    kind, n = x.dtype, x.shape[1]
    if not fweights is aweights is None:
        x = as_type(x, float)  # numpy's weights are doubles, the differences from the mean are not
    weights = np.ones(n, x.dtype) if fweights is None else np.asarray(array_of(fweights), x.dtype)
    if aweights is not None:
        weights = weights * np.asarray(array_of(aweights), x.dtype)
    free = (0 if bias else 1) if ddof is None else ddof
    total = float(np.sum(weights))
    if aweights is None or not free:
        below = total - free
    else:
        below = total - free * float(np.sum(weights * np.asarray(array_of(aweights)))) / total
    away = as_type(as_type(x - (x * weights).sum(1, keepdims=True) / total, kind), x.dtype)
    y = ((away * weights) @ away.transpose()) * np.true_divide(
        1.0, np.asarray(max(below, 0.0), x.dtype)
    )
    return y.reshape(np.squeeze(blank(y)).shape)


@stands_for(np.corrcoef, x=MATRIX, y=lambda d: d.of(None, np.sin(d.first)), rowvar=FLAG)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, dtype: Any = None) -> Any:
    """Return the correlation matrix: the covariances over the products of the deviations."""
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.ndim:
        return c / c
    n = c.shape[0]
    size = ops.sqrt(c[np.arange(n), np.arange(n)])
    return ops.clip(c / size.reshape(-1, 1) / size.reshape(1, -1), -1.0, 1.0)
