"""`custom_vjp` and `custom_jvp`: functions of arrays whose derivative the user gives.

The function runs on plain arrays and becomes one node. A rule of either kind is a linear map, from the
cotangent of the result to those of the arguments or from tangents to the result's; recorded on nodes it
can be transposed, so each kind serves reverse and forward mode, and derivatives of any order where the
rule is written with functions that record. Before it is used for the first time a rule is held against
differences along random directions, and a wrong one raises a ValueError.
"""

import inspect
from collections.abc import Sequence
from functools import partial, update_wrapper
from inspect import Parameter
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Function, is_node
from autodiff.derivatives.checking import derivative
from autodiff.derivatives.reverse import computed, needs_grad, send
from autodiff.derivatives.rules.application import (
    Application,
    is_array_of_nodes,
    lifted,
    null,
    numbers_of,
    plain,
)
from autodiff.nodes import modes
from autodiff.nodes.array_node import fill
from autodiff.nodes.functions import as_array_node
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.modes import MODE
from autodiff.nodes.tensor import Tensor
from autodiff.table import ops, tree
from autodiff.table.primitive import Multilinear


class Custom:
    """A function of arrays with a rule of its own."""

    what = remedy = ""

    def __init__(self, f: Function) -> None:
        if not callable(f):
            raise TypeError(f"{self.what}: decorates a function, got {f!r:.60}")
        self.f = f
        self.label = getattr(f, "__name__", type(f).__name__)
        self.row = OwnRow(self.label, value, nary=pulled, tangents=PUSHED, tex=r"f({0}, \ldots)")
        self.unchecked = True
        update_wrapper(self, f)

    def run(self, args: Sequence[Any]) -> tuple[Any, Any]:
        """Return the function's result on plain arrays, and what its rule wants to be kept."""
        raise NotImplementedError

    def pull(self, kept: Any, args: Sequence[Any], gs: Any) -> list[Any]:
        """Return the cotangent of each argument."""
        raise NotImplementedError

    def push(self, args: Sequence[Any], ts: Sequence[Any]) -> Any:
        """Return the tangent of the result."""
        raise NotImplementedError

    def slope(self, call: Application, xs: Any, move: Any, weights: Any) -> float:
        """Return the rate of change of the weighted result along a direction, by the rule."""
        raise NotImplementedError

    def missing(self) -> TypeError:
        return TypeError(f"{self.label}: {self.what} has no rule yet; give it with {self.remedy}")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if keywords:
            args = positions(self, args, keywords)
        leaves, structure = tree.flatten(list(args))
        leaves = [as_array_node(x) if is_array_of_nodes(x) else x for x in leaves]
        operands = list(dict.fromkeys(x for x in leaves if is_node(x)))
        mode = MODE.get()
        if not operands or not (mode.recording or mode.guards is not None):
            return self.f(*structure(leaves))
        call = Application(self, leaves, structure, operands)
        arrays = tuple(map(plain, operands))
        whole = call.whole(arrays)
        if not any(map(needs_grad, operands)) and mode.guards is None:
            return call.apart(Tensor(whole).detach())
        if self.unchecked:
            self.unchecked = False
            check(call, arrays)
        node: Tensor = Tensor.__new__(Tensor)
        fill(node, whole, self.row, tuple(operands), arrays, {"call": call}, True, None)
        return call.apart(node)


def positions(custom: Custom, args: Sequence[Any], keywords: dict[str, Any]) -> tuple[Any, ...]:
    """Return the arguments by position, as the rule takes them, with defaults where they leave gaps."""
    try:
        bound = inspect.signature(custom.f).bind(*args, **keywords)
    except (TypeError, ValueError) as e:
        raise TypeError(f"{custom.label}: {e}") from None
    given = list(bound.arguments)
    bound.apply_defaults()
    kinds = bound.signature.parameters
    named = [k for k in given if kinds[k].kind in (Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD)]
    if named:
        raise TypeError(
            f"{custom.label}: the rule of {custom.what} takes arguments by position, and {named[0]} can "
            f"only be given by name; take the * before it away, or bind it by functools.partial"
        )
    last = max(i for i, k in enumerate(kinds) if k in given)
    return bound.args[: max(last + 1, len(args))]


class OwnRow(Multilinear):
    """The row of a custom function's nodes."""

    def __post_init__(self) -> None:
        """Stay out of the table, where a name stands once."""

    def __reduce__(self) -> Any:
        raise TypeError(f"{self.name}: a function with a rule of its own cannot be saved or copied")


def value(*xs: Any, call: Application) -> Any:
    """Return what the function computes of arrays, or record it anew on nodes."""
    if any(map(is_node, xs)):
        return call.joined(call.custom(*call.args(xs)), "the result")
    with modes.no_grad():
        return Application(call.custom, *again(call, xs)).whole(xs)


