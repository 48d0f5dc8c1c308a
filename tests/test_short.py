"""Short arrays: whichever way a result is computed, it has numpy's bits, and the operands are left alone."""

from itertools import product
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table.primitive import UFUNCS
from tests.rows import POINTWISE

pytestmark = pytest.mark.engine
DRAW = np.random.default_rng(3)
LOOPED = [row for row in POINTWISE if row.loop is not None]
SHAPES: list[tuple[int, ...]] = [(), (1,), (10,), (3, 4), (1024,), (1025,), (0,), (2, 0)]


def drawn(shape: tuple[int, ...]) -> list[Any]:
    """Return arrays of a shape: in order, by strides, of single precision, and with odd numbers in it."""
    x = np.asarray(DRAW.uniform(0.1, 0.9, size=shape))
    odd = np.array(x)
    if odd.ndim:
        odd[..., :1] = np.nan
    return [
        x,
        np.asarray(DRAW.uniform(0.1, 0.9, size=(*shape, 2))[..., 0]),
        x.astype(np.float32),
        odd,
    ]


@pytest.mark.parametrize("row", LOOPED, ids=lambda r: r.name)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_numpys_bits(row: Any, shape: tuple[int, ...]) -> None:
    with np.errstate(all="ignore"):
        for xs in product(*[[*drawn(shape), np.asarray(0.3)] for _ in range(row.arity)]):
            before = [x.copy() for x in xs]
            found = row(*map(ad.Tensor, xs)).data
            expected = np.asarray(row.ufunc(*xs))
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected, strict=True)
            assert np.array_equal(np.signbit(found), np.signbit(expected)) or np.isnan(found).any()
            for x, was in zip(xs, before, strict=True):
                np.testing.assert_array_equal(x, was)


def test_a_ufunc_of_one_operand_is_a_row_of_one() -> None:
    rows = [row for f, row in UFUNCS.items() if f.nin == 1]
    assert rows
    assert all(getattr(row, "arity", 1) == 1 for row in rows)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_means_are_numpys(shape: tuple[int, ...], dtype: Any) -> None:
    x = DRAW.normal(size=shape).astype(dtype)
    for axis, keepdims in product([None, *range(-x.ndim, x.ndim)], [False, True]):
        with np.errstate(all="ignore"), pytest.warns() if not x.size else np.errstate():
            expected = np.mean(x, axis=axis, keepdims=keepdims)
            if not x.size:
                np.mean(x)  # numpy warns of an empty mean
        found = ad.Tensor(x).mean(axis, keepdims).data
        np.testing.assert_array_equal(found, expected, strict=True)


def test_what_is_mixed_is_of_numpys_precision() -> None:
    x = ad.Tensor([1.0, 2.0])
    one = ad.Tensor(np.ones(2, np.float32))
    for other in (np.ones(2), np.ones(2, np.float32), np.arange(2), 2.0, 2, np.float32(2.0)):
        for node, array in ((x, np.array([1.0, 2.0])), (one, np.ones(2, np.float32))):
            expected = array * other if not isinstance(other, np.ndarray) or other.dtype.kind == "f" else (
                array * other.astype(array.dtype))  # fmt: skip
            for found in (node * other, other * node):
                np.testing.assert_array_equal(found.data, expected)
                assert found.dtype == expected.dtype
    given = np.ones(2)
    y = (x * given).sum()
    given[:] = 5.0  # was copied
    assert ad.gradient(y, x).tolist() == [1.0, 1.0]
