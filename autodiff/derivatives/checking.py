"""Numbers against rules: finite differences as a second opinion on a gradient.

A finite difference cannot certify a rule to the last digit, but no wrong rule survives one taken
carefully. Each derivative is extrapolated from a ladder of step sizes (Ridders' method), which gives
about ten digits and an estimate of its own error, so a rule that is 1e-6 off is caught at any scale.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.derivatives.calls import function, is_node, plain
from autodiff.derivatives.transforms import grad, jvp, vjp
from autodiff.table import tree

SHRINK = 1.6
STEPS = 12


def derivative(f: Callable[[float], float], x: float, step: float) -> tuple[float, float]:
    """Return f'(x) by extrapolated central differences, and an estimate of the error."""
    best, error = np.nan, np.inf
    table: list[list[float]] = []
    for i in range(STEPS):
        h = step / SHRINK**i
        row = [(f(x + h) - f(x - h)) / ((x + h) - (x - h))]
        factor = 1.0
        for k in range(i):
            factor *= SHRINK**2
            row.append((row[k] * factor - table[-1][k]) / (factor - 1.0))
            guess = max(abs(row[k + 1] - row[k]), abs(row[k + 1] - table[-1][k]))
            if guess <= error:
                best, error = row[k + 1], guess
        table.append(row)
        if i > 2 and abs(row[-1] - table[-2][-1]) > 2 * error:
            break
    return float(best), float(error)


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    rtol: float = 1e-7,
    seed: int = 0,
) -> None:
    """Raise an AssertionError unless f's derivatives agree with differences, up to `order`.

    Along random directions of the arguments and the output, the rate of change from forward mode
    and from reverse mode is held against an extrapolated difference. `rtol` is relative to the
    derivative itself, so that a small output hides nothing.

    >>> import autodiff as ad
    >>> check_grads(lambda x: ad.sin(x), (0.5,))
    """
    function("check_grads", f)
    for mode in modes:
        if mode not in ("fwd", "rev"):
            raise ValueError(f"check_grads: modes are 'fwd' and 'rev', got {mode!r}")
    if not isinstance(args, tuple | list):
        raise TypeError(
            f"check_grads: the arguments come as a tuple, so write (x,) for one, got {args!r:.60}"
        )
    rng = np.random.default_rng(seed)
    leaves, rebuild = tree.flatten(tuple(args))
    point = [np.asarray(plain(x), dtype=float) for x in leaves]
    move = [rng.standard_normal(x.shape) for x in point]
    out = [np.asarray(plain(y)) for y in tree.flatten(f(*args))[0]]
    weights = [rng.standard_normal(y.shape) for y in out]

    def along(t: float) -> float:
        moved = rebuild([_like(x + t * d, a) for x, d, a in zip(point, move, leaves, strict=True)])
        ys = tree.flatten(f(*moved))[0]
        return float(sum(np.sum(w * plain(y)) for w, y in zip(weights, ys, strict=True)))

    scale = max([1.0, *(float(np.max(np.abs(x), initial=0.0)) for x in point)])
    expected, error = derivative(along, 0.0, 0.02 * scale)
    directions = rebuild([_like(d, a) for d, a in zip(move, leaves, strict=True)])
    for mode in modes:
        if mode == "fwd":
            ts = tree.flatten(jvp(f, args, directions)[1])[0]
            found = sum(np.sum(w * plain(t)) for w, t in zip(weights, ts, strict=True))
        else:
            y, back = vjp(f, *args)
            gs = tree.flatten(back(tree.flatten(y)[1](weights)))[0]
            found = sum(np.sum(plain(g) * d) for g, d in zip(gs, move, strict=True))
        if not abs(float(found) - expected) <= rtol * abs(expected) + 4 * error:
            raise AssertionError(
                f"check_grads: order {order}, {mode}: the rule gives {float(found)!r}, differences "
                f"give {expected!r} (error about {error:.1e}); the rule is wrong, or f has a kink"
            )
    if order > 1:
        check_grads(_weighted_grad(f, weights, len(args)), args, order - 1, modes, rtol, seed)


def _weighted_grad(f: Callable[..., Any], weights: list[Any], n: int) -> Callable[..., Any]:
    def total(*args: Any) -> Any:
        y: Any = 0.0
        for w, part in zip(weights, tree.flatten(f(*args))[0], strict=True):
            term = part * (float(w) if w.shape == () else w)
            y = y + (term.sum() if is_node(term) and term.shape else term)
        return y

    return grad(total, argnums=tuple(range(n)))


def _like(x: Any, example: Any) -> Any:
    return x if np.ndim(plain(example)) else float(x)
