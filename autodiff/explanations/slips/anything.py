"""Slips that need no formula: the sign, a transpose, a factor, one quantity taken for another."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from autodiff.table.language import say

Slip = tuple[str, Any]


def of_anything(right: Any, sizes: Iterable[int] = ()) -> Iterator[Slip]:
    """Yield the slips that change a quantity as a whole; `sizes` are what N may be."""
    yield say("slip.sign"), -right
    if np.ndim(right) == 2:
        yield say("slip.transpose"), np.transpose(right)
    yield say("slip.zero"), 0.0 * right
    yield say("slip.twice"), 2.0 * right
    yield say("slip.half"), 0.5 * right
    for n in sorted(set(sizes) - {1, 2}):
        yield say("slip.not_divided", n=n), n * right
        yield say("slip.divided_twice", n=n), right / n


def of_others(name: str, others: Mapping[str, Any]) -> Iterator[Slip]:
    """Yield the slip of taking another quantity of the same kind for this one."""
    for other, value in others.items():
        if other != name:
            key = "slip.other" if "^" in name else "slip.other_quantity"
            yield say(key, other=other), value
