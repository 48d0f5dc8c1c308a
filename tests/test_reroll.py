"""Rerolling: what loops recorded is found again, and nothing that can be seen changes, to the bit."""

import random

import numpy as np
import pytest

import autodiff as ad
from autodiff.printers import interpreter
from autodiff.printers.interpreter import PRODUCT
from autodiff.programs import course, replay

pytestmark = pytest.mark.engine


def bits(x):
    if isinstance(x, dict):
        return {k: bits(v) for k, v in x.items()}
    if isinstance(x, tuple | list):
        return [bits(v) for v in x]
    x = np.asarray(x, dtype=float)
    return np.where(np.isnan(x), np.nan, x).tobytes()  # the sign of what is no number is nobody's


def both(monkeypatch, f, *args, **options):
    """Return the program with its loops rolled up, and as it was recorded."""
    programs = []
    for on in (True, False):
        monkeypatch.setattr(course, "REROLL", on)
        programs.append(ad.trace(f, *args, **options))
    return programs


def agree(programs, *args):
    on, off = (p.value_and_grad(*args) for p in programs)
    assert bits(on) == bits(off)
    assert bits(programs[0](*args)) == bits(on[0])
    return on


def count(program, kind=None):
    work = program.recordings[0].rolled.instructions
    return len(work) if kind is None else int((work[:, 0] == kind).sum())


def loop_program(seed):
    """Return a random function written with loops, its arguments' makers, and how it was drawn."""
    draw = random.Random(seed)
    m, n, depth = draw.randrange(2, 7), draw.randrange(2, 7), draw.randrange(1, 4)
    kinds = [
        draw.choice(("loop", "sum", "list", "swapped", "column", "shared")) for _ in range(depth)
    ]
    curves = [
        draw.choice((ad.tanh, ad.relu, ad.sigmoid, lambda v: v * v, lambda v: v)) for _ in kinds
    ]
    extras = [draw.random() < 0.4 for _ in kinds]

    def weighted(kind, row, x, b):
        if kind == "loop":
            s = b
            for w, v in zip(row, x, strict=True):
                s = s + w * v
            return s
        if kind == "sum":
            return sum((w * v for w, v in zip(row, x, strict=True)), b)
        if kind == "list":
            return sum([w * v for w, v in zip(row, x, strict=True)]) + b
        if kind == "swapped":
            s = b
            for w, v in zip(row, x, strict=True):
                s = v * w + s
            return s
        s = b - x[0]
        for w in row:  # one factor again and again
            s = s + w * x[-1]
        return s + row[0] * row[1]

    def f(matrix, start, x):
        for kind, curve, extra in zip(kinds, curves, extras, strict=True):
            rows = matrix if kind != "column" else matrix.T
            rows = [[row[k % len(row)] for k in range(len(x))] for row in rows]
            z = [weighted("loop" if kind == "column" else kind, r, x, b)
                 for r, b in zip(rows, [*start, *start, *start], strict=False)]  # fmt: skip
            x = [curve(v) for v in z]
            if extra:
                size = sum(v * v for v in x)
                x = [v / (size + 1.0) ** 0.5 for v in x]
            if not x:
                return start[0] * 1.0
        return sum(x) + x[0] * start[0] - sum(v * v for v in start)

    return f, (m, n), n


@pytest.mark.parametrize("seed", range(25))
def test_random_loop_programs_are_the_same_to_the_bit(monkeypatch, seed):
    f, shape, n = loop_program(seed)
    rng = np.random.default_rng(seed)

    def drawn():
        x = rng.normal(size=n)
        x[rng.integers(n)] = rng.choice([0.0, -0.0, 1.0])
        return rng.normal(size=shape), rng.normal(size=shape[0]), x

    programs = both(monkeypatch, f, *drawn(), argnums=(0, 1, 2))
    assert count(programs[0]) < count(programs[1])
    for _ in range(4):
        args = drawn()
        value, gradients = agree(programs, *args)
        nodes = [np.array([ad.Value(v) for v in a.ravel().tolist()]).reshape(a.shape) for a in args]
        y = f(*nodes)
        y.backward()
        assert y.data == value
        for node, g in zip(nodes, gradients, strict=True):
            assert [v.grad for v in node.ravel()] == g.ravel().tolist()
    batch = [rng.normal(size=(5, n))]
    laned = both(monkeypatch, f, *args[:2], *batch, in_axes=(None, None, 0), argnums=(0, 1, 2))
    agree(laned, *args[:2], *batch)


