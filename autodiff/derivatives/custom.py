"""A user's own operation: a function and its partials become a row like any other."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autodiff.derivatives.checking import derivative
from autodiff.table.primitive import REAL, Domain, Pointwise


def primitive(
    partials: Sequence[Callable[..., Any] | None],
    at: Sequence[float] | None = None,
    domain: Sequence[Domain] | None = None,
    tex: str = "",
    name: str | None = None,
) -> Callable[[Callable[..., float]], Pointwise]:
    """Make an operation of a function on floats; `partials` are its local derivatives.

    Each partial is a function (y, x1, x2, ...) -> dy/dxi written with operators and functions of
    this library, so that second derivatives, forward mode and pictures follow; None marks an operand
    without a derivative. The rule is checked against numbers at once, at the point `at` (a moderate
    point of the domain by default), and a wrong one raises a ValueError.

    >>> @primitive(partials=[lambda y, x: 3.0 * x * x])
    ... def doctest_cube(x):
    ...     return x * x * x
    >>> import autodiff as ad
    >>> ad.grad(doctest_cube)(2.0)
    12.0
    """

    _refuse(partials)

    def define(function: Callable[..., float]) -> Pointwise:
        label = name or function.__name__
        rules = tuple(partials)
        domains = tuple(domain or (REAL,) * len(rules))
        point = list(at) if at is not None else [_inside(d, i) for i, d in enumerate(domains)]
        if len(point) != len(rules) or len(domains) != len(rules):
            raise ValueError(f"{label}: {len(rules)} partials need as many places and domains")
        _check(label, function, rules, point)
        return Pointwise(
            label,
            np.vectorize(function, otypes=[float]),
            scalar=function,
            partials=rules,
            domain=domains,
            origin=f"{function.__module__}.{function.__qualname__}",
            tex=tex or rf"\operatorname{{{{{label}}}}}({', '.join(map(_slot, range(len(rules))))})",
        )

    return define


def _refuse(partials: Any) -> None:
    """Raise a TypeError for what is no list of local derivatives, such as f under `@primitive`."""
    remedy = "give a list, one function (y, x1, ...) or None for each operand"
    example = "@primitive(partials=[lambda y, x: 2.0 * x])"
    if callable(partials):
        wrong = f"partials is the function {getattr(partials, '__name__', '')}".rstrip()
    elif not isinstance(partials, Sequence) or isinstance(partials, str):
        wrong = f"partials is of type {type(partials).__name__}"
    elif not partials:
        wrong = "partials is empty"
    else:
        odd = [p for p in partials if p is not None and not callable(p)]
        if not odd:
            return
        wrong = f"partials holds {odd[0]!r:.60}, which is no function"
    raise TypeError(f"primitive: {wrong}; {remedy}, as in {example}")


def _slot(i: int) -> str:
    return f"{{{i}}}"


def _inside(domain: Domain, i: int) -> float:
    """Return a point of the domain that is nothing special."""
    low, high = max(domain.low, -3.0), min(domain.high, 3.0)
    return low + (high - low) * (0.61 + 0.07 * i)


def _check(
    label: str, f: Callable[..., float], rules: Sequence[Callable[..., Any] | None], at: list[float]
) -> None:
    y = f(*at)
    for i, rule in enumerate(rules):
        if rule is None:
            continue
        found = float(rule(y, *at))
        expected, error = derivative(partial(_along, f, at, i), at[i], 0.01)
        if not abs(found - expected) <= 1e-7 * abs(expected) + 4 * error + 1e-12:
            raise ValueError(
                f"{label}: the partial for operand {i + 1} gives {found!r} at {at}, differences "
                f"give {expected!r}; correct the rule, or give a point `at` where f is smooth"
            )


def _along(f: Callable[..., float], at: list[float], i: int, t: float) -> float:
    """Return f at the point with operand i set to t."""
    return f(*at[:i], t, *at[i + 1 :])
