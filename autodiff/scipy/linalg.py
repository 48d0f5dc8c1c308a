"""scipy.linalg on nodes: triangular and Cholesky solves, expm, and numpy's functions under these names."""

from typing import Any

import numpy as np

from autodiff.dispatch import linalg as ours
from autodiff.dispatch.linalg import norms
from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.scipy.parameters import left_to_scipy, stands_for
from autodiff.table import ops
from autodiff.table.linear.matrices import times
from autodiff.table.primitive import TABLE, smooth
from autodiff.table.quiet import SILENT, now, put
from autodiff.table.structure import swap

plain = require("scipy.linalg", "scipy", "autodiff.scipy.linalg")


def _solve(a: Any, b: Any, lower: bool, unit: bool) -> Any:
    warned = now()
    try:
        put(SILENT)
        return plain.solve_triangular(a, b, lower=lower, unit_diagonal=unit, check_finite=False)
    finally:
        put(warned)


def _back(g: Any, a: Any, lower: bool, unit: bool) -> Any:
    return TABLE["solve_triangular"](swap(a), g, lower=not lower, unit=unit)


def _part(x: Any, lower: bool, unit: bool) -> Any:
    """Return the triangle that a triangular solve reads."""
    edge = (-1 if lower else 1) if unit else 0
    return TABLE["triangle"](x, k=edge, upper=not lower)


smooth(
    "solve_triangular", _solve,
    lambda g, y, a, b, lower, unit: _part(-times(_back(g, a, lower, unit), swap(y)), lower, unit),
    lambda g, y, a, b, lower, unit: _back(g, a, lower, unit),
    tangents=(
        lambda t, y, a, b, lower, unit: -TABLE["solve_triangular"](
            a, times(_part(t, lower, unit), y), lower=lower, unit=unit),
        lambda t, y, a, b, lower, unit: TABLE["solve_triangular"](a, t, lower=lower, unit=unit),
    ),
    tex="{0}^{{-1}} {1}", doc="the matrix y with a y = b, a a triangle",
)  # fmt: skip


def _expm(a: Any) -> Any:
    return plain.expm(a)


def _frechet(t: Any, a: Any) -> Any:
    """Return the derivative of expm along t: the upper right block of expm of a twice as large matrix."""
    n = a.shape[-1]
    none = 0.0 * a
    whole = TABLE["concatenate"](
        TABLE["concatenate"](a, t, axis=-1), TABLE["concatenate"](none, a, axis=-1), axis=-2
    )
    return TABLE["take"](TABLE["expm"](whole), index=(..., slice(0, n), slice(n, None)))


smooth(
    "expm", _expm, lambda g, y, a: _frechet(g, swap(a)), tangents=(lambda t, y, a: _frechet(t, a),),
    tex="e^{{{0}}}", doc="the exponential of a matrix",
)  # fmt: skip


@stands_for(plain.solve_triangular)
def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """Return x with a x = b for a triangle a; trans=1 or 'T' takes its transpose."""
    a, b = tensor(a), tensor(b)
    if trans not in (0, "N", 1, "T", 2, "C"):
        raise TypeError(
            f"scipy.linalg.solve_triangular: trans={trans!r} is none of 0, 1, 2, N, T, C"
        )
    if trans in (1, "T", 2, "C"):
        a, lower = swap(a), not lower
    column = b if b.ndim > 1 else b.reshape(-1, 1)
    y = TABLE["solve_triangular"](a, column, lower=bool(lower), unit=bool(unit_diagonal))
    return y if b.ndim > 1 else y[:, 0]


@stands_for(plain.cholesky)
def cholesky(a: Any, lower: bool = False) -> Any:
    """Return the triangle R with R^T R = a, or with `lower` L with L L^T = a."""
    y = ops.cholesky(tensor(a) if lower else swap(tensor(a)))
    return y if lower else swap(y)


@stands_for(plain.cho_factor)
def cho_factor(a: Any, lower: bool = False) -> Any:
    """Return a Cholesky factor and which triangle it is, for cho_solve."""
    return cholesky(a, lower), lower


@stands_for(plain.cho_solve)
def cho_solve(c_and_lower: Any, b: Any) -> Any:
    """Return x with a x = b from the Cholesky factor of a."""
    c, lower = c_and_lower
    first = solve_triangular(c, b, trans=0 if lower else 1, lower=lower)
    return solve_triangular(c, first, trans=1 if lower else 0, lower=lower)


@stands_for(plain.expm)
def expm(a: Any) -> Any:
    """Return the exponential of a matrix."""
    return TABLE["expm"](tensor(a))


