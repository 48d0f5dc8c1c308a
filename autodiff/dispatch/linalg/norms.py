"""Norms of every order that numpy knows, and numpy 2's names in linalg, on nodes."""

from functools import reduce
from math import prod
from operator import index
from typing import Any

import numpy as np

from autodiff.dispatch import places, products
from autodiff.dispatch.choices import last_two_exchanged
from autodiff.dispatch.entries import check_axes, stands_for
from autodiff.dispatch.linalg import matrix, svd
from autodiff.dispatch.moves import as_type, axes_within, blank
from autodiff.dispatch.products import einsum
from autodiff.dispatch.signals import cross
from autodiff.nodes import costs
from autodiff.nodes.functions import array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops
from autodiff.table.recipes import AXED, LIKE, MATRIX, VECTOR, Operand, one_of, whole
from autodiff.table.recipes.matrices import REGULAR, TALL

ROW = Operand(shape=lambda d: d.first.shape[-1:])
SPACE = Operand(shape=lambda d: d.of((3,), (2, 3)))
ORDER = one_of(None, 2, 1, np.inf, -np.inf, 0, 3, "fro", "nuc", -2)
CUBE = Operand(shape=lambda d: (2, 3, 6))


def norm_of_vectors(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    if not x.size:
        return constant(np.asarray(np.linalg.norm(x._array, ord, axis, keepdims)))
    if ord is None or ord == 2:
        return costs.norm(x, axis, keepdims)
    size = ops.abs(x)
    if ord == np.inf:
        return ops.max(size, axis=axis, keepdims=keepdims)
    if ord == -np.inf:
        return ops.min(size, axis=axis, keepdims=keepdims)
    if ord == 1:
        return size.sum(axis, keepdims)
    if ord == 0:
        return constant(np.linalg.norm(array_of(x), 0, axis, keepdims))
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order {ord!r} for vectors")
    top = ops.max(size, axis=axis, keepdims=True).detach()
    top = ops.where(top, ops.where(ops.hole(top - top), 1.0, top), 1.0)  # 1 for 0 and infinity
    total = ops.powc(ops.powc(size / top, ord).sum(axis, keepdims=True), 1.0 / ord) * top
    return total if keepdims else total.reshape(np.sum(blank(x), axis=axis).shape)


def norm_of_matrices(x: Any, ord: Any, axis: tuple[int, int], keepdims: bool) -> Any:
    row, column = (k % x.ndim for k in axis)
    if not x.size:
        return constant(np.asarray(np.linalg.norm(x._array, ord, axis, keepdims)))
    if ord in (None, "fro", "f"):
        return costs.norm(x, axis, keepdims)
    if ord in (1, -1, np.inf, -np.inf):
        first, second = (row, column) if abs(ord) == 1 else (column, row)
        sums = ops.abs(x).sum(first, keepdims=True)
        y = (ops.max if ord > 0 else ops.min)(sums, axis=second, keepdims=True)
    elif ord in (2, -2, "nuc"):
        rest = [k for k in range(x.ndim) if k not in (row, column)]
        x_last = x.transpose(*rest, row, column)
        place = 0 if ord == 2 else -1
        y = ops.nuclear(x_last) if ord == "nuc" else svd(x_last, compute_uv=False)[..., place]
    else:
        raise ValueError("Invalid norm order for matrices.")
    kept = tuple(1 if k in (row, column) else n for k, n in enumerate(x.shape))
    shape = kept if keepdims else tuple(n for k, n in enumerate(x.shape) if k not in (row, column))
    return y.reshape(shape)


@stands_for(np.linalg.norm, x=AXED, ord=ORDER)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the norm of vectors or matrices of any order that numpy knows."""
    x = tensor(x)
    if axis is None:
        if ord is None or (x.ndim == 2 and ord in ("fro", "f")) or (x.ndim == 1 and ord == 2):
            return costs.norm(x, None, keepdims)
        if x.ndim not in (1, 2):
            raise ValueError("Improper number of dimensions to norm.")
        axis = tuple(range(x.ndim))
    axes = tuple(np.atleast_1d(axis).tolist())
    np.sum(blank(x), axis=axes)  # are there such axes?
    if len(axes) == 1:
        return norm_of_vectors(x, ord, axes[0], keepdims)
    if len(axes) == 2:
        return norm_of_matrices(x, ord, axes, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


@stands_for(np.linalg.cond, x=REGULAR, p=one_of(None, 1, 2, -2, "fro", np.inf))
def cond(x: Any, p: Any = None) -> Any:
    """Return the condition number: a norm of the matrix times that of its inverse."""
    if p in (None, 2, -2):
        values = svd(x, compute_uv=False)
        largest, least = values[..., 0], values[..., -1]
        found = least / largest if p == -2 else largest / least
        holes = ops.max(ops.hole(tensor(x)), axis=(-2, -1), keepdims=False)
        none = ops.hole(found) * (1.0 - holes)
        return ops.where(none, np.inf, found)  # 0 over 0: a matrix without an inverse
    x = matrix(x, "cond")
    try:
        inverse = ops.inv(x)
    except np.linalg.LinAlgError:
        if x.ndim == 2 and np.isinf(np.linalg.cond(x._array, p)):
            return constant(np.asarray(np.inf, x.dtype))
        raise
    return norm(x, p, (-2, -1)) * norm(inverse, p, (-2, -1))


def vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
    """Return the sums of products of vectors along an axis."""
    a, b = tensor(x1), tensor(x2)
    check_axes("np.linalg.vecdot", 1, 64, a, b)
    if a.shape[index(axis)] != b.shape[index(axis)]:
        raise ValueError(
            f"vecdot: vectors of {a.shape} and {b.shape} have not one length along {axis}"
        )
    if axis == -1:
        return einsum("...i,...i->...", a, b)
    return ops.sum(a * b, axis=index(axis), keepdims=False)


def matvec(x1: Any, x2: Any) -> Any:
    """Return the products of matrices with vectors."""
    a, b = tensor(x1), tensor(x2)
    return a @ b if (a.ndim, b.ndim) == (2, 1) else einsum("...ij,...j->...i", a, b)


def vecmat(x1: Any, x2: Any) -> Any:
    """Return the products of vectors with matrices."""
    a, b = tensor(x1), tensor(x2)
    return a @ b if (a.ndim, b.ndim) == (1, 2) else einsum("...i,...ij->...j", a, b)


def vector_norm(x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Return the norm of vectors, of all elements by default."""
    x = tensor(x)
    if axis is None:
        y = norm_of_vectors(x.reshape(-1), ord, 0, False)
        return y.reshape((1,) * x.ndim) if keepdims else y
    axes = axes_within(axis, x.ndim)
    if axes and ord in (None, 2):
        return costs.norm(x, axes, keepdims)
    rest = [k for k in range(x.ndim) if k not in axes]
    shape = [x.shape[k] for k in rest]
    y = norm_of_vectors(
        x.transpose(*axes, *rest).reshape(prod(x.shape[k] for k in axes), *shape), ord, 0, False
    )
    return y.reshape([1 if k in axes else n for k, n in enumerate(x.shape)]) if keepdims else y


def matrix_norm(x: Any, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Return the norm of the matrices in the last two axes."""
    return norm_of_matrices(matrix(x, "matrix_norm", square=False), ord, (-2, -1), keepdims)


def outer_of_vectors(x1: Any, x2: Any) -> Any:
    """Return the products of each element of a vector with each of another."""
    check_axes("np.linalg.outer", 1, 1, x1, x2)
    return products.outer(x1, x2)


def cross_in_space(x1: Any, x2: Any, axis: int = -1) -> Any:
    """Return the vector product of vectors in space."""
    x1, x2, axis = tensor(x1), tensor(x2), index(axis)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(
            f"np.linalg.cross: vectors of 3 numbers are wanted along axis {axis}, the shapes are "
            f"{x1.shape} and {x2.shape}"
        )
    return cross(x1, x2, axis=axis)


def diagonal(x: Any, offset: int = 0) -> Any:
    """Return the diagonals of the matrices in the last two axes."""
    return places.diagonal(tensor(x), offset, -2, -1)


def trace(x: Any, offset: int = 0, dtype: Any = None) -> Any:
    """Return the sums of the diagonals of the matrices in the last two axes."""
    return as_type(diagonal(x, offset), dtype).sum(-1)


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """Return x with tensordot(a, x, x.ndim) = b."""
    a, b = tensor(a), tensor(b)
    shape = np.linalg.tensorsolve(np.eye(b.size).reshape(a.shape), np.zeros(b.shape), axes).shape
    if axes is not None:
        kept = [k for k in range(a.ndim) if k not in axes]
        a = a.transpose(*kept, *axes)
    return ops.solve(a.reshape(b.size, -1), b.reshape(-1, 1)).reshape(shape)


SECOND: dict[str, tuple[Any, dict[str, Any]]] = {
    "linalg.vecdot": (vecdot, {"x1": AXED, "x2": LIKE}),
    "vecdot": (vecdot, {"x1": AXED, "x2": LIKE}),
    "matvec": (matvec, {"x1": MATRIX, "x2": ROW}),
    "vecmat": (vecmat, {"x1": VECTOR, "x2": Operand(shape=lambda d: (*d.first.shape, 2))}),
    "linalg.vector_norm": (vector_norm, {"x": AXED, "ord": ORDER}),
    "linalg.matrix_norm": (matrix_norm, {"x": MATRIX, "ord": one_of("fro", 1, "nuc", 2)}),
    "linalg.svdvals": (lambda x: svd(x, compute_uv=False), {"x": TALL}),
    "linalg.matrix_transpose": (last_two_exchanged, {"x": MATRIX}),
    "linalg.diagonal": (diagonal, {"x": MATRIX, "offset": whole(-1, 1)}),
    "linalg.trace": (trace, {"x": MATRIX, "offset": whole(-1, 1)}),
    "linalg.outer": (outer_of_vectors, {"x1": VECTOR, "x2": VECTOR}),
    "linalg.cross": (cross_in_space, {"x1": SPACE, "x2": LIKE}),
    "linalg.matmul": (ops.matmul, {"x1": VECTOR, "x2": LIKE}),
    "linalg.tensordot": (products.tensordot, {"x1": AXED, "x2": LIKE, "axes": one_of(1, 0)}),
    "linalg.tensorsolve": (tensorsolve, {"a": CUBE, "b": Operand(shape=lambda d: (2, 3))}),
}
_top: Any = np
for _name, (_function, _kinds) in SECOND.items():
    _numpy = reduce(lambda module, part: getattr(module, part, None), _name.split("."), _top)
    _signature = "(x1, x2)" if isinstance(_numpy, np.ufunc) else ""
    stands_for(*filter(None, [_numpy]), signature=_signature, **_kinds)(_function)
