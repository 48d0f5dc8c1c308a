"""Every explanation adds up to the gradient: 1,000 random graphs of numbers and arrays.

For each graph and each of its leaves four accounts are held against backward: the sum over all
paths, the sum of the steps' contributions, the derivation's lines computed as products, and the
program printed in numpy. They add the same terms in other orders, so they may differ from backward
by the rounding of those terms: 4 ULP of the sum of the absolute path products (for an array, of the
largest such sum, since its linear maps add elements up too).
"""

import random
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.explanations.derivation import derive
from autodiff.explanations.paths import explain
from autodiff.explanations.steps import backward_steps
from autodiff.sources.numpy import to_numpy_source

EPS = float(np.finfo(float).eps)
UNARY = (ad.sin, ad.cos, ad.tanh, ad.sigmoid, ad.softplus, ad.square, ad.relu, ad.exp, ad.atan)


def scalars(rng: random.Random) -> tuple[Any, dict[str, Any]]:
    """Return a random graph of Values with reuse, fan-out, repeated operands and n-ary nodes."""
    names = {n: ad.Value(rng.uniform(-1.5, 1.5)) for n in "abc"}
    pool = list(names.values())
    for k in range(rng.randrange(3, 9)):
        a, b, c = (rng.choice(pool[-4:]) for _ in range(3))
        made = rng.choice([
            lambda a=a, b=b: a + b, lambda a=a, b=b: a - b, lambda a=a, b=b: a * b,
            lambda a=a: a * a, lambda a=a, b=b: a / (ad.square(b) + 1.0),
            lambda a=a, b=b, c=c: ad.sum([a, b, c, a]),
            lambda a=a, b=b, c=c: ad.dot([a, b], [c, a]),
            lambda a=a: a**3, lambda a=a, b=b: ad.maximum(a, b), lambda a=a: 2.0 - a,
            lambda a=a: rng.choice(UNARY)(a * 0.5),
        ])()  # fmt: skip
        pool.append(made)
        if rng.random() < 0.5:
            names[f"u{k}"] = made
    y = ad.sum([*pool[-2:], pool[3], names["a"]])
    return y, names


def arrays(rng: random.Random) -> tuple[Any, dict[str, Any]]:
    """Return a random graph of Tensors: broadcasting, products, reductions, repeated operands."""
    numbers = np.random.default_rng(rng.randrange(1 << 30))
    w, b = (ad.Tensor(numbers.standard_normal(s)) for s in ((3, 3), (3, 1)))
    s = ad.Value(rng.uniform(0.5, 1.5))
    x = ad.constant(numbers.standard_normal((3, 4)), name="x")
    names: dict[str, Any] = {"w": w, "b": b, "s": s}
    pool = [w @ x, w @ x + b]
    for k in range(rng.randrange(2, 6)):
        a, c = rng.choice(pool), rng.choice(pool)
        made = rng.choice([
            lambda a=a, c=c: a + c, lambda a=a, c=c: a * c, lambda a=a: a * a, lambda a=a: a - b,
            lambda a=a: w @ a, lambda a=a: a * s, lambda a=a: rng.choice(UNARY)(a * 0.5),
            lambda a=a: a - a.mean(axis=0, keepdims=True), lambda a=a: ad.softmax(a, axis=0),
            lambda a=a: a[:, ::-1] * 0.5, lambda a=a: a / (ad.square(a) + 1.0),
            lambda a=a: a.sum(axis=1, keepdims=True) + a * 0.1,
            lambda a=a: ad.concatenate([a[:2], a[:1]]), lambda a=a: a.T.reshape(3, 4) * b,
        ])()  # fmt: skip
        pool.append(made)
        if rng.random() < 0.5:
            names[f"u{k}"] = made
    return (pool[-1] * pool[rng.randrange(len(pool))]).mean() + s * 0.5, names


def close(found: Any, right: Any, terms: Any) -> bool:
    """Return whether a result is within 4 ULP of the accumulated terms."""
    return bool(np.all(np.abs(found - right) <= 4 * EPS * terms))


@pytest.mark.engine
@pytest.mark.parametrize("kind", [scalars, arrays])
@pytest.mark.parametrize("block", range(10))
def test_every_account_is_the_gradient(kind: Any, block: int) -> None:
    seen = 0
    for seed in range(50 * block, 50 * block + 50):
        y, names = kind(random.Random(seed))
        y.backward()
        source = to_numpy_source(y, names=names)
        scope: dict[str, Any] = {}
        exec(source, scope)
        graph = ad.Graph(y, names=names)
        given = [n for n in graph if n.kind in ("parameter", "input")]
        value, printed = scope["value_and_grad"](*(n.value for n in given))
        assert value == pytest.approx(y.data, rel=1e-13), source
        received: dict[int, Any] = {}
        for step in backward_steps(y, names=names):
            if step.operand is not None:
                received.setdefault(step.target, []).append(step.contribution)
        for name in [n for n in names if not names[n].parents]:
            leaf = names[name]
            if leaf not in graph.ids:
                assert not np.any(leaf.grad)
                continue
            account = explain(y, leaf, top=None, names=names)
            assert len(account) == account.count
            size = sum(np.abs(p.product) for p in account) + np.zeros_like(leaf.grad)
            scale = np.max(size) if kind is arrays else size
            total = sum((p.product for p in account), np.zeros_like(leaf.grad))
            assert close(total, leaf.grad, scale), (seed, name)
            added = reduce(add, received[graph.ids[leaf]])  # sum() rounds otherwise
            assert np.array_equal(added, leaf.grad), (seed, name)
            derived = derive(y, leaf, names=names)
            assert close(derived.result, leaf.grad, scale), (seed, name, derived.text)
            assert close(printed[name], leaf.grad, scale), (seed, name, source)
            assert np.shape(printed[name]) == np.shape(leaf.grad)
            seen += 1
    assert seen > 100
