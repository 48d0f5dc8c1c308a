"""What goes along an axis in order: running sums, differences, shifts, and the order of the numbers.

A running sum's way back is a running sum from the other end. Sorting, the median and every quantile
are one row, `ordered`: an array's elements in the order of another, or those at some places of that
order. It is linear in the first, and the other only says where things are, so nothing flows to it.
"""

from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE, Kept, multilinear
from autodiff.table.recipes import (
    AXED,
    AXIS,
    FLAG,
    LIKE,
    MATRIX,
    VECTOR,
    Operand,
    Recipe,
    one_of,
)  # fmt: skip

Ranks = tuple[int, ...] | None


def cumsum(x: Any, axis: int, reverse: bool) -> Any:
    """Return the running sums along an axis, from its end where `reverse`."""
    if not reverse:
        return np.cumsum(x, axis=axis, dtype=x.dtype)
    return np.flip(np.cumsum(np.flip(x, axis), axis=axis, dtype=x.dtype), axis)


def diff(x: Any, axis: int) -> Any:
    """Return the differences of neighbours along an axis."""
    return np.diff(x, axis=axis)


def diff_transpose(g: Any, x: Any, axis: int) -> Any:
    """Return minus the differences of the cotangent between two zeros."""
    n = len(x.shape)
    if type(g) is np.ndarray and g.size:  # the same without the zeros
        found = np.empty(x.shape, g.dtype)
        y, z = np.moveaxis(found, axis, 0), np.moveaxis(g, axis, 0)
        np.subtract(z[1:], z[:-1], out=y[1:-1])
        y[0], y[-1] = z[0], 0.0 - z[-1]
        return np.negative(found, out=found)
    inner = (slice(None),) * (axis % n) + (slice(1, -1),)
    shape = tuple(size + 1 if i == axis % n else size for i, size in enumerate(x.shape))
    return -TABLE["diff"](TABLE["scatter"](g, index=inner, shape=shape), axis=axis)


def roll(x: Any, shift: Any, axis: Any) -> Any:
    """Return x with its elements moved on along axes, the last ones to the front."""
    return np.roll(x, shift, axis)


def shifted_back(g: Any, x: Any, shift: Any, axis: Any) -> Any:
    back = tuple(-s for s in shift) if isinstance(shift, tuple) else -shift
    return TABLE["roll"](g, shift=back, axis=axis)


def order(by: Any, axis: int, ranks: Ranks, whole: bool = False) -> Any:
    """Return which elements stand along an axis in rising order, or at some places of that order.

    `whole` gives all of an order in which those at the places alone are certain to stand right.
    """
    if ranks is None:
        return np.argsort(by, axis=axis)
    if whole and np.isnan(by).any():  # there np.partition and np.argpartition part ways
        found, y = np.empty(by.shape, np.intp), np.partition(by, ranks, axis=axis)
        rising = [np.argsort(x, axis=axis, kind="stable") for x in (y, by)]
        np.put_along_axis(found, rising[0], rising[1], axis)
        return found
    found = np.argpartition(by, ranks, axis=axis)
    return found if whole else np.take(found, ranks, axis=axis)


def ordered(x: Any, by: Any, axis: int, ranks: Ranks, whole: bool = False) -> Any:
    """Return x's elements in the rising order of `by` along an axis, or at `ranks` of that order."""
    if x is by and not whole:
        if ranks is None:
            return np.sort(x, axis=axis)
        return np.take(np.partition(x, ranks, axis=axis), ranks, axis=axis)
    return np.take_along_axis(x, order(by, axis, ranks, whole), axis)


def restored(g: Any, by: Any, axis: int, ranks: Ranks, whole: bool = False) -> Any:
    """Return what stands in the order of `by` back in its place, zeros elsewhere."""
    all_come = ranks is None or whole
    y = (np.empty if all_come else np.zeros)(by.shape, dtype=g.dtype)
    np.put_along_axis(y, order(by, axis, ranks, whole), g, axis)
    return y


