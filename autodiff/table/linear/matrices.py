"""Linear algebra on matrices in the last two axes: the inverse, linear equations, determinants.

numpy computes; the rules are the textbook's, written with the output where that saves work: the slope
of an inverse is made of the inverse, the slope of a determinant is the matrix of cofactors, which is
there also where the determinant is 0.
"""

from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE, smooth
from autodiff.table.recipes import Recipe
from autodiff.table.recipes.matrices import COLUMNS, REGULAR
from autodiff.table.structure import product, swap

SMALL, LARGE = (
    8,
    32,
)  # rows of matrices whose determinants are looked at closely, whose minors are formed


def inv(a: Any) -> Any:
    """Return the inverse."""
    return np.linalg.inv(a)


def inv_lower(a: Any) -> Any:
    """Return the inverse of a lower triangle, by halves: three products of matrices do nearly all."""
    n = a.shape[-1]
    if n <= 32:
        return np.tril(np.linalg.inv(np.tril(a)))
    k = n // 2
    y = np.zeros_like(a)
    y[..., :k, :k] = first = inv_lower(a[..., :k, :k])
    y[..., k:, k:] = last = inv_lower(a[..., k:, k:])
    y[..., k:, :k] = -(last @ (a[..., k:, :k] @ first))
    return y


def solve(a: Any, b: Any) -> Any:
    """Return the matrix y with a y = b."""
    return np.linalg.solve(a, b)


def det(a: Any) -> Any:
    """Return the determinant."""
    return np.asarray(np.linalg.det(a))


def cofactors(a: Any) -> Any:
    """Return the derivative of the determinant, also of a matrix without an inverse."""
    u, s, v = np.linalg.svd(a)
    n = s.shape[-1]
    others = np.stack([np.prod(np.delete(s, i, axis=-1), axis=-1) for i in range(n)], axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(v)
    return (sign[..., None, None] * ((u * others[..., None, :]) @ v)).astype(a.dtype)


def logabsdet(a: Any) -> Any:
    """Return the logarithm of the determinant's size."""
    return np.asarray(np.linalg.slogdet(a)[1])


def cells(g: Any) -> Any:
    """Return one number a matrix as a matrix of one row and column."""
    return TABLE["reshape"](g, shape=(*g.shape, 1, 1))


def detsign(a: Any) -> Any:
    """Return the determinant's sign."""
    return np.asarray(np.linalg.slogdet(a)[0])


def times(*matrices: Any) -> Any:
    y = matrices[0]
    for x in matrices[1:]:
        y = product(y, x)
    return y


def numbers(x: Any) -> Any:
    """Return the array of a node, of lanes or of neither."""
    x = getattr(x, "x", x)
    return x if isinstance(x, np.ndarray) else np.asarray(getattr(x, "data", x))


def singular(y: Any, a: Any) -> bool:
    """Return whether some determinant is 0, or nothing near it can be trusted.

    Of a small matrix that is what rounding leaves of 0 beside the size of its numbers, too.
    """
    found, n = np.abs(numbers(y)), a.shape[-1]
    if np.any(found < 1e-250):
        return True
    if n > SMALL:
        return False
    size = np.sqrt(np.sum(np.square(numbers(a)), axis=(-2, -1)) / n)
    return bool(np.any(found <= 1e-10 * size**n))


def det_transpose(g: Any, y: Any, a: Any) -> Any:
    return cells(g) * det_slope(y, a)


def det_slope(y: Any, a: Any) -> Any:
    if singular(y, a):
        return TABLE["cofactors"](a)
    return cells(y) * swap(TABLE["inv"](a))


def summed(x: Any) -> Any:
    return TABLE["sum"](x, axis=(-2, -1), keepdims=False)


def minors(x: Any) -> Any:
    """Return for each place of a matrix what is left of it without the place's row and column."""
    n = x.shape[-1]
    left = np.array([[k for k in range(n) if k != i] for i in range(n)], dtype=np.intp)
    return TABLE["take"](x, index=(..., left[:, None, :, None], left[None, :, None, :]))


def cofactors_slope(t: Any, a: Any) -> Any:
    """Return how the cofactors change along t: each is the determinant of a minor, with a sign.

    They are the slope of a function, so their own slope is symmetric: it is its own transpose. Nothing
    is divided by, for the inverse of a matrix that has cofactors asked for need not be.
    """
    n = a.shape[-1]
    if n == 1:
        return 0.0 * t
    if n > LARGE:
        raise np.linalg.LinAlgError(
            f"det: the second derivative at a singular matrix of {n} rows and columns would take all of "
            f"its {n * n} minors; it is computed up to {LARGE} rows, and for more where there is an inverse"
        )
    places = np.arange(n)
    signs = 1.0 - 2.0 * ((places[:, None] + places) % 2)
    inner = minors(a)
    return signs.astype(a.dtype) * summed(det_slope(TABLE["det"](inner), inner) * minors(t))


def solve_row(a: Any, b: Any) -> Any:
    return TABLE["solve"](a, b)


def solve_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    return -times(solve_row(swap(a), g), swap(y))


smooth(
    "inv", inv, lambda g, y, a: -times(swap(y), g, swap(y)),
    tangents=(lambda t, y, a: -times(y, t, y),), tex="{0}^{{-1}}", doc="the inverse of a matrix",
    recipe=Recipe(a=REGULAR),
)  # fmt: skip
smooth(
    "inv_lower", inv_lower,
    lambda g, y, a: TABLE["triangle"](-times(swap(y), g, swap(y)), k=0, upper=False),
    tangents=(lambda t, y, a: -times(y, TABLE["triangle"](t, k=0, upper=False), y),),
    tex="{0}^{{-1}}", doc="the inverse of a lower triangle; what stands above it is not read",
    recipe=Recipe(a=REGULAR),
)  # fmt: skip
smooth(
    "solve", solve, solve_left, lambda g, y, a, b: solve_row(swap(a), g),
    tangents=(lambda t, y, a, b: -solve_row(a, times(t, y)), lambda t, y, a, b: solve_row(a, t)),
    tex="{0}^{{-1}} {1}", doc="the matrix y with a y = b",
    recipe=Recipe(a=REGULAR, b=COLUMNS),
)  # fmt: skip
smooth(
    "det", det, det_transpose, tangents=(lambda t, y, a: summed(det_slope(y, a) * t),),
    tex=r"\det {0}", doc="the determinant; its slope is the matrix of cofactors, also where it is 0",
    recipe=Recipe(a=REGULAR),
)  # fmt: skip
smooth(
    "cofactors", cofactors, lambda g, y, a: cofactors_slope(g, a),
    tangents=(lambda t, y, a: cofactors_slope(t, a),),
    tex=r"\operatorname{{cof}} {0}", doc="the slope of the determinant",
    recipe=Recipe(a=REGULAR),
)  # fmt: skip
smooth(
    "logabsdet", logabsdet, lambda g, y, a: cells(g) * swap(TABLE["inv"](a)),
    tangents=(lambda t, y, a: summed(swap(TABLE["inv"](a)) * t),),
    tex=r"\log \left| \det {0} \right|", doc="the logarithm of the determinant's size",
    recipe=Recipe(a=REGULAR),
)  # fmt: skip
smooth(
    "detsign", detsign, None, tangents=(None,),
    tex=r"\operatorname{{sign}} \det {0}", doc="the determinant's sign",
    recipe=Recipe(a=REGULAR),
)  # fmt: skip
