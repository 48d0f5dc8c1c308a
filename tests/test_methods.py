"""Operators and methods: of Tensor as of ndarray, of ufuncs (reduce, accumulate, outer) as numpy's own."""

import operator
import warnings
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch import methods, protocol
from autodiff.dispatch.entries import ENTRIES
from autodiff.table.primitive import UFUNCS
from tests import parity

pytestmark = pytest.mark.engine

NAMES = [n for n in dir(np.ndarray) if n[0] != "_"]
# What speaks of memory, or makes arrays of another kind; asking for it is an AttributeError.
NOT_THERE = {
    "base", "byteswap", "choose", "ctypes", "flags", "getfield", "setfield", "setflags", "to_device", "view",
}  # fmt: skip
A = np.array([[0.7, -1.4, 2.2], [1.9, 0.3, -2.6]])


@pytest.mark.parametrize("name", NAMES)
def test_a_tensor_has_what_an_ndarray_has(name: str) -> None:
    x = ad.Tensor(A)
    if name in NOT_THERE:
        with pytest.raises(AttributeError, match=name):
            getattr(x, name)
    elif name in methods.IN_PLACE:
        with pytest.raises(TypeError, match=f"Tensor.{name}: works in place"):
            getattr(x, name)(1)
    elif callable(getattr(A, name)):
        assert callable(getattr(x, name))
    else:
        got = parity.plain(getattr(x, name)) if name != "data" else x.data
        assert np.array_equal(got, np.ravel(A) if name == "flat" else getattr(A, name))


CALLED = {f.__name__: (f, e) for f, e in ENTRIES.items()
          if f.__name__ in NAMES and getattr(np, f.__name__, None) is f
          and f.__name__ not in (*methods.IN_PLACE, *methods.ATTRIBUTES, *NOT_THERE)}  # fmt: skip


@pytest.mark.parametrize("name", CALLED)
def test_methods_agree_with_those_of_arrays(name: str) -> None:
    _, entry = CALLED[name]
    checked = 0
    for seed in range(120):
        (x, *rest), options = entry.draw(parity.seeded(seed))
        if name == "compress":
            x, rest = rest[0], [x]
        if not isinstance(x, np.ndarray):
            continue
        options = {k.removeprefix("a_"): v for k, v in options.items()}  # as clip's method has them
        try:
            wanted = getattr(x, name)(*rest, **options)
        except Exception:  # the method does not have what the function has
            continue
        try:
            got = getattr(ad.Tensor(x), name)(*rest, **options)
        except TypeError as error:
            assert parity.REFUSED in str(error) or "is given twice" in str(error), (rest, options)  # noqa: PT017
            continue
        assert parity.differ(parity.plain(got), wanted, 10.0) == "", (rest, options)
        checked += 1
        if checked == 8:
            break
    assert checked >= 2


def test_numbers_that_leave_say_so() -> None:
    with pytest.warns(ad.GraphLeftWarning):
        assert ad.Tensor(A).tolist() == A.tolist()
    assert ad.Tensor(A).data.tolist() == A.tolist()
    with pytest.raises(AttributeError, match="no attribute or operation 'relux'"):
        ad.Tensor(A).relux()


@pytest.mark.parametrize("name", methods.ELSEWHERE)
def test_names_of_pytorch_say_what_to_write(name: str) -> None:
    x = ad.Tensor(A)
    with pytest.raises(AttributeError, match=f"{name}'; write ") as refused:
        getattr(x, name)
    remedy = str(refused.value).partition("; write ")[2].partition(" (")[0]
    places = {"shape": x.shape, "axes": (1, 0), "axis": 0, "places": [1], "n": 2, "k": 1}
    eval(remedy, {"x": x, "y": x.T, "np": np, **places})


