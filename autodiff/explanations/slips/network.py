"""Slips of BP1 to BP4: what each would give for the error of a layer, or for a gradient."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autodiff.explanations.slips.anything import Slip
from autodiff.explanations.slips.rows import others
from autodiff.table.language import say

# What is written for a (1 - a), the slope of sigma in terms of its own value, and for it at z.
SLOPES: dict[str, Callable[[Any], Any]] = {
    "{a}": lambda a: a, "1 - {a}": lambda a: 1 - a, "{a} * {a}": lambda a: a * a,
    "{a} * (1 + {a})": lambda a: a * (1 + a), "1 - {a} * {a}": lambda a: 1 - a * a,
    "exp(-{a})": lambda a: np.exp(-a),
}  # fmt: skip
SLOPES_AT_Z: dict[str, Callable[[Any], Any]] = {
    "{z} * (1 - {z})": lambda z: z * (1 - z), "{z}": lambda z: z, "exp(-{z})": lambda z: np.exp(-z),
}  # fmt: skip


def of_network(
    kind: str,
    i: int,
    run: Any,
    weights: Sequence[Any] | None,
    primes: Sequence[Any] | None,
    primes_at_a: Sequence[Any] | None,
) -> Iterator[Slip]:
    """Yield the slips of BP1 to BP4 for one quantity; `run` holds the right z, a, delta.

    `kind` is "delta", "nabla_b" or "nabla_w" and `i` its place in the lists. `primes` are
    sigma'(z) of each layer, `primes_at_a` the same function taken at a by mistake.
    """
    delta = [np.asarray(d) for d in run.delta]
    m = delta[i].shape[1]
    if kind == "delta":
        w = None if weights is None else [np.asarray(v) for v in weights]
        yield from _delta(i, run, delta, w, primes, primes_at_a)
        return
    single = [("last", slice(m - 1, m)), ("first", slice(0, 1))] if m > 1 else []
    a = [np.asarray(v) for v in run.a]
    if kind == "nabla_b":
        for scale in (1.0 / m, 1.0):
            yield say("slip.no_batch_sum"), scale * delta[i]
            for which, k in single:
                yield _assigned(which), scale * delta[i][:, k]
        yield say("slip.axis"), delta[i].sum(axis=0, keepdims=True) / m
        for total in (delta[i].sum() / m, np.full_like(run.nabla_b[i], delta[i].sum() / m)):
            yield say("slip.whole_sum"), total
        if len(a) > i + 1:
            found = (delta[i] * a[i + 1]).sum(axis=1, keepdims=True) / m
            yield say("slip.activation_too_much", layer=i + 2), found
        return
    for scale in (1.0 / m, 1.0):
        for which, k in single:
            yield _assigned(which), scale * delta[i][:, k] @ a[i][:, k].T
    for j, other in enumerate(a):
        if j != i:
            yield (
                say("slip.wrong_activation", found=j + 1, right=i + 1),
                delta[i] @ other.T / m,
            )
    for j, other in enumerate(delta):
        if j != i:
            yield say("slip.wrong_delta", found=j + 2, right=i + 2), other @ a[i].T / m
    if i > 0:
        yield say("slip.z_for_a", layer=i + 1), delta[i] @ np.asarray(run.z[i - 1]).T / m
    yield say("slip.z_for_a", layer=i + 2), delta[i] @ np.asarray(run.z[i]).T / m
    summed = np.broadcast_to(delta[i].sum(axis=1, keepdims=True) / m, np.shape(run.nabla_w[i]))
    yield say("slip.no_activation"), summed
    averaged = np.broadcast_to(a[i].sum(axis=1) / m, np.shape(run.nabla_w[i]))
    yield say("slip.no_delta"), averaged
    if delta[i].shape == a[i].shape:
        yield say("slip.elementwise"), delta[i] * a[i]
    if weights is not None:
        said = say("slip.weights_for_activation", layer=i + 2, below=i + 1)
        yield said, summed * np.asarray(weights[i])


def _assigned(which: str) -> str:
    return say("slip.assigned", which=say(f"slip.{which}"))


def _delta(
    i: int,
    run: Any,
    delta: list[Any],
    w: list[Any] | None,
    primes: Sequence[Any] | None,
    primes_at_a: Sequence[Any] | None,
) -> Iterator[Slip]:
    last = i == len(delta) - 1
    back = None
    if not last and w is not None:
        back = w[i + 1].T @ delta[i + 1]
    elif last and primes is not None:
        back = _quotient(delta[i], primes[i])
    if back is None:
        return
    yield say("slip.no_prime", layer=i + 2), back
    if primes is not None:
        yield from _slopes(i, run, delta, back, primes, primes_at_a)
    yield from _of_other_functions(i, run, delta[i], back)
    if primes is None:
        return
    if last:
        yield from _of_the_cost(run, back, primes[i])
    else:
        assert w is not None
        yield from _through_weights(i, delta, w, primes)


def _slopes(
    i: int,
    run: Any,
    delta: list[Any],
    back: Any,
    primes: Sequence[Any],
    primes_at_a: Sequence[Any] | None,
) -> Iterator[Slip]:
    """Yield the error of place i with something else where sigma'(z) of its layer belongs."""
    if primes_at_a is not None:
        yield say("slip.prime_at_a", layer=i + 2), back * primes_at_a[i]
    yield say("slip.prime_twice", layer=i + 2), delta[i] * primes[i]
    yield say("slip.added"), back + primes[i]
    wrong = []
    if len(run.a) > i + 1:
        a = np.asarray(run.a[i + 1])
        wrong += [(slope.format(a=f"a^{i + 2}"), f(a)) for slope, f in SLOPES.items()]
    z = np.asarray(run.z[i])
    wrong += [(slope.format(z=f"z^{i + 2}"), f(z)) for slope, f in SLOPES_AT_Z.items()]
    for said, slope in wrong:
        yield say("slip.slope", slope=said, layer=i + 2), back * slope
    for j, other in enumerate(primes):
        if j != i and np.shape(other) == np.shape(back):
            yield say("slip.wrong_prime", found=j + 2, right=i + 2), back * other


