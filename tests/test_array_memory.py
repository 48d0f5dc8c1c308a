"""A replayed program's memory: results that are views, arguments that are given up, and what is frozen.

A program keeps buffers and writes over what nobody reads any more. What it returns must be read at the
end, also through a view; and what a function computes without nodes must not be frozen in silence.
"""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table import ops

pytestmark = pytest.mark.engine

VIEWS: list[Callable[[Any], Any]] = [
    lambda x: x.T,
    lambda x: x[..., ::-1],
    lambda x: x.reshape(x.shape[::-1]),
    lambda x: x.reshape(-1)[::-1].reshape(x.shape),
    ad.identity,
]
ONE: list[Callable[[Any], Any]] = [
    ad.sigmoid,
    ad.sin,
    ad.square,
    ad.softplus,
    lambda x: -x,
    lambda x: x + 1.0,
    lambda x: 2.0 * x,
    lambda x: ad.exp(0.1 * x),
    lambda x: x.sum(0, keepdims=True) + x,
]
TWO: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a @ b,
    ad.squared_error,
    ad.hypot,
]


def same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found, expected)


def drawn(draw: np.random.Generator) -> Callable[..., list[Any]]:
    """Return a random function of three square matrices that returns some of what it computes."""
    steps = [draw.integers(1_000_000, size=4).tolist() for _ in range(draw.integers(2, 12))]
    chosen = draw.integers(100, size=3).tolist()

    def f(*xs: Any) -> list[Any]:
        nodes = list(xs)
        for kind, which, i, j in steps:
            x, y = nodes[-1 - i % min(len(nodes), 5)], nodes[j % len(nodes)]
            if kind % 3 == 0:
                nodes.append(VIEWS[which % len(VIEWS)](x))
            elif kind % 3 == 1:
                nodes.append(ONE[which % len(ONE)](x))
            else:
                nodes.append(TWO[which % len(TWO)](x, y))
        return [nodes[-1], *(nodes[-1 - k % len(nodes)] for k in chosen)]

    return f


@pytest.mark.parametrize("seed", range(60))
def test_random_programs_return_what_the_graph_computes(seed: int) -> None:
    draw = np.random.default_rng(seed)
    for _ in range(5):
        f = drawn(draw)
        donated = tuple(np.flatnonzero(draw.random(3) < 0.5).tolist())
        examples = draw.normal(size=(3, 3, 3))
        program = ad.trace(f, *map(ad.Tensor, examples), donate_argnums=donated)
        for _ in range(3):
            args = [np.array(x) for x in draw.normal(size=(3, 3, 3))]
            kept = [x.copy() for x in args]
            expected = [np.array(y.data) for y in f(*map(ad.Tensor, kept))]
            for found, wanted in zip(program(*args), expected, strict=True):
                same(found, wanted)
            for i, (x, before) in enumerate(zip(args, kept, strict=True)):
                if i not in donated:
                    same(x, before)


@pytest.mark.parametrize("seed", range(60))
def test_random_programs_have_the_gradient_of_the_graph(seed: int) -> None:
    draw = np.random.default_rng(1000 + seed)
    for _ in range(3):
        f = drawn(draw)

        def cost(*xs: Any, f: Any = f) -> Any:
            return sum(y.sum() for y in f(*xs))

        program = ad.trace(cost, *map(ad.Tensor, draw.normal(size=(3, 3, 3))), argnums=(0, 1, 2))
        for _ in range(3):
            args = draw.normal(size=(3, 3, 3))
            leaves = [ad.Tensor(x) for x in args]
            y = cost(*leaves)
            value, gradients = program.value_and_grad(*args)
            np.testing.assert_allclose(
                value, y.data, rtol=1e-12
            )  # numpy 1.26 adds up in another order
            for found, wanted in zip(gradients, ad.gradient(y, leaves), strict=True):
                np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-300)


def test_a_result_that_is_or_views_what_was_given_up_is_not_written_over() -> None:
    functions: list[Callable[[Any], Any]] = [
        lambda w: (w + 1.0, w),
        lambda w: (w.T, w + 1.0),
        lambda w: (w[0], w * 2.0),
    ]
    for f in functions:
        program = ad.trace(f, ad.Tensor(np.zeros((2, 2))), donate_argnums=(0,))
        w = np.arange(4.0).reshape(2, 2)
        for found, wanted in zip(program(w.copy()), f(ad.Tensor(w)), strict=True):
            same(found, wanted.data)


