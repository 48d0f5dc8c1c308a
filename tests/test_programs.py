"""A program never answers wrongly: random functions against eager evaluation, and what the gate lets in."""

import copy
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, namedtuple
from contextvars import Context
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.programs import gate
from autodiff.programs.gate import KEPT
from tests import lanes_at_random
from tests.programs_at_random import Plan, compare

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore::autodiff.GraphLeftWarning")]
Pair = namedtuple("Pair", "w b")


@pytest.mark.parametrize("seed", range(24))
def test_random_functions_answer_as_eager_evaluation_does(seed: int) -> None:
    with np.errstate(all="ignore"):
        compare(seed + 5000, bool(seed % 2), rounds=3)


@pytest.mark.parametrize("seed", range(24))
def test_random_functions_in_lanes_answer_sample_by_sample(seed: int) -> None:
    with np.errstate(all="ignore"):
        lanes_at_random.compare(seed + 5000, rounds=3)


@pytest.mark.parametrize("blind", ["turns_out", "unchanged"])
def test_the_comparison_sees_a_gate_that_does_not_look(blind: str, monkeypatch: Any) -> None:
    """The canary: without guards, or with arrays that are not read again, functions disagree."""
    from autodiff.programs import course

    if blind == "turns_out":
        monkeypatch.setattr(course.Recording, "holds", lambda *a: True)
        monkeypatch.setattr(gate, "holds", lambda *a: True)
    else:
        monkeypatch.setattr(gate, "unchanged", lambda *a: True)
    wrong: Counter[str] = Counter()
    for seed in range(0, 80, 2):
        for name, comparison in (("one", compare), ("lanes", lanes_at_random.compare)):
            try:
                with np.errstate(all="ignore"):
                    comparison(seed, rounds=3)
            except AssertionError:
                wrong[name] += 1
    assert wrong["one"]
    assert wrong["lanes"]


def test_lanes_take_the_course_of_each_sample(rng: Any) -> None:
    def f(w: Any, x: Any) -> Any:
        y = w * x[0] + x[1]
        return {"y": y if y > np.float32(0.3) else -y * x[0], "one": 1}

    program = ad.trace(f, 2.0, np.ones((1, 2)), in_axes=(None, 0))
    x = rng.normal(size=(30, 2))
    found = program(2.0, x)
    assert found["y"].tolist() == [f(ad.Value(2.0), list(map(ad.Value, v)))["y"].data for v in x]
    assert found["one"].tolist() == [1] * 30
    cost = ad.trace(lambda w, x: f(w, x)["y"], 2.0, x, in_axes=(None, 0), argnums=(0, -1))
    values, (dw, dx) = cost.value_and_grad(2.0, x)
    assert values.tolist() == found["y"].tolist()
    slopes = [ad.grad(lambda w, v: f(w, v)["y"], argnums=(0, 1))(2.0, v) for v in x]
    assert dx.tolist() == [s[1].tolist() for s in slopes]
    np.testing.assert_allclose(dw, sum(s[0] for s in slopes), rtol=1e-13)


def test_lanes_that_do_not_fit() -> None:
    double = ad.trace(lambda x: x * 2.0, np.array([1.0]), in_axes=0)
    assert double(np.zeros(0)).shape == (0,)
    values, slope = double.value_and_grad(np.zeros(0))
    assert (values.shape, slope.shape) == ((0,), (0,))
    assert double(np.zeros((3, 2))).shape == (3, 2)
    with pytest.raises(ValueError, match="no samples"):
        double(np.zeros((0, 5)))
    with pytest.raises(ValueError, match="no axis 0"):
        double(1.0)
    with pytest.raises(TypeError, match="in_axes"):
        double(ad.Value(1.0))
    two = ad.trace(lambda x, y: x * y, np.ones(2), np.ones(2), in_axes=0)
    with pytest.raises(ValueError, match="2 and 3 samples"):
        two(np.ones(2), np.ones(3))
    shape = ad.trace(lambda x: {"a": x} if x > 0 else {"b": x}, np.ones(1), in_axes=0)
    with pytest.raises(ValueError, match="same structure"):
        shape(np.array([1.0, -1.0]))
    long = ad.trace(lambda x: np.array([x, x]) if x > 0 else np.array([x]), np.ones(1), in_axes=0)
    with pytest.raises(ValueError, match="different shapes"):
        long(np.array([1.0, -1.0]))
    mixed = ad.trace(lambda x: x if x > 0 else 0.0, np.ones(1), in_axes=0)
    assert mixed(np.array([3.0, -1.0])).tolist() == [3.0, 0.0]
    assert mixed.value_and_grad(np.array([3.0, -1.0]))[1].tolist() == [1.0, 0.0]


