"""Arrays as sets on nodes: numpy says which elements are taken, the gradient follows those.

Of equal elements the first is taken.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from autodiff.dispatch.choices import second_name
from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type, join
from autodiff.nodes.functions import array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.table import ops
from autodiff.table.recipes import AXED, FLAG, Drawing, Operand, one_of, real


class Apart(Operand):
    """A kind of array whose elements differ: where two are equal, their number jumps nearby."""

    def __call__(self, d: Drawing) -> Any:
        x = super().__call__(d)
        return x if d.special else x + np.linspace(0.0, 0.004, x.size).reshape(x.shape)


APART = Apart(1, 3)
trimmed: Any = np.trim_zeros
unique_of: Any = np.unique
OTHER = Apart(shape=lambda d: d.first.shape)


@stands_for(
    np.unique, ar=APART, return_index=FLAG, return_inverse=FLAG, return_counts=FLAG,
    axis=one_of(None, 0), equal_nan=FLAG, sorted=one_of(True),
)  # fmt: skip
def unique(
    ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: Any = None, equal_nan: bool = True,
) -> Any:  # fmt: skip
    """Return the different elements in rising order; where they stand and how often, as numpy does."""
    x = tensor(ar)
    inverse: Any = None
    if axis is None and not return_inverse:
        index, counts = first_places(array_of(x).ravel(), equal_nan)
    else:
        _, *found = unique_of(
            array_of(x), return_index=return_index, return_inverse=True, return_counts=True,
            axis=axis, equal_nan=equal_nan,
        )  # fmt: skip
        *places, inverse, counts = found
        # Asked for the places, numpy sorts by another way, which leaves NaN in another order.
        index = places[0] if places else firsts(inverse.ravel(), len(counts))
    y = x.reshape(-1)[index] if axis is None else np.take(x, index, axis)
    wanted = ((return_index, index), (return_inverse, inverse), (return_counts, counts))
    more = [found for asked, found in wanted if asked]
    return (y, *more) if more else y


def firsts(groups: Any, n: int) -> Any:
    """Return where each of n groups is met first."""
    index = np.empty(n, np.intp)
    index[groups[::-1]] = np.arange(len(groups))[::-1]
    return index


def first_places(x: Any, equal_nan: bool) -> tuple[Any, Any]:
    """Return where each different element stands first, in rising order of them, and how often.

    numpy asks a stable sort for these places, which takes three times as long as any other.
    """
    order = np.argsort(x)
    rising = x[order]
    begins = np.ones(x.size, bool)
    np.not_equal(rising[1:], rising[:-1], out=begins[1:])
    if x.size and np.isnan(rising[-1]):
        hole = np.searchsorted(rising, np.nan)
        order[hole:].sort()
        begins[hole + 1 :] = not equal_nan
    starts = np.flatnonzero(begins)
    if len(starts) < x.size:
        order = np.minimum.reduceat(order, starts)
    return order, np.diff(starts, append=x.size)


def part(name: str, fields: str) -> Any:
    """Return numpy 2's second name of `unique` that gives these parts of it."""
    kind = namedtuple(name, fields) if " " in fields else None
    names = fields.split()

    def apply(x: Any) -> Any:
        y = unique(
            x, "indices" in names, "inverse_indices" in names, "counts" in names, None, False
        )
        return kind(*y) if kind else y

    return apply


second_name(getattr(np, "unique_values", None), part("UniqueValuesResult", "values"), x=APART)
second_name(
    getattr(np, "unique_counts", None), part("UniqueCountsResult", "values counts"), x=APART
)
second_name(
    getattr(np, "unique_inverse", None),
    part("UniqueInverseResult", "values inverse_indices"),
    x=APART,
)
second_name(
    getattr(np, "unique_all", None),
    part("UniqueAllResult", "values indices inverse_indices counts"), x=APART,
)  # fmt: skip


