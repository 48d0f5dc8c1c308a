"""numpy's functions that move, repeat, leave out or join elements, on nodes.

Such a function needs no rule of its own. numpy itself is asked what it does, on an array of one's
own numbering: a permutation of axes shows in the shape, any other move in where the numbers end up.
The answer is a `reshape`, a `transpose` or a `take`, and numpy refuses what it would refuse.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.dispatch.entries import Function, stands_for, without_graph
from autodiff.nodes import modes
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import Tensor, constant
from autodiff.table import ops, recipes
from autodiff.table.recipes import ARRAY, ARRAYS, AXED, AXIS, MATRIX, one_of, whole


def blank(x: Any) -> Any:
    """Return an array of x's shape that takes no memory."""
    return np.broadcast_to(np.zeros(()), x.shape)


def axes_within(axis: Any, ndim: int) -> tuple[int, ...]:
    """Return an axis, or axes, as places from 0 on; numpy's error where there is no such axis."""
    axes = tuple(map(operator.index, axis if isinstance(axis, tuple) else (axis,)))
    for i in axes:
        if not -ndim <= i < ndim:
            raise np.exceptions.AxisError(i, ndim)
    return tuple(i % ndim for i in axes)


def reshaping(function: Function) -> Function:
    """Return a numpy function that changes the shape alone, on nodes."""

    def apply(x: Any, *args: Any, **options: Any) -> Any:
        x = tensor(x)
        return ops.reshape(x, shape=function(blank(x), *args, **options).shape)

    return apply


def permuting(function: Function) -> Function:
    """Return a numpy function that permutes the axes, on nodes."""

    def apply(x: Any, *args: Any, **options: Any) -> Any:
        x = tensor(x)
        numbered = np.broadcast_to(np.zeros(()), tuple(range(2, x.ndim + 2)))
        axes = tuple(n - 2 for n in function(numbered, *args, **options).shape)
        return ops.transpose(x, axes=axes)

    return apply


def moving(function: Function) -> Function:
    """Return a numpy function that moves, repeats or leaves out elements, or fills in zeros."""

    def apply(x: Any, *args: Any, **options: Any) -> Any:
        x, args = tensor(x), without_graph(args)
        options = {name: without_graph(value) for name, value in options.items()}
        numbers = np.arange(1, x.size + 1).reshape(x.shape)
        places = function(numbers, *args, **options)
        flat = x.reshape(-1)
        if np.all(places):  # nothing is filled in
            return ops.take(flat, index=places - 1)
        return ops.take(ops.concatenate(constant(np.zeros(1, x.dtype)), flat, axis=0), index=places)

    return apply


def splitting(function: Function) -> Function:
    """Return a numpy function that cuts an array into parts along an axis, on nodes."""

    def apply(x: Any, *args: Any, **options: Any) -> Any:
        x, args = tensor(x), without_graph(args)
        options = {name: without_graph(value) for name, value in options.items()}
        parts = function(blank(x), *args, **options)
        axis = next((k for k in range(x.ndim) if any(p.shape[k] != x.shape[k] for p in parts)), 0)
        numbered = np.broadcast_to(
            np.arange(x.shape[axis]).reshape(-1, *(1,) * (x.ndim - 1 - axis)), x.shape
        )
        starts = [int(p.flat[0]) if p.size else 0 for p in function(numbered, *args, **options)]
        cuts = [slice(s, s + p.shape[axis]) for s, p in zip(starts, parts, strict=True)]
        return [ops.take(x, index=(slice(None),) * axis + (cut,)) for cut in cuts]

    return apply


def read_in_order(x: Tensor, order: str, known: str) -> Tensor:
    """Return x with its axes in the order in which numpy reads the elements, as its C order."""
    if order not in tuple(known):
        raise ValueError(f"order must be one of {', '.join(map(repr, known))}, got {order!r}")
    array = x._array
    if order in "AK" and x.ndim > 1 and modes.tracing():
        raise TypeError(
            f"order={order!r} goes by how an array lies in memory, which a recording does not look at when "
            f"it is used again; write order='C' or order='F'"
        )
    if order == "A":
        order = "F" if array.flags.fnc else "C"
    if order == "K":  # as they lie in memory
        axes = sorted(range(x.ndim), key=lambda i: -abs(array.strides[i]))
        return x if axes == list(range(x.ndim)) else x.transpose(*axes)
    return x.transpose() if order == "F" else x