@dataclass
class Layer:
    w: Any
    b: Any
    kind: str = field(default="relu", metadata={"static": True})


class Line:
    def __init__(self, a: Any, b: Any) -> None:
        self.a, self.b = a, b


ad.register_tree(Line, lambda x: ((x.a, x.b), None), lambda static, parts: Line(*parts))


def test_another_look_is_another_recording() -> None:
    total = ad.trace(lambda t: sum(parts(t), 0.0 * parts(t)[0]), 1.0)
    cases: list[Any] = [
        2.0, (1.0, 2.0), [1.0, 2.0], {"a": 1.0, "b": 2.0}, {"b": 1.0, "a": 2.0}, OrderedDict(a=4.0),
        defaultdict(float, a=3.0), Pair(1.0, 2.0), Layer(1.0, 2.0), Layer(1.0, 2.0, "tanh"),
        Line(1.0, 5.0), (1.0, None), np.ones(3), np.ones((3, 1)), np.array(4), 3, np.float32(0.5),
    ]  # fmt: skip
    for case in cases:
        if not isinstance(case, dict):
            assert total(case) == sum(map(float, parts(case)))
    assert total.recorded == 10, "shapes and structures count, precisions of numbers do not"


def parts(t: Any) -> list[Any]:
    from autodiff.table import tree

    return [
        v for x in tree.flatten(t)[0] for v in (x.ravel() if isinstance(x, np.ndarray) else [x])
    ]


@pytest.mark.parametrize(("mistake", "words"), [
    (lambda: ad.trace(lambda d: d["w"], {"w": 1.0})({"w": 1.0, "v": 2.0}), "keys"),
    (lambda: ad.trace(lambda d: d[0]["w"], [{"w": 1.0}])([{"v": 1.0}]), r"d\[0\] has the keys"),
    (lambda: ad.trace(lambda a: a * a, 1.0, argnums=3), "out of range"),
    (lambda: ad.trace(lambda a: a * a, 1.0, argnums="a"), "argnums"),
    (lambda: ad.trace(lambda a: a * a, 1.0)(1j), "complex"),
    (lambda: ad.trace(lambda a: a * a, np.ones(2))(np.ma.array([1.0, 2.0])), "real numbers"),
    (lambda: ad.trace(lambda a: object(), 1.0), "register_tree"),
    (lambda: ad.trace(lambda a: a * ad.Tensor([1.0]), 1.0, in_axes=0), "no axis 0"),
    (lambda: ad.trace(lambda a: a * ad.Tensor([1.0]), np.ones(2), in_axes=0), "not mixed"),
    (lambda: ad.trace(lambda a: [a, a], 1.0).value_and_grad(1.0), "single number"),
    (lambda: ad.trace(lambda a: [a, a], 1.0).value_and_grad(ad.Value(1.0)), "single number"),
    (lambda: ad.trace(lambda a: setattr(outside, "data", 1.0) or a, 1.0), "recorded"),
    (lambda: ad.trace(lambda a: a * outside.grad, 1.0), "recorded"),
    (lambda: ad.trace(lambda a: tensor.assign(np.ones(1)) or a, ad.Tensor([1.0])), "recorded"),
    (lambda: ad.trace(lambda a: tensor.assign_sub(np.ones(1)) or a, ad.Tensor([1.0])), "recorded"),
    (lambda: ad.trace(lambda a: setattr(tensor, "data", [1.0]) or a, ad.Tensor([1.0])), "recorded"),
    (lambda: ad.trace(lambda a: a * tensor.grad, ad.Tensor([1.0])), "recorded"),
    (lambda: ad.register_tree(3, None, None), "needs a class"),
])  # fmt: skip
def test_what_does_not_fit_is_told(mistake: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError, RuntimeError), match=words):
        mistake()


outside, tensor = ad.Value(2.0), ad.Tensor([2.0])


def test_argnums_count_as_in_grad() -> None:
    program = ad.trace(lambda a, b: a * a * b, 1.0, 2.0, argnums=(np.int64(-1), 0))
    assert program.value_and_grad(3.0, 5.0) == (45.0, (9.0, 30.0))
    assert ad.trace(lambda: 2.0)() == 2.0


