"""The steps of backward: same order, same numbers to the last bit, nothing touched."""

from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.explanations.steps import Step, backward_steps


def final(steps: list[Step]) -> dict[int, Any]:
    return {s.target: s.after for s in steps}


@pytest.mark.engine
def test_a_neuron_step_by_step() -> None:
    w, x, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="x"), ad.Value(-1.0, name="b")
    z = w * x + b
    a = ad.sigmoid(z)
    steps = list(a.backward_steps(names={"z": z, "a": a}))
    assert [s.rule for s in steps] == [
        "da/da = 1", "da/dz = sigmoid_prime(z)", "dz/d(w·x) = 1", "dz/db = 1",
        "d(w·x)/dw = x", "d(w·x)/dx = w",
    ]  # fmt: skip
    assert [s.index for s in steps] == list(range(6))
    assert [s.contribution for s in steps] == [1.0, 0.25, 0.25, 0.25, 0.125, 0.5]
    for s in steps[1:]:
        assert s.contribution == s.upstream * s.local
        assert s.after == s.before + s.contribution
    assert not w.has_grad
    a.backward()
    assert final(steps)[0] == w.grad


@pytest.mark.engine
def test_arrays_numbers_and_both_together(rng: np.random.Generator) -> None:
    w, b = ad.Tensor(rng.standard_normal((2, 3)), name="w"), ad.Tensor(np.zeros((2, 1)), name="b")
    s = ad.Value(0.7, name="s")
    x = ad.constant(rng.standard_normal((3, 5)), name="x")
    t = s * s
    z = w @ x * t + b
    loss = ad.tanh(z).mean() + (z * z).sum() * s
    steps = list(backward_steps(loss))
    graph = ad.Graph(loss)
    loss.backward()
    for node in (w, b, s, z, t):
        assert np.array_equal(final(steps)[graph.ids[node]], node.grad)
        last = [p for p in steps if p.target == graph.ids[node]]
        assert np.array_equal(last[-1].after, last[-1].before + last[-1].contribution)
    rules = {p.rule for p in steps}
    assert any(r.endswith("@ x.T") for r in rules)
    assert not any(p.target == graph.ids[x] for p in steps)


def test_other_seeds_and_what_has_no_derivative() -> None:
    x = ad.Value(3.0, name="x")
    assert final(list((x * x).backward_steps(2.0)))[0] == 12.0
    n = ad.Value(2.0)
    steps = list((ad.where(x, n, 1.0) * x).backward_steps())
    assert [s.operand for s in steps if s.op == "where"] == [1]
    v = ad.Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="no single gradient"):
        list((v * v).backward_steps())
    assert np.array_equal(final(list((v * v).backward_steps(np.array([1.0, 0.5]))))[0], [2.0, 2.0])


def test_a_zero_sends_nothing_even_by_an_infinite_slope() -> None:
    x = ad.Value(0.0, name="x")
    y = ad.where(0.0, ad.sqrt(x), 0.0)
    assert final(list(y.backward_steps()))[0] == 0.0
    y.backward()
    assert x.grad == 0.0