@pytest.mark.parametrize("name", methods.OTHER_NAMES)
def test_names_of_other_libraries_say_what_to_write(name: str, tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match=f"{name}'; write ") as refused:
        getattr(ad, name)
    remedy = str(refused.value).partition("; write ")[2]
    x, y = A, ad.Tensor(A) * 2.0
    path = tmp_path / "graph.json"
    ad.save_graph(path, y)
    names = {"x": x, "y": y.sum() if name == "backward" else y, "n": 3, "shape": (2,), "path": path}
    exec(remedy, {"ad": ad, "np": np, **names})


OPERATORS = [operator.mod, operator.floordiv, divmod]
SIDES: list[Any] = [7.3, -7.3, 2.5, np.array([0.7, -2.2]), np.array([5, 3])]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("kind", [ad.Value, ad.Tensor])
def test_remainders_are_those_of_numpy_and_python(op: Any, kind: Any) -> None:
    for a in SIDES:
        for b in SIDES:
            for left, right in ((True, False), (False, True), (True, True)):
                x, y = (
                    s
                    if not node
                    else kind(s)
                    if isinstance(s, float)
                    else ad.Tensor(s.astype(float))
                    for s, node in ((a, left), (b, right))
                )
                got, wanted = op(x, y), op(a * 1.0, b * 1.0)
                assert parity.differ(parity.plain(got), wanted, 1.0) == "", (a, b)
    with pytest.raises(TypeError):
        op(kind(1.0), "text")
    with pytest.raises(TypeError):
        op("5", kind(1.0)) if op is not operator.mod else op([1], object())


