"""`Network`: the documents' network of sigmoid neurons, with its gradients from `autodiff`.

The interface is that of the documents' own code, `net = Network([784, 30, 10])` and
`net.SGD(training_data, 30, 10, 3.0, test_data=test_data)`, but nothing is derived by hand: a
mini-batch is recorded as ONE graph over matrices (examples are columns), and reverse mode gives the
gradient. Layers are counted as the documents count them, from the input, layer 1, to L: the nodes
are named w^2, b^2, z^2, a^2 and so on, under the scopes `layer 2`, `layer 3`, ...
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets.parts.activations import Function, as_activation
from nets.parts.costs import Function as CostFunction
from nets.parts.costs import as_cost
from nets.parts.given import real
from nets.parts.initializers import Initializer, check_sizes, draw_parameters, seeded
from nets.parts.listing import Listing
from nets.parts.parameters import Parameters, assign

Array = NDArray[Any]

# The functions that stand in the documents' listing beside the class; they take arrays as they are.
sigmoid, sigmoid_prime = ad.sigmoid, ad.sigmoid_prime
sigmoid_vec, sigmoid_prime_vec = sigmoid, sigmoid_prime


class Record(NamedTuple):
    """The nodes of one mini-batch's graph: x, then z and a of every layer, and the cost."""

    x: ad.Tensor
    z: list[ad.Tensor]
    a: list[ad.Tensor]
    cost: Any


class Network(Listing):
    """A feed-forward network, `sizes[0]` inputs and then one layer for each further size.

    `activation` is that of every layer, `output` of the last where it differs; `cost` and
    `initializer` are names or functions of your own. In training, each hidden activation is left
    out with probability `dropout`. A `seed` makes everything drawn (start, order, drop-out)
    repeatable. `weights[i]` (y, x) and `biases[i]` (y, 1) belong to layer i + 2, as in the documents'
    listing: `weights[0]` is w^2.

    >>> net = Network([2, 3, 1], seed=0)
    >>> net.num_layers, [w.shape for w in net.weights], [b.shape for b in net.biases]
    (3, [(3, 2), (1, 3)], [(3, 1), (1, 1)])
    """

    _of_the_library = True

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
        if not isinstance(dropout, int | float | np.number) or not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout is {dropout!r:.80}: it must be at least 0 and below 1")
        self.dropout = dropout
        self.dtype = np.dtype(dtype)
        self.rng = seeded(seed)
        weights, biases = draw_parameters(initializer, self.sizes, self.rng)
        self.w = [self._leaf(v, f"w^{layer}") for layer, v in enumerate(weights, start=2)]
        self.b = [self._leaf(v, f"b^{layer}") for layer, v in enumerate(biases, start=2)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.sizes})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """Return the network as a notebook shows it: a box for each layer, with its w and b."""
        x, y = np.zeros((self.sizes[0], 1)), np.zeros((self.sizes[-1], 1))
        drawn = ad.draw(self.record(x, y, outputs=True).a[-1], names={}, collapse=True)
        return {**drawn._repr_mimebundle_(), "text/plain": repr(self)}

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

    def record(self, x: Any, y: Any, training: bool = False, outputs: bool = False) -> Record:
        """Record the graph of a mini-batch: every z and a, and the cost as its output.

        Shapes: x (n_1, m), y (n_L, m). With `training`, neurons are dropped out. Where the cost
        is formed from the last z, the last a is recorded only if `outputs` asks for it.
        """
        first = self._input(x, "x")
        target = self._constant(y, "y")
        wanted = (self.sizes[-1], first.shape[1])
        if target.shape != wanted:
            raise ValueError(f"y has shape {target.shape}, but the network's output has {wanted}")
        z, a = self._layers(
            first, training, last=outputs or not self.cost.takes_inputs(self.output)
        )
        cost = self.cost.node(z[-1], a[-1], target, self.output)
        cost.name = "C"
        return Record(first, z, a, cost)

    def graph(self, x: Any, y: Any) -> Any:
        """Return the cost of a mini-batch as the output of its graph (eq. 6 by default).

        >>> net = Network([2, 3, 1], seed=0)
        >>> C = net.graph(np.zeros((2, 1)), np.ones((1, 1)))
        >>> [node.name for node in ad.Graph(C) if node.name][:9]
        ['w^2', 'w^3', 'b^2', 'b^3', 'x', 'y', 'z^2', 'a^2', 'z^3']
        """
        return self.record(x, y).cost

    def _layers(
        self, a: Any, training: bool, last: bool = True
    ) -> tuple[list[ad.Tensor], list[ad.Tensor]]:
        """Record z = w a + b and a = f(z) for each layer; `last` asks for the output's a too."""
        zs, outputs = [], []
        final = self.num_layers
        for layer, (w, b) in enumerate(zip(self.w, self.b, strict=True), start=2):
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
        dropped: ad.Tensor = ad.constant(mask, name=f"mask^{layer}", copy=False)
        return dropped

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
        node: ad.Tensor = ad.constant(real(array, name, self.dtype), name=name)
        return node


@cache
def _labels(layer: int) -> tuple[Any, str, str]:
    """Return a layer's scope and the names of its z and a."""
    return ad.scope(f"layer {layer}"), f"z^{layer}", f"a^{layer}"