def test_keywords_and_switches() -> None:
    program = ad.trace(
        lambda x, n=2, negative=False, f=ad.sin: f(x) ** n * (-1 if negative else 1), 1.0
    )
    for n in (2, 3, 2):
        for negative in (False, True):
            expected = np.sin(2.0) ** n * (-1 if negative else 1)
            assert program(2.0, n=n, negative=negative) == pytest.approx(expected, rel=1e-15)
    assert program.recorded == 5
    assert program(2.0, n=0.5) == pytest.approx(np.sqrt(np.sin(2.0)))
    assert program.value_and_grad(2.0, n=1, f=ad.exp)[1] == np.exp(2.0)
    flag = ad.trace(lambda x, flag: x if flag else -x, 1.0, True)
    assert [flag(2.0, True), flag(2.0, False), flag(2.0, True)] == [2.0, -2.0, 2.0]
    assert flag.value_and_grad(2.0, False) == (-2.0, -1.0)
    array = ad.trace(lambda x, flag, n=1: x * n if flag else -x, ad.Tensor([1.0]), True)
    assert array([2.0], True) == [2.0]
    assert array([2.0], False) == [-2.0]
    assert array(np.array([2.0]), True, n=3) == [6.0]
    assert array(np.array([2.0]), True, n=np.array([4.0])) == [8.0]
    assert array.value_and_grad(np.array([2.0]), True)[1] == [1.0]
    assert array(ad.Tensor([2.0]), True, n=3).data == [6.0]
    assert array(ad.Tensor([2.0]), True, n=ad.Value(2.0)).data == [4.0]


def test_what_is_read_from_outside_is_read_again() -> None:
    w, k, half = ad.Value(2.0), ad.constant(3.0), ad.Value(1.0) * 0.5
    array = np.array([1.0, 2.0])
    program = ad.trace(lambda x: x * w * half + k * array[0] + DEFAULTS[0][1], 1.0)
    assert program(4.0) == 8.0
    w.data, k.data, array[0], DEFAULTS[0][1] = 3.0, 1.0, 5.0, 2.0
    assert program(4.0) == 13.0
    t, c = ad.Tensor([2.0]), ad.constant(np.array([3.0]))
    arrays = ad.trace(lambda x: x * t + c * array[:1], ad.Tensor([1.0]))
    t.data, c.data, array[0] = [5.0], [7.0], 2.0
    assert arrays([1.0]) == [19.0]
    t.data = np.array([5.0], dtype=np.float32)
    assert arrays([1.0]) == [19.0]


DEFAULTS = [np.array([0.0, 1.0])]


class Model:
    def __init__(self) -> None:
        self.scale = np.array([2.0])

    def apply(self, x: Any, shift: Any = 0.0) -> Any:
        return x * float(self.scale[0]) + shift

    def __call__(self, x: Any) -> Any:
        return self.apply(x)


def test_arrays_of_objects_methods_and_partial_functions_are_read_again() -> None:
    model = Model()
    shift = np.array([1.0])
    programs = [
        ad.trace(model, 1.0), ad.trace(model.apply, 1.0),
        ad.trace(partial(lambda s, x: model(x) + float(s["s"][0]), {"s": shift}), 1.0),
    ]  # fmt: skip
    assert [p(1.0) for p in programs] == [2.0, 2.0, 3.0]
    model.scale[0], shift[0] = 5.0, 7.0
    assert [p(1.0) for p in programs[:2]] == [5.0, 5.0]
    assert programs[2](1.0) == 2.0 + 7.0 or programs[2](1.0) == 12.0


