"""The character GPT: every number a node, its gradient that of the equations by hand."""

import math
import random
from pathlib import Path

import numpy as np
import pytest

import autodiff as ad
from nets.closed_form import gpt as by_hand
from nets.gpt import GPT, SIZES, encode, names
from nets.optim import SGD, Adam, Momentum
from tests.snippets import run, snippets

PAGE = Path(__file__).parent.parent / "docs" / "gpt.md"


def arrays(gpt, what):
    return {
        k: np.array([[getattr(v, what) for v in row] for row in m]) for k, m in gpt.weights.items()
    }


@pytest.mark.parametrize("word", ["ed", "annika"])
def test_the_gradient_is_that_of_the_equations_by_hand(word):
    gpt = GPT(seed=1)
    cost = gpt.cost(encode(word))
    cost.backward()
    wanted, gradient = by_hand.cost_and_gradient(arrays(gpt, "data"), encode(word))
    assert cost.data == pytest.approx(wanted, rel=1e-14)
    found = arrays(gpt, "grad")
    assert {k: g.shape for k, g in gradient.items()} == SIZES
    for name, g in gradient.items():
        np.testing.assert_allclose(found[name], g, rtol=1e-9, atol=1e-15)


def test_on_plain_floats_the_cost_is_the_same():
    plain = GPT(float, math.exp, math.log, lambda v: v if v > 0 else 0.0, max, seed=1)
    assert plain.cost(encode("ivy")) == GPT(seed=1).cost(encode("ivy")).data


def test_the_names_can_all_be_documents():
    known = names()
    assert known == sorted(set(known))
    assert all(len(encode(name)) == len(name) + 2 for name in known)
    with pytest.raises(ValueError, match="from a to z"):
        encode("Anna")


def test_training_lowers_the_cost_and_samples_are_words():
    gpt, adam = GPT(seed=0), Adam(eta=0.02, beta1=0.85, beta2=0.99)
    before = gpt.cost(encode("anna")).data
    for _ in range(3):
        gpt.cost(encode("anna")).backward()
        adam.update(gpt.parameters())
    assert gpt.cost(encode("anna")).data < before - 0.5
    words = [gpt.sample(random.Random(seed)) for seed in range(2)]
    assert all(set(word) <= set("abcdefghijklmnopqrstuvwxyz") for word in words)
    assert words == [gpt.sample(random.Random(seed)) for seed in range(2)]


@pytest.mark.parametrize(
    "make", [lambda: SGD(0.1), lambda: SGD(0.1, l2=0.01), lambda: Momentum(0.1), lambda: Adam(0.1)]
)
def test_values_are_updated_as_an_array_is(make):
    start = [0.5, -1.0, 2.0]
    values, tensor = [ad.Value(x) for x in start], ad.Tensor(start)
    one, other = make(), make()
    for step in range(3):
        ad.sum([(step + 1.0) * v * v for v in values]).backward()
        ((step + 1.0) * tensor * tensor).sum().backward()
        one.update(values)
        other.update([tensor])
        assert [v.data for v in values] == tensor.data.tolist()
        assert not any(v.has_grad for v in values)


def test_adam_is_adam_by_hand():
    p, adam = ad.Value(1.0), Adam(eta=0.1, beta1=0.8, beta2=0.9)
    x, m, v = 1.0, 0.0, 0.0
    for t in range(1, 5):
        (p * p * p).backward()
        adam.update([p])
        g = 3 * x * x
        m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g * g
        x -= 0.1 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.9**t)) + 1e-8)
        assert p.data == pytest.approx(x, rel=1e-14)


def test_what_is_no_parameter_is_refused():
    p = ad.Value(1.0)
    for wrong in (2.0, p * 2, ad.constant(1.0)):
        with pytest.raises(TypeError, match="leaves"):
            SGD(0.1).update([p, wrong])
    momentum = Momentum(0.1)
    momentum.update([p])
    with pytest.raises(ValueError, match="an optimiser for each list"):
        momentum.update([p, ad.Value(2.0)])


@pytest.mark.slow
def test_the_page_is_one_session():
    session = {}
    for snippet in snippets(PAGE):
        printed = run(snippet, PAGE, session)
        if snippet.output is not None:
            assert printed == snippet.output
