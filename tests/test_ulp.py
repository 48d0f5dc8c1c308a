"""Every elementary derivative within 4 ULPs of mpmath, from 1e-300 to 1e300, on both engines.

The points are the special magnitudes with both signs and in all combinations, and 200 moderate ones;
nowhere may a wrong 0, an infinity or a NaN come out. The bound is shown to bite: the formulas that
other libraries use fail it.
"""

import math

import mpmath
import numpy as np
import pytest

import autodiff as ad
from autodiff.table.primitive import Pointwise
from tests import oracle
from tests.rows import POINTWISE

pytestmark = pytest.mark.engine

BOUND = 4.0


def worst(row: Pointwise, points: list[tuple[float, ...]]) -> dict[str, tuple[float, object]]:
    """Return the largest error of the value and of each partial: Value, Tensor, replay, lanes."""
    tensors = [ad.Tensor(list(column)) for column in zip(*points, strict=True)]
    y = row(*tensors)
    gradients = ad.gradient(y, tensors, seed=np.ones(len(points)))
    everything = tuple(range(row.arity))
    program = ad.trace(row, *points[0], argnums=everything)
    columns = [np.array(column) for column in zip(*points, strict=True)]
    lanes = ad.trace(row, *columns, in_axes=0, argnums=everything).value_and_grad(*columns)
    found: dict[str, tuple[float, object]] = {}

    def note(what: str, got: float, exact: object) -> None:
        error = oracle.ulps(got, exact, size)
        if error >= found.get(what, (-1.0, None))[0]:
            found[what] = (error, (xs, got, float(exact)))

    for k, xs in enumerate(points):
        exact, size = oracle.value(row, *xs), oracle.least(row, None, *xs)
        node = row(*map(ad.Value, xs))
        note("value of Value", node.data, exact)
        note("value of Tensor", float(y.data[k]), exact)
        value, partials = program.value_and_grad(*xs)
        note("value of replay", value, exact)
        note("value of a lane", float(lanes[0][k]), exact)
        for i, rule in enumerate(row.partials):
            if rule is not None and row.name not in oracle.SLOPES:
                exact, size = oracle.derivative(row, i, *xs), oracle.least(row, i, *xs)
                note(f"partial {i} of Value", node.local_derivatives[i], exact)
                note(f"partial {i} of Tensor", float(gradients[i][k]), exact)
                note(f"partial {i} of replay", partials[i], exact)
                note(f"partial {i} of a lane", float(lanes[1][i][k]), exact)
    return found


@pytest.mark.parametrize("row", POINTWISE, ids=lambda r: r.name)
def test_within_four_ulps(row: Pointwise) -> None:
    points = list(oracle.points(row))
    if row.arity == 3:
        points = points[::7]
    assert len(points) >= 100
    for what, (error, where) in worst(row, points).items():
        assert error <= BOUND, (what, error, where)


def test_gelu_around_the_zero_of_its_slope() -> None:
    points = [(float(x),) for x in np.linspace(-0.76, -0.745, 61)]
    for what, (error, where) in worst(ad.gelu, points).items():
        assert error <= BOUND, (what, error, where)


@pytest.mark.parametrize(
    ("row", "x", "formula"),
    [
        (ad.tanh, 30.0, lambda x: 1 - math.tanh(x) ** 2),
        (ad.sigmoid, 40.0, lambda x: (s := 1 / (1 + math.exp(-x))) * (1 - s)),
        (ad.expm1, -40.0, lambda x: math.expm1(x) + 1),
        (ad.asin, 1 - 2**-40, lambda x: 1 / math.sqrt(1 - x * x)),
        (ad.gelu, -0.752, lambda x: 0.5 * math.erfc(-x / 2**0.5)
            + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
    ],
)  # fmt: skip
def test_usual_formulas_fail_the_bound(row: Pointwise, x: float, formula: object) -> None:
    exact = oracle.derivative(row, 0, x)
    assert oracle.ulps(formula(x), exact) > BOUND  # type: ignore[operator]
    assert oracle.ulps(ad.grad(row)(x), exact) <= BOUND


def test_an_error_of_one_part_in_a_million_fails() -> None:
    exact = oracle.derivative(ad.exp, 0, 1.0)
    assert oracle.ulps(math.e * (1 + 1e-6), exact) > 1e9
    assert oracle.ulps(0.0, exact) == oracle.ulps(math.inf, exact) == math.inf
    assert oracle.ulps(math.nan, exact) == math.inf


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_cross_entropy_of_many_classes(classes: int) -> None:
    rng = np.random.default_rng(classes)
    for scale in (1.0, 40.0, 700.0):
        z = rng.normal(size=classes) * scale
        y = np.eye(classes)[rng.integers(classes)]
        leaf = ad.Tensor(z)
        cost = ad.softmax_cross_entropy(leaf, y)
        cost.backward()
        mp = mpmath.mp.clone()
        mp.dps = 1500
        exps = [mp.exp(mp.mpf(x) - mp.mpf(max(z))) for x in z]
        total = mp.fsum(exps)
        exact = mp.log(total) + mp.mpf(max(z)) - mp.mpf(z[int(np.argmax(y))])
        # The bound: max|x - max| + 8 ULPs, the first for the rounding of the differences.
        bound = float(np.max(np.abs(z - z.max()))) + 8
        assert oracle.ulps(float(cost.data), exact) <= bound
        for k in range(classes):
            exact = exps[k] / total - mp.mpf(y[k])
            assert oracle.ulps(float(leaf.grad[k]), exact) <= bound or y[k], (scale, k)
