"""The training step as a replayed program: the bits of `Network.step`, in well under its time.

The cost of a mini-batch and its gradient are recorded once, as `Network.record` gives them, and run
again on the next mini-batches by a program that has no nodes. What is drawn anew for each mini-batch
(drop-out) or read from numbers while the graph is recorded cannot be replayed; such networks take
each step on a graph of its own.
"""

from typing import Any

import autodiff as ad

COURSES = 4  # recordings after which replaying does not pay: the numbers decide what is recorded


class Replayed:
    """Steps of one network.

    >>> import numpy as np
    >>> from nets.network import Network
    >>> from nets.optim import SGD
    >>> a, b = Network([2, 3, 1], seed=0), Network([2, 3, 1], seed=0)
    >>> x, y = ad.constant([[0.1], [0.2]]), ad.constant([[1.0]])
    >>> Replayed(a).step(x, y, SGD(3.0)) == b.step(x, y, SGD(3.0))
    True
    >>> bool(np.array_equal(a.weights[0], b.weights[0]))
    True
    """

    def __init__(self, net: Any) -> None:
        self.net = net
        self.program: Any = None

    def step(self, x: ad.Tensor, y: ad.Tensor, optimiser: Any) -> float:
        """Take one step down the gradient of a mini-batch's cost, and return the cost before it."""
        net = self.net
        if net.dropout or (self.program is not None and self.program.recorded > COURSES):
            return float(net.step(x, y, optimiser))
        if self.program is None:
            self.program = ad.trace(self._cost_and_gradient, x, y)
        cost, *gradients = self.program(x, y)
        n = len(net.w)
        optimiser.step(net.w, net.b, gradients[:n], gradients[n:])
        return float(cost)

    def _cost_and_gradient(self, x: ad.Tensor, y: ad.Tensor) -> list[ad.Tensor]:
        cost = self.net.record(x, y, training=True).cost
        gradients = ad.gradient(cost, [*self.net.w, *self.net.b], create_graph=True)
        return [cost, *gradients]
