"""Calls of programs that few make: flags beside numbers, other containers, several at a time."""

import inspect
import random
import threading
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff as ad
from autodiff.programs import array_program, course

pytestmark = pytest.mark.engine


def flagged(x: Any, flag: bool) -> Any:
    if not flag:
        return -x
    return x * x if x > 1.0 else 3.0 * x


def test_flags_beside_samples() -> None:
    x = np.array([2.0, 0.5, 3.0])
    program = ad.trace(flagged, x, True, in_axes=(0, None))
    for flag in (True, False):
        value, gradient = program.value_and_grad(x, flag)
        assert value.tolist() == [flagged(y, flag) for y in x.tolist()]
        assert gradient.tolist() == ([4.0, 3.0, 6.0] if flag else [-1.0] * 3)


def test_flags_of_bound_calls_and_of_nodes() -> None:
    for argnums in (0, (0,)):
        call = ad.trace(flagged, 3.0, True, argnums=argnums).bind(3.0, True)
        for x, wanted in ((3.0, (9.0, 6.0)), (0.5, (1.5, 3.0)), (4.0, (16.0, 8.0))):
            call.arguments[0][...] = x
            found = call(), float(call.gradient[0] if argnums else call.gradient)
            assert found == wanted
    x = np.array([2.0, 3.0])
    many = ad.trace(flagged, x, True, in_axes=(0, None)).bind(x, True)
    assert many().tolist() == [4.0, 9.0]
    assert many.gradient.tolist() == [4.0, 6.0]
    for example, node in ((3.0, ad.Value(2.0)), (ad.Tensor(3.0), ad.Tensor(2.0))):
        y = ad.trace(flagged, example, True)(node, False)
        assert float(y.data) == -2.0
        assert float(ad.gradient(y, node)) == -1.0


def test_constants_on_the_left_of_a_comparison() -> None:
    def f(x: Any) -> Any:
        return x * x if ad.constant(2.0) < x else -x

    assert ad.trace(f, 3.0)(1.0) == -1.0
    x = np.array([1.0, 3.0])
    assert ad.trace(f, x, in_axes=0)(x).tolist() == [-1.0, 9.0]


def test_other_containers_than_the_examples() -> None:
    def f(p: Any) -> Any:
        return p[0] * p[1]

    assert ad.trace(f, [2.0, 3.0])((4.0, 5.0)) == 20.0
    program = ad.trace(f, [ad.Tensor([2.0]), ad.Tensor([3.0])])
    assert program((np.array([4.0]), np.array([5.0]))).tolist() == [20.0]
    two = ad.trace(lambda a, b: a * b, ad.Tensor([2.0]), ad.Tensor([3.0]))
    with pytest.raises(TypeError, match="an array of dtype object"):
        two(ad.Tensor([2.0]), np.array([ad.Value(4.0)], dtype=object))


def test_plain_numbers_among_what_is_returned() -> None:
    table = np.array([1.0, 2.0])

    def f(x: Any) -> Any:
        return x * 2.0, table, np.array([x, 2.0], dtype=object)

    program = ad.trace(f, 3.0)
    double, plain, mixed = program(4.0)
    assert (double, plain.tolist(), mixed.tolist()) == (8.0, [1.0, 2.0], [4.0, 2.0])
    plain[0] = 9.0
    assert program(4.0)[1].tolist() == [1.0, 2.0]


def test_an_array_that_cannot_change_is_no_input() -> None:
    fixed = np.array([1.0, 2.0])
    fixed.flags.writeable = False
    assert ad.trace(lambda x: x * fixed[1], 3.0)(4.0) == 8.0
    assert ad.trace(lambda x: x * fixed, ad.Tensor([3.0, 1.0]))(np.ones(2)).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("w", "i", "gradient"),
    [
        ([[1.0, 2.0], [3.0]], 1, [[0.0, 0.0], [2.0]]), ([[1.0, 2.0], [3.0]], 0, [[2.0, 0.0], [0.0]]),
        ([(1.0, True), (2.0, False)], 1, [(0.0, None), (2.0, None)]),
    ],
)  # fmt: skip
def test_items_of_different_kinds_are_chosen(w: Any, i: int, gradient: Any) -> None:
    f = ad.jit(lambda w, i: w[i][0] * 2.0)
    value, found = f.value_and_grad(w, i)
    assert value == 2.0 * w[i][0]
    assert found == gradient


def test_memory_of_many_runs_at_a_time_is_given_up() -> None:
    """More threads than sets of memory are kept; each answers right, and the rest is let go."""
    x = np.linspace(0.0, 1.0, 50_000)
    arrays = ad.trace(lambda x: ad.sin(x) * x, ad.Tensor(x))
    numbers = ad.trace(lambda x: ad.sin(x) * x, 0.5)
    start = threading.Barrier(12)
    wrong = []

    def work(k: int) -> None:
        start.wait()
        for n in range(5):
            y = x + k + n
            if not np.array_equal(arrays(y), np.sin(y) * y):
                wrong.append(k)
            if numbers(float(k)) != float((ad.sin(ad.Value(float(k))) * float(k)).data):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []
    (kept,) = arrays.courses[False]
    assert 1 <= len(kept.free) <= array_program.RUNS
    assert all(1 <= len(r.spaces) <= course.SPACES for r in numbers.recordings)


class Pair(NamedTuple):
    """Two weights under their names."""

    left: Any
    right: Any


def spelled(draw: Any, w: Any, form: str) -> Any:
    """Return numbers in one of the forms in which they may be given."""
    if form == "numbers":
        return w.tolist()
    if form == "whole":
        return np.round(w).astype(int)
    if form == "single":
        return w.astype(np.float32)
    if form == "strided":
        return np.repeat(w, 2, axis=0)[::2]
    return np.array(w, order="F")


