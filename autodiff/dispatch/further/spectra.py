"""Fourier transforms on nodes: a `Spectrum` is two real nodes, its real and its imaginary part.

A graph is of real numbers. What numpy.fft makes of a real signal is kept as two of them, which answer as one
complex array where that has a plain meaning: sums, products, quotients, sizes, angles, and the way back.
"""

import math
from typing import Any

import numpy as np

from autodiff.dispatch.entries import name_of
from autodiff.dispatch.moves import axes_within
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table import ops
from autodiff.table.primitive import TABLE


class Spectrum:
    """Complex numbers as two nodes of one shape, `real` and `imag`."""

    __array_priority__ = 3000

    def __init__(self, real: Any, imag: Any) -> None:
        self.real, self.imag = tensor(real), tensor(imag)

    @property
    def shape(self) -> Any:
        """The shape of both parts."""
        return self.real.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def data(self) -> Any:
        """The numbers as a complex array, without their graph."""
        return self.real.data + 1j * self.imag.data

    def __getitem__(self, index: Any) -> "Spectrum":
        return Spectrum(self.real[index], self.imag[index])

    def __len__(self) -> int:
        return int(self.shape[0])

    def __abs__(self) -> Any:
        return ops.hypot(self.real, self.imag)

    def __neg__(self) -> "Spectrum":
        return Spectrum(-self.real, -self.imag)

    def __add__(self, other: Any) -> "Spectrum":
        a, b = parts(other)
        return Spectrum(self.real + a, self.imag + b)

    def __sub__(self, other: Any) -> "Spectrum":
        return Spectrum.__add__(self, -spectrum(other))

    def __rsub__(self, other: Any) -> "Spectrum":
        return Spectrum.__add__(-self, other)

    def __mul__(self, other: Any) -> "Spectrum":
        a, b = parts(other)
        if type(b) is float:
            return Spectrum(self.real * a, self.imag * a)
        return Spectrum(self.real * a - self.imag * b, self.real * b + self.imag * a)

    def __truediv__(self, other: Any) -> "Spectrum":
        a, b = parts(other)
        if type(b) is float:
            return Spectrum(self.real / a, self.imag / a)
        size = a * a + b * b
        return self * Spectrum(a / size, -b / size)

    def __rtruediv__(self, other: Any) -> "Spectrum":
        return Spectrum.__truediv__(spectrum(other), self)

    __radd__, __rmul__ = __add__, __mul__

    def conj(self) -> "Spectrum":
        """Return the numbers with the other sign of their imaginary part."""
        return Spectrum(self.real, -self.imag)

    conjugate = conj

    def sum(self, axis: Any = None, keepdims: bool = False) -> "Spectrum":
        """Return the sum over axes."""
        return Spectrum(self.real.sum(axis, keepdims), self.imag.sum(axis, keepdims))

    def mean(self, axis: Any = None, keepdims: bool = False) -> "Spectrum":
        """Return the mean over axes."""
        return Spectrum(self.real.mean(axis, keepdims), self.imag.mean(axis, keepdims))

    def reshape(self, *shape: Any) -> "Spectrum":
        """Return the numbers in another shape."""
        return Spectrum(self.real.reshape(*shape), self.imag.reshape(*shape))

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            "Spectrum: complex numbers of a graph; take .real, .imag or abs(), or .data"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or ufunc not in UFUNCS or options:
            raise refusal(ufunc)
        return UFUNCS[ufunc](*(x if k else spectrum(x) for k, x in enumerate(inputs)))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if function not in FUNCTIONS:
            raise refusal(function)
        return FUNCTIONS[function](*args, **options)

    def __repr__(self) -> str:
        return f"Spectrum({self.data!r})"


def refusal(function: Any) -> TypeError:
    return TypeError(
        f"{name_of(function)}: of the complex numbers of a spectrum it has no meaning on a graph; "
        f"take .real, .imag or abs()"
    )


def parts(x: Any) -> tuple[Any, Any]:
    """Return the real and the imaginary part; a real x has the number 0.0 as its second."""
    if isinstance(x, Spectrum):
        return x.real, x.imag
    if isinstance(x, Value | Tensor):
        return x, 0.0
    plain = np.asarray(x)
    return (plain.real.astype(float), plain.imag) if np.iscomplexobj(plain) else (plain, 0.0)


def spectrum(x: Any) -> Spectrum:
    """Return numbers of any kind as a spectrum."""
    if isinstance(x, Spectrum):
        return x
    a, b = parts(x)
    a = tensor(a)
    return Spectrum(a, np.zeros(a.shape, a.dtype) if type(b) is float else b)


UFUNCS: dict[Any, Any] = {
    np.add: Spectrum.__add__, np.subtract: Spectrum.__sub__, np.multiply: Spectrum.__mul__,
    np.true_divide: Spectrum.__truediv__, np.negative: Spectrum.__neg__, np.absolute: Spectrum.__abs__,
    np.conjugate: Spectrum.conj, np.square: lambda x: x * x,
}  # fmt: skip


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
FUNCTIONS: dict[Any, Any] = {
    **TRANSFORMS, np.real: lambda val: val.real, np.imag: lambda val: val.imag,
    np.angle: lambda z, deg=False: ops.atan2(z.imag, z.real) * (180.0 / math.pi if deg else 1.0),
    np.sum: lambda a, axis=None, keepdims=False: a.sum(axis, keepdims),
    np.mean: lambda a, axis=None, keepdims=False: a.mean(axis, keepdims),
    np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.iscomplexobj: lambda x: True,
}  # fmt: skip
