"""What numpy's functions do when they are given nodes: they record rows of the table.

`np.sin(x)`, `np.sum(x)` and `np.concatenate([x, y])` ask their arguments first, and a node answers
here. A ufunc is looked up in the table, whose rows name it; a function composed of rows among the
`ENTRIES`, which settle its parameters; one that has no derivative to lose (a comparison, a shape,
an index) runs on the plain arrays. Anything else is refused, with the
nearest name that would work, since a result without a graph would be a silently wrong gradient.
"""

import difflib
import operator
from functools import cache
from typing import Any

import numpy as np

from autodiff.dispatch import (  # noqa: F401  they enter
    choices,
    elementwise,
    linalg,
    methods,
    missing,
    moves,
    products,
    reductions,
    signals,
    statistics,
)
from autodiff.dispatch.entries import (
    ENTRIES,
    Function,
    name_of,
    no_array,
    refused,
    without_graph,
    without_numbers,
)  # fmt: skip
from autodiff.dispatch.further import (  # noqa: F401
    covariance,
    curves,
    domains,
    grids,
    histograms,
    loops,
    polynomials,
    sets,
    slopes,
)
from autodiff.dispatch.further.reasons import reason
from autodiff.dispatch.further.spectra import TRANSFORMS
from autodiff.dispatch.linalg import norms  # noqa: F401
from autodiff.dispatch.methods import PLAIN, SHAPES
from autodiff.dispatch.moves import as_type
from autodiff.nodes import costs, doors
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.programs.arguments.numbers import as_object
from autodiff.table.primitive import UFUNCS

# Comparisons of numbers, and the same with the sides exchanged.
COMPARISONS: dict[Function, tuple[Function, Function]] = {
    np.less: (operator.lt, operator.gt), np.less_equal: (operator.le, operator.ge),
    np.greater: (operator.gt, operator.lt), np.greater_equal: (operator.ge, operator.le),
}  # fmt: skip
CLIP: Any = (getattr(np, "_core", None) or np.core).umath.clip  # the method of plain arrays
REDUCTIONS: dict[Function, Function] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
}  # fmt: skip


def ufunc_of_nodes(
    function: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """Answer a ufunc that has no row of its own, or that is called with options."""
    if method == "__call__" and any(map(of_objects, inputs)):
        return function(*map(as_object, inputs), **options)
    if not no_array(options.pop("out", None)):
        raise TypeError(
            f"{name_of(function)}: the result would be written into a plain array and lose its "
            f"graph; write y = y + x instead of y += x, and leave out= away"
        )
    options = {k: v for k, v in options.items() if v is not np._NoValue}
    if method == "reduce":
        options.setdefault("axis", 0)
        if function in REDUCTIONS:
            x = as_type(inputs[0], options.pop("dtype", None))
            return ENTRIES[REDUCTIONS[function]](x, **options)
        if (
            function is np.logaddexp
            and np.size(inputs[0])
            and not options.keys() - {"axis", "keepdims"}
        ):
            return costs.logsumexp(*inputs, **options)
    if method == "__call__" and not has_derivative(function):
        if (
            function in COMPARISONS
            and not options
            and not any(map(np.ndim, map(without_graph, inputs)))
        ):
            # A trace takes note of what the program's course depends on.
            straight, exchanged = COMPARISONS[function]
            a, b = (x[()] if isinstance(x, np.ndarray) else x for x in inputs)
            return straight(a, b) if isinstance(a, Value | Tensor) else exchanged(b, a)
        return function(*map(without_graph, inputs), **options)
    if function is CLIP and method == "__call__":
        return ENTRIES[np.clip](*inputs, **options)
    entry = ENTRIES.get(function)
    computed = row_of(function) if entry is None else entry.implementation
    if method in methods.APPLIED and computed is not None and "dd->d" in function.types:
        return methods.applied(function, method, inputs, options)
    if method != "__call__" or computed is None:
        raise refusal(function, "" if method == "__call__" else f".{method}")
    if entry is not None:
        entry.check(inputs)
    return computed(*(as_asked(function, inputs, options) if options else inputs))


def of_objects(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == object


def as_asked(function: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Return a ufunc's operands in the precision that its options ask for.

    Whether numpy takes the options at all, it is asked on arrays of one element.
    """
    for name, value in options.items():
        if name == "where" and value is not True:
            raise refused(function, name)
        if name in ("axes", "axis", "keepdims"):
            raise refused(function, name)
    ones = [
        np.ones((1,) * (2 if function.signature else 1), without_graph(x).dtype)
        if hasattr(without_graph(x), "dtype")
        else x
        for x in inputs
    ]
    made = function(*ones, **options)
    wanted = (made[0] if isinstance(made, tuple) else made).dtype
    if wanted not in (np.float64, np.float32):
        raise refused(function, "dtype" if "dtype" in options else "signature")
    if "dtype" in options or "signature" in options:
        return [as_type(x, wanted, "unsafe") for x in inputs]
    return inputs


def function_of_nodes(function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Answer one of numpy's other functions."""
    if function in PLAIN:
        seen = without_numbers if function in SHAPES else without_graph
        return function(*map(seen, args), **{k: seen(v) for k, v in options.items()})
    if function in TRANSFORMS:
        return TRANSFORMS[function](*args, **options)
    entry = ENTRIES.get(function)
    if entry is None:
        raise refusal(function)
    return entry(*args, **options)


def row_of(function: Any) -> Any:
    """Return the row of a ufunc; those of SciPy's enter with the first that is asked for."""
    found = UFUNCS.get(function)
    return doors.scipy_row(function) if found is None and doors.of_scipy(function) else found


@cache
def has_derivative(function: Any) -> bool:
    """Return whether a ufunc gives floats for floats: else it is a comparison or a test."""
    if function in PLAIN:
        return False
    if function is np.frexp:
        return True
    return any(kind.endswith(("->d", "->dd")) for kind in function.types) or not any(
        kind.startswith("d") for kind in function.types
    )


def refusal(function: Any, method: str = "") -> TypeError:
    """Return the error for a function without rows, with the nearest that has them, if one is near."""
    because = reason(function)
    if because and not method:
        return TypeError(f"{name_of(function)}: has no meaning on a graph: {because}")
    known = {f.__name__: f for f in (*UFUNCS, *ENTRIES)}
    wanted = getattr(function, "__name__", str(function))
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.7)
    nearest = f"; the nearest that it has is {name_of(known[near[0]])}" if near else ""
    return TypeError(
        f"{name_of(function)}{method}: the table has no operation for it{nearest}. Compose it of "
        f"operations, add it with autodiff.primitive, or take .data for the plain array"
    )
