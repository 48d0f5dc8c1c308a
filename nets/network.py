"""`Network`: the documents' network of sigmoid neurons, with its gradients from `autodiff`.

The interface is that of the documents' own code, `net = Network([784, 30, 10])` and
`net.SGD(training_data, 30, 10, 3.0, test_data=test_data)`, but nothing is derived by hand: a
mini-batch is recorded as ONE graph over matrices (examples are columns), layer by layer under the
scopes `layer1`, `layer2`, ..., its nodes named w1, b1, z1, a1, and reverse mode gives the gradient.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets.activations import Function, as_activation
from nets.batches import as_labelled, as_rows, batches, check_batch_size, columns
from nets.costs import Function as CostFunction
from nets.costs import as_cost
from nets.initializers import Initializer, check_sizes, draw_parameters, seeded
from nets.optim import SGD, Optimiser
from nets.parameters import Parameters, assign
from nets.replayed import Replayed

Array = NDArray[Any]


class Record(NamedTuple):
    """The nodes of one mini-batch's graph: x, then z and a of every layer, and the cost."""

    x: ad.Tensor
    z: list[ad.Tensor]
    a: list[ad.Tensor]
    cost: Any


class Stepper(Protocol):
    """What takes a step of gradient descent: an `Optimiser` or anything with its `step`."""

    def step(self, weights: Any, biases: Any, nabla_w: Any, nabla_b: Any, /) -> None:
        """Change the parameters once."""


