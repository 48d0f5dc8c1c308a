"""Programs: a replay is the eager engine to the last bit, guards record again, lanes are samples."""

import pickle

import numpy as np
import pytest

import autodiff as ad
from autodiff.printers import interpreter
from autodiff.printers.interpreter import RUN
from autodiff.programs import course
from autodiff.table.primitive import TABLE
from tests.rows import POINTWISE

pytestmark = pytest.mark.engine

POINTS = {1: (0.3,), 2: (0.7, 1.3), 3: (0.4, -0.6, 0.9)}


def eager(f, *numbers):
    nodes = [ad.Value(x) for x in numbers]
    y = f(*nodes)
    y.backward()
    return y.data, tuple(x.grad for x in nodes)


@pytest.mark.parametrize("name", [r.name for r in POINTWISE])
def test_every_row_replays_bit_for_bit(name, rng):
    row = TABLE[name]
    argnums = tuple(range(row.arity))

    def f(*xs):
        return row(*xs) * 1.7 + xs[0]

    program = ad.trace(f, *POINTS[row.arity], argnums=argnums)
    for _ in range(5):
        point = [float(x) for x in rng.uniform(0.05, 0.95, row.arity)]
        value, gradient = program.value_and_grad(*point)
        assert repr(program(*point)) == repr(value)  # NaN outside of a domain
        assert repr((value, gradient)) == repr(eager(f, *point))


@pytest.mark.parametrize("name", [r.name for r in POINTWISE])
@pytest.mark.parametrize("lanes", [1, 7])
def test_every_row_has_lanes(name, lanes, rng):
    row = TABLE[name]
    argnums = tuple(range(row.arity))
    for batched in argnums:
        axes = tuple(0 if i == batched else None for i in argnums)
        xs = [rng.uniform(0.05, 0.95, lanes) if i == batched else 0.6 for i in argnums]
        program = ad.trace(lambda *a: row(*a), *xs, in_axes=axes, argnums=argnums)
        values, gradients = program.value_and_grad(*xs)
        single = [
            eager(row, *(float(x[lane]) if i == batched else x for i, x in enumerate(xs)))
            for lane in range(lanes)
        ]
        assert repr(values.tolist()) == repr([value for value, _ in single])
        for i in argnums:
            parts = [g[i] for _, g in single]
            expected = parts if i == batched else sum(parts)
            np.testing.assert_allclose(gradients[i], expected, rtol=1e-14, atol=1e-300)


def network(w, b, x):
    z = [ad.dot(list(row), list(x)) + c for row, c in zip(w, b, strict=True)]
    s = ad.sum([ad.tanh(v) for v in z])
    return s * s if s > 0 else -s


def test_guards_record_again_lane_by_lane(rng):
    w, b, x = rng.normal(size=(4, 3)), 0.1 * rng.normal(size=4), rng.normal(size=(40, 3))
    program = ad.trace(network, w, b, x, in_axes=(None, None, 0), argnums=(0, 1, 2))
    values, (dw, db, dx) = program.value_and_grad(w, b, x)
    assert len(program.recordings) == 2, "both courses occur among the samples"
    total_w, total_b = np.zeros_like(w), np.zeros_like(b)
    for i, sample in enumerate(x):
        one = ad.trace(network, w, b, sample, argnums=(0, 1, 2))
        value, gradient = one.value_and_grad(w, b, sample)
        assert value == values[i]
        np.testing.assert_allclose(gradient[2], dx[i], rtol=1e-13)
        total_w += gradient[0]
        total_b += gradient[1]
    np.testing.assert_allclose(dw, total_w, rtol=1e-12)
    np.testing.assert_allclose(db, total_b, rtol=1e-12)
    assert program(w, b, x).tolist() == values.tolist()


def test_reading_a_number_is_a_guard():
    program = ad.trace(lambda x: x * x.data, 2.0)
    assert program.value_and_grad(2.0) == (4.0, 2.0)
    assert program.value_and_grad(3.0) == (9.0, 3.0)
    assert len(program.recordings) == 2


def test_nan_is_read_once():
    program = ad.trace(lambda x: x * 0.0 if float(x) != float(x) else x, float("nan"))
    program(float("nan"))
    assert len(program.recordings) == 1


