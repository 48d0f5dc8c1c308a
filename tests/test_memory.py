"""Memory: `checkpoint`, `backward(free=True)`, `stop_gradient`, and what a program needs."""

import gc
import math
import pickle
import tracemalloc
from functools import partial
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine
DRAW = np.random.default_rng(2)
W = DRAW.normal(size=(6, 6)) / 3.0
X = DRAW.normal(size=6)


def step(x: Any, w: Any) -> Any:
    return ad.tanh(w @ x) + 0.5 * x


def chain(x: Any, w: Any, parts: int, length: int, wrap: Any) -> Any:
    def part(x: Any) -> Any:
        for _ in range(length):
            x = step(x, w)
        return x

    for _ in range(parts):
        x = wrap(part)(x)
    return (x * x).sum()


@pytest.mark.parametrize(("parts", "length"), [(1, 5), (4, 3), (10, 10)])
def test_a_checkpointed_gradient_is_the_same_to_the_bit(parts: int, length: int) -> None:
    """w is used in every step of every part, so the order of its sum counts."""
    found = []
    for wrap in (lambda f: f, ad.checkpoint):
        x, w = ad.Tensor(X), ad.Tensor(W)
        y = chain(x, w, parts, length, wrap)
        y.backward()
        found.append((y.data, x.grad, w.grad, *ad.gradient(y, [x, w])))
    for plain, again in zip(*found, strict=True):
        np.testing.assert_array_equal(plain, again)


def test_checkpoints_nest_and_take_trees() -> None:
    def inner(p: Any) -> Any:
        return {"a": ad.sin(p["x"]) * p["y"], "b": [(p["x"] * p["y"]).sum(), p["x"].reshape(2, 3)]}

    def outer(x: Any, y: Any, wrap: Any) -> Any:
        out = wrap(lambda q: wrap(inner)({"x": q, "y": y})["a"] * q)(x)
        parts = wrap(inner)({"x": out, "y": out})
        return parts["a"].sum() + parts["b"][0] * parts["b"][1].sum() + (parts["a"] * x).sum()

    for y in (1.5, np.linspace(0.0, 1.0, 6)):
        plain = ad.grad(lambda x, y: outer(x, y, lambda f: f), (0, 1))(X, y)
        again = ad.grad(lambda x, y: outer(x, y, ad.checkpoint), (0, 1))(X, y)
        for a, b in zip(plain, again, strict=True):
            np.testing.assert_array_equal(a, b)


def test_checkpoint_under_every_transform() -> None:
    f = lambda wrap: lambda x: chain(x, W, 2, 2, wrap)  # noqa: E731
    plain, again = f(lambda g: g), f(ad.checkpoint)
    second = [
        (ad.hessian(plain)(X), ad.hessian(again)(X)),
        (ad.jvp(plain, (X,), (W[0],)), ad.jvp(again, (X,), (W[0],))),
        (ad.hvp(plain, X, W[0]), ad.hvp(again, X, W[0])),
        (ad.vmap(ad.grad(plain))(W), ad.vmap(ad.grad(again))(W)),
    ]
    for one, other in second:  # sums of second derivatives are added up in another order
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
    program = ad.trace(again, ad.Tensor(X))
    np.testing.assert_array_equal(program.value_and_grad(X + 1.0)[1], ad.grad(plain)(X + 1.0))
    steps = list(ad.backward_steps(again(ad.Tensor(X))))
    assert steps


def test_a_checkpointed_chain_of_1_600_steps_needs_the_memory_of_80() -> None:
    peaks = []
    x, w = ad.Tensor(DRAW.normal(size=1000)), ad.Tensor(0.1)
    for wrap in (ad.checkpoint, lambda f: f):
        gc.collect()
        tracemalloc.start()

        def part(x: Any) -> Any:
            for _ in range(40):
                x = ad.sin(x) * w + x
            return x

        y = x
        for _ in range(40):
            y = wrap(part)(y)
        found = ad.gradient(y.sum(), [x, w])
        peaks.append((tracemalloc.get_traced_memory()[1], found))
        tracemalloc.stop()
        del y
    (few, a), (many, b) = peaks
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one, other)
    assert few < many / 12


