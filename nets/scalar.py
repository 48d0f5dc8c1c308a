"""Neuron, layer and network of single Values: every weight and every product is a node of its own.

The interface is micrograd's, so that a script written for it runs with the import changed. It shows
on the smallest scale what `Network` does with matrices.
"""

import random
from collections.abc import Sequence
from typing import Any

import autodiff as ad
from nets.parts.activations import as_activation


class Module:
    """Something with parameters."""

    def parameters(self) -> list[ad.Value]:
        """Return all weights and biases."""
        return []

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters, before the next backward."""
        for p in self.parameters():
            p.zero_grad()


class Neuron(Module):
    """Compute f(w . x + b), or w . x + b alone where `nonlin` is False.

    The weights are drawn from -1 to 1 by Python's `random`, the bias starts at 0. `activation` is
    a name or a function. With a `place` (l, j), neuron j of layer l, the nodes bear the documents'
    names: w^3_24 is the weight from neuron 4 of layer 2 to neuron 2 of layer 3, and so b^3_2, z^3_2
    and a^3_2 (with a comma, w^3_2,14, where an index has two digits).

    >>> random.seed(0)
    >>> n = Neuron(2, activation="identity")
    >>> y = n([1.0, -2.0])
    >>> y.backward()
    >>> n, [w.grad for w in n.w], n.b.grad
    (identity neuron of 2 inputs, [1.0, -2.0], 1.0)
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        activation: Any = "relu",
        place: tuple[int, int] | None = None,
    ) -> None:
        self.w = [ad.Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = ad.Value(0.0)
        self.place = place
        if place is not None:
            layer, j = place
            for k, w in enumerate(self.w, start=1):
                w.name = f"w^{layer}_{j}{k}" if j < 10 > k else f"w^{layer}_{j},{k}"
            self.b.name = f"b^{layer}_{j}"
        self.nonlin = nonlin
        self.activation = as_activation(activation)

    def __call__(self, x: Sequence[Any]) -> Any:
        """Compute the output for as many numbers or Values as there are weights."""
        if len(x) != len(self.w):
            raise ValueError(f"this neuron has {len(self.w)} weights and was given {len(x)} inputs")
        z = ad.dot(self.w, x) + self.b
        a = self.activation(z) if self.nonlin else z
        if self.place is not None:
            layer, j = self.place
            z.name = f"z^{layer}_{j}"
            if self.nonlin:
                a.name = f"a^{layer}_{j}"
        return a

    def parameters(self) -> list[ad.Value]:
        """Return the weights and then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{self.activation.name if self.nonlin else 'linear'} neuron of {len(self.w)} inputs"


class Layer(Module):
    """A list of neurons that share their inputs; further arguments are those of `Neuron`.

    A layer with a `number` (2 is the first after the input) names its nodes and records them under
    the scope `layer 2`, `layer 3`, ...
    """

    def __init__(self, nin: int, nout: int, number: int | None = None, **kwargs: Any) -> None:
        self.number = number
        self.neurons = [
            Neuron(nin, place=None if number is None else (number, j), **kwargs)
            for j in range(1, nout + 1)
        ]

    def __call__(self, x: Sequence[Any]) -> Any:
        """Compute the list of outputs, or the output itself where there is one neuron."""
        if self.number is None:
            out = [n(x) for n in self.neurons]
        else:
            with ad.scope(f"layer {self.number}"):
                out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[ad.Value]:
        """Return the parameters of every neuron."""
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        return f"layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multi-layer perceptron: `nouts` lists the neurons per layer, the last of them linear.

    With `named=True` the nodes bear the documents' names (see `Neuron`) and a scope.

    >>> random.seed(0)
    >>> net = MLP(2, [3, 1])
    >>> len(net.parameters()), type(net([0.5, -1.0])).__name__
    (13, 'Value')
    """

    def __init__(
        self, nin: int, nouts: Sequence[int], activation: Any = "relu", named: bool = False
    ) -> None:
        sizes = [nin, *nouts]
        self.layers = [
            Layer(
                sizes[i],
                sizes[i + 1],
                number=i + 2 if named else None,
                nonlin=i != len(nouts) - 1,
                activation=activation,
            )
            for i in range(len(nouts))
        ]

    def __call__(self, x: Any) -> Any:
        """Compute the output of the last layer for a list of numbers or Values."""
        for layer in self.layers:
            x = layer(x if hasattr(x, "__len__") else [x])
        return x

    def parameters(self) -> list[ad.Value]:
        """Return the parameters of every layer."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"
