"""Paths: listed, counted without listing, ranked; the remainder makes the sum exact."""

import itertools
import random
import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.explanations.paths import Explanation, explain


def exact_sum(account: Explanation) -> Fraction:
    return sum((Fraction(p.product) for p in account), Fraction(0)) + account.remainder


def ladder(rungs: int, left: float = 0.7, right: float = 0.3) -> tuple[Any, Any]:
    """Return x and the end of a chain in which every rung doubles the paths."""
    x = v = ad.Value(1.0, name="x")
    for _ in range(rungs):
        v = v * left + v * right
    return x, v


def test_a_neuron_has_its_chain_rule_as_its_path() -> None:
    w, x, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="x"), ad.Value(-1.0, name="b")
    z = w * x + b
    a = ad.sigmoid(z)
    account = ad.square(a - 1.0).explain(w, names={"z": z, "a": a})
    assert account.count == 1
    (path,) = account
    assert path.labels == ("w", "w·x", "z", "a", "a − 1", "out")
    assert path.formulas == ("x", "1", "sigmoid_prime(z)", "1", "2 * (a - 1)")
    assert path.factors == (0.5, 1.0, 0.25, 1.0, -1.0)
    assert path.product == account.gradient == -0.125
    assert path.share == 1.0
    assert account.remainder == 0
    assert "x * 1 * sigmoid_prime(z)" in account.text


def test_repeated_operands_are_separate_edges() -> None:
    x = ad.Value(3.0, name="x")
    account = explain(x * x * x, x)
    assert account.count == 3
    assert [p.product for p in account] == [9.0, 9.0, 9.0]
    assert account.gradient == 27.0
    assert "(operand 2)" in account.text


def test_the_number_of_paths_of_a_network() -> None:
    """From a weight of the first layer, each path chooses one neuron in every later hidden layer."""
    from nets.scalar import MLP

    net = MLP(2, [4, 3, 5, 1])
    weight = net.layers[0].neurons[0].w[0]
    out = net([0.3, -0.7])
    loss = out[0] if isinstance(out, list) else out
    assert explain(loss, weight).count == 3 * 5


@pytest.mark.parametrize("rungs", [100, 400])
def test_counts_are_exact_and_immediate(rungs: int) -> None:
    x, y = ladder(rungs)
    start = time.perf_counter()
    account = explain(y, x, top=3)
    assert time.perf_counter() - start < 2
    assert account.count == 2**rungs
    assert isinstance(account.count, int)
    assert exact_sum(account) == Fraction(account.gradient)


def test_ten_to_the_thirty_paths() -> None:
    """Thirty stages of ten parallel edges each have 10^30 paths."""
    x = v = ad.Value(0.1, name="x")
    for _ in range(30):
        v = ad.sum([v] * 10)
    account = explain(v, x, top=2)
    assert account.count == 10**30
    assert "1,000,000,000,000,000,000,000,000,000,000 paths" in account.text
    assert account.gradient == pytest.approx(1e30, rel=1e-14)
    assert [p.product for p in account] == [1.0, 1.0]
    assert exact_sum(account) == Fraction(account.gradient)


def test_the_largest_are_the_largest() -> None:
    """Against every path listed, on graphs small enough for it."""
    for seed in range(60):
        rng = random.Random(seed)
        pool = [ad.Value(rng.uniform(-2, 2)) for _ in range(2)]
        for _ in range(12):
            a, b = rng.choice(pool[-5:]), rng.choice(pool[-5:])
            pool.append(rng.choice([lambda a=a, b=b: a * b * 0.5, lambda a=a, b=b: ad.sin(a) - b,
                                    lambda a=a: a * a * 0.3])())  # fmt: skip
        y = ad.sum(pool[-3:])
        if pool[0] not in ad.Graph(y).ids:
            continue
        every = explain(y, pool[0], top=None)
        sizes = sorted((abs(p.product) for p in every), reverse=True)
        for k in (1, 4, 10):
            largest = [abs(p.product) for p in explain(y, pool[0], top=k)]
            assert largest == pytest.approx([s for s in sizes if s][:k], rel=1e-12)
        assert len({p.edges for p in every}) == every.count
        assert exact_sum(every) == Fraction(every.gradient)