def again(call: Application, xs: Sequence[Any]) -> tuple[list[Any], Any, list[Any]]:
    """Return what another call with other operands is made of."""
    marks = [Tensor(np.asarray(x)) for x in xs]
    leaves = [marks[call.places[k]] if k in call.places else x for k, x in enumerate(call.leaves)]
    return leaves, call.structure, marks


def pulled(i: int, g: Any, *xs: Any, call: Application) -> Any:
    """Return what operand `i` receives; the rule is run once for all of them."""
    if type(g) is Lanes or any(type(x) is Lanes for x in xs):
        return by_lane(lambda g, *xs: call.pull(g, xs)[i], g, *xs)
    last = call.last
    if (
        last is None
        or last[0] is not g
        or any(a is not b for a, b in zip(last[1], xs, strict=True))
    ):
        last = call.last = (g, xs, call.pull(g, xs))
    if i == len(xs) - 1:
        call.last = None
    return last[2][i]


def by_lane(function: Function, *args: Any) -> Lanes:
    """Return what a function makes of each lane, put together as lanes again."""
    n = next(len(x.x) for x in args if type(x) is Lanes)
    found = [function(*(x.x[k] if type(x) is Lanes else x for x in args)) for k in range(n)]
    if any(map(is_node, found)):
        return Lanes(
            ops.concatenate(
                *(ops.reshape(y, shape=(1, *y.shape)) for y in map(lifted, found)), axis=0
            )
        )
    return Lanes(np.stack(found))


class Pushed:
    """The tangents of a custom function: one rule for each operand, however many."""

    def __getitem__(self, i: int) -> Any:
        def rule(t: Any, *xs: Any, call: Application) -> Any:
            if type(t) is Lanes or any(type(x) is Lanes for x in xs):
                return by_lane(partial(rule, call=call), t, *xs)
            ts = [t if k == i else null(x, is_node(x)) for k, x in enumerate(xs)]
            return call.push(ts, xs)

        return rule


PUSHED: Any = Pushed()


def linear(
    outputs: list[Any], leaves: list[Any], seeds: Sequence[Any], as_nodes: bool
) -> list[Any]:
    """Return what comes back to leaves from outputs that are linear in them."""
    total: dict[Any, Any] = {}
    for y, seed in zip(outputs, seeds, strict=True):
        if is_node(y):
            total[y] = total[y] + seed if y in total else seed
    start = min(x.seq for x in leaves)
    depend = set(leaves)
    for node in reversed(computed(list(total), True, start)):
        if any(x in depend for x in node.parents):
            depend.add(node)
    order = [x for x in computed(list(total), True, start) if x in depend]
    send(order, total, as_nodes, {*leaves})
    return [total.get(x) for x in leaves]


def check(call: Application, arrays: Sequence[Any]) -> None:
    """Raise a ValueError where the rule disagrees with differences at these operands."""
    rng = np.random.default_rng(0)
    xs = [np.asarray(x, dtype=float) for x in arrays]
    if not xs or not all(np.all(np.isfinite(x)) for x in xs):
        return
    trial = Application(call.custom, *again(call, xs))
    y = trial.whole(xs)
    result = tree.map_tree(numbers_of, trial.alone(lambda args: call.custom.f(*args), xs))
    own = np.asarray(trial.joined(result, "the function's result"))
    if not np.allclose(own, y, rtol=1e-6, atol=1e-9, equal_nan=True):
        raise ValueError(
            f"{call.custom.label}: fwd computes another result than the function, {y!r:.60} instead of "
            f"{own!r:.60}; correct it, or pass check=False where it is meant to differ"
        )
    move, weights = [rng.standard_normal(x.shape) for x in xs], rng.standard_normal(y.shape)
    scale = max(1.0, *(float(np.max(np.abs(x), initial=0.0)) for x in xs))

    def along(t: float) -> float:
        moved = [x + t * d for x, d in zip(xs, move, strict=True)]
        return float(np.sum(weights * Application(call.custom, *again(call, moved)).whole(moved)))

    with np.errstate(all="ignore"):
        expected, error = derivative(along, 0.0, 0.01 * scale)
    found = call.custom.slope(trial, xs, move, weights)
    size = max(abs(expected), float(np.sum(np.abs(weights))) * 1e-6)
    if not abs(found - expected) <= 1e-5 * size + 4 * error:
        raise ValueError(
            f"{call.custom.label}: the rule gives {found!r} along a random direction, differences give "
            f"{expected!r} (error about {error:.1e}); correct the rule, or pass check=False where it is "
            f"meant to differ"
        )
