"""Solutions of differential equations on nodes: slopes by the adjoint equation against differences."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytest.importorskip("scipy")
from autodiff.scipy.integrate import odeint

EXACT = {"rtol": 1e-11, "atol": 1e-11}
TIMES = np.array([0.0, 0.3, 0.7, 1.1])


def predators(y: Any, t: Any, rates: Any) -> Any:
    a, b = rates["a"], rates["b"]
    return np.stack([a * y[0] - b[0] * y[0] * y[1] + 0.1 * np.sin(t), -b[1] * y[1] + y[0] * y[1]])


def loss(y0: Any, t: Any, a: Any, b: Any) -> Any:
    return np.sum(odeint(predators, y0, t, ({"a": a, "b": b},), **EXACT) ** 2)


def test_slopes_in_the_start_the_times_and_the_parameters() -> None:
    given = (np.array([1.0, 0.5]), TIMES, 1.2, np.array([0.7, 0.9]))
    found = ad.grad(loss, argnums=(0, 1, 2, 3))(*given)
    for k, x in enumerate(given):
        moves = np.eye(np.size(x)).reshape(-1, *np.shape(x))
        sides = [
            [loss(*given[:k], x + s * d, *given[k + 1 :]) for s in (1e-5, -1e-5)] for d in moves
        ]
        wanted = np.reshape([(a - b) / 2e-5 for a, b in sides], np.shape(x))
        np.testing.assert_allclose(found[k], wanted, rtol=1e-7)


def decay(k: Any) -> Any:
    return odeint(lambda y, t, k: -k * y, [1.0], [0.0, 1.0], (k,), **EXACT)[-1, 0]


def test_the_way_back_is_differentiated_again() -> None:
    e = np.exp(-2.0)
    assert ad.grad(decay)(2.0) == pytest.approx(-e, rel=1e-8)
    assert ad.grad(ad.grad(decay))(2.0) == pytest.approx(e, rel=1e-8)
    assert float(ad.jvp(decay, (2.0,), (1.0,))[1]) == pytest.approx(-e, rel=1e-8)
    curved = ad.hessian(lambda y: odeint(lambda y, t: y * y, y, [0.0, 0.5], **EXACT)[-1, 0])
    assert curved(np.ones(1))[0, 0] == pytest.approx(8.0, rel=1e-7)  # of y / (1 - t y)


def test_the_rate_may_be_a_gradient_itself() -> None:
    def energy(q: Any, k: Any) -> Any:
        return np.sum(k * q**4)

    def end(k: Any) -> Any:
        flow = lambda q, t, k: -ad.grad(energy)(q, k)  # noqa: E731
        return odeint(flow, ad.Tensor([1.0]), [0.0, 1.0], (k,), **EXACT)[-1, 0]

    assert ad.grad(end)(2.0) == pytest.approx(-4.0 * 17.0**-1.5, rel=1e-8)  # of (1 + 8 k)^(-1/2)


def test_what_it_is_not_given_is_refused() -> None:
    k = ad.Value(2.0)
    with pytest.raises(TypeError, match=r"nodes that are not among its arguments.*args="):
        odeint(lambda y, t: -k * y, ad.Tensor([1.0]), [0.0, 1.0])
    with pytest.raises(TypeError, match="full_output= has no meaning on a graph"):
        odeint(lambda y, t: -y, ad.Tensor([1.0]), [0.0, 1.0], full_output=True)
    plain = odeint(lambda y, t: -y, [1.0], [0.0, 1.0])
    assert type(plain) is np.ndarray


def test_a_function_with_its_own_rule_may_take_gradients() -> None:
    @ad.custom_vjp
    def slopes(x: Any) -> Any:
        return ad.grad(lambda y: np.sum(y**3))(x)

    slopes.defvjp(lambda x: (slopes(x), x), lambda x, g: (6.0 * x * g,))
    total = lambda x: np.sum(slopes(x))  # noqa: E731
    assert ad.grad(total)(np.ones(2)).tolist() == [6.0, 6.0]
    assert ad.hessian(total)(np.ones(2)).tolist() == [[6.0, 0.0], [0.0, 6.0]]
