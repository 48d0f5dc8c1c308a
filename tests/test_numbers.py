"""numpy on arrays among a program's arguments: its own answer, or a sentence, NaN and infinities included."""

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


def test_a_recording_without_nan_is_not_used_for_nan() -> None:
    f = ad.jit(lambda x: np.sort(x)[0] + np.max(x))
    assert f(np.array([3.0, 1.0, 2.0])) == 4.0
    assert np.isnan(f(np.array([3.0, np.nan, 2.0])))
    assert f(np.array([3.0, 0.5, 2.0])) == 3.5


def test_the_sentence_says_what_to_give() -> None:
    with pytest.raises(TypeError, match=r"numpy's nansum .* give the array as ad.Tensor"):
        ad.trace(np.nansum, np.array([1.0, np.nan]))


def test_ufuncs_without_a_method_are_rows() -> None:
    found = ad.jit(lambda x: np.arctan2(x, 2.0).sum()).value_and_grad(np.array([1.0, -1.0]))
    np.testing.assert_allclose(found[1], [0.4, 0.4])


def test_the_functions_are_read_from_the_dispatch() -> None:
    assert protocol.ENTRIES is ENTRIES
    assert {"sort", "nan_to_num", "cumsum", "exp", "median"} <= OF_ONE_ARRAY.keys()
