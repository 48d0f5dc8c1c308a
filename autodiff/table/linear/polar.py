"""The sum of the singular values, and its slope: the nearest matrix whose singular values are all 1.

Through the singular vectors that slope would have no derivative where two singular values are equal, though
it is smooth there: so both are rows of their own.
"""

from typing import Any

import numpy as np

from autodiff.table.linear.factors import chain, svd_parts
from autodiff.table.linear.matrices import cells, summed, times
from autodiff.table.primitive import TABLE, smooth
from autodiff.table.recipes import Recipe
from autodiff.table.recipes.matrices import TALL
from autodiff.table.structure import swap


def polar(a: Any) -> Any:
    """Return u v^T of a = u s v^T: the nearest matrix whose singular values are all 1."""
    u, _, v = np.linalg.svd(a, full_matrices=False)
    return u @ v


def polar_slope(t: Any, a: Any) -> Any:
    """Return how the polar factor moves along t; as the slope of a slope it is its own transpose.

    It is made of sums of singular values, where svd has differences: equal ones do no harm.
    """
    y = TABLE["svd"](a)
    u, s, v, _ = svd_parts(y, a)
    inner = times(swap(u), t, v)
    moved = times(u, chain(inner - swap(inner), 1.0 / (s + swap(s))), swap(v))
    if a.shape[-2] > s.shape[-1]:
        moved = moved + times(chain(times(t, v) - times(u, inner), 1.0 / s), swap(v))
    if a.shape[-1] > s.shape[-1]:
        rest = chain(times(swap(t), u) - times(v, swap(inner)), 1.0 / s)
        moved = moved + times(u, swap(rest))
    return moved


def nuclear(a: Any) -> Any:
    """Return the sum of the singular values."""
    return np.asarray(np.linalg.svd(a, compute_uv=False).sum(-1))


smooth(
    "polar", polar, lambda g, y, a: polar_slope(g, a), tangents=(lambda t, y, a: polar_slope(t, a),),
    tex=r"\operatorname{{polar}} {0}", doc="the nearest matrix whose singular values are all 1",
    recipe=Recipe(a=TALL),
)  # fmt: skip
smooth(
    "nuclear", nuclear, lambda g, y, a: cells(g) * TABLE["polar"](a),
    tangents=(lambda t, y, a: summed(TABLE["polar"](a) * t),),
    tex=r"\left\| {0} \right\|_*", doc="the sum of the singular values",
    recipe=Recipe(a=TALL),
)  # fmt: skip
