"""Pooling: the largest or the mean of what a window sees, one axis after the other.

Along one axis a pooling is an elementwise function of as many slices as the window is long, so two axes
take 2 k slices, not k^2, and nothing loops over pixels. Where several are the largest, the gradient is
shared among them, as that of `maximum` is.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from nets.layers.convolution import Each, each, places
from nets.layers.module import Module, given


def _pooled(
    x: Any, window: Each, stride: Each | None, padding: Each, combine: Callable[..., Any],
    name: str, around: float,
) -> Any:  # fmt: skip
    """Combine what a window sees along the last two axes; `around` is what stands outside of x."""
    window = each(window, 2, f"{name}: window", 1)
    stride = window if stride is None else each(stride, 2, f"{name}: stride", 1)
    padding = each(padding, 2, f"{name}: padding", 0)
    x = given(x, f"{name}: x")
    if x.ndim < 2:
        raise ValueError(f"{name}: takes images (..., h, w), and x has shape {x.shape}")
    if any(2 * p > k for p, k in zip(padding, window, strict=True)):
        raise ValueError(
            f"{name}: the padding {padding} is more than half of the window {window}, so a window "
            f"would see nothing of x"
        )
    found = places(name, x.shape[-2:], window, stride, padding)
    if any(padding):
        wide = ((0, 0),) * (x.ndim - 2) + tuple((p, p) for p in padding)
        x = np.pad(x, wide, constant_values=around)
    for axis, k, s, n in zip((-2, -1), window, stride, found, strict=True):
        rest = (slice(None),) * (-1 - axis)
        x = reduce(combine, [x[..., slice(i, i + s * (n - 1) + 1, s), *rest] for i in range(k)])
    return x


def max_pool2d(x: Any, window: Each, stride: Each | None = None, padding: Each = 0) -> Any:
    """Return the largest number that a window sees at each of its places.

    Shapes: x (..., h, w), result (..., h', w') with h' = (h + 2 padding - window) // stride + 1. The
    stride is the window's unless told. A ValueError says what does not fit.

    >>> max_pool2d(np.array([[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 1.0, 2.0]]), 2)
    array([[4., 5.]])
    """
    return _pooled(x, window, stride, padding, np.maximum, "max_pool2d", -np.inf)


def avg_pool2d(x: Any, window: Each, stride: Each | None = None, padding: Each = 0) -> Any:
    """Return the mean of what a window sees at each of its places, the zeros of the padding included.

    Shapes: as for `max_pool2d`.

    >>> avg_pool2d(np.array([[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 1.0, 2.0]]), 2)
    array([[2.5, 2. ]])
    """
    k, m = each(window, 2, "avg_pool2d: window", 1)
    return _pooled(x, window, stride, padding, np.add, "avg_pool2d", 0.0) * (1.0 / (k * m))


class Pool2d(Module):
    """What `MaxPool2d` and `AvgPool2d` share: a window, its stride and the padding around the image."""

    def __init__(self, window: Each, stride: Each | None = None, padding: Each = 0) -> None:
        name = type(self).__name__
        self.window = each(window, 2, f"{name}: window", 1)
        self.stride = self.window if stride is None else each(stride, 2, f"{name}: stride", 1)
        self.padding = each(padding, 2, f"{name}: padding", 0)


class MaxPool2d(Pool2d):
    """`max_pool2d` as a module.

    >>> MaxPool2d(2)(np.zeros((5, 8, 24, 24))).shape
    (5, 8, 12, 12)
    """

    def forward(self, x: Any) -> Any:
        """Return (..., h', w') for x (..., h, w)."""
        return max_pool2d(x, self.window, self.stride, self.padding)


class AvgPool2d(Pool2d):
    """`avg_pool2d` as a module.

    >>> AvgPool2d(3, stride=2, padding=1)(np.zeros((5, 8, 9, 9))).shape
    (5, 8, 5, 5)
    """

    def forward(self, x: Any) -> Any:
        """Return (..., h', w') for x (..., h, w)."""
        return avg_pool2d(x, self.window, self.stride, self.padding)
