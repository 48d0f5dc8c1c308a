"""Whole runs with one slip: the listing's backprop with something else in its forward or backward pass.

A slip in the forward pass spoils every gradient at once, so no formula of one quantity shows it. Here
the listing is run with each usual one, and the run whose gradients are the student's names it.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import autodiff as ad
from autodiff.explanations import slips
from nets.network import Network

Lists = list[Any]
Forward = Callable[[Any, Any, Any], Any]


class Variant(NamedTuple):
    """What is said of a slip, and the gradients it leads to."""

    said: str
    nabla_b: Lists
    nabla_w: Lists


def variants(net: Network, x: Any, y: Any) -> Iterator[Variant]:
    """Yield the usual slips of a whole backprop of one example; shapes: x (n_1, 1), y (n_L, 1).

    >>> net = Network([2, 3, 1], seed=0)
    >>> found = {v.said.partition(":")[0] for v in variants(net, np.ones((2, 1)), np.ones((1, 1)))}
    >>> sorted(found)[:3]
    ['activation twice', 'another activation', 'exchanged']
    """
    listing = _Listing(net, x, y)
    right = listing.run()
    yield Variant(ad.say("mark.exchanged"), right[1], right[0])
    yield from listing.forward_slips()
    yield from listing.backward_slips()


class _Listing:
    """The listing's backprop on plain numbers, each step of which can be another."""

    def __init__(self, net: Network, x: Any, y: Any) -> None:
        self.net, self.x, self.y = net, x, y
        self.weights, self.biases = list(net.weights), list(net.biases)
        self.names = [net.activation.name] * (len(self.weights) - 1) + [net.output.name]
        self.square = len(set(net.sizes)) == 1

    @np.errstate(all="ignore")  # a slip may leave the numbers, and then it fits nothing
    def run(
        self,
        weigh: Forward = lambda w, b, a: w @ a + b,
        names: list[str] | None = None,
        slopes_of: list[str] | None = None,
        carry: Callable[[Lists, int], Any] = lambda delta, i: delta[i + 1],
        again: bool = False,
    ) -> tuple[Lists, Lists]:
        """Return nabla_b and nabla_w; where the names are of no row, lists that match nothing."""
        names = names or self.names
        a, zs = [self.x], []
        for w, b, name in zip(self.weights, self.biases, names, strict=True):
            zs.append(weigh(w, b, a[-1]))
            value = slips.values(name.removesuffix(" twice"), zs[-1:])
            if value is None:
                return [], []
            twice = slips.values(name.removesuffix(" twice"), value)
            a.append(twice[0] if name.endswith(" twice") and twice else value[0])
        primes = slips.slopes(slopes_of or self.names, zs)
        if primes is None:
            return [], []
        n = len(zs)
        delta: Lists = [None] * n
        delta[-1] = self.net.cost_derivative(a[-1], self.y) * primes[-1]
        for i in range(n - 2, -1, -1):
            delta[i] = (self.weights[i + 1].T @ carry(delta, i)) * primes[i]
        if again:
            delta[-1] = (self.weights[0].T @ delta[-1]) * primes[-1]
            for i in range(n - 2, -1, -1):
                delta[i] = (self.weights[i + 1].T @ delta[i + 1]) * primes[i]
        return delta, [d @ v.T for d, v in zip(delta, a[:-1], strict=True)]

    def forward_slips(self) -> Iterator[Variant]:
        """Yield the slips of z = w a + b and a = sigma(z), made in every layer."""
        yield Variant(ad.say("mark.no_bias"), *self.run(lambda w, b, a: w @ a))
        yield Variant(ad.say("mark.bias_sign"), *self.run(lambda w, b, a: w @ a - b))
        if self.square:
            yield Variant(ad.say("mark.transposed"), *self.run(lambda w, b, a: w.T @ a + b))
            yield Variant(ad.say("mark.always_x"), *self.run(lambda w, b, a: w @ self.x + b))
        n = len(self.names)
        identity = ["identity"] * n
        yield Variant(ad.say("mark.no_sigma"), *self.run(names=identity))
        last = [*self.names[:-1], "identity"]
        yield Variant(ad.say("mark.no_sigma_last"), *self.run(names=last))
        yield Variant(ad.say("mark.linear_last"), *self.run(names=last, slopes_of=last))
        twice = [f"{name} twice" for name in self.names]
        yield Variant(ad.say("mark.sigma_twice"), *self.run(names=twice))
        for name in slips.USUAL:
            if [name] * n != self.names:
                said = ad.say("mark.other_function", found=name, right=self.names[0])
                yield Variant(said, *self.run(names=[name] * n))
                yield Variant(said, *self.run(names=[name] * n, slopes_of=[name] * n))

    def backward_slips(self) -> Iterator[Variant]:
        """Yield the slips of the loop over the layers."""
        if self.square:
            yield Variant(ad.say("mark.not_carried"), *self.run(carry=lambda delta, i: delta[-1]))
            yield Variant(ad.say("mark.loop_from_1"), *self.run(again=True))


def of_cost(a: Any, y: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is taken for dC/da: the cost itself, another cost's derivative, a number left out."""
    a, y = np.asarray(a), np.asarray(y)
    yield from slips.of_cost(a - y)
    with np.errstate(all="ignore"):
        derivatives = {
            "quadratic": a - y,
            "cross_entropy": (a - y) / (a * (1 - a)),
            "log_likelihood": -y / a,
        }
    for name, found in derivatives.items():
        yield ad.say("mark.other_cost", name=name), found
    yield ad.say("slip.output_alone"), a
    yield ad.say("slip.target_alone"), -y
