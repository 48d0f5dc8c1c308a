"""SciPy's minimisers take gradients and Hessian products from here as they are."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad

scipy_optimize = pytest.importorskip("scipy.optimize", reason="the extra nets is not installed")

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