def test_slopes_of_remainders() -> None:
    for f in (lambda a, b: a % b, lambda a, b: divmod(a, b)[1] + divmod(a, b)[0]):
        ad.check_grads(f, (7.3, 2.1), order=2)
        ad.check_grads(f, (np.array([7.3, -1.2]), np.array([2.1, -0.7])), order=2)
        ad.check_grads(lambda x, f=f: f(x, 2.0) * f(9.4, x), (5.3,), order=2)
    program = ad.trace(lambda x: x % 2.0 + 7.0 // x, 5.3)
    assert program(8.9) == 8.9 % 2.0 + 7.0 // 8.9


BINARY = [
    u for u in dict.fromkeys(getattr(np, n) for n in dir(np) if isinstance(getattr(np, n), np.ufunc))
    if (u.nin, u.nout, u.signature) == (2, 1, None) and "dd->d" in u.types and (u in UFUNCS or u in ENTRIES)
]  # fmt: skip


@pytest.mark.parametrize("name", ["reduce", "accumulate", "outer"])
@pytest.mark.parametrize("ufunc", BINARY, ids=lambda u: u.__name__)
def test_methods_of_ufuncs(ufunc: Any, name: str) -> None:
    rng = np.random.default_rng(4)
    for shape in ((5,), (3, 4), (1, 2), (2, 0), (2, 3, 7)):
        x = rng.uniform(0.3, 2.0, shape)
        calls: list[Any] = [(x, x[0])] if name == "outer" else [(x, k) for k in range(x.ndim)]
        for args in calls:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    wanted = getattr(ufunc, name)(*args)
                    if (
                        name == "reduce" and x.size
                    ):  # by its definition, which AVX-512 loops of power miss
                        wanted = reduce(ufunc, np.moveaxis(x, args[1], 0))
                except (ValueError, TypeError) as error:
                    with pytest.raises(type(error)):
                        getattr(ufunc, name)(ad.Tensor(x), *args[1:])
                    continue
            got = getattr(ufunc, name)(ad.Tensor(x), *args[1:])
            if not x.size and not isinstance(got, ad.Tensor):
                got = ad.Tensor(got)
            assert parity.differ(parity.plain(got), wanted, 10.0) == ""
    x = rng.uniform(0.6, 1.9, (2, 3))
    f = getattr(ufunc, name)
    if ufunc not in (np.floor_divide, np.heaviside):
        ad.check_grads((lambda x: f(x, x[0])) if name == "outer" else f, (x,), order=1)


def test_options_of_reductions() -> None:
    x = ad.Tensor(A)
    assert np.hypot.reduce(x, axis=1, keepdims=True).shape == (2, 1)
    assert np.subtract.accumulate(ad.Tensor(A[0]), axis=None, dtype=np.float32).dtype == np.float32
    with pytest.raises(TypeError, match="where= has no meaning"):
        np.hypot.reduce(x, where=A > 0)
    with pytest.raises(TypeError, match=r"takes one axis on a graph"):
        np.subtract.reduce(x, axis=(0, 1))
    with pytest.raises(TypeError, match=r"np\.add\.reduceat: the table has no operation"):
        np.add.reduceat(x, [0, 1])
    with pytest.raises(TypeError, match=r"np\.equal\.accumulate"):
        np.equal.accumulate(x)
    assert x.sum(dtype=np.float32).dtype == np.float32
    assert float(x.max(initial=9.0).data) == float(x.min(initial=9.0, axis=None).data) + 11.6
    assert x.mean(axis=0, where=A > 0).shape == (3,)
    assert protocol.REDUCTIONS[np.add] is np.sum


def test_the_representation_shows_the_gradient() -> None:
    w = ad.Tensor([1.0, 2.0], name="w")
    assert repr(w) == "Tensor([1., 2.], name='w')"
    (w * w).sum().backward()
    assert repr(w) == "Tensor([1., 2.], grad=[2., 4.], name='w')"
    assert repr(ad.Tensor(3.0)) == "Tensor(3.)"
    w.zero_grad()
    assert "grad" not in repr(w)


SCALARS = [n for n in dir(np.float64) if n[0] != "_" and n not in dir(float)]
ONLY_TENSORS = {"mT"}


@pytest.mark.parametrize("name", SCALARS)
def test_a_value_has_what_a_number_of_numpy_has(name: str) -> None:
    x, number = ad.Value(0.7), np.float64(0.7)
    if name in NOT_THERE:
        with pytest.raises(AttributeError, match=name):
            getattr(x, name)
    elif name in methods.IN_PLACE:
        with pytest.raises(TypeError, match=f"Value.{name}: works in place"):
            getattr(x, name)(1)
    elif not callable(getattr(number, name)):
        wanted = getattr(number, name)
        got = parity.plain(getattr(x, name))
        assert np.array_equal(got, [0.7] if name == "flat" else wanted)
        assert name == "flat" or type(wanted) is not np.dtype or got == wanted
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ad.GraphLeftWarning)
            for given in ((), (0,), (1,), (float,), ([0],), (0.0, 0.5)):
                same_outcome(name, x, number, given)


def same_outcome(name: str, x: Any, number: Any, given: Any) -> None:
    """Ask that a method of a Value ends as that of the number: in an error of the same kind, or alike."""
    try:
        wanted = getattr(number, name)(*given)
    except Exception:
        return
    if name in ("dump", "tofile", "setflags") or not isinstance(
        wanted, np.ndarray | np.generic | float
    ):
        return
    try:
        got = getattr(x, name)(*given)
    except TypeError as error:
        assert parity.REFUSED in str(error) or "one axis" in str(error), (name, given, error)  # noqa: PT017
        return
    assert np.shape(parity.plain(got)) == np.shape(wanted), (name, given)
    np.testing.assert_allclose(parity.plain(got), wanted)


@pytest.mark.parametrize(
    "call", [lambda f, x: f(x), lambda f, x: ad.jit(f)(x)], ids=["eager", "jit"]
)
@pytest.mark.parametrize("name", SCALARS)
def test_functions_of_arrays_take_arrays_of_no_axes(name: str, call: Any) -> None:
    def f(x: Any) -> Any:
        return getattr(x * x, name)()

    def flat(x: Any) -> Any:
        y = f(x.reshape(()))
        return y.sum() if isinstance(y, ad.Tensor) else y

    try:
        wanted = f(np.asarray(0.7))
        assert (np.size(wanted), np.asarray(wanted).dtype) == (1, float)
    except Exception:
        return
    if name in (*NOT_THERE, *methods.NUMBERS, *methods.IN_PLACE, "item"):
        return
    for g in (flat, lambda x: f(x).sum() if isinstance(f(x), ad.Tensor) else f(x)):
        assert call(ad.grad(g), np.array(0.7)) == pytest.approx(
            0.0 if name in ("std", "var", "round") else 1.4
        )


