"""Options of numpy's functions, each value of each: numpy answers, or refuses, the same call on arrays.

Which values an option has is what the recipes say; `test_parity` draws calls at random, where a rare
option may not come.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch.entries import ENTRIES, Entry, signature_of
from autodiff.table.recipes import ARRAY, OneOf, Recipe
from tests import parity

pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # numpy's own, of NaN and empty arrays
]


def choices(entry: Entry) -> list[tuple[str, Any]]:
    """Return each option with each of its values, where the recipe counts them."""
    there = [p.name for p in entry.signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    found = []
    for name in dict.fromkeys((*there, *entry.recipe.kinds)):
        kind = entry.recipe.kind(name)
        if isinstance(kind, OneOf) and name not in entry.required:
            found += [(name, value) for value in kind.choices]
    return found


CHOSEN = [entry for entry in ENTRIES.values() if choices(entry)]


@pytest.mark.parametrize("entry", CHOSEN, ids=lambda e: e.function.__name__)
def test_every_value_of_every_option(entry: Entry) -> None:
    function = entry.function
    for name, value in choices(entry):
        for seed in range(6):
            special = seed > 3
            with np.errstate(all="ignore"):
                found = parity.outcome(
                    function, function, entry, parity.seeded(seed), special, **{name: value}
                )
            assert not found.fault, found.fault


recent = pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="numpy 2.2's names are used"
)
X = np.array([[1.0, -2.0], [3.0, 4.0]])
WEIGHTS = [1.0, 2.5]
# What a draw seldom meets: the same call on arrays and on nodes.
CALLS: list[Callable[[Any], Any]] = [
    lambda x: np.where(x), lambda x: x.transpose(None), lambda x: np.repeat(x, [1, 2], axis=1),
    lambda x: np.repeat(x[0], [3, 0]),
    lambda x: np.average(x, axis=0, weights=WEIGHTS), lambda x: np.average(x, axis=(1,), weights=WEIGHTS),
    lambda x: np.average(x, axis=(1, 0), weights=[WEIGHTS, [0.5, 3.0]]),
    lambda x: np.max(x[:0, :0], axis=0, initial=1.0), lambda x: np.min(x[:0], axis=0, initial=1.0),
    lambda x: np.pad(x, {0: 1, -1: (2, 0)}), lambda x: np.pad(x, {-1: (0, 2)}, "edge"),
    lambda x: np.linalg.vector_norm(x, axis=()), lambda x: np.linalg.vector_norm(x, axis=(), ord=0),
    lambda x: np.hypot.reduce(x, initial=None, where=True), lambda x: np.fmax(x, 2.0),
    lambda x: np.fmin(x, np.array([[np.nan, 1.0]])), lambda x: np.fmax(x[0, 0], x[1, 1]),
    lambda x: np.pad(x, 1, "reflect", reflect_type="odd"), lambda x: np.copysign(x, np.float32(-1.0)),
]  # fmt: skip


@recent
@pytest.mark.parametrize("f", CALLS, ids=range(len(CALLS)))
def test_rare_calls_agree_with_numpy(f: Any) -> None:
    y, wanted = f(ad.Tensor(X)), f(X)
    assert parity.differ(parity.plain(y), wanted, 1.0) == ""
    if isinstance(y, ad.Tensor) and not y.is_constant and y.size:
        ad.check_grads(f, (X,), order=1)


@pytest.mark.parametrize("f", [np.fmax, np.fmin, np.copysign], ids=lambda f: f.__name__)
def test_two_numbers(f: Any) -> None:
    for a, b in ((1.5, -2.0), (-2.0, 1.5), (3.0, 3.0)):
        assert f(ad.Value(a), ad.Value(b)).data == f(ad.Value(a), b).data == f(a, b)


REFUSALS: list[Callable[[Any], Any]] = [
    lambda x: np.copy(x, order="Z"), lambda x: np.ravel(x, order="Z"), lambda x: np.reshape(x, 4, order="Z"),
    lambda x: np.stack([x, x[0]]), lambda x: np.var(x, ddof=1, correction=1),
    lambda x: np.repeat(x, [1, 2, 3]), lambda x: np.average(x, axis=0, weights=[1.0, 2.0, 3.0]),
    lambda x: np.linalg.cross(x, x),
    lambda x: np.average(x, weights=WEIGHTS), lambda x: np.linalg.pinv(x, rcond=0.1, rtol=0.1),
    lambda x: x.trace(no_such_option=1), lambda x: x.transpose(2, 0), lambda x: x.transpose(0, 5),
]  # fmt: skip


@recent
@pytest.mark.parametrize("f", REFUSALS, ids=range(len(REFUSALS)))
def test_what_numpy_refuses_is_refused(f: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as wanted:
        f(X)
    with pytest.raises(wanted.type):
        f(ad.Tensor(X))


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: np.fmod(x, 2.0, dtype=np.float16), "np.fmod: dtype="),
        (lambda x: np.pad(x, 1, lambda *a: None), "np.pad: mode="),
        (lambda x: np.pad(x, 5, "reflect", reflect_type="odd"), "beyond the array's length"),
    ],
    ids=["half", "own mode", "far mirror"],
)
def test_what_a_graph_cannot_hold_is_refused_by_name(f: Any, words: str) -> None:
    f(X)
    with pytest.raises(TypeError, match=words):
        f(ad.Tensor(X))


def test_functions_that_cannot_tell_how_they_are_called() -> None:
    with pytest.raises(ValueError, match="signature"):  # as of those written in C, in numpy 1.26
        inspect.signature(type)
    assert str(signature_of(type, Recipe(a=ARRAY))) == "(a)"
    assert str(signature_of(type, Recipe("(a, axis=None)", a=ARRAY))) == "(a, axis=None)"


def test_unknown_parameters_are_said() -> None:
    entry = ENTRIES[np.trace]
    with pytest.raises(TypeError, match=r"np\.trace: got an unexpected keyword argument 'axes'"):
        entry(ad.Tensor(X), axes=1)
    with pytest.raises(KeyError, match="does not say what the parameter 'colour' takes"):
        entry.recipe.draw(lambda n: 0, names=["colour"])
