"""Products whose parts leave the range of floats: derivatives of any order against mpmath.

The factors are drawn from all magnitudes, zeros and subnormals among them, so that partial products
underflow and then overflow, and the other way round. A derivative is a sum of products of the other
factors; it is right to rounding, relative to the sum of the sizes of its terms.
"""

import itertools
import random
from typing import Any

import mpmath
import numpy as np
import pytest

import autodiff as ad
from autodiff.table import ops
from autodiff.table.linear import wide

pytestmark = pytest.mark.engine

MP = mpmath.mp.clone()
MP.prec = 120
SIZES = [1e-300, 1e-160, 3e-320, 1e-20, 1.0, 0.0, 1e20, 1e160, 1e300, -2.5, -1e-200, 1e200]
HUGE, TINY = MP.mpf(2) ** 1024, MP.mpf(2) ** -1074


def product(numbers: Any) -> Any:
    found = MP.mpf(1)
    for x in numbers:
        found *= x
    return found


def right(found: float, terms: list[Any]) -> bool:
    """Return whether a number is the sum of terms, in the range of floats."""
    total, size = sum(terms, MP.mpf(0)), sum(map(abs, terms), MP.mpf(0))
    if abs(total) >= HUGE * (1 - 1e-14):
        return found == (np.inf if total > 0 else -np.inf)
    if not np.isfinite(found):
        return size >= HUGE * (1 - 1e-14) and len(terms) > 1
    return bool(abs(MP.mpf(float(found)) - total) <= 1e-14 * size + TINY)


def drawn(seed: int, least: int = 1) -> tuple[Any, Any]:
    """Return factors and what comes back to their running products."""
    draw = random.Random(seed)
    n = draw.randint(least, 7)
    x = [draw.choice(SIZES) * draw.choice([1.0, draw.uniform(0.5, 2.0)]) for _ in range(n)]
    g = [draw.choice([0.0, 1.0, -1.5, 1e-200, 1e150]) for _ in range(n)]
    return np.array(x), np.array(g)


def without(x: Any, *places: int) -> Any:
    return product(MP.mpf(float(v)) for k, v in enumerate(x) if k not in places)


def sums(x: Any, g: Any, *places: int) -> list[Any]:
    """Return the terms of the derivative by the factors at the places of g times running products."""
    return [MP.mpf(float(g[j])) * without(x[: j + 1], *places) for j in range(max(places), len(x))]


SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_product_of_any_size_has_its_derivatives(seed: int) -> None:
    x, _ = drawn(seed)
    with np.errstate(all="ignore"):
        first, ahead = ad.grad(np.prod)(x), ad.jacfwd(np.prod)(x)
        second = ad.hessian(lambda x: np.prod(x))(x)
        along = ad.jvp(ad.grad(np.prod), (x,), (np.eye(len(x))[0],))[1]
    for i in range(len(x)):
        assert right(first[i], [without(x, i)]), (x, i)
        assert right(ahead[i], [without(x, i)]), (x, i)
        assert right(along[i], [without(x, 0, i)] if i else []), (x, i)
        for k in range(len(x)):
            assert right(second[i, k], [without(x, i, k)] if i != k else []), (x, i, k)


@pytest.mark.parametrize("seed", SEEDS)
def test_running_products_of_any_size_have_their_derivatives(seed: int) -> None:
    x, g = drawn(seed)
    for reverse in (False, True):

        def f(x: Any, sent: Any = g, reverse: bool = reverse) -> Any:
            return (ops.cumprod(x, axis=0, reverse=reverse) * sent).sum()

        turned = x[::-1] if reverse else x
        sent = g[::-1] if reverse else g
        ones = np.where(sent == 0.0, 0.0, 1.0)
        t = ad.Tensor(x)
        with np.errstate(all="ignore"):
            first = ad.gradient(ops.cumprod(t, axis=0, reverse=reverse), t, seed=g)
            second = ad.hessian(lambda x: f(x, np.where(g == 0.0, 0.0, 1.0)))(x)
        if reverse:
            first, second = first[::-1], second[::-1, ::-1]
        for i in range(len(x)):
            assert right(first[i], sums(turned, sent, i)), (x, g, i)
            for k in range(len(x)):
                assert right(second[i, k], sums(turned, ones, i, k) if i != k else []), (x, i, k)


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_third_derivatives_of_products_of_any_size(seed: int) -> None:
    x, _ = drawn(seed, least=3)
    with np.errstate(all="ignore"):
        found = ad.grad(lambda x: ad.grad(lambda x: ad.grad(np.prod)(x)[0])(x)[1])(x)
    for k in range(len(x)):
        assert right(found[k], [without(x, 0, 1, k)] if k > 1 else []), (x, k)


@pytest.mark.parametrize(("axis", "kind"), list(itertools.product([0, 1, -1], "fd")))
def test_lines_along_any_axis(axis: int, kind: str) -> None:
    x = np.array([drawn(seed, least=7)[0][:3] for seed in range(4)])
    with np.errstate(all="ignore"):
        x = np.where(np.abs(x) > 1e30, 1e30, x).astype(kind) if kind == "f" else x
        whole = ad.grad(lambda x: np.prod(x, axis=axis).sum())(x)
        lines = np.moveaxis(x, axis, -1)
        alone = [ad.grad(np.prod)(line.copy()) for line in lines]
        running = ad.grad(lambda x: np.cumprod(x, axis=axis).sum())(x)
        one = [ad.grad(lambda x: np.cumprod(x).sum())(line.copy()) for line in lines]
    assert whole.dtype == running.dtype == kind
    np.testing.assert_array_equal(np.moveaxis(whole, axis, -1), alone)
    np.testing.assert_array_equal(np.moveaxis(running, axis, -1), one)


def test_a_program_has_the_bits_of_eager_evaluation() -> None:
    x = np.array([1e-300, 1e200, 1e200, 3.0, 1e-200])
    for f in (np.prod, lambda x: (np.cumprod(x) * np.array([1.0, 2.0, 0.0, 1.0, 1.0])).sum()):
        with np.errstate(all="ignore"):
            slope = ad.grad(f)
            program = ad.trace(lambda x, slope=slope: (slope(x) * x).sum(), ad.Tensor(x / 2))
            for at in (x, x[::-1].copy(), np.ones(5), np.array([0.0, 1e300, 1e300, 1e-300, 2.0])):
                node = ad.Tensor(at)
                eager = (slope(node) * node).sum()
                value, found = program.value_and_grad(at)
                np.testing.assert_array_equal(value, eager.data)
                np.testing.assert_array_equal(found, ad.gradient(eager, node))


def test_wide_numbers_are_exact() -> None:
    draw = np.random.default_rng(1)
    m = np.concatenate([draw.normal(size=200), [0.0, 5e-324, 1.7e308, np.inf, -np.inf, np.nan]])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(wide.narrow(wide.fit(m, 0)), m)
        for shift in (-700, -300, 0, 300):
            a = wide.fit(m, 0)
            b = wide.fit(np.ldexp(m[::-1], shift), 0)
            exact = m + np.ldexp(m[::-1], shift)
            np.testing.assert_array_equal(wide.narrow(wide.plus(a, b)), exact)
            times = wide.narrow(wide.times(a, b))
            direct = m * np.ldexp(m[::-1], shift)
            whole = ~(np.abs(direct) < 2.3e-308)  # below, the last bit is rounded twice
            np.testing.assert_array_equal(times[whole], direct[whole])
