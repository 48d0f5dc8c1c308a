"""A number never leaves the graph unseen: inside a transform it is an error, elsewhere a warning.

What asks a node for its plain number is drawn from the modules that do: every function of math,
cmath and statistics, numpy's constructors and its generator. Showing and comparing is silent.
"""

import cmath
import copy
import math
import operator
import pickle
import random
import re
import statistics
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.nodes import leaving

pytestmark = pytest.mark.engine

NODES = (ad.Value, ad.Tensor)
MODULES = (math, cmath, statistics)
DRAWS = {
    f"{where}.{name}": getattr(source, name)
    for where, source in (("random", random), ("rng", np.random.default_rng(0)))
    for name in dir(source)
    if not name.startswith("_") and name not in {"bit_generator", "spawn", "seed", "setstate", "shuffle"}
    and callable(getattr(source, name)) and not isinstance(getattr(source, name), type)
}  # fmt: skip
FUNCTIONS = DRAWS | {
    f"{module.__name__}.{name}": function
    for module in MODULES
    for name, function in vars(module).items()
    if callable(function) and not name.startswith("_") and not isinstance(function, type)
    and getattr(function, "__module__", "") == module.__name__
}  # fmt: skip
RNG = np.random.default_rng(0)
NUMPY: dict[str, Callable[[Any], Any]] = {
    "np.array([x], float)": lambda x: np.array([x], float),
    "np.asarray": lambda x: np.asarray(x, float),
    "np.fromiter": lambda x: np.fromiter([x], float),
    "np.full": lambda x: np.full(2, x, float),
    "np.float64": lambda x: np.float64(x),
    "c[0] = x": lambda x: put(x),
    "float": float,
    "int": int,
    "complex": complex,
    "sorted of floats": lambda x: sorted([float(x), 2.0]),
    "rng.normal": lambda x: RNG.normal(x),
    "rng.uniform": lambda x: RNG.uniform(0.0, x),
    "np.linspace": lambda x: np.linspace(0.0, float(x), 3),
    "np.arange": lambda x: np.arange(0.0, x),
    "divmod": lambda x: divmod(float(x), 2.0),
}


def put(x: Any) -> Any:
    c = np.zeros(2)
    c[0] = x
    return c


def has_node(x: Any) -> bool:
    if isinstance(x, list | tuple):
        return any(map(has_node, x))
    if isinstance(x, np.ndarray) and x.dtype == object:
        return any(map(has_node, x.flat))
    return isinstance(x, NODES)


def calls(function: Callable[..., Any], x: Any) -> Iterator[Callable[[], Any]]:
    yield lambda: function(x)
    yield lambda: function(x, x)
    yield lambda: function([x, x])
    yield lambda: function([x, x, x], [x, 2.0, x])


def escapes(function: Callable[..., Any], make: Callable[[float], Any]) -> int:
    """Return how many calls inside a transform give plain numbers without a word."""
    found = 0

    def f(x: Any) -> Any:
        nonlocal found
        for call in calls(function, x):
            try:
                y = call()
            except Exception:
                continue
            found += not has_node(y) and y is not False and y is not True
        return x * x if isinstance(x, ad.Value) else (x * x).sum()

    ad.grad(f)(make(0.5))
    return found


# What does not read the number, or gives a type and not a number.
HARMLESS = {"statistics.NormalDist", "math.prod", "math.sumprod"}


@pytest.mark.parametrize("name", [*FUNCTIONS, *NUMPY])
def test_no_number_leaves_a_transform_unseen(name: str) -> None:
    function = FUNCTIONS.get(name) or NUMPY[name]
    for make in (float, lambda x: np.array([x]), lambda x: np.array(x)):
        assert not escapes(function, make)


def test_what_leaves_unseen_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "leave", lambda node, how: None)
    found = [name for name, f in {**FUNCTIONS, **NUMPY}.items() if escapes(f, float)]
    assert len(found) > 30


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: math.sin(x), r"ad\.sin for math\.sin"),
        (lambda x: math.fabs(x), r"ad\.abs for math\.fabs"),
        (lambda x: statistics.fmean([x, x]), r"ad\.mean for statistics\.fmean"),
        (lambda x: np.array([x], float).sum(), r"ad\.stack for np\.array"),
        (lambda x: put(x).sum(), r"ad\.stack or ad\.where"),
        (lambda x: float(x) * x, r"x\.data"),
    ],
)
def test_the_error_names_the_function_to_use(f: Callable[..., Any], words: str) -> None:
    for transform in (ad.grad, ad.jacobian, ad.hessian):
        with pytest.raises(TypeError, match=words) as error:
            transform(f)(0.5)
        assert "test_leaving.py, line" in str(error.value)


