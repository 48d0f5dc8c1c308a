"""Products, recurrences and extremes: their ways back, also where factors are zero, tied or too large."""

import inspect
import itertools
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table import array_kernels, ops
from autodiff.table.curves import arrays
from autodiff.table.linear import scans

NUMBERS = np.array([[2.0, 0.0, 3.0, -1.5], [0.0, 4.0, 0.0, 0.5], [1.0, -2.0, 3.0, 0.25]])


def others(x: Any) -> list[float]:
    """Return the product of all other numbers for each."""
    return [float(np.prod([b for j, b in enumerate(x) if j != i])) for i in range(len(x))]


def test_no_zero_takes_another_factors_gradient() -> None:
    found = ad.grad(lambda x: np.prod(x, axis=1).sum())(NUMBERS)
    np.testing.assert_allclose(found, [others(row) for row in NUMBERS])
    whole = ad.grad(lambda x: np.prod(x))(np.array([2.0, 0.0, 3.0]))
    np.testing.assert_array_equal(whole, [0.0, 6.0, 0.0])
    np.testing.assert_array_equal(ad.grad(lambda x: np.prod(x))(np.array(3.0)), 1.0)
    np.testing.assert_array_equal(
        ad.jacfwd(lambda x: np.prod(x))(np.array([2.0, 0.0, 3.0])), [0.0, 6.0, 0.0]
    )
    np.testing.assert_array_equal(
        ad.hessian(lambda x: np.prod(x))(np.array([2.0, 0.0, 3.0])),
        [[0.0, 3.0, 0.0], [3.0, 0.0, 2.0], [0.0, 2.0, 0.0]],
    )


@pytest.mark.parametrize(
    "x", [[1e-300, 3.0, 1e200, 1e200], [1e-200, 1e-200, 5.0], [1e-200, 1e-200, 0.0]]
)
def test_products_beyond_the_range_of_floats(x: list[float]) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(
            ad.grad(lambda x: np.prod(x))(np.array(x)), others(x), rtol=1e-14
        )


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_running_products_with_zeros(axis: Any) -> None:
    def by_hand(x: Any) -> Any:
        flat = x.reshape(-1) if axis is None else x
        k = 0 if axis is None else axis % 2
        n, total = flat.shape[k], 0.0
        part: Any = 1.0
        for i in range(n):
            part = part * (flat[:, i] if k else flat[i])
            total = total + (part * (1.0 + i)).sum()
        return total

    weights = np.arange(1.0, (12 if axis is None else NUMBERS.shape[axis]) + 1)
    if axis == 0:
        weights = weights.reshape(-1, 1)
    found = ad.grad(lambda x: (np.cumprod(x, axis=axis) * weights).sum())(NUMBERS)
    np.testing.assert_allclose(found, ad.grad(by_hand)(NUMBERS), atol=1e-12)


def test_a_program_recorded_away_from_zero_is_right_at_zero() -> None:
    x = np.array([2.0, 5.0, 3.0])
    for f in (lambda x: np.prod(x), lambda x: (np.cumprod(x) * np.array([1.0, 2.0, 3.0])).sum()):
        program = ad.trace(f, ad.Tensor(x))
        program.value_and_grad(x)
        before = len(program.gate.entries)
        for at in (x, np.array([2.0, 0.0, 3.0]), np.zeros(3)):
            value, found = program.value_and_grad(at)
            assert value == f(at)
            np.testing.assert_array_equal(found, ad.grad(f)(at))
        assert len(program.gate.entries) == before


@pytest.mark.parametrize(
    ("reverse", "axis", "kind"), list(itertools.product([False, True], [0, 1], "fd"))
)
def test_a_recurrence_is_its_loop(reverse: bool, axis: int, kind: str) -> None:
    rng = np.random.default_rng(3)
    x, a = rng.standard_normal((2, 4, 5)).astype(kind)
    y = ops.recurrence(x, a, axis=axis, reverse=reverse)
    assert y.dtype == kind
    xs, factors, ys = (np.moveaxis(z, axis, 0) for z in (x, a, y))
    if reverse:
        xs, factors, ys = xs[::-1], factors[::-1], ys[::-1]
    expected = xs[0]
    for k in range(len(xs)):
        expected = xs[k] if not k else xs[k] + factors[k] * expected
        np.testing.assert_array_equal(ys[k], expected)
    at = np.zeros((0, 3))
    assert ops.recurrence(at, at, axis=0, reverse=reverse).shape == (0, 3)
    assert scans.before(at, 0, reverse, 1.0) is at