def _of_other_functions(i: int, run: Any, right: Any, back: Any) -> Iterator[Slip]:
    """Yield the error with the slope of another function, and tell in which neurons it is another."""
    for name, _, slope in others(np.asarray(run.z[i])):
        found = back * slope
        apart = np.abs(found - right) > 1e-12 * np.maximum(np.abs(found), np.abs(right))
        rows = np.flatnonzero(apart.any(axis=1))
        if 0 < len(rows) < len(found):
            where = say("slip.in_neurons", which=", ".join(str(k + 1) for k in rows))
        else:
            where = ""
        yield say("slip.other_slope", op=name, layer=i + 2, where=where), found


def _of_the_cost(run: Any, back: Any, prime: Any) -> Iterator[Slip]:
    """Yield the output's error with something else where dC/da belongs; `back` is dC/da."""
    for said, wrong in of_cost(back):
        yield said, wrong * prime
    if len(run.a) == len(run.z) + 1:
        a = np.asarray(run.a[-1])
        yield say("slip.output_alone"), a * prime
        yield say("slip.target_alone"), (back - a) * prime  # the quadratic cost's: back is a - y


def of_cost(right: Any) -> Iterator[Slip]:
    """Yield what is taken for dC/da where it is a - y."""
    yield say("slip.absolute"), np.abs(right)
    yield say("slip.cost_itself"), 0.5 * right * right
    yield say("slip.squared"), right * right


def _through_weights(
    i: int, delta: list[Any], w: list[Any], primes: Sequence[Any]
) -> Iterator[Slip]:
    """Yield the error with something else where the transposed weights and the next error belong."""
    ahead, prime = delta[i + 1], primes[i]
    without = _quotient(ahead, primes[i + 1])
    yield say("slip.no_prime", layer=i + 3), (w[i + 1].T @ without) * prime
    yield say("slip.no_weights", layer=i + 3), ahead * _if_fits(ahead, prime)
    if ahead.shape == prime.shape:
        yield say("slip.prime_inside"), w[i + 1].T @ (ahead * prime)
    for j, v in enumerate(w):
        if v.shape[1] == len(ahead) and v.shape[0] == len(prime):
            key = "slip.untransposed" if j == i + 1 else "slip.wrong_untransposed"
            yield say(key, layer=i + 3, found=j + 2), (v @ ahead) * prime
        if j != i + 1 and v.T.shape == w[i + 1].T.shape:
            wrong = (v.T @ ahead) * prime
            yield say("slip.wrong_weights", found=j + 2, right=i + 3), wrong
    for j, other in enumerate(delta):
        if j > i + 1 and other.shape == ahead.shape:
            wrong = (w[i + 1].T @ other) * prime
            yield say("slip.wrong_delta", found=j + 2, right=i + 3), wrong


def _quotient(a: Any, b: Any) -> Any:
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


def _if_fits(a: Any, b: Any) -> Any:
    return b if np.shape(a) == np.shape(b) else np.nan
