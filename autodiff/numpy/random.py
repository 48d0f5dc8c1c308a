"""numpy.random with nodes: numpy's own names; a draw has no derivative, a choice among nodes does.

What is drawn depends on no node. Where a node is given as a parameter of a distribution, this is said:
write `loc + scale * np.random.normal(size=n)`, whose derivatives are those of a formula. `permutation`
and `choice` move elements and record that.
"""

from functools import wraps
from typing import Any

from numpy import random

from autodiff.nodes.functions import as_array_node, holds_nodes

plain: Any = random
__all__ = [n for n in dir(plain) if not n.startswith("_")]  # pyright: ignore


def permutation(x: Any) -> Any:
    """Return the elements along the first axis in an order drawn at random."""
    if not holds_nodes(x):
        return plain.permutation(x)
    node = as_array_node(x)
    return node[plain.permutation(len(node))]


def choice(a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
    """Return elements drawn at random."""
    if holds_nodes(p):
        raise refused("choice")
    if not holds_nodes(a):
        return plain.choice(a, size, replace, p)
    node = as_array_node(a)
    return node[plain.choice(len(node), size, replace, p)]


def refused(name: str) -> TypeError:
    """Return the error for a node as a parameter of a draw."""
    return TypeError(
        f"np.random.{name}: a draw with a node as its parameter has no meaning on a graph; draw with "
        f"plain numbers and write the rest as a formula, as in loc + scale * np.random.normal(size=n)"
    )


def drawing(name: str, function: Any) -> Any:
    """Return a function of numpy.random that refuses nodes; a class or a module as it is."""
    if isinstance(function, type) or not callable(function):
        return function

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if any(map(holds_nodes, (*args, *options.values()))):
            raise refused(name)
        return function(*args, **options)

    return call


RECORDED = {"permutation", "choice"}


def __getattr__(name: str) -> Any:
    """Return numpy's function of this name."""
    if name.startswith("__"):
        raise AttributeError(name)
    return drawing(name, getattr(plain, name))


def __dir__() -> list[str]:
    return __all__
