"""numpy's functions of single elements that are short formulas on rows of the table.

Roundings are steps: nodes whose derivative is 0.
"""

import math
from numbers import Number
from typing import Any

import numpy as np

from autodiff.dispatch.entries import refused, stands_for
from autodiff.dispatch.moves import as_type
from autodiff.nodes import modes
from autodiff.nodes.functions import array_of, as_array_node
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value
from autodiff.table import ops, recipes
from autodiff.table.recipes import (
    ARRAY,
    FITTING,
    POSITIVE,
    Drawing,
    Real,
    Steps,
    mask,
    one_of,
    whole,
)

NONE: Any = np._NoValue
NUMBER = recipes.real(0.5, -1.0)


def bound(d: Drawing) -> Any:
    """Return a bound by its second name, or nothing where it has one by its first."""
    return None if {"a_min", "a_max"} & {*d.given} and not d.now_and_then() else FITTING(d)


@stands_for(np.clip, a=ARRAY, a_min=FITTING, a_max=FITTING, min=Real(bound), max=Real(bound))
def clip(a: Any, a_min: Any = NONE, a_max: Any = NONE, min: Any = NONE, max: Any = NONE) -> Any:
    """Return a with what lies outside [a_min, a_max] moved to the nearer bound."""
    if a_min is NONE and a_max is NONE:
        a_min, a_max = (None if x is NONE else x for x in (min, max))
    elif a_min is NONE or a_max is NONE or min is not NONE or max is not NONE:
        raise TypeError("np.clip: give both a_min and a_max, or min and max and neither of them")
    if type(a) is Value and not all(isinstance(x, Value | Number | None) for x in (a_min, a_max)):
        a = as_array_node(a)  # numpy counts it as a double beside arrays
    low = -math.inf if a_min is None else a_min
    return ops.clip(a, low, math.inf if a_max is None else a_max)


@stands_for(
    np.where, signature="(condition, x=None, y=None)", condition=Steps(mask), x=ARRAY, y=FITTING
)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Return x where the condition holds, y elsewhere; of the condition alone, where it holds."""
    if x is None and y is None:
        return np.nonzero(array_of(condition))
    if x is None or y is None:
        raise ValueError("np.where: either both or neither of x and y should be given")
    return ops.where(condition, x, y)


@stands_for(np.power, x1=POSITIVE, x2=FITTING)
def power(x1: Any, x2: Any) -> Any:
    """Return x1 to the power x2, by the rule for a constant exponent where x2 is one."""
    varying = isinstance(x2, Value | Tensor) and not x2.is_constant
    return (ops.power if varying else ops.powc)(x1, x2)


@stands_for(np.float_power, x1=POSITIVE, x2=FITTING)
def float_power(x1: Any, x2: Any) -> Any:
    """Return x1 to the power x2 in double precision."""
    return power(*(as_type(x, float) if isinstance(x, Tensor) else x for x in (x1, x2)))


stands_for(np.reciprocal, x=POSITIVE)(lambda x: 1.0 / x)
stands_for(np.deg2rad, np.radians, x=ARRAY)(lambda x: x * (math.pi / 180.0))
stands_for(np.rad2deg, np.degrees, x=ARRAY)(lambda x: x * (180.0 / math.pi))


def missing(x: Any) -> Any:
    """Return 1 where x is NaN, else 0; a constant, but to a trace, which sees what it comes from."""
    with modes.no_grad():
        return ops.hole(x)


def alike(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Return two operands in one precision, which a plain number takes from the other."""
    numbers = [isinstance(x, int | float | Value) for x in (x1, x2)]
    if all(numbers):
        return x1, x2
    wanted = tensor(x1 if numbers[1] else x2).dtype
    if not any(numbers):
        wanted = np.result_type(tensor(x1).dtype, wanted)
    return as_type(tensor(x1), wanted), as_type(tensor(x2), wanted)


@stands_for(np.heaviside, x1=ARRAY, x2=FITTING)
def heaviside(x1: Any, x2: Any) -> Any:
    """Return 0 below 0, 1 above, and x2 at 0, which alone gets a gradient."""
    return ops.where(ops.truth(x1), ops.step(x1), x2)


@stands_for(np.ldexp, x1=ARRAY, x2=one_of(2, -1))
def ldexp(x1: Any, x2: Any) -> Any:
    """Return x1 2^x2 for whole numbers x2."""
    x = tensor(x1)
    return ops.mul(x, np.ldexp(np.ones((), x.dtype), array_of(x2).astype(int)))


@stands_for(np.divmod, x1=ARRAY, x2=recipes.Operand(above=0.5, shape=recipes.fitting_shape))
def divmod(x1: Any, x2: Any) -> Any:
    """Return how often x2 goes into x1, and what is left."""
    return ops.floordiv(x1, x2), ops.mod(x1, x2)


@stands_for(np.modf, x=ARRAY)
def modf(x: Any) -> Any:
    """Return what stands behind the point, and the whole number before it."""
    x = tensor(x)
    whole = ops.trunc(x)
    same = ops.truth(ops.beats(whole, x) - 0.5)  # also of infinities
    return ops.copysign(ops.where(same, x - whole, 0.0), x), whole


@stands_for(np.round, np.around, a=ARRAY, decimals=whole(-1, 2))
def round(a: Any, decimals: int = 0) -> Any:
    """Return the nearest numbers with so many decimals: a step, with derivative 0."""
    scale = 10.0 ** abs(decimals)
    if not decimals:
        return ops.rint(tensor(a))
    return (
        ops.rint(tensor(a) * scale) / scale if decimals > 0 else ops.rint(tensor(a) / scale) * scale
    )


@stands_for(np.nan_to_num, x=ARRAY, nan=NUMBER, posinf=NUMBER, neginf=NUMBER)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """Return x with numbers in the place of NaN and infinities, to which nothing flows."""
    if not copy:
        raise refused(np.nan_to_num, "copy")
    x = tensor(x)
    if not modes.tracing() and np.all(np.isfinite(x._array)):
        return ops.identity(x)
    limits = np.finfo(x.dtype)
    low = limits.min if neginf is None else neginf
    high = limits.max if posinf is None else posinf
    y = ops.where(missing(x), nan, x)
    y = ops.where(ops.truth(ops.beats(y, float(limits.max)) - 1.0), y, high)
    return ops.where(ops.truth(ops.beats(float(limits.min), y) - 1.0), y, low)


@stands_for(np.real_if_close, a=ARRAY, tol=one_of(100))
@stands_for(np.conjugate, x=ARRAY)
@stands_for(np.real, val=ARRAY)
def real(val: Any) -> Any:
    """Return a real array itself: it is its own real part and its own conjugate."""
    return ops.identity(tensor(val))


@stands_for(np.imag, val=ARRAY)
def imag(val: Any) -> Any:
    """Return zeros: a graph is of real numbers."""
    return constant(np.zeros_like(tensor(val)._array))


@stands_for(np.angle, z=ARRAY, deg=one_of(False, True))
def angle(z: Any, deg: bool = False) -> Any:
    """Return 0 for positive numbers and pi for negative ones: steps, with derivative 0."""
    x = tensor(z)
    y = (1.0 - ops.copysign(1.0, x)) * (90.0 if deg else 0.5 * math.pi)
    return ops.where(missing(x), x, y)


stands_for(np.sinc, x=ARRAY)(ops.sinc)
stands_for(np.fix, x=ARRAY)(ops.trunc)
