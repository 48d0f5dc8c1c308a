"""Points where a correct formula gives a wrong number: overflow on the way, 0 times infinity, kinks.

What each gives is decided here once. Value and Tensor agree at every one of them.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table.primitive import LEVEL, ROWS, Multilinear, Pointwise
from tests.rows import POINTWISE

pytestmark = pytest.mark.engine

ONE_OPERAND = [r for r in POINTWISE if r.arity == 1]


def both(f: Callable[..., Any], *xs: float) -> tuple[float, ...]:
    """Return the partials of f by Value; Tensor, forward mode and replay of both must agree."""
    scalars = tuple(ad.Value(x) for x in xs)
    found: tuple[float, ...] = ad.gradient(f(*scalars), scalars)
    arrays = tuple(ad.Tensor([x]) for x in xs)
    for a, b in zip(found, ad.gradient(f(*arrays), arrays), strict=True):
        np.testing.assert_allclose(
            a, b[0], rtol=1e-15, atol=0
        )  # numpy's exp is not the C library's
    everything = tuple(range(len(xs)))
    numbers = ad.trace(f, *xs, argnums=everything)
    np.testing.assert_array_equal(numbers.value_and_grad(*xs)[1], found)
    tensors = ad.trace(lambda *ts: f(*ts).sum(), *arrays, argnums=everything)
    for a, b in zip(found, tensors.value_and_grad(*arrays)[1], strict=True):
        np.testing.assert_allclose(a, b[0], rtol=1e-15, atol=0)
    for i, g in enumerate(found):
        direction = [float(i == k) for k in range(len(xs))]
        np.testing.assert_allclose(ad.jvp(f, xs, direction)[1], g, rtol=1e-15, atol=0)
    return found


def test_quotients_whose_square_overflows_or_vanishes() -> None:
    assert both(ad.div, 1e300, 1e200)[1] == -1e-100
    assert both(ad.div, 1e-300, 1e-200)[1] == pytest.approx(-1e100, rel=1e-15)
    assert -1e300 / math.inf == 0.0  # what -x / (y * y) gives at the first point


def test_where_does_not_look_behind_the_condition() -> None:
    assert both(lambda x: ad.where(x > 0, ad.sqrt(x), 0.0), -1.0) == (0.0,)
    assert both(lambda x: ad.where(x > 0, ad.log(x), x), 0.0) == (1.0,)


def test_norm() -> None:
    x = ad.Tensor([0.0, 0.0])
    ad.norm(x).backward()
    assert x.grad.tolist() == [0.0, 0.0]
    big = ad.Tensor([1e200, 1e200])
    ad.norm(big).backward()
    np.testing.assert_allclose(big.grad, math.sqrt(0.5), rtol=4e-16)
    small = ad.Tensor([3e-200, 4e-200])
    y = ad.norm(small)
    y.backward()
    np.testing.assert_allclose(y.data, 5e-200, rtol=1e-15)
    np.testing.assert_allclose(small.grad, [0.6, 0.8], rtol=4e-16)


def test_products_with_zeros() -> None:
    for values in ([0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]):
        scalars = [ad.Value(v) for v in values]
        product: Any = 1.0
        for x in scalars:
            product = product * x
        exact = [math.prod(values[:i] + values[i + 1 :]) for i in range(3)]
        assert ad.gradient(product, scalars) == exact


def test_powers_at_zero() -> None:
    assert both(lambda x: x**0, 0.0) == (0.0,)
    assert both(lambda x: x**1, 0.0) == (1.0,)
    assert both(lambda x: x**2, 0.0) == (0.0,)
    assert ad.grad(ad.grad(lambda x: x**2))(0.0) == 2.0
    assert ad.grad(ad.grad(ad.grad(lambda x: x**3)))(0.0) == 6.0
    assert both(lambda x: x**0.5, 0.0) == (math.inf,)
    assert both(lambda x: x**3, -2.0) == (12.0,)
    assert both(lambda x: x**-1, -2.0) == (-0.25,)


@pytest.mark.parametrize("row", ONE_OPERAND, ids=lambda r: r.name)
def test_nan_stays_nan(row: Pointwise) -> None:
    if row.name in ("truth", "hole"):
        pytest.skip("tells of NaN what it is")
    assert math.isnan(row(ad.Value(math.nan)).data)
    assert math.isnan(float(row(ad.Tensor(math.nan)).data))


@pytest.mark.parametrize("x", [-math.inf, -1e300, -1.0, 0.0, 1.0, 1e300, math.inf])
@pytest.mark.parametrize("row", ONE_OPERAND, ids=lambda r: r.name)
def test_no_error_no_warning_no_complex_number(row: Pointwise, x: float) -> None:
    (g,) = both(row, x)
    assert type(g) is float


def test_powers_of_negative_numbers_are_real_or_nan() -> None:
    assert math.isnan((ad.Value(-2.0) ** 0.5).data)
    assert math.isnan(float((ad.Tensor(-2.0) ** 0.5).data))


def test_overflow_is_an_infinity() -> None:
    assert ad.exp(ad.Value(1000.0)).data == math.inf
    assert float(ad.exp(ad.Tensor(1000.0)).data) == math.inf
    assert (ad.Value(1e300) * 1e300).data == float((ad.Tensor(1e300) * 1e300).data) == math.inf
    assert (ad.Value(1.0) / 0.0).data == float((ad.Tensor(1.0) / 0.0).data) == math.inf
    assert (ad.Value(2.0) ** 5000).data == float((ad.Tensor(2.0) ** 5000).data) == math.inf


SUBGRADIENTS: list[tuple[Callable[..., Any], tuple[float, ...], tuple[float, ...]]] = [
    (ad.relu, (0.0,), (0.0,)),
    (ad.abs, (0.0,), (0.0,)),
    (ad.sign, (0.0,), (0.0,)),
    (ad.step, (0.0,), (0.0,)),
    (lambda x: ad.leaky_relu(x, 0.1), (0.0,), (0.1,)),
    (lambda x: ad.elu(x, 1.0), (0.0,), (1.0,)),
    (ad.hypot, (0.0, 0.0), (0.0, 0.0)),
    (ad.hypot, (-0.0, 0.0), (0.0, 0.0)),
    (ad.maximum, (2.0, 2.0), (0.5, 0.5)),
    (ad.minimum, (2.0, 2.0), (0.5, 0.5)),
    (lambda x: ad.clip(x, -1.0, 1.0), (1.0,), (0.5,)),
    (lambda x: ad.clip(x, -1.0, 1.0), (2.0,), (0.0,)),
    (lambda x: ad.clip(x, -1.0, 1.0), (0.0,), (1.0,)),
]


@pytest.mark.parametrize(("f", "at", "expected"), SUBGRADIENTS)
def test_subgradients(
    f: Callable[..., Any], at: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    assert both(f, *at) == expected


def test_hypot_is_the_norm_of_two_numbers() -> None:
    for at in [(0.0, 0.0), (3.0, 4.0), (1e200, 1e200), (3e-200, 4e-200)]:
        x = ad.Tensor(list(at))
        np.testing.assert_allclose(
            both(ad.hypot, *at), ad.gradient(ad.norm(x), x), rtol=4e-16, atol=0
        )
    assert math.isnan(both(ad.hypot, math.nan, 0.0)[0])
    hessian = ad.hessian(lambda x: ad.hypot(x[0], x[1]))(np.zeros(2))
    assert hessian.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_the_angle_has_no_slope_where_it_jumps() -> None:
    assert all(map(math.isnan, both(ad.atan2, 0.0, 0.0)))


def test_ties_of_a_reduction_share_equally() -> None:
    x = ad.Tensor([1.0, 3.0, 3.0, 3.0])
    assert ad.gradient(x.max(), x).tolist() == [0.0, 1 / 3, 1 / 3, 1 / 3]
    assert ad.gradient((-x).min(), x).tolist() == [0.0, -1 / 3, -1 / 3, -1 / 3]


def test_saturated_costs() -> None:
    z = ad.Value(-40.0)
    ad.cross_entropy_with_logits(z, 1.0).backward()
    assert z.grad == pytest.approx(-1.0, rel=1e-15)
    z = ad.Value(40.0)
    ad.cross_entropy_with_logits(z, 1.0).backward()
    assert z.grad == pytest.approx(-math.exp(-40.0), rel=1e-15)


@pytest.mark.parametrize(
    "row", [r for r in ROWS if isinstance(r, Multilinear) and r.scalar], ids=lambda r: r.name
)
@pytest.mark.parametrize("hole", [math.inf, -math.inf, math.nan])
def test_sums_send_nothing_where_nothing_flows(row: Multilinear, hole: float) -> None:
    xs = [ad.Value(x) for x in (hole, 2.0, hole, 3.0)]
    y = ad.where(0.0, row(*xs), 1.0)
    assert ad.gradient(y, xs) == [0.0] * 4
    recorded = ad.gradient(y, xs, create_graph=True)
    assert [float(g.data) for g in recorded] == [0.0] * 4
    assert [ad.gradient(g, xs) for g in recorded] == [[0.0] * 4] * 4


@pytest.mark.parametrize(
    ("row", "place"),
    [(r, i) for r in POINTWISE for i, p in enumerate(r.partials) if p in LEVEL],
    ids=lambda x: getattr(x, "name", x),
)
def test_nothing_flows_along_a_level_slope_not_even_infinity(row: Any, place: int) -> None:
    rest = [0.3, 0.6, 0.9][: row.arity]

    def f(x: Any) -> Any:
        return row(*rest[:place], x, *rest[place + 1 :]) * math.inf + 2.0 * x

    assert both(f, rest[place]) == (2.0,)


def test_there_are_level_slopes() -> None:
    assert {r.name for r in POINTWISE if LEVEL & set(r.partials)} >= {"step", "floor", "copysign"}


@pytest.mark.parametrize("z", [40.0, -0.5, -40.0])
def test_targets_that_are_steps_of_the_output_leave_the_cost_right(z: float) -> None:
    cost = lambda y: lambda x: ad.cross_entropy(ad.sigmoid(x), y(x))  # noqa: E731
    assert ad.grad(cost(lambda x: ad.step(x + 50.0)))(z) == ad.grad(cost(lambda x: 1.0))(z)