def test_what_is_meant_is_silent_also_in_a_transform() -> None:
    assert ad.grad(lambda x: x * x.data)(3.0) == 3.0
    assert ad.grad(lambda x: x * x.item())(3.0) == 3.0
    assert ad.grad(lambda x: x * float(ad.Value(2.0).detach()))(3.0) == 2.0

    def free(x: Any) -> Any:
        with ad.no_grad():
            scale = math.exp(x)
        return x * scale

    assert ad.grad(free)(1.0) == math.e


def test_a_node_of_no_transform_warns_once_a_line() -> None:
    x = ad.Value(4.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            math.sqrt(x)
        np.array([x, x], float)
        float(ad.Tensor([1.0]))
        np.asarray(ad.Tensor([1.0]))
    assert [w.category for w in caught] == [ad.GraphLeftWarning] * 4
    assert all(w.filename == __file__ for w in caught)
    assert re.search(r"ad\.sqrt for math\.sqrt", str(caught[0].message))


def test_constants_showing_and_comparing_are_silent() -> None:
    x, t = ad.Value(1.25, name="x"), ad.Tensor([1.5, 2.5])
    assert f"{x:.1f} {x:>8.3f}" == "1.2    1.250"
    assert f"{ad.Tensor(2.0):.2f}" == "2.00"
    assert round(x, 1) == 1.2
    assert round(x) == 1
    assert round(t).tolist() == [2.0, 2.0]
    assert x == pytest.approx(1.25 + 1e-9)
    assert pytest.approx(1.25) == x
    assert t == pytest.approx([1.5, 2.5])
    assert x < 2 and max(x, ad.Value(1.0)) is x  # noqa: PT018
    assert float(x.detach()) == int(ad.constant(1.0)) + 0.25
    with ad.no_grad():
        assert math.exp(x) == math.exp(1.25)
        assert np.asarray(t).tolist() == [1.5, 2.5]
    assert not x == None  # noqa: E711, SIM201
    assert x != "x"
    assert x.__eq__(object()) is NotImplemented


@pytest.mark.parametrize("kind", [np.ma.masked_array, np.matrix])
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_arrays_that_are_more_than_their_numbers_are_refused(kind: Any) -> None:
    odd = kind([[1.0, 2.0]])
    uses: list[Callable[[], Any]] = [
        lambda: ad.sum(odd), lambda: ad.Tensor(odd), lambda: ad.exp(ad.Tensor([[1.0, 1.0]])) * odd,
        lambda: ad.grad(ad.sum)(odd), lambda: ad.mean(odd), lambda: ad.stack([odd, ad.Tensor([[1.0, 2.0]])]),
    ]  # fmt: skip
    for use in uses:
        with pytest.raises(TypeError, match=r"whose meaning would be lost; .*(filled|asarray)"):
            use()


def test_the_array_of_a_node_is_not_written_to() -> None:
    t = ad.Tensor([1.0, 2.0])
    y = (t * t).sum()
    with pytest.raises(ValueError, match="read-only"):
        np.add.at(t.data, [0], 98.0)
    with pytest.raises(ValueError, match="read-only"):
        np.multiply(t.data, 2.0, out=t.data)
    y.backward()
    assert t.grad.tolist() == [2.0, 4.0]
    assert np.add(t.data, 1.0, out=np.zeros(2)).tolist() == [2.0, 3.0]
    assert np.add.reduce(t.data) == 3.0


def test_nodes_in_object_arrays_and_other_containers_keep_their_graph() -> None:
    both = ad.grad(lambda x: ad.sum(ad.stack(np.array([x, x * x]))))
    assert both(3.0) == 7.0
    assert ad.grad(lambda x: ad.mean(np.array([x, x * x])))(3.0) == 3.5
    assert ad.grad(lambda p: ad.stack(p.values()).sum())({"a": 1.0, "b": 2.0}) == {
        "a": 1.0,
        "b": 1.0,
    }


def test_what_belongs_to_an_outer_transform_is_found_there() -> None:
    with pytest.raises(TypeError, match="float of a Value inside grad"):
        ad.grad(lambda x: ad.grad(lambda y: y * float(x))(1.0))(2.0)
    w = ad.Value(3.0)
    with pytest.warns(ad.GraphLeftWarning, match="float of a Value leaves the graph"):
        assert ad.grad(lambda y: y * float(w))(1.0) == 3.0


OF_MASKED = [
    name
    for name in np.ma.__all__
    if type(getattr(np.ma, name)).__name__.startswith(
        ("_MaskedUnary", "_MaskedBinary", "_DomainedB")
    )
]


@pytest.mark.parametrize("name", OF_MASKED)
def test_no_function_of_masked_arrays_takes_the_number_of_a_node(name: str) -> None:
    masked, function = np.ma.array([1.0, 2.0], mask=[0, 1]), getattr(np.ma, name)

    def use(x: Any) -> Any:
        return x * np.sum(
            function(x) if "Unary" in type(function).__name__ else function(masked, x)
        )

    for x in (0.5, np.array([0.5, 0.25])):
        with pytest.raises(TypeError, match=r"masked arrays are not|leave the graph|not supported"):
            ad.grad(use)(x)


@pytest.mark.parametrize("sign", ["add", "sub", "mul", "truediv", "pow", "lt", "eq"])
def test_masked_arrays_to_the_left_of_a_number_are_refused(sign: str) -> None:
    masked = np.ma.array([1.0, 2.0], mask=[0, 1])
    with pytest.raises(TypeError, match=r"masked arrays are not for nodes; give m\.filled"):
        getattr(operator, sign)(masked, ad.Value(2.0))


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_copy_inside_a_transform_is_no_new_leaf(copied: Any) -> None:
    for x in (2.0, np.array([1.0, 2.0])):
        with pytest.raises(TypeError, match=r"copy of a \w+ inside grad: .* x\.detach\(\)"):
            ad.grad(lambda x: ad.sum(copied(x) * x))(x)
        with pytest.raises(TypeError, match=r"inside grad"):
            ad.grad(lambda x: ad.sum(ad.vjp(lambda y: copied(x) * y, x)[0]))(x)
    w = ad.Value(3.0)
    assert ad.grad(lambda x: copied(w) * x)(1.0) == 3.0
    assert copied(w).data == 3.0


LEFT: set[str] = set()


@pytest.mark.parametrize("name", [*FUNCTIONS, *NUMPY])
def test_a_program_has_no_gradient_of_what_left_it(name: str) -> None:
    function = FUNCTIONS.get(name) or NUMPY[name]
    array = np.array([0.5])
    for call in range(4):

        def f(x: Any, call: int = call) -> Any:
            y = [*calls(function, x)][call]()
            left = not has_node(y) and y is not False and y is not True
            return (x * x if isinstance(x, ad.Value) else (x * x).sum()) * (2.0 if left else 1.0)

        for g in (
            lambda: ad.trace(f, 0.5),
            lambda: ad.jit(f),
            lambda: ad.trace(f, ad.Tensor(array)),
        ):
            try:
                program = g()
                value = float(
                    np.sum(program(array if type(program).__name__ == "ArrayProgram" else 0.5))
                )
            except Exception:
                continue
            if value == 0.25:
                continue
            LEFT.add(name)
            x = array if type(program).__name__ == "ArrayProgram" else 0.5
            with pytest.raises(TypeError, match="a plain number would leave the graph"):
                program.value_and_grad(x)


def test_many_functions_take_the_number_of_a_recorded_node() -> None:
    LEFT.clear()
    for name in [*FUNCTIONS, *NUMPY]:
        test_a_program_has_no_gradient_of_what_left_it(name)
    assert len(LEFT) > 30
    assert {"math.sin", "float", "c[0] = x"} <= LEFT


def test_what_leaves_a_sample_leaves_the_transform_around_it() -> None:
    def f(x: Any) -> Any:
        return ad.sum(ad.vmap(lambda v: math.sqrt(v) * v)(x))

    x = np.array([1.0, 4.0])
    assert f(x) == 9.0
    assert ad.jit(f)(x) == 9.0
    for g in (
        ad.grad(f),
        ad.jit(f).value_and_grad,
        ad.jit(ad.grad(f)),
        ad.trace(f, x).value_and_grad,
    ):
        with pytest.raises(TypeError, match=r"ad\.sqrt for math\.sqrt"):
            g(x)
    assert ad.grad(lambda w: w * f(x))(2.0) == 9.0


BACKWARD: dict[str, Any] = {
    "number": lambda x: through(x * x, x), "array": lambda x: through(ad.sum(x * x), x),
}  # fmt: skip


def through(y: Any, x: Any) -> Any:
    y.backward()
    return ad.sum(x.grad * 1.0) + ad.sum(x)


@pytest.mark.parametrize("form", [ad.trace, lambda f, x: ad.jit(f)], ids=["trace", "jit"])
@pytest.mark.parametrize("kind", BACKWARD)
def test_a_recording_with_backward_has_a_value_and_refuses_its_gradient(
    form: Any, kind: str
) -> None:
    x: Any = 3.0 if kind == "number" else np.array([3.0, 1.0])
    example: Any = x if kind == "number" else ad.Tensor(x)
    program = form(BACKWARD[kind], example)
    assert program(x) == pytest.approx(np.sum(3.0 * x))
    with pytest.raises(TypeError, match=r"backward of .* in a recorded function"):
        program.value_and_grad(x)
