"""The interface of the documents' second program, network2.py, over `nets.Network`.

Costs are classes with `fn` and `delta`, weights begin at 1/sqrt(n_in) or (as in the first program) at
N(0, 1), `SGD` takes lmbda and monitors, and returns four lists. The gradients come from autodiff; a cost
class of your own needs `fn` and `delta` on plain arrays, and its `delta` is where they begin.

>>> net = Network([2, 3, 2], cost=CrossEntropyCost, seed=0)
>>> net.large_weight_initializer()
>>> data = [(np.array([[0.0], [1.0]]), vectorized_result(1, 2))]
>>> net.SGD(data, 1, 1, 3.0, lmbda=0.1, monitor_training_accuracy=True)[3]
Epoch 0 training complete
Accuracy on training data: 1 / 1
[1]
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.graphs import files
from nets.network import Network as Plain
from nets.network import sigmoid as sigmoid
from nets.network import sigmoid_prime as sigmoid_prime
from nets.network import sigmoid_prime_vec as sigmoid_prime_vec
from nets.network import sigmoid_vec as sigmoid_vec
from nets.optim import check_rates
from nets.parts.batches import as_rows, check_batch_size, columns, whole
from nets.parts.costs import Cost
from nets.parts.given import two_lists


class QuadraticCost:
    """C = 1/2 ||a - y||^2 of one example."""

    name = "quadratic"

    @staticmethod
    def fn(a: Any, y: Any) -> float:
        """Compute the cost of the output a for the target y."""
        return float(0.5 * np.linalg.norm(a - y) ** 2)

    @staticmethod
    def delta(z: Any, a: Any, y: Any) -> Any:
        """Compute delta^L = (a - y) (*) sigma'(z) (eq. 30)."""
        return np.asarray((a - y) * sigmoid_prime(z))


class CrossEntropyCost:
    """C = -sum y ln a + (1 - y) ln(1 - a) of one example."""

    name = "cross_entropy"

    @staticmethod
    def fn(a: Any, y: Any) -> float:
        """Compute the cost of the output a for the target y; 0 ln 0 is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a))))

    @staticmethod
    def delta(z: Any, a: Any, y: Any) -> Any:
        """Compute delta^L = a - y."""
        return a - y


@dataclass(frozen=True)
class ClassCost(Cost):
    """A cost class as `net.cost`: what the graph computes, and the listing's `fn` and `delta`."""

    fn: Any = None
    delta: Any = None
    of_class: Any = None

    @property
    def __name__(self) -> str:
        """The name of the class, which the listing saves."""
        return str(self.of_class.__name__)