def both_ways(row: Any, x: Any, **params: Any) -> tuple[Any, Any]:
    """Return what comes back through a row on arrays, and by the rule on nodes."""
    t = ad.Tensor(x)
    y = row(t, **params)
    seed = np.linspace(-1.0, 1.5, y.size).reshape(y.shape).astype(x.dtype)
    on_nodes = ad.gradient(y, t, seed=seed, create_graph=True)
    return ad.gradient(y, t, seed=seed), on_nodes.data


SOME = [
    NUMBERS, NUMBERS + 0.125, NUMBERS.astype("f"), NUMBERS.T, np.zeros((2, 3)),
    np.array([[1.0, np.nan, 2.0], [3.0, 3.0, -1.0]]), np.arange(40.0).reshape(2, 20) % 7,
    np.full((2, 3), 1e200),
]  # fmt: skip


@pytest.mark.parametrize("x", SOME)
@pytest.mark.parametrize("axis", [0, 1, None, (0, 1)])
@pytest.mark.parametrize("name", ["prod", "max", "min"])
def test_reductions_have_the_bits_of_their_rule(name: str, axis: Any, x: Any) -> None:
    with np.errstate(all="ignore"):
        for keepdims in (False, True):
            a, b = both_ways(ops.TABLE[name], x, axis=axis, keepdims=keepdims)
            assert a.dtype == b.dtype == x.dtype
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("x", SOME)
@pytest.mark.parametrize(("axis", "reverse"), list(itertools.product([0, 1], [False, True])))
def test_running_products_have_the_bits_of_their_rule(axis: int, reverse: bool, x: Any) -> None:
    with np.errstate(all="ignore"):
        a, b = both_ways(ops.cumprod, x, axis=axis, reverse=reverse)
    assert a.dtype == b.dtype == x.dtype
    np.testing.assert_array_equal(a, b)


CORNERS = np.array([-np.inf, -2.5, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 800.0, np.inf, np.nan])


@pytest.mark.parametrize("name", sorted(array_kernels.LOOPED))
def test_loops_over_kernels_have_the_kernels_bits(name: str) -> None:
    kernel = array_kernels.LOOPED[name]
    function = getattr(arrays if hasattr(arrays, name) else array_kernels, name)
    grid = np.meshgrid(*(CORNERS,) * len(inspect.signature(kernel).parameters))
    for kind, xs in itertools.product("df", (grid, [x[::2] for x in grid])):
        with np.errstate(all="ignore"):
            ys = function(*(x.astype(kind) for x in xs))
            expected = np.array(
                [kernel(*map(float, at)) for at in zip(*(x.ravel() for x in xs), strict=True)]
            )
            assert ys.dtype == kind
            np.testing.assert_array_equal(ys.ravel(), expected.astype(kind))


@pytest.mark.parametrize("name", ["share", "share2"])
def test_shares_of_arrays_are_those_of_numbers(name: str) -> None:
    a, b = np.meshgrid(CORNERS[np.isfinite(CORNERS)], [-700.0, -1.0, 0.0, 0.5, 40.0])
    row = ops.TABLE[name]
    expected = [
        [row(float(p), float(q)) for p, q in zip(*pair, strict=True)]
        for pair in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(row(a, b), expected, rtol=4e-16)
    np.testing.assert_array_equal(row(a, b), row(a.T.copy().T, b))  # no pass, the same bits
    single = row(a.astype("f"), b.astype("f"))
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, row(a.astype("f").T.copy().T, b.astype("f")))


def test_a_number_beats_nan() -> None:
    x, z = np.array([2.0, np.nan, 1.0, 4.0, np.nan]), np.array([1.0, np.nan, np.nan, 4.0, 0.0])
    for f, first in ((np.fmax, 1.0), (np.fmin, 0.0)):
        a, b = ad.grad(lambda x, z, f=f: f(x, z).sum(), argnums=(0, 1))(x, z)
        np.testing.assert_array_equal(a, [first, np.nan, 1.0, 0.5, 0.0])
        np.testing.assert_array_equal(b, [1.0 - first, np.nan, 0.0, 0.5, 1.0])
    assert ad.grad(lambda x: np.fmax(x, 1.0))(2.0) == 1.0
