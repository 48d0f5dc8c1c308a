"""What is given to a network as numbers: real ones, or a sentence.

numpy makes floats of nearly everything: of texts and dates, of complex numbers without their imaginary
part, of what a mask hides. None of these is an input, a target or a weight.
"""

from typing import Any

import numpy as np

import autodiff as ad
from autodiff.table.data import numbers

Array = np.ndarray[Any, np.dtype[Any]]


def real(given: Any, what: str, dtype: Any = np.float64) -> Array:
    """Return an array of real numbers of this type, or raise a ValueError that says what is given.

    >>> real([[1], [True]], "x").tolist()
    [[1.0], [1.0]]
    """
    if isinstance(given, ad.Tensor):
        given = given.data
    try:
        return np.asarray(numbers(given, what), dtype=dtype)
    except TypeError as error:
        why = str(error).removeprefix(f"{what}: ")
        raise ValueError(f"{what} is not an array of numbers: {why}") from None


def two_lists(found: Any, layers: int) -> tuple[list[Array], list[Array]]:
    """Return what a backprop of one's own gave back, or raise a ValueError that says what it is not.

    >>> two_lists(([[1, 2]], [[[3.0]]]), 1)
    ([array([1, 2])], [array([[3.]])])
    """
    got = type(found).__name__
    try:
        nabla_b, nabla_w = map(list, found)
        got = ad.say("mark.no_numbers")
        lists = _arrays(nabla_b), _arrays(nabla_w)
    except (TypeError, ValueError):
        pass
    else:
        if len(lists[0]) == len(lists[1]) == layers:
            return lists
        got = ad.say("mark.lengths", b=len(lists[0]), w=len(lists[1]))
    raise ValueError(ad.say("mark.no_lists", got=got, n=layers)) from None


def _arrays(given: list[Any]) -> list[Array]:
    return [plain(array) for array in given]


def plain(array: Any) -> Array:
    """Return an array of real numbers as it is, or raise a TypeError."""
    found = np.asarray(array.data if isinstance(array, ad.Tensor | ad.Value) else array)
    if found.dtype.kind not in "biuf":
        raise TypeError(found.dtype)
    return found
