"""Derivatives that a function takes of its own arguments are differentiated by the transform around it.

The transforms, and what takes a derivative inside of them, are drawn from the public names: each inner
one is rewritten by `grad` alone, whose nesting is tested elsewhere, and must give the same numbers.
"""

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine

ARRAY = np.array([0.5, -1.25, 2.0])
MOVE = np.array([1.0, 0.5, -2.0])


def quartic(x: Any) -> Any:
    return ad.sum(x * x * x * x * np.array([1.0, 2.0, 0.5])) + ad.sum(x[:2] * x[1:])


def scalar(x: Any) -> Any:
    return x * x * x + ad.sin(x)


Inner = Callable[[Any, Callable[[Any], Any]], Any]
# What is differentiated: a function of the argument; returned: its slope, or a part of it, as one number.
INNER: dict[str, Inner] = {
    "gradient": lambda x, f: total(ad.gradient(f(x), [x])[0]),
    "gradient of one": lambda x, f: total(ad.gradient(f(x), x)),
    "gradient of a dict": lambda x, f: total(ad.gradient(f(x), {"x": x})["x"]),
    "gradient, seeded": lambda x, f: total(ad.gradient(f(x), x, seed=2.0)) * 0.5,
    "gradient, strict": lambda x, f: total(ad.gradient(f(x), x, strict=True)),
    "gradient, create_graph": lambda x, f: total(ad.gradient(f(x), x, create_graph=True)),
    "grad": lambda x, f: total(ad.grad(f)(x)),
    "value_and_grad": lambda x, f: total(ad.value_and_grad(f)(x)[1]),
    "elementwise_grad": lambda x, f: total(ad.elementwise_grad(f)(x)),
    "jacobian": lambda x, f: total(ad.jacobian(f)(x)),
    "jacrev": lambda x, f: total(ad.jacrev(f)(x)),
    "jacfwd": lambda x, f: total(ad.jacfwd(f)(x)),
    "vjp": lambda x, f: total(ad.vjp(f, x)[1](1.0)[0]),
    "jvp": lambda x, f: ad.jvp(f, (x,), (np.ones(x.shape) if x.shape else 1.0,))[1],
    "hvp": lambda x, f: total(ad.hvp(f, x, np.ones(x.shape) if x.shape else 1.0)),
    "hessian": lambda x, f: ad.sum(ad.hessian(f)(x)),
    "checkpoint": lambda x, f: total(ad.gradient(ad.sum(ad.checkpoint(f)(x)), x)),
    "gradient under checkpoint": lambda x, f: ad.sum(
        ad.checkpoint(lambda y: total(ad.gradient(f(y), y)))(x)
    ),
    "gradient under vmap": lambda x, f: (
        ad.sum(ad.vmap(lambda t: total(ad.gradient(f(x * t), x)))(np.ones(2))) * 0.5
    ),
    "gradient under jit": lambda x, f: ad.jit(lambda y: total(ad.gradient(f(y), y)))(x),
}
WITNESS: dict[str, Inner] = {
    "jvp": lambda x, f: ad.sum(ad.grad(f)(x)),
    "hvp": lambda x, f: total(ad.grad(lambda y: ad.sum(ad.grad(f)(y)))(x)),
    "hessian": lambda x, f: ad.sum(ad.grad(lambda y: ad.sum(ad.grad(f)(y)))(x)),
}
Outer = Callable[[Callable[[Any], Any], Any, Any], Any]
OUTER: dict[str, Outer] = {
    "grad": lambda f, x, v: ad.grad(f)(x),
    "value_and_grad": lambda f, x, v: ad.value_and_grad(f)(x)[1],
    "elementwise_grad": lambda f, x, v: ad.elementwise_grad(f)(x),
    "vjp": lambda f, x, v: ad.vjp(f, x)[1](1.0)[0],
    "jvp": lambda f, x, v: ad.jvp(f, (x,), (v,))[1],
    "jacobian": lambda f, x, v: ad.jacobian(f)(x),
    "jacrev": lambda f, x, v: ad.jacrev(f)(x),
    "jacfwd": lambda f, x, v: ad.jacfwd(f)(x),
    "hessian": lambda f, x, v: ad.hessian(f)(x),
    "hvp": lambda f, x, v: ad.hvp(f, x, v),
    "checkpoint": lambda f, x, v: ad.grad(lambda y: ad.sum(ad.checkpoint(f)(y)))(x),
    "jit": lambda f, x, v: ad.jit(ad.grad(f))(x),
    "of jit": lambda f, x, v: ad.grad(ad.jit(f))(x),
    "value_and_grad of jit": lambda f, x, v: ad.jit(f).value_and_grad(x)[1],
    "trace": lambda f, x, v: ad.trace(f, x).value_and_grad(x)[1],
    "vmap": lambda f, x, v: ad.vmap(ad.grad(f))(np.stack([x, x + v])),
    "of vmap": lambda f, x, v: ad.grad(lambda y: ad.sum(ad.vmap(f)(ad.stack([y, y + v]))))(x),
}
MIXED = (  # a known limit of programs, and no wrong number
    "Values and Tensors are not mixed|array of dtype object"
)
PROGRAMS = {"jit", "trace", "value_and_grad of jit"}
NOT_HERE = {  # public functions of functions that compute no derivative, or compare one
    "check_grads", "minimize", "sparsity", "compare", "explain", "derive", "draw", "play",
}  # fmt: skip