@pytest.mark.parametrize("seed", range(12))
def test_structured_arguments_in_any_spelling_are_answered_as_the_function_does(seed: int) -> None:
    """The call after a call like it goes another way; whatever it is given, nothing of it shows."""
    draw = random.Random(seed)
    rng = np.random.default_rng(seed)

    def f(p: Any, flag: Any, x: Any) -> Any:
        total = x * 1.0
        for row in (*p["rows"].left, *p["rows"].right):
            for v in row:
                total = total + v * v * (2.0 if flag else x)
        return total * p["scale"][0] if total > -1e3 else total

    program = ad.trace(f, {"rows": Pair(np.ones((2, 3)), [np.ones(2)]), "scale": [2.0]}, True, 1.0)
    for _ in range(25):
        left, right = rng.normal(size=(draw.choice((2, 2, 2, 3)), 3)), rng.normal(size=2)
        form = draw.choice(("numbers", "whole", "single", "strided", "columns", "columns"))
        pair = Pair(spelled(draw, left, form), [spelled(draw, right, form)])
        x = draw.choice((0.5, -1.25, 2, np.float64(0.75), np.float32(0.5), -1e9))
        args = {"rows": pair, "scale": [draw.random()]}, draw.random() < 0.7, x
        fresh = ad.trace(f, *args)
        for _ in range(draw.randrange(1, 4)):
            value, gradient = program.value_and_grad(*args)
            wanted, slopes = fresh.value_and_grad(*args)
            assert value == wanted == program(*args)
            assert type(gradient["rows"]) is Pair
            assert str(gradient) == str(slopes)


def test_lanes_are_answered_as_their_samples_are() -> None:
    rng = np.random.default_rng(0)

    def f(w: Any, x: Any) -> Any:
        s = ad.sum(w["a"] * x)
        return ad.tanh(s) if s > -3.0 else s * w["b"]

    program = ad.trace(
        f, {"a": np.ones(3), "b": 2.0}, np.ones((4, 3)), in_axes=(None, 0), argnums=(0, 1)
    )
    one = ad.trace(f, {"a": np.ones(3), "b": 2.0}, np.ones(3), argnums=(0, 1))
    for k, count in enumerate((4, 4, 4, 7, 7, 1, 4, 4)):
        w = {"a": rng.normal(size=3), "b": rng.normal()}
        x = rng.normal(size=(count, 3)) * (1.0 if k % 3 else 3.0)
        values, (shared, each) = program.value_and_grad(w, x)
        found = [one.value_and_grad(w, row) for row in x]
        np.testing.assert_array_equal(values, [v for v, _ in found])
        np.testing.assert_array_equal(program(w, x), values)
        np.testing.assert_array_equal(each, [g for _, (_, g) in found])
        np.testing.assert_allclose(shared["a"], sum(g["a"] for _, (g, _) in found), rtol=1e-12)
        np.testing.assert_allclose(shared["b"], sum(g["b"] for _, (g, _) in found), rtol=1e-12)


def test_whole_numbers_and_others_are_apart_under_jit() -> None:
    f = ad.jit(lambda w, i: w[i] * w[i] if isinstance(i, int) else ad.pick(w, i) ** 2)
    w = [2.0, 3.0]
    for _ in range(3):
        assert [f(w, i) for i in (0, 1, -1)] == [4.0, 9.0, 9.0]
        assert f(w, 1.0) == 9.0  # no index: it is read
        assert f(np.array(w), 1) == 9.0
        y = f([ad.Value(2.0), ad.Value(3.0)], 0)
        assert type(y) is ad.Value
    told = ad.jit(lambda x, flag: (x * 2.0, flag), static_argnums=1)
    assert [told(1.0, flag) for flag in (1, True, 1)] == [(2.0, 1), (2.0, True), (2.0, 1)]
    assert [type(told(1.0, flag)[1]) for flag in (1, True)] == [int, bool]


def test_what_is_read_outside_is_read_at_every_call() -> None:
    table, node = np.array([1.0, 2.0]), ad.Value(3.0)
    program = ad.trace(lambda w: ad.sum(w["w"] * table) * node, {"w": np.ones(2)})
    for k in range(6):
        table[0], node.data = 1.0 + k // 2, 3.0 + k
        value, gradient = program.value_and_grad({"w": np.ones(2)})
        assert value == (table[0] + 2.0) * node.data
        assert gradient["w"].tolist() == [table[0] * node.data, 2.0 * node.data]


def taking_a_function() -> list[str]:
    """Return the public functions whose first argument is a function."""
    found = []
    for name in ad.__all__:
        o = getattr(ad, name)
        if inspect.isfunction(o) and next(iter(inspect.signature(o).parameters), "") == "f":
            found.append(name)
    return found


@pytest.mark.parametrize("name", taking_a_function())
def test_the_result_of_a_function_is_no_function(name: str) -> None:
    public = getattr(ad, name)
    given = {"primals": (1.0,), "directions": (1.0,), "args": (1.0,), "f_inverse": None}
    more = [
        given.get(p.name, 1.0)
        for p in list(inspect.signature(public).parameters.values())[1:]
        if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    for wrong in (3.0, None, "f", np.ones(2)):
        with pytest.raises(TypeError, match="function"):
            public(wrong, *more)(1.0)


def test_a_hessian_says_its_own_name() -> None:
    for sparse in (False, True):
        with pytest.raises(ValueError, match="hessian: argnums 0"):
            ad.hessian(lambda: 1.0, sparse=sparse)()
        with pytest.raises(TypeError, match="hessian: 3 is of type int"):
            ad.hessian(lambda x: x * x, sparse=sparse)(3)
