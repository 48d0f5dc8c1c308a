"""Normalisation: numbers brought to mean 0 and variance 1, over a batch or within each example."""

from typing import Any

import numpy as np

import autodiff as ad
from nets.layers.module import Module, given, whole


def layer_norm(
    x: Any, axes: int = 1, weight: Any = None, bias: Any = None, epsilon: float = 1e-5
) -> Any:
    """Compute (x - mean) / sqrt(var + epsilon) weight + bias over the last `axes` axes of each example.

    Shapes: x (..., *shape), weight and bias `shape`, result as x. A ValueError names both shapes that
    do not fit.

    >>> layer_norm(np.array([1.0, 3.0]), epsilon=0.0)
    array([-1.,  1.])
    """
    x = given(x, "layer_norm: x")
    for what, scale in (("weight", weight), ("bias", bias)):
        if scale is not None and scale.shape != x.shape[-scale.ndim :]:
            raise ValueError(
                f"layer_norm: the {what} of shape {scale.shape} does not fit the last axes of x, "
                f"which has shape {x.shape}"
            )
    over = tuple(range(-axes, 0))
    away = x - np.mean(x, axis=over, keepdims=True)
    y = away * (1.0 / np.sqrt(np.mean(away * away, axis=over, keepdims=True) + epsilon))
    return _scaled(y, weight, bias)


def _scaled(y: Any, weight: Any, bias: Any) -> Any:
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


class LayerNorm(Module):
    """`layer_norm` over the last axes, of the given shape, with weight (from 1) and bias (from 0).

    >>> bool(np.allclose(LayerNorm(4)(np.arange(8.0).reshape(2, 4)).data.mean(axis=1), 0.0))
    True
    """

    def __init__(
        self, shape: int | tuple[int, ...], epsilon: float = 1e-5, dtype: Any = np.float64
    ) -> None:
        sizes = shape if isinstance(shape, tuple | list) else (shape,)
        self.shape = tuple(whole(n, "LayerNorm: shape") for n in sizes)
        self.epsilon = epsilon
        self.weight = ad.Tensor(np.ones(self.shape, dtype), name="weight")
        self.bias = ad.Tensor(np.zeros(self.shape, dtype), name="bias")

    def forward(self, x: Any) -> Any:
        """Normalise x (..., *shape)."""
        x = given(x, "LayerNorm: x")
        if x.shape[-len(self.shape) :] != self.shape:
            raise ValueError(f"LayerNorm: takes (..., {self.shape}), and x has shape {x.shape}")
        return layer_norm(x, len(self.shape), self.weight, self.bias, self.epsilon)


