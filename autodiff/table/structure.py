"""What the multilinear operations do to arrays, and how a cotangent finds its way back.

numpy stretches operands of different shapes silently; the way back is a sum over the stretched axes,
and the way back of a sum is a stretch. Both stand here once. The helpers take anything with a
`shape`, since the operations they call work on arrays, nodes and symbols alike.
"""

import builtins
import math
import operator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import matmul, ndarray

from autodiff.table import loops
from autodiff.table.data import as_array
from autodiff.table.linear import short
from autodiff.table.primitive import TABLE
from autodiff.table.quiet import SILENT, now, put

Shape = tuple[int, ...]
plus: Any = np.add
Axis = int | tuple[int, ...] | None
PLACES = (int, slice, type(Ellipsis))


def total(*xs: Any) -> Any:
    """Return x1 + x2 + ... + xn, added from left to right."""
    y = 0.0
    for x in xs:
        y += x
    return y


def dot(*xs: Any) -> Any:
    """Return w1 x1 + ... + wn xn for the operands w1 ... wn, x1 ... xn."""
    n = len(xs) // 2
    y = 0.0
    for i in range(n):
        y += xs[i] * xs[n + i]
    return y


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Return the reduced axes as non-negative numbers; None means all of them."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(sorted(a % ndim for a in axes)) if ndim else ()


def count(shape: Shape, axis: Axis) -> float:
    """Return how many elements a reduction over `axis` puts together."""
    return float(math.prod(shape[i] for i in axes_of(axis, len(shape))))


def sum(x: Any, axis: Axis, keepdims: bool, out: Any = None) -> Any:
    if x.size > short.MANY and (y := short.total(x, axis, keepdims, out)) is not None:
        return y
    whole = axis is None and out is None and not keepdims
    y = loops.total(plus, x) if whole else None  # compiled only
    return plus.reduce(x, axis, None, out, keepdims) if y is None else y


def mean(x: Any, axis: Axis, keepdims: bool, out: Any = None) -> Any:
    """Return what np.mean does, in a third of its time for a short array."""
    if not x.ndim:  # where a sum takes axes that are not there
        return np.mean(x, axis, out=out, keepdims=keepdims)
    y = sum(x, axis, keepdims, out)
    return np.divide(y, x.dtype.type(count(x.shape, axis)), out)


def broadcast(x: Any, shape: Shape, out: Any = None) -> Any:
    """Return x stretched to `shape`, as an array of its own."""
    y = np.empty(shape, dtype=x.dtype) if out is None else out
    if x.shape[-1:] == (1,) and short.is_short(y, -1):
        short.stretch(x, y)
    elif not loops.fill(y, x):
        y[...] = x
    return y


@lru_cache(maxsize=4096)
def stretched(shape: Shape, wide: Shape) -> tuple[int, ...]:
    """Return the axes of `wide` along which `shape` was stretched to it."""
    extra = len(wide) - len(shape)
    return tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(shape) if n == 1 and wide[i + extra] != 1
    )


def sum_to(g: Any, shape: Shape) -> Any:
    """Sum `g` over the axes along which `shape` was stretched to g's shape."""
    if g.shape == shape:
        return g
    if type(g) is ndarray:
        many = g.size > short.MANY and short.is_short(g, -1)
        rows = None if many else loops.row_sums(plus, g, shape)
        if rows is not None:  # compiled only
            return rows
        g = sum(g, stretched(shape, g.shape), True)
    else:
        g = TABLE["sum"](g, axis=stretched(shape, g.shape), keepdims=True)
    return g if g.shape == shape else TABLE["reshape"](g, shape=shape)


