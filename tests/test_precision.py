"""Which precision comes out: numpy is the oracle, for every pair of types of operands.

Float32 beside an array of whole numbers may ask for more digits, Python's own numbers never do. Every row
of two operands is asked, and every function of the dispatch whose recipe has two arrays or more.
"""

import itertools
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.dispatch.entries import ENTRIES, name_of
from autodiff.table.primitive import UFUNCS
from tests import parity

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore::RuntimeWarning")]
TYPES = ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u4", "u8", "?"]
NUMBERS: list[Any] = [
    2,
    0.5,
    True,
    np.int64(2),
    np.int8(2),
    np.float32(0.5),
    np.float64(0.5),
    np.bool_(True),
]
BINARY = {
    f.__name__: f for f, row in UFUNCS.items() if f.nin == 2 and getattr(np, f.__name__, None) is f
}
ONE = np.array([1.5, 2.0, 0.5])


def typed(kind: str) -> Any:
    return ONE.astype(kind) if kind[0] == "f" else np.array([1, 2, 1]).astype(kind)


def pairs() -> Any:
    """Yield what stands beside a float: arrays of every type, and single numbers."""
    for kind, other in itertools.product(("f4", "f8"), [*map(typed, TYPES), *NUMBERS]):
        yield typed(kind), other


@pytest.mark.parametrize("name", BINARY)
def test_operands_are_promoted_as_numpy_does(name: str) -> None:
    f, asked = BINARY[name], 0
    for x, z in pairs():
        for a, b, first in ((x, z, True), (z, x, False)):
            try:
                wanted = f(a, b)
            except (TypeError, ValueError):  # numpy has no such loop, or no such shape
                continue
            if wanted.dtype.kind != "f":
                continue
            got = f(ad.Tensor(a), b) if first else f(a, ad.Tensor(b))
            assert got.dtype == wanted.dtype, (a.dtype, getattr(b, "dtype", b))
            np.testing.assert_allclose(got.data, wanted, rtol=1e-6)
            asked += 1
    assert asked > 20


@pytest.mark.parametrize(
    "f", [np.add, np.multiply, np.maximum, np.arctan2], ids=lambda f: f.__name__
)
def test_programs_and_transforms_keep_the_precision_of_eager_code(f: Any) -> None:
    for x, z in pairs():
        wanted = f(x, z)
        for got in (
            ad.jit(lambda v, z=z: f(v, z))(x),
            ad.trace(lambda v, z=z: f(v, z), ad.Tensor(x))(x),
        ):
            assert np.asarray(got).dtype == wanted.dtype, (x.dtype, getattr(z, "dtype", z))
        gradient = ad.grad(lambda v, z=z: ad.sum(f(v, z)))(x)
        assert gradient.dtype == x.dtype


SEVERAL = {name_of(f): e for f, e in ENTRIES.items() if len(e.recipe.operands) > 1}
# Whole numbers of 8 and 16 bits become doubles in composed functions, where numpy stays with float32.
WIDE = ["f4", "f8", "i4", "i8", "u4", "u8"]


def kinds(first: str, other: str) -> Any:
    """Return what makes the first array of a call one of the type `first`, the others of `other`."""
    left = [first]

    def change(x: Any) -> Any:
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            return x
        kind = left.pop() if left else other
        return x.astype(kind) if kind[0] == "f" else np.asarray(np.rint(np.abs(x)) + 1).astype(kind)

    return parity.replacing(change)


def answered(f: Any, args: Any, options: Any) -> Any:
    """Return what a function answers; None where it refuses a parameter, or whole numbers, by name."""
    try:
        return f(*args, **options)
    except TypeError as error:
        if any(word in str(error) for word in (parity.REFUSED, "whole", "real numbers")):
            return None
        raise


@pytest.mark.parametrize("name", SEVERAL)
def test_functions_of_several_arrays_promote_as_numpy_does(name: str) -> None:
    entry = SEVERAL[name]
    for seed in range(60):
        args, options = entry.draw(parity.seeded(seed))
        args = kinds("f4", WIDE[seed % len(WIDE)])(args)
        try:
            wanted = entry.function(*args, **options)
        except Exception:  # not of these types
            continue
        if not isinstance(wanted, np.ndarray | np.generic) or wanted.dtype.kind != "f":
            continue
        given = [
            ad.Tensor(x) if isinstance(x, np.ndarray) and x.dtype == np.float32 else x for x in args
        ]
        if not any(isinstance(x, ad.Tensor) for x in given):
            given = [[ad.Tensor(p) if getattr(p, "dtype", None) == np.float32 else p for p in x]
                     if isinstance(x, list | tuple) else x for x in args]  # fmt: skip
        got = answered(entry.function, given, options)
        if isinstance(got, ad.Tensor):
            assert got.dtype == wanted.dtype, [getattr(x, "dtype", x) for x in args]