def batch_norm(
    x: Any, weight: Any = None, bias: Any = None, mean: Any = None, var: Any = None,
    epsilon: float = 1e-5,
) -> Any:  # fmt: skip
    """Compute (x - mean) / sqrt(var + epsilon) weight + bias for each channel, the second axis.

    Shapes: x (n, channels, ...), all others (channels,). Without `mean` and `var` they are those of
    the batch, and gradients flow through them; `moments` returns them. A ValueError names both shapes
    that do not fit.

    >>> batch_norm(np.array([[1.0, 0.0], [3.0, 0.0]]), epsilon=1e-30)
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    if (mean is None) != (var is None):
        raise ValueError("batch_norm: give both mean and var, or neither")
    x = given(x, "batch_norm: x")
    if x.ndim < 2:
        raise ValueError(f"batch_norm: takes (n, channels, ...), and x has shape {x.shape}")
    others = {"weight": weight, "bias": bias, "mean": mean, "var": var}
    for what, found in others.items():
        if found is not None and found.shape != (x.shape[1],):
            raise ValueError(
                f"batch_norm: the {what} has shape {found.shape}, and x of shape {x.shape} has "
                f"{x.shape[1]} channels"
            )
    if mean is None:
        mean, var = moments(x)
    column = (-1, *(1,) * (x.ndim - 2))
    weight, bias, mean, var = (
        v if v is None else v.reshape(column) for v in (weight, bias, mean, var)
    )
    slope = 1.0 / np.sqrt(var + epsilon)
    return _scaled(x - mean, slope if weight is None else slope * weight, bias)


def moments(x: Any) -> tuple[Any, Any]:
    """Return the mean and the (biased) variance of each channel, the second axis, over all others.

    >>> moments(np.array([[1.0], [3.0]]))
    (array([2.]), array([1.]))
    """
    over = (0, *range(2, x.ndim))
    mean = np.mean(x, axis=over)
    away = x - mean.reshape(-1, *(1,) * (x.ndim - 2))
    return mean, np.mean(away * away, axis=over)


class BatchNorm(Module):
    """What `BatchNorm1d` and `BatchNorm2d` share.

    In training the batch is normalised by its own mean and variance, and the running ones move by
    `momentum` towards them (the variance by its unbiased estimate); in `eval` the running ones are used.
    Inside a transform the copy's running ones move: `Step` brings them back.
    """

    ranks: tuple[int, ...]

    def __init__(
        self, channels: int, epsilon: float = 1e-5, momentum: float = 0.1, dtype: Any = np.float64
    ) -> None:
        self.channels = whole(channels, f"{type(self).__name__}: channels")
        if not isinstance(momentum, int | float) or not 0.0 < momentum <= 1.0:
            raise ValueError(
                f"{type(self).__name__}: the momentum is {momentum!r:.60}: it must be above 0 and at most 1"
            )
        self.epsilon, self.momentum = epsilon, momentum
        self.weight = ad.Tensor(np.ones(channels, dtype), name="weight")
        self.bias = ad.Tensor(np.zeros(channels, dtype), name="bias")
        self.running_mean = np.zeros(channels, dtype)
        self.running_var = np.ones(channels, dtype)

    def forward(self, x: Any) -> Any:
        """Normalise each channel of x (n, channels, ...)."""
        name = type(self).__name__
        x = given(x, f"{name}: x")
        if x.ndim not in self.ranks or x.shape[1] != self.channels:
            raise ValueError(
                f"{name}({self.channels}): takes {self.channels} channels as the second of "
                f"{' or '.join(map(str, self.ranks))} axes, and x has shape {x.shape}"
            )
        if not self.training:
            return batch_norm(
                x, self.weight, self.bias, self.running_mean, self.running_var, self.epsilon
            )
        self._not_recorded("move its running means")
        n = x.size // self.channels
        if n < 2:
            raise ValueError(
                f"{name}: one number a channel has no variance: x has shape {x.shape}; call eval()"
            )
        mean, var = moments(x)
        self.running_mean = self._moved(self.running_mean, mean)
        self.running_var = self._moved(self.running_var, var * (n / (n - 1)))
        return batch_norm(x, self.weight, self.bias, mean, var, self.epsilon)

    def _moved(self, before: Any, found: Any) -> Any:
        """Return a running mean after this batch: numbers in a module, nodes in a transform's copy."""
        if self._copied is None:
            found = (
                np.asarray(ad.stop_gradient(found).data) if isinstance(found, ad.Tensor) else found
            )
        else:
            found = ad.stop_gradient(found)
        return before + (found - before) * self.momentum


class BatchNorm1d(BatchNorm):
    """Batch norm of vectors (n, channels) or of signals (n, channels, t).

    >>> norm = BatchNorm1d(2)
    >>> y = norm(np.array([[1.0, 0.0], [3.0, 8.0]]))
    >>> norm.running_mean
    array([0.2, 0.4])
    """

    ranks = (2, 3)


class BatchNorm2d(BatchNorm):
    """Batch norm of images (n, channels, h, w).

    >>> BatchNorm2d(3)(np.ones((2, 3, 4, 4))).shape
    (2, 3, 4, 4)
    """

    ranks = (4,)
