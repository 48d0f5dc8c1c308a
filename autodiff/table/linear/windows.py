"""Windows that slide along axes, and what comes back from them: the sum of overlapping windows.

numpy makes a view of the windows and copies nothing; back from each place in the window goes one slice.
"""

from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE, multilinear
from autodiff.table.recipes import Operand, Recipe, one_of


def windows(x: Any, window: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """Return what a window sees at each place, in new axes at the end."""
    return np.lib.stride_tricks.sliding_window_view(x, window, axes)


def overlapped(g: Any, window: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """Return the sums of windows where they overlap."""
    first = len(g.shape) - len(window)
    shape = [*g.shape[:first]]
    for k, size in zip(axes, window, strict=True):
        shape[k] += size - 1
    y = np.zeros(shape, g.dtype)
    for place in np.ndindex(*window):
        start = [0] * first
        for k, at in zip(axes, place, strict=True):
            start[k] += at
        y[tuple(slice(s, s + n) for s, n in zip(start, g.shape, strict=False))] += g[..., *place]
    return y


WINDOW = {"window": one_of((2,), (1,)), "axes": one_of((0,))}
multilinear(
    "windows", windows, lambda g, x, window, axes: TABLE["overlapped"](g, window=window, axes=axes),
    tex=r"\operatorname{{windows}}({0})", doc="what a window sees as it slides along axes, in new axes",
    recipe=Recipe(x=Operand(1, 3, shape=lambda d: d.of((max(d.size, 2),), (max(d.size, 2), 3))), **WINDOW),
)  # fmt: skip
multilinear(
    "overlapped", overlapped,
    lambda g, x, window, axes: TABLE["windows"](g, window=window, axes=axes),
    tex=r"\operatorname{{overlap}}({0})", doc="the sum of overlapping windows that slide along axes",
    recipe=Recipe(
        x=Operand(shape=lambda d: (d.size, 2)), window=one_of((2,)), axes=one_of((0,)),
    ),
)  # fmt: skip
