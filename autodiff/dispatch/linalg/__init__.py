"""numpy.linalg on nodes: linear equations, determinants, factorizations, powers and norms.

The rows are in `table.linear`; here stand, in this file and in `norms`, numpy's names and results in
several parts. What has no derivative (a rank) is a plain number; general eigenvalues are complex and
therefore refused.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type, blank
from autodiff.nodes import leaving
from autodiff.nodes.functions import array_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import constant
from autodiff.table import ops
from autodiff.table.recipes import FLAG, Operand, Several, one_of, whole
from autodiff.table.recipes.matrices import DEFINITE, FEW, REGULAR, RIGHT, TALL, Tall, two_axes


def result(name: str, fields: str) -> Any:
    """Return numpy's type for a result of several parts, or one like it."""
    there = getattr(np.linalg, name, None) or getattr(
        getattr(np.linalg, "_linalg", None), name, None
    )
    return there or namedtuple(name, fields)


EighResult = result("EighResult", "eigenvalues eigenvectors")
QRResult = result("QRResult", "Q R")
SlogdetResult = result("SlogdetResult", "sign logabsdet")
SVDResult = result("SVDResult", "U S Vh")


def matrix(x: Any, what: str, square: bool = True) -> Any:
    """Return a node with matrices in its last two axes, or raise numpy's error for what is none."""
    x = tensor(x)
    if x.ndim < 2:
        raise np.linalg.LinAlgError(
            f"np.linalg.{what}: {x.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    if square and x.shape[-1] != x.shape[-2]:
        raise np.linalg.LinAlgError(
            f"np.linalg.{what}: Last 2 dimensions of the array must be square, they are {x.shape[-2:]}"
        )
    return x


def flipped(x: Any) -> Any:
    """Return matrices with their last two axes exchanged."""
    return x.transpose(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)


@stands_for(np.linalg.inv, a=REGULAR)
def inv(a: Any) -> Any:
    """Return the inverse."""
    return ops.inv(matrix(a, "inv"))


@stands_for(np.linalg.solve, a=REGULAR, b=RIGHT)
def solve(a: Any, b: Any) -> Any:
    """Return x with a x = b; a b with one axis is a vector."""
    a, b = matrix(a, "solve"), tensor(b)
    np.linalg.solve(np.eye(a.shape[-1]), blank(b)[..., :1] if b.ndim > 1 else blank(b))
    return ops.solve(a, b) if b.ndim > 1 else ops.solve(a, b.reshape(-1, 1))[..., 0]


@stands_for(np.linalg.det, a=REGULAR)
def det(a: Any) -> Any:
    """Return the determinant."""
    return ops.det(matrix(a, "det"))


@stands_for(np.linalg.slogdet, a=REGULAR)
def slogdet(a: Any) -> Any:
    """Return the determinant's sign, which no gradient flows to, and the logarithm of its size."""
    a = matrix(a, "slogdet")
    return SlogdetResult(ops.detsign(a), ops.logabsdet(a))


@stands_for(np.linalg.cholesky, a=DEFINITE, upper=one_of(False, True))
def cholesky(a: Any, upper: bool = False) -> Any:
    """Return the lower triangle L with L L^T = a, or the upper one."""
    a = matrix(a, "cholesky")
    return flipped(ops.cholesky(flipped(a))) if upper else ops.cholesky(a)


@stands_for(np.linalg.eigh, a=DEFINITE, UPLO=one_of("L", "U"))
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Return the eigenvalues of a symmetric matrix in rising order, and its eigenvectors."""
    packed = ops.eigh(matrix(a, "eigh"), uplo=UPLO)
    return EighResult(packed[..., 0, :], packed[..., 1:, :])


@stands_for(np.linalg.eigvalsh, a=DEFINITE, UPLO=one_of("L", "U"))
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Return the eigenvalues of a symmetric matrix in rising order."""
    return eigh(a, UPLO)[0]


def singular_values(a: Any) -> Any:
    """Return the singular values; of some matrices with infinities LAPACK finds (NaN) them alone."""
    try:
        return ops.svd(a)[..., 0, :]
    except np.linalg.LinAlgError:
        np.linalg.svd(array_of(a), compute_uv=False)
    finite = np.isfinite(array_of(a)).all((-1, -2), keepdims=True)
    unknown = a.sum((-1, -2), keepdims=True) * np.nan
    values = ops.svd(ops.where(finite, a, 0.0))[..., 0, :]
    return values + ops.where(finite, 0.0, unknown)[..., 0]


@stands_for(
    np.linalg.svd, a=TALL, full_matrices=one_of(False, True), compute_uv=FLAG,
    hermitian=one_of(False, True),
)  # fmt: skip
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """Return U, the singular values and V^T."""
    a = matrix(a, "svd", square=False)
    m, n = a.shape[-2:]
    if hermitian:
        raise TypeError("np.linalg.svd: hermitian=True has no meaning on a graph; use eigh")
    if compute_uv and full_matrices and m != n:
        raise TypeError(
            f"np.linalg.svd: full_matrices=True has no meaning on a graph: of a {m} x {n} matrix the "
            f"square factors are not unique; pass full_matrices=False"
        )
    if not compute_uv:
        return singular_values(a)
    packed = ops.svd(a)
    return SVDResult(packed[..., 1 : m + 1, :], packed[..., 0, :], flipped(packed[..., m + 1 :, :]))


@stands_for(np.linalg.qr, a=TALL, mode=one_of("reduced", "r"))
def qr(a: Any, mode: str = "reduced") -> Any:
    """Return an orthonormal Q and an upper triangle R with Q R = a."""
    a = matrix(a, "qr", square=False)
    m, n = a.shape[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        raise TypeError(
            f"np.linalg.qr: mode={mode!r} has no meaning on a graph (its factors are not unique); "
            f"take mode='reduced' or 'r'"
        )
    packed = ops.qr(a[..., :, :m] if m < n else a)
    q, r = packed[..., :m, :], packed[..., m:, :]
    if m < n:
        r = ops.concatenate(r, flipped(q) @ a[..., :, m:], axis=-1)
    return r if mode == "r" else QRResult(q, r)


@stands_for(
    np.linalg.pinv, a=TALL, rcond=one_of(None, 1e-9), hermitian=one_of(False), rtol=one_of(None)
)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, rtol: Any = np._NoValue) -> Any:
    """Return the pseudo-inverse, where the rank stays the same nearby."""
    a = matrix(a, "pinv", square=False)
    if rcond is not None and rtol is not np._NoValue:
        raise ValueError("np.linalg.pinv: rtol= and rcond= can't be both set")
    cut = rcond if rtol is np._NoValue else rtol
    if cut is None:
        return ops.pinv(a, rcond=None)
    check_cut(a, float(cut))
    return ops.pinv(a, rcond=float(cut))


def check_cut(a: Any, rcond: float) -> None:
    """Raise where singular values are left out that are not 0: the derivative is known of others alone."""
    noise = 10.0 * max(a.shape[-2:]) * float(np.finfo(a.dtype).eps)
    if rcond <= noise or not a.size or leaving.needing(a) is None:
        return
    values = singular_values(a)
    top = values[..., :1]
    cut = array_of(values)[(values <= rcond * top) & (values > noise * top)]
    if cut.size:
        raise TypeError(
            f"np.linalg.pinv: rcond={rcond:g} leaves out the singular value {cut[0]:.3g}, which is not 0, "
            f"and the derivative is known only where what is left out is 0; give a smaller rcond, or put the "
            f"inverse together of the parts of np.linalg.svd(a, full_matrices=False) that are to stay"
        )


@stands_for(
    np.linalg.lstsq,
    signature="(a, b, rcond=None)",
    rcond=one_of(None, 1e-3, -1),
    a=Tall(shape=two_axes),
    b=Operand(shape=lambda d: d.first.shape[:1]),
)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """Return the x with the least sum of squares of a x - b, the sums, the rank, and a's values."""
    a, b = matrix(a, "lstsq", square=False), tensor(b)
    m, n = a.shape
    wanted = np.result_type(a.dtype, b.dtype)
    a, b = as_type(a, wanted), as_type(b, wanted)
    plain = np.linalg.lstsq(array_of(a), array_of(b), rcond=rcond)
    rank = plain[2]
    if rank < min(m, n):
        raise TypeError(
            f"np.linalg.lstsq: a matrix of rank {rank}, less than {min(m, n)}, has no meaning on a "
            f"graph: its solution jumps nearby; leave out the columns that depend on others"
        )
    y = b if b.ndim > 1 else b.reshape(-1, 1)
    if m >= n:
        q, r = qr(a)
        x = ops.solve(r, q.T @ y)
        residuals = ops.square(y - a @ x).sum(0) if m > n else constant(np.zeros(0))
    else:
        q, r = qr(a.T)
        x, residuals = q @ ops.solve(r.T, y), constant(np.zeros(0))
    return x if b.ndim > 1 else x[:, 0], residuals, rank, svd(a, compute_uv=False)


@stands_for(np.linalg.matrix_power, a=REGULAR, n=whole(-2, 3))
def matrix_power(a: Any, n: int) -> Any:
    """Return a @ a @ ... by repeated squaring; a negative n takes the inverse first."""
    a = matrix(a, "matrix_power")
    np.linalg.matrix_power(np.eye(1), n)  # a whole number?
    if n < 0:
        a, n = ops.inv(a), -n
    if not n:
        return ops.broadcast(tensor(np.eye(a.shape[-1], dtype=a.dtype)), shape=a.shape)
    y, power = None, a
    while n:
        if n % 2:
            y = power if y is None else y @ power
        n //= 2
        power = power @ power if n else power
    return y


@stands_for(np.linalg.multi_dot, arrays=Several(FEW, 2))
def multi_dot(arrays: Any) -> Any:
    """Return the product of matrices in the cheapest order; the first and last may be vectors."""
    xs = [tensor(x) for x in arrays]
    np.linalg.multi_dot([blank(x) for x in xs])
    first = xs[0].reshape(1, -1) if xs[0].ndim == 1 else xs[0]
    last = xs[-1].reshape(-1, 1) if xs[-1].ndim == 1 else xs[-1]
    y = cheapest([first, *xs[1:-1], last])
    shape = (*xs[0].shape[:-1], *xs[-1].shape[1:])
    return y if y.shape == shape else y.reshape(shape)


def cheapest(xs: Any) -> Any:
    """Return the product of matrices by the order with the fewest multiplications; of equals the last.

    best[i, j] is the least cost of the product from i to j, and where that one is cut in two.
    """
    sizes = [x.shape[0] for x in xs] + [xs[-1].shape[1]]
    best = {(i, i): (0, i) for i in range(len(xs))}
    for length in range(1, len(xs)):
        for i in range(len(xs) - length):
            j = i + length
            best[i, j] = min(
                (best[i, k][0] + best[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )

    def from_to(i: int, j: int) -> Any:
        k = best[i, j][1]
        return xs[i] if i == j else from_to(i, k) @ from_to(k + 1, j)

    return from_to(0, len(xs) - 1)


@stands_for(np.linalg.tensorinv, a=Operand(shape=lambda d: (2, 3, 6)), ind=one_of(2))
def tensorinv(a: Any, ind: int = 2) -> Any:
    """Return the inverse for tensordot over `ind` axes."""
    a = tensor(a)
    if ind <= 0:
        raise ValueError("np.linalg.tensorinv: Invalid ind argument.")
    n = int(np.prod(a.shape[ind:]))
    return ops.inv(matrix(a.reshape(-1, n), "tensorinv")).reshape(*a.shape[ind:], *a.shape[:ind])
