"""Factorizations of matrices in the last two axes: cholesky, eigh, svd, qr and the pseudo-inverse.

A factorization has several parts and a row has one output, so its parts are packed one above the other
in one array, which is cut apart by slices. Each rule starts from the parts in its output.

Where two eigenvalues (or singular values) are equal, their vectors have no derivative: a cotangent that
asks for one gives an infinity or NaN, never a wrong number; one that asks for the values alone is
right. What numpy reads of one triangle (cholesky, eigh) is taken for symmetric: the gradient is
symmetric, and so must be the direction of a tangent.
"""

from typing import Any

import numpy as np

from autodiff.table.linear.matrices import solve_row, times
from autodiff.table.primitive import TABLE, smooth
from autodiff.table.recipes import LIKE, Recipe, one_of
from autodiff.table.recipes.matrices import DEFINITE, REGULAR, TALL
from autodiff.table.structure import swap


def cholesky(a: Any) -> Any:
    """Return the lower triangle L with L L^T = a."""
    return np.linalg.cholesky(a)


def eigh(a: Any, uplo: Any) -> Any:
    """Return the eigenvalues of a symmetric matrix, packed above its eigenvectors in columns."""
    w, v = np.linalg.eigh(a, uplo)
    return np.concatenate([w[..., None, :], v], axis=-2)


def svd(a: Any) -> Any:
    """Return the singular values, packed above the left and the right singular vectors in columns."""
    u, s, v = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([s[..., None, :], u, v.swapaxes(-1, -2)], axis=-2)


def qr(a: Any) -> Any:
    """Return Q above R, of a matrix with at least as many rows as columns."""
    q, r = np.linalg.qr(a)
    return np.concatenate([q, r], axis=-2)


def pinv(a: Any, rcond: float | None) -> Any:
    """Return the pseudo-inverse; singular values below rcond times the largest count as 0."""
    return np.linalg.pinv(a) if rcond is None else np.linalg.pinv(a, rcond)


def rows(x: Any, start: int, stop: int | None) -> Any:
    """Return some rows of a packed array."""
    return TABLE["take"](x, index=(..., slice(start, stop), slice(None)))


def tri(x: Any, k: int = 0) -> Any:
    return TABLE["triangle"](x, k=k, upper=False)


def half(x: Any) -> Any:
    """Return the lower triangle with half of the diagonal."""
    return (tri(x) + tri(x, -1)) * 0.5


def even(x: Any) -> Any:
    """Return the symmetric part."""
    return (x + swap(x)) * 0.5


def gaps(w: Any) -> Any:
    """Return 1 / (w_j - w_i), infinite where two are equal, and 0 on the diagonal."""
    row = TABLE["reshape"](w, shape=(*w.shape[:-1], 1, w.shape[-1]))
    column = TABLE["reshape"](w, shape=(*w.shape, 1))
    one = np.eye(w.shape[-1], dtype=w.dtype)
    return (1.0 - one) / (row - column + one)


def chain(x: Any, factor: Any) -> Any:
    """Return x * factor, and 0 where x is 0 though the factor be infinite."""
    return TABLE["chain"](x, factor)


def cholesky_back(y: Any, g: Any) -> Any:
    """Return the cotangent of a = L L^T from that of L = y: blocks of columns, the last ones first.

    A block of L is a factorization of its own, and takes from its neighbours on the left what products
    say (I. Murray, Differentiation of the Cholesky decomposition, 2016): as many multiplications as two
    factorizations, where inverse(L)^T inner inverse(L) takes those of fifteen.
    """
    x, n, size = np.array(g), y.shape[-1], 32
    triangle = np.tri(min(n, size), dtype=y.dtype)
    halves = triangle - 0.5 * np.eye(min(n, size), dtype=y.dtype)
    for stop in range(n, 0, -size):
        start = max(0, stop - size)
        block, below, left = slice(start, stop), slice(stop, n), slice(0, start)
        k = stop - start
        own = y[..., block, block] * triangle[:k, :k]
        inverse, inner = np.linalg.inv(own), x[..., block, block]
        if stop < n:
            c = x[..., below, block] = x[..., below, block] @ inverse
            inner = inner - c.swapaxes(-1, -2) @ y[..., below, block]
        inner = halves[:k, :k] * (own.swapaxes(-1, -2) @ (inner * triangle[:k, :k]))
        inner = inverse.swapaxes(-1, -2) @ inner @ inverse
        both = inner + inner.swapaxes(-1, -2)
        x[..., block, block] = 0.5 * both
        if start:
            x[..., block, left] -= both @ y[..., block, left]
        if start and stop < n:
            x[..., below, left] -= c @ y[..., block, left]
            x[..., block, left] -= c.swapaxes(-1, -2) @ y[..., below, left]
        if stop < n:
            x[..., below, block] *= 0.5
            x[..., block, below] = x[..., below, block].swapaxes(-1, -2)
    return x


