"""scipy.integrate.odeint on nodes, by the adjoint equation.

SciPy solves dy/dt = f(y, t, ...). What comes back from the solution solves an equation of its own, run from
the last time to the first: a' = -a df/dy, and the parameters and times collect -a df/dp and -a df/dt on the
way. Nothing of the solver's steps is kept, so memory does not grow with their number; the gradient is as
exact as the solver's tolerances, rtol= and atol=, let it be. The way back is an odeint itself and
can be differentiated again.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.derivatives.calls import is_node
from autodiff.derivatives.rules.custom import custom_vjp
from autodiff.derivatives.transforms import vjp
from autodiff.graphs.vectors import ravel
from autodiff.interop.extras import require
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.functions import holds_nodes
from autodiff.scipy.parameters import left_to_scipy
from autodiff.table import tree

plain = require("scipy.integrate", "scipy", "autodiff.scipy.integrate")


def odeint(func: Callable[..., Any], y0: Any, t: Any, args: Any = (), **options: Any) -> Any:
    """Return the solution of dy/dt = func(y, t, *args) at the times t, a row for each, from y0 at t[0].

    y0 is a vector; gradients flow to y0, to t and to the numbers and arrays in `args`, which func
    may not reach in another way. `rtol`, `atol` and the other options are SciPy's; what it
    returns beside the solution (full_output) and Dfun, which the way back would not know, are refused.

    >>> import autodiff as ad
    >>> ends = lambda rate: odeint(lambda y, t, k: -k * y, [1.0], [0.0, 1.0], (rate,), rtol=1e-10)[-1, 0]
    >>> round(ad.grad(ends)(2.0), 6)  # of e^-k
    -0.135335
    """
    given = args if isinstance(args, tuple) else (args,)
    if not holds_nodes([y0, t, *tree.flatten(list(given))[0]]):
        return plain.odeint(func, y0, t, args, **options)
    unknown = options.keys() - inspect.signature(plain.odeint).parameters
    if unknown:
        raise TypeError(f"odeint: got an unexpected keyword argument {min(unknown)!r}")
    for name in ("full_output", "Dfun", "tfirst", "col_deriv"):
        if options.pop(name, None):
            raise TypeError(f"odeint: {name}= has no meaning on a graph; leave it away")
    known = [x if is_node(x) or is_number(x) else None for x in tree.flatten(list(given))[0]]
    numbers, back = ravel([x for x in known if x is not None])
    rest, structure = tree.flatten(list(given))

    def flat(y: Any, s: Any, p: Any) -> Any:
        left = iter(back(p))
        return func(
            y,
            s,
            *structure([x if k is None else next(left) for k, x in zip(known, rest, strict=True)]),
        )

    return _solution(flat, options)(tensor(y0), tensor(t), numbers)


def is_number(x: Any) -> bool:
    """Return whether x is a float or an array of floats: a parameter that may have a gradient."""
    return isinstance(x, float) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def _solution(f: Callable[..., Any], options: dict[str, Any]) -> Callable[..., Any]:
    """Return the solution of dy/dt = f(y, t, p) as a function of y0, the times and p, with its way back."""

    def rate(y: Any, s: Any, p: Any) -> Any:
        found = f(y, s, p)
        if holds_nodes(found):
            raise TypeError(
                "odeint: func uses nodes that are not among its arguments, and their gradient would be lost; "
                "give them in args="
            )
        return np.asarray(found, float)

    def solve(y0: Any, t: Any, p: Any) -> Any:
        return plain.odeint(rate, y0, t, (p,), **options)

    def back(kept: Any, g: Any) -> tuple[Any, Any, Any]:
        y, t, p = kept
        n = y.shape[1]

        def moving(z: Any, s: Any, q: Any) -> Any:
            """The solution, its cotangent, and what the time and the parameters have collected."""
            dy, pull = vjp(lambda y, s, q: np.hstack(f(y, s, q)), z[:n], s, q)
            along = pull(-z[n : 2 * n])
            return np.concatenate(
                [dy, along[0], np.reshape(along[1], (1,)), np.reshape(along[2], (-1,))]
            )

        again = _solution(moving, options)
        a, first, collected, times = g[-1], np.zeros(1), np.zeros(p.shape), []
        for i in range(y.shape[0] - 1, 0, -1):
            here = np.reshape(np.sum(np.hstack(f(y[i], t[i], p)) * g[i]), (1,))
            times.append(here)
            z = np.concatenate([y[i], a, first - here, collected])
            z = again(z, np.stack([t[i], t[i - 1]]), p)[1]
            a, first, collected = z[n : 2 * n] + g[i - 1], z[2 * n : 2 * n + 1], z[2 * n + 1 :]
        return a, np.concatenate([first, *times[::-1]]), collected

    solution = custom_vjp(solve)
    solution.defvjp(lambda y0, t, p: kept_with(solution, y0, t, p), back, check=False)
    return solution


def kept_with(solution: Callable[..., Any], y0: Any, t: Any, p: Any) -> tuple[Any, Any]:
    """Return the solution and what its way back needs."""
    if holds_nodes([y0, t, p]):
        y = solution(y0, t, p)
        return y, (y, t, p)
    y = solution(y0, t, p)
    return y, (y, t, p)


def __getattr__(name: str) -> Any:
    """Return SciPy's function of a name that is not here."""
    if name.startswith("__"):
        raise AttributeError(name)
    return left_to_scipy(getattr(plain, name), f"scipy.integrate.{name}")
