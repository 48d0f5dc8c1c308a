"""numpy's functions that take elements at some places, leave some out or put some in, on nodes.

Elements that lie together are a slice, at even distances a slice with a step, and a few slices are
joined: a slice is a view, and its way back writes into one array of zeros. Only where an array would
fall into many pieces is it gathered by an index. numpy is asked, on arrays that cost little, what it
refuses.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import SHIFT, as_type, axes_within, blank, join
from autodiff.nodes.functions import array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops, recipes
from autodiff.table.recipes import ARRAY, AXED, AXIS, MATRIX, VECTOR, Steps, mask, one_of, real

FEW = 4  # pieces that are joined rather than gathered


def marks(n: int) -> Any:
    """Return n numbers that take no memory, and little where they are copied."""
    return np.broadcast_to(np.zeros((), bool), (n,))


def line(x: Any, axis: int | None) -> tuple[Any, int]:
    """Return x and the axis that is meant, counted from 0: x laid flat where none is named."""
    if axis is None or not x.ndim:
        return x.reshape(-1), 0
    return x, axes_within(axis, x.ndim)[0]


def part(x: Any, axis: int, index: Any) -> Any:
    """Return what an index along one axis picks."""
    return ops.take(x, index=(slice(None),) * axis + (index,) if axis else index)


def runs(held: Any) -> Any:
    """Return where runs of equal marks begin, and the end."""
    turns = np.flatnonzero(held[1:] != held[:-1]) + 1
    return [0, *turns.tolist(), len(held)] if len(turns) < 2 * FEW else None


def kept(x: Any, axis: int, held: Any) -> Any:
    """Return the slices of x along an axis that are marked."""
    ends = runs(held)
    if ends is None or not len(held):
        return part(x, axis, np.flatnonzero(held))
    cuts = [slice(a, b) for a, b in pairwise(ends) if held[a]]
    if not cuts:
        cuts = [slice(0, 0)]
    pieces = [part(x, axis, cut) for cut in cuts]
    return pieces[0] if len(pieces) == 1 else ops.concatenate(*pieces, axis=axis)


@stands_for(
    np.take, a=AXED, indices=recipes.places, axis=recipes.axis_or_none,
    mode=one_of("raise", "wrap", "clip"),
)  # fmt: skip
def take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    """Return the elements, or the slices along an axis, at some places."""
    x, k = line(tensor(a), axis)
    n = x.shape[k]
    if not x.size:  # numpy takes nothing from nothing
        return constant(np.take(x._array, indices, k, mode=mode))  # type: ignore[call-overload]
    np.take(marks(n), indices, mode=mode)  # type: ignore[call-overload]
    places = np.asarray(indices).astype(np.intp)
    if mode == "raise":
        places = np.where(places < 0, places + n, places)
    else:
        places = places % n if mode == "wrap" else np.clip(places, 0, n - 1)
    if places.ndim == 1 and places.size > 1 and np.all(np.diff(places) == 1):
        return part(x, k, slice(int(places[0]), int(places[-1]) + 1))
    return part(x, k, places if places.ndim else int(places))


@stands_for(np.delete, arr=AXED, obj=one_of(0, [0], slice(0, 1)), axis=recipes.axis_or_none)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """Return the elements, or the slices along an axis, but those at some places."""
    x, k = line(tensor(arr), axis)
    n = x.shape[k]
    np.delete(marks(n), obj)
    held = np.ones(n, bool)
    held[obj if isinstance(obj, slice) else np.asarray(obj, None if np.size(obj) else int)] = False
    return kept(x, k, held)


@stands_for(
    np.compress, condition=Steps(one_of([True], [False, True])), a=AXED, axis=recipes.axis_or_none
)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """Return the slices along an axis for which the condition holds."""
    x, k = line(tensor(a), axis)
    held = np.asarray(array_of(condition), bool)
    if not x.size:  # where numpy takes nothing it names no place too far
        return constant(np.compress(held, x._array, k))
    np.compress(held, marks(x.shape[k]))
    return kept(x, k, held[: x.shape[k]])


@stands_for(np.extract, condition=Steps(mask), arr=ARRAY)
def extract(condition: Any, arr: Any) -> Any:
    """Return the elements for which the condition holds, along one axis."""
    x = tensor(arr).reshape(-1)
    held = np.ravel(array_of(condition)) != 0
    np.extract(held, marks(x.size))
    return kept(x, 0, held[: x.size])


@stands_for(
    np.take_along_axis, arr=VECTOR, indices=one_of(np.array([0]), np.array([0, -1])), axis=one_of(0)
)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """Return the elements at places along an axis that are given for each line of its own."""
    x = tensor(arr)
    places = np.array(array_of(indices))
    np.take_along_axis(np.broadcast_to(np.zeros((), bool), x.shape), places, axis)
    x, k = line(x, axis)
    if x.ndim == 1:
        return ops.take(x, index=places)
    index = [np.arange(n).reshape(-1, *(1,) * (x.ndim - 1 - i)) for i, n in enumerate(x.shape)]
    return ops.take(x, index=(*index[:k], places, *index[k + 1 :]))


@stands_for(
    np.insert, arr=AXED, obj=one_of(0, [0], slice(0, 1)), values=real(0.5, -1.0),
    axis=recipes.axis_or_none,
)  # fmt: skip
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """Return arr with values put in before the places `obj` along an axis."""
    x = tensor(arr)
    v = as_type(tensor(values), x.dtype)
    if (axis is None or x.ndim == 1) and isinstance(obj, int) and v.ndim < 2:
        flat = x.reshape(-1)
        np.insert(marks(x.size), obj, np.zeros(v.shape, bool), axis)
        at = obj + x.size if obj < 0 else obj
        sides = [p for p in (flat[:at], flat[at:]) if p.size]
        return join([*sides[: at > 0], v.reshape(-1), *sides[at > 0 :]])
    numbers = np.arange(1, x.size + 1).reshape(x.shape)
    added = -np.arange(1, v.size + 1).reshape(v.shape)
    found = np.insert(numbers, obj, added, axis)
    both = ops.concatenate(x.reshape(-1), v.reshape(-1), axis=0)
    return both[np.where(found > 0, found - 1, x.size - 1 - found)]


@stands_for(np.resize, a=ARRAY, new_shape=one_of((2, 3), 5, (0,)))
def resize(a: Any, new_shape: Any) -> Any:
    """Return the elements one after the other in another shape, from the first again at the end."""
    x = tensor(a).reshape(-1)
    shape = np.resize(marks(1), new_shape).shape
    size = math.prod(shape)
    if not x.size:
        return constant(np.zeros(shape, x.dtype))
    times = -(-size // x.size)
    if times > 1:
        x = ops.broadcast(x.reshape(1, -1), shape=(times, x.size)).reshape(-1)
    return (x if x.size == size else x[:size]).reshape(shape)


@stands_for(np.diagonal, a=MATRIX, offset=SHIFT, axis1=AXIS, axis2=AXIS)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Return the diagonals of the matrices in two axes, as the last axis."""
    x = tensor(a)
    count = np.diagonal(blank(x), offset, axis1, axis2).shape[-1]
    rows, columns = axes_within((axis1, axis2), x.ndim)
    order = (*(k for k in range(x.ndim) if k not in (rows, columns)), rows, columns)
    if order != tuple(range(x.ndim)):
        x = x.transpose(*order)
    *rest, _, width = x.shape
    start = offset if offset >= 0 else -offset * width
    cut = slice(start, start + (count - 1) * (width + 1) + 1, width + 1) if count else slice(0, 0)
    x = x.reshape(*rest, x.shape[-2] * width)
    return part(x, x.ndim - 1, cut)


@stands_for(np.diag, v=recipes.Operand(1, 2), k=SHIFT)
def diag(v: Any, k: int = 0) -> Any:
    """Return the diagonal of a matrix, or a matrix with a diagonal."""
    x = tensor(v)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    n = x.size + abs(k)
    start = k if k >= 0 else -k * n
    cut = slice(start, start + x.size * (n + 1) - n, n + 1) if x.size else slice(0, 0)
    return ops.scatter(x, index=cut, shape=(n * n,)).reshape(n, n)
