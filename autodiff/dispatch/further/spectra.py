"""Fourier transforms on nodes: of a real signal comes a `Spectrum`, and of a spectrum a signal.

All of them are made of the rows `fourier` and `signal`, each the transpose of the other.
"""

import math
from typing import Any

import numpy as np

from autodiff.dispatch.further.spectrum import FUNCTIONS, Spectrum, spectrum
from autodiff.dispatch.moves import axes_within
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.table import ops
from autodiff.table.primitive import TABLE


def scale(norm: Any, n: int, inverse: bool) -> float:
    """Return the factor of a normalisation; the inverse divides by n unless it is told otherwise."""
    kinds = {None: 0.0, "backward": 0.0, "ortho": 0.5, "forward": 1.0}
    if norm not in kinds:
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    share = kinds[norm]
    return math.pow(n, share - 1.0 if inverse else -share)


def length(n: Any, size: int) -> int:
    """Return the number of samples; numpy's error where it is none."""
    found = size if n is None else int(n)
    if found < 1:
        raise ValueError(f"Invalid number of FFT data points ({found}) specified.")
    return found


def along(k: int, index: Any) -> Any:
    return (*(slice(None),) * k, index)


def rfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Spectrum:
    """Return the transform of a real signal for the frequencies from 0 on."""
    x = tensor(a)
    (k,) = axes_within(axis, x.ndim)
    n = length(n, x.shape[k])
    y = TABLE["fourier"](x, n=n, axis=k) * scale(norm, n, False)
    return Spectrum(y[0], y[1])


def irfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """Return the real signal whose transform has these numbers for the frequencies from 0 on."""
    z = spectrum(a)
    (k,) = axes_within(axis, z.ndim)
    n = length(n, 2 * (z.shape[k] - 1))
    z = fitted(z, n // 2 + 1, k)
    twice = np.full(n // 2 + 1, 2.0)
    twice[:: n // 2 if n % 2 == 0 and n > 1 else n] = 1.0
    weights = (twice * scale(norm, n, True)).reshape(-1, *(1,) * (z.ndim - 1 - k))
    packed = ops.concatenate(
        *((p * weights).reshape(1, *p.shape) for p in (z.real, z.imag)), axis=0
    )
    return TABLE["signal"](packed, n=n, axis=k, size=n)


def fitted(z: Spectrum, m: int, k: int) -> Spectrum:
    """Return the first m numbers along an axis, with zeros where there are fewer."""
    if z.shape[k] >= m:
        return z[along(k, slice(0, m))]
    width = [(0, m - z.shape[k] if i == k else 0) for i in range(z.ndim)]
    return Spectrum(np.pad(z.real, width), np.pad(z.imag, width))


def fft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Spectrum:
    """Return the transform for all frequencies: the second half mirrors the first where a is real."""
    z = a if isinstance(a, Spectrum) else tensor(a)
    (k,) = axes_within(axis, z.ndim)
    n = length(n, z.shape[k])
    if isinstance(z, Spectrum):
        first, second = (fft(p, n, k, norm) for p in (z.real, z.imag))
        return Spectrum(first.real - second.imag, first.imag + second.real)
    half = rfft(z, n, k, norm)
    place = np.arange(n)
    place = np.where(place > n // 2, n - place, place)
    sign = np.where(np.arange(n) > n // 2, -1.0, 1.0).reshape(-1, *(1,) * (z.ndim - 1 - k))
    return Spectrum(half.real[along(k, place)], half.imag[along(k, place)] * sign)


def ifft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Spectrum:
    """Return the numbers whose transform these are."""
    z = spectrum(a)
    n = length(n, z.shape[axes_within(axis, z.ndim)[0]])
    return fft(z.conj(), n, axis).conj() * scale(norm, n, True)


def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """Return the real transform of numbers that mirror themselves, of which half is given."""
    z = spectrum(a)
    n = length(n, 2 * (z.shape[axes_within(axis, z.ndim)[0]] - 1))
    return irfft(z.conj(), n, axis) * (n * scale(norm, n, False))


def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Spectrum:
    """Return half of the numbers that mirror themselves and have this real transform."""
    x = tensor(a)
    n = length(n, x.shape[axes_within(axis, x.ndim)[0]])
    return rfft(x, n, axis).conj() * scale(norm, n, True)


def over_axes(a: Any, s: Any, axes: Any) -> tuple[list[int], list[Any]]:
    """Return the axes of a transform along several, and the number of samples along each."""
    ndim = np.ndim(a) if not hasattr(a, "ndim") else a.ndim
    if axes is None:
        axes = range(ndim) if s is None else range(ndim - len(s), ndim)
    places = [axes_within(k, ndim)[0] for k in axes]
    return places, [None] * len(places) if s is None else list(s)


def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """Return the transform of a real array along axes, the last of them by half."""
    places, sizes = over_axes(tensor(a), s, axes)
    y = rfft(a, sizes[-1], places[-1], norm)
    for k, n in zip(places[-2::-1], sizes[-2::-1], strict=True):
        y = fft(y, n, k, norm)
    return y


def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """Return the real array that `rfftn` made this of."""
    z = spectrum(a)
    places, sizes = over_axes(z, s, axes)
    for k, n in zip(places[:-1], sizes[:-1], strict=True):
        z = ifft(z, n, k, norm)
    return irfft(z, sizes[-1], places[-1], norm)


def several(one: Any) -> Any:
    """Return fftn or ifftn: the transform along each axis."""

    def apply(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
        z = a if isinstance(a, Spectrum) else tensor(a)
        places, sizes = over_axes(z, s, axes)
        for k, n in zip(places[::-1], sizes[::-1], strict=True):
            z = one(z, n, k, norm)
        return z

    return apply


def in_the_plane(function: Any) -> Any:
    """Return the function of several axes for the last two."""
    return lambda a, s=None, axes=(-2, -1), norm=None: function(a, s, axes, norm)


fftn, ifftn = several(fft), several(ifft)
TRANSFORMS: dict[Any, Any] = {
    np.fft.rfft: rfft, np.fft.irfft: irfft, np.fft.fft: fft, np.fft.ifft: ifft, np.fft.hfft: hfft,
    np.fft.ihfft: ihfft, np.fft.rfftn: rfftn, np.fft.irfftn: irfftn, np.fft.fftn: fftn,
    np.fft.ifftn: ifftn, np.fft.rfft2: in_the_plane(rfftn), np.fft.irfft2: in_the_plane(irfftn),
    np.fft.fft2: in_the_plane(fftn), np.fft.ifft2: in_the_plane(ifftn),
}  # fmt: skip
FUNCTIONS |= TRANSFORMS
