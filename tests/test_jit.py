"""`jit`, bound calls and indices that are inputs: eager evaluation is the oracle."""

import gc
import random
import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.programs.gate import KEPT
from autodiff.table import tree

pytestmark = pytest.mark.engine


def nodes(a):
    return np.array([ad.Value(x) for x in np.ravel(a).tolist()], dtype=object).reshape(np.shape(a))


def eager(f, w, *rest):
    """Return value and gradient of f for an array of weights, without any program."""
    leaves = nodes(w)
    y = f(leaves, *rest)
    y.backward()
    return y.data, np.array([v.grad for v in leaves.ravel()]).reshape(np.shape(w))


def looked_up(w, tokens):
    rows = [w[t] for t in tokens]
    return (
        sum(a * b * b for row in rows for a, b in zip(row, rows[0], strict=True)) + w[tokens[0]][1]
    )


def test_whole_numbers_choose_and_their_gradient_is_a_scatter(rng):
    f = ad.jit(looked_up)
    w = rng.normal(size=(5, 3))
    for tokens in ([0, 1, 2], [4, 4, -1], [3, -5, 0]):
        value, gradient = f.value_and_grad(w, np.array(tokens))
        expected = eager(looked_up, w, tokens)
        assert value == expected[0] == f(w, np.array(tokens))
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-14)
    (program,) = f.programs.values()
    assert program.recorded == 1, "tokens are inputs"
    f.value_and_grad(w, np.array([0, 1]))
    assert program.recorded == 2, "another length is another look"
    with pytest.raises(IndexError):
        f(w, np.array([0, 1, 5]))


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_lists_tuples_and_arrays_can_be_indexed(kind):
    f = ad.jit(lambda w, i: w[i] * w[0] + w[-1])
    for i in (0, 1, 2, -2):
        value, gradient = f.value_and_grad(kind([2.0, 3.0, 5.0]), i)
        expected = eager(lambda w: w[i] * w[0] + w[-1], [2.0, 3.0, 5.0])  # noqa: B023
        assert value == expected[0]
        assert list(gradient) == expected[1].tolist()
        assert type(gradient) is type(kind([1.0]))
    assert sum(p.recorded for p in f.programs.values()) == 1


def test_a_column_can_be_indexed():
    f = ad.jit(lambda w, i, j: w[i, j] + w[:, j][0] * w[i][0])
    w = np.arange(1.0, 7.0).reshape(2, 3)
    for i, j in ((0, 1), (1, 2), (1, 0)):
        assert f(w, i, j) == w[i, j] + w[0, j] * w[i, 0]


def test_pick_of_what_is_computed(rng):
    def f(w, i):
        p = [v * v for v in w]
        return ad.log(ad.pick(p, i)) + p[0]

    compiled = ad.jit(f)
    w = rng.normal(size=4)
    for i in (0, 3, -2):
        value, gradient = compiled.value_and_grad(w, i)
        expected = eager(f, w, i)
        assert value == expected[0]
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-14)
    infinite = np.array([np.inf, 2.0, 3.0, 1.0])
    assert ad.jit(lambda w, i: ad.pick([v * 2.0 for v in w], i))(infinite, 1) == 4.0
    again = ad.jit(lambda w, i: ad.pick([v * 2.0 for v in w], i))
    assert [again(x, 1) for x in (w, infinite)] == [2.0 * w[1], 4.0]


def test_static_arguments_are_recorded_apart_and_bounded():
    seen = []

    @ad.jit
    def plain(x):
        return x * 2.0

    @ad.jit(static_argnums=1)
    def power(x, n):
        seen.append(n)
        y = x
        for _ in range(n - 1):
            y = y * x
        return y

    assert plain(3.0) == 6.0
    assert [power.value_and_grad(2.0, n) for n in (1, 3, 1, 3)] == [(2.0, 1.0), (8.0, 12.0)] * 2
    assert seen == [1, 3]
    with pytest.warns(ad.RecordingWarning, match="more static values than the 32 that are kept"):
        [power(1.0, n) for n in range(1, 60)]
    assert len(power.programs) <= 32
    with pytest.raises(TypeError, match="hashable"):
        power(1.0, [2])
    with pytest.raises(ValueError, match="static"):
        ad.jit(lambda x, n: x, argnums=1, static_argnums=1)(1.0, 2)
    with pytest.raises(TypeError, match="hashable"):
        ad.jit(lambda x, n: x, static_argnums=1)(1.0, [2])
    with pytest.raises(ValueError, match="static_argnums has 5, and the function has 2"):
        ad.jit(lambda x, n: x, static_argnums=5)
    assert ad.jit(lambda n, x: n * x, static_argnums=0).value_and_grad(3, 2.0) == (6.0, 3.0)
    assert ad.jit(lambda *xs: xs[2] * xs[0], static_argnums=2)(2.0, 1.0, 5) == 10.0