def test_donated_tensors_and_views_of_one_memory_stay() -> None:
    program = ad.trace(lambda w: w + 1.0, ad.Tensor(np.zeros(4)), donate_argnums=(0,))
    x = ad.Tensor(np.arange(4.0))
    z = (x * x).sum()
    same(program(x), np.arange(4.0) + 1.0)
    same(program(x.reshape(4)), np.arange(4.0) + 1.0)
    same(x.data, np.arange(4.0))
    same(ad.gradient(z, x), 2.0 * np.arange(4.0))
    two = ad.trace(
        lambda w, x: (w + 1.0, x * 2.0),
        ad.Tensor(np.zeros(4)), ad.constant(np.zeros(4)), donate_argnums=(0,),
    )  # fmt: skip
    for view in (lambda w: w, lambda w: w[:], lambda w: w[::-1]):
        w = np.arange(4.0)
        same(two(w, view(w))[1], 2.0 * view(np.arange(4.0)))
        w = np.arange(4.0)
        same(two(view(w), w)[1], 2.0 * np.arange(4.0))


def without_gradient(w: Any) -> Any:
    with ad.no_grad():
        total = w.sum()
    return (w * total).sum()


def by_backward(w: Any) -> Any:
    y = (w * w).sum()
    y.backward()
    return (w * w.grad).sum()


INNER = ad.trace(lambda w: w * 2.0, ad.Tensor(np.ones(2)))
FROZEN: dict[str, Callable[[Any], Any]] = {
    "detach": lambda w: (w * w.detach()).sum(),
    "no_grad": without_gradient,
    "gradient": lambda w: (w * ad.gradient((w * w).sum(), w)).sum(),
    "backward": by_backward,
    "grad": lambda w: (w * ad.grad(lambda v: (v * v).sum())(w)).sum(),
    "copy": lambda w: (w * copy.copy(w)).sum(),
    "program": lambda w: (w * INNER(w)).sum(),
    "data": lambda w: (w * w.data).sum(),
    "program of another": lambda w: (w * INNER(np.ones(2))).sum(),
}


@pytest.mark.parametrize("name", FROZEN)
def test_nothing_is_frozen_in_silence(name: str) -> None:
    f = FROZEN[name]
    program = ad.trace(f, ad.Tensor(np.ones(2)))
    for x in (np.full(2, 3.0), np.array([2.0, -1.0]), np.full(2, 3.0)):
        w = ad.Tensor(x)
        y = f(w)
        same(program(x), y.data)
        if name == "backward":  # whose .grad is plain numbers
            with pytest.raises(TypeError, match="backward of a Tensor in a recorded function"):
                program.value_and_grad(x)
        elif name != "grad":  # which is differentiated once more
            value, gradient = program.value_and_grad(x)
            same(value, y.data)
            w = ad.Tensor(x)
            same(gradient, ad.grad(f)(x) if name == "gradient" else ad.gradient(f(w), w))


def test_detach_and_no_grad_are_replayed() -> None:
    for name in ("detach", "no_grad"):
        program = ad.trace(FROZEN[name], ad.Tensor(np.ones(2)))
        for k in range(5):
            program(np.full(2, float(k)))
            program.value_and_grad(np.full(2, float(k)))
        assert program.recorded == 2


SCALARS: dict[str, Callable[[Any], Any]] = {
    "detach": lambda w: w * w.detach(),
    "gradient": lambda w: w * ad.gradient(w * w, w),
    "copy": lambda w: w * copy.copy(w),
}


@pytest.mark.parametrize("name", SCALARS)
def test_nothing_is_frozen_in_a_program_of_numbers(name: str) -> None:
    program = ad.trace(SCALARS[name], 1.0)
    for x in (3.0, 2.0, 3.0):
        w = ad.Value(x)
        y = SCALARS[name](w)
        assert program(x) == y.data
        slope = ad.grad(SCALARS[name])(x) if name == "gradient" else ad.gradient(y, w)
        assert program.value_and_grad(x) == (y.data, slope)


