"""scipy.optimize for functions of trees of parameters: `minimize`, with the gradient from the graph.

SciPy's methods take one vector and a function for its gradient; here the parameters may be any tree of
numbers and arrays, and the gradient, and the product of the Hessian with a vector for the methods that ask
for one, come from the graph.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.derivatives.transforms import hvp, value_and_grad
from autodiff.graphs.vectors import ravel
from autodiff.interop.extras import require

plain = require("scipy.optimize", "scipy", "autodiff.scipy.optimize")
WITH_HESSIAN = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
WITHOUT_GRADIENT = {"nelder-mead", "powell", "cobyla", "cobyqa"}


def minimize(
    f: Callable[..., Any], x0: Any, args: Any = (), method: str | None = None, bounds: Any = None,
    callback: Any = None, **options: Any,
) -> Any:  # fmt: skip
    """Return scipy.optimize's result for the least value of f(x, *args), from x0 on.

    `x0` is a tree of numbers and arrays; the result's `x` is such a tree, its `jac` the gradient there.
    `method` and other options are SciPy's (L-BFGS-B by default, so that bounds can be given); `bounds` is
    a tree of pairs in the places of the numbers, or one pair for all. Raises a ValueError where f is not
    one number.

    >>> found = minimize(lambda p: (p["x"] - 3.0) ** 2 + p["y"] ** 2, {"x": 0.0, "y": 1.0})
    >>> round(found.x["x"], 6), found.success
    (3.0, True)
    """
    if options.pop("jac", None) not in (None, True):
        raise TypeError(
            "minimize: jac= has no meaning here, the gradient comes from the graph; leave it away"
        )
    args = args if isinstance(args, tuple) else (args,)
    start, tree_of = ravel(x0)
    start = np.array(getattr(start, "data", start))
    wanted = (method or "L-BFGS-B").lower()

    def value_and_slope(x: Any) -> tuple[float, Any]:
        value, slope = value_and_grad(f)(tree_of(x), *args)
        return float(value), ravel(slope)[0]

    def value(x: Any) -> float:
        return float(f(tree_of(x), *args))

    def curvature(x: Any, v: Any) -> Any:
        return ravel(hvp(lambda p: f(p, *args), tree_of(x), tree_of(v)))[0]

    given: dict[str, Any] = dict(options)
    if wanted not in WITHOUT_GRADIENT:
        given["jac"] = True
    if wanted in WITH_HESSIAN:
        given.setdefault("hessp", curvature)
    if bounds is not None:
        given["bounds"] = pairs(bounds, len(start))
    if callback is not None:
        given["callback"] = lambda x: callback(tree_of(x))
    found = plain.minimize(
        value if wanted in WITHOUT_GRADIENT else value_and_slope,
        start,
        method=method or "L-BFGS-B",
        **given,
    )
    found.x = tree_of(found.x)
    if getattr(found, "jac", None) is not None:
        found.jac = tree_of(np.asarray(found.jac))
    return found


def pairs(bounds: Any, n: int) -> Any:
    """Return a lower and an upper bound for each number."""
    if (
        isinstance(bounds, tuple)
        and len(bounds) == 2
        and not isinstance(bounds[0], tuple | list | dict)
    ):
        return [bounds] * n
    found: list[Any] = []

    def walk(x: Any) -> None:
        if (
            isinstance(x, tuple)
            and len(x) == 2
            and all(b is None or isinstance(b, int | float) for b in x)
        ):
            found.append(x)
        else:
            for part in x.values() if isinstance(x, dict) else x:
                walk(part)

    walk(bounds)
    if len(found) != n:
        raise ValueError(f"minimize: bounds has {len(found)} pairs for {n} numbers")
    return found


def __getattr__(name: str) -> Any:
    """Return what SciPy has by a name that is not here."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(plain, name)