class Line:
    def __init__(self, slope):
        self.slope = ad.Value(slope, name="slope")

    @ad.jit
    def at(self, x, n=1):
        return self.slope * x**n

    @ad.jit(static_argnums=(0, 2), argnums=1, in_axes=None)
    def way(self, x, up):
        return self.slope * x if up else -x


def test_a_method_has_programs_for_each_object():
    a, b = Line(2.0), Line(5.0)
    assert [a.at(3.0), b.at(3.0), a.at(4.0), a.at(3.0, 2)] == [6.0, 15.0, 8.0, 18.0]
    assert a.at.value_and_grad(3.0) == (6.0, 2.0)
    a.slope.data = 10.0
    assert [a.at(3.0), b.at(3.0)] == [30.0, 15.0]
    assert a.way.value_and_grad(3.0, True) == (30.0, 10.0)
    assert a.way.value_and_grad(3.0, False) == (-3.0, -1.0)
    a.at(ad.Value(3.0)).backward()
    assert a.slope.grad == 3.0
    del a
    gc.collect()
    assert len(Line.__dict__["at"].bound) == 1


def test_the_arguments_of_a_program_stay_as_they_are():
    def first_is_one(x):
        x[0] = 1.0
        return x.sum()

    def more(x):
        x += 1.0
        x *= 2.0
        return x.sum()

    x = np.zeros(3)
    for change in (first_is_one, lambda x: x.sort(), lambda x: np.add(x, 1.0, out=x)):
        for form in (ad.jit, lambda f: partial(ad.trace, f), ad.grad):
            with pytest.raises((TypeError, ValueError), match=r"copy|never|read-only|in place|out"):
                form(change)(x)
    assert ad.jit(more).value_and_grad(x)[1].tolist() == [2.0, 2.0, 2.0]
    assert ad.trace(more, x).value_and_grad(x)[0] == 6.0
    assert ad.grad(more)(x).tolist() == [2.0, 2.0, 2.0]
    assert not x.any()
    kept = ad.jit(lambda x: first_is_one(x.copy()))
    assert kept.value_and_grad(x)[1].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "draw",
    [random.random, lambda: np.random.random(), lambda: np.random.normal(size=3)],  # noqa: NPY002
)
def test_random_numbers_that_are_drawn_while_recording_are_named(draw):
    for record in (ad.jit, lambda f: partial(ad.trace, f)):
        with pytest.warns(ad.RecordingWarning, match="as an argument"):
            record(lambda x: x * draw())(np.ones(3))
    generator = random.Random(0)
    ad.jit(lambda x: x * generator.random())(np.ones(3))


def test_given_nodes_it_is_the_function():
    f = ad.jit(lambda x, i: [x, x * x, x * x * x][i])
    x = ad.Value(2.0)
    y = f(x, 2)
    y.backward()
    assert (y.data, x.grad) == (8.0, 12.0)
    assert ad.grad(lambda x: f(x, 1))(3.0) == 6.0


def test_lanes_as_trace_has_them(rng):
    x = rng.normal(size=(6, 2))
    f = ad.jit(lambda w, x: ad.tanh(w[0] * x[0] + w[1] * x[1]), in_axes=(None, 0))
    values, gradient = f.value_and_grad(np.ones(2), x)
    np.testing.assert_allclose(values, np.tanh(x.sum(1)), rtol=1e-15)
    np.testing.assert_allclose(gradient, ((1 - np.tanh(x.sum(1)) ** 2) @ x), rtol=1e-12)


def test_what_records_again_and_again_is_told():
    reads = ad.jit(lambda x: x * float(x))
    with pytest.warns(ad.RecordingWarning, match=r"test_jit.py:\d+ reads a number"):
        [reads(float(k)) for k in range(9)]
    courses = ad.jit(lambda x: sum((v for v in x if v > 0), x[0]))
    draw = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(6):
            courses(draw.normal(size=3))


