"""Nested tuples, lists and dicts of numbers or nodes, taken apart and put together again.

>>> leaves, rebuild = flatten({"w": [1.0, 2.0], "b": 3.0})
>>> leaves
[1.0, 2.0, 3.0]
>>> rebuild([10 * x for x in leaves])
{'w': [10.0, 20.0], 'b': 30.0}
"""

from collections.abc import Callable
from typing import Any

Rebuild = Callable[[list[Any]], Any]


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """Return the leaves from left to right and a function that puts leaves back in their place."""
    leaves: list[Any] = []
    shape = _take_apart(tree, leaves)
    return leaves, lambda new: _put_together(shape, iter(new))


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """Apply a function to each leaf."""
    leaves, rebuild = flatten(tree)
    return rebuild([function(x) for x in leaves])


def _take_apart(tree: Any, leaves: list[Any]) -> Any:
    if type(tree) in (tuple, list):
        return type(tree), [_take_apart(x, leaves) for x in tree]
    if type(tree) is dict:
        return dict, [(k, _take_apart(x, leaves)) for k, x in tree.items()]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)._make, [_take_apart(x, leaves) for x in tree]  # type: ignore[attr-defined]
    leaves.append(tree)
    return None


def _put_together(shape: Any, leaves: Any) -> Any:
    if shape is None:
        return next(leaves)
    make, parts = shape
    if make is dict:
        return {k: _put_together(x, leaves) for k, x in parts}
    return make([_put_together(x, leaves) for x in parts])
