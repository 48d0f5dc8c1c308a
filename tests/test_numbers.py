"""numpy on arrays among a program's arguments: its own answer, or a sentence, NaN and infinities included."""

import contextlib
import itertools
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch import protocol
from autodiff.dispatch.entries import ENTRIES
from autodiff.programs.jit import Jitted
from autodiff.table.primitive import UFUNCS

pytestmark = pytest.mark.engine

POINTS: list[Any] = [
    [0.5, 1.5, -2.5, 3.0], [1.0, np.nan, -2.5, np.inf], [np.nan] * 4, [-0.0, 0.0, -np.inf, 2.0],
    [[0.5, 1.5, 2.0], [-2.5, 3.0, 0.25]], [[[0.5], [1.5]], [[-2.5], [3.0]]], [[2.0, 1.0], [1.0, 3.0]],
    np.zeros((0, 3)), np.zeros((2, 0)), [],
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
            assert a.shape == b.shape, f"{name} of {numbers}"
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

    points: list[Any] = [[1.0, 1.0, 0.0, -1.0], [0.0, 0.0, 0.0, 0.0], POINTS[0], *POINTS[4:7]]
    for x in points:
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


X = np.array([[0.5, 1.5, 2.0], [2.5, 3.0, 0.25], [1.0, 0.75, 4.0]])
COMPANIONS: dict[str, Any] = {
    "number": 1.5, "whole number": 2, "no axes": np.array(1.5), "array": np.array([1.0, 2.0, 0.5]),
    "labels": np.array([0, 2, 1]), "mask": np.array([True, False, True]), "list": [0, 2, 1],
    "single": np.float32([1.0, 2.0, 0.5]), "truth": True, "bytes": np.array([0, 2, 1], np.uint8),
}  # fmt: skip
TAKEN: dict[str, Callable[..., Any]] = {
    "rows": lambda x, c: x[c], "columns": lambda x, c: x[:, c],
    "one of each": lambda x, c: x[np.arange(3), c], "take": lambda x, c: np.take(x, c, axis=0),
    "one-hot": lambda x, c: np.eye(3)[c] * x, "where": lambda x, c: np.where(c, x, 0.0),
    "equal": lambda x, c: (c == 1) * x, "sum": lambda x, c: x * np.sum(c),
    "length": lambda x, c: x * len(c), "along": lambda x, c: np.take_along_axis(x, c[:, None], 1),
    "largest": lambda x, c: x * c.max(), "float": lambda x, c: x * c.astype(float),
    "sorted": lambda x, c: np.sort(x * c), "branch": lambda x, c: x if np.any(c) else -x,
    "axis": lambda x, c: np.sum(x * x, axis=c % 2),
}  # fmt: skip
TAKEN |= {u.__name__: u for u in UFUNCS if u.nin == 2}


@pytest.mark.filterwarnings("ignore::autodiff.RecordingWarning")
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("kind", COMPANIONS)
@pytest.mark.parametrize("name", TAKEN)
def test_jit_answers_beside_any_companion_what_the_function_answers(
    name: str, kind: str, named: bool
) -> None:
    """Numbers, labels and masks beside an array, by place and by name: none is refused."""
    companion, taken = COMPANIONS[kind], TAKEN[name]

    def f(x: Any, c: Any) -> Any:
        return taken(x, c)

    def summed(x: Any, c: Any) -> Any:
        return np.sum(taken(x, c) * 2.0)

    def asked(g: Any) -> Any:
        return answer(lambda x: g(x, c=companion) if named else g(x, companion), X)

    jitted, slopes = ad.jit(f), ad.jit(ad.grad(summed))
    found = [(asked(f), asked(jitted)), (asked(f), asked(jitted))]
    expected = asked(ad.grad(summed))
    found += [(expected, asked(slopes)), (expected, asked(slopes))]
    found += [(expected, asked(lambda x, c: ad.jit(summed).value_and_grad(x, c=c)[1]))]
    for wanted, got in found:
        if isinstance(wanted, Exception):
            continue
        assert not isinstance(got, Exception), got
        for a, b in zip(got, wanted, strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=1e-12)


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
            program = None
            with contextlib.suppress(TypeError):
                program = form(first)
            jitted = isinstance(program, Jitted)
            expected = pytest.warns(ad.RecordingWarning, match="how an array lies in memory")
            with expected if jitted and order in "AK" else contextlib.nullcontext():
                assert (program is None) == (not jitted and order in "AK")
                if program is not None:
                    np.testing.assert_array_equal(program(x), f(x))


WHOLE: list[Any] = [3, np.int64(3), np.array([1, 2])]
AROUND: dict[str, Callable[[Any], Any]] = {
    "eager": lambda f: f,
    "jit": ad.jit,
    "jit after a float": lambda f: after_a_float(ad.jit(f)),
    "jit of jit": lambda f: ad.jit(ad.jit(f)),
    "vmap": lambda f: lambda x: ad.vmap(f)(np.array([x, x])),
    "jit of vmap": lambda f: lambda x: ad.jit(ad.vmap(f))(np.array([x, x])),
}


def after_a_float(program: Any) -> Any:
    def apply(x: Any) -> Any:
        program(np.asarray(x, float) if np.ndim(x) else float(x))
        return program(x)

    return apply


@pytest.mark.parametrize("x", WHOLE, ids=repr)
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(
    "transform", [ad.grad, ad.value_and_grad, ad.hessian], ids=lambda f: f.__name__
)
def test_whole_numbers_have_no_derivative_anywhere(transform: Any, around: str, x: Any) -> None:
    f = AROUND[around](transform(lambda v: ad.sum(v * v)))
    with pytest.raises(TypeError, match=r"whole number|no gradient|no derivative"):
        f(x)


OTHERS: list[Any] = [
    np.float16(0.5),
    np.longdouble(0.5),
    np.array([0.5], np.float16),
    np.array([0.5], np.longdouble),
]


@pytest.mark.parametrize("x", OTHERS, ids=lambda x: f"{x.dtype}{x.ndim}")
@pytest.mark.parametrize(
    "f", [ad.grad, ad.jit, lambda f: ad.jit(ad.grad(f)), lambda f: lambda x: ad.trace(f, x)(x)]
)
def test_other_precisions_are_refused_alike(f: Any, x: Any) -> None:
    with pytest.raises((TypeError, ad.RecordingWarning), match="float32 or float64"):
        f(lambda v: ad.sum(v * v))(x)


MORE: dict[str, Any] = {
    "masked": np.ma.array([1.0, 2.0], mask=[0, 1]), "matrix": np.ones((1, 2)).view(np.matrix),
    "complex": np.array([1j, 2.0]), "dates": np.array(["2020-01-01"], "M8[D]"), "text": np.array(["a"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", MORE)
@pytest.mark.parametrize(
    "f",
    [ad.grad, ad.jit, ad.vmap, lambda f: ad.jit(ad.grad(f)), lambda f: lambda x: ad.trace(f, x)(x)],
)
def test_arrays_that_are_more_than_real_numbers_are_refused_by_their_name(
    f: Any, kind: str
) -> None:
    with pytest.raises(TypeError) as refused:
        f(lambda v: ad.sum(v * v))(MORE[kind])
    assert "astype" not in str(refused.value)
    if kind in ("masked", "matrix"):
        assert {"masked": "x.filled", "matrix": "np.asarray"}[kind] in str(refused.value)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "std", "var", "max", "ptp"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("how", ["function", "method"])
def test_reductions_go_over_the_axes_that_are_asked_for(name: str, axis: Any, how: str) -> None:
    def f(x: Any) -> Any:
        y = x * x
        return (
            getattr(np, name)(y, axis=axis)
            if how == "function" or name == "ptp"
            else getattr(y, name)(axis=axis)
        )

    x = np.arange(1.0, 7.0).reshape(2, 3)
    for got in (ad.jit(f)(x), ad.trace(f, x)(x)):
        np.testing.assert_allclose(got, f(x))
        assert np.shape(got) == np.shape(f(x))
    wanted = ad.grad(lambda v: ad.sum(f(v)))(x)
    np.testing.assert_allclose(ad.jit(ad.grad(lambda v: ad.sum(f(v))))(x), wanted)


BODIES: dict[str, Callable[..., Any]] = {
    "x*k": lambda x, k=2.0: x * k, "k*x": lambda x, k=2.0: k * x, "x**k": lambda x, k=2.0: x**k,
    "sin(x)+k": lambda x, k=2.0: np.sin(x) + k, "sort(x)*k": lambda x, k=2.0: np.sort(x) * k,
    "only": lambda x, *, k: x - k, "options": lambda x, **o: x / o["k"],
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(
    "k",
    [3.0, np.float64(3.0), np.array(3.0), np.full(3, 3.0)],
    ids=lambda k: type(k).__name__ + str(np.ndim(k)),
)
def test_numbers_given_by_name_stand_beside_arrays(name: str, k: Any) -> None:
    f, x = BODIES[name], np.array([0.5, 1.5, 1.0])
    np.testing.assert_allclose(ad.jit(f)(x, k=k), f(x, k=k), rtol=1e-14)

    def g(x: Any, **options: Any) -> Any:
        return ad.sum(f(x, **options))

    np.testing.assert_allclose(ad.jit(ad.grad(g))(x, k=k), ad.grad(g)(x, k=k))
    np.testing.assert_allclose(ad.jit(g).value_and_grad(x, k=k)[1], ad.grad(g)(x, k=k))


# What raises for some numbers only, with numbers for which it does and others.
RAISES: dict[str, tuple[Callable[[Any], Any], list[float], list[float]]] = {
    "cholesky": (lambda x: np.linalg.cholesky(np.diag(x)), [1.0, -2.0, 3.0], [1.0, 2.0, 3.0]),
    "inv": (lambda x: np.linalg.inv(np.diag(x)), [1.0, 0.0, 3.0], [1.0, 2.0, 3.0]),
    "solve": (lambda x: np.linalg.solve(np.diag(x), np.ones(3)), [1.0, 0.0, 3.0], [1.0, 2.0, 3.0]),
    "average": (lambda x: np.average([1.0, 2.0, 3.0], weights=x), [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]),
    "svd": (lambda x: np.linalg.svd(np.diag(x), compute_uv=False), [np.nan, 1.0, 2.0], [1.0, 2.0, 3.0]),
}  # fmt: skip


@pytest.mark.parametrize("given", [np.asarray, ad.Tensor], ids=["array", "Tensor"])
@pytest.mark.parametrize("first", [1, 2])
@pytest.mark.parametrize("name", RAISES)
def test_what_is_raised_and_caught_is_a_branch(name: str, first: int, given: Any) -> None:
    computed, caught = RAISES[name][0], []

    def f(x: Any) -> Any:
        try:
            return ad.sum(computed(x)) * 2.0
        except (np.linalg.LinAlgError, ZeroDivisionError):
            caught.append(name)
            return ad.sum(x) * 100.0

    order = [np.array(RAISES[name][first]), np.array(RAISES[name][3 - first])]
    program, slopes = ad.jit(f), ad.jit(ad.grad(f))
    for x in (*order, *order):
        np.testing.assert_allclose(np.asarray(parity_plain(program(given(x)))), f(x))
        np.testing.assert_allclose(slopes(x), ad.grad(f)(x))
    assert caught


def parity_plain(y: Any) -> Any:
    return y.data if isinstance(y, ad.Tensor) else y


SLOPES: list[Any] = [
    ad.grad, lambda f: ad.jit(ad.grad(f)), lambda f: lambda x: ad.jit(f).value_and_grad(x)[1],
    lambda f: lambda x: ad.trace(f, x).value_and_grad(x)[1],
]  # fmt: skip


@pytest.mark.parametrize("f", SLOPES)
@pytest.mark.parametrize("place", [(0,), (1, 0), ((1, 1),)], ids=str)
def test_item_says_that_the_number_is_meant(f: Any, place: Any) -> None:
    x = np.array([[1.5, 2.0], [3.0, 4.0]])
    got = f(lambda v: v.item(*place) * v[0, 1])(x)
    np.testing.assert_allclose(got, [[0.0, x.item(*place)], [0.0, 0.0]])


LARGE: dict[str, Callable[[Any], Any]] = {
    "product": lambda x: np.sum(x @ x.T), "dot": lambda x: np.sum(np.dot(x, x.T)),
    "tanh": lambda x: np.sum(np.tanh(x)), "outer": lambda x: np.sum(np.outer(x[0], x[1])),
    "square": lambda x: (x * x).sum(), "mean": lambda x: np.mean(x * 2),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_large_arrays_are_recorded_as_arrays(name: str) -> None:
    f, x = LARGE[name], np.random.default_rng(0).normal(size=(150, 500))
    before = time.perf_counter()
    np.testing.assert_allclose(ad.jit(f)(x), f(x), rtol=1e-9)
    np.testing.assert_allclose(ad.jit(ad.grad(f))(x), ad.grad(f)(x), rtol=1e-9, atol=1e-9)
    assert time.perf_counter() - before < 20.0  # by single numbers it takes minutes


# What a step of training does with labels, places and masks beside the numbers.
LABELS: dict[str, Callable[..., Any]] = {
    "rows": lambda x, i, m: ad.sum(x[i] ** 2), "columns": lambda x, i, m: ad.sum(x[:, i] ** 2),
    "pairs": lambda x, i, m: -ad.sum(x[np.arange(3), i]),
    "one hot": lambda x, i, m: np.sum(np.eye(3)[i] * x * x),
    "take": lambda x, i, m: np.sum(np.take(x, i, axis=0)), "mask": lambda x, i, m: np.sum(x[m] ** 2),
    "where": lambda x, i, m: np.sum(np.where(m[:, None], x, 0.0) ** 2),
    "times": lambda x, i, m: np.sum(x * m[:, None]),
    "along": lambda x, i, m: np.sum(np.take_along_axis(x, i[:, None], 1)),
    "equal": lambda x, i, m: np.sum(x[i == 1]),
    "length": lambda x, i, m: np.sum(x) * len(i), "most": lambda x, i, m: x[0, 0] * i.max(),
    "counts": lambda x, i, m: np.sum(x * np.bincount(i, minlength=3)),
    "float": lambda x, i, m: np.sum(x * i.astype(float)),
    "entropy": lambda x, i, m: np.mean(ad.logsumexp(x, axis=1)) - np.mean(x[np.arange(3), i]),
}  # fmt: skip


@pytest.mark.parametrize("name", LABELS)
def test_labels_and_masks_stand_beside_arrays(name: str) -> None:
    f, x = LABELS[name], np.array([[0.5, 1.5, -1.0], [2.0, 0.3, 1.0], [1.0, -0.7, 0.2]])
    program, slopes = ad.jit(f), ad.jit(ad.grad(f))
    warnings.simplefilter("ignore", ad.RecordingWarning)  # runs as it is written
    for i, m in (([0, 2, 1], [1, 0, 1]), ([1, 1, 0], [0, 1, 1]), ([2, 0, 0], [0, 0, 1])):
        given = (x, np.array(i), np.array(m, bool))
        wanted = ad.value_and_grad(f)(*given)
        np.testing.assert_allclose(program(*given), wanted[0])
        np.testing.assert_allclose(slopes(*given), wanted[1])
        value, slope = program.value_and_grad(*given)
        np.testing.assert_allclose(value, wanted[0])
        np.testing.assert_allclose(slope, wanted[1])
        x = x + 0.25
