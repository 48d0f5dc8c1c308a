"""What takes parts of arrays: cheap ways forward and back, with the numbers and bits of the plain ones."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch import places
from autodiff.table import structure
from autodiff.table.linear import short

pytestmark = pytest.mark.engine
X = np.arange(1.0, 25.0)
ROWS = X.reshape(4, 6)
CALLS: list[tuple[Any, tuple[Any, ...]]] = [
    (np.delete, (X, 3)),
    (np.delete, (X, [1, 3, 5, 7, 9, 11])),  # more pieces than are joined
    (np.delete, (X, slice(2, 9, 2))),
    (np.delete, (X, [])),
    (np.delete, (X, np.ones(24, bool))),
    (np.delete, (ROWS, -1, 1)),
    (np.take, (X, [3, -1])),
    (np.take, (X, -2)),
    (np.take, (ROWS, [1, 2, 3], 1)),
    (np.take, (ROWS, [[7, -1]], 1, None, "wrap")),
    (np.take, (ROWS, [[7, -1]], 1, None, "clip")),
    (np.compress, ([True, False, True], ROWS, 1)),
    (np.compress, ([], ROWS, 1)),
    (np.extract, (ROWS % 2, ROWS)),
    (np.extract, (ROWS > 20, ROWS)),
    (np.take_along_axis, (ROWS, np.array([[0], [-1], [2], [3]]), 1)),
    (np.take_along_axis, (ROWS, np.array([0, 5]), None)),
    (np.insert, (X, 0, 0.5)),
    (np.insert, (X, 24, [0.5, 1.5])),
    (np.insert, (X, -3, 0.5)),
    (np.insert, (X, [3, 5], [0.5, 1.5])),
    (np.insert, (ROWS, 2, 0.5, 1)),
    (np.resize, (X, 5)),
    (np.resize, (X, 24)),
    (np.resize, (X, (9, 7))),
    (np.resize, (X, 0)),
    (np.resize, (X[:0], 3)),
    (np.diagonal, (ROWS,)),
    (np.diagonal, (ROWS, -1)),
    (np.diagonal, (ROWS, 6)),
    (np.diagonal, (X.reshape(2, 3, 4), 1, 2, 0)),
    (np.diag, (ROWS, 2)),
    (np.diag, (X, -2)),
    (np.diag, (X[:0],)),
]


@pytest.mark.parametrize(("function", "args"), CALLS)
def test_parts_are_numpys_and_each_element_gets_what_it_sends(function: Any, args: Any) -> None:
    x, *others = (
        args if function not in (np.extract, np.compress) else (args[1], args[0], *args[2:])
    )
    order = (lambda x: (others[0], x, *others[1:])) if x is not args[0] else lambda x: (x, *others)
    expected = function(*args)
    leaf = ad.Tensor(x)
    found = function(*order(leaf))
    np.testing.assert_array_equal(found.data, expected)
    if not found.needs_grad:
        return
    weights = np.linspace(1.0, 2.0, expected.size).reshape(expected.shape)
    slope = ad.gradient((found * weights).sum(), leaf)
    for i in range(x.size):  # each function moves elements: it is linear
        unit = np.zeros(x.size)
        unit[i] = 1.0
        moved = function(*order(unit.reshape(x.shape))) - function(*order(np.zeros(x.shape)))
        np.testing.assert_allclose(slope.flat[i], np.sum(weights * moved), rtol=1e-14)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.diag(x.reshape(2, 3, 4)),
        lambda x: np.take(x, 24),
        lambda x: np.delete(x, 24),
        lambda x: np.insert(x, 26, 0.0),
        lambda x: np.take_along_axis(x, np.array([[0]]), 0),
        lambda x: np.compress([False] * 24 + [True], x),
    ],
)
def test_what_numpy_refuses_is_refused(call: Any) -> None:
    with pytest.raises((ValueError, IndexError)) as ours:
        call(ad.Tensor(X))
    with pytest.raises(type(ours.value)):
        call(X)


def test_a_few_pieces_are_joined_and_many_are_gathered() -> None:
    held = np.ones(40, bool)
    assert places.runs(held) == [0, 40]
    held[::2] = False
    assert places.runs(held) is None


def test_many_slices_of_one_array_add_up_as_sums_do() -> None:
    """Every row, parts that overlap, and an ordinary use between them."""
    rng = np.random.default_rng(0)
    for data in (rng.normal(size=(5, 4)), rng.normal(size=(5, 4)).astype(np.float32)):
        x = ad.Tensor(data)
        parts = [x[0], x[1:3], x[1:4, ::2], x[..., -1], x[2, 3], x[np.array([0, 0])], x[0:1]]
        weights = [rng.normal(size=p.shape).astype(x.dtype) for p in parts]
        y = ad.sum(ad.stack([(p * w).sum() for p, w in zip(parts, weights, strict=True)]))
        found = ad.gradient(y + (x * x).sum(), x)
        recorded = ad.gradient(y + (x * x).sum(), x, create_graph=True)
        np.testing.assert_array_equal(found, recorded.data)
        assert found.dtype == x.dtype


def test_signs_of_zeros_stay_where_slices_overlap() -> None:
    x = ad.Tensor(np.ones(3))
    minus = np.array([-0.0, -0.0])
    y = (x[:2] * minus).sum() + (x[:2] * minus).sum() + 0.0 * x[2]
    both = ad.gradient(y, x), ad.gradient(y, x, create_graph=True).data
    np.testing.assert_array_equal(*map(np.signbit, both))


def test_the_rows_of_an_array_cost_one_array_and_not_one_each() -> None:
    """A loop over 2,000 rows: with an array of zeros a row it would write 32 MB a thousand times."""
    import tracemalloc

    x = ad.Tensor(np.ones((2000, 100)))
    y = ad.sum(ad.stack([x[i].sum() for i in range(2000)]))
    tracemalloc.start()
    found = ad.gradient(y, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.all(found == 1.0)
    assert peak < 8 * x._array.nbytes


def test_a_vjp_of_several_results_is_one_sweep_with_the_numbers_of_several() -> None:
    calls = 0

    def f(x: Any, s: Any) -> Any:
        nonlocal calls
        calls += 1
        return {"a": np.sin(x) * s, "b": x[1:], "same": x, "number": s * s, "plain": 3.0}

    x, s = np.array([1.0, 2.0, 3.0]), 2.0
    _, back = ad.vjp(f, x, s)
    seeds = {"a": np.ones(3), "b": np.array([5.0, 7.0]), "same": x, "number": 1.0, "plain": 0.0}
    to_x, to_s = back(seeds)
    np.testing.assert_allclose(to_x, np.cos(x) * s + [0.0, 5.0, 7.0] + x)
    assert to_s == pytest.approx(np.sin(x).sum() + 2.0 * s)
    assert back({**seeds, "a": np.zeros(3), "b": np.zeros(2)})[0] is not x
    np.testing.assert_array_equal(x, [1.0, 2.0, 3.0])
    assert calls == 1


def test_the_cotangent_that_is_given_stays_the_givers() -> None:
    x, seed = ad.Tensor(np.ones(3)), np.array([1.0, 2.0, 3.0])
    found = ad.gradient(np.copy(x), x, seed=seed)
    assert not np.shares_memory(found, seed)
    found[0] = 9.0
    assert seed[0] == 1.0
    assert seed.flags.writeable


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", range(2, 10))
def test_sums_of_short_rows_have_numpys_bits(n: int, dtype: Any) -> None:
    rng = np.random.default_rng(n)
    odd = np.array([0.0, -0.0, 1.0, -1.0, 1e-30, np.inf, -np.inf, np.nan, 0.1, 0.3, 1e16])
    x = (
        odd[rng.integers(len(odd), size=(3000, n))] * rng.choice([1.0, 1.7], size=(3000, n))
    ).astype(dtype)
    x[:2] = -0.0
    with np.errstate(all="ignore"):
        expected = np.add.reduce(x, -1)
        for found in (
            structure.sum(x, -1, False),
            structure.sum(x, 1, True)[:, 0],
            structure.sum(x, (1,), False, np.empty(3000, dtype)),
            structure.sum_to(x, (3000, 1))[:, 0],
        ):
            np.testing.assert_array_equal(found, expected)
            there = ~np.isnan(expected)
            np.testing.assert_array_equal(np.signbit(found)[there], np.signbit(expected)[there])
    wide = structure.broadcast(x[:, :1], (3000, n))
    np.testing.assert_array_equal(wide, np.broadcast_to(x[:, :1], (3000, n)))


def test_only_many_short_rows_go_column_by_column() -> None:
    assert short.is_short(np.empty((512, 7)), -1)
    assert not short.is_short(np.empty((511, 7)), -1)
    assert not short.is_short(np.empty((5120, 8)), -1)
    assert not short.is_short(np.empty((5120, 7)), 0)
    assert not short.is_short(np.empty(5120), 0)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.int32, np.uint16, np.float16])
def test_other_numbers_than_floats_are_added_as_numpy_adds_them(dtype: Any) -> None:
    x = (np.arange(15360).reshape(5120, 3) % 127).astype(dtype)
    expected, found = np.sum(x, -1), structure.sum(x, -1, False)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_numbers_for_what_is_missing_cost_nothing_where_nothing_is() -> None:
    x = ad.Tensor(X)
    np.testing.assert_array_equal(ad.gradient(np.nan_to_num(x).sum(), x), np.ones(24))
    odd = ad.Tensor(np.array([1.0, np.nan, np.inf, -np.inf]))
    y = np.nan_to_num(odd, nan=2.0, posinf=3.0, neginf=4.0)
    np.testing.assert_array_equal(y.data, [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(ad.gradient(y.sum(), odd), [1.0, 0.0, 0.0, 0.0])
    program = ad.trace(lambda x: np.nan_to_num(x).sum(), x)
    assert program(X) == X.sum()
    assert program(np.array([np.nan, *X[1:]])) == X[1:].sum()


def test_a_difference_goes_back_with_the_bits_of_its_formula() -> None:
    rng = np.random.default_rng(0)
    for shape, axis in (((7,), 0), ((3, 5), 1), ((4, 2, 3), 0), ((3, 1), 1)):
        x = ad.Tensor(rng.normal(size=shape))
        y = np.diff(x, axis=axis)
        weights = rng.choice([0.0, -0.0, 1.5, -2.0], size=y.shape)
        plain = ad.gradient((y * weights).sum(), x)
        recorded = ad.gradient((y * weights).sum(), x, create_graph=True).data
        np.testing.assert_array_equal(plain, recorded)
        if y.size:
            np.testing.assert_array_equal(np.signbit(plain), np.signbit(recorded))


def test_holes_are_looked_for_and_a_trace_expects_them() -> None:
    program = ad.trace(lambda x: np.nanmax(x) + np.nansum(x), ad.Tensor(X))
    assert program(X) == X.max() + X.sum()
    assert program(np.array([np.nan, *X[1:]])) == X.max() + X[1:].sum()
    x = ad.Tensor(np.array([1.0, np.nan, 3.0]))
    np.testing.assert_array_equal(ad.gradient(np.nanmax(x) + np.nansum(x), x), [1.0, 0.0, 2.0])
