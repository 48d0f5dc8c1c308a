"""Sums along short axes have the bits of numpy's, on either engine."""

import numpy as np
import pytest

import autodiff
from autodiff.table import structure
from autodiff.table.linear import short

SHAPES = [
    (4000, 2), (700, 7), (600, 8), (600, 9), (600, 20), (600, 31), (600, 64), (600, 127), (600, 128),
    (30, 40, 20), (5, 300, 6), (2, 2000, 1), (700, 3, 3), (3, 5, 90, 4), (40, 100, 128), (600, 1, 12),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sums_along_every_axis_have_the_bits_of_numpy(shape, dtype, rng):
    plain = (rng.normal(size=shape) * 10.0 ** rng.integers(-8, 8, shape)).astype(dtype)
    odd = np.where(rng.random(shape) < 0.001, rng.choice([np.inf, -np.inf, np.nan], shape), plain)
    for x in (plain, odd.astype(dtype), np.full(shape, -0.0, dtype)):
        for axis in range(-x.ndim, x.ndim):
            for keepdims in (False, True):
                with np.errstate(all="ignore"):
                    expected = np.add.reduce(x, axis, keepdims=keepdims)
                    found = structure.sum(x, axis, keepdims)
                assert found.shape == expected.shape
                assert found.dtype == expected.dtype
                assert np.array_equal(found, expected, equal_nan=True)
                number = expected == expected
                assert (np.signbit(found) == np.signbit(expected))[number].all()
                out = np.empty_like(expected)
                with np.errstate(all="ignore"):
                    assert structure.sum(x, (axis,), keepdims, out) is out
                assert np.array_equal(out, found, equal_nan=True)


def test_which_sums_are_taken(rng):
    whole = rng.normal(size=(600, 20))
    taken = short.total(whole, -1, False)
    assert (taken is not None) is autodiff.compiled
    assert short.total(rng.normal(size=(600, 4)), 1, False) is not None
    for x, axis in (
        (whole.T, 0), (whole[:, ::2], 1), (whole, None), (whole, (0, 1)), (whole, 2), (whole[:10], 1),
        (whole.astype(int), 1), (whole.astype(np.longdouble), 1), (rng.normal(size=(600, 129)), 1),
        (rng.normal(size=(4, 400)), 0), (whole.ravel(), 0), (np.empty((600, 0)), 1),
    ):  # fmt: skip
        assert short.total(x, axis, False) is None
