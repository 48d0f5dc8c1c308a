"""How much work a gradient is, counted in operations on the graph instead of by a clock (eq. 46).

A graph tells its own work: a matrix product of (p, q) and (q, r) is p q r multiplications and
p (q - 1) r additions, a row on arrays one operation an element. The gradient of a graph is recorded as
a graph, too, so the backward pass is counted like the forward one, and the figures are the same on
every machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

import autodiff as ad
from nets.network import Network

NOTHING = {"broadcast", "reshape", "transpose", "cast", "identity", "take", "detach"}
ADDING = {"add", "sub", "neg"}
MULTIPLYING = {"mul", "div", "square", "scale"}


@dataclass(frozen=True)
class Work:
    """Multiplications, additions, and values of functions such as sigma."""

    multiplications: int = 0
    additions: int = 0
    functions: int = 0

    @property
    def total(self) -> int:
        """All operations together."""
        return self.multiplications + self.additions + self.functions

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.multiplications + other.multiplications,
            self.additions + other.additions,
            self.functions + other.functions,
        )

    def __sub__(self, other: "Work") -> "Work":
        return self + (-1) * other

    def __rmul__(self, n: int) -> "Work":
        return Work(n * self.multiplications, n * self.additions, n * self.functions)


def work_of(*outputs: ad.Tensor) -> Work:
    """Count the operations of the graph of these outputs.

    >>> w, a = ad.Tensor(np.ones((3, 2))), ad.constant(np.ones((2, 5)))
    >>> work_of(w @ a + ad.Tensor(np.ones((3, 1))))
    Work(multiplications=30, additions=30, functions=0)
    """
    return sum(_works(ad.Graph(*outputs)), Work())


def _works(graph: ad.Graph) -> Iterator[Work]:
    for node in graph:
        if not node.operands or node.op in NOTHING:
            continue
        size, first = prod(node.shape), graph[node.operands[0]].shape
        if node.op == "matmul":
            yield Work(size * first[-1], size * (first[-1] - 1))
        elif node.op == "sum":
            yield Work(0, prod(first) - size)
        elif node.op in ADDING:
            yield Work(0, size)
        elif node.op in MULTIPLYING:
            yield Work(size)
        elif node.op == "squared_error":  # half the square of a difference
            yield Work(2 * size, size)
        else:
            yield Work(0, 0, size)


@dataclass(frozen=True)
class Ways:
    """The work of one gradient in every way that the documents name, for one mini-batch."""

    parameters: int
    forward: Work
    back_propagation: Work
    finite_differences: Work
    forward_mode: Work
    naive: Work

    def passes(self, way: str) -> float:
        """Return a way's work in forward passes."""
        work: Work = getattr(self, way)
        return work.total / self.forward.total


def ways(sizes: Sequence[int], examples: int = 1, seed: int = 0) -> Ways:
    """Count the work of the gradient of a sigmoid network in each way.

    Back-propagation is both passes, as the graph records them. Finite differences take one forward
    pass for each weight and bias and one more (eq. 46). Forward mode carries the derivative by one
    parameter along, once for each. The naive way (4.1) multiplies out the factors of every path from a
    weight to an output, sharing nothing (see `naive_multiplications`).

    >>> counted = ways([784, 30, 10])
    >>> counted.parameters, round(counted.passes("back_propagation"), 2)
    (23860, 1.51)
    """
    net = Network(sizes, seed=seed)
    rng = np.random.default_rng(seed)
    x, y = rng.random((sizes[0], examples)), rng.random((sizes[-1], examples))
    cost = net.graph(x, y)
    forward = work_of(cost)
    leaves = [*net.w, *net.b]
    gradients = ad.gradient(cost, leaves, create_graph=True)
    parameters = sum(leaf.size for leaf in leaves)
    return Ways(
        parameters=parameters,
        forward=forward,
        back_propagation=work_of(cost, *gradients),
        finite_differences=(parameters + 1) * forward,
        # every node's tangent takes what its value takes, and a product with each local derivative
        forward_mode=parameters * (2 * forward),
        naive=Work(examples * naive_multiplications(sizes), examples * paths(sizes)) + forward,
    )


def paths(sizes: Sequence[int]) -> int:
    """Count the paths from each weight and each bias to an output, all together.

    >>> paths([2, 3, 2, 1])
    29
    """
    return sum((sizes[i] + 1) * sizes[i + 1] * prod(sizes[i + 2 :]) for i in range(len(sizes) - 1))


def naive_multiplications(sizes: Sequence[int]) -> int:
    """Count the multiplications of dy/dw for every weight and bias, each path by itself (4.1).

    A path from layer l to L has a factor sigma' in each of its layers, a weight between each two,
    and at its ends the input activation and y - d.
    """
    return sum(
        (sizes[i] + 1) * sizes[i + 1] * prod(sizes[i + 2 :]) * (2 * (len(sizes) - 1 - i))
        for i in range(len(sizes) - 1)
    )
