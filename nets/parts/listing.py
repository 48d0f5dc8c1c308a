"""The documents' listing: SGD calls update_mini_batch, that calls backprop, that cost_derivative.

A subclass (or an object) that has its own version of one of these methods, of `feedforward` or of
`evaluate` is heard: what calls the method calls that version. Only where nothing on the way is one's
own does `SGD` take the short cut, one recorded program for all mini-batches, with the same result.
"""

import warnings
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets.optim import SGD, Optimiser
from nets.parts.batches import Rows, as_rows, batches, check_batch_size, columns, whole
from nets.parts.given import real, two_lists
from nets.parts.replayed import Replayed
from nets.parts.scoring import Test, as_test

Array = NDArray[Any]
STEPS = ("update_mini_batch", "backprop", "cost_derivative", "step", "record")
SCORES = ("evaluate", "feedforward")


class Diverged(UserWarning):
    """Said once a training run has left the numbers: what it learns from there on is worth nothing."""


class Stepper(Protocol):
    """What takes a step of gradient descent: an `Optimiser` or anything with its `step`."""

    def step(self, weights: Any, biases: Any, nabla_w: Any, nabla_b: Any, /) -> None:
        """Change the parameters once."""


class Listing:
    """The methods of the documents' listing, for a class with the parts of `Network`."""

    _of_the_library = True  # what a class without this mark of its own has is one's own

    sizes: list[int]
    w: list[ad.Tensor]
    b: list[ad.Tensor]
    dtype: Any
    rng: np.random.Generator
    cost: Any
    record: Any
    feedforward: Any
    _constant: Any

    def SGD(
        self,
        training_data: Any,
        epochs: int,
        mini_batch_size: int,
        eta: float,
        test_data: Any = None,
        optimiser: Optimiser | None = None,
        quiet: bool = False,
        progress: Callable[[range], Iterable[int]] | None = None,
    ) -> None:
        """Train by mini-batch stochastic gradient descent (eq. 18 to 21), printing each epoch.

        `training_data` is a list of pairs (x, y), `zip(xs, ys)` or `Examples`. With `test_data` each
        epoch prints `Epoch k: correct / total`; `quiet` prints nothing. `progress` shows how
        far it is, a bar of your choice around the epochs, such as `tqdm.tqdm` or
        `rich.progress.track`. An `optimiser` of your own takes the place of `eta`.
        A `Diverged` warning tells of the first epoch whose numbers are not finite.

        >>> from nets import Network
        >>> data = [(np.array([[0.0]]), 0), (np.array([[1.0]]), 1)]
        >>> Network([1, 2], seed=0).SGD(data, 2, 2, 3.0, test_data=data)
        Epoch 0: 1 / 2
        Epoch 1: 2 / 2
        >>> Network([1, 2], seed=0).SGD(data, 2, 2, 3.0, test_data=data, quiet=True)
        """
        rows = as_rows(training_data, self.sizes[0], self.sizes[-1], self.dtype)
        pairs = listed(test_data)
        test = None if pairs is None else self._test(pairs)
        size = check_batch_size(mini_batch_size)
        chosen = SGD(eta) if optimiser is None else optimiser
        own, replayed, said = self.overridden(*STEPS), Replayed(self), False
        passes = range(whole(epochs, "the number of epochs", 0))
        for epoch in passes if progress is None else progress(passes):
            order = self.rng.permutation(len(rows.inputs))
            last = 0.0
            if own:
                if optimiser is not None:
                    raise ValueError(
                        f"SGD: {type(self).__name__} has its own {own}, which takes eta: leave "
                        "`optimiser` away, or take its steps in update_mini_batch"
                    )
                for start in range(0, len(order), size):
                    self.update_mini_batch(pairs_of(rows, order[start : start + size]), eta)
            else:
                for x, y in batches(rows, order, size):
                    last = replayed.step(x, y, chosen)
            if quiet:
                pass
            elif test is None:
                print(f"Epoch {epoch} complete")
            else:
                own_score = self.overridden(*SCORES)
                right = self.evaluate(pairs) if own_score else self._score(test)
                print(f"Epoch {epoch}: {right} / {len(test)}")
            said = said or self._told_lost(last, epoch, chosen.eta)

    def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
        """Take one step, w -> w - (eta/m) sum_x dC_x/dw and the same for b (eq. 20, 21).

        `mini_batch` is a list of pairs (x, y). A `backprop` of one's own is called for each of them,
        otherwise all go through one graph.
        """
        rows = as_rows(mini_batch, self.sizes[0], self.sizes[-1], self.dtype)
        chosen = np.arange(len(rows.inputs))
        optimiser = SGD(eta)
        if not self.overridden("backprop", "cost_derivative"):
            self.step(*columns(rows, chosen), optimiser)
            return
        found = [two_lists(self.backprop(x, y), len(self.w)) for x, y in pairs_of(rows, chosen)]
        nabla_b = [sum(parts) / len(found) for parts in zip(*(f[0] for f in found), strict=True)]
        nabla_w = [sum(parts) / len(found) for parts in zip(*(f[1] for f in found), strict=True)]
        optimiser.step(self.w, self.b, self._like(self.w, nabla_w), self._like(self.b, nabla_b))

    def step(self, x: Any, y: Any, optimiser: Stepper) -> float:
        """Take one step down the gradient of a mini-batch's cost, and return the cost before it."""
        cost = self.record(x, y, training=True).cost
        gradients = ad.gradient(cost, [*self.w, *self.b])
        before = cost.item()
        del cost  # with its graph, which holds the parameters: now the step may write over them
        n = len(self.w)
        optimiser.step(self.w, self.b, gradients[:n], gradients[n:])
        return float(before)

    def backprop(self, x: Any, y: Any) -> tuple[list[Array], list[Array]]:
        """Return (nabla_b, nabla_w), the gradient of the cost of one example, layer by layer.

        Shapes: x (n_1, 1), y (n_L, 1); with m columns it is the gradient of their average cost. A
        `cost_derivative` of one's own is where the gradient begins.
        """
        leaves = [*self.b, *self.w]
        if self.overridden("cost_derivative"):
            a = self.record(x, y, outputs=True).a[-1]
            target = y.data if isinstance(y, ad.Tensor) else np.asarray(y)
            seed = np.asarray(self.cost_derivative(np.asarray(a.data), target))
            gradients = ad.gradient(a, leaves, seed / a.shape[1])
        else:
            gradients = ad.gradient(self.record(x, y).cost, leaves)
        return gradients[: len(self.b)], gradients[len(self.b) :]

    def cost_derivative(self, output_activations: Any, y: Any) -> Array:
        """Compute dC_x/da for the output activations, one column an example (a - y by default).

        >>> from nets import Network
        >>> Network([1, 1]).cost_derivative(np.array([[0.75]]), np.array([[1.0]]))
        array([[-0.25]])
        """
        a = ad.Tensor(real(output_activations, "output_activations", self.dtype))
        target = self._constant(y, "y")
        if target.shape != a.shape:
            raise ValueError(f"y has shape {target.shape}, but the output has {a.shape}")
        cost = self.cost(a, target)
        return np.asarray(ad.gradient(cost, a) * a.shape[1])

    def evaluate(self, test_data: Any) -> int:
        """Count the examples that the network answers rightly.

        The answer is the neuron with the largest output; with one output it is 1 from 0.5 on; with
        coded targets (several ones a column) every output is held against 0.5. A ValueError says
        where targets are no answers that can be counted.
        """
        pairs = listed(test_data)
        test = self._test(pairs)
        if not self.overridden("feedforward"):
            return self._score(test)
        outputs = [np.asarray(self.feedforward(test.inputs[:, [i]])) for i in range(len(test))]
        return test.correct(np.hstack(outputs))

    def overridden(self, *names: str) -> str:
        """Return the first of these methods that this network has of its own, "" if none."""
        for name in names:
            owner = next((c for c in type(self).__mro__ if name in c.__dict__), Listing)
            if name in self.__dict__ or not owner.__dict__.get("_of_the_library"):
                return name
        return ""

    def _test(self, data: Any) -> Test:
        return as_test(data, self.sizes[0], self.sizes[-1], self.dtype)

    def _score(self, test: Test) -> int:
        return test.correct(np.asarray(self.feedforward(test.inputs)))

    def _told_lost(self, cost: float, epoch: int, eta: float) -> bool:
        """Warn, and say so, where the cost or a weight is not finite after an epoch."""
        if np.isfinite(cost) and all(np.isfinite(p.data).all() for p in (*self.w, *self.b)):
            return False
        if own := self.overridden(*STEPS):
            warnings.warn(
                f"the cost or a weight is not a finite number since epoch {epoch}: look at what your "
                f"own {own} computes, or lower eta ({eta:g})",
                Diverged,
                stacklevel=3,
            )
        else:
            warnings.warn(
                f"the cost or a weight is not a finite number since epoch {epoch}, so what is "
                f"learnt from there on is worth nothing: lower eta ({eta:g})",
                Diverged,
                stacklevel=3,
            )
        return True

    def _like(self, nodes: list[ad.Tensor], arrays: list[Any]) -> list[Array]:
        """Return one's own gradients as arrays that fit, or raise a ValueError that names one."""
        if len(arrays) != len(nodes):
            raise ValueError(
                f"backprop gave {len(arrays)} arrays, but there are {len(nodes)} layers with "
                "weights: it returns (nabla_b, nabla_w), a list each"
            )
        found = [real(array, "a gradient of backprop", self.dtype) for array in arrays]
        for node, array in zip(nodes, found, strict=True):
            if array.shape != node.shape:
                raise ValueError(
                    f"backprop gave an array of shape {array.shape} for {node.name}, which has "
                    f"{node.shape}: a gradient has the shape of what it belongs to"
                )
        return found


def pairs_of(rows: Rows, chosen: Array) -> list[tuple[Array, Array]]:
    """Return examples by number as the documents' pairs of columns (x, y)."""
    return [(np.array(rows.inputs[i][:, None]), np.array(rows.targets[i][:, None])) for i in chosen]


def listed(data: Any) -> Any:
    """Return test data that can be gone through more than once: what is used up, such as zip, as a list."""
    kept = data is None or hasattr(data, "inputs") or isinstance(data, list | tuple)
    return data if kept else list(data)
