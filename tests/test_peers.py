"""Peers as oracles (bar 25): the same functions give the gradients of micrograd, autograd and MyGrad.

What is tried is read from the peers' own tables of what they differentiate, and drawn from seeds. The
libraries come with the extra for tests; where one is absent, its part is skipped.
"""

import random
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine
X = np.array([0.31, 0.47, 0.83])


def expression(seed: int, x: Any, y: Any) -> Any:
    """Return a random expression in what micrograd knows."""
    draw = random.Random(seed)
    pool = [x, y]
    for _ in range(draw.randrange(3, 15)):
        a, b = draw.choice(pool), draw.choice(pool)
        pool.append(
            [a + b, a * b, a - b, a / (b * b + 2.0), a**2, (a * 0.5).relu(), 1.5 - a, -a, 2.0 * b]
            [draw.randrange(9)]
        )  # fmt: skip
    return pool[-1] + 0.1 * pool[-2]


def micrograds(value: Any, seed: int) -> list[float]:
    x, y = value(0.7), value(-0.4)
    z = expression(seed, x, y)
    z.backward()
    return [z.data, x.grad, y.grad]


def parting(theirs: Any) -> list[int]:
    """Return the seeds whose expressions have another value or gradient here than in micrograd."""
    return [
        seed for seed in range(200)
        if micrograds(ad.Value, seed) != pytest.approx(micrograds(theirs, seed), rel=1e-12, abs=1e-12)
    ]  # fmt: skip


def test_random_expressions_have_micrograds_gradients() -> None:
    engine = pytest.importorskip("micrograd.engine", exc_type=ImportError)
    assert parting(engine.Value) == []


SLIPS = {
    "relu": lambda x: x * 1.0,  # its slope below 0 is 1
    "__pow__": lambda x, n: x * float(x.data ** (n - 1)),  # the slope misses the factor n
    "__neg__": lambda x: x * 1.0 - 2 * float(x.data),  # the sign of the slope
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_wrong_slope_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = pytest.importorskip("micrograd.engine", exc_type=ImportError)
    monkeypatch.setattr(engine.Value, name, SLIPS[name])
    assert len(parting(engine.Value)) > 20


def unary() -> dict[str, Any]:
    """Return numpy's functions of one operand, as they are recorded here."""
    names = [row.name for row in ad.TABLE.values() if getattr(row, "arity", 0) == 1]
    found = {
        f.__name__: f for f in vars(np).values() if isinstance(f, np.ufunc) and f.nin == 1 == f.nout
    }
    return {n: f for n, f in found.items() if n in names or n.removeprefix("arc") in names
            or f"a{n.removeprefix('arc')}" in names}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Output seems independent of input")
def test_numpys_functions_have_autograds_gradients() -> None:
    anp = pytest.importorskip("autograd.numpy", exc_type=ImportError)
    egrad = pytest.importorskip("autograd", exc_type=ImportError).elementwise_grad
    tried = 0
    for name, f in unary().items():
        theirs = getattr(anp, name, None)
        if theirs is None or name in ("arccosh",):  # X is outside its domain
            continue
        try:
            wanted = egrad(theirs)(X)
        except NotImplementedError:
            continue
        found = ad.grad(lambda x, f=f: f(x).sum())(X)
        np.testing.assert_allclose(found, np.broadcast_to(wanted, X.shape), rtol=1e-12)
        tried += 1
    assert tried >= 12


def test_numpys_functions_have_mygrads_gradients() -> None:
    mg = pytest.importorskip("mygrad", exc_type=ImportError)
    tried = 0
    for name, f in unary().items():
        theirs = getattr(mg, name, None)
        if theirs is None or name in ("arccosh",):
            continue
        t = mg.tensor(X)
        try:
            y = theirs(t)
        except ValueError:  # it takes constants alone
            continue
        if y.constant:
            continue
        y.sum().backward()
        np.testing.assert_allclose(ad.grad(lambda x, f=f: f(x).sum())(X), t.grad, rtol=1e-12)
        tried += 1
    assert tried >= 12


def test_twice_backward_is_where_peers_are_wrong() -> None:
    """MyGrad gives 6 and micrograd 18 for (x*x)*1, gone backward twice; 12 is right."""
    x = ad.Value(3.0)
    y = (x * x) * 1
    y.backward()
    y.backward()
    assert x.grad == 12.0
