"""`custom_vjp` and `custom_jvp`: one node, both modes, any order, checked rules; and `minimize`."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine
RNG = np.random.default_rng(5)
A, B = RNG.normal(size=(3, 3)) + 4.0 * np.eye(3), RNG.normal(size=3)


def own_solve() -> Any:
    @ad.custom_vjp
    def solve(a: Any, b: Any) -> Any:
        return np.linalg.solve(a, b)

    def forward(a: Any, b: Any) -> Any:
        x = np.linalg.solve(a, b)
        return x, (a, x)

    def backward(kept: Any, g: Any) -> Any:
        z = np.linalg.solve(np.transpose(kept[0]), g)
        return -np.outer(z, kept[1]), z

    solve.defvjp(forward, backward)
    return solve


def own_logsumexp() -> Any:
    @ad.custom_jvp
    def logsumexp(x: Any) -> Any:
        return np.log(np.sum(np.exp(x)))

    logsumexp.defjvp(lambda x, t: (logsumexp(*x), np.sum(np.exp(x[0] - logsumexp(*x)) * t[0])))
    return logsumexp


PAIRS: list[tuple[Any, Callable[..., Any], tuple[Any, ...]]] = [
    (own_solve(), np.linalg.solve, (A, B)),
    (own_logsumexp(), ad.logsumexp, (B,)),
]


@pytest.mark.parametrize(("own", "known", "args"), PAIRS, ids=["vjp", "jvp"])
def test_a_rule_serves_every_transform(own: Any, known: Any, args: Any) -> None:
    def total(f: Any) -> Any:
        return lambda *xs: np.sum(f(*xs) ** 2)

    last = len(args) - 1
    assert np.allclose(own(*args), known(*args))
    ad.check_grads(total(own), args, order=2)
    for transform in (ad.grad, ad.jacrev, ad.jacfwd, ad.hessian):
        found, wanted = (transform(total(f), argnums=last)(*args) for f in (own, known))
        assert np.allclose(found, wanted, rtol=1e-12, atol=1e-14), transform
    many = np.stack([args[-1], 2.0 * args[-1]])
    axes = (None,) * last + (0,)
    found = ad.vmap(own, axes)(*args[:-1], many)
    assert np.allclose(found, np.stack([known(*args[:-1], x) for x in many]))

    def of_many(x: Any) -> Any:
        return np.sum(ad.vmap(own, axes)(*args[:-1], x) ** 2)

    assert np.allclose(ad.grad(of_many)(many)[0], ad.grad(total(known), argnums=last)(*args))


@pytest.mark.parametrize(("own", "known", "args"), PAIRS, ids=["vjp", "jvp"])
def test_a_rule_is_part_of_a_program(own: Any, known: Any, args: Any) -> None:
    def f(*xs: Any) -> Any:
        return np.sum(own(*xs) ** 2)

    last = len(args) - 1
    program = ad.trace(f, *map(ad.Tensor, args), argnums=last)
    moved = (*args[:-1], 2.0 * args[-1])
    value, gradient = program.value_and_grad(*moved)
    assert value == pytest.approx(float(f(*moved)), rel=1e-14)
    assert np.allclose(gradient, ad.grad(f, argnums=last)(*moved), rtol=1e-12)


def test_the_rule_is_used_and_not_what_the_function_computes() -> None:
    @ad.custom_vjp
    def rounded(x: Any) -> Any:
        return np.round(x)

    rounded.defvjp(lambda x: (np.round(x), None), lambda kept, g: (g,), check=False)
    x = ad.Tensor([0.4, 1.7])
    y = rounded(x)
    assert y.op == "rounded"
    assert ad.gradient((y * y).sum(), x).tolist() == [0.0, 4.0]
    assert rounded(np.array([0.4])).tolist() == [0.0]
    with ad.no_grad():
        assert rounded(x).data.tolist() == [0.0, 2.0]
    assert rounded(ad.constant([0.6])).is_constant
    assert ad.grad(rounded)(0.4) == 1.0


def test_trees_and_arguments_without_a_gradient() -> None:
    @ad.custom_vjp
    def parts(p: Any, k: int) -> Any:
        return {"scaled": p["a"] * k, "sum": np.sum(p["b"])}

    parts.defvjp(
        lambda p, k: (parts.f(p, k), (p, k)),
        lambda kept, g: (
            {"a": g["scaled"] * kept[1], "b": np.ones_like(kept[0]["b"]) * g["sum"]},
            None,
        ),
    )

    def f(p: Any) -> Any:
        y = parts(p, 3)
        return (y["scaled"] ** 2).sum() + y["sum"]

    p = {"a": B, "b": np.ones((2, 2))}
    found = ad.grad(f)(p)
    assert np.allclose(found["a"], 18.0 * B)
    assert np.allclose(found["b"], 1.0)
    ad.check_grads(f, (p,), order=2)


def test_a_wrong_rule_is_found_at_its_first_use() -> None:
    @ad.custom_vjp
    def cube(x: Any) -> Any:
        return x**3

    cube.defvjp(lambda x: (x**3, x), lambda x, g: ((3.0 + 1e-3) * g * x * x,))
    with pytest.raises(ValueError, match=r"cube: the rule gives .* differences give"):
        cube(ad.Tensor(B))

    @ad.custom_jvp
    def square(x: Any) -> Any:
        return x * x

    square.defjvp(lambda x, t: (x[0] ** 2, x[0] * t[0]))
    with pytest.raises(ValueError, match="square: the rule gives"):
        ad.grad(lambda x: square(x).sum())(B)


def test_rules_that_cannot_be_used_say_what_is_wrong() -> None:
    @ad.custom_vjp
    def f(x: Any) -> Any:
        return x * 2.0

    x = ad.Tensor(B)
    with pytest.raises(
        TypeError, match=r"custom_vjp has no rule yet; give it with defvjp\(fwd, bwd\)"
    ):
        f(x)
    f.defvjp(lambda x: x, lambda kept, g: (g,), check=False)
    with pytest.raises(TypeError, match="fwd returns a pair"):
        f(x)
    f.defvjp(lambda x: (x * 2.0, None), lambda kept, g: g, check=False)
    with pytest.raises(TypeError, match="a cotangent for each of the 1 arguments"):
        ad.gradient(f(x).sum(), x)
    f.defvjp(lambda x: (x * 2.0, None), lambda kept, g: (g[:1],), check=False)
    with pytest.raises(
        ValueError, match=r"a cotangent of shape \(1,\) for an argument of shape \(3,\)"
    ):
        ad.gradient(f(x).sum(), x)
    with pytest.raises(TypeError, match="decorates a function"):
        ad.custom_vjp(3.0)  # type: ignore[arg-type]

    @ad.custom_jvp
    def g(x: Any) -> Any:
        return x * 2.0

    with pytest.raises(TypeError, match="custom_jvp has no rule yet"):
        g(x)
    g.defjvp(lambda x, t: t[0], check=False)
    with pytest.raises(TypeError, match="the rule returns a pair"):
        ad.gradient(g(x).sum(), x)
    g.defjvp(lambda x, t: (x[0] * 2.0, t[0][:1]), check=False)
    with pytest.raises(ValueError, match="the tangent has shape"):
        ad.jvp(g, (B,), (B,))


def test_minimize_takes_trees() -> None:
    pytest.importorskip("scipy")

    def rosenbrock(p: Any, scale: float = 100.0) -> Any:
        x, y = p["x"], p["more"][0]
        return (1.0 - x) ** 2 + scale * np.sum((y - x * x) ** 2)

    start = {"x": -1.0, "more": [np.array([2.0, 0.5])]}
    seen: list[Any] = []
    for method in (None, "BFGS", "Newton-CG", "trust-ncg", "Nelder-Mead"):
        options = {"options": {"maxiter": 2000}, "tol": 1e-9}
        found = ad.minimize(rosenbrock, start, method=method, callback=seen.append, **options)
        assert found.x["x"] == pytest.approx(1.0, abs=1e-3), method
        assert np.allclose(found.x["more"][0], 1.0, atol=2e-3)
    assert set(seen[0]) == {"x", "more"}
    found = ad.minimize(rosenbrock, start, args=10.0, bounds=(None, 0.5))
    assert found.x["x"] == pytest.approx(0.5)
    assert set(found.jac) == {"x", "more"}
    found = ad.minimize(
        rosenbrock, start, bounds={"x": (0, 0.25), "more": [[(None, None), (0, 2)]]}
    )
    assert found.x["x"] == pytest.approx(0.25)
    with pytest.raises(ValueError, match="bounds has 1 pairs for 3 numbers"):
        ad.minimize(rosenbrock, start, bounds=[(0, 1)])
    with pytest.raises(ValueError, match="must return one number"):
        ad.minimize(lambda x: x, np.ones(2))


def test_fwd_computes_what_the_function_does() -> None:
    @ad.custom_vjp
    def square(x: Any) -> Any:
        return x * x

    square.defvjp(lambda x: (x * x + 1.0, x), lambda x, g: (2.0 * g * x,))
    with pytest.raises(ValueError, match="square: fwd computes another result than the function"):
        ad.grad(square)(3.0)
    square.defvjp(lambda x: (x * x + 1.0, x), lambda x, g: (2.0 * g * x,), check=False)
    assert ad.value_and_grad(square)(3.0) == (10.0, 6.0)
