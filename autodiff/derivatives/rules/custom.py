"""The two kinds of rules: what comes back to the arguments, and what moves on to the result."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Function, is_node
from autodiff.derivatives.rules.application import Application, is_float
from autodiff.derivatives.rules.arrays import Custom, linear
from autodiff.nodes.tensor import Tensor
from autodiff.table import tree


class custom_vjp(Custom):  # noqa: N801
    """Give a function of arrays the rule by which a cotangent comes back, as in JAX.

    `defvjp(fwd, bwd)`: fwd(*args) returns the result and what bwd needs; bwd(kept, g) returns a tuple
    with a cotangent for each argument, None where there is none. Arguments and results are arrays,
    numbers and trees of them. Written with functions that record, the rule has derivatives itself; forward
    mode is its transpose. It is held against differences when it is first used, unless `check=False`.

    >>> import numpy as np
    >>> @custom_vjp
    ... def total(x):
    ...     return np.sum(x * x)
    >>> total.defvjp(lambda x: (np.sum(x * x), x), lambda x, g: (2.0 * g * x,))
    >>> import autodiff as ad
    >>> ad.grad(total)(np.array([1.0, 2.0]))
    array([2., 4.])
    """

    what, remedy = "custom_vjp", "defvjp(fwd, bwd)"

    def __init__(self, f: Function) -> None:
        super().__init__(f)
        self.fwd: Any = None
        self.bwd: Any = None

    def defvjp(self, fwd: Function, bwd: Function, check: bool = True) -> None:
        """Enter the rule; it is checked when it is first used."""
        self.fwd, self.bwd, self.unchecked = fwd, bwd, check

    def run(self, args: Sequence[Any]) -> tuple[Any, Any]:
        """Return the function's result and what its rule wants to be kept."""
        if self.fwd is None:
            raise self.missing()
        found = self.fwd(*args)
        if not isinstance(found, tuple) or len(found) != 2:
            raise TypeError(
                f"{self.label}: fwd returns a pair, the result and what bwd needs; it returned "
                f"{type(found).__name__}"
            )
        return found

    def pull(self, kept: Any, args: Sequence[Any], gs: Any) -> list[Any]:
        """Return the cotangent of each argument."""
        found = self.bwd(kept, gs)
        if not isinstance(found, tuple | list) or len(found) != len(args):
            raise TypeError(
                f"{self.label}: bwd returns a tuple with a cotangent for each of the {len(args)} "
                f"arguments, it returned {found!r:.60}"
            )
        return list(found)

    def push(self, args: Sequence[Any], ts: Sequence[Any]) -> Any:
        """Return the tangent of the result, by the transpose of the rule."""
        y, kept = self.run(args)
        outputs, back = tree.flatten(y)
        gs = [Tensor(np.zeros(np.shape(plain(p)))) for p in outputs]
        backward: list[Any] = []
        seeds: list[Any] = []
        for part, t in zip(self.pull(kept, args, back(gs)), ts, strict=True):
            if part is not None:
                leaves, structure = tree.flatten(part)
                backward += leaves
                seeds += structure.leaves_of(t, self.label, "a tangent")
        as_nodes = any(is_node(x) for x in tree.flatten([*args, *ts])[0])
        found = linear(backward, gs, seeds, as_nodes)
        return back([np.zeros(g.shape) if t is None else t for g, t in zip(gs, found, strict=True)])

    def slope(self, call: Application, xs: Any, move: Any, weights: Any) -> float:
        """Return the rate of change of the weighted result along a direction, by the rule."""
        found = call.pull(weights, xs)
        return float(sum(np.sum(plain(c) * d) for c, d in zip(found, move, strict=True)))


class custom_jvp(Custom):  # noqa: N801
    """Give a function of arrays the rule by which a tangent moves on, as in JAX.

    `defjvp(rule)`: rule(primals, tangents) returns the result and its tangent. Reverse mode is the
    transpose of the rule, which is therefore written with functions that record, and is linear in the
    tangents. It is held against differences when it is first used, unless `check=False`.

    >>> import numpy as np
    >>> @custom_jvp
    ... def log1pexp(x):
    ...     return np.log1p(np.exp(x))
    >>> log1pexp.defjvp(lambda x, t: (log1pexp(x[0]), t[0] * (1.0 - 1.0 / (1.0 + np.exp(x[0])))))
    >>> import autodiff as ad
    >>> ad.grad(lambda x: log1pexp(x).sum())(np.array([0.0, 100.0]))
    array([0.5, 1. ])
    """

    what, remedy = "custom_jvp", "defjvp(rule)"

    def __init__(self, f: Function) -> None:
        super().__init__(f)
        self.rule: Any = None

    def defjvp(self, rule: Function, check: bool = True) -> None:
        """Enter the rule; it is checked when it is first used."""
        self.rule, self.unchecked = rule, check

    def run(self, args: Sequence[Any]) -> tuple[Any, Any]:
        """Return the function's result; nothing is kept."""
        return (None if any(map(is_node, tree.flatten(list(args))[0])) else self.f(*args)), None

    def pull(self, kept: Any, args: Sequence[Any], gs: Any) -> list[Any]:
        """Return the cotangent of each argument, by the transpose of the rule."""
        leaves, structure = tree.flatten(list(args))
        ts = [
            Tensor(np.zeros(np.shape(plain(x))))
            if is_node(x) or is_float(x) or type(x) is float
            else None
            for x in leaves
        ]
        outputs = tree.flatten(self.push(args, structure(ts)))[0]
        moved = [t for t in ts if t is not None]
        seeds = tree.flatten(gs)[0]
        found = iter(linear(outputs, moved, seeds, any(map(is_node, [*leaves, *seeds]))))
        parts = [next(found) if t is not None else None for t in ts]
        filled = [
            np.zeros(np.shape(plain(x))) if p is None else p
            for x, p in zip(leaves, parts, strict=True)
        ]
        whole: list[Any] = structure(filled)
        return whole

    def push(self, args: Sequence[Any], ts: Sequence[Any]) -> Any:
        """Return the tangent of the result."""
        if self.rule is None:
            raise self.missing()
        found = self.rule(tuple(args), tuple(ts))
        if not isinstance(found, tuple) or len(found) != 2:
            raise TypeError(
                f"{self.label}: the rule returns a pair, the result and its tangent; it returned "
                f"{type(found).__name__}"
            )
        return found[1]

    def slope(self, call: Application, xs: Any, move: Any, weights: Any) -> float:
        """Return the rate of change of the weighted result along a direction, by the rule."""
        return float(np.sum(weights * plain(call.push(move, xs))))


def plain(x: Any) -> Any:
    return x.data if is_node(x) else x
