"""Rows of polynomials: few points and many, infinite points, long division, the tree of products."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table import ops

pytestmark = pytest.mark.engine
RNG = np.random.default_rng(3)


@pytest.mark.parametrize("points", [0, 1, 5, 31, 32, 100])
@pytest.mark.parametrize("n", [0, 1, 4])
def test_moments_are_the_transpose_of_the_scheme(points: int, n: int) -> None:
    g, x, p = RNG.normal(size=points), RNG.normal(size=points), RNG.normal(size=n)
    found = ops.moments(g, x, n=n)
    assert found.shape == (n,)
    powers = x[:, None] ** np.arange(n - 1, -1, -1)
    np.testing.assert_allclose(found, g @ powers, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ops.horner(p, x), powers @ p, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(ops.horner(p, x), np.polyval(p, x))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_moments_move_with_their_points(n: int) -> None:
    g, x, t = (RNG.normal(size=6) for _ in range(3))
    moved = ad.jvp(lambda x: ops.moments(g, x, n=n), (x,), (t,))[1]
    step = 1e-6
    apart = ops.moments(g, x + step * t, n=n) - ops.moments(g, x - step * t, n=n)
    np.testing.assert_allclose(moved, apart / (2 * step), atol=1e-7)


def test_a_point_without_weight_is_of_no_concern() -> None:
    x = np.array([2.0, np.inf, np.nan])
    np.testing.assert_array_equal(ops.moments(np.array([1.0, 0.0, 0.0]), x, n=3), [4.0, 2.0, 1.0])
    p, t = ad.Tensor([1.0, 2.0, 3.0]), ad.Tensor(x)
    y = np.polyval(p, t)
    dp, dx = ad.gradient(y[0], (p, t))
    np.testing.assert_array_equal(dp, [4.0, 2.0, 1.0])
    np.testing.assert_array_equal(dx, [6.0, 0.0, 0.0])


@pytest.mark.parametrize(("m", "n"), [(1, 1), (5, 2), (9, 4), (40, 3)])
def test_long_division_undoes_a_convolution(m: int, n: int) -> None:
    q, z = RNG.normal(size=m), np.concatenate([[2.0], RNG.uniform(-0.5, 0.5, n - 1)])
    np.testing.assert_allclose(ops.deconvolve(np.convolve(q, z), z), q, rtol=1e-9)
    x = np.convolve(q, z) + 0.1
    ad.check_grads(lambda x, z: (ops.deconvolve(x, z) ** 2).sum(), (x, z), order=2)


@pytest.mark.parametrize("n", [1, 7, 8, 9, 40])
def test_zeros_are_multiplied_in_pairs_of_blocks(n: int) -> None:
    zeros = RNG.uniform(-1, 1, n)
    np.testing.assert_allclose(
        np.poly(ad.Tensor(zeros)).data, np.poly(zeros), rtol=1e-10, atol=1e-12
    )
    weights = RNG.normal(size=n + 1)
    slopes = ad.grad(lambda z: (np.poly(z) * weights).sum())(zeros)
    others: Any = [-np.atleast_1d(np.poly(np.delete(zeros, k))) @ weights[1:] for k in range(n)]
    np.testing.assert_allclose(slopes, others, rtol=1e-9, atol=1e-10)


def test_a_matrix_of_coefficients_is_read_by_rows() -> None:
    p, x = RNG.normal(size=(3, 2)), RNG.normal(size=2)
    np.testing.assert_allclose(np.polyval(ad.Tensor(p), x).data, np.polyval(p, x))
    with pytest.raises(IndexError):
        np.polyval(ad.Tensor(1.0), x)
