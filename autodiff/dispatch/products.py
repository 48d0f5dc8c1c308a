"""numpy's products and norms of arrays, on nodes: sums of products over axes that two arrays share."""

import math
from typing import Any

import numpy as np

from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import axes_within
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.table import ops
from autodiff.table.recipes import (
    ARRAY,
    AXED,
    FACTOR,
    LIKE,
    VECTOR,
    one_of,
)


@stands_for(np.dot, signature="(a, b, out=None)", a=ARRAY, b=FACTOR)
def dot(a: Any, b: Any) -> Any:
    """Return numpy's dot: the last axis of a with the last but one of b."""
    a, b = tensor(a), tensor(b)
    if not a.ndim or not b.ndim:
        return ops.mul(a, b)
    if b.ndim < 3 and (b.ndim == 1 or a.ndim <= 2):
        return ops.matmul(a, b)
    return tensordot(a, b, ((-1,), (-min(b.ndim, 2),)))


@stands_for(np.vdot, signature="(a, b)", a=ARRAY, b=LIKE)
def vdot(a: Any, b: Any) -> Any:
    """Return the sum of all products of elements in the same place."""
    return ops.matmul(tensor(a).reshape(-1), tensor(b).reshape(-1))


@stands_for(np.inner, signature="(a, b)", a=ARRAY, b=LIKE)
def inner(a: Any, b: Any) -> Any:
    """Return the sums of products over the last axes of both."""
    a, b = tensor(a), tensor(b)
    if not a.ndim or not b.ndim:
        return ops.mul(a, b)
    return tensordot(a, b, ((-1,), (-1,)))


@stands_for(np.outer, a=ARRAY, b=VECTOR)
def outer(a: Any, b: Any) -> Any:
    """Return the matrix of the products a_i b_j."""
    return tensor(a).reshape(-1, 1) * tensor(b).reshape(1, -1)


@stands_for(np.tensordot, a=AXED, b=LIKE, axes=one_of(0, 1, ((0,), (0,)), ([-1], [-1])))
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Return the sums of products over `axes` of a and b, as one matrix product."""
    a, b = tensor(a), tensor(b)
    if isinstance(axes, int | np.integer):
        axes = tuple(range(-int(axes), 0)), tuple(range(int(axes)))
    left, right = (
        axes_within(tuple(np.atleast_1d(given).tolist()), x.ndim)
        for x, given in zip((a, b), axes, strict=True)
    )
    shared = [tuple(x.shape[i] for i in ks) for x, ks in ((a, left), (b, right))]
    if shared[0] != shared[1]:
        raise ValueError(
            f"np.tensordot: the axes {left} of {a.shape} and {right} of {b.shape} differ in size"
        )
    rows = tuple(i for i in range(a.ndim) if i not in left)
    columns = tuple(i for i in range(b.ndim) if i not in right)
    n = math.prod(shared[0])
    first = a.transpose(*rows, *left) if a.ndim else a
    second = b.transpose(*right, *columns) if b.ndim else b
    height, width = (math.prod(x.shape[i] for i in ks) for x, ks in ((a, rows), (b, columns)))
    product = first.reshape(height, n) @ second.reshape(n, width)
    return product.reshape(*(a.shape[i] for i in rows), *(b.shape[i] for i in columns))
