"""Polynomials as arrays of coefficients, the highest power first, on nodes."""

import operator
from typing import Any

import numpy as np

from autodiff.dispatch.choices import vander
from autodiff.dispatch.entries import check_axes, refused, stands_for
from autodiff.dispatch.further.sets import trim_zeros
from autodiff.dispatch.linalg import lstsq
from autodiff.dispatch.moves import as_type, join
from autodiff.dispatch.signals import convolve
from autodiff.nodes.functions import array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops
from autodiff.table.recipes import FLAG, VECTOR, Operand, one_of, real, whole
from autodiff.table.recipes.matrices import Moderate

OTHER = Operand(shape=lambda d: (d.of(2, 3, 1),))
BLOCK = 8  # zeros that are multiplied side by side; what comes of them is put together in pairs
POINTS = real(np.array([-1.0, 0.5, 1.0, 2.0, 3.5]))


def coefficients(p: Any) -> Any:
    """Return the coefficients along one axis; a number is a polynomial of degree 0."""
    x = tensor(p)
    return x if x.ndim else x.reshape(1)


@stands_for(np.polyval, p=VECTOR, x=Operand(shape=lambda d: (2,)))
def polyval(p: Any, x: Any) -> Any:
    """Return the polynomial with the coefficients p, the highest power first, at x (Horner)."""
    p, x = tensor(p), tensor(x)
    if p.ndim == 1:
        return ops.horner(p, x)
    y = constant(np.zeros_like(x._array))
    for k in range(p.shape[0]):
        y = y * x + p[k]
    return y


