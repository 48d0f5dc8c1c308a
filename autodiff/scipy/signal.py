"""scipy.signal on nodes: convolutions of signals and of arrays with several axes."""

from typing import Any

import numpy as np

from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.functions import holds_nodes
from autodiff.table.primitive import TABLE, multilinear

plain = require("scipy.signal", "scipy", "autodiff.scipy.signal")


def _whole(x: Any, z: Any) -> Any:
    return plain.convolve(x, z, "full").astype(x.dtype, copy=False)


def _turned(x: Any) -> Any:
    return TABLE["take"](x, index=(slice(None, None, -1),) * len(x.shape))


def _on(g: Any, z: Any, shape: Any) -> Any:
    """Return the part of a cotangent's product with z turned round that lies on the other operand."""
    whole = TABLE["convolve_axes"](g, _turned(z))
    return TABLE["take"](whole, index=tuple(
        slice(k - 1, k - 1 + n) for k, n in zip(z.shape, shape, strict=True)))  # fmt: skip


multilinear(
    "convolve_axes", _whole, lambda g, x, z: _on(g, z, x.shape), lambda g, x, z: _on(g, x, z.shape),
    tex="{0} * {1}", doc="the convolution of two arrays along all axes",
)  # fmt: skip


def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """Return the convolution of two arrays of as many axes."""
    if not holds_nodes((in1, in2)):
        return plain.convolve(in1, in2, mode, method)
    x, z = tensor(in1), tensor(in2)
    plain.convolve(np.zeros(x.shape), np.zeros(z.shape), mode)
    y = TABLE["convolve_axes"](x, z)
    if mode == "full":
        return y
    large, small = (x, z)
    if mode == "valid" and any(n < k for n, k in zip(x.shape, z.shape, strict=True)):
        large, small = z, x
    size = [
        n if mode == "same" else n - k + 1 for n, k in zip(large.shape, small.shape, strict=True)
    ]
    start = [(k - 1) // 2 if mode == "same" else k - 1 for k in small.shape]
    return y[tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))]


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """Return the cross-correlation of two arrays of as many axes."""
    if not holds_nodes((in1, in2)):
        return plain.correlate(in1, in2, mode, method)
    return convolve(in1, _turned(tensor(in2)), mode)


fftconvolve = convolve


def detrend(data: Any, axis: int = -1, type: str = "linear", **options: Any) -> Any:
    """Return the data less their mean, or less the line that fits them best."""
    if not holds_nodes(data):
        return plain.detrend(data, axis, type, **options)
    x = tensor(data)
    y = x - x.mean(axis, keepdims=True)
    if type == "constant":
        return y
    n = x.shape[axis]
    along = np.arange(n, dtype=x.dtype) - 0.5 * (n - 1)
    line = along.reshape(-1, *(1,) * (x.ndim - 1 - axis % x.ndim))
    return y - line * (y * line).sum(axis, keepdims=True) / float(np.sum(along**2))


def __getattr__(name: str) -> Any:
    """Return what SciPy has by a name that is not here."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(plain, name)
