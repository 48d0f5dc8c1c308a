"""What numpy's functions do when they are given nodes: they record rows of the table.

`np.sin(x)`, `np.sum(x)` and `np.concatenate([x, y])` ask their arguments first, and a node answers
here. A ufunc is looked up in the table, whose rows name it; a function composed of rows is named
once, in `COMPOSED` or among the functions that only move elements; one that has no derivative to
lose (a comparison, a shape, an index) runs on the plain arrays. Anything else is refused, with the
nearest name that would work, since a result without a graph would be a silently wrong gradient.
"""

import difflib
import inspect
import math
import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autodiff.dispatch import functions as nf
from autodiff.nodes import costs, functions
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table import ops
from autodiff.table.primitive import UFUNCS

Function = Callable[..., Any]

# The composites of rows by numpy's names.
COMPOSED: dict[Function, Function] = {
    np.power: nf.power,
    np.float_power: nf.power,
    np.reciprocal: lambda x: 1.0 / x,
    np.log2: lambda x: ops.log(x) * (1.0 / math.log(2.0)),
    np.log10: lambda x: ops.log(x) * (1.0 / math.log(10.0)),
    np.exp2: lambda x: ops.exp(x * math.log(2.0)),
    np.deg2rad: lambda x: x * (math.pi / 180.0),
    np.rad2deg: lambda x: x * (180.0 / math.pi),
    np.radians: lambda x: x * (math.pi / 180.0),
    np.degrees: lambda x: x * (180.0 / math.pi),
    np.logaddexp: nf.logaddexp,
    np.where: nf.where,
    np.clip: nf.clip,
    np.sum: functions.sum,
    np.mean: functions.mean,
    np.var: functions.var,
    np.std: nf.std,
    np.max: functions.max,
    np.min: functions.min,
    np.ptp: nf.ptp,
    np.prod: nf.prod,
    np.average: nf.average,
    np.median: nf.median,
    np.cumsum: nf.cumsum,
    np.diff: nf.diff,
    np.sort: nf.sort,
    np.dot: nf.dot,
    np.vdot: nf.vdot,
    np.inner: nf.inner,
    np.outer: nf.outer,
    np.tensordot: nf.tensordot,
    np.einsum: nf.einsum,
    np.trace: nf.trace,
    np.linalg.norm: nf.norm,
    np.concatenate: nf.join,
    np.stack: functions.stack,
    np.append: nf.append,
    np.hstack: nf.joining(np.atleast_1d, lambda ndim: 0 if ndim == 1 else 1),
    np.vstack: nf.joining(np.atleast_2d, lambda ndim: 0),
    np.dstack: nf.joining(np.atleast_3d, lambda ndim: 2),
    np.column_stack: nf.joining(lambda x: x if x.ndim > 1 else x[:, None], lambda ndim: 1),
    np.copy: lambda x: ops.identity(x),
    np.broadcast_to: functions.broadcast_to,
}
RESHAPING = (
    np.reshape, np.ravel, np.squeeze, np.expand_dims, np.atleast_1d, np.atleast_2d, np.atleast_3d,
)  # fmt: skip
PERMUTING = (np.transpose, np.swapaxes, np.moveaxis, np.rollaxis)
MOVING = (
    np.flip, np.fliplr, np.flipud, np.roll, np.rot90, np.tile, np.repeat, np.diagonal, np.diag,
    np.tril, np.triu, np.take, np.take_along_axis, np.delete, np.pad, np.resize,
    np.split, np.array_split, np.hsplit, np.vsplit,
)  # fmt: skip
# No gradient is lost: what comes of these is a shape, a truth value, an index or a new constant.
PLAIN = {
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.zeros_like, np.ones_like,
    np.full_like, np.empty_like, np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero,
    np.flatnonzero, np.searchsorted, np.count_nonzero, np.any, np.all, np.isclose, np.allclose,
    np.array_equal, np.array_equiv, np.iscomplexobj, np.isrealobj, np.array_repr, np.array_str,
    np.array2string, np.may_share_memory, np.shares_memory, np.broadcast_shapes,
}  # fmt: skip
# Comparisons of numbers, and the same with the sides exchanged.
COMPARISONS: dict[Function, tuple[Function, Function]] = {
    np.less: (operator.lt, operator.gt), np.less_equal: (operator.le, operator.ge),
    np.greater: (operator.gt, operator.lt), np.greater_equal: (operator.ge, operator.le),
}  # fmt: skip
REDUCTIONS: dict[Function, Function] = {
    np.add: functions.sum, np.multiply: nf.prod,
    np.maximum: functions.max, np.minimum: functions.min, np.logaddexp: costs.logsumexp,
}  # fmt: skip
METHODS: dict[str, Function] = {
    f.__name__: f
    for f in (
        np.ravel, np.squeeze, np.swapaxes, np.repeat, np.diagonal, np.trace, np.prod, np.cumsum,
        np.std, np.var, np.clip, np.dot, np.argmax, np.argmin, np.argsort, np.all, np.any,
        np.nonzero, np.ptp, np.copy,
    )
} | {"flatten": np.ravel}  # fmt: skip

