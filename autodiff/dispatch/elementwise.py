"""numpy's functions of single elements that are short formulas on rows of the table."""

import math
from numbers import Number
from typing import Any

import numpy as np

from autodiff.dispatch.entries import stands_for
from autodiff.dispatch.moves import as_type
from autodiff.nodes.functions import array_of, as_array_node
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table import ops
from autodiff.table.recipes import ARRAY, FITTING, POSITIVE, Drawing, mask

NONE: Any = np._NoValue


def bound(d: Drawing) -> Any:
    """Return a bound by its second name, or nothing where it has one by its first."""
    return None if {"a_min", "a_max"} & {*d.given} and not d.now_and_then() else FITTING(d)


@stands_for(np.clip, a=ARRAY, a_min=FITTING, a_max=FITTING, min=bound, max=bound)
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


@stands_for(np.where, signature="(condition, x=None, y=None)", condition=mask, x=ARRAY, y=FITTING)
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
