"""Operands of another rank than a function expects: numpy's answer, an error where numpy has one, never else.

The recipes draw what fits. Here each operand in turn is given an axis more, or one less, and numpy is asked
what becomes of that.
"""

import warnings
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from tests import parity

pytestmark = pytest.mark.engine
SEEDS = 12
SAID = (parity.REFUSED, "a graph is of real numbers")
# numpy moves a number without axes by none, and fails.
NAMES = [n for n in parity.CALLS if not n.endswith((".reduce", "fftshift"))]


def changed(args: list[Any], place: int, more: bool) -> Any:
    """Return the arguments with one that has an axis more or one less; None where it is no array."""
    x = args[place]
    if (
        not isinstance(x, np.ndarray)
        or x.dtype.kind != "f"
        or not (more or (x.ndim and x.shape[0]))
    ):
        return None
    other = np.stack([x, x + 0.5]) if more else x[0]
    return [*args[:place], np.asarray(other), *args[place + 1 :]]


def outcome(f: Any, args: Any, options: Any) -> Any:
    """Return what a function answers, or its error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return f(*args, **options)
    except Exception as error:
        return error


def as_nodes(args: Any) -> Any:
    pick = parity.seeded(0)
    return [parity.as_nodes(x, pick) for x in args]


@pytest.mark.parametrize("name", NAMES)
def test_operands_of_another_rank(name: str) -> None:
    plain, recorded, entry = parity.CALLS[name]
    for seed in range(SEEDS):
        args, options = entry.draw(parity.seeded(seed))
        for place in range(len(args)):
            for more in (True, False):
                given = changed(args, place, more)
                if given is None:
                    continue
                wanted = outcome(plain, given, options)
                got = outcome(recorded, as_nodes(given), options)
                shapes = [getattr(x, "shape", x) for x in given]
                if isinstance(wanted, Exception):
                    assert isinstance(got, Exception), (shapes, options, got)
                elif isinstance(got, Exception):
                    assert isinstance(got, TypeError), (shapes, options, got)
                    assert any(word in str(got) for word in SAID), (shapes, options, got)
                else:
                    assert parity.differ(parity.plain(got), wanted, 1e3) == "", (shapes, options)


SINGULAR = [np.zeros((2, 2)), np.ones((2, 2)), np.diag([1.0, 0.0])]


@pytest.mark.parametrize("p", [None, 1, -1, 2, -2, np.inf, -np.inf, "fro"], ids=str)
@pytest.mark.parametrize("x", SINGULAR, ids=lambda x: str(x.tolist()))
def test_the_condition_of_a_matrix_without_an_inverse_is_that_of_numpy(x: Any, p: Any) -> None:
    with np.errstate(all="ignore"):
        wanted = np.linalg.cond(x, p)
        np.testing.assert_allclose(np.linalg.cond(ad.Tensor(x), p).data, wanted, atol=1e-10)
        np.testing.assert_allclose(
            ad.jit(lambda v: np.linalg.cond(v, p))(ad.Tensor(x)).data, wanted, atol=1e-10
        )
