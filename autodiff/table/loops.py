"""Arrays without calls of numpy, and several passes over them in one: the compiled engine's short cuts.

A pass fills its last array (`fill` and `descend` their first) and returns True, or returns False where
the arrays are not whole, contiguous doubles of one shape; those that make an array or a sum return it,
or None. The caller then does the same on numpy. Uncompiled, no pass is taken: these are `_loops.pxd`'s
functions for those who have no compiler. Bits are the same either way.
"""

from typing import Any

import numpy as np


def like(x: Any) -> Any:
    """Return an array of x's shape and type that is not filled yet."""
    return np.empty_like(x)


def alike(x: Any, y: Any) -> bool:
    """Return whether both have the same shape and type, where that is quick to say."""
    return False


def as_array(x: Any) -> Any:
    """Return a number as an array without axes, an array as it is."""
    return np.asarray(x)


def copied(x: Any) -> Any:
    """Return a copy of an array, or None."""
    return None


def mapped(ufunc: Any, xs: tuple[Any, ...]) -> Any:
    """Return a ufunc of one or two arrays of few numbers, by the loop inside it, or None.

    numpy takes as long to come to its loop as the loop takes for some dozens of numbers.
    """
    return None


def owned(x: Any) -> bool:
    """Return whether x is an array that has its memory for itself and may be written to."""
    return x.base is None and bool(x.flags.writeable)


def product(g: Any, d: Any, y: Any) -> bool:
    """y = g * d, and g (a zero) wherever g is 0 and the product is not a number; d may be one number."""
    return False


def chained(g: Any, d: Any) -> Any:
    """Return that as a new array, or None."""
    return None


def repeated(x: Any, shape: tuple[int, ...]) -> Any:
    """Return an array that holds one number everywhere, or None."""
    return None


def added(a: Any, b: Any, out: Any) -> Any:
    """Return a + b, in `out` where that is given, for matrices of which b may be stretched; or None."""
    return None


def subtracted(a: Any, b: Any, out: Any) -> Any:
    """Return a - b likewise."""
    return None


def multiplied(a: Any, b: Any, out: Any) -> Any:
    """Return a * b likewise."""
    return None


def row_sums(add: Any, x: Any, shape: tuple[int, ...]) -> Any:
    """Return the sums of a matrix's short rows as a column of `shape`, by the loop inside numpy's `add`.

    A bias gets its gradient so, from a mini-batch: numpy takes three times as long to come to its loop
    as the loop takes. None where x has other rows.
    """
    return None


def total(add: Any, x: Any) -> Any:
    """Return the sum of an array of few numbers by the loop inside numpy's `add`, or None."""
    return None


def fill(y: Any, x: Any) -> bool:
    """y = x, one number everywhere."""
    return False


def swapped(x: Any) -> Any:
    """Return an array with its last two axes exchanged."""
    return x.swapaxes(-1, -2)


def half_square(y: Any) -> bool:
    """y = y^2 / 2."""
    return False


def descend(x: Any, g: Any, scale: float) -> bool:
    """x = x - scale * g, also where x is marked as read-only."""
    return False


def minus_size(x: Any, y: Any) -> bool:
    """y = -|x|."""
    return False


def sigmoid(x: Any, e: Any, y: Any) -> bool:
    """y = 1 / (1 + e^-x) from e = e^-|x|; y may be e."""
    return False


def sigmoid_prime(e: Any, y: Any) -> bool:
    """y = e / (1 + e)^2; y may be e."""
    return False


def recur(a: Any, y: Any, axis: int, back: bool) -> bool:
    """y_k = y_k + a_k y_(k-1) along an axis, from its end if `back`."""
    return False


def add_up(x: Any, y: Any, axis: int) -> bool:
    """y = the sums of x along an axis, of at most 128 numbers that lie together, as numpy adds them up."""
    return False


def cumprod_back(g: Any, p: Any, x: Any, y: Any, axis: int, back: bool) -> bool:
    """y = what comes back from g through the running products p of x."""
    return False


def prod_back(g: Any, x: Any, y: Any) -> bool:
    """y = g times the products of all other elements of x's lines."""
    return False


def wide_run(x: Any, hs: Any, y: Any) -> bool:
    """y = the derivatives along hs of the running products of x's lines."""
    return False


def wide_back(g: Any, x: Any, hs: Any, y: Any) -> bool:
    """y = what comes back from g through running products of x's lines, derived along hs."""
    return False


def extreme_back(g: Any, x: Any, y: Any, largest: bool) -> bool:
    """y = what comes back from g through the largest (smallest) elements of x's lines."""
    return False


def gap(a: Any, b: Any, y: Any) -> bool:
    """y = -|a - b|."""
    return False


def share_of(a: Any, b: Any, y: Any, scale: float) -> bool:
    """y = the share of a in e^a + e^b from y = e^-|a - b|; `scale` is the base's logarithm."""
    return False


def ufunc_of(name: str) -> Any:
    """Return numpy's ufunc made of a kernel, or None: printed from the kernels for the compiled engine."""
    return None


def pulled(row: Any, i: int, g: Any, y: Any, xs: Any) -> Any:
    """Return g times the local derivative of a row for operand i in one loop, or None: see `pulls`."""
    return None


def keep_memory() -> None:
    """Let the C library keep the memory of freed arrays for the next ones, instead of returning it.

    glibc hands blocks of more than 128 KB back to the system at once, and a new one then costs a page
    fault per 4 KB, more than the arithmetic in it. From here on blocks of up to 32 MB come from its
    heap, of which it keeps up to 64 MB; the environment variables MALLOC_TRIM_THRESHOLD_ and
    MALLOC_MMAP_THRESHOLD_ and GLIBC_TUNABLES have precedence. Other C libraries are left alone.
    """
