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
