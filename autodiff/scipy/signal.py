"""scipy.signal on nodes: convolutions of signals and of arrays with several axes."""

from itertools import pairwise
from typing import Any

import numpy as np

from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.scipy.parameters import left_to_scipy, stands_for
from autodiff.table import ops
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


def _convolved(x: Any, z: Any, mode: str) -> Any:
    plain.convolve(np.zeros(x.shape), np.zeros(z.shape), mode)  # SciPy's own errors
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


@stands_for(plain.convolve)
def convolve(in1: Any, in2: Any, mode: str = "full") -> Any:
    """Return the convolution of two arrays of as many axes."""
    return _convolved(tensor(in1), tensor(in2), mode)


@stands_for(plain.correlate)
def correlate(in1: Any, in2: Any, mode: str = "full") -> Any:
    """Return the cross-correlation of two arrays of as many axes."""
    return _convolved(tensor(in1), _turned(tensor(in2)), mode)


@stands_for(plain.fftconvolve)
def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """Return the convolution of two arrays of as many axes, along all of them."""
    x, z = tensor(in1), tensor(in2)
    if axes is not None:
        plain.fftconvolve(np.zeros(x.shape), np.zeros(z.shape), mode, axes)  # SciPy's own errors
        if len(np.atleast_1d(axes)) < x.ndim:
            raise TypeError(
                "scipy.signal.fftconvolve: axes= that are not all axes have no meaning on a graph; "
                "convolve the parts one by one"
            )
    return _convolved(x, z, mode)


@stands_for(plain.detrend)
def detrend(data: Any, axis: int = -1, type: str = "linear", bp: Any = 0) -> Any:
    """Return the data less their mean, or between the breaks `bp` less the line that fits them best."""
    x = tensor(data)
    plain.detrend(np.zeros(x.shape), axis, type, bp)  # SciPy's own errors
    axis %= x.ndim
    if type in ("constant", "c"):
        return x - x.mean(axis, keepdims=True)
    edges = np.unique([0, *np.ravel(bp), x.shape[axis]])
    front = (slice(None),) * axis
    parts = [_straightened(x[(*front, slice(a, b))], axis) for a, b in pairwise(edges.tolist())]
    return parts[0] if len(parts) == 1 else ops.concatenate(*parts, axis=axis)


def _straightened(x: Any, axis: int) -> Any:
    n = x.shape[axis]
    y = x - x.mean(axis, keepdims=True)
    if n < 2:
        return y
    along = np.arange(n, dtype=x.dtype) - 0.5 * (n - 1)
    line = along.reshape(-1, *(1,) * (x.ndim - 1 - axis))
    return y - line * (y * line).sum(axis, keepdims=True) / float(np.sum(along**2))


def __getattr__(name: str) -> Any:
    """Return what SciPy has by a name that is not here."""
    if name.startswith("__"):
        raise AttributeError(name)
    return left_to_scipy(getattr(plain, name), f"scipy.signal.{name}")
