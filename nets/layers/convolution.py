"""Convolution, in one, two or three dimensions: one product of matrices for all pixels.

A window slides over the padded image; what it sees at each place is a row, and the filters are the
columns that these rows are multiplied by. Nothing loops over pixels, and the transposes come from the
table: back to the filters goes a product of the same size, back to the image the sum of overlapping
windows. Inside, channels are the last axis, so that what a window sees lies together in memory.
"""

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nets.layers.module import Module, generator, given, uniform, whole

Each = int | tuple[int, ...]


def each(value: Any, n: int, what: str, least: int) -> tuple[int, ...]:
    """Return one whole number for each of n axes; a single one is that of all axes.

    >>> each(2, 2, "conv2d: stride", 1), each((1, 2), 2, "conv2d: stride", 1)
    ((2, 2), (1, 2))
    """
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * n
    if len(values) != n:
        raise ValueError(f"{what} is {value!r:.60}: it must be one whole number, or {n}")
    return tuple(whole(v, what, least) for v in values)


def places(
    name: str, sizes: tuple[int, ...], window: tuple[int, ...], stride: tuple[int, ...],
    padding: tuple[int, ...],
) -> tuple[int, ...]:  # fmt: skip
    """Return at how many places a window stands along each axis: (size + 2 padding - window) / stride + 1.

    >>> places("conv2d", (28, 28), (5, 5), (1, 1), (0, 0))
    (24, 24)
    """
    padded = tuple(s + 2 * p for s, p in zip(sizes, padding, strict=True))
    if any(w > s for s, w in zip(padded, window, strict=True)):
        raise ValueError(
            f"{name}: a window of {window} does not fit into an image of {padded}, its padding included"
        )
    return tuple((s - w) // k + 1 for s, w, k in zip(padded, window, stride, strict=True))


def convolution(
    x: Any, weight: Any, bias: Any = None, stride: Each = 1, padding: Each = 0, dilation: Each = 1,
    name: str = "convolution",
) -> Any:  # fmt: skip
    """Compute y[..., o, p] = sum over c, k of x[..., c, stride p + dilation k] weight[o, c, k] + bias[o].

    Shapes: x (..., channels, *size), weight (outputs, channels, *window), bias (outputs,), y
    (..., outputs, *places); the weight tells how many axes slide. Around x stand `padding` zeros.
    A ValueError names both shapes that do not fit.

    >>> convolution(np.array([[1.0, 2.0, 4.0]]), np.array([[[-1.0, 1.0]]]))
    array([[1., 2.]])
    """
    n, x = weight.ndim - 2, given(x, f"{name}: x")
    if n < 1 or x.ndim < n + 1 or x.shape[-n - 1] != weight.shape[1]:
        sizes = ", ".join("hw"[-n:]) if n in (1, 2) else "..."
        raise ValueError(
            f"{name}: the weight of shape {weight.shape} takes (..., {weight.shape[1]}, {sizes}), "
            f"{weight.shape[1]} channels, and x has shape {x.shape}"
        )
    stride = each(stride, n, f"{name}: stride", 1)
    padding = each(padding, n, f"{name}: padding", 0)
    dilation = each(dilation, n, f"{name}: dilation", 1)
    outputs, channels, *kernel = weight.shape
    window = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    lead, sizes = x.shape[: -n - 1], x.shape[-n:]
    found = places(name, sizes, window, stride, padding)
    axes = tuple(range(1, n + 1))
    image = x.reshape(math.prod(lead), channels, *sizes).transpose(0, *(a + 1 for a in axes), 1)
    if any(padding):
        image = np.pad(image, ((0, 0), *((p, p) for p in padding), (0, 0)))
    seen = sliding_window_view(image, window, axes)
    if any(s > 1 for s in (*stride, *dilation)):
        jumps = [slice(None, None, s) for s in stride]
        seen = seen[:, *jumps, :, *(slice(None, None, d) for d in dilation)]
    inner = tuple(range(n + 2, 2 * n + 2))
    rows = seen.transpose(0, *axes, *inner, n + 1)
    rows = rows.reshape(math.prod((*lead, *found)), math.prod(kernel) * channels)
    y = rows @ weight.transpose(*range(2, n + 2), 1, 0).reshape(-1, outputs)
    if bias is not None:
        y = y + bias
    y = y.reshape(math.prod(lead), *found, outputs).transpose(0, n + 1, *axes)
    return y.reshape(*lead, outputs, *found) if len(lead) != 1 else y


def conv1d(
    x: Any, weight: Any, bias: Any = None, stride: Each = 1, padding: Each = 0, dilation: Each = 1
) -> Any:
    """Compute the `convolution` of signals: x (..., channels, t), weight (outputs, channels, k).

    >>> conv1d(np.ones((2, 1, 5)), np.ones((3, 1, 2))).shape
    (2, 3, 4)
    """
    return convolution(x, _sliding(weight, 1, "conv1d"), bias, stride, padding, dilation, "conv1d")


def conv2d(
    x: Any, weight: Any, bias: Any = None, stride: Each = 1, padding: Each = 0, dilation: Each = 1
) -> Any:
    """Compute the `convolution` of images: x (..., channels, h, w), weight (outputs, channels, k, l).

    >>> conv2d(np.ones((2, 1, 5, 5)), np.ones((3, 1, 3, 3)), stride=2).shape
    (2, 3, 2, 2)
    """
    return convolution(x, _sliding(weight, 2, "conv2d"), bias, stride, padding, dilation, "conv2d")


def _sliding(weight: Any, n: int, name: str) -> Any:
    if weight.ndim != n + 2:
        raise ValueError(
            f"{name}: the weight has shape {weight.shape}, and needs {n + 2} axes: outputs, channels "
            f"and the window"
        )
    return weight


class Convolution(Module):
    """What `Conv1d` and `Conv2d` share: weight (outputs, channels, *window) from U(-1, 1)/sqrt(fan in)."""

    axes: int

    def __init__(
        self, channels: int, outputs: int, kernel: Each, stride: Each = 1, padding: Each = 0,
        dilation: Each = 1, bias: bool = True, rng: Any = None, dtype: Any = np.float64,
    ) -> None:  # fmt: skip
        name, n = type(self).__name__, self.axes
        self.channels = whole(channels, f"{name}: channels")
        self.outputs = whole(outputs, f"{name}: outputs")
        self.kernel = each(kernel, n, f"{name}: kernel", 1)
        self.stride = each(stride, n, f"{name}: stride", 1)
        self.padding = each(padding, n, f"{name}: padding", 0)
        self.dilation = each(dilation, n, f"{name}: dilation", 1)
        fan_in = channels * math.prod(self.kernel)
        drawn = generator(rng)
        self.weight = uniform(drawn, (outputs, channels, *self.kernel), fan_in, dtype, "weight")
        self.bias = uniform(drawn, (outputs,), fan_in, dtype, "bias") if bias else None

    def forward(self, x: Any) -> Any:
        """Compute y (..., outputs, *places) for x (..., channels, *size)."""
        return convolution(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, type(self).__name__
        )


class Conv1d(Convolution):
    """`conv1d` with filters to be learnt: x (..., channels, t).

    >>> Conv1d(2, 4, 3, padding=1, rng=0)(np.ones((5, 2, 9))).shape
    (5, 4, 9)
    """

    axes = 1


class Conv2d(Convolution):
    """`conv2d` with filters to be learnt: x (..., channels, h, w).

    >>> Conv2d(1, 8, 5, rng=0)(np.ones((10, 1, 28, 28))).shape
    (10, 8, 24, 24)
    """

    axes = 2