def test_guards_are_exact() -> None:
    single = ad.trace(lambda x: x if x >= np.float32(0.3) else 0.0 * x, 0.2)
    assert (single(0.3), single(0.2), single(0.3)) == (0.3, 0.0, 0.3)
    huge = ad.trace(lambda x: x if x < 10**400 else -x, 1.0)
    assert (huge(2.0), huge(float("inf"))) == (2.0, float("-inf"))
    sign = ad.trace(lambda x: np.copysign(1.0, float(x)) * (x + 1.0), 0.0)
    assert (sign(0.0), sign(-0.0), sign(0.0)) == (1.0, -1.0, 1.0)
    arrays = ad.trace(lambda x: x * np.copysign(1.0, x.sum().item()) + 1.0, ad.Tensor([0.0]))
    assert (arrays([0.0]), arrays([-0.0])) == ([1.0], [1.0])
    nan = ad.trace(lambda x: x if x.data != x.data else 0.0 * x + 1.0, float("nan"))
    assert nan(1.0) == 1.0
    assert nan(float("nan")) != 1.0
    lanes = ad.trace(lambda x: x if x >= np.float32(0.3) else -x, np.ones(1), in_axes=0)
    assert lanes(np.array([0.3, 0.2, 1.0])).tolist() == [0.3, -0.2, 1.0]
    reading = ad.trace(lambda x: x * float(x), np.ones(1), in_axes=0)
    assert reading(np.array([3.0, 2.0, 3.0])).tolist() == [9.0, 4.0, 9.0]


def slope(y: Any) -> float:
    return float(y.local_derivatives[0])