TIED = {
    "a bias a row": lambda w, b, j, k: (w[j * 7 + k], b[j]),
    "the last column": lambda w, b, j, k: (w[j * 8 + k], w[j * 8 + 7]),
    "no bias": lambda w, b, j, k: (w[j * 7 + k], 0.0),
    "a matrix of diagonals": lambda w, b, j, k: (w[j + k], b[j]),
    "a weight of the next row": lambda w, b, j, k: (w[j * 7 + k], w[j * 7 + 9]),
    "columns": lambda w, b, j, k: (w[k * 9 + j], b[0]),
    "one row for all": lambda w, b, j, k: (w[k], b[j]),
    "a bias with lanes": lambda w, b, j, k: (w[j * 7 + k], None),
}  # fmt: skip


@pytest.mark.parametrize("tied", TIED)
@pytest.mark.parametrize("sums", [1, 2, 5, 9])
def test_layers_with_lanes_are_the_same_to_the_bit(monkeypatch, rng, sums, tied):
    """Rolled up, one by one and on the plain machine: whatever the lanes, the weights and the zeros are."""
    place = TIED[tied]

    def f(w, b, x):
        z = []
        for j in range(sums):
            start = place(w, b, j, 0)[1]
            s = x[6] * x[0] if start is None else start
            for k in range(7):
                s = s + place(w, b, j, k)[0] * x[k]
            z.append(ad.relu(s))
        return ad.sum([v * v for v in z]) * ad.relu(z[0] + x[0])

    def lanes(n, odd):
        w, b, x = rng.normal(size=90), rng.normal(size=9), rng.normal(size=(n, 7))
        if odd:
            for values in (w, b, x):
                chosen = rng.random(values.shape) < 0.05
                values[chosen] = rng.choice(
                    [0.0, -0.0, np.inf, -np.inf, np.nan, 1e300], chosen.sum()
                )
        return w, b, x

    options = {"in_axes": (None, None, 0), "argnums": (0, 1, 2)}
    programs = both(monkeypatch, f, *lanes(3, False), **options)
    assert count(programs[0]) < count(programs[1])
    for n in (1, 3, 7, 8, 9, 16, 29):
        for odd in (False, True):
            args = lanes(n, odd)
            found = agree(programs, *args)
            with monkeypatch.context() as patch:
                for module in (course, replay):
                    patch.setattr(module, "machine", interpreter)
                plain = ad.trace(f, *args, **options)
                assert bits(plain.value_and_grad(*args)) == bits(found)


def test_a_layer_is_one_product(monkeypatch):
    def layer(w, x):
        z = [sum(a * b for a, b in zip(row, x, strict=True)) for row in w]
        return sum(v * v for v in z)

    w, x = np.ones((8, 5)), np.ones(5)
    programs = both(monkeypatch, layer, w, x)
    agree(programs, w, x)
    product = programs[0].recordings[0].rolled.instructions[0]
    assert (product[0], product[2], product[8]) == (PRODUCT, 8, 5)
    assert count(programs[0]) == 2
    assert count(programs[1]) == 8 * 10 + 16


def test_a_dot_is_a_row_of_a_product(monkeypatch):
    def layer(w, x):
        return ad.sum([ad.relu(ad.dot(list(row), list(x))) for row in w])

    w, x = np.ones((8, 5)), np.ones(5)
    programs = both(monkeypatch, layer, w, x, argnums=(0, 1))
    agree(programs, w - 2.0, x)
    assert count(programs[0], PRODUCT) == 1
    assert count(programs[0]) == 3


