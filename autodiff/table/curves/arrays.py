"""The curves on numpy arrays, by one loop each where the compiled engine runs; dtypes are kept."""

from typing import Any

import numpy as np

from autodiff.table import array_kernels, kernels
from autodiff.table.array_kernels import Array, looped
from autodiff.table.curves import gammas, normal, slopes


@looped(slopes.atan_slope)
def atan_slope(x: Array) -> Array:
    t = np.abs(np.asarray(x, float))
    with np.errstate(all="ignore"):
        y = np.where(t > 1e8, (1.0 / t) * (1.0 / t), 1.0 / (1.0 + t * t))
    return np.asarray(y, x.dtype)


@looped(slopes.asinh_slope)
def asinh_slope(x: Array) -> Array:
    t = np.abs(np.asarray(x, float))
    with np.errstate(all="ignore"):
        y = np.where(t > 1e8, 1.0 / t, 1.0 / np.sqrt(1.0 + t * t))
    return np.asarray(y, x.dtype)


@looped(slopes.atan2_slope)
def atan2_slope(a: Array, b: Array) -> Array:
    t, u = np.asarray(a, float), np.asarray(b, float)
    top = np.where(np.abs(t) > np.abs(u), np.abs(t), np.abs(u))
    k = np.where(top < 1e-140, 2.0**600, np.where(top > 1e150, 2.0**-600, 1.0))
    with np.errstate(all="ignore"):
        y = (u * k) / ((t * k) * (t * k) + (u * k) * (u * k)) * k
    return np.asarray(y, np.result_type(a, b))


sinc: Any = looped(kernels.sinc)(array_kernels.of_numbers(kernels.sinc))
sinc_prime: Any = looped(kernels.sinc_prime)(array_kernels.of_numbers(kernels.sinc_prime))
normal_pdf: Any = looped(normal.normal_pdf)(array_kernels.of_numbers(normal.normal_pdf))
normal_cdf: Any = looped(normal.normal_cdf)(array_kernels.of_numbers(normal.normal_cdf))
gelu_prime: Any = looped(normal.gelu_prime)(array_kernels.of_numbers(normal.gelu_prime))
trigamma: Any = looped(gammas.trigamma)(array_kernels.of_numbers(gammas.trigamma))
digamma_gap: Any = looped(gammas.digamma_gap)(array_kernels.of_numbers(gammas.digamma_gap, 2))
gamma_series: Any = looped(gammas.gamma_series)(array_kernels.of_numbers(gammas.gamma_series, 3))
gamma_fraction: Any = looped(gammas.gamma_fraction)(
    array_kernels.of_numbers(gammas.gamma_fraction, 3)
)

for _curve in (
    sinc,
    sinc_prime,
    normal_pdf,
    normal_cdf,
    gelu_prime,
    trigamma,
    digamma_gap,
    gamma_series,
    gamma_fraction,
):
    _curve.__module__ = __name__  # where its source stands


def gelu(x: Array) -> Array:
    return np.asarray(x * normal_cdf(x))