def test_the_largest_of_a_hundred_thousand_nodes() -> None:
    rng = random.Random(0)
    pool = [ad.Value(0.9, name="x")]
    made = 1
    while made < 100_000:
        a, b, c = pool[rng.randrange(max(0, len(pool) - 50), len(pool))], pool[-1], pool[-1]
        kind = rng.random()
        new = 0.9 * a + 0.1 * b if kind < 0.5 else ad.softplus(a) - 0.1 * c
        made += 3
        pool.append(new)
    y = ad.sum(pool[-20:])
    start = time.process_time()
    account = explain(y, pool[0], top=10)
    text = account.text
    elapsed = time.process_time() - start
    assert len(ad.Graph(y)) > 90_000
    assert account.count > 10**100
    assert len(account) == 10
    assert all(p.product for p in account)
    assert "more ..." in text
    assert elapsed < 30  # it takes 2; a search that visits each path would never end


def test_paths_whose_product_is_zero_are_counted_not_listed() -> None:
    x = ad.Value(-1.0, name="x")
    account = explain(ad.relu(x) + 2.0 * x, x)
    assert account.count == 2
    assert [p.product for p in account] == [2.0, 0.0]
    account = explain(ad.relu(x) + 2.0 * x + 3.0 * x, x, top=2)
    assert [p.product for p in account] == [3.0, 2.0]
    assert account.remainder == 0


def test_no_path_and_the_output_itself() -> None:
    x, other = ad.Value(2.0, name="x"), ad.Value(1.0, name="other")
    account = explain(x * x, other)
    assert account.count == 0
    assert account.gradient == 0.0
    assert "no path leads from other" in account.text
    y = x * x
    assert explain(y, y).gradient == 1.0
    assert explain(y, y).count == 1


def test_arrays_have_paths_too(rng: np.random.Generator) -> None:
    w = ad.Tensor(rng.standard_normal((2, 3)), name="w")
    x = ad.constant(rng.standard_normal((3, 4)), name="x")
    z = w @ x
    loss = ad.sigmoid(z).sum() + (w * w).sum()
    account = loss.explain(w, names={"z": z, "loss": loss})
    assert account.count == 3
    assert account.ranked
    assert sum(p.share for p in account) == pytest.approx(1.0)
    total = sum(p.product for p in account)
    assert np.allclose(total, account.gradient, rtol=1e-14)
    assert any("[matmul]" in p.formulas for p in account)
    assert "<td>" in account._repr_html_()


def test_too_many_paths_of_arrays_are_still_counted() -> None:
    x = v = ad.Tensor(np.linspace(0.5, 1.0, 4), name="x")
    for _ in range(40):
        v = v * 0.6 + v * 0.4
    account = explain(v.sum(), x, top=3)
    assert account.count == 2**40
    assert not account.ranked
    assert np.allclose(sum(p.product for p in account) + account.remainder, account.gradient)
    assert account.paths[0].product == pytest.approx(0.6**40)
    with pytest.raises(ValueError, match="ask for the `top` largest"):
        explain(v.sum(), x, top=None)


def test_a_value_in_an_array_expression(rng: np.random.Generator) -> None:
    s = ad.Value(1.5, name="s")
    x = ad.constant(rng.standard_normal(5))
    loss = (x * s + s).sum()
    account = explain(loss, s)
    loss.backward()
    assert account.count == 2
    assert sum(p.product for p in account) == pytest.approx(s.grad, rel=1e-14)


def test_what_is_refused() -> None:
    x = ad.Value(0.0, name="x")
    with pytest.raises(ValueError, match="blame_nan"):
        explain(ad.log(x), x)
    with pytest.raises(TypeError, match="needs a Value or a Tensor"):
        explain(x * x, 3.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no single gradient"):
        explain(ad.Tensor([1.0, 2.0]) * 2.0, x)


def test_hostile_names_stay_text() -> None:
    x = ad.Value(2.0, name="<script>alert(1)</script>")
    assert "<script>" not in explain(x * x, x)._repr_html_()


def test_every_path_is_listed_once() -> None:
    x = ad.Value(1.0)
    layers = [[x]]
    for _ in range(3):
        layers.append([ad.sum(layers[-1]) * (k + 1.0) for k in range(3)])
    account = explain(ad.sum(layers[-1]), x, top=None)
    expected = sorted(a * b * c for a, b, c in itertools.product((1, 2, 3), repeat=3))
    assert sorted(p.product for p in account) == expected