class Network(Plain):
    """The documents' second network: see the module."""

    _of_the_library = True

    def __init__(self, sizes: Any, cost: Any = CrossEntropyCost, seed: int | None = None) -> None:
        known = getattr(cost, "name", None) in ("quadratic", "cross_entropy")
        super().__init__(sizes, cost=cost.name if known else "quadratic", seed=seed)
        self.cost_class = cost
        graph = self.cost
        self.cost = ClassCost(
            graph.name, graph.of_outputs, graph.of_inputs, cost.fn, cost.delta, cost
        )
        self.own_cost = not known
        self.default_weight_initializer()

    def default_weight_initializer(self) -> None:
        """Draw weights from N(0, 1/n_in) and biases from N(0, 1)."""
        self._draw(lambda n: 1.0 / np.sqrt(n))

    def large_weight_initializer(self) -> None:
        """Draw all from N(0, 1), as in chapter 1."""
        self._draw(lambda n: 1.0)

    def _draw(self, spread: Any) -> None:
        self.biases = [self.rng.standard_normal(b.shape) for b in self.b]
        self.weights = [self.rng.standard_normal(w.shape) * spread(w.shape[1]) for w in self.w]

    def SGD(  # type: ignore[override]
        self,
        training_data: Any,
        epochs: int,
        mini_batch_size: int,
        eta: float,
        lmbda: float = 0.0,
        evaluation_data: Any = None,
        monitor_evaluation_cost: bool = False,
        monitor_evaluation_accuracy: bool = False,
        monitor_training_cost: bool = False,
        monitor_training_accuracy: bool = False,
    ) -> tuple[list[float], list[int], list[float], list[int]]:
        """Train, print what is monitored, and return it.

        The four lists are the cost and the accuracy on the evaluation data and on the training data,
        one entry an epoch, empty where nothing was asked for. Raises a ValueError for settings that are
        no such numbers; a `Diverged` warning tells of the first epoch whose weights are not finite.
        """
        rows = as_rows(training_data, self.sizes[0], self.sizes[-1], self.dtype)
        pairs = _pairs(rows)
        evaluation = None if evaluation_data is None else list(evaluation_data)
        size, n = check_batch_size(mini_batch_size), len(rows.inputs)
        monitors: list[tuple[bool, str, Any]] = [
            (monitor_training_cost, "Cost on training data", lambda: self.total_cost(pairs, lmbda)),
            (monitor_training_accuracy, "Accuracy on training data", lambda: self.accuracy(pairs, True)),
            (monitor_evaluation_cost, "Cost on evaluation data",
             lambda: self.total_cost(evaluation, lmbda, convert=True)),
            (monitor_evaluation_accuracy, "Accuracy on evaluation data",
             lambda: self.accuracy(evaluation)),
        ]  # fmt: skip
        if evaluation is None and (monitor_evaluation_cost or monitor_evaluation_accuracy):
            raise ValueError("monitoring the evaluation needs evaluation_data")
        if evaluation is not None:  # does it fit? said before a weight is changed
            as_rows(evaluation, self.sizes[0], self.sizes[-1], self.dtype)
        check_rates(eta, lmbda=lmbda)
        found: dict[str, list[Any]] = {name: [] for _, name, _ in monitors}
        said = False
        for epoch in range(whole(epochs, "the number of epochs", 0)):
            order = self.rng.permutation(n)
            for start in range(0, n, size):
                chosen = [pairs[i] for i in order[start : start + size]]
                self.update_mini_batch(chosen, eta, lmbda, n)
            print(f"Epoch {epoch} training complete")
            said = said or self._told_lost(0.0, epoch, eta)
            for wanted, name, measure in monitors:
                if wanted:
                    value = measure()
                    found[name].append(value)
                    of = {"Accuracy on training data": n, "Accuracy on evaluation data": None}
                    total = of.get(name, 0)
                    total = len(evaluation or ()) if total is None else total
                    print(f"{name}: {value}" + (f" / {total}" if total else ""))
        training_cost, training_accuracy, evaluation_cost, evaluation_accuracy = found.values()
        return evaluation_cost, evaluation_accuracy, training_cost, training_accuracy

    def update_mini_batch(
        self, mini_batch: Any, eta: float, lmbda: float = 0.0, n: int | None = None
    ) -> None:
        """Take one step, w -> (1 - eta lmbda/n) w - (eta/m) sum_x dC_x/dw; b without the decay."""
        rows = as_rows(mini_batch, self.sizes[0], self.sizes[-1], self.dtype)
        m = len(rows.inputs)
        if self.overridden("backprop", "cost_derivative"):
            parts = [two_lists(self.backprop(x, y), len(self.w)) for x, y in _pairs(rows)]
            nabla_b, nabla_w = (
                [sum(layer) / m for layer in zip(*(p[kind] for p in parts), strict=True)]
                for kind in (0, 1)
            )
        else:
            nabla_b, nabla_w = self.backprop(*columns(rows, np.arange(m)))
        keep = 1.0 - eta * lmbda / (m if n is None else n)
        self.weights = [keep * w - eta * g for w, g in zip(self.weights, nabla_w, strict=True)]
        self.biases = [b - eta * g for b, g in zip(self.biases, nabla_b, strict=True)]

    def backprop(self, x: Any, y: Any) -> tuple[list[Any], list[Any]]:
        """Return (nabla_b, nabla_w); a cost class of one's own gives delta^L."""
        if not self.own_cost:
            return super().backprop(x, y)
        record = self.record(x, y, outputs=True)
        z, a = record.z[-1], record.a[-1]
        target = y.data if isinstance(y, ad.Tensor) else np.asarray(y)
        delta = np.asarray(self.cost_class.delta(z.data, a.data, target))
        gradients = ad.gradient(z, [*self.b, *self.w], seed=delta / delta.shape[1])
        return gradients[: len(self.b)], gradients[len(self.b) :]

    def accuracy(self, data: Any, convert: bool = False) -> int:
        """Count the right answers; `convert` says that the targets are vectors."""
        return self.evaluate(data)

    def total_cost(self, data: Any, lmbda: float, convert: bool = False) -> float:
        """Compute the average cost plus lmbda/(2n) sum w^2; `convert` says that targets are labels."""
        check_rates(1.0, lmbda=lmbda)
        rows = as_rows(data, self.sizes[0], self.sizes[-1], self.dtype)
        n = len(rows.inputs)
        outputs = self.feedforward(rows.inputs.T)
        cost = sum(self.cost_class.fn(outputs[:, [i]], rows.targets[i][:, None]) for i in range(n))
        squares = sum(float(np.linalg.norm(w)) ** 2 for w in self.weights)
        return float(cost / n + 0.5 * (lmbda / n) * squares)

    def save(self, filename: str | Path) -> None:
        """Write sizes, weights, biases and the name of the cost as JSON."""
        data = {
            "sizes": self.sizes,
            "weights": [w.tolist() for w in self.weights],
            "biases": [b.tolist() for b in self.biases],
            "cost": self.cost_class.__name__,
        }
        files.write(filename, json.dumps(data))


COSTS = {c.__name__: c for c in (QuadraticCost, CrossEntropyCost)}


def load(filename: str | Path) -> Network:
    """Read a network that `save` wrote; a ValueError says what the file is not."""
    try:
        data = json.loads(Path(filename).read_text(encoding="utf-8"))
        net = Network(data["sizes"], cost=COSTS[data["cost"]])
        net.weights = [np.array(w) for w in data["weights"]]
        net.biases = [np.array(b) for b in data["biases"]]
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as e:
        raise ValueError(f"{filename} is not a network that save wrote: {e}") from None
    return net


def vectorized_result(j: int, n: int = 10) -> Any:
    """Return the column with 1 in place j and 0 elsewhere.

    >>> vectorized_result(2, 3).ravel()
    array([0., 0., 1.])
    """
    if not 0 <= j < n:
        raise ValueError(f"vectorized_result: {j} is not one of 0 to {n - 1}")
    e = np.zeros((n, 1))
    e[j] = 1.0
    return e


def _pairs(rows: Any) -> list[tuple[Any, Any]]:
    return [
        (np.array(x[:, None]), np.array(y[:, None]))
        for x, y in zip(rows.inputs, rows.targets, strict=True)
    ]
