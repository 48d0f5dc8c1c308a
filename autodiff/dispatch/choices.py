"""Choosing and putting together on nodes: select, piecewise, insert, block, grids, and turning round.

What is computed in pieces is computed everywhere and chosen by `where`, whose way back sends nothing to
what was not chosen.
"""

from typing import Any

import numpy as np

from autodiff.dispatch import moves
from autodiff.dispatch.entries import check_axes, stands_for
from autodiff.dispatch.moves import SHIFT, as_type, axes_within, blank, join
from autodiff.dispatch.statistics import one_axis
from autodiff.nodes.functions import array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.nodes.value import Value
from autodiff.table import ops, recipes
from autodiff.table.recipes import (
    ARRAY,
    ARRAYS,
    AXED,
    MATRIX,
    VECTOR,
    Several,
    Steps,
    one_of,
    real,
    whole,
)

NUMBER = real(0.5, -1.0)
CONDITIONS = Steps(lambda d: [np.array(True), np.array(False)])


@stands_for(
    np.select,
    condlist=CONDITIONS,
    choicelist=ARRAYS,
    default=NUMBER,
)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Return from each choice the elements whose condition is the first to hold."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    weak = (int, float, Value)  # a number takes the precision of the arrays beside it
    kinds = [1.0 if type(x) in weak else array_of(x).dtype for x in (*choicelist, default)]
    y = tensor(default)
    shapes = [np.shape(array_of(x)) for x in (*condlist, *choicelist, default)]
    for condition, choice in list(zip(condlist, choicelist, strict=True))[::-1]:
        y = ops.where(np.asarray(array_of(condition), float), choice, y)
    shape = np.broadcast_shapes(*shapes)
    return as_type(y if y.shape == shape else ops.broadcast(y, shape=shape), np.result_type(*kinds))


@stands_for(
    np.piecewise, x=ARRAY, condlist=Steps(lambda d: [d.first < 0, d.first >= 0]),
    funclist=real([lambda x: x * x, lambda x: 2.0 * x]), args=real(()),
)  # fmt: skip
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Return each piece by its function (or number) where its condition holds; the last one wins."""
    x = tensor(x)
    one = np.isscalar(condlist) or (x.ndim and not isinstance(condlist[0], list | np.ndarray))
    held = array_of(condlist)
    parts = [held] if one or not held.ndim else list(held)
    if len(funclist) == len(parts) + 1:
        parts = [*parts, ~np.any(parts, axis=0)]
    if len(funclist) != len(parts):
        raise ValueError(
            f"with {len(parts)} condition(s), either {len(parts)} or {len(parts) + 1} functions are expected"
        )
    np.piecewise(x._array, condlist, [0.0] * len(funclist))  # what numpy refuses
    y: Any = constant(np.zeros_like(x._array))
    for condition, f in zip(parts, funclist, strict=True):
        piece = f(x, *args, **kw) if callable(f) else f
        chosen = np.array(condition, dtype=x.dtype)  # of fewer axes: of whole rows
        y = ops.where(chosen.reshape((*chosen.shape, *(1,) * (x.ndim - chosen.ndim))), piece, y)
    return y


def depth(x: Any) -> int:
    return 1 + max(map(depth, x), default=0) if isinstance(x, list) else 0


def block_of(x: Any, level: int, levels: int, ndim: int) -> Any:
    """Return nested lists of arrays joined: the innermost along the last axis, and so on."""
    if not isinstance(x, list):
        y = tensor(x)
        return y.reshape((1,) * max(0, ndim - y.ndim) + y.shape)
    parts = [block_of(part, level + 1, levels, ndim) for part in x]
    return join(parts, level - levels)


@stands_for(np.block, arrays=ARRAYS)
def block(arrays: Any) -> Any:
    """Return an array put together of blocks in nested lists."""
    levels = depth(arrays)
    ndim = max(levels, np.block(plain_blocks(arrays)).ndim)
    return block_of(arrays, 0, levels, ndim)


def plain_blocks(x: Any) -> Any:
    """Return what stands in for the arrays where numpy is asked: of their shapes, and short."""
    if isinstance(x, list):
        return [plain_blocks(p) for p in x]
    return np.broadcast_to(np.zeros((), bool), tensor(x).shape)


@stands_for(np.broadcast_arrays, signature="(*args)", args=ARRAYS)
def broadcast_arrays(*args: Any) -> Any:
    """Return arrays stretched to the shape that they have together."""
    xs = [tensor(x) for x in args]
    shape = np.broadcast_shapes(*(x.shape for x in xs))
    return tuple(x if x.shape == shape else ops.broadcast(x, shape=shape) for x in xs)


@stands_for(np.meshgrid, signature="(*xi, copy=True, sparse=False, indexing='xy')", xi=Several(VECTOR),
            sparse=one_of(False, True), indexing=one_of("xy", "ij"))  # fmt: skip
def meshgrid(*xi: Any, sparse: bool = False, indexing: str = "xy") -> Any:
    """Return the coordinates of the points of a grid."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    xs = [tensor(x).reshape(-1) for x in xi]
    n = len(xs)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    ys = [x.reshape((1,) * order[i] + (-1,) + (1,) * (n - 1 - order[i])) for i, x in enumerate(xs)]
    return tuple(ys) if sparse else broadcast_arrays(*ys)