def test_what_checkpoint_refuses() -> None:
    x = ad.Tensor(X)
    y = ad.checkpoint(lambda x: x * DRAW.normal())(x).sum()
    with pytest.raises(RuntimeError, match="something else the second time"):
        y.backward()
    w = ad.Tensor(W)
    y = ad.checkpoint(lambda x: w @ x)(x).sum()
    w.data = W + 1.0
    with pytest.raises(RuntimeError, match="new data"):
        y.backward()


def test_no_gradient_flows_through_stop_gradient() -> None:
    assert ad.grad(lambda x: x * ad.stop_gradient(x))(3.0) == 3.0
    assert ad.jvp(lambda x: x * ad.stop_gradient(x), (3.0,), (1.0,)) == (9.0, 3.0)
    assert ad.grad(ad.grad(lambda x: x * x * ad.stop_gradient(x)))(3.0) == 6.0
    np.testing.assert_array_equal(
        ad.grad(lambda x: (x * ad.stop_gradient({"a": x})["a"]).sum())(X), X
    )
    assert ad.stop_gradient([1.0, 2.0]) == [1.0, 2.0]
    program = ad.trace(lambda x: (x * ad.stop_gradient(x)).sum(), ad.Tensor(X))
    np.testing.assert_array_equal(program.value_and_grad(X + 1.0)[1], X + 1.0)
    scalar = ad.trace(lambda x: x * ad.stop_gradient(x), 3.0)
    assert scalar.value_and_grad(5.0) == (25.0, 5.0)


def test_backward_frees_what_it_has_used() -> None:
    def peak(free: bool) -> tuple[int, Any]:
        x = ad.Tensor(np.ones(20_000))
        gc.collect()
        tracemalloc.start()
        y = x
        for _ in range(50):
            y = ad.sin(y) * y
        y = y.sum()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        y.backward(free=free)
        held, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most - before, (held - before, x.grad)

    (least, (after, g)), (most, (kept, h)) = peak(True), peak(False)
    np.testing.assert_array_equal(g, h)
    assert least < 10 * 160_000 < most
    assert after < -70 * 160_000 < kept


def test_a_freed_graph_says_so() -> None:
    x = ad.Tensor(X)
    inner = ad.sin(x)
    y = (inner * x).sum()
    y.backward(free=True)
    np.testing.assert_array_equal(x.grad, ad.grad(lambda x: (ad.sin(x) * x).sum())(X))
    for again in (y, (inner * 2.0).sum()):
        with pytest.raises(RuntimeError, match="free=True"):
            again.backward()
        with pytest.raises(RuntimeError, match="free=True"):
            ad.gradient(again, x)
    np.testing.assert_array_equal(inner.data, np.sin(X))


def test_a_program_says_what_a_run_needs_and_keeps_nothing_of_the_recording() -> None:
    x, w = DRAW.normal(size=(200, 300)), DRAW.normal(size=(300, 300))

    def cost(w: Any, x: Any) -> Any:
        for _ in range(6):
            x = ad.tanh(x @ w) * 0.5 + x
        return (x * x).mean()

    gc.collect()
    tracemalloc.start()
    program = ad.trace(cost, ad.Tensor(w), ad.constant(x))
    program.value_and_grad(w, x)  # records
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    program.value_and_grad(w, x)
    peak = tracemalloc.get_traced_memory()[1]
    program.value_and_grad(w, x)
    assert tracemalloc.get_traced_memory()[0] < before + 10_000
    forward = sum(course.memory for course in program.courses[False])
    tracemalloc.stop()
    assert program.memory == program.courses[True][0].memory
    assert 0.9 < peak / (program.memory + forward) < 1.1
    assert forward < 6 * x.nbytes


