"""Cost functions: what a mini-batch costs, as one node, averaged over its examples (the columns).

A cost is a function of the output activations a and the targets y. Where it and the output's
activation belong together (cross-entropy behind a sigmoid, log-likelihood behind a softmax) it is
formed from the weighted inputs z instead: the same number, but exact where a is 0 or 1 to the last
bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import autodiff as ad
from nets.parts.activations import Activation

Function = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Cost:
    """A cost C(a, y), and by the name of the output's activation its form C(z, y)."""

    name: str
    of_outputs: Function
    of_inputs: Mapping[str, Function] = field(default_factory=dict)

    def __call__(self, a: Any, y: Any) -> Any:
        """Compute the average cost of outputs a for targets y, both (n_L, m)."""
        return self.of_outputs(a, y)

    def takes_inputs(self, output: Activation) -> bool:
        """Say whether behind this activation the cost is formed from z, not from a."""
        return output.name in self.of_inputs

    def node(self, z: Any, a: Any, y: Any, output: Activation) -> Any:
        """Compute the cost from z or from a, whichever is exact for the output's activation."""
        if self.takes_inputs(output):
            return self.of_inputs[output.name](z, y)
        return self.of_outputs(a, y)


def log_likelihood(a: Any, y: Any) -> Any:
    """Compute -1/n sum y ln a for probabilities a, n columns (eq. 80: -ln a_y for one-hot y).

    >>> round(log_likelihood(ad.Tensor([[0.5], [0.5]]), [[1.0], [0.0]]).item(), 4)
    0.6931
    """
    return -ad.xlogy(y, a).sum() * (1.0 / a.shape[1])


COSTS = {
    "quadratic": Cost("quadratic", ad.quadratic_cost),
    "cross_entropy": Cost(
        "cross_entropy", ad.cross_entropy, {"sigmoid": ad.cross_entropy_with_logits}
    ),
    "log_likelihood": Cost("log_likelihood", log_likelihood, {"softmax": ad.softmax_cross_entropy}),
}


def as_cost(cost: str | Function) -> Cost:
    """Look a cost up by name; a function C(a, y) of nodes becomes a cost of its own name.

    >>> as_cost("quadratic").name
    'quadratic'
    """
    if isinstance(cost, Cost):
        return cost
    if callable(cost):
        return Cost(getattr(cost, "__name__", repr(cost)), cost)
    if cost not in COSTS:
        raise ValueError(f"no cost is called {cost!r}: choose one of {', '.join(COSTS)}")
    return COSTS[cost]
