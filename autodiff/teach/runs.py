"""A small network worked through by autograd: every quantity of back-propagation, and its slips.

The documents' notation: layers 1..L, examples are columns, sigmoid neurons. The quadratic cost is
C = 1/(2m) sum ||y - a||^2 and the cross-entropy -1/m sum (y ln a + (1-y) ln(1-a)); delta has one column
an example (the error of C_x), nabla_b and nabla_w are averages over the m examples.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import gradient
from autodiff.explanations import slips
from autodiff.nodes.tensor import Tensor
from autodiff.table import ops
from autodiff.table.language import say

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Run:
    """One forward and backward pass; lists are by layer, from layer 2 on, `a` from layer 1 on."""

    weights: list[Array]
    biases: list[Array]
    y: Array
    z: list[Array]
    a: list[Array]
    delta: list[Array]
    nabla_b: list[Array]
    nabla_w: list[Array]

    @property
    def examples(self) -> int:
        """The number of examples, one a column."""
        return int(self.y.shape[1])

    def named(self, kind: str) -> dict[str, Array]:
        """Return the quantities of one kind by the documents' names, such as `delta^3`."""
        first = 1 if kind == "a" else 2
        return {f"{kind}^{i}": v for i, v in enumerate(getattr(self, kind), start=first)}


def run(
    weights: Sequence[Array], biases: Sequence[Array], x: Array, y: Array, cost: str = "quadratic"
) -> Run:
    """Work a network through: weights[i] (n_(i+2), n_(i+1)), biases[i] (n_(i+2), 1), x (n_1, m).

    >>> found = run([np.eye(2)], [np.zeros((2, 1))], np.zeros((2, 1)), np.ones((2, 1)))
    >>> found.delta[0].ravel()
    array([-0.125, -0.125])
    """
    w, b = [Tensor(v) for v in weights], [Tensor(v) for v in biases]
    z: list[Tensor] = []
    a: list[Any] = [x]
    for u, v in zip(w, b, strict=True):
        z.append(u @ a[-1] + v)
        a.append(ops.sigmoid(z[-1]))
    m = y.shape[1]
    if cost == "quadratic":
        c = ((a[-1] - y) ** 2).sum() / (2 * m)
    else:
        c = -(y * ops.log(a[-1]) + (1 - y) * ops.log(1 - a[-1])).sum() / m
    found = gradient(c, [*z, *b, *w])
    n = len(w)
    return Run(
        [np.asarray(v) for v in weights],
        [np.asarray(v) for v in biases],
        y,
        [v.data for v in z],
        [x, *(v.data for v in a[1:])],
        [m * g for g in found[:n]],
        list(found[n : 2 * n]),
        list(found[2 * n :]),
    )


def candidates(run: Run, kind: str, i: int) -> Iterator[slips.Slip]:
    """Yield the slips of one quantity, then those of the errors behind it, carried on to it.

    `kind` is "z", "a", "delta", "nabla_b" or "nabla_w", `i` its place in the lists from layer 2 on.
    """
    yield from own(run, kind, i)
    if kind in ("z", "a"):
        return
    for j in range(i + (kind == "delta"), len(run.delta)):
        for said, wrong in own(run, "delta", j):
            if np.shape(wrong) == np.shape(run.delta[j]):
                told = say("teach.slip.carried", layer=j + 2, slip=said)
                yield told, _carried_on(run, kind, i, j, np.asarray(wrong))


def own(run: Run, kind: str, i: int) -> Iterator[slips.Slip]:
    """Yield the slips of one quantity alone, made where all before it was right."""
    if kind in ("z", "a"):
        yield from _forward(run, kind, i)
        return
    primes, at_a = slips.slopes("sigmoid", run.z), slips.slopes("sigmoid", run.a[1:])
    right = getattr(run, kind)[i]
    yield from slips.of_network(kind, i, run, run.weights, primes, at_a)
    yield from slips.of_anything(right, {run.examples, len(run.y)})
    alike = {k: v for k, v in run.named(kind).items() if np.shape(v) == np.shape(right)}
    yield from slips.of_others(f"{kind}^{i + 2}", alike)
    yield from _written_otherwise(run, kind, i)


def _carried_on(run: Run, kind: str, i: int, j: int, delta: Array) -> Any:
    """Return what a quantity of place i becomes when the error of place j is this one."""
    for k in range(j - 1, i - 1, -1):
        delta = (run.weights[k + 1].T @ delta) * run.a[k + 1] * (1 - run.a[k + 1])
    return delta if kind == "delta" else _average(run, kind, i, delta)


def _average(run: Run, kind: str, i: int, delta: Array) -> Any:
    if kind == "nabla_b":
        return delta.sum(axis=1, keepdims=True) / run.examples
    return delta @ run.a[i].T / run.examples


def _written_otherwise(run: Run, kind: str, i: int) -> Iterator[slips.Slip]:
    """Yield what comes of an operation written for another: + for (*), (*) for a product, one factor."""
    delta, a, m = run.delta[i], run.a[i], run.examples
    if kind == "nabla_w":
        if delta.shape == a.shape:
            yield say("teach.slip.elementwise"), delta * a
        yield say("slip.z_for_a", layer=i + 2), delta @ run.a[i + 1].T / m
        yield say("teach.slip.no_delta"), np.broadcast_to(a.sum(1) / m, run.nabla_w[i].shape)
    elif kind == "delta":
        last = i == len(run.delta) - 1
        prime = run.a[i + 1] * (1 - run.a[i + 1])
        if last:
            back = np.divide(run.delta[i], prime)
            yield say("teach.slip.output_alone"), run.a[i + 1] * prime
            yield say("teach.slip.target_alone"), -run.y * prime
        else:
            back = run.weights[i + 1].T @ run.delta[i + 1]
            after = run.delta[i + 1]
            if after.shape == prime.shape:
                yield say("teach.slip.prime_inside"), run.weights[i + 1].T @ (after * prime)
        yield say("teach.slip.added"), back + prime
        yield say("teach.slip.sigma_for_prime", layer=i + 2), back * run.a[i + 1]
        yield say("teach.slip.rest_for_prime", layer=i + 2), back * (1 - run.a[i + 1])
        yield say("teach.slip.z_in_prime"), back * run.z[i] * (1 - run.z[i])


def _forward(run: Run, kind: str, i: int) -> Iterator[slips.Slip]:
    w, b, a = run.weights[i], run.biases[i], run.a[i]
    wrong = [
        (say("teach.slip.no_bias", layer=i + 2), w @ a),
        (say("teach.slip.bias_sign", layer=i + 2), w @ a - b),
        (say("teach.slip.bias_alone", layer=i + 2), b + 0 * run.z[i]),
    ]
    if w.shape[0] == w.shape[1]:
        wrong.append((say("slip.untransposed", layer=i + 2), w.T @ a + b))
    if i > 0 and a.shape == run.z[i - 1].shape:
        wrong.append((say("slip.z_for_a", layer=i + 1), w @ run.z[i - 1] + b))
    if kind == "z":
        yield from wrong
        yield say("teach.slip.sigma_too_early", layer=i + 2), run.a[i + 1]
    else:
        yield say("teach.slip.no_sigma", layer=i + 2), run.z[i]
        yield say("teach.slip.sigma_turned"), 1 - run.a[i + 1]
        yield say("teach.slip.prime_for_sigma"), run.a[i + 1] * (1 - run.a[i + 1])
        for said, z in wrong:
            yield said, 1 / (1 + np.exp(-z))
    yield from slips.of_anything(getattr(run, kind)[i if kind == "z" else i + 1])
