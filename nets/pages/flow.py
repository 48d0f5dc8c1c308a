"""How the gradient flows through a network: the vanishing-gradient problem as numbers.

Going back one layer multiplies the error by the weights and by sigma' (BP2), so its size changes by
a factor of at most ||w^(l+1)|| max sigma'(z^l). Where that factor stays below 1 the error shrinks
layer after layer, and with it the gradient of every weight; where it is large the error may
explode. The report holds both against each other, layer by layer.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.graphs import files
from autodiff.table.language import padded, width
from nets.network import Network
from nets.pages.fonts import new_figure, written


@dataclass(frozen=True)
class LayerFlow:
    """One layer, 2 for the first after the input, as in the documents.

    `delta` is the length of the error of one example (root mean square over the batch), `weights`
    the largest singular value of w, `slope` the mean and `steepest` the largest |sigma'(z)| (NaN for
    softmax, which has no slope of its own), `gradient` the length of dC/dw. `factor` is this delta
    over that of the next layer, `bound` what BP2 allows it to be, ||w of the next layer|| times
    `steepest`; `product` multiplies the bounds from here to the output. In the last layer, all
    three are 1.
    """

    layer: int
    delta: float
    weights: float
    slope: float
    steepest: float
    gradient: float
    factor: float
    bound: float
    product: float


@dataclass(frozen=True)
class Flow:
    """The report: one `LayerFlow` a layer, from the input on."""

    layers: tuple[LayerFlow, ...]

    @property
    def text(self) -> str:
        """The report as a table."""
        names = ("delta", "weights", "slope", "steepest", "gradient", "factor", "bound", "product")
        first, heads = ad.say("plot.layer"), ["delta", *(ad.say(f"flow.{n}") for n in names[1:])]
        wide = width(first)
        head = first + "".join(padded(name, -11) for name in heads)
        rows = [
            f"{row.layer:{wide}}" + "".join(f"{getattr(row, n):>11.3e}" for n in names)
            for row in self.layers
        ]
        return "\n".join([head, *rows])

    def __str__(self) -> str:
        return self.text

    def plot(self, path: Path | str) -> Path:
        """Write a PNG of the errors and the gradients over the layers, with what BP2 allows."""
        figure = new_figure(7, 4)
        axes = figure.add_subplot()
        layers = [row.layer for row in self.layers]
        axes.semilogy(layers, [r.delta for r in self.layers], "o-", label=ad.say("plot.error"))
        axes.semilogy(
            layers, [r.gradient for r in self.layers], "s-", label=ad.say("plot.gradient")
        )
        last = self.layers[-1].delta
        axes.semilogy(
            layers, [last * r.product for r in self.layers], "k:", label=ad.say("plot.most")
        )
        axes.set(xlabel=ad.say("plot.layer"), title=ad.say("plot.flow"))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
        return files.write(path, written(figure, format="png", dpi=120))


@np.errstate(over="ignore", invalid="ignore")
def gradient_flow(network: Network, x: Any, y: Any) -> Flow:
    """Measure, layer by layer, how the error of a batch grows or shrinks on its way back (4.5).

    ||delta^l|| <= ||w^(l+1)|| max sigma'(z^l) ||delta^(l+1)|| for each example, by BP2. Shapes:
    x (n_1, m), y (n_L, m).

    >>> net = Network([2, 5, 5, 5, 1], seed=0)
    >>> flow = gradient_flow(net, np.ones((2, 3)), np.zeros((1, 3)))
    >>> [row.layer for row in flow.layers], all(r.factor <= r.bound for r in flow.layers)
    ([2, 3, 4, 5], True)
    """
    record = network.record(x, y)
    m = record.x.shape[1]
    deltas = [m * g for g in ad.gradient(record.cost, record.z)]
    gradients = ad.gradient(record.cost, network.w)
    sizes = [float(np.linalg.norm(d)) / m**0.5 for d in deltas]
    weights = [_largest_singular_value(w) for w in network.weights]
    slopes = [_slopes(network, z.data, z is record.z[-1]) for z in record.z]
    rows: list[LayerFlow] = []
    product = 1.0
    for i in reversed(range(len(sizes))):
        steepest = float(np.max(slopes[i]))
        factor = bound = 1.0
        if i + 1 < len(sizes):
            factor = sizes[i] / sizes[i + 1] if sizes[i + 1] else 0.0
            bound = weights[i + 1] * steepest
            product *= bound
        rows.insert(0, LayerFlow(
            i + 2, sizes[i], weights[i], float(np.mean(slopes[i])), steepest,
            float(np.linalg.norm(gradients[i])), factor, bound, product,
        ))  # fmt: skip
    return Flow(tuple(rows))


def _largest_singular_value(w: Any) -> float:
    """Return ||w||, NaN where training has left numbers that are not finite."""
    return float(np.linalg.norm(w, 2)) if np.isfinite(w).all() else float("nan")


def _slopes(network: Network, z: Any, last: bool) -> Any:
    """Return |sigma'(z)| of each neuron and example."""
    f = network.output if last else network.activation
    if f.name == "softmax":
        return np.full(z.shape, np.nan)
    node = ad.Tensor(z)
    return np.abs(ad.gradient(f(node), node, seed=np.ones(z.shape)))
