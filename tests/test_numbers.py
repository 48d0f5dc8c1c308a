"""numpy on arrays among a program's arguments: its own answer, or a sentence, NaN and infinities included."""

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch import protocol
from autodiff.dispatch.entries import ENTRIES
from autodiff.table.primitive import UFUNCS

pytestmark = pytest.mark.engine

POINTS = [
    [0.5, 1.5, -2.5, 3.0], [1.0, np.nan, -2.5, np.inf], [np.nan] * 4, [-0.0, 0.0, -np.inf, 2.0],
]  # fmt: skip


def alone(function: Any) -> bool:
    """Whether a function is called with one array and nothing else."""
    kinds = ENTRIES[function].recipe.kinds
    return len(ENTRIES[function].required) == 1 and len(kinds) >= 1


OF_ONE_ARRAY: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (*ENTRIES, *(u for u in UFUNCS if u.nin == 1)) if f in UFUNCS or alone(f)
}


def answer(f: Callable[[Any], Any], x: Any) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = f(x)
            parts = found if isinstance(found, list | tuple) else [found]
            return [np.asarray(part, dtype=float) for part in parts]
        except Exception as error:
            return error


@pytest.mark.parametrize("name", sorted(OF_ONE_ARRAY))
@pytest.mark.parametrize("how", ["jit", "trace"])
def test_a_program_answers_as_numpy_or_not_at_all(name: str, how: str) -> None:
    function = OF_ONE_ARRAY[name]
    for numbers in POINTS:
        x = np.array(numbers)
        expected = answer(function, x)
        if isinstance(expected, Exception):
            continue
        found = answer(ad.jit(function) if how == "jit" else lambda x: ad.trace(function, x)(x), x)
        if isinstance(found, Exception):
            assert isinstance(found, TypeError | ValueError | NotImplementedError), found
            continue
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-15, err_msg=f"{name} of {numbers}")


def total(function: Callable[..., Any], x: Any) -> Any:
    """Return a number made of all that a function returns."""
    found = function(x)
    parts = found if isinstance(found, list | tuple) else [found]
    return sum((np.sum(part * (k + 1.5)) for k, part in enumerate(parts)), 0.0 * np.sum(x))


@pytest.mark.parametrize("name", sorted(OF_ONE_ARRAY))
def test_programs_of_arrays_have_the_gradients_of_graphs(name: str) -> None:
    def f(x: Any) -> Any:
        return total(OF_ONE_ARRAY[name], x)

    for x in ([0.5, 1.5, -2.5, 3.0], [1.0, 1.0, 0.0, -1.0], [0.0, 0.0, 0.0, 0.0]):
        expected = answer(ad.grad(f), np.array(x))
        if isinstance(expected, Exception):
            continue
        for form in (
            ad.jit(ad.grad(f)), ad.grad(ad.jit(f)), lambda a: ad.jit(f).value_and_grad(a)[1],
            lambda a: ad.trace(f, a).value_and_grad(a)[1], ad.jit(lambda a: ad.vmap(ad.grad(f))(a[None])[0]),
        ):  # fmt: skip
            found = answer(form, np.array(x))
            if not isinstance(found, Exception):
                np.testing.assert_allclose(
                    found, expected, rtol=1e-12, atol=1e-13, err_msg=f"{name} of {x}"
                )
            else:
                assert type(found) is TypeError, found


def test_programs_of_arrays_refuse_few_functions() -> None:
    x = np.array([0.5, 1.5, -2.5, 3.0])
    for form in (
        lambda f: ad.jit(ad.grad(f)),
        lambda f: lambda x: ad.trace(f, x).value_and_grad(x)[1],
    ):
        refused, counted = [], 0
        for name, function in OF_ONE_ARRAY.items():

            def f(x: Any, function: Any = function) -> Any:
                return total(function, x)

            if not isinstance(answer(ad.grad(f), x), Exception):
                counted += 1
                refused += [name] if isinstance(answer(form(f), x), Exception) else []
        assert counted > 60
        assert len(refused) < counted / 20, refused