READERS = {
    "data": lambda x: x.data, "item": lambda x: x.item(), "float": float, "repr": lambda x: len(repr(x)),
    "local_derivatives": lambda x: slope(x * x) if type(x) is ad.Value else 0.0,
    "format": lambda x: float(f"{x.data}") if type(x) is ad.Value else float(f"{x.item()}"),
    "bool": bool, "pickle": lambda x: float(np.sum(pickle.loads(pickle.dumps(x)).data)),
    "copy": lambda x: float(np.sum(copy.deepcopy(x).data)),
    "gradient": lambda x: float(ad.sum(ad.gradient(x * x * x, x, seed=1.0))),
    "backward": lambda x: ((x * x * x).backward(), float(np.sum(x.grad)))[1],
    "graph": lambda x: float(np.sum(ad.Graph(x * 1.0).values[-1])),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("make", [ad.Value, ad.Tensor])
def test_whatever_is_read_of_a_node_is_a_guard(name: str, make: Any) -> None:
    def f(x: Any) -> Any:
        return x * float(np.sum(READERS[name](x))) + 1.0

    program = ad.trace(f, make(2.0) if make is ad.Tensor else 2.0)
    for number in (3.0, 0.0, -10.5, 2.0):
        expected = f(make(number))
        assert float(program(number)) == float(expected.data)


def test_a_program_given_nodes_is_part_of_their_graph() -> None:
    def cube(x: Any) -> Any:
        return x * x * x if x > 0 else -x

    program = ad.trace(cube, 1.0)
    x = ad.Value(3.0)
    y = program(x) * x
    y.backward()
    assert x.grad == 108.0
    assert y.parents[0].scope == "cube"
    assert ad.grad(ad.grad(ad.grad(program)))(2.0) == 6.0
    assert ad.jvp(program, (2.0,), (1.0,)) == (8.0, 12.0)
    assert ad.vjp(program, 2.0)[1](1.0) == (12.0,)
    value, slope = program.value_and_grad(ad.Value(2.0))
    assert (value.data, slope.data) == (8.0, 12.0)
    assert ad.grad(lambda v: program.value_and_grad(v)[1])(2.0) == 12.0
    assert ad.grad(lambda v: program(3.0) * v)(1.0) == 27.0
    assert program(ad.constant(2.0)) == 8.0, "a constant counts as its number"
    assert pickle.loads(pickle.dumps(ad.Graph(y))).values[-1] == 81.0
    vector = ad.trace(lambda v, c: ad.sum(list(v * v)) * c, np.ones(2), 2.0, argnums=(0, 1))
    assert ad.hessian(lambda v: vector(v, 1.0))(np.array([1.0, 2.0])).tolist() == [[2, 0], [0, 2]]
    nodes = np.array([ad.Value(1.0), ad.Value(2.0)])
    value, (slopes, last) = vector.value_and_grad(nodes, 3.0)
    assert [s.data for s in slopes] == [6.0, 12.0]
    assert last.data == 5.0
    zero = ad.trace(lambda v: 0.0, 1.0)
    assert zero.value_and_grad(ad.Value(1.0))[1].data == 0.0


def test_array_programs_given_nodes() -> None:
    program = ad.trace(lambda v, c: (v * v * v * c).sum(), ad.Tensor([1.0, 2.0]), 1.0)
    assert ad.hessian(lambda v: program(v, 2.0))(np.array([2.0, 3.0])).tolist() == [
        [24, 0],
        [0, 36],
    ]
    x = ad.Tensor([1.0, 2.0])
    program(x, 1.0).backward()
    assert x.grad.tolist() == [3.0, 12.0]
    value, slope = program.value_and_grad(x, np.ones(2))
    assert (float(value.data), slope.data.tolist()) == (9.0, [3.0, 12.0])
    y = (x * x).sum()
    built = ad.trace(y, inputs=[x])
    assert ad.grad(lambda v: built([v]))(np.array([3.0, 4.0])).tolist() == [6.0, 8.0]
    assert pickle.loads(pickle.dumps(built))([[3.0, 4.0]]) == 25.0
    swapped = ad.trace(y, inputs={"x": x})
    assert swapped({"x": [3.0, 4.0]}) == 25.0
    with pytest.raises(TypeError, match="keys"):
        swapped({"y": [3.0, 4.0]})


def test_nested_traces_contexts_and_threads_report_outward() -> None:
    inner = ad.trace(lambda x: x * ad.trace(lambda t: t * x, 2.0)(3.0), 1.0)
    assert inner(5.0) == 75.0

    def threaded(x: Any) -> Any:
        found: list[bool] = []
        thread = threading.Thread(target=lambda: found.append(x * 2.0 > 0))
        thread.start()
        thread.join()
        return x if found[0] else -x

    assert [ad.trace(threaded, 1.0)(v) for v in (1.0, -2.0)] == [1.0, 2.0]
    fresh = ad.trace(lambda x: x if Context().run(lambda: x > 0) else -x, 1.0)
    assert [fresh(v) for v in (1.0, -2.0, 3.0)] == [1.0, 2.0, 3.0]
    array = ad.trace(
        lambda a: ad.jvp(lambda t: (t - 3.0) * a, (ONE,), (ONE,))[1] * a, ad.Tensor([2.0])
    )
    assert array([5.0]) == [25.0]
    guard = ad.trace(lambda x: ad.trace(lambda t: t if x > 0 else -t, 1.0)(2.0) * x, 1.0)
    assert [guard(v) for v in (1.0, -2.0, 3.0)] == [2.0, 4.0, 6.0]
    step = ad.trace(lambda x: x * square(2.0), 1.0)
    assert step(3.0) == 12.0


square = ad.trace(lambda x: x * x, 1.0)
ONE = np.ones(1)


def test_a_function_may_call_its_own_program() -> None:
    program: Any = None

    def factorial(n: Any) -> Any:
        return n if n < 2 else n * program(n - 1)

    program = ad.trace(factorial, 1.0)
    assert [program(float(n)) for n in range(1, 8)] == [1, 2, 6, 24, 120, 720, 5040]
    again: Any = None

    def signalled(x: Any) -> Any:
        if ready:
            os.kill(os.getpid(), signal.SIGUSR1)
        return x * 2.0

    ready: list[int] = []
    again = ad.trace(signalled, 1.0)
    found: list[float] = []
    before = signal.signal(signal.SIGUSR1, lambda *a: (ready.clear(), found.append(again(7.0))))
    try:
        ready.append(1)
        assert again(4.0) == 8.0
        os.kill(os.getpid(), signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert set(found) == {14.0}


FORKED = """
import os
import autodiff as ad

program = ad.trace(lambda x: x * x if x > 0 else -x, 1.0)
child = os.fork()
if child == 0:
    x = ad.Value(2.0)
    (program(x) * x).backward()
    os._exit(0 if (program(3.0), program(-3.0), x.grad) == (9.0, 3.0, 12.0) else 2)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_programs_survive_a_fork() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_recordings_are_bounded_and_so_is_their_memory() -> None:
    program = ad.trace(lambda x: x * float(x), 1.0)
    array = ad.trace(lambda x: x * x.sum().item(), ad.Tensor([1.0]))
    for i in range(100):
        assert program(float(i)) == i * i
        assert array([float(i)]) == [i * i]
    assert len(program.recordings) == KEPT
    assert len(array.courses[False]) == KEPT
    assert program.recorded == 100
    gc.collect()
    tracemalloc.start()
    for i in range(100, 160):
        program(float(i))
    before = tracemalloc.get_traced_memory()[0]
    for i in range(160, 400):
        program(float(i))
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after < 1.3 * before + 20_000
    program(160.0)
    assert len(program.recordings) == KEPT, "the last that was used is dropped last"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*was recorded:UserWarning")
@pytest.mark.parametrize("way", ["trace", "jit", "arrays", "lanes", "shapes"])
def test_memory_is_flat_over_new_courses(way: str) -> None:
    calls_made = int(os.environ.get("AUTODIFF_COURSES", "300"))

    def number(x: Any) -> Any:
        return x * float(x)

    calls: dict[str, Any] = {
        "trace": (ad.trace(number, 1.0), float),
        "jit": (ad.jit(number), float),
        "arrays": (ad.trace(lambda x: x * x.sum().item(), ad.Tensor([1.0])), lambda i: [float(i)]),
        "lanes": (ad.trace(number, np.ones(1), in_axes=0), lambda i: np.array([float(i)])),
        "shapes": (ad.jit(lambda x: (x * x).sum()), lambda i: np.ones(1 + i % 97)),
    }
    program, made = calls[way]
    gc.collect()
    tracemalloc.start()
    held = []
    for i in range(calls_made):
        program(made(i))
        if i % (calls_made // 10) == calls_made // 10 - 1:
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[-1] < 1.1 * held[1] + 50_000


@pytest.mark.parametrize("kind", [float, np.float64])
def test_floats_of_numpy_take_the_way_of_floats(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    program = ad.trace(
        lambda w, x: sum(a * b for a, b in zip(w, x, strict=True)), [1.0, 2.0], [3.0, 4.0]
    )
    call = [kind(1.5), kind(-2.0)], [kind(0.5), kind(7.0)]
    program.value_and_grad([1.0, 1.0], [1.0, 1.0])
    monkeypatch.setattr(gate.Leaf, "take", None)  # which asks each leaf what it is
    assert program.value_and_grad(*call) == (-13.25, [0.5, 7.0])
    assert type((ad.Value(2.0) * kind(3.0)).data) is float


def test_the_users_own_rows_run_in_programs() -> None:
    cube = ad.primitive(partials=[lambda y, x: 3.0 * x * x], name="a_cube_of_a_program")(
        lambda x: x * x * x
    )
    program = ad.trace(lambda x: cube(x) * x, 2.0)
    assert program.value_and_grad(3.0) == (81.0, 108.0)


def test_programs_of_local_functions_pickle_with_what_was_outside() -> None:
    w = ad.Value(2.0)
    program = ad.trace(lambda x: w * x if x > 0 else x, 1.0)
    w.data = 5.0
    again = pickle.loads(pickle.dumps(program))
    assert again(3.0) == 15.0
    with pytest.raises(ValueError, match="another course"):
        again(-1.0)
    assert Plan(3, False).__name__ == "plan3"


def test_a_tree_becomes_a_vector_and_back() -> None:
    vector, unravel = ad.ravel({"w": np.ones((2, 2), dtype=np.float32), "b": 3.0})
    back = unravel(2 * vector)
    assert (back["w"].dtype, back["w"].tolist(), back["b"]) == (np.float32, [[2, 2], [2, 2]], 6.0)
    x, v = ad.Tensor([1.0, 2.0]), ad.Value(3.0)
    nodes, _ = ad.ravel([x, v])
    (nodes * nodes).sum().backward()
    assert (x.grad.tolist(), v.grad) == ([2.0, 4.0], 6.0)
    assert ad.grad(lambda t: (unravel(t)["w"] ** 2).sum())(vector).tolist() == [2, 2, 2, 2, 0]
    with pytest.raises(ValueError, match="5 numbers"):
        unravel(np.ones(3))
    with pytest.raises(TypeError, match=r"tree\[0\]"):
        ad.ravel(["a"])


@pytest.mark.parametrize(
    "form", [lambda y: {"a": y}, lambda y: [y], lambda y: (y,), lambda y: {"a": [(y,)]}]
)
def test_a_single_number_in_a_tree_stays_in_it(form: Any) -> None:
    program = ad.trace(lambda x: form(x * x if x > 0 else -x), 1.0)
    for x in (2.0, 2.0, -3.0, 2.0, 3.0, -1.0):
        assert program(x) == form(x * x if x > 0 else -x)


def test_the_data_of_a_tensor_is_an_array_like_any_other() -> None:
    x = ad.Tensor([1.0, 2.0])
    program = ad.trace(lambda x: x * x, x)
    for _ in range(3):
        np.testing.assert_array_equal(program(x.data), [1.0, 4.0])
    assert program.recorded == 1