@stands_for(np.poly, seq_of_zeros=VECTOR)
def poly(seq_of_zeros: Any) -> Any:
    """Return the coefficients of the polynomial with these zeros."""
    zeros = coefficients(seq_of_zeros)
    if zeros.ndim != 1:
        raise TypeError(
            "np.poly: the characteristic polynomial of a matrix has no meaning on a graph, since its "
            "zeros are complex; pass the zeros"
        )
    if not zeros.size:
        return 1.0
    whole = zeros.size - zeros.size % BLOCK
    parts = list(multiplied(zeros[:whole].reshape(-1, BLOCK))) if whole else []
    if whole < zeros.size:
        parts += list(multiplied(zeros[whole:].reshape(1, -1)))
    while len(parts) > 1:
        parts = [*map(ops.convolve, parts[::2], parts[1::2]), *parts[len(parts) // 2 * 2 :]]
    return parts[0]


def multiplied(zeros: Any) -> Any:
    """Return the coefficients of the polynomials whose zeros stand in rows, in rows."""
    y, none = (constant(f((zeros.shape[0], 1), zeros.dtype)) for f in (np.ones, np.zeros))
    for k in range(zeros.shape[1]):
        y = join([y, none], 1) + join([none, y * -zeros[:, k : k + 1]], 1)
    return y


def both(row: Any) -> Any:
    """Return the sum or difference of polynomials by that of coefficients of the same power."""

    def apply(a1: Any, a2: Any) -> Any:
        a, b = coefficients(a1), coefficients(a2)
        n = max(a.shape[0], b.shape[0])
        less = (n - x.shape[0] for x in (a, b))
        whole = [
            join([np.zeros(k, x.dtype), x]) if k else x for k, x in zip(less, (a, b), strict=True)
        ]
        return row(*whole)

    return apply


stands_for(np.polyadd, a1=VECTOR, a2=OTHER)(both(ops.add))
stands_for(np.polysub, a1=VECTOR, a2=OTHER)(both(ops.sub))


@stands_for(np.polymul, a1=VECTOR, a2=OTHER)
def polymul(a1: Any, a2: Any) -> Any:
    """Return the product of two polynomials."""
    a, b = (trim_zeros(coefficients(x), "f") for x in (a1, a2))
    return convolve(*(x if x.size else constant(np.zeros(1, x.dtype)) for x in (a, b)))


@stands_for(np.polydiv, u=VECTOR, v=Operand(above=0.0, shape=lambda d: (d.of(2, 3, 1),)))
def polydiv(u: Any, v: Any) -> Any:
    """Return the quotient of two polynomials, and what is left."""
    x, below = coefficients(u) + 0.0, coefficients(v) + 0.0
    left = np.polydiv(array_of(x), array_of(below))[1]
    x = as_type(x, left.dtype)
    if x.shape[0] < below.shape[0]:
        return constant(np.zeros(1, left.dtype)), x[x.shape[0] - left.size :]
    quotient = ops.deconvolve(x, below)
    return quotient, (x - ops.convolve(quotient, as_type(below, left.dtype)))[
        x.shape[0] - left.size :
    ]


@stands_for(np.polyder, p=VECTOR, m=whole(0, 2))
def polyder(p: Any, m: int = 1) -> Any:
    """Return the coefficients of the m-th derivative."""
    if operator.index(m) < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    check_axes("np.polyder", 1, 1 if m else 64, p)
    x = tensor(p)
    for _ in range(m):
        x = x[:-1] * np.arange(x.shape[0] - 1, 0, -1, dtype=float)
    return x


@stands_for(np.polyint, p=VECTOR, m=whole(0, 2), k=real(None, 0.5))
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """Return the coefficients of the m-th integral; k are the constants, 0 by default."""
    m = operator.index(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    check_axes("np.polyint", 1, 64, p)
    x = tensor(p)
    k = tensor(np.zeros(m) if k is None else k).reshape(-1)
    k = ops.broadcast(k, shape=(m,)) if k.shape[0] == 1 and m > 1 else k
    if k.shape[0] < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    for i in range(m):
        x = join([x / np.arange(x.shape[0], 0, -1, dtype=float), k[i : i + 1]])
    return x


@stands_for(
    np.polyfit, x=POINTS, y=Moderate(shape=lambda d: (5,)), deg=whole(1, 2), rcond=one_of(None, 1e-9),
    full=FLAG, w=real(None, np.array([1.0, 2.0, 1.0, 0.5, 1.0])), cov=one_of(False, True, "unscaled"),
)  # fmt: skip
def polyfit(
    x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    """Return the polynomial of a degree with the least sum of squares from the points (x, y)."""
    if np.ndim(deg):
        raise refused(np.polyfit, "deg")
    a: Any
    b: Any
    order, a, b = int(deg) + 1, as_type(tensor(x) + 0.0, float), as_type(tensor(y) + 0.0, float)
    np.polyfit(np.arange(len(a)), np.zeros(b.shape), 0) if a.ndim == 1 and len(a) else None
    if a.ndim != 1 or not len(a) or b.ndim not in (1, 2) or len(a) != len(b) or deg < 0:
        np.polyfit(np.zeros(a.shape), np.zeros(b.shape), deg)  # numpy's error
    left: Any = vander(a, order)
    if w is not None:
        weights = as_type(tensor(w), float)
        left = left * weights.reshape(-1, 1)
        b = b * (weights if b.ndim == 1 else weights.reshape(-1, 1))
    scale: Any = ops.sqrt(ops.square(left).sum(0))
    rcond = len(a) * np.finfo(float).eps if rcond is None else rcond
    c, rest, rank, values = lstsq(left / scale, b, rcond)
    c = c / (scale if c.ndim == 1 else scale.reshape(-1, 1))
    if full:
        return c, rest if rest.ndim else rest.reshape(1), rank, values, rcond
    if not cov:
        return c
    base = ops.inv(left.T @ left)
    if cov == "unscaled":
        return c, base
    if len(a) <= order:
        raise ValueError(
            "the number of data points must exceed order to scale the covariance matrix"
        )
    factor = rest / float(len(a) - order)
    return c, base * factor if b.ndim == 1 else base.reshape(order, order, 1) * factor