def test_numbers_without_gradient_are_replayed_with_the_numbers_that_are_given() -> None:
    def f(w: Any) -> Any:
        with ad.no_grad():
            double = w * 2.0
        return w * double

    program = ad.trace(f, 1.0)
    assert [program.value_and_grad(x) for x in (3.0, 2.0)] == [(18.0, 6.0), (8.0, 4.0)]


def test_what_is_differentiated_is_recorded_inside_no_grad() -> None:
    with ad.no_grad():
        program = ad.trace(lambda w: (w * w).sum(), ad.Tensor(np.ones(2)))
        same(program.value_and_grad(np.full(2, 3.0))[1], np.full(2, 6.0))
        same(ad.grad(lambda w: (w * w).sum())(np.full(2, 3.0)), np.full(2, 6.0))
        assert ad.grad(lambda w: w * w)(3.0) == 6.0
        assert not (ad.Tensor(1.0) * 2.0).parents
    same(program(np.full(2, 2.0)), 8.0)
    same(program.value_and_grad(np.full(2, 2.0))[1], np.full(2, 4.0))


def test_an_array_that_was_unpickled_is_replayed() -> None:
    program = ad.trace(lambda w: (w * w).sum(), ad.Tensor(np.ones(3)))
    arrived = pickle.loads(pickle.dumps(np.ones(3)))
    for _ in range(4):
        same(program(arrived), 3.0)
    assert program.recorded == 1


def test_leaves_without_axes_descend() -> None:
    b = ad.Tensor(0.0)
    for _ in range(3):
        y = (b - 1.0) ** 2
        y.backward()
        b.assign_sub(b.grad, 0.1)
        b.zero_grad()
    assert b.item() == pytest.approx(0.488)
    b.assign(b.data - 1.0)
    assert b.item() == pytest.approx(-0.512)
    narrow = ad.Tensor(np.ones((), np.float32))
    narrow.assign_sub(np.float32(0.5), 0.5)
    assert (narrow.dtype, narrow.item()) == (np.float32, 0.75)


@pytest.mark.parametrize("alive", [False, True])
def test_a_descent_keeps_the_precision_and_takes_one_real_number(alive: bool) -> None:
    for scale in (np.float64(0.5), np.float32(0.5), 0.5):
        p = ad.Tensor(np.ones(2, np.float32))
        held = p * 1.0 if alive else None
        p.assign_sub(np.ones(2), scale)
        assert (p.dtype, p.data.tolist()) == (np.float32, [0.5, 0.5])
        assert held is None or held.data.tolist() == [1.0, 1.0]
    p = ad.Tensor(np.ones(2))
    held = p * 1.0 if alive else None
    for wrong in (1j, "x", None, np.array([0.1, 0.2])):
        with pytest.raises(TypeError, match="assign_sub: needs"):
            p.assign_sub(np.ones(2), wrong)
    assert p.data.tolist() == [1.0, 1.0]


def test_only_floats_come_into_a_graph() -> None:
    p = ad.Tensor([0.3, 0.7])
    whole: Any = np.array([1, 2])
    with pytest.raises(TypeError, match="dtype int64 has no gradient"):
        p.assign(whole)
    for wrong in (int, bool, np.float16, complex):
        with pytest.raises(TypeError, match="float32 or float64"):
            p.astype(wrong)
    with pytest.raises(TypeError, match="dtype int64 has no gradient"):
        ad.Tensor(p.data.view(np.int64))
    with pytest.raises(TypeError, match="float32 or float64"):
        ad.constant(np.array([1.0, "a"], dtype=object), copy=False)
    w = ad.Tensor(np.ones((2, 2)))
    numbers = np.array([[1.0, 2.0], [3.0, 4.0]])
    for kind in (np.ma.array(numbers), numbers.view(type("Other", (np.ndarray,), {}))):
        with pytest.raises(TypeError, match="whose meaning would be lost"):
            ad.constant(kind, copy=False)
        fixed = ad.constant(np.asarray(kind), copy=False)
        assert type(fixed._array) is np.ndarray
        same(ad.gradient((w * fixed).sum(), w), numbers)