def test_a_program_of_numbers_says_what_a_run_needs() -> None:
    def f(x: Any, n: int) -> Any:
        for k in range(n):
            x = ad.sin(x) * k if k % 3 else ad.exp(-x) + x
        return x

    short, long = (ad.trace(partial(f, n=n), 2.0) for n in (10, 1000))
    assert long.memory > short.memory > 0


def test_ten_thousand_steps_under_checkpoint_need_the_memory_of_two_hundred() -> None:
    def step(x: Any, w: Any) -> Any:
        return ad.sin(x) * w + x

    peaks, found = [], []
    x, w = ad.Tensor(DRAW.normal(size=100)), ad.Tensor(0.01)
    for n in (100, 400, 1600, 10_000):
        part = math.isqrt(n)

        def steps(x: Any, w: Any, part: int = part) -> Any:
            for _ in range(part):
                x = step(x, w)
            return x

        for wrap in (ad.checkpoint, lambda f: f) if n == 10_000 else (ad.checkpoint,):
            gc.collect()
            tracemalloc.start()
            y, together = x, wrap(steps)
            for _ in range(part):
                y = together(y, w)
            found.append(ad.gradient(y.sum(), [x, w]))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            del y
    small, _, _, large, whole = peaks
    assert large < 11 * small  # the root of a hundred times the steps, and the arguments
    assert large < whole / 30
    for a, b in zip(found[-2], found[-1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_freed_graph_of_numbers_says_so() -> None:
    x = ad.Value(0.7)
    inner = ad.sin(x)
    total = ad.sum([inner, x, inner])
    y = inner * x + total
    y.backward(free=True)
    assert x.grad == ad.grad(lambda x: ad.sin(x) * x + ad.sum([ad.sin(x), x, ad.sin(x)]))(0.7)
    for again in (y, inner * 2.0, total * x):
        with pytest.raises(RuntimeError, match="free=True"):
            again.backward()
        with pytest.raises(RuntimeError, match="free=True"):
            ad.gradient(again, x)
    assert inner.data == math.sin(0.7)
    before = x.grad
    (x * 3.0).backward()
    assert x.grad == before + 3.0


def test_what_does_not_depend_on_an_operand_under_checkpoint() -> None:
    f = ad.checkpoint(lambda x, z: ad.sin(z))
    z = np.array([0.3, 0.4])
    for jacobian in (ad.jacfwd, ad.jacrev):
        first, second = jacobian(f, argnums=(0, 1))(X[:2], z)
        assert not np.any(first)
        np.testing.assert_array_equal(second, np.diag(np.cos(z)))
    assert ad.jvp(f, (X[:2], z), (X[:2], 0.0 * z))[1].tolist() == [0.0, 0.0]
    x, z = ad.Tensor(X[:2]), ad.Tensor(z)
    y = f(x, z)
    assert ad.gradient(y.sum(), x).tolist() == [0.0, 0.0]
    assert y.parents == (x, z)


def test_the_row_of_a_checkpoint_computes_its_arrays_and_is_not_saved() -> None:
    y = ad.checkpoint(lambda x: (ad.sin(x) * x).sum())(ad.Tensor(X)) * 1.0
    node = y.parents[0]
    while node.op != "checkpoint":
        (node,) = node.parents
    again = node.primitive(np.asarray(node.parents[0].data), **node.params)
    np.testing.assert_array_equal(again, node.data)
    with pytest.raises(TypeError, match="under checkpoint cannot be saved or copied"):
        pickle.dumps(node.primitive)


def test_a_checkpoint_through_which_nothing_flows_is_a_plain_call() -> None:
    y = ad.checkpoint(lambda x: {"a": ad.sin(x), "b": x * 2.0})(ad.constant(X))
    np.testing.assert_array_equal(y["a"].data, np.sin(X))
    np.testing.assert_array_equal(y["b"].data, X * 2.0)
    assert not y["a"].needs_grad