@stands_for(np.diagflat, v=ARRAY, k=whole(-1, 1))
def diagflat(v: Any, k: int = 0) -> Any:
    """Return a matrix with all elements on a diagonal."""
    x = tensor(v).reshape(-1)
    size = x.size + abs(k)
    step = np.arange(x.size)
    index = (step + max(-k, 0), step + max(k, 0))
    return ops.scatter(x, index=index, shape=(size, size))


@stands_for(np.vander, x=VECTOR, N=one_of(None, 2), increasing=one_of(False, True))
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Return the powers of x in columns."""
    check_axes("np.vander", 1, 1, x)
    x = tensor(x)
    powers = np.arange(x.size if N is None else N, dtype=float)
    return ops.powc(x.reshape(-1, 1), powers if increasing else powers[::-1].copy())


@stands_for(np.dsplit, ary=recipes.Operand(3, 3), indices_or_sections=one_of(1, [1]))
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Return parts along the third axis."""
    np.dsplit(blank(tensor(ary)), indices_or_sections)
    return moves.splitting(np.split)(ary, indices_or_sections, 2)


def second_name(function: Any, like: Any, **kinds: Any) -> None:
    """Enter numpy 2's second name of a function, where this numpy has it."""
    stands_for(*filter(None, [function]), **kinds)(like)


def last_two_exchanged(x: Any) -> Any:
    """Return matrices transposed."""
    x = tensor(x)
    if x.ndim < 2:
        raise ValueError("matrix_transpose: the array must have at least two axes")
    return x.transpose(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)


second_name(getattr(np, "matrix_transpose", None), last_two_exchanged, x=MATRIX)
second_name(getattr(np, "permute_dims", None), moves.permuting(np.transpose), a=ARRAY)
second_name(
    getattr(np, "astype", None), lambda x, dtype, copy=True: moves.as_type(x, dtype),
    x=AXED, device=one_of(None),
)  # fmt: skip


def unstack(x: Any, axis: Any = 0) -> Any:
    """Return the slices along an axis."""
    x = tensor(x)
    k = one_axis(x, axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis)
    ahead = (slice(None),) * k
    return tuple(x[(*ahead, i) if k else i] for i in range(x.shape[k]))


second_name(getattr(np, "unstack", None), unstack, x=AXED)


@stands_for(np.flip, m=ARRAY)
def flip(m: Any, axis: Any = None) -> Any:
    """Return the elements in reverse order along an axis, along axes, or along all."""
    x = tensor(m)
    axes = range(x.ndim) if axis is None else axes_within(axis, x.ndim)
    np.flip(blank(x), axis)  # what numpy refuses
    return ops.take(
        x, index=tuple(slice(None, None, -1 if i in axes else 1) for i in range(x.ndim))
    )


@stands_for(np.fliplr, m=MATRIX)
def fliplr(m: Any) -> Any:
    """Return the elements in reverse order along the second axis."""
    np.fliplr(blank(tensor(m)))
    return flip(m, 1)


@stands_for(np.flipud, m=AXED)
def flipud(m: Any) -> Any:
    """Return the elements in reverse order along the first axis."""
    np.flipud(blank(tensor(m)))
    return flip(m, 0)


@stands_for(np.rot90, m=MATRIX, k=SHIFT, axes=one_of((0, 1), (1, 0)))
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Return the array turned by k right angles in the plane of two axes."""
    x = tensor(m)
    np.rot90(blank(x), k, axes)
    first, second = axes_within(tuple(axes), x.ndim)
    if k % 2 == 0:
        return flip(x, (first, second)) if k % 4 else x
    order = list(range(x.ndim))
    order[first], order[second] = second, first
    turned = flip(x, second) if k % 4 == 1 else flip(x, first)
    return turned.transpose(*order)


@stands_for(np.roll, a=AXED, shift=SHIFT)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Return the elements moved on along axes, or as if laid flat, the last ones to the front."""
    x = tensor(a)
    np.roll(np.zeros((1,) * x.ndim), shift, axis)
    if axis is None:
        return ops.roll(x.reshape(-1), shift=int(np.sum(shift)), axis=0).reshape(x.shape)
    places = np.broadcast_arrays(shift, axis)
    shifts, axes = (tuple(map(int, np.ravel(p))) for p in places)
    return ops.roll(x, shift=shifts, axis=axes)