def test_a_cotangent_has_the_shape_of_the_output() -> None:
    x = ad.Tensor([1.0, 2.0, 3.0])
    for seed in (np.ones((4, 3)), np.array(5.0), np.ones(5)):
        for given in (seed, ad.Tensor(seed)):
            for create_graph in (False, True):
                with pytest.raises(ValueError, match="they must agree"):
                    ad.gradient(x * 2.0, x, seed=given, create_graph=create_graph)
    same(ad.gradient(x * 2.0, x, seed=ad.Tensor([1.0, 0.0, 2.0])), [2.0, 0.0, 4.0])


def test_the_gradient_of_an_array_without_axes_is_an_array() -> None:
    x = ad.Tensor(2.0)
    for y in (-x, x + x, x.mean(), ops.sin(x), x * 3.0):
        assert type(ad.gradient(y, x)) is np.ndarray


def test_plain_numbers_take_the_precision_of_the_arrays_beside_them() -> None:
    narrow: Any = np.ones(3, np.float32)
    for found in (
        ad.add(narrow, 2.0),
        ad.leaky_relu(narrow),
        ad.elu(narrow),
        ad.clip(narrow, 0, 1),
    ):
        assert found.dtype == np.float32
    assert ad.add(np.ones(3), 2).dtype == np.float64
    zero = np.array(1.0)
    for f, g in ((ad.add, np.add), (ad.sub, np.subtract), (ad.mul, np.multiply)):
        assert type(f(zero, zero)) is type(g(zero, zero))


def test_a_gradient_that_is_set_has_the_shape_of_its_leaf() -> None:
    w = ad.Tensor(np.ones(3))
    wide = ad.Tensor(np.ones((2, 3))).data
    for wrong in (wide, np.ones(2)):
        with pytest.raises(ValueError, match="the gradient"):
            w.grad = wrong
    for text in ("3", ["a"]):
        with pytest.raises(TypeError, match="grad: needs"):
            w.grad = text  # type: ignore[assignment]
    w.grad = 2.0  # type: ignore[assignment]
    assert w.grad.tolist() == [2.0] * 3
    w.grad = None  # type: ignore[assignment]
    assert not w.has_grad
    v = ad.Value(1.0)
    v.grad = 3.0
    v.grad = None  # type: ignore[assignment]
    assert (v.has_grad, v.grad) == (False, 0.0)


@pytest.mark.parametrize("f", [ad.logsumexp, ad.softmax, ad.log_softmax, ad.norm])
def test_what_takes_the_largest_term_out_is_replayed(f: Callable[[Any], Any]) -> None:
    weights = np.arange(12.0).reshape(3, 4)

    def cost(x: Any) -> Any:
        return (f(x) * weights).sum()

    program = ad.trace(cost, ad.Tensor(weights))
    draw = np.random.default_rng(0)
    odd = np.array([[np.inf, 1.0, 0.0, 2.0], [np.nan] * 4, [-np.inf] * 4])
    for x in (draw.normal(size=(3, 4)), 1e200 * draw.normal(size=(3, 4)), np.ones((3, 4)), odd):
        leaf = ad.Tensor(x)
        y = cost(leaf)
        value, gradient = program.value_and_grad(x)
        same(value, y.data)
        np.testing.assert_allclose(gradient, ad.gradient(y, leaf), rtol=1e-13, atol=1e-300)
    assert program.recorded == 2


def test_a_program_holds_for_targets_that_are_one_hot_as_long_as_they_are() -> None:
    def cost(z: Any, y: Any) -> Any:
        return ad.softmax_cross_entropy(z, y)

    z = ad.Tensor(np.random.default_rng(0).normal(size=(3, 4)))
    program = ad.trace(cost, z, ad.constant(np.eye(3)[:, [0, 1, 2, 0]]))
    for columns in ([0, 1, 2, 0], [2, 2, 1, 0], [1, 1, 1, 1]):
        y = np.eye(3)[:, columns]
        same(program(z.data, y), cost(z, y).data)
    assert program.recorded == 1
    soft = np.full((3, 4), 1 / 3)
    same(program(z.data, soft), cost(z, ad.constant(soft)).data)
    assert program.recorded == 2
    free = ad.trace(cost, z, ad.Tensor(soft), argnums=(0, 1))
    for y in (soft, np.eye(3)[:, [0, 1, 2, 0]], soft):  # targets with a gradient have one formula
        same(free(z.data, y), cost(z, ad.Tensor(y)).data)
    assert free.recorded == 1