def cholesky_transpose(g: Any, y: Any, a: Any) -> Any:
    return TABLE["cholesky_back"](y, g)


def back_transpose(u: Any, s: Any, y: Any, g: Any) -> Any:
    """Return what L = y gets from the cotangent of s = cholesky_back(L, g)."""
    u, inverse = even(u), TABLE["inv_lower"](y)
    inner = half(times(inverse, u, swap(inverse)))
    return tri(times(tri(g), swap(inner)) - 2.0 * times(s, u, swap(inverse)))


def back_tangent(t: Any, s: Any, y: Any, g: Any) -> Any:
    t, inverse = tri(t), TABLE["inv_lower"](y)
    moved = times(swap(inverse), half(times(swap(t), tri(g))), inverse)
    return even(moved - 2.0 * times(s, t, inverse))


def cholesky_tangent(t: Any, y: Any, a: Any) -> Any:
    inverse = TABLE["inv_lower"](y)
    return times(y, half(times(inverse, even(t), swap(inverse))))


def eigh_transpose(g: Any, y: Any, a: Any, uplo: str) -> Any:
    v, gw, gv = rows(y, 1, None), rows(g, 0, 1), rows(g, 1, None)
    if type(g) is np.ndarray and not gv.any():  # the values alone are asked for
        return times(v * gw, swap(v))
    one = np.eye(a.shape[-1], dtype=a.dtype)
    turn = times(swap(v), gv)
    inner = chain((turn - swap(turn)) * 0.5, gaps(rows_flat(y))) + one * gw
    return times(v, inner, swap(v))


def rows_flat(y: Any) -> Any:
    """Return the values that are packed in the first row."""
    return TABLE["take"](y, index=(..., 0, slice(None)))


def eigh_tangent(t: Any, y: Any, a: Any, uplo: str) -> Any:
    v = rows(y, 1, None)
    inner = times(swap(v), even(t), v)
    values = TABLE["sum"](inner * np.eye(a.shape[-1], dtype=a.dtype), axis=-2, keepdims=True)
    return stacked(values, times(v, chain(inner, gaps(rows_flat(y)))))


def stacked(*parts: Any) -> Any:
    return TABLE["concatenate"](*parts, axis=-2)


def svd_parts(y: Any, a: Any) -> tuple[Any, Any, Any, Any]:
    """Return the packed parts (u, s as a row, v) and the gaps between the squares of s."""
    m = a.shape[-2]
    s = rows_flat(y)
    row = TABLE["reshape"](s, shape=(*s.shape[:-1], 1, s.shape[-1]))
    column = TABLE["reshape"](s, shape=(*s.shape, 1))
    one = np.eye(s.shape[-1], dtype=a.dtype)
    factor = (1.0 - one) / ((row - column) * (row + column) + one)
    return rows(y, 1, m + 1), row, rows(y, m + 1, None), factor


def svd_transpose(g: Any, y: Any, a: Any) -> Any:
    m = a.shape[-2]
    u, s, v, factor = svd_parts(y, a)
    gs, gu, gv = rows(g, 0, 1), rows(g, 1, m + 1), rows(g, m + 1, None)
    if type(g) is np.ndarray and type(y) is np.ndarray and not gu.any() and not gv.any():
        return times(u * gs, swap(v))  # of the values alone
    one = np.eye(s.shape[-1], dtype=a.dtype)
    left, right = times(swap(u), gu), times(swap(v), gv)
    inner = chain(left - swap(left), factor) * s + chain(right - swap(right), factor) * swap(s)
    back = times(u, inner + one * gs, swap(v))
    if m > s.shape[-1]:
        back = back + times(chain(gu - times(u, left), 1.0 / s), swap(v))
    if a.shape[-1] > s.shape[-1]:
        back = back + times(u, swap(chain(gv - times(v, right), 1.0 / s)))
    return back


