"""A `Spectrum`: complex numbers as two real nodes, the real part and the imaginary part.

A graph is of real numbers. What numpy.fft makes of a real signal is kept as two of them, which answer as one
complex array where that has a plain meaning: sums, products, quotients, sizes, angles, and the way back.
"""

import math
from typing import Any

import numpy as np

from autodiff.dispatch.entries import name_of
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table import ops


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
FUNCTIONS: dict[Any, Any] = {
    np.real: lambda val: val.real, np.imag: lambda val: val.imag,
    np.angle: lambda z, deg=False: ops.atan2(z.imag, z.real) * (180.0 / math.pi if deg else 1.0),
    np.sum: lambda a, axis=None, keepdims=False: a.sum(axis, keepdims),
    np.mean: lambda a, axis=None, keepdims=False: a.mean(axis, keepdims),
    np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.iscomplexobj: lambda x: True,
}  # fmt: skip
