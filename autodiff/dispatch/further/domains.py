"""np.emath on nodes: functions that turn to complex numbers outside of their domain, as far as they are real.

Where numpy's result would be complex, the call is refused: a graph is of real numbers. A program that was
recorded inside of the domain gives NaN outside of it, as np.sqrt does.
"""

from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np

from autodiff.dispatch.entries import name_of, stands_for
from autodiff.nodes.functions import array_of, is_node
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.value import Value
from autodiff.table.recipes import FITTING, Drawing, Operand


class Inside(Operand):
    """A kind of array whose numbers lie in its domain, or are NaN."""

    def __call__(self, d: Drawing) -> Any:
        x = np.array(super().__call__(d))
        x[(x < self.above) | (x > self.below)] = 0.5
        return x


POSITIVE = Inside(above=0.0, below=np.inf)
UNIT = Inside(above=-1.0, below=1.0)
FITTING_POSITIVE = Inside(above=0.0, below=np.inf, shape=FITTING.shape)


def real(function: Any, place: str, x: Any, low: float, high: float) -> Any:
    """Return an argument whose numbers all lie in the domain."""
    array = np.asarray(array_of(x) if is_node(x) else array_of(tensor(x)))
    outside = (array < low) | (array > high)
    if np.any(outside):
        domain = "negative" if high == np.inf else "outside of [-1, 1]"
        raise TypeError(
            f"{name_of(function)}: {place} holds {array[outside][0]:.6g}; of a number that is {domain} the "
            f"result is complex, and a graph is of real numbers: choose with np.where before"
        )
    return x if is_node(x) or isinstance(x, Number) else tensor(x)


def within(function: Any, plain: Any, low: float, high: float) -> Callable[..., Any]:
    """Return a function of one array, inside of its domain."""

    def apply(x: Any) -> Any:
        return plain(real(function, "x", x, low, high))

    apply.__doc__ = f"Return {plain.__name__} of numbers from {low:g} to {high:g}."
    return apply


for _name in ("sqrt", "log", "log2", "log10"):
    _function = getattr(np.emath, _name)
    stands_for(_function, x=POSITIVE)(within(_function, getattr(np, _name), 0.0, np.inf))
for _name in ("arccos", "arcsin", "arctanh"):
    _function = getattr(np.emath, _name)
    stands_for(_function, x=UNIT)(within(_function, getattr(np, _name), -1.0, 1.0))


def both(*xs: Any) -> list[Any]:
    """Return numbers as they are, or all as arrays: beside an array numpy takes a number for a double."""
    return [*xs] if all(isinstance(x, Value | Number) for x in xs) else [tensor(x) for x in xs]


@stands_for(np.emath.logn, n=POSITIVE, x=FITTING_POSITIVE)
def logn(n: Any, x: Any) -> Any:
    """Return the logarithm of x to the base n."""
    function = np.emath.logn
    n, x = both(real(function, "n", n, 0.0, np.inf), real(function, "x", x, 0.0, np.inf))
    return np.log(x) / np.log(n)


@stands_for(np.emath.power, x=POSITIVE, p=FITTING)
def power(x: Any, p: Any) -> Any:
    """Return x to the power p."""
    return np.power(*both(real(np.emath.power, "x", x, 0.0, np.inf), p))