@stands_for(np.reshape, a=ARRAY, shape=recipes.same_size, order=one_of("C", "F", "A"))
def reshape(a: Any, shape: Any, order: str = "C", copy: Any = None) -> Any:
    """Return the elements in another shape, read and placed in C or Fortran order."""
    x = tensor(a)
    shape = np.reshape(blank(x), shape).shape
    if copy is False:
        np.reshape(x._array, shape, order=order, copy=False)  # type: ignore[call-overload]
    if read_in_order(x, order, "CFA") is x:
        return ops.reshape(x, shape=shape)
    return ops.reshape(x.transpose(), shape=shape[::-1]).transpose()


@stands_for(np.ravel, a=ARRAY)
def ravel(a: Any, order: str = "C") -> Any:
    """Return all elements along one axis."""
    return read_in_order(tensor(a), order, "CFAK").reshape(-1)


def each(function: Function) -> Function:
    """Return a numpy function of any number of arrays that gives each of them its axes."""
    one = reshaping(function)

    def apply(*xs: Any) -> Any:
        ys = [one(x) for x in xs]
        return ys[0] if len(ys) == 1 else type(function(0.0, 0.0))(ys)

    return apply


SHIFT = whole(-3, 3)
PARTS = one_of(1, [1], [1, 2], 2)
for _function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    stands_for(_function, signature="(*arys)", arys=ARRAYS)(each(_function))
stands_for(np.squeeze, a=ARRAY)(reshaping(np.squeeze))
expand = stands_for(np.expand_dims, a=ARRAY, axis=recipes.new_axis)(reshaping(np.expand_dims))

stands_for(np.transpose, a=ARRAY, axes=recipes.permutation)(permuting(np.transpose))
stands_for(np.swapaxes, a=AXED, axis1=AXIS, axis2=AXIS)(permuting(np.swapaxes))
stands_for(np.moveaxis, a=AXED, source=AXIS, destination=AXIS)(permuting(np.moveaxis))
stands_for(np.rollaxis, a=AXED, axis=AXIS, start=AXIS)(permuting(np.rollaxis))


@stands_for(np.tile, A=ARRAY, reps=one_of(2, (2,), (2, 1), 0))
def tile(A: Any, reps: Any) -> Any:
    """Return the array so many times beside itself along each axis."""
    x = tensor(A)
    shape = np.tile(np.zeros((1,) * x.ndim), reps).shape  # what numpy refuses, and the repetitions
    sizes = (1,) * (len(shape) - x.ndim) + x.shape
    y = x.reshape([k for n in sizes for k in (1, n)])
    y = ops.broadcast(y, shape=tuple(k for pair in zip(shape, sizes, strict=True) for k in pair))
    return y.reshape([r * n for r, n in zip(shape, sizes, strict=True)])


