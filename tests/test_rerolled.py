"""Rerolling finds the same loops in programs of any shape: more numbers are no more instructions.

Each program is drawn: layers of matrices, an attention, a recurrence, a filter, pairs of points, each
written in one of the ways in which people write sums. It is recorded at two sizes; the larger one has
many times the operations, and as many instructions as the smaller one.
"""

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine
CURVES: tuple[Callable[[Any], Any], ...] = (
    ad.tanh, ad.relu, ad.sigmoid, lambda v: v * v, lambda v: 0.5 * v + 1.0, ad.softplus,
)  # fmt: skip


def by_loop(row: Any, x: Any, b: Any) -> Any:
    s = b
    for w, v in zip(row, x, strict=True):
        s = s + w * v
    return s


def by_sum(row: Any, x: Any, b: Any) -> Any:
    return sum(w * v for w, v in zip(row, x, strict=True)) + b


def by_sum_from(row: Any, x: Any, b: Any) -> Any:
    return sum([v * w for w, v in zip(row, x, strict=True)], b)


def by_index(row: Any, x: Any, b: Any) -> Any:
    total = 0.0
    for i in range(len(x)):
        total += row[i] * x[i]
    return b + total


def by_dot(row: Any, x: Any, b: Any) -> Any:
    return ad.dot(list(row), list(x)) + b


SUMS = (by_loop, by_sum, by_sum_from, by_index, by_dot)


def layers(draw: random.Random, n: int) -> tuple[Any, list[Any]]:
    """Return a network, its matrices straight or transposed."""
    depth, weighted = draw.randrange(1, 4), draw.choice(SUMS)
    curves = [draw.choice(CURVES) for _ in range(depth)]
    turned = draw.random() < 0.4

    def f(w: Any, b: Any, x: Any) -> Any:
        for matrix, bias, curve in zip(w, b, curves, strict=True):
            rows = matrix.T if turned else matrix
            x = [curve(weighted(row, x, c)) for row, c in zip(rows, bias, strict=True)]
        return sum(x)

    return f, [np.ones((depth, n, n)), np.ones((depth, n)), np.ones(n)]


def attention(draw: random.Random, n: int) -> tuple[Any, list[Any]]:
    """Return one place's attention to three others: scores, a softmax, a weighted mean."""
    weighted = draw.choice(SUMS)

    def f(q: Any, k: Any, v: Any) -> Any:
        scores = [weighted(key, q, 0.0) / 2.0 for key in k]
        powers = [ad.exp(s) for s in scores]
        total = sum(powers)
        a = [p / total for p in powers]
        mixed = [weighted(a, [row[j] for row in v], 0.0) for j in range(len(q))]
        return sum(m * m for m in mixed)

    return f, [np.ones(n), np.ones((3, n)), np.ones((3, n))]


def recurrence(draw: random.Random, n: int) -> tuple[Any, list[Any]]:
    """Return the state of a network that is run over four inputs."""
    weighted, curve = draw.choice(SUMS), draw.choice(CURVES[:3])

    def f(w: Any, u: Any, xs: Any) -> Any:
        h = [curve(v) for v in xs[0]]
        for x in xs[1:]:
            h = [
                curve(weighted(r, h, 0.0) + weighted(s, x, 0.0)) for r, s in zip(w, u, strict=True)
            ]
        return sum(h)

    return f, [np.ones((n, n)), np.ones((n, n)), np.ones((4, n))]


def moving(draw: random.Random, n: int) -> tuple[Any, list[Any]]:
    """Return the energy of a signal that was filtered by five numbers."""
    weighted, curve = draw.choice(SUMS), draw.choice(CURVES)

    def f(filtered: Any, x: Any) -> Any:
        y = [weighted(filtered, x[i : i + 5], 0.0) for i in range(len(x) - 4)]
        return sum(curve(v) for v in y)

    return f, [np.ones(5), np.ones(n + 4)]


def distances(draw: random.Random, n: int) -> tuple[Any, list[Any]]:
    """Return a sum over points of their distances from a line's."""
    curve = draw.choice(CURVES)

    def f(line: Any, x: Any, y: Any) -> Any:
        away = [y[i] - (line[0] * x[i] + line[1]) for i in range(len(x))]
        return sum(curve(v) for v in away) / len(away)

    return f, [np.ones(2), np.ones(n), np.ones(n)]


KINDS = (layers, attention, recurrence, moving, distances)


@pytest.mark.parametrize("seed", range(20))
def test_more_numbers_are_no_more_instructions(seed: int) -> None:
    """For example, a product of (24, 24) is one instruction as one of (8, 8) is."""
    kind = KINDS[seed % len(KINDS)]
    found = []
    for n in (8, 24):
        f, shapes = kind(random.Random(seed), n)
        rng = np.random.default_rng(seed)
        args = [rng.normal(size=x.shape) for x in shapes]
        program = ad.trace(f, *args, argnums=tuple(range(len(args))))
        nodes = [np.vectorize(ad.Value, otypes=[object])(x) for x in args]
        y = f(*nodes)
        y.backward()
        value, gradients = program.value_and_grad(*args)
        assert value == y.data
        for x, g in zip(nodes, gradients, strict=True):
            assert g.tolist() == np.vectorize(lambda v: v.grad)(x).tolist()
        recording = program.recordings[0]
        operations = len(recording.codes) - recording.first
        found.append((len(recording.rolled.instructions), operations, program.source))
    (small, few, _), (large, many, text) = found
    assert many > 2 * few
    assert small == large
    assert "# lines " in text.partition("# forward")[0]
    assert math.isfinite(value)