def total(x: Any) -> Any:
    """Return one number that depends on every element in a way of its own."""
    shape = np.shape(x) if isinstance(x, np.ndarray) else getattr(x, "shape", ())
    if not shape:
        return x
    return ad.sum(x * np.arange(1.0, 1.0 + math.prod(shape)).reshape(shape))


def expected(inner: str, outer: str, f: Any, x: Any, v: Any) -> Any:
    plain = WITNESS.get(inner, lambda y, g: total(ad.grad(g)(y)))
    return OUTER[outer](lambda y: plain(y, f), x, v)


@pytest.mark.parametrize("outer", OUTER)
@pytest.mark.parametrize("inner", INNER)
def test_a_derivative_inside_is_differentiated(inner: str, outer: str) -> None:
    for f, x, v in ((scalar, 2.0, 1.0), (quartic, ARRAY, MOVE)):
        try:
            found = OUTER[outer](lambda y, f=f: INNER[inner](y, f), x, v)
        except TypeError as e:
            if outer in PROGRAMS and re.search(MIXED, str(e)):
                continue
            raise
        wanted = expected(inner, outer, f, x, v)
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)
        assert not isinstance(found, ad.Value | ad.Tensor)
        assert np.any(wanted)


def test_every_function_of_functions_is_an_outer_one() -> None:
    for name in ad.__all__:
        thing = getattr(ad, name)
        if inspect.isfunction(thing) and next(iter(inspect.signature(thing).parameters), "") == "f":
            assert name in OUTER.keys() | NOT_HERE, name


@pytest.mark.parametrize("make", [ad.Value, ad.Tensor])
def test_what_belongs_to_no_transform_stays_plain(make: Any) -> None:
    w = make(3.0)

    def f(x: Any) -> Any:
        found = ad.gradient(w * w, w)
        assert not isinstance(found, ad.Value | ad.Tensor)
        other = make(2.0)
        (other * other).backward()
        with ad.no_grad():
            assert not isinstance(ad.gradient(x * x, x), ad.Value | ad.Tensor)
        return x * float(found) * float(other.grad)

    assert ad.grad(f)(2.0) == 24.0
    assert not isinstance(ad.gradient(w * w, w), ad.Value | ad.Tensor)


def test_a_seed_of_the_transform_is_differentiated() -> None:
    for w, s in ((ad.Value(3.0), 2.0), (ad.Tensor(ARRAY), MOVE)):
        found = ad.grad(lambda s, w=w: ad.sum(ad.gradient(w * w, w, seed=s)))(s)
        np.testing.assert_array_equal(found, 2.0 * w.data)


def test_nodes_as_cotangents_and_directions_have_nodes_as_results() -> None:
    for x, v in ((2.0, ad.Value(3.0)), (ARRAY, ad.Tensor(MOVE))):
        back = ad.vjp(lambda x: x * x, x)[1]
        slopes = [ad.grad(lambda c, back=back: ad.sum(back(c)[0]))(v.data)]
        slopes += [ad.gradient(ad.sum(y), v) for y in (
            back(v)[0], ad.jvp(lambda x: x * x, (x,), (v,))[1],
            ad.hvp(lambda x: ad.sum(x * x * x), x, v) / 3.0,
        )]  # fmt: skip
        for found in slopes:
            np.testing.assert_allclose(found, 2.0 * x)
        assert not isinstance(back(v.data)[0], ad.Value | ad.Tensor)


def test_the_jacobian_of_a_checkpoint_of_numbers_is_not_lost() -> None:
    for name in ("jacobian", "jacrev", "jacfwd"):
        found = getattr(ad, name)(lambda x: ad.checkpoint(scalar)(x) * 3.0)(2.0)
        np.testing.assert_allclose(found, 3.0 * ad.grad(scalar)(2.0))


TRANSFORMS = {k: f for k, f in OUTER.items() if k not in ("trace", "value_and_grad of jit")}


@pytest.mark.parametrize("outer", TRANSFORMS)
def test_backward_inside_is_refused_in_a_sentence(outer: str) -> None:
    def f(x: Any) -> Any:
        y = ad.sum(x * x * x)
        y.backward()
        return ad.sum(x.grad * x)

    for x, v in ((2.0, 1.0), (ARRAY, MOVE)):
        with pytest.raises(
            TypeError, match=r"(?s)backward of a .* inside .*write g = ad\.gradient"
        ):
            OUTER[outer](f, x, v)


def test_backward_for_plain_numbers_goes_inside_no_grad() -> None:
    def f(x: Any) -> Any:
        y = x * x * x
        with ad.no_grad():
            y.backward()
        return x * float(x.grad)

    assert ad.grad(f)(2.0) == 12.0
