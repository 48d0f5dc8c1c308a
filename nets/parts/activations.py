"""Activation functions by name: a = f(z) for a whole layer, recorded as one node where it is a row.

Any function of one node can be an activation, because its derivative comes from the table of
`autodiff`; the names here are those that a command line or a checkpoint can hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import autodiff as ad

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Activation:
    """A function from weighted inputs z to activations a, under the name it is saved by."""

    name: str
    function: Function

    def __call__(self, z: Any) -> Any:
        """Compute a = f(z), of the shape of z."""
        return self.function(z)


_FUNCTIONS: dict[str, Function] = {
    "sigmoid": ad.sigmoid,
    "tanh": ad.tanh,
    "relu": ad.relu,
    "leaky_relu": ad.leaky_relu,
    "elu": ad.elu,
    "gelu": ad.gelu,
    "softplus": ad.softplus,
    "identity": ad.identity,
    "step": ad.step,
    "softmax": ad.softmax,
}
ACTIVATIONS = {name: Activation(name, function) for name, function in _FUNCTIONS.items()}


def as_activation(f: str | Function) -> Activation:
    """Look an activation up by name; a function of one node becomes an activation of its own name.

    >>> as_activation("tanh").name
    'tanh'
    >>> as_activation(lambda z: z * z).name
    '<lambda>'
    """
    if isinstance(f, Activation):
        return f
    if callable(f):
        return Activation(getattr(f, "__name__", repr(f)), f)
    if not isinstance(f, str) or f not in ACTIVATIONS:
        raise ValueError(f"no activation is called {f!r}: choose one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[f]
