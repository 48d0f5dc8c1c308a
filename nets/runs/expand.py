"""Artificial expansion of the training data (chapter 3): the same digit, moved and turned a little.

A digit that is shifted by one pixel or turned by a few degrees is still the same digit, but to a
fully connected network it is a new example. Only training data are expanded.
"""

from typing import Any

import numpy as np

from nets.data import DataError, Examples
from nets.extras import require

SHIFTS = ((-1, 0), (1, 0), (0, -1), (0, 1))  # rows down, columns to the right
DEGREES = (-12.0, 12.0)
EXPANSIONS = ("none", "shifts", "rotations", "both")


def shifted(images: Any, down: int, right: int) -> Any:
    """Move images (n, h, w) by whole pixels; what leaves is lost, what comes in is 0.

    >>> shifted(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 1, 0)
    array([[[0., 0.],
            [1., 2.]]])
    """
    moved = np.zeros_like(images)
    h, w = images.shape[1:]
    into = np.s_[:, max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)]
    out_of = np.s_[:, max(-down, 0) : h + min(-down, 0), max(-right, 0) : w + min(-right, 0)]
    moved[into] = images[out_of]
    return moved


def rotated(images: Any, degrees: float) -> Any:
    """Turn images (n, h, w) about their centre, counter-clockwise, by bilinear interpolation.

    >>> bar = np.zeros((1, 3, 3))
    >>> bar[0, 1] = 1.0
    >>> rotated(bar, 90.0)[0].round(12)
    array([[0., 1., 0.],
           [0., 1., 0.],
           [0., 1., 0.]])
    """
    turn = require("scipy.ndimage").rotate
    return turn(images, degrees, axes=(2, 1), reshape=False, order=1, mode="constant")


def expand(examples: Examples, kind: str = "both") -> Examples:
    """Return the examples followed by their copies: 4 by `shifts`, 2 by `rotations`, 6 by `both`.

    Images must be squares, 28 x 28 for the 784 inputs of MNIST. A `DataError` says what does not fit.

    >>> one = Examples(np.eye(9)[:1], np.array([3]))
    >>> expand(one, "shifts").labels
    array([3, 3, 3, 3, 3])
    """
    if kind not in EXPANSIONS:
        raise DataError(f"no expansion is called {kind!r}: choose one of {', '.join(EXPANSIONS)}")
    if kind == "none":
        return examples
    rows = examples.inputs.T
    side = round(rows.shape[1] ** 0.5)
    if side * side != rows.shape[1]:
        raise DataError(
            f"examples of {rows.shape[1]} numbers are no square images: nothing to move"
        )
    images = rows.reshape(-1, side, side)
    copies = [images]
    if kind in ("shifts", "both"):
        copies += [shifted(images, *by) for by in SHIFTS]
    if kind in ("rotations", "both"):
        copies += [rotated(images, degrees) for degrees in DEGREES]
    return Examples(
        np.concatenate(copies).reshape(-1, side * side),
        np.tile(examples.labels, len(copies)),
        classes=len(examples.targets),
        as_labels=examples.as_labels,
    )
