"""Clipping: gradients made smaller where they are too large, by the norm of all or number by number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def clip_by_norm(gradients: Sequence[Array], largest: float) -> list[Array]:
    """Return gradients scaled by largest/||g|| where the norm of all together is larger than that.

    >>> clip_by_norm([np.array([3.0]), np.array([4.0])], 1.0)
    [array([0.6]), array([0.8])]
    """
    if not largest > 0:
        raise ValueError(f"the largest norm is {largest!r:.60}: it must be positive")
    norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients)))
    return [g * (largest / norm) for g in gradients] if norm > largest else list(gradients)


def clip_by_value(gradients: Sequence[Array], largest: float) -> list[Array]:
    """Return gradients with every number between -largest and largest.

    >>> clip_by_value([np.array([3.0, -0.5])], 1.0)
    [array([ 1. , -0.5])]
    """
    if not largest > 0:
        raise ValueError(f"the largest number is {largest!r:.60}: it must be positive")
    return [np.clip(g, -largest, largest) for g in gradients]
