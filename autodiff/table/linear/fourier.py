"""The Fourier transform of real signals, as rows of real numbers: real and imaginary parts lie apart.

`fourier` gives both parts of the transform of n samples along an axis, one above the other in front;
`signal` is its transpose, which is a transform back. A graph so needs no complex numbers.
"""

from typing import Any

import numpy as np

from autodiff.table.primitive import TABLE, multilinear
from autodiff.table.recipes import Drawing, Operand, Recipe, whole


def fourier(x: Any, n: int, axis: int) -> Any:
    """Return the real and the imaginary part of the transform of n samples along an axis."""
    y = np.fft.rfft(x, n, axis)
    return np.stack([y.real, y.imag]).astype(x.dtype, copy=False)


def signal(z: Any, n: int, axis: int, size: int) -> Any:
    """Return the real part of the sum of z_k e^(2 pi i j k / n) over k for the places j < size."""
    shape = [1] * (z.ndim - 1)
    shape[axis] = n // 2 + 1
    share = np.full(n // 2 + 1, 0.5 * n)
    share[:: n // 2 if n % 2 == 0 and n > 1 else n] = n  # the ends, which stand once
    parts = z * share.reshape(shape)
    y = np.fft.irfft(parts[0] + 1j * parts[1], n, axis).astype(z.dtype, copy=False)
    ahead = (slice(None),) * axis
    if size <= n:
        return y[(*ahead, slice(0, size))]
    width = [(0, size - n if k == axis else 0) for k in range(y.ndim)]
    return np.pad(y, width)


def halves(d: Drawing) -> tuple[int, ...]:
    """Return the shape of both parts of a transform of a drawn number of samples."""
    return (2, d.of(3, 1, 2), 3)


multilinear(
    "fourier", fourier,
    lambda g, x, n, axis: TABLE["signal"](g, n=n, axis=axis, size=x.shape[axis]),
    tex=r"\mathcal{{F}} {0}", doc="both parts of the Fourier transform of a real signal",
    recipe=Recipe(x=Operand(2, 2), n=lambda d: d.of(4, 3, 5, 1), axis=whole(0, 1)),
)  # fmt: skip
multilinear(
    "signal", signal, lambda g, z, n, axis, size: TABLE["fourier"](g, n=n, axis=axis),
    tex=r"\mathcal{{F}}^T {0}", doc="the transpose of the Fourier transform of a real signal",
    recipe=Recipe(
        z=Operand(shape=halves), n=lambda d: 2 * d.first.shape[1] - d.of(1, 2 if d.first.shape[1] > 1 else 1),
        axis=whole(0, 0), size=lambda d: d.of(4, 1, 7),
    ),
)  # fmt: skip