DECISIONS: dict[str, Callable[[Any], Any]] = {
    "dtype": lambda v: v.sum() if v.dtype == np.float64 else v[0] * 100.0,
    "all": lambda v: v.sum() if v.all() else v[1] * 10.0,
    "truth": lambda v: v[0] if v[0] else v[1] * 10.0,
    "allclose": lambda v: v[0] if np.allclose(v, 1.0) else v[1] * 10.0,
    "isin": lambda v: (np.isin(v, [1.0]) * v).sum(),
    "argmax": lambda v: v[np.argmax(v)] * v[0],
    "logical_and": lambda v: (np.logical_and(v, v[::-1]) * v).sum(),
    "where=": lambda v: np.sum(v * v, where=v > 0),
    "bytes": lambda v: np.frombuffer(v.data.tobytes())[0] * v[1],
    "data": lambda v: v[0] * v.data.sum(),
    "median of data": lambda v: v[0] * np.median(v.data),
    "text": lambda v: v[1] * float(f"{v.data[0]:.3f}"),
    "norm": lambda v: np.linalg.norm(v),
    "array of numbers": lambda v: v[0] * np.array([v.data[0], v.data[1]]).sum(),
    "interp": lambda v: np.interp(v, [0.0, 1.0, 3.0], [5.0, 7.0, 0.0]).sum(),
    "detach": lambda v: ad.sum(ad.stop_gradient(v) * v),
    "qr": lambda v: np.abs(np.linalg.qr(np.outer(v, v) + np.diag([1.0, 2.0, 3.0]))[1]).sum(),
    "astype": lambda v: (v.astype(float) ** 2).sum(),
}
FORMS = {"jit": False, "jit of grad": True, "jit of vmap": False, "jit of vmap of grad": True}


def made(form: str, f: Any) -> Any:
    """Return a function as a program of this form, which takes one sample."""
    f = ad.grad(f) if FORMS[form] else f
    program = ad.jit(ad.vmap(f) if "vmap" in form else f)
    return (lambda v: program(v[None])[0]) if "vmap" in form else program


@pytest.mark.parametrize("name", DECISIONS)
@pytest.mark.parametrize("form", FORMS)
def test_what_is_decided_by_numbers_is_decided_at_every_call(form: str, name: str) -> None:
    f = DECISIONS[name]
    program, eager = made(form, f), ad.grad(f) if FORMS[form] else f
    for x in (
        [1.0, 1.0, 1.0],
        [0.0, 5.0, -2.0],
        [0.3, -0.7, 2.0],
        [0.0, 0.0, 0.0],
        [3.0, 2.0, 1.0],
    ):
        expected = answer(eager, np.array(x) if FORMS[form] else ad.Tensor(x))
        if isinstance(expected, Exception):
            continue
        found = answer(program, np.array(x))
        if isinstance(found, Exception):
            assert type(found) in (TypeError, ValueError), found
            continue
        np.testing.assert_allclose(found, expected, rtol=1e-13, err_msg=f"{x}")


def test_a_recording_without_nan_is_not_used_for_nan() -> None:
    f = ad.jit(lambda x: np.sort(x)[0] + np.max(x))
    assert f(np.array([3.0, 1.0, 2.0])) == 4.0
    assert np.isnan(f(np.array([3.0, np.nan, 2.0])))
    assert f(np.array([3.0, 0.5, 2.0])) == 3.5


def test_the_sentence_says_what_to_give() -> None:
    with pytest.raises(TypeError, match=r"numpy's nansum .* give the array as ad.Tensor"):
        ad.trace(np.nansum, np.array([[1.0, np.nan]]), in_axes=0)


def test_ufuncs_without_a_method_are_rows() -> None:
    found = ad.jit(lambda x: np.arctan2(x, 2.0).sum()).value_and_grad(np.array([1.0, -1.0]))
    np.testing.assert_allclose(found[1], [0.4, 0.4])


def test_the_functions_are_read_from_the_dispatch() -> None:
    assert protocol.ENTRIES is ENTRIES
    assert {"sort", "nan_to_num", "cumsum", "exp", "median"} <= OF_ONE_ARRAY.keys()


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
@pytest.mark.parametrize("name", ["ravel", "flatten", "reshape", "np.ravel", "np.reshape"])
def test_an_order_is_kept_or_refused_however_an_array_lies_in_memory(name: str, order: str) -> None:
    def f(x: Any) -> Any:
        options: Any = (
            {"order": order} if "reshape" not in name else {"shape": (6,), "order": order}
        )
        if name.startswith("np."):
            return getattr(np, name[3:])(x, **options)
        return x.reshape(6, order=order) if name == "reshape" else getattr(x, name)(order=order)

    if order == "K" and "reshape" in name:
        return
    rows = np.arange(6.0).reshape(2, 3)
    columns = np.asfortranarray(rows)
    for first, form in itertools.product(
        (rows, columns), (lambda x: ad.jit(f), lambda x: ad.trace(f, x))
    ):
        for x in (rows, columns):
            if order in "CF":
                np.testing.assert_array_equal(form(first)(x), f(x))
                continue
            with pytest.raises(TypeError, match="how an array lies in memory"):
                form(first)(x)