def test_infinities_and_zeros_send_what_they_sent(monkeypatch):
    def f(w, x):
        s = 0.0
        for a, b in zip(w, x, strict=True):
            s = s + a * b
        return ad.relu(s) * 0.0 + ad.where(ad.step(s), ad.sqrt(s), 0.0)

    programs = both(monkeypatch, f, np.ones(4), np.ones(4), argnums=(0, 1))
    for x in ([np.inf, 1, 1, 1], [-1, -1, -1, -1.0], [0, -0.0, 0, 0], [np.nan, 1, 1, 1]):
        agree(programs, np.array([1.0, -2.0, 0.0, 3.0]), np.array(x, dtype=float))


def test_what_is_used_in_between_stays_as_it_was(monkeypatch):
    def f(w, x):
        s, seen = x[0], []
        for a, b in zip(w, x, strict=True):
            p = a * b
            s = s + p
            seen.append(p * x[0] if len(seen) == 1 else s)
        return s + seen[1] * seen[2] * w[3], s

    def first(w, x):
        return f(w, x)[0]

    programs = both(monkeypatch, first, np.ones(4), np.ones(4), argnums=(0, 1))
    rng = np.random.default_rng(0)
    for _ in range(10):
        agree(programs, rng.normal(size=4), rng.normal(size=4))
    pairs = both(monkeypatch, f, np.ones(4), np.ones(4))
    w = rng.normal(size=4)
    assert bits(pairs[0](w, w)) == bits(pairs[1](w, w))


def test_factors_that_lie_anyhow_are_listed(monkeypatch, rng):
    def f(w, x):
        return w[0] * x[3] + w[3] * x[1] + w[1] * x[0] + w[2] * x[2]

    programs = both(monkeypatch, f, np.ones(4), np.ones(4), argnums=(0, 1))
    for _ in range(3):
        agree(programs, rng.normal(size=4), rng.normal(size=4))
    assert count(programs[0]) <= 2
    assert "one sum of" in programs[0].source


@pytest.mark.parametrize("n", [2, 9, 100, 1001])
def test_many_short_chains_one_after_the_other(monkeypatch, n):
    """Each takes in two sums, so that what they start from is half as many again."""

    def f(x):
        y = x
        for _ in range(n):
            y = y + x
        return y

    for program in both(monkeypatch, f, 1.0):
        assert program.value_and_grad(2.0) == (2.0 * (n + 1), n + 1.0)


def test_a_graph_whose_nodes_lie_far_apart_is_a_program():
    x = ad.Value(3.0)
    y = x * x
    others = [ad.Value(0.0) for _ in range(3000)]
    z = y + x * 2.0
    assert len(others) == 3000
    assert ad.trace(z, inputs=[x]).value_and_grad([4.0]) == (24.0, [10.0])


@pytest.mark.parametrize("seed", range(40))
def test_random_sums_over_few_leaves_are_the_same_to_the_bit(monkeypatch, seed):
    """Sums of sums, of one leaf again and again too, where a chain may have no product at all."""
    draw = random.Random(seed)
    size, sums = draw.randrange(1, 4), draw.random()
    steps = [
        (draw.random() < sums, draw.random(), draw.random()) for _ in range(draw.randrange(5, 120))
    ]

    def f(x):
        made = list(x)
        for added, p, q in steps:
            near = made[-1 - int(p * min(3, len(made)))]
            far = made[int(q * len(made))] if q < 0.7 else made[0]
            made.append(near + far if added else near * far)
        return made[-1] + x[0]

    programs = both(monkeypatch, f, np.ones(size))
    for _ in range(3):
        agree(programs, np.random.default_rng(seed).uniform(-0.9, 0.9, size))