@pytest.mark.parametrize(
    "index", [(), ..., None, (None, None), (..., None), 0, slice(None), (0,), True]
)
@pytest.mark.skipif(not ad.compiled, reason="in Python, numpy would take it for a sequence")
def test_a_value_is_indexed_as_a_number_of_numpy_is(index: Any) -> None:
    number = np.asarray(0.7)  # a number of no axes; np.float64 refuses what has no meaning alike
    try:
        wanted = number[index]
    except IndexError:
        with pytest.raises(IndexError):
            ad.Value(0.7)[index]
        return
    got = ad.Value(0.7)[index]
    assert np.shape(parity.plain(got)) == np.shape(wanted)
    assert np.array_equal(parity.plain(got), wanted)


def test_a_value_is_no_sequence() -> None:
    x = ad.Value(0.7)
    for ask in (list, iter, lambda x: len(x), lambda x: 1 in x, lambda x: [*x]):
        with pytest.raises(TypeError):
            ask(x)
    assert np.array([x, x]).dtype == object
    assert np.array(x).shape == ()
    assert not hasattr(x, "__array__")
    assert not np.iterable(x)


OBJECTS = [f for f in UFUNCS if f.nin == 1 and f.nout == 1 and getattr(np, f.__name__, None) is f
           and "O->O" in f.types and f.__name__ not in ("sign", "floor", "ceil", "trunc")]  # fmt: skip


@pytest.mark.parametrize("f", OBJECTS, ids=lambda f: f.__name__)
def test_an_array_of_values_answers_ufuncs(f: Any) -> None:
    numbers = np.array([0.3, 0.7]) + (f is np.arccosh)
    found = f(np.array([*map(ad.Value, numbers)]))
    assert all(isinstance(y, ad.Value) for y in found)
    np.testing.assert_allclose([y.data for y in found], f(numbers))


ASSERTIONS = [
    getattr(np.testing, n) for n in np.testing.__all__
    if n.startswith(("assert_equal", "assert_a")) and n != "assert_array_compare"
]  # fmt: skip


@pytest.mark.parametrize("check", ASSERTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", ["one", "list", "nested"])
def test_assertions_of_numpy_compare_values_in_silence(check: Any, shape: str) -> None:
    put: Any = {"one": lambda x: x, "list": lambda x: [x, x], "nested": lambda x: [[x], [x]]}[shape]
    if shape != "one" and check.__name__ in (
        "assert_approx_equal",
        "assert_array_almost_equal_nulp",
    ):
        pytest.skip("not for lists")
    less = check is np.testing.assert_array_less
    x = ad.Value(2.5)
    check(put(x), put(3.5 if less else 2.5))
    check(put(1.5 if less else 2.5), put(x))
    if check is not np.testing.assert_equal or shape == "one":
        with pytest.raises(AssertionError):
            check(put(x), put(1.0))


BESIDE = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.pow,
    np.hypot,
    np.maximum,
    np.arctan2,
]


@pytest.mark.parametrize("f", BESIDE, ids=lambda f: f.__name__)
def test_a_value_stands_beside_an_array_of_values(f: Any) -> None:
    numbers, one = np.array([0.5, 1.5]), 2.0
    for order in ((numbers, one), (one, numbers)):
        nodes = [np.array([*map(ad.Value, x)]) if np.ndim(x) else ad.Value(x) for x in order]
        found = f(*nodes)
        assert all(isinstance(y, ad.Value) for y in found)
        np.testing.assert_allclose([y.data for y in found], f(*order))