@stands_for(np.repeat, a=ARRAY, repeats=one_of(2, 0, 3), axis=recipes.axis_or_none)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Return each element, or each part along an axis, so many times in a row."""
    x = tensor(a)
    if np.size(repeats) != 1:
        return moving(np.repeat)(x, repeats, axis)
    times = len(np.repeat(np.zeros(1), repeats))
    x = x.reshape(-1) if axis is None or not x.ndim else x
    (place,) = (0,) if axis is None else axes_within(axis, x.ndim)
    shape = (*x.shape[: place + 1], times, *x.shape[place + 1 :])
    y = ops.broadcast(x.reshape(*x.shape[: place + 1], 1, *x.shape[place + 1 :]), shape=shape)
    return y.reshape(*x.shape[:place], x.shape[place] * times, *x.shape[place + 1 :])


def side_of_diagonal(function: Function, upper: bool) -> Function:
    """Return np.tril or np.triu on nodes."""

    def apply(m: Any, k: Any = 0) -> Any:
        x = tensor(m)
        return (
            ops.triangle(x, k=operator.index(k), upper=upper)
            if x.ndim > 1
            else moving(function)(x, k)
        )

    return apply


stands_for(np.tril, m=MATRIX, k=SHIFT)(side_of_diagonal(np.tril, upper=False))
stands_for(np.triu, m=MATRIX, k=SHIFT)(side_of_diagonal(np.triu, upper=True))


stands_for(np.split, ary=AXED, indices_or_sections=PARTS, axis=AXIS)(splitting(np.split))
stands_for(np.array_split, ary=AXED, indices_or_sections=PARTS, axis=AXIS)(
    splitting(np.array_split)
)
stands_for(np.hsplit, ary=MATRIX, indices_or_sections=PARTS)(splitting(np.hsplit))
stands_for(np.vsplit, ary=MATRIX, indices_or_sections=PARTS)(splitting(np.vsplit))


def as_type(x: Any, dtype: Any, casting: str = "unsafe") -> Any:
    """Return x in the precision that numpy is asked for: float32 or float64."""
    if dtype is None or (isinstance(x, Tensor) and x.dtype == dtype):
        return x
    x, wanted = tensor(x), np.dtype(dtype)
    if not np.can_cast(x.dtype, wanted, casting):  # type: ignore[arg-type]
        raise TypeError(f"cannot cast from {x.dtype} to {wanted} by the rule {casting!r}")
    if wanted not in (np.float64, np.float32):
        raise TypeError(
            f"dtype={wanted} has no meaning on a graph, whose arrays are float32 or float64; "
            f"take .data.astype({wanted}) for an array without a graph"
        )
    return x.astype(wanted)


JOINT = "(arrays, axis=0, out=None, *, dtype=None, casting='same_kind')"


@stands_for(np.concatenate, signature=JOINT, arrays=ARRAYS, axis=recipes.axis_or_none)
def join(
    arrays: Sequence[Any], axis: int | None = 0, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Return arrays joined along an axis they have, or laid flat and joined."""
    parts = [as_type(tensor(x), dtype, casting) for x in arrays]
    if axis is None:
        parts, axis = [p.reshape(-1) for p in parts], 0
    np.concatenate([blank(p) for p in parts][:1], axis=axis)  # is there such an axis?
    return ops.concatenate(*parts, axis=axis)


@stands_for(np.stack, arrays=ARRAYS, axis=recipes.new_axis)
def stack(
    arrays: Sequence[Any], axis: int = 0, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Return arrays of one shape joined along a new axis."""
    shapes = {tuple(np.shape(tensor(x)._array)) for x in arrays}
    if len(shapes) > 1:
        raise ValueError(f"np.stack: the arrays must have one shape, they have {sorted(shapes)}")
    return join([expand(x, axis) for x in arrays], axis, dtype, casting)


def joining(lift: Function, axis: Callable[[int], int]) -> Function:
    """Return numpy's function that joins arrays after `lift` has given them their axes."""

    def apply(tup: Sequence[Any], dtype: Any = None, casting: str = "same_kind") -> Any:
        parts = [reshaping(lift)(x) for x in tup]
        return join(parts, axis(parts[0].ndim) if parts else 0, dtype, casting)

    return apply


stands_for(np.hstack, tup=ARRAYS)(joining(np.atleast_1d, lambda ndim: 0 if ndim == 1 else 1))
stands_for(np.vstack, tup=ARRAYS)(joining(np.atleast_2d, lambda ndim: 0))
stands_for(np.dstack, tup=ARRAYS)(joining(np.atleast_3d, lambda ndim: 2))
stands_for(np.column_stack, tup=ARRAYS)(
    joining(lambda x: x if x.ndim > 1 else np.array(x, ndmin=2).T, lambda ndim: 1)
)


@stands_for(np.append, arr=ARRAY, values=recipes.LIKE, axis=recipes.axis_or_none)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """Return values behind arr, along an axis or laid flat."""
    return join([arr, values], axis)


stands_for(np.copy, a=ARRAY)(lambda a: ops.identity(tensor(a)))


@stands_for(np.broadcast_to, array=ARRAY, shape=recipes.wider)
def broadcast_to(array: Any, shape: Any) -> Any:
    """Return the array stretched to a shape."""
    x = tensor(array)
    return ops.broadcast(x, shape=np.broadcast_to(blank(x), shape).shape)
