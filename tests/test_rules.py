"""`custom_vjp` and `custom_jvp`: one node, both modes, any order, checked rules; and `minimize`."""

import itertools
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


def closed_over(kind: str, read: Any, **check: bool) -> Any:
    """Return a function with a rule of each kind that reads something which is no argument."""
    if kind == "vjp":
        f = ad.custom_vjp(lambda y: y * read)
        f.defvjp(lambda y: (y * read, y), lambda kept, g: (g * read,), **check)
        return f
    h = ad.custom_jvp(lambda y: y * read)
    h.defjvp(lambda x, t: (x[0] * read, t[0] * read), **check)
    return h


REFUSED = r"the function reads {}, a .* which is no argument of it.*give it as an argument"
AROUND: dict[str, Any] = {
    "grad": lambda f, x: ad.grad(f)(x),
    "jit of grad": lambda f, x: ad.jit(ad.grad(f))(x),
    "grad of jit": lambda f, x: ad.grad(ad.jit(f))(x),
    "value_and_grad of jit": lambda f, x: ad.jit(f).value_and_grad(x),
    "jvp": lambda f, x: ad.jvp(f, (x,), (x,)),
    "vjp": lambda f, x: ad.vjp(f, x)[1](1.0),
    "jacobian": lambda f, x: ad.jacobian(f)(x),
    "hessian": lambda f, x: ad.hessian(f)(x),
    "vmap of grad": lambda f, x: ad.vmap(ad.grad(f))(np.stack([x, x])),
}


@pytest.mark.parametrize("kind", ["vjp", "jvp"])
@pytest.mark.parametrize("around", AROUND)
def test_a_rule_refuses_nodes_that_are_no_arguments(around: str, kind: str) -> None:
    for check in (True, False):
        for value in (np.arange(1.0, 4.0), 2.0):
            with pytest.raises(TypeError, match=REFUSED.format("read")):
                AROUND[around](lambda x, c=check: ad.sum(closed_over(kind, x, check=c)(x)), value)


@pytest.mark.parametrize("kind", ["vjp", "jvp"])
def test_a_rule_refuses_leaves_and_what_is_computed_outside(kind: str) -> None:
    w = ad.Tensor(np.ones(3), name="w")
    for read, name in ((w, "w"), (w * 2.0, "read"), (ad.Value(2.0), "read")):
        with pytest.raises(TypeError, match=REFUSED.format(name)):
            closed_over(kind, read)(ad.Tensor(np.arange(3.0)))
    for read in (w.data, w.detach(), ad.constant(2.0), ad.stop_gradient(2.0)):
        found = ad.grad(lambda x, r=read: ad.sum(closed_over(kind, r)(x)))(np.arange(3.0))
        np.testing.assert_array_equal(found, np.ones(3) * np.asarray(getattr(read, "data", read)))
        assert isinstance(found, np.ndarray)


def test_a_function_with_a_rule_may_record_for_itself() -> None:
    def inner(x: Any) -> Any:
        t = ad.Tensor(np.array(x))
        return ad.gradient(ad.sum(t * t * t), t) + (t * 0.0)

    f = ad.custom_vjp(inner)
    f.defvjp(lambda x: (inner(x), x), lambda x, g: (6.0 * x * g,))
    found = ad.grad(lambda x: ad.sum(f(x)))(np.arange(3.0))
    np.testing.assert_array_equal(found, 6.0 * np.arange(3.0))


def test_nodes_that_only_the_rule_reads_leave_plain_numbers() -> None:
    def f(x: Any, kind: str) -> Any:
        if kind == "vjp":
            h = ad.custom_vjp(lambda y: y * 2.0)
            h.defvjp(lambda y: (y * 2.0, y), lambda kept, g: (2.0 * g * (x / x),))
        else:
            h = ad.custom_jvp(lambda y: y * 2.0)
            h.defjvp(lambda y, t: (y[0] * 2.0, 2.0 * t[0] * (x / x)))
        return ad.sum(h(x))

    x = np.arange(1.0, 4.0)
    for kind in ("vjp", "jvp"):
        found = [ad.grad(f)(x, kind), ad.jit(ad.grad(lambda x, k=kind: f(x, k)))(x)]
        for slope in found:
            assert isinstance(slope, np.ndarray)
            np.testing.assert_array_equal(slope, [2.0, 2.0, 2.0])
        assert isinstance(ad.jvp(lambda x, k=kind: f(x, k), (x,), (x,))[1], float | np.ndarray)


def by_name(kind: str) -> Any:
    def f(x: Any, k: Any = 2.0, c: Any = 1.0) -> Any:
        return x * k * k * c

    if kind == "checkpoint":
        return ad.checkpoint(f)
    if kind == "vjp":
        g = ad.custom_vjp(f)
        g.defvjp(
            lambda *a: (f(*a), a),
            lambda a, t: tuple(
                part
                for part, _ in zip(
                    (
                        t * f(1.0, *a[1:]),
                        ad.sum(2.0 * t * f(a[0], 1.0, *a[2:])) * (a[1] if len(a) > 1 else 0.0),
                        ad.sum(t * f(*a[:2])),
                    ),
                    a,
                    strict=False,
                )
            ),
        )
        return g
    h = ad.custom_jvp(f)

    def rule(a: Any, t: Any) -> Any:
        slopes = (
            f(1.0, *a[1:]),
            2.0 * f(a[0], 1.0, *a[2:]) * (a[1] if len(a) > 1 else 0.0),
            f(*a[:2]),
        )
        return f(*a), sum(s * part for s, part in zip(slopes, t, strict=False))

    h.defjvp(rule)
    return h


@pytest.mark.parametrize("kind", ["checkpoint", "vjp", "jvp"])
def test_arguments_by_name_are_differentiated_as_by_position(kind: str) -> None:
    x = np.array([1.0, 2.0, -0.5])
    for names in itertools.chain.from_iterable(itertools.permutations("kc", n) for n in (0, 1, 2)):
        values = {name: {"k": 3.0, "c": 0.5}[name] for name in names}

        def plain(x: Any, given: dict[str, Any]) -> Any:
            k, c = given.get("k", 2.0), given.get("c", 1.0)
            return ad.sum(x * k * k * c)

        wanted = ad.grad(plain, argnums=(0, 1))(x, values)
        for call in (lambda x, g: by_name(kind)(x, **g), lambda x, g: by_name(kind)(**g, x=x)):
            slope = ad.grad(lambda x, g, call=call: ad.sum(call(x, g)), argnums=(0, 1))
            for found in (slope(x, values), ad.jit(slope)(x, values)):
                np.testing.assert_allclose(found[0], wanted[0])
                assert found[1].keys() == values.keys()
                for name in names:
                    np.testing.assert_allclose(found[1][name], wanted[1][name])


def test_arguments_that_only_a_name_gives_are_refused_in_a_sentence() -> None:
    f = ad.custom_vjp(lambda x, *, k=1.0: x * k)
    f.defvjp(lambda x, k=1.0: (x * k, k), lambda k, g: (g * k,))
    with pytest.raises(
        TypeError, match="takes arguments by position, and k can only be given by name"
    ):
        f(np.ones(2), k=3.0)
    with pytest.raises(TypeError, match="unexpected keyword argument 'm'"):
        f(np.ones(2), m=3.0)