class Network:
    """A feed-forward network, `sizes[0]` inputs and then one layer for each further size.

    `activation` is that of every layer, `output` of the last where it differs; `cost` and
    `initializer` are names or functions of your own. In training, each hidden activation is left
    out with probability `dropout`. A `seed` makes everything drawn (start, order, drop-out)
    repeatable. `weights[i]` (y, x) and `biases[i]` (y, 1) belong to layer i + 1.

    >>> net = Network([2, 3, 1], seed=0)
    >>> net.num_layers, [w.shape for w in net.weights], [b.shape for b in net.biases]
    (3, [(3, 2), (1, 3)], [(3, 1), (1, 1)])
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Function = "sigmoid",
        cost: str | CostFunction = "quadratic",
        initializer: str | Initializer = "normal",
        seed: int | None = None,
        output: str | Function | None = None,
        dropout: float = 0.0,
        dtype: Any = np.float64,
    ) -> None:
        self.sizes = check_sizes(sizes)
        self.num_layers = len(self.sizes)
        self.activation = as_activation(activation)
        self.output = self.activation if output is None else as_activation(output)
        self.cost = as_cost(cost)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout is {dropout}: it must be at least 0 and below 1")
        self.dropout = dropout
        self.dtype = np.dtype(dtype)
        self.rng = seeded(seed)
        weights, biases = draw_parameters(initializer, self.sizes, self.rng)
        self.w = [self._leaf(v, f"w{i}") for i, v in enumerate(weights, start=1)]
        self.b = [self._leaf(v, f"b{i}") for i, v in enumerate(biases, start=1)]

    def _leaf(self, array: Array, name: str) -> ad.Tensor:
        return ad.Tensor(array.astype(self.dtype), name=name)

    @property
    def weights(self) -> Parameters:
        """The weight matrices (y, x), from the first computed layer to the last."""
        return Parameters(self.w)

    @weights.setter
    def weights(self, arrays: Sequence[Any]) -> None:
        assign(self.w, arrays, "weights")

    @property
    def biases(self) -> Parameters:
        """The bias columns (y, 1), from the first computed layer to the last."""
        return Parameters(self.b)

    @biases.setter
    def biases(self, arrays: Sequence[Any]) -> None:
        assign(self.b, arrays, "biases")

    def feedforward(self, a: Any) -> Array:
        """Compute the network's output, a' = sigma(w a + b) layer by layer (eq. 22).

        Shapes: a (n_1, m), result (n_L, m). A ValueError if the inputs do not fit.
        """
        with ad.no_grad():
            return np.asarray(self._layers(self._input(a, "a"), training=False)[-1][-1].data)

    def record(self, x: Any, y: Any, training: bool = False) -> Record:
        """Record the graph of a mini-batch: every z and a, and the cost as its output.

        Shapes: x (n_1, m), y (n_L, m). With `training`, neurons are dropped out. Where the cost
        is formed from the last z, the last a is not part of the graph.
        """
        first = self._input(x, "x")
        target = self._constant(y, "y")
        wanted = (self.sizes[-1], first.shape[1])
        if target.shape != wanted:
            raise ValueError(f"y has shape {target.shape}, but the network's output has {wanted}")
        z, a = self._layers(first, training, last=not self.cost.takes_inputs(self.output))
        cost = self.cost.node(z[-1], a[-1], target, self.output)
        cost.name = "C"
        return Record(first, z, a, cost)

    def graph(self, x: Any, y: Any) -> Any:
        """Return the cost of a mini-batch as the output of its graph (eq. 6 by default).

        >>> net = Network([2, 3, 1], seed=0)
        >>> C = net.graph(np.zeros((2, 1)), np.ones((1, 1)))
        >>> [node.name for node in ad.Graph(C) if node.name][:9]
        ['w1', 'w2', 'b1', 'b2', 'x', 'y', 'z1', 'a1', 'z2']
        """
        return self.record(x, y).cost

    def _layers(
        self, a: Any, training: bool, last: bool = True
    ) -> tuple[list[ad.Tensor], list[ad.Tensor]]:
        """Record z = w a + b and a = f(z) for each layer; `last` asks for the output's a too."""
        zs, outputs = [], []
        final = len(self.w)
        for layer, (w, b) in enumerate(zip(self.w, self.b, strict=True), start=1):
            scope, z_name, a_name = _labels(layer)
            with scope:
                z = w @ a + b
                z.name = z_name
                zs.append(z)
                if layer == final and not last:
                    break
                a = (self.output if layer == final else self.activation)(z)
                a.name = a_name
                outputs.append(a)
                if training and self.dropout and layer < final:
                    a = a * self._mask(a.shape, layer)
        return zs, outputs or [z]

    def _mask(self, shape: tuple[int, ...], layer: int) -> ad.Tensor:
        """Draw which activations stay, scaled so that their expected sum stays as it was."""
        keep = 1.0 - self.dropout
        mask = (self.rng.random(shape) < keep).astype(self.dtype) / self.dtype.type(keep)
        dropped: ad.Tensor = ad.constant(mask, name=f"mask{layer}", copy=False)
        return dropped

    def step(self, x: Any, y: Any, optimiser: Stepper) -> float:
        """Take one step down the gradient of a mini-batch's cost, and return the cost before it."""
        cost = self.record(x, y, training=True).cost
        gradients = ad.gradient(cost, [*self.w, *self.b])
        before = cost.item()
        del cost  # with its graph, which holds the parameters: now the step may write over them
        n = len(self.w)
        optimiser.step(self.w, self.b, gradients[:n], gradients[n:])
        return float(before)

    def SGD(
        self,
        training_data: Any,
        epochs: int,
        mini_batch_size: int,
        eta: float,
        test_data: Any = None,
        optimiser: Optimiser | None = None,
    ) -> None:
        """Train by mini-batch stochastic gradient descent (eq. 18 to 21), printing each epoch.

        `training_data` is a list of pairs (x, y) or `Examples`. With `test_data` each epoch prints
        `Epoch k: correct / total`. An `optimiser` of your own takes the place of `eta`.
        """
        rows = as_rows(training_data, self.sizes[0], self.sizes[-1], self.dtype)
        test = None if test_data is None else self._labelled(test_data)
        size = check_batch_size(mini_batch_size)
        chosen = SGD(eta) if optimiser is None else optimiser
        replayed = Replayed(self)
        for epoch in range(epochs):
            for x, y in batches(rows, self.rng.permutation(len(rows.inputs)), size):
                replayed.step(x, y, chosen)
            if test is None:
                print(f"Epoch {epoch} complete")
            else:
                print(f"Epoch {epoch}: {self._correct(*test)} / {len(test[1])}")

    def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
        """Take one step, w -> w - (eta/m) sum_x dC_x/dw and the same for b (eq. 20, 21)."""
        rows = as_rows(mini_batch, self.sizes[0], self.sizes[-1], self.dtype)
        self.step(*columns(rows, np.arange(len(rows.inputs))), SGD(eta))

    def backprop(self, x: Any, y: Any) -> tuple[list[Array], list[Array]]:
        """Return (nabla_b, nabla_w), the gradient of the cost of one example, layer by layer.

        Shapes: x (n_1, 1), y (n_L, 1); with m columns it is the gradient of their average cost.
        """
        gradients = ad.gradient(self.graph(x, y), [*self.b, *self.w])
        return gradients[: len(self.b)], gradients[len(self.b) :]

    def evaluate(self, test_data: Any) -> int:
        """Count the examples whose largest output is the neuron of their label."""
        return self._correct(*self._labelled(test_data))

    def _labelled(self, data: Any) -> tuple[Array, Array]:
        return as_labelled(data, self.sizes[0], self.sizes[-1], self.dtype)

    def _correct(self, inputs: Array, labels: Array) -> int:
        return int(np.sum(np.argmax(self.feedforward(inputs), axis=0) == labels))

    def cost_derivative(self, output_activations: Any, y: Any) -> Array:
        """Compute dC_x/da for the output activations, one column an example (a - y by default).

        >>> Network([1, 1]).cost_derivative(np.array([[0.75]]), np.array([[1.0]]))
        array([[-0.25]])
        """
        a = ad.Tensor(np.asarray(output_activations, dtype=self.dtype))
        cost = self.cost(a, self._constant(y, "y"))
        return np.asarray(ad.gradient(cost, a) * a.shape[1])

    def _input(self, x: Any, name: str) -> ad.Tensor:
        first = self._constant(x, name)
        shape = first.shape
        if len(shape) != 2 or shape[0] != self.sizes[0]:
            raise ValueError(
                f"{name} has shape {shape}, but the network takes ({self.sizes[0]}, m): "
                f"examples are columns, so one example is ({self.sizes[0]}, 1)"
            )
        if shape[1] == 0:
            raise ValueError(f"{name} is empty: it needs at least one column")
        return first

    def _constant(self, array: Any, name: str) -> ad.Tensor:
        if isinstance(array, ad.Tensor):
            return array
        try:
            own = np.array(array, dtype=self.dtype)
        except (TypeError, ValueError):
            raise ValueError(f"{name} is {array!r:.60}, not an array of numbers") from None
        node: ad.Tensor = ad.constant(own, name=name, copy=False)
        return node


@cache
def _labels(layer: int) -> tuple[Any, str, str]:
    """Return a layer's scope and the names of its z and a."""
    return ad.scope(f"layer{layer}"), f"z{layer}", f"a{layer}"
