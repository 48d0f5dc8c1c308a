"""The backward sweep gives the bits of the plain definition, however far apart the nodes were made."""

import math

import numpy as np
import pytest

import autodiff as ad
from autodiff.derivatives import sweep

pytestmark = pytest.mark.engine

WINDOW = 1 << 16  # places after which the sweep may begin its row anew


def defined(y):
    """Return the gradients of the leaves by the definition: newest node first, a sum over its users."""
    nodes, pending = {y}, [y]
    while pending:
        for x in pending.pop().parents:
            if x not in nodes:
                nodes.add(x)
                pending.append(x)
    grads = dict.fromkeys(nodes, 0.0)
    grads[y] = 1.0
    for node in sorted(nodes, key=lambda node: -node.seq):
        for x, d in zip(node.parents, node.local_derivatives, strict=True):
            if grads[node]:
                grads[x] += grads[node] * d
    return grads


def assert_defined(y, leaves):
    expected = defined(y)
    for times in (1, 2):
        y.backward()
        assert [x.grad for x in leaves] == [times * expected[x] for x in leaves]
    assert ad.gradient(y, leaves) == [expected[x] for x in leaves]


@pytest.mark.parametrize("seed", range(6))
def test_nodes_far_apart(seed):
    draw = np.random.default_rng(seed)
    leaves = [ad.Value(v) for v in draw.normal(size=4)]
    pool = list(leaves)
    for _ in range(80):
        for _ in range(int(draw.choice([0, 1, 40, 3000]))):
            ad.constant(0.0)  # time passes
        a, b = (pool[draw.integers(len(pool))] for _ in range(2))
        pool.append(ad.tanh(a * b) if draw.integers(2) else ad.dot([a, b, a], [b, 0.5, a]))
    assert_defined(ad.sum(pool[::3]), leaves)


def test_a_long_chain_moves_its_window():
    x = y = ad.Value(1.0)
    for _ in range(2 * WINDOW):
        y = y * 0.99999
    for _ in range(5000):
        ad.constant(0.0)
    assert_defined(y * x, [x])


def test_a_layer_wider_than_the_window():
    x, w = ad.Value(0.7), ad.Value(-1.3)
    layer = [x * w for _ in range(WINDOW + 2000)]
    later = [z * w for z in layer]
    assert_defined(ad.sum(later) * x, [x, w])


def test_a_sweep_that_is_interrupted_leaves_nothing_behind(monkeypatch):
    def stop(*args):
        raise KeyboardInterrupt

    x = ad.Value(3.0)
    old = x * x
    for _ in range(5000):
        ad.constant(0.0)
    y = ad.sum([old, x * 2.0, x])
    with monkeypatch.context() as patch:
        patch.setattr(sweep, "heappush", stop)
        with pytest.raises(KeyboardInterrupt):
            y.backward()
    x.zero_grad()
    assert_defined(y, [x])


def test_nothing_flows_where_the_table_has_no_derivative_not_even_infinity() -> None:
    stopped = ad.primitive(partials=[None, lambda y, a, b: 1.0 / b], name="of_the_second_alone")(
        lambda a, b: math.log(b) if b > 0.0 else -math.inf
    )
    for f in (
        lambda x: ad.sqrt(ad.stop_gradient(x)),
        lambda x: ad.log(ad.where(x, 0.0, 0.0)),
        lambda x: ad.log(stopped(x, 1.0)),
    ):
        x = ad.Value(0.0)
        y = f(x)
        y.backward()
        assert x.grad == ad.gradient(y, x) == ad.grad(f)(0.0) == 0.0
        assert ad.trace(f, 0.0).value_and_grad(0.0)[1] == 0.0