def spread(g: Any, shape: Shape, axis: Axis, keepdims: bool) -> Any:
    """Stretch the result of reducing an array of `shape` back over the reduced axes."""
    if type(g) is ndarray and not g.ndim:
        y = loops.repeated(g, shape)
        return broadcast(g, shape) if y is None else y
    if not keepdims and g.shape:
        axes = axes_of(axis, len(shape))
        kept = tuple(1 if i in axes else n for i, n in enumerate(shape))
        if kept != g.shape:
            g = TABLE["reshape"](g, shape=kept)
    return g if g.shape == shape else TABLE["broadcast"](g, shape=shape)


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the permutation that undoes `axes`."""
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


def swap(x: Any) -> Any:
    """Transpose the last two axes."""
    if type(x) is ndarray:
        return loops.swapped(x)
    n = len(x.shape)
    return TABLE["transpose"](x, axes=(*range(n - 2), n - 1, n - 2))


def product(a: Any, b: Any) -> Any:
    """Return the matrix product."""
    plain = type(a) is ndarray and type(b) is ndarray
    return matmul(a, b) if plain else TABLE["matmul"](a, b)


def _column(x: Any) -> Any:
    return TABLE["reshape"](x, shape=(*x.shape, 1))


def _row(x: Any) -> Any:
    return TABLE["reshape"](x, shape=(*x.shape[:-1], 1, x.shape[-1]))


def matmul_left(g: Any, a: Any, b: Any) -> Any:
    """g b^T, for a vector or a matrix on either side."""
    if len(b.shape) == 1:
        return short.outer(g, b) if len(a.shape) > 1 else g * b
    if len(a.shape) == 1:
        row = product(_row(g), swap(b))
        return TABLE["reshape"](row, shape=(*b.shape[:-2], *a.shape))
    return product(g, swap(b))


def matmul_right(g: Any, a: Any, b: Any) -> Any:
    """a^T g, for a vector or a matrix on either side."""
    if len(a.shape) == 1:
        return short.outer(a, _row(g)) if len(b.shape) > 1 else g * a
    if len(b.shape) == 1:
        return TABLE["reshape"](product(swap(a), _column(g)), shape=(*a.shape[:-2], a.shape[-1]))
    return product(swap(a), g)


def ties(x: Any, axis: Axis, largest: bool) -> Any:
    """Return equal shares, adding up to 1, at the places of the largest (smallest) element."""
    extreme = (np.max if largest else np.min)(x, axis=axis, keepdims=True)
    hit = x == extreme
    if np.any(np.isnan(extreme)):
        hit = np.where(np.isnan(extreme), np.isnan(x), hit)
    share = np.asarray(1.0 / np.sum(hit, axis=axis, keepdims=True), dtype=x.dtype)
    return np.asarray(np.multiply(hit, share), dtype=x.dtype)


def permuted(x: Any, axes: tuple[int, ...]) -> Any:
    return x.transpose(axes)


def reshape(x: Any, shape: Shape) -> Any:
    return x.reshape(shape)


def take(x: Any, index: Any) -> Any:
    return x[index]


def scatter(x: Any, index: Any, shape: Shape) -> Any:
    """Add `x` into zeros of `shape` at `index`; places that are named twice get both."""
    y = np.zeros(shape, dtype=x.dtype)
    if sliced(index):
        y[index] = x
    elif len(shape) == 1 and x.dtype == y.dtype == float and counted(index):
        y[:] = np.bincount(index.ravel(), x.ravel(), shape[0])  # adds in the same order
    else:
        np.add.at(y, index, x)
    return y


def sliced(index: Any) -> bool:
    """Return whether an index names no place twice: it is made of slices and single numbers."""
    parts = index if isinstance(index, tuple) else (index,)
    return builtins.all(p is None or isinstance(p, PLACES) for p in parts)


def counted(index: Any) -> bool:
    """Return whether an index is an array of places counted from the start."""
    whole = isinstance(index, ndarray) and index.dtype.kind in "iu"
    return bool(whole and (index.size == 0 or index.min() >= 0))


def concatenate(*xs: Any, axis: int) -> Any:
    return np.concatenate(xs, axis=axis)


def concatenate_transpose(i: int, g: Any, *xs: Any, axis: int) -> Any:
    """Cut operand i's part out of g."""
    axis = axis % len(g.shape)
    start = builtins.sum(x.shape[axis] for x in xs[:i])
    index = (slice(None),) * axis + (slice(start, start + xs[i].shape[axis]),)
    return TABLE["take"](g, index=index)


def cast(x: Any, dtype: Any) -> Any:
    if dtype not in (np.float64, np.float32):
        raise TypeError("an array of a graph is float32 or float64; take .data.astype for another")
    return x.astype(dtype)


def fitting(grad: Any, shape: Shape, dtype: Any, name: str | None) -> Any:
    """Return a gradient that is set by hand in the shape and the precision of its node."""
    array = as_array(grad, "grad")
    if array.shape != shape:
        try:
            array = np.array(np.broadcast_to(array, shape))
        except ValueError:
            raise ValueError(
                f"grad: {name or 'the node'} has shape {shape}, the gradient {array.shape}"
            ) from None
    return array if array.dtype == dtype else array.astype(dtype)


def order_of(axes: Any, ndim: int) -> tuple[int, ...]:
    """Return the order of axes that `x.transpose(*axes)` asks for: reversed where it says nothing."""
    wanted = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple | list) else axes
    if wanted == (None,):
        wanted = ()
    for a in wanted:
        if not -ndim <= operator.index(a) < ndim:
            raise np.exceptions.AxisError(a, ndim)
    return tuple(a % ndim for a in wanted) or tuple(reversed(range(ndim)))


def misfit(
    row: Any, parents: tuple[Any, ...], params: dict[str, Any], error: Exception
) -> Exception:
    """Return an error that says which operation failed on which shapes, and why.

    It keeps the row and its operands as `failed`, so that what stood before it can be drawn.
    """
    failure = type(error)(_misfit(row, parents, params, error))
    vars(failure)["failed"] = row, parents
    return failure


def _misfit(row: Any, parents: tuple[Any, ...], params: dict[str, Any], error: Exception) -> str:
    names = [x.name or f"operand {i + 1}" for i, x in enumerate(parents)]
    shapes = [x.shape for x in parents]
    if row.name == "matmul" and shapes[0] and shapes[1]:
        inner = shapes[0][-1], shapes[1][max(-2, -len(shapes[1]))]
        if inner[0] != inner[1]:
            return (
                f"matmul: {shapes[0]} @ {shapes[1]}: inner sizes {inner[0]} and {inner[1]} differ "
                f"({names[0]} @ {names[1]}); transpose one of them or check the order"
            )
    listed = ", ".join(f"{n} {s}" for n, s in zip(names, shapes, strict=True))
    extra = f" with {params}" if params else ""
    return f"{row.name}: cannot be applied to {listed}{extra}: {error}"


def evaluated(
    row: Any, parents: tuple[Any, ...], arrays: tuple[Any, ...], params: dict[str, Any], keep: Any
) -> tuple[Any, Any]:  # fmt: skip
    """Return a row's result on arrays, without numpy's warnings, and what it keeps of them."""
    kept = None
    before = now()
    try:
        put(SILENT)
        if keep is None:
            array = row.array(*arrays, **params) if params else row.array(*arrays)
        else:
            array, kept = keep(*arrays, **params)
    except (ValueError, IndexError, TypeError) as error:
        raise misfit(row, parents, params, error) from None
    finally:
        put(before)
    return loops.as_array(array), kept