@stands_for(np.union1d, ar1=APART, ar2=OTHER)
def union1d(ar1: Any, ar2: Any) -> Any:
    """Return the different elements of both, in rising order."""
    return unique(join([ar1, ar2], None))


def first_of(x: Any, values: Any) -> Any:
    """Return where in x each of some values, which are in it, stands first."""
    order = np.argsort(x)
    rising = x[order]
    starts = np.searchsorted(rising, values)
    stops = np.searchsorted(rising, values, side="right")
    pairs = np.stack([starts, stops], axis=1).reshape(-1)
    return np.minimum.reduceat(np.append(order, 0), pairs)[::2] if values.size else starts


@stands_for(np.intersect1d, ar1=APART, ar2=OTHER, assume_unique=FLAG, return_indices=FLAG)
def intersect1d(
    ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False
) -> Any:
    """Return the elements that are in both, in rising order: those of the first."""
    x = tensor(ar1).reshape(-1)
    a, b = array_of(x), array_of(ar2)
    if assume_unique:  # what stands twice in one of them is taken to be in both
        both = join([ar1, ar2], None)
        order = np.argsort(array_of(both), kind="stable")
        rising = array_of(both)[order]
        y = both[order[:-1][rising[1:] == rising[:-1]]]
    else:
        y = as_type(x, np.result_type(a.dtype, b.dtype))[first_of(a, np.intersect1d(a, b))]
    if not return_indices:
        return y
    return y, *np.intersect1d(a, b, assume_unique, return_indices=True)[1:]


@stands_for(np.setdiff1d, ar1=APART, ar2=OTHER, assume_unique=FLAG)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """Return the elements of the first that are not in the second."""
    x = tensor(ar1).reshape(-1)
    x = x if assume_unique else unique(x)
    return x[np.flatnonzero(np.isin(array_of(x), array_of(ar2), assume_unique=True, invert=True))]


@stands_for(np.setxor1d, ar1=APART, ar2=OTHER, assume_unique=FLAG)
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """Return the elements that are in one of both alone, in rising order."""
    x = join([ar1, ar2] if assume_unique else [unique(ar1), unique(ar2)], None)
    order = np.argsort(array_of(x), kind="stable")
    sorted_ = array_of(x)[order]
    apart = np.concatenate([[True], sorted_[1:] != sorted_[:-1], [True]])
    return x[order[apart[1:] & apart[:-1]]] if x.size else x


@stands_for(np.trim_zeros, filt=AXED, trim=one_of("fb", "f", "b"), axis=one_of(None))
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Return the array without the zeros at its ends."""
    x = tensor(filt)
    plain = array_of(x)
    options = {} if axis is None else {"axis": axis}
    shape = trimmed(plain, trim, **options).shape
    there = np.argwhere(plain)
    front = "f" in trim.lower() and len(there) > 0
    axes = range(x.ndim) if axis is None else {int(k) % x.ndim for k in np.atleast_1d(axis)}
    starts = [int(there[:, k].min()) if front and k in axes else 0 for k in range(x.ndim)]
    return x[tuple(slice(a, a + n) for a, n in zip(starts, shape, strict=True))]


@stands_for(
    np.choose, a=one_of(np.array([0, 1, 0]), 1), choices=real([np.array([1.0, 2.0, 3.0]), 0.5]),
    mode=one_of("raise", "wrap", "clip"),
)  # fmt: skip
def choose(a: Any, choices: Any, mode: str = "raise") -> Any:
    """Return from the choice with the number `a` the element in the same place."""
    place = np.asarray(a)
    xs = [tensor(x) for x in choices] if isinstance(choices, list | tuple) else [*tensor(choices)]
    shape = np.broadcast_shapes(place.shape, *(x.shape for x in xs))
    which = np.choose(place, range(len(xs)), mode=mode)  # type: ignore[call-overload]
    wide = join([ops.broadcast(x, shape=shape).reshape(1, -1) for x in xs], 0)
    flat = np.broadcast_to(which, shape).reshape(-1)
    return wide[flat, np.arange(flat.size)].reshape(shape)
