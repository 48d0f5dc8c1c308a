"""A masked array is never taken for its numbers: every way in to a graph refuses it by a sentence."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch.entries import ENTRIES
from autodiff.table.primitive import UFUNCS
from tests.rows import POINTWISE

pytestmark = pytest.mark.engine
SAID = r"MaskedArray, whose meaning would be lost; give x\.filled|masked arrays are not for nodes; give"
MASKED = [
    np.ma.array(np.array([1, 0, 1], dtype), mask=[False, True, False])
    for dtype in (float, np.float32, int, np.int8, bool)
]
SIGNS = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"]
PAIRS = [
    u
    for u in {**UFUNCS, **ENTRIES}
    if isinstance(u, np.ufunc) and u.nin == 2 and "dd->d" in u.types
]
ROWS = [row for row in POINTWISE if row.arity >= 2]


def refused(call: Callable[..., Any], *args: Any) -> None:
    with pytest.raises((TypeError, ad.RecordingWarning), match=SAID):
        call(*args)


@pytest.mark.parametrize("m", MASKED, ids=lambda m: m.dtype.name)
@pytest.mark.parametrize("leaf", [ad.Tensor(np.ones(3)), ad.Tensor(np.ones(3, np.float32))])
@pytest.mark.parametrize("sign", SIGNS)
def test_operators(sign: str, leaf: Any, m: Any) -> None:
    if m.dtype == bool and sign == "sub":
        m = m.astype(int)  # numpy has no difference of truth values
    refused(getattr(operator, sign), leaf, m)
    refused(getattr(operator, sign), m, leaf)


@pytest.mark.parametrize("m", MASKED, ids=lambda m: m.dtype.name)
@pytest.mark.parametrize("u", PAIRS, ids=lambda u: u.__name__)
def test_ufuncs(u: Any, m: Any) -> None:
    leaf = ad.Tensor(np.ones(3))
    refused(u, leaf, m)
    refused(u, m, leaf)


@pytest.mark.parametrize("m", MASKED, ids=lambda m: m.dtype.name)
@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
def test_rows(row: Any, m: Any) -> None:
    for i in range(row.arity):
        refused(row, *(m if i == k else ad.Tensor(np.ones(3)) for k in range(row.arity)))


@pytest.mark.parametrize("m", MASKED, ids=lambda m: m.dtype.name)
@pytest.mark.parametrize("f", [
    lambda x, m: np.where([True, False, True], m, x), lambda x, m: np.where([True, False, True], x, m),
    lambda x, m: np.where(m, x, x), lambda x, m: np.dot(x, m), lambda x, m: np.concatenate([x, m]),
    lambda x, m: x * m, lambda x, m: m * x, lambda x, m: np.hypot(x, m), lambda x, m: np.ma.multiply(x, m),
])  # fmt: skip
def test_transforms_and_programs(f: Any, m: Any) -> None:
    x = np.ones(3)
    refused(f, ad.Tensor(x), m)
    refused(ad.grad(lambda x: np.sum(f(x, m))), x)
    refused(ad.jit(lambda x: f(x, m)), ad.Tensor(x))


@pytest.mark.parametrize("m", MASKED, ids=lambda m: m.dtype.name)
@pytest.mark.parametrize("f", [
    lambda x, m: x * m, lambda x, m: m * x, lambda x, m: x / m, lambda x, m: m / x,
    lambda x, m: np.where([True, False, True], x, m), lambda x, m: np.dot(x, m),
    lambda x, m: np.concatenate([x, m]), lambda x, m: np.hypot(x, m),
])  # fmt: skip
def test_programs_on_single_numbers(f: Any, m: Any) -> None:
    refused(ad.jit(lambda x: f(x, m)), np.ones(3))


def test_comparisons_keep_the_mask() -> None:
    m = np.ma.array([0, 1, 2], mask=[0, 1, 0])
    found = ad.Tensor(np.ones(3)) < m
    assert np.array_equal(found.mask, m.mask)


def test_an_element_is_read_as_from_an_array() -> None:
    x = np.arange(6.0).reshape(2, 3)
    t = ad.Tensor(x)
    for place in [(1,), (-1,), (1, 2), ((0, 1),)]:
        assert t.item(*place) == x.item(*place)
    assert type(t.item(1)) is float
    with pytest.raises(IndexError):
        t.item(6)
    with pytest.raises(ValueError, match="no single number"):
        t.item()
