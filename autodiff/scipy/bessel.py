"""Bessel functions of SciPy on nodes: of a fixed order, of orders 0 and 1, and those times an exponential."""

from typing import Any

import numpy as np

from autodiff.scipy.rows import ROWS, fixed, plain, row
from autodiff.table import ops
from autodiff.table.primitive import POSITIVE, REAL

__all__ = [
    "i0", "i0e", "i1", "i1_slope", "i1e", "i1e_rise", "iv", "j0", "j1",
    "j1_slope", "jn", "jv", "k0", "k1", "kv", "y0", "y1", "yv",
]  # fmt: skip
ORDER = "the order of a Bessel function"


def bessel(name: str, below: Any, above: Any, reference: Any, domain: Any = REAL) -> Any:
    """Enter f_n with f_n' = below * f_(n - 1) + above * f_(n + 1)."""

    def slope(y: Any, n: Any, x: Any) -> Any:
        f = ROWS[name]
        return below * f(n - 1.0, x) + above * f(n + 1.0, x)

    return row(name, fixed(ORDER), slope, domain=(POSITIVE, domain), reference=reference)


jv = bessel("jv", 0.5, -0.5, lambda mp, n, x: mp.besselj(n, x), POSITIVE)
yv = bessel("yv", 0.5, -0.5, lambda mp, n, x: mp.bessely(n, x), POSITIVE)
iv = bessel("iv", 0.5, 0.5, lambda mp, n, x: mp.besseli(n, x), POSITIVE)
kv = bessel("kv", -0.5, -0.5, lambda mp, n, x: mp.besselk(n, x), POSITIVE)
jn = jv


def _rest_of(f: Any, g: Any) -> Any:
    """Return f(x) - g(x) / x, the slope of a Bessel function g of order 1, and f(0) / 2 at 0.

    A row of its own: derived as it stands, it loses all digits near 0. Order 2 costs SciPy far more.
    """

    def slope(x: Any) -> Any:
        x = np.asarray(x)
        with np.errstate(all="ignore"):
            y = f(x)
            return np.where(np.abs(x) < 1e-8, 0.5 * y, y - g(x) / x)

    return slope


def _third(x: Any) -> Any:
    """Return iv(3, x), which SciPy has as NaN where x is all but 0; the slopes are those at 0."""
    return iv(3.0, ops.where(ops.step(ops.abs(x) - 1e-300), x, x - ops.stop(x)))


j0: Any = row("j0", lambda y, x: -j1(x), reference=lambda mp, x: mp.besselj(0, x))
j1: Any = row("j1", lambda y, x: j1_slope(x), reference=lambda mp, x: mp.besselj(1, x))
j1_slope: Any = row("j1_slope", lambda y, x: 0.25 * (jv(3.0, x) - 3.0 * j1(x)),
               array=_rest_of(plain.j0, plain.j1), reference=lambda mp, x: mp.besselj(1, x, 1))  # fmt: skip
y0: Any = row(
    "y0", lambda y, x: -y1(x), domain=(POSITIVE,), reference=lambda mp, x: mp.bessely(0, x)
)
y1: Any = row("y1", lambda y, x: y0(x) - y / x, domain=(POSITIVE,),
         reference=lambda mp, x: mp.bessely(1, x))  # fmt: skip
i0: Any = row("i0", lambda y, x: i1(x), reference=lambda mp, x: mp.besseli(0, x))
i1: Any = row("i1", lambda y, x: i1_slope(x), reference=lambda mp, x: mp.besseli(1, x))
i1_slope: Any = row("i1_slope", lambda y, x: 0.25 * (_third(x) + 3.0 * i1(x)),
               array=_rest_of(plain.i0, plain.i1), reference=lambda mp, x: mp.besseli(1, x, 1))  # fmt: skip
k0: Any = row(
    "k0", lambda y, x: -k1(x), domain=(POSITIVE,), reference=lambda mp, x: mp.besselk(0, x)
)
k1: Any = row("k1", lambda y, x: -k0(x) - y / x, domain=(POSITIVE,),
         reference=lambda mp, x: mp.besselk(1, x))  # fmt: skip
i0e: Any = row("i0e", lambda y, x: i1e(x) - ops.sign(x) * y,
          reference=lambda mp, x: mp.exp(-abs(x)) * mp.besseli(0, x))  # fmt: skip
i1e_rise: Any = row(
    "i1e_rise",
    lambda y, x: 0.25 * (ops.exp(-ops.abs(x)) * _third(x) + 3.0 * i1e(x)) - ops.sign(x) * y,
    array=_rest_of(plain.i0e, plain.i1e),
    reference=lambda mp, x: mp.exp(-abs(x)) * mp.besseli(1, x, 1),
)
i1e: Any = row("i1e", lambda y, x: i1e_rise(x) - ops.sign(x) * y,
          reference=lambda mp, x: mp.exp(-abs(x)) * mp.besseli(1, x))  # fmt: skip