def test_shapes_and_static_values_without_end_are_told():
    sums = ad.jit(lambda x: ad.sum(x * x))
    powers = ad.jit(lambda x, n: x**n, static_argnums=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in range(KEPT):
            sums(np.ones(k + 1))
            powers(1.0, k)
    with pytest.warns(
        ad.RecordingWarning, match=r"test_jit.py:\d+\) .* another structure or shape"
    ):
        sums(np.ones(KEPT + 1))
    with pytest.warns(ad.RecordingWarning, match=r"test_jit.py:\d+\) .* more static values than"):
        powers(1.0, KEPT)


def test_a_bound_call_is_the_call(rng):
    def f(w, x):
        return sum((a * b for a, b in zip(w["a"], x, strict=True)), w["b"]) ** 2

    program = ad.trace(f, {"a": np.ones(3), "b": 2.0}, np.ones(3), argnums=(0, 1))
    call = program.bind({"a": np.ones(3), "b": 2.0}, np.ones(3))
    assert call() == 25.0
    for _ in range(3):
        a, b, x = rng.normal(size=3), float(rng.normal()), rng.normal(size=3)
        call.arguments[0]["a"][:], call.arguments[0]["b"][...], call.arguments[1][:] = a, b, x
        value, (dw, dx) = program.value_and_grad({"a": a, "b": b}, x)
        assert call() == value
        assert call.gradient[0]["a"].tolist() == dw["a"].tolist()
        assert float(call.gradient[0]["b"]) == dw["b"]
        assert call.gradient[1].tolist() == dx.tolist()


def test_a_bound_call_with_lanes_and_on_another_course(rng):
    def f(w, x):
        return w * x if x > 0 else w * w * x

    program = ad.trace(f, 2.0, rng.normal(size=5), in_axes=(None, 0), argnums=(0, 1))
    x = rng.normal(size=5)
    call = program.bind(2.0, np.abs(x))
    for point in (np.abs(x), x, -np.abs(x)):
        call.arguments[1][:] = point
        values, (dw, dx) = program.value_and_grad(2.0, point)
        assert call().tolist() == values.tolist()
        assert float(call.gradient[0]) == pytest.approx(dw, rel=1e-15)
        assert call.gradient[1].tolist() == dx.tolist()


def test_a_bound_call_reads_what_is_outside():
    w, table = ad.Value(2.0), np.array([1.0, 2.0])
    program = ad.trace(lambda x: w * x * table[1], 3.0)
    call = program.bind(3.0)
    w.data = 5.0
    assert call() == 30.0
    table[1] = 3.0
    assert call() == 45.0
    assert float(call.gradient) == 15.0
    with pytest.raises(TypeError, match="bound call"):
        ad.grad(lambda x: x * call())(1.0)


def test_plain_calls_are_checked_whatever_they_are_given():
    program = ad.trace(lambda w, x: w * x.sum(), 2.0, np.ones(3), argnums=(0, 1))
    for _ in range(2):
        assert program(2.0, np.array([1.0, 2.0, 3.0])) == 12.0
        assert program(2, np.array([1, 2, 3])) == 12.0
        assert program(2.0, np.arange(1.0, 7.0)[::2]) == 18.0
        assert program(np.float32(2.0), np.ones(3, dtype=np.float32)) == 6.0
        value, (dw, dx) = program.value_and_grad(2.0, np.array([1.0, 2.0, 3.0]))
        assert (value, dw, dx.tolist()) == (12.0, 6.0, [2.0, 2.0, 2.0])
        dx[:] = 0.0
    assert program(2.0, np.ones(5)) == 10.0
    with pytest.raises(TypeError):
        program("2", np.ones(3))
    with pytest.raises(TypeError):
        program(2.0)


def test_what_cannot_be_an_input_is_read_and_recorded_again():
    f = ad.jit(lambda w, i: ad.pick([v * v for v in w], i + 1) + w[i + 1])
    assert [f([1.0, 2.0, 3.0], i) for i in (0, 1, 0)] == [6.0, 12.0, 6.0]
    (program,) = f.programs.values()
    assert program.recorded == 2
    ragged = ad.jit(lambda w, i: w[i] if i == 0 else w[i][0])
    assert [ragged([1.0, [2.0]], i) for i in (0, 1)] == [1.0, 2.0]
    with pytest.raises(TypeError, match="whole number"):
        ad.pick([1.0, 2.0], ad.Value(0.5))
    assert ad.pick([1.0, 2.0], ad.Value(1.0)) == 2.0


def test_an_index_out_of_range_is_refused_as_a_list_does():
    f = ad.jit(lambda w, i: ad.pick([v * v for v in w], i))
    with pytest.raises(IndexError, match="2 numbers"):
        f([1.0, 2.0], 2)
    assert f([1.0, 2.0], 1) == 4.0
    with pytest.raises(IndexError, match="2 numbers"):
        f([1.0, 2.0], -3)


def test_nested_arguments_can_be_indexed():
    def f(p, i):
        return p["w"][i][0] * p["w"][i][1] + p["b"][(i,)] + p["t"][i][0]

    given = {"w": [[1.0, 2.0], [3.0, 4.0]], "b": np.array([5.0, 6.0]), "t": ((7.0,), (8.0,))}
    compiled = ad.jit(f)
    for i in (0, 1):
        value, gradient = compiled.value_and_grad(given, i)
        assert value == f(given, i)
        assert gradient["w"][i] == [given["w"][i][1], given["w"][i][0]]
        assert gradient["w"][1 - i] == [0.0, 0.0]
        assert gradient["b"].tolist() == [float(k == i) for k in (0, 1)]


def test_jit_binds_shows_its_source_and_refuses_what_is_no_function():
    f = ad.jit(lambda w, x: ad.dot(list(w), list(x)))
    with pytest.raises(ValueError, match="nothing is recorded"):
        f.source  # noqa: B018
    call = f.bind(np.ones(3), np.ones(3))
    assert call() == 3.0
    assert "x0*x3" in f.source
    with pytest.raises(TypeError, match="needs a function"):
        ad.jit(3.0)
    with pytest.raises(ValueError, match="in_axes"):
        ad.jit(lambda x: x, in_axes=(0, 0))(1.0)


def test_a_bound_call_goes_on_where_a_guard_turns_out_differently():
    call = ad.trace(lambda x: x * x if x > 0 else -x, 1.0).bind(2.0)
    for x, value, slope in ((2.0, 4.0, 4.0), (-3.0, 3.0, -1.0), (1.0, 1.0, 2.0)):
        call.arguments[0][...] = x
        assert (call(), float(call.gradient)) == (value, slope)
    with pytest.raises(ValueError, match="one sample"):
        ad.trace(lambda x: x * x, np.ones(2), in_axes=0).bind(np.ones(0))


def test_what_numpy_does_on_whole_arrays_alone_is_recorded_on_tensors() -> None:
    a = np.eye(3) + 0.1

    def f(a: Any, b: Any, scale: Any) -> Any:
        return (np.linalg.solve(a, b) * scale).sum()

    program = ad.jit(f, argnums=(0, 1))
    b = np.array([1.0, 2.0, 3.0])
    for k in (1.0, 2.0):
        value, grads = program.value_and_grad(k * a, b, 2.0)
        assert type(program(k * a, b, 2.0)) is type(value) is float
        expected = ad.value_and_grad(f, argnums=(0, 1))(k * a, b, 2.0)
        assert value == pytest.approx(expected[0], rel=1e-14)
        for found, other in zip(grads, expected[1], strict=True):
            np.testing.assert_allclose(found, other, rtol=1e-13)
    assert "solve" in program.source
    with pytest.raises(AttributeError, match="foo"):
        ad.jit(lambda x: x.foo())(a)
    with pytest.raises(TypeError, match="needs real numbers, got str"):
        ad.jit(lambda x: np.linalg.solve(x, "b"))(a)
    with pytest.raises(TypeError, match="unsupported operand"):
        ad.jit(lambda x: x + "text")(1.0)


TRANSFORMS = {
    "grad": lambda f: ad.grad(f),
    "value_and_grad": lambda f: ad.value_and_grad(f),
    "hessian": lambda f: ad.hessian(f),
    "hvp": lambda f: lambda x: ad.hvp(f, x, np.ones(5)),
    "jacobian": lambda f: ad.jacobian(ad.grad(f)),
    "jacfwd": lambda f: ad.jacfwd(ad.grad(f)),
    "jvp": lambda f: lambda x: ad.jvp(f, (x,), (np.arange(5.0),)),
    "in a tree": lambda f: lambda x: ad.grad(lambda t: f(t["a"]) * t["b"])({"a": x, "b": x[0]}),
}


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("start", [ad.jit, lambda g: ad.trace(g, ad.Tensor(np.ones(5)))])
def test_a_transform_is_a_program_that_is_recorded_once(name, start):
    def f(x):
        return (x[1:] - x[:-1] ** 2).sum() ** 2 + (x * x * x).sum()

    transform = TRANSFORMS[name](f)
    program = start(transform)
    for x in (np.linspace(-1.0, 1.0, 5), np.zeros(5), np.linspace(0.3, 2.0, 5)):
        for ours, eager in zip(leaves(program(x)), leaves(transform(x)), strict=True):
            np.testing.assert_allclose(ours, eager, rtol=1e-13, atol=1e-13)
    found = [program] if hasattr(program, "recorded") else program.programs.values()
    assert [p.recorded for p in found] == [1]


def leaves(x):
    return tree.flatten(x)[0]


def test_a_shape_that_does_not_fit_an_array_of_values():
    with pytest.raises(ValueError, match="shape"):
        ad.jit(lambda x: ad.jvp(lambda x: (x * x).sum(), (x,), (np.ones(2),)))(np.ones(3))


def test_tangents_that_are_no_numbers_are_recorded_again():
    """An edge of slope 0 is closed even for NaN, in a program too."""

    def rate(x, t):
        return ad.jvp(lambda x: np.where(x > 0.0, x, 0.0 * x) * x, (x,), (t,))[1]

    program = ad.trace(rate, ad.Tensor(np.ones(3)), ad.Tensor(np.ones(3)))
    for t in ([1.0, 2.0, 3.0], [np.inf, 1.0, np.nan]):
        x = np.array([0.5, -1.0, 0.0])
        np.testing.assert_array_equal(program(x, np.array(t)), rate(x, np.array(t)))
