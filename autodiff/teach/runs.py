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
    right = getattr(run, kind)[i if kind != "a" else i + 1]
    if kind in ("z", "a"):
        yield from slips.of_forward(kind, i, run, run.weights, "sigmoid")
        yield from slips.of_anything(right)
        return
    primes, at_a = slips.slopes("sigmoid", run.z), slips.slopes("sigmoid", run.a[1:])
    yield from slips.of_network(kind, i, run, run.weights, primes, at_a)
    yield from slips.of_anything(right, {run.examples, len(run.y)})
    alike = {k: v for k, v in run.named(kind).items() if np.shape(v) == np.shape(right)}
    yield from slips.of_others(f"{kind}^{i + 2}", alike)


def _carried_on(run: Run, kind: str, i: int, j: int, delta: Array) -> Any:
    """Return what a quantity of place i becomes when the error of place j is this one."""
    for k in range(j - 1, i - 1, -1):
        delta = (run.weights[k + 1].T @ delta) * run.a[k + 1] * (1 - run.a[k + 1])
    return delta if kind == "delta" else _average(run, kind, i, delta)


def _average(run: Run, kind: str, i: int, delta: Array) -> Any:
    if kind == "nabla_b":
        return delta.sum(axis=1, keepdims=True) / run.examples
    return delta @ run.a[i].T / run.examples
