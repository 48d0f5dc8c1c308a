"""Kinds of matrices for recipes: regular, symmetric and definite, tall, and what stands at their right.

Among 10 numbers a matrix is as large as asked for; a large size is the number of its elements.
"""

from typing import Any

import numpy as np

from autodiff.table.recipes import Drawing, Operand


def square(d: Drawing) -> tuple[int, ...]:
    n = max(1, round(d.size**0.5) if d.size > 99 else d.size)
    return d.of((n, n), (2, n, n))  # type: ignore[no-any-return]


def right_side(d: Drawing) -> tuple[int, ...]:
    n = d.first.shape[-1]
    return d.of((n, 2), (n,))  # type: ignore[no-any-return]


class Moderate(Operand):
    """A kind of array without what no factorization can take: infinities, NaN, numbers near the limits."""

    def __call__(self, d: Drawing) -> Any:
        x = np.array(super().__call__(d))
        x[~(np.abs(x) < 4.0)] = 0.5
        return x


class Regular(Moderate):
    """A kind of square matrix far from singular."""

    def __call__(self, d: Drawing) -> Any:
        x = super().__call__(d)
        return x + x.shape[-1] * 2.0 * np.eye(x.shape[-1], dtype=x.dtype)


class Definite(Moderate):
    """A kind of symmetric matrix with positive eigenvalues."""

    def __call__(self, d: Drawing) -> Any:
        x = super().__call__(d)
        return x @ x.swapaxes(-1, -2) / x.shape[-1] + np.diag(
            1.0 + np.arange(x.shape[-1], dtype=x.dtype)
        )


class Tall(Moderate):
    """A kind of matrix of full column rank."""

    def __call__(self, d: Drawing) -> Any:
        x = super().__call__(d)
        return np.concatenate(
            [x + x.shape[-1] * 2.0 * np.eye(x.shape[-1], dtype=x.dtype), x], axis=-2
        )


def two_axes(d: Drawing) -> tuple[int, ...]:
    return square(d)[-2:]


REGULAR, DEFINITE, TALL = Regular(shape=square), Definite(shape=square), Tall(shape=square)
FEW = Moderate(shape=two_axes)
RIGHT = Operand(shape=right_side)
COLUMNS = Operand(shape=lambda d: (d.first.shape[-1], 2))


class Apart(Operand):
    """A kind of array whose elements are away from 0."""

    def __call__(self, d: Drawing) -> Any:
        x = super().__call__(d)
        return np.asarray(x + np.copysign(0.5, x), dtype=x.dtype)


APART = Apart(1, 3)
