"""Kinds of parameters: one of some values, and what becomes of a node that is given in their place.

A parameter that takes real numbers is differentiated (`Real`), or the result is constant in pieces in it
(`Steps`), so that its gradient is 0 wherever there is one. A parameter of any other kind is a
setting, and there a node that needs a gradient is refused: taken as a plain number it would get the
gradient 0 without a word.
"""

from collections.abc import Callable
from typing import Any

Kind = Callable[[Any], Any]


class OneOf:
    """The kind of a value that is one of `choices`."""

    def __init__(self, *choices: Any) -> None:
        self.choices = choices

    def __call__(self, d: Any) -> Any:
        return d.of(*self.choices)


def one_of(*choices: Any) -> Kind:
    """Return the kind of a value that is one of these."""
    return OneOf(*choices)


def whole(low: int, high: int) -> Kind:
    """Return the kind of a whole number from low to high, 0 or the nearest to it first."""
    numbers = sorted(range(low, high + 1), key=abs)
    return lambda d: d.of(*numbers)


class Real:
    """The kind of a parameter to which gradients flow, drawn as another kind is."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def __call__(self, d: Any) -> Any:
        return self.kind(d)


class Steps(Real):
    """The kind of a parameter in which the result is constant in pieces: a condition, a threshold."""


def real(*choices: Any) -> Kind:
    """Return the kind of one of these values, to which gradients flow."""
    return Real(one_of(*choices))