def test_a_zero_cotangent_sends_nothing_on_in_any_lane():
    x = np.array([-1.0, 0.0, 4.0])
    program = ad.trace(lambda x: ad.where(ad.step(x), ad.sqrt(x), 0.0), x, in_axes=0)
    values, gradient = program.value_and_grad(x)
    assert values.tolist() == [0.0, 0.0, 2.0]
    assert gradient.tolist() == [0.0, 0.0, 0.25]


def test_a_built_graph_becomes_a_program():
    w, x = ad.Value(2.0), ad.constant(3.0)
    program = ad.trace((w * x - 1.0) ** 2, inputs=[w])
    assert program.value_and_grad([2.0]) == (25.0, [30.0])
    assert w.grad == 0.0
    assert not w.has_grad


def test_captured_leaves_are_read_at_every_call():
    w = ad.Value(2.0)
    program = ad.trace(lambda x: w * x, 1.0)
    w.data = 5.0
    assert program.value_and_grad(3.0) == (15.0, 5.0)


def test_source_shows_forward_and_backward():
    text = ad.trace(lambda x, y: x * ad.sin(y), 2.0, 3.0, argnums=(0, 1)).source
    assert "v3 = sin(x1)" in text
    assert "g1 += g3 * cos(x1)" in text


def test_programs_pickle():
    program = pickle.loads(pickle.dumps(ad.trace(lambda x: x * x if x > 0 else -x, 2.0)))
    assert program.value_and_grad(3.0) == (9.0, 6.0)
    with pytest.raises(ValueError, match="another course"):
        program(-1.0)


def test_what_does_not_fit_is_told():
    program = ad.trace(lambda x: x[0] * x[1], np.ones(2))
    assert program(np.full(3, 2.0)) == 4.0, "another shape is recorded when it comes"
    with pytest.raises(TypeError, match="takes 1 arguments, was given 2"):
        program(1.0, 2.0)


def woven(draw, xs, steps=60):
    """Weighted sums as a person writes them, whose parts are used again in every way there is."""
    pool, s = list(xs), xs[0]
    for _ in range(steps):
        choice = draw.integers(6)
        if choice < 3:
            s = s + pool[draw.integers(len(pool))] * pool[draw.integers(len(pool))]
        elif choice == 3:
            s = s + s * xs[draw.integers(len(xs))]
        elif choice == 4:
            product = s * pool[draw.integers(len(pool))]
            s = product + product
        else:
            pool.append(s)
            s = 0.5 * ad.tanh(s)
    return s


def test_chains_replay_bit_for_bit(rng):
    found = 0
    for seed in range(40):
        point = rng.normal(size=5)
        point[rng.integers(5)] = 0.0
        program = ad.trace(lambda x, seed=seed: woven(np.random.default_rng(seed), list(x)), point)
        value, gradient = program.value_and_grad(point)
        expected = eager(lambda *x, seed=seed: woven(np.random.default_rng(seed), x), *point)
        assert (value, tuple(gradient)) == expected
        found = max(found, int(program.recordings[0].rolled.instructions[:, 8].max()))
    assert found >= 3, "there are chains among them"


@pytest.mark.parametrize("n", [1, 3, 4, 6, 9])
@pytest.mark.parametrize("lanes", [1, 2, 3, 4, 10])
def test_neurons_in_lanes_have_the_bits_of_the_plain_machine(n, lanes, rng, monkeypatch):
    w, x = rng.normal(size=n), rng.normal(size=(n, lanes))
    x[:, 0] *= np.where(x[:, 0] * w < 0, np.inf, 1.0)  # a lane whose relu is off, and no number
    program = ad.trace(lambda w, x: ad.relu(ad.dot(list(w), list(x))), w, x, in_axes=(None, 1))
    values, gradient = program.value_and_grad(w, x)
    monkeypatch.setattr(course, "machine", interpreter)
    program.recordings[0].spaces.clear()  # those have the other machine
    plain = program.value_and_grad(w, x)
    assert values.tolist() == plain[0].tolist()
    assert gradient.tolist() == plain[1].tolist()
    assert np.isfinite(gradient).all()


def test_a_chain_ends_where_a_factor_is_part_of_it():
    def f(x):
        s = x[0] + x[1] * x[2]
        s = s + x[0] * x[1]
        return s + s * x[2]

    found = ad.trace(f, np.ones(3)).recordings[0]
    assert (found.rolled.instructions[:, 0] == RUN).all()
