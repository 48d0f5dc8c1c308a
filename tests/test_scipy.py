"""SciPy's minimisers take gradients and Hessian products from here as they are."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table.primitive import ROWS, UNKNOWN, Pointwise

scipy_optimize = pytest.importorskip("scipy.optimize", reason="the extra nets is not installed")
special = pytest.importorskip("autodiff.scipy.special")

START = np.array([1.3, 0.7, 0.8, 1.9])


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "TNC", "SLSQP"])
def test_value_and_grad_is_what_jac_true_asks_for(method: str) -> None:
    found = scipy_optimize.minimize(
        ad.value_and_grad(rosenbrock), START, jac=True, method=method, tol=1e-10,
        options={"maxfun": 5000} if method == "TNC" else {"maxiter": 5000},
    )  # fmt: skip
    assert found.x == pytest.approx(np.ones(4), abs=1e-4)
    assert found.nfev < 400  # with differences each gradient would be four calls more


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov", "trust-constr"])
def test_hvp_drives_the_newton_methods(method: str) -> None:
    found = scipy_optimize.minimize(
        ad.value_and_grad(rosenbrock), START, jac=True, method=method,
        hessp=lambda x, v: ad.hvp(rosenbrock, x, v),
    )  # fmt: skip
    assert found.x == pytest.approx(np.ones(4), abs=1e-3)


def test_hessian_drives_dogleg() -> None:
    quadratic = lambda x: np.sum((x - 3.0) ** 2) + np.sum(x**4)  # noqa: E731
    found = scipy_optimize.minimize(
        ad.value_and_grad(quadratic), START, jac=True, hess=ad.hessian(quadratic), method="dogleg"
    )
    assert ad.grad(quadratic)(found.x) == pytest.approx(np.zeros(4), abs=1e-4)


def test_jacobian_drives_least_squares_and_root() -> None:
    t = np.linspace(0.0, 2.0, 9)
    data = 2.0 * np.exp(-1.3 * t)

    def residuals(p: Any) -> Any:
        return p[0] * np.exp(-p[1] * t) - data

    found = scipy_optimize.least_squares(residuals, [1.0, 1.0], jac=ad.jacobian(residuals))
    assert found.x == pytest.approx([2.0, 1.3], rel=1e-8)

    def system(x: Any) -> Any:
        return np.stack([x[0] + x[1] - 3.0, x[0] * x[1] - 2.0])

    root = scipy_optimize.root(system, [0.5, 2.7], jac=ad.jacobian(system))
    assert sorted(root.x) == pytest.approx([1.0, 2.0])


UNKNOWN_PLACES = [
    (row, i) for row in ROWS if isinstance(row, Pointwise)
    for i, rule in enumerate(row.partials) if rule in UNKNOWN
]  # fmt: skip


def test_there_are_rows_without_a_derivative() -> None:
    assert {row.name for row, _ in UNKNOWN_PLACES} >= {"betainc", "jv", "polygamma", "zeta"}


@pytest.mark.parametrize(("row", "place"), UNKNOWN_PLACES, ids=lambda x: getattr(x, "name", x))
def test_a_derivative_that_nobody_knows_is_an_error_in_every_mode(row: Any, place: int) -> None:
    at = [2.0, 3.0, 0.4][: row.arity]
    known = next((i for i in reversed(range(row.arity)) if row.partials[i] not in UNKNOWN), None)
    every = range(row.arity)

    def of(number: Any, i: int) -> Any:
        xs = [number(x) if k == i else x for k, x in enumerate(at)]
        row(*xs).backward()
        return xs[i].grad

    def samples(i: int) -> list[Any]:
        return [np.array([x]) if k == i else x for k, x in enumerate(at)]

    def lanes(i: int) -> Any:
        axes = tuple(0 if k == i else None for k in every)
        return ad.trace(row, *samples(i), argnums=i, in_axes=axes)

    ways: list[Any] = [
        lambda i: of(ad.Value, i),
        lambda i: of(ad.Tensor, i),
        lambda i: ad.grad(row, argnums=i)(*at),
        lambda i: ad.jvp(row, at, [float(k == i) for k in every])[1],
        lambda i: ad.trace(row, *at, argnums=i).value_and_grad(*at)[1],
        lambda i: lanes(i).value_and_grad(*samples(i))[1],
    ]  # fmt: skip
    for way in ways:
        with pytest.raises(TypeError, match="has no derivative here; give that operand as a plain"):
            way(place)
        assert known is None or way(known) == pytest.approx(ways[0](known), rel=1e-12)


@pytest.mark.engine
@pytest.mark.parametrize(("row", "place"), UNKNOWN_PLACES, ids=lambda x: getattr(x, "name", x))
def test_it_is_an_error_at_every_depth(row: Any, place: int) -> None:
    at = [2.0, 3.0, 0.4][: row.arity]
    known = next((i for i in reversed(range(row.arity)) if row.partials[i] not in UNKNOWN), None)

    def along(i: int) -> Any:
        return lambda x: row(*(x if k == i else z for k, z in enumerate(at)))

    def of_arrays(i: int) -> Any:
        return lambda x: np.sum(along(i)(x))

    ways: list[Any] = [
        lambda i: ad.grad(ad.grad(along(i)))(at[i]),
        lambda i: ad.hessian(along(i))(at[i]),
        lambda i: ad.hvp(along(i), at[i], 1.0),
        lambda i: ad.jvp(ad.grad(along(i)), (at[i],), (1.0,))[1],
        lambda i: ad.grad(lambda x: ad.jvp(along(i), (x,), (1.0,))[1])(at[i]),
        lambda i: ad.jvp(lambda x: ad.jvp(along(i), (x,), (1.0,))[1], (at[i],), (1.0,))[1],
        lambda i: ad.jit(ad.grad(ad.grad(along(i))))(at[i]),
        lambda i: ad.jit(ad.hessian(along(i)))(at[i]),
        lambda i: ad.grad(ad.grad(ad.jit(along(i))))(at[i]),
        lambda i: np.squeeze(ad.hessian(of_arrays(i))(np.array([at[i]]))),
    ]  # fmt: skip
    for way in [
        *ways,
        lambda i: ad.jit(ad.grad(along(i)))(at[i]),
        lambda i: ad.vmap(ad.grad(along(i)))(np.array([at[i]])),
    ]:
        with pytest.raises(TypeError, match="has no derivative here; give that operand as a plain"):
            way(place)
    if known is None:
        return
    wanted = ways[0](known)
    assert np.isfinite(wanted)
    assert wanted != 0.0
    for way in ways:
        assert float(way(known)) == pytest.approx(wanted, rel=1e-12)
    assert np.isfinite(ad.grad(ad.grad(ad.grad(along(known))))(at[known]))


def test_second_slopes_where_a_factor_is_infinite_or_scipy_has_no_number() -> None:
    euler = 0.5772156649015329
    for x in (0.0, 1e-300, -1e-300, 1e-13, -1e-13):
        assert ad.grad(special.rgamma)(x) == pytest.approx(1.0, rel=1e-12)
        assert ad.hessian(special.rgamma)(x) == pytest.approx(2.0 * euler, rel=1e-11)
        assert ad.hessian(lambda x: np.sum(special.rgamma(x)))(np.array([x])) == pytest.approx(
            2.0 * euler, rel=1e-11
        )
    for x in (0.0, 1e-320, 1e-308, -1e-308, 1e-290):
        for f in (special.i1_slope, special.i1e_rise, special.i0):
            slope, at_0 = (
                ad.grad(ad.grad(f))(x),
                ad.grad(ad.grad(f))(1e-200 * (-1.0 if x < 0.0 else 1.0)),
            )
            assert np.isfinite(slope)
            assert x == 0.0 or slope == pytest.approx(at_0, abs=1e-12)


def test_log_ndtr_has_slopes_however_far_out() -> None:
    slope = ad.grad(special.log_ndtr)
    for x in (-1e200, -1e8, -1e3):
        assert slope(x) == pytest.approx(-x - 1.0 / x, rel=1e-10)
        assert ad.grad(slope)(x) == pytest.approx(-1.0 + 1.0 / x / x, rel=1e-10)
    assert ad.grad(slope)(-17.0) == pytest.approx(-0.9966096303998, rel=1e-12)
    assert ad.grad(slope)(50.0) == 0.0
