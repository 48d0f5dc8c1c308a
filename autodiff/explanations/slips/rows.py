"""Activations by the names of their rows, applied to arrays: what a slip takes for the right one."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE, Pointwise

# What is taken for one another: the activations that the documents name.
USUAL = ("sigmoid", "tanh", "relu", "softplus", "identity")


def slopes(activation: Any, points: Sequence[Any]) -> list[Any] | None:
    """Return the derivative of each layer's activation at an array; None if it is not known.

    `activation` is the name of a row of the table, or a list of names, one a layer.
    """
    if activation is None:
        return None
    found = []
    for name, x in zip(_names(activation, len(points)), points, strict=True):
        row = _row(name)
        if row is None:
            return None
        rule = row.partials[0]
        assert rule is not None
        x = np.asarray(x)
        found.append(np.broadcast_to(rule(row.array(x), x), x.shape))
    return found


def values(activation: Any, points: Sequence[Any]) -> list[Any] | None:
    """Return each layer's activation at an array; None if one of the names is of no row.

    >>> values("relu", [np.array([[-1.0], [2.0]])])[0].ravel()
    array([0., 2.])
    """
    if activation is None:
        return None
    rows = [_row(name) for name in _names(activation, len(points))]
    if None in rows:
        return None
    return [r.array(np.asarray(x)) for r, x in zip(rows, points, strict=True) if r is not None]


def others(z: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield each usual activation: its name, its value and its slope at z."""
    for name in USUAL:
        value, slope = values(name, [z]), slopes(name, [z])
        assert value is not None
        assert slope is not None
        yield name, value[0], slope[0]


def _names(activation: Any, layers: int) -> list[str]:
    return [activation] * layers if isinstance(activation, str) else list(activation)


def _row(name: str) -> Pointwise | None:
    row = TABLE.get(name)
    return row if isinstance(row, Pointwise) and row.arity == 1 else None