def _read(a: Any, assume_a: Any, lower: bool, transposed: bool = False) -> Any:
    """Return the matrix that SciPy takes from what it reads of a."""
    a, n = tensor(a), np.shape(a)[-1]
    if assume_a in ("sym", "symmetric", "her", "hermitian", "pos", "positive definite"):
        edge = TABLE["triangle"](a, k=-1 if lower else 1, upper=not lower)
        a = edge + swap(edge) + a * np.eye(n)
        if assume_a in ("pos", "positive definite"):
            np.linalg.cholesky(a.data)  # raises where it is not
    elif assume_a in ("upper triangular", "lower triangular"):
        a = TABLE["triangle"](a, k=0, upper=assume_a == "upper triangular")
    elif assume_a in ("diagonal", "tridiagonal"):
        width = 0 if assume_a == "diagonal" else 1
        a = a * (np.tri(n, k=width) - np.tri(n, k=-width - 1))
    elif assume_a not in (None, "gen", "general", "banded"):
        raise ValueError(f"scipy.linalg: {assume_a!r} is not a structure that assume_a= can name")
    return swap(a) if transposed else a


@stands_for(plain.solve)
def solve(
    a: Any, b: Any, lower: bool = False, assume_a: Any = None, transposed: bool = False
) -> Any:
    """Return x with a x = b, a being what `assume_a` says of it, or its transpose."""
    return ours.solve(_read(a, assume_a, lower, transposed), b)


@stands_for(plain.inv)
def inv(a: Any, assume_a: Any = None, lower: bool = False) -> Any:
    """Return the inverse of a, a being what `assume_a` says of it."""
    if assume_a in ("diagonal", "tridiagonal", "banded"):
        raise TypeError(
            f"scipy.linalg.inv: assume_a={assume_a!r} has no meaning on a graph; leave it away, or invert "
            f"what it names by itself"
        )
    return ours.inv(_read(a, assume_a, lower))


@stands_for(plain.det)
def det(a: Any) -> Any:
    """Return the determinant."""
    return ours.det(a)


@stands_for(plain.norm)
def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Return a norm of a vector or a matrix."""
    return norms.norm(a, ord, axis, keepdims)


@stands_for(plain.pinv)
def pinv(a: Any, rtol: Any = None) -> Any:
    """Return the pseudo-inverse, where the rank stays the same nearby."""
    a = tensor(a)
    small = max(a.shape[-2:]) * float(np.finfo(a.dtype).eps)
    return ours.pinv(a, rcond=small if rtol is None else rtol)


@stands_for(plain.lstsq)
def lstsq(a: Any, b: Any, cond: Any = None, lapack_driver: Any = None) -> Any:
    """Return the x with the least sum of squares of a x - b, the sums, the rank, and a's values."""
    if lapack_driver == "gelsy":
        raise TypeError(
            "scipy.linalg.lstsq: lapack_driver='gelsy', which leaves out the singular values, has no meaning "
            "on a graph; leave it away"
        )
    if lapack_driver not in (None, "gelsd", "gelss"):
        raise ValueError(f"scipy.linalg.lstsq: LAPACK has no driver {lapack_driver!r}")
    x, sums, *rest = ours.lstsq(a, b, cond)
    return (x, sums[0] if np.ndim(b) == 1 and sums.size == 1 else sums, *rest)


@stands_for(plain.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Return U, the singular values and V^T."""
    return ours.svd(a, full_matrices, compute_uv)


@stands_for(plain.svdvals)
def svdvals(a: Any) -> Any:
    """Return the singular values."""
    return ours.svd(a, compute_uv=False)


@stands_for(plain.eigh)
def eigh(a: Any, lower: bool = True, eigvals_only: bool = False) -> Any:
    """Return the eigenvalues and eigenvectors of a symmetric matrix."""
    return (ours.eigvalsh if eigvals_only else ours.eigh)(a, "L" if lower else "U")


@stands_for(plain.eigvalsh)
def eigvalsh(a: Any, lower: bool = True) -> Any:
    """Return the eigenvalues of a symmetric matrix."""
    return ours.eigvalsh(a, "L" if lower else "U")


@stands_for(plain.block_diag)
def block_diag(*arrays: Any) -> Any:
    """Return matrices along the diagonal of one, zeros elsewhere; a vector is a matrix of one row."""
    xs = [x if x.ndim > 1 else x.reshape(1, -1) for x in map(tensor, arrays)]
    if any(x.ndim > 2 for x in xs):
        raise TypeError("scipy.linalg.block_diag: on a graph it takes arrays of at most two axes")
    width = sum(x.shape[1] for x in xs)
    rows, done = [], 0
    for x in xs:
        index = (slice(None), slice(done, done + x.shape[1]))
        rows.append(ops.scatter(x, index=index, shape=(x.shape[0], width)))
        done += x.shape[1]
    return ops.concatenate(*rows, axis=0)


def __getattr__(name: str) -> Any:
    """Return SciPy's function of a name that is not here."""
    if name.startswith("__"):
        raise AttributeError(name)
    return left_to_scipy(getattr(plain, name), f"scipy.linalg.{name}")
