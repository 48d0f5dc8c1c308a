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