COMPOSED |= {f: nf.reshaping(f) for f in RESHAPING}
COMPOSED |= {f: nf.permuting(f) for f in PERMUTING}
COMPOSED |= {f: nf.moving(f) for f in MOVING}


def plain(x: Any) -> Any:
    """Return x with each node in it replaced by its array."""
    if isinstance(x, Value | Tensor):
        return np.asarray(x.data)
    return type(x)(map(plain, x)) if type(x) in (list, tuple) else x


def ufunc_of_nodes(
    function: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """Answer a ufunc that has no row of its own, or that is called with options."""
    if any(x is not None for x in options.get("out", ())):
        raise TypeError(
            f"{name_of(function)}: the result would be written into a plain array and lose its "
            f"graph; write y = y + x instead of y += x, and leave out= away"
        )
    options = {k: v for k, v in options.items() if k != "out" and v is not np._NoValue}
    if method == "reduce" and function in REDUCTIONS:
        options.setdefault("axis", 0)
        return call(function, REDUCTIONS[function], inputs, options)
    if method == "__call__" and not has_derivative(function):
        if function in COMPARISONS and not options and not any(map(np.ndim, map(plain, inputs))):
            # A trace takes note of what the program's course depends on.
            straight, exchanged = COMPARISONS[function]
            a, b = inputs
            return straight(a, b) if isinstance(a, Value | Tensor) else exchanged(b, a)
        return function(*map(plain, inputs), **options)
    implementation = COMPOSED.get(function) or UFUNCS.get(function)
    if method != "__call__" or implementation is None:
        raise refusal(function, "" if method == "__call__" else f".{method}")
    if options:
        raise TypeError(
            f"{name_of(function)}: {', '.join(f'{k}=' for k in options)} has no meaning on a graph"
        )
    return call(function, implementation, inputs, options)


def function_of_nodes(function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Answer one of numpy's other functions."""
    if function in PLAIN:
        return function(*map(plain, args), **{k: plain(v) for k, v in options.items()})
    implementation = COMPOSED.get(function)
    if implementation is None:
        raise refusal(function)
    args, options = as_declared(function, args, options)
    return call(function, implementation, args, options)


def call(function: Any, implementation: Function, args: Any, options: dict[str, Any]) -> Any:
    """Call what stands for numpy's function; an option that it lacks is named in a sentence."""
    try:
        inspect.signature(implementation).bind(*args, **options)
    except TypeError:
        known = list(inspect.signature(implementation).parameters)
        unknown = [f"{k}=" for k in options if k not in known]
        why = f"the option {', '.join(unknown)}" if unknown else "a call with these arguments"
        raise TypeError(
            f"{name_of(function)}: {why} has no meaning on a graph; it takes {', '.join(known)}"
        ) from None
    return implementation(*args, **options)


@cache
def _signature(function: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # written in C
        return None


def as_declared(function: Any, args: Any, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the arguments with numpy's optional ones by name, so that no place is mistaken."""
    signature = _signature(function)
    if signature is None:
        return args, options
    names = list(signature.parameters.values())
    required = []
    given = dict(options)
    for i, x in enumerate(args):
        if i < len(names) and names[i].kind is names[i].POSITIONAL_OR_KEYWORD:
            if names[i].default is names[i].empty:
                required.append(x)
            else:
                given[names[i].name] = x
        else:
            required.append(x)
    required += [
        given.pop(p.name) for p in names[len(args) :] if p.default is p.empty and p.name in given
    ]
    meaningless = {"dtype", "out", "order", "where", "initial", "mode", "kind", "stable"}
    return required, {
        k: v
        for k, v in given.items()
        if v is not np._NoValue and not (k in meaningless and v is None)
    }


@cache
def has_derivative(function: Any) -> bool:
    """Return whether a ufunc gives floats for floats: else it is a comparison or a test."""
    return any(kind.endswith(("->d", "->dd")) for kind in function.types) or not any(
        kind.startswith("d") for kind in function.types
    )


def name_of(function: Any) -> str:
    """Return the function's name as people write it, such as np.linalg.norm."""
    module = str(getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1)
    return f"{module}.{getattr(function, '__name__', function)}"


def refusal(function: Any, method: str = "") -> TypeError:
    """Return the error for a function without rows, with the nearest that has them."""
    known = {f.__name__: f for f in (*UFUNCS, *COMPOSED)}
    wanted = getattr(function, "__name__", str(function))
    nearest = difflib.get_close_matches(wanted, known, n=1, cutoff=0.0)[0]
    return TypeError(
        f"{name_of(function)}{method}: the table has no operation for it; the nearest that it has "
        f"is {name_of(known[nearest])}. Compose it of operations, add it with autodiff.table.primitive, "
        f"or take .data for the plain array"
    )


def method_of_nodes(node: Tensor, name: str) -> Function:
    """Return numpy's function of this name as a method of the node."""
    function = METHODS.get(name)
    if function is None:
        raise AttributeError(f"Tensor has no attribute or operation {name!r}")
    return lambda *args, **options: function_of_nodes(function, (node, *args), options)