def svd_tangent(t: Any, y: Any, a: Any) -> Any:
    u, s, v, factor = svd_parts(y, a)
    inner = times(swap(u), t, v)
    one = np.eye(s.shape[-1], dtype=a.dtype)
    values = TABLE["sum"](inner * one, axis=-2, keepdims=True)
    du = times(u, chain(inner * s + swap(s) * swap(inner), factor))
    dv = times(v, chain(swap(s) * inner + swap(inner) * s, factor))
    if a.shape[-2] > s.shape[-1]:
        tv = times(t, v)
        du = du + chain(tv - times(u, inner), 1.0 / s)
    if a.shape[-1] > s.shape[-1]:
        tu = times(swap(t), u)
        dv = dv + chain(tu - times(v, swap(inner)), 1.0 / s)
    return stacked(values, du, dv)


def qr_transpose(g: Any, y: Any, a: Any) -> Any:
    m = a.shape[-2]
    q, r, gq, gr = rows(y, 0, m), rows(y, m, None), rows(g, 0, m), rows(g, m, None)
    inner = times(r, swap(gr)) - times(swap(gq), q)
    inner = tri(inner) + swap(tri(inner, -1))
    return swap(solve_row(r, swap(gq + times(q, inner))))


def qr_tangent(t: Any, y: Any, a: Any) -> Any:
    m = a.shape[-2]
    q, r = rows(y, 0, m), rows(y, m, None)
    x = swap(solve_row(swap(r), swap(t)))
    c = times(swap(q), x)
    turn = tri(c, -1) - swap(tri(c, -1))
    return stacked(times(q, turn) + x - times(q, c), times(c - turn, r))


def pinv_transpose(g: Any, y: Any, a: Any, rcond: float | None) -> Any:
    p, pt = y, swap(y)
    back = -times(pt, g, pt)
    rest = times(swap(g), p, pt)
    back = back + rest - times(a, p, rest)
    other = times(pt, p, swap(g))
    return back + other - times(other, p, a)


def pinv_tangent(t: Any, y: Any, a: Any, rcond: float | None) -> Any:
    p, pt, tt = y, swap(y), swap(t)
    left, right = times(p, pt, tt), times(tt, pt, p)
    moved = left - times(left, a, p) + right - times(p, a, right)
    return moved - times(p, t, p)


smooth(
    "cholesky", cholesky, cholesky_transpose, tangents=(cholesky_tangent,),
    tex=r"\operatorname{{chol}} {0}", doc="the lower triangle L with L L^T = a, a symmetric",
    recipe=Recipe(a=DEFINITE),
)  # fmt: skip
smooth(
    "cholesky_back", cholesky_back, back_transpose, lambda u, s, y, g: cholesky_tangent(u, tri(y), None),
    tangents=(back_tangent, lambda t, s, y, g: TABLE["cholesky_back"](y, t)),
    tex=r"\overline{{\operatorname{{chol}}}}({0}, {1})",
    doc="the cotangent of a matrix from that of its lower triangle L; only lower triangles are read",
    recipe=Recipe(y=REGULAR, g=LIKE),
)  # fmt: skip
smooth(
    "eigh", eigh, eigh_transpose, tangents=(eigh_tangent,), tex=r"\operatorname{{eigh}} {0}",
    doc="eigenvalues of a symmetric matrix above its eigenvectors, in one array",
    recipe=Recipe(a=DEFINITE, uplo=one_of("L", "U")),
)  # fmt: skip
smooth(
    "svd", svd, svd_transpose, tangents=(svd_tangent,), tex=r"\operatorname{{svd}} {0}",
    doc="singular values above the left and the right singular vectors, in one array",
    recipe=Recipe(a=TALL),
)  # fmt: skip
smooth(
    "qr", qr, qr_transpose, tangents=(qr_tangent,), tex=r"\operatorname{{qr}} {0}",
    doc="Q above R, in one array",
    recipe=Recipe(a=TALL),
)  # fmt: skip
smooth(
    "pinv", pinv, pinv_transpose, tangents=(pinv_tangent,), tex="{0}^+", doc="the pseudo-inverse",
    recipe=Recipe(a=TALL, rcond=one_of(None)),
)  # fmt: skip