def with_order(x: Any, by: Any, **how: Any) -> tuple[Any, Any]:
    """Return what `ordered` does, and the order where it was to be found for that."""
    if not how.get("whole"):
        return ordered(x, by, **how), None
    found = order(by, **how)
    return np.take_along_axis(x, found, how["axis"]), found


def disordered(g: Any, x: Any, by: Any, **how: Any) -> Any:
    """Return what comes back to the elements that were ordered."""
    if type(x) is not Kept or not isinstance(g, np.ndarray):  # many directions at once
        return TABLE["restored"](g, by, **how)
    y = np.empty(g.shape, g.dtype)
    np.put_along_axis(y, x.part, g, how["axis"])
    return y


def convolve(x: Any, z: Any) -> Any:
    """Return the sums of products of x with z turned round and moved along it."""
    return np.convolve(x, z).astype(x.dtype, copy=False)


def correlate(x: Any, z: Any) -> Any:
    """Return the sums of products of x with z moved along it, where z lies whole on x."""
    return np.correlate(x, z, "valid").astype(x.dtype, copy=False)


def lying_on(x: Any, z: Any) -> Any:
    return TABLE["correlate"](x, z)


def triangle(x: Any, k: int, upper: bool) -> Any:
    """Return the elements on and below a diagonal (or above it), zeros elsewhere."""
    return np.triu(x, k) if upper else np.tril(x, k)


multilinear(
    "cumsum", cumsum,
    lambda g, x, axis, reverse: TABLE["cumsum"](g, axis=axis, reverse=not reverse),
    tex=r"\operatorname{{cumsum}}({0})", doc="running sums along an axis, from its end with reverse",
    recipe=Recipe(x=AXED, axis=AXIS, reverse=FLAG),
)  # fmt: skip
multilinear(
    "diff", diff, diff_transpose, tex=r"\Delta {0}", doc="differences of neighbours along an axis",
    recipe=Recipe(x=AXED, axis=AXIS),
)  # fmt: skip
multilinear(
    "roll", roll, shifted_back, tex=r"\operatorname{{roll}}({0})",
    doc="elements moved on along axes, the last ones to the front",
    recipe=Recipe(x=AXED, shift=one_of(1, -2), axis=AXIS),
)  # fmt: skip
multilinear(
    "triangle", triangle, lambda g, x, k, upper: TABLE["triangle"](g, k=k, upper=upper),
    tex=r"\operatorname{{tri}}({0})", doc="the elements on one side of a diagonal, zeros elsewhere",
    recipe=Recipe(x=MATRIX, k=one_of(0, 1, -1), upper=FLAG),
)  # fmt: skip
multilinear(
    "ordered", ordered, disordered, None, keep=with_order,
    tangents=(lambda t, x, by, **how: TABLE["ordered"](t, by, **how), None),
    tex=r"\operatorname{{sort}}({0})",
    doc="the first array's elements in the rising order of the second, or at ranks of that order",
    recipe=Recipe(x=AXED, by=LIKE, axis=AXIS, ranks=one_of(None, (0,)), whole=FLAG),
)  # fmt: skip
multilinear(
    "restored", restored, lambda g, x, by, **how: TABLE["ordered"](g, by, **how), None,
    tangents=(lambda t, x, by, **how: TABLE["restored"](t, by, **how), None),
    tex=r"\operatorname{{unsort}}({0})",
    doc="what stands in the rising order of the second array, back in its place",
    recipe=Recipe(x=AXED, by=LIKE, axis=AXIS, ranks=one_of(None), whole=FLAG),
)  # fmt: skip
multilinear(
    "convolve", convolve, lambda g, x, z: lying_on(g, z), lambda g, x, z: lying_on(g, x),
    tex="{0} * {1}", doc="the sums of products of one signal with another turned round and moved along",
    recipe=Recipe(x=VECTOR, z=VECTOR),
)  # fmt: skip
multilinear(
    "correlate", correlate,
    lambda g, x, z: TABLE["convolve"](g, z), lambda g, x, z: lying_on(x, g),
    tex=r"{0} \star {1}", doc="the sums of products of a signal with one that is moved along inside it",
    recipe=Recipe(x=VECTOR, z=Operand(shape=lambda d: (2,))),
)  # fmt: skip
