"""A training run that can stop between any two mini-batches and go on as if it had not.

All that the rest of the run depends on is here: weights, the optimiser's state, the generator, the
order of the examples in the current epoch, how many mini-batches of it are done, and the history.
`state` hands it out, `restore` takes it back, and the run then ends with the same bits.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nets.network import Network
from nets.optim import SCHEDULES, Optimiser
from nets.parts.batches import as_rows, check_batch_size, columns, whole
from nets.parts.replayed import Replayed
from nets.parts.scoring import as_test

Array = NDArray[Any]


class Training:
    """Train a network by mini-batches, epoch by epoch.

    `monitor` is the labelled data that each epoch is scored on. `schedule` names how eta changes
    with the epoch. With a `patience` of k, the run ends after k epochs without a better score and
    the network gets the weights of its best epoch. A ValueError says what does not fit.

    >>> net = Network([1, 2], seed=0)
    >>> data = [(np.array([[0.0]]), 0), (np.array([[1.0]]), 1)]
    >>> run = Training(net, data, Optimiser(3.0), epochs=40, mini_batch_size=2, monitor=data)
    >>> run.run(), run.history[-1]["correct"]
    (True, 2)
    """

    def __init__(
        self,
        net: Network,
        training_data: Any,
        optimiser: Optimiser,
        epochs: int,
        mini_batch_size: int,
        monitor: Any,
        schedule: str = "constant",
        patience: int = 0,
    ) -> None:
        if schedule not in SCHEDULES:
            raise ValueError(
                f"no schedule is called {schedule!r}: choose one of {', '.join(SCHEDULES)}"
            )
        epochs, patience = whole(epochs, "epochs", 1), whole(patience, "patience", 0)
        ends = net.sizes[0], net.sizes[-1], net.dtype
        self.net, self.optimiser = net, optimiser
        self.rows = as_rows(training_data, *ends)
        self.monitor = as_test(monitor, *ends)
        self.epochs, self.patience = epochs, patience
        self.mini_batch_size = check_batch_size(mini_batch_size)
        self.schedule = SCHEDULES[schedule]
        self.eta = optimiser.eta
        self.epoch = 0
        self.position = 0  # mini-batches of this epoch that are done
        self.order: Array | None = None
        self.cost = 0.0  # summed over the examples of this epoch
        self.history: list[dict[str, Any]] = []
        self.best: dict[str, Array] = {}
        self.ended = False
        self.replayed = Replayed(net)
        self.take_step = self._step  # on workers, that of nets.runs.shards

    @property
    def steps(self) -> int:
        """The number of mini-batches in an epoch."""
        return -(-len(self.rows.inputs) // self.mini_batch_size)

    @property
    def steps_done(self) -> int:
        """The number of mini-batches since the beginning."""
        return self.epoch * self.steps + self.position

    @property
    def best_epoch(self) -> dict[str, Any]:
        """The entry of the history with the best score, the first of several.

        An epoch whose cost was not finite is best only where there is no other.
        """
        return max(self.history, key=lambda e: (math.isfinite(e["cost"]), e["correct"]))

    @property
    def shown_epoch(self) -> dict[str, Any]:
        """The entry of the epoch whose weights the network has.

        It is the last one, or the best one where a run with a patience has ended.
        """
        return self.best_epoch if self.ended and self.patience else self.history[-1]

    @property
    def diverged(self) -> int | None:
        """The first epoch whose cost was not a finite number, if there is one."""
        return next((e["epoch"] for e in self.history if not math.isfinite(e["cost"])), None)

    def run(
        self,
        on_step: Callable[[], None] = lambda: None,
        on_epoch: Callable[[], None] = lambda: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Train to the end, or until `should_stop`, and return whether the end was reached.

        `on_step` is called after each mini-batch and `on_epoch` after each epoch's score.
        """
        while not self.ended:
            for chosen in self._rest_of_epoch():
                self.cost += self.take_step(chosen) * len(chosen)
                self.position += 1
                on_step()
                if should_stop():
                    return False
            self._end_epoch()
            on_epoch()
            if should_stop() and not self.ended:
                return False
        return True

    def _step(self, chosen: Array) -> float:
        """Take one step here, on the examples of these numbers."""
        return self.replayed.step(*columns(self.rows, chosen), self.optimiser)

    def _rest_of_epoch(self) -> Iterator[Array]:
        if self.order is None:
            self.order = self.net.rng.permutation(len(self.rows.inputs))
        self.optimiser.eta = self.eta * self.schedule(self.epoch, self.epochs)
        size = self.mini_batch_size
        for start in range(self.position * size, len(self.order), size):
            yield self.order[start : start + size]

    def _end_epoch(self) -> None:
        entry = {
            "epoch": self.epoch,
            "correct": self.monitor.correct(self.net.feedforward(self.monitor.inputs)),
            "total": len(self.monitor),
            "cost": self.cost / len(self.rows.inputs),
            "eta": self.optimiser.eta,
        }
        self.history.append(entry)
        if self.patience and self.best_epoch is entry:
            self.best = self._parameters()
        self.epoch, self.position, self.order, self.cost = self.epoch + 1, 0, None, 0.0
        waited = self.epoch - 1 - self.best_epoch["epoch"]
        self.ended = self.epoch >= self.epochs or bool(self.patience and waited >= self.patience)
        if self.ended and self.patience:
            self._set_parameters(self.best)

    def _parameters(self) -> dict[str, Array]:
        return {str(p.name): np.asarray(p.data) for p in (*self.net.w, *self.net.b)}

    def _set_parameters(self, arrays: dict[str, Array]) -> None:
        self.net.weights = [arrays[str(p.name)] for p in self.net.w]
        self.net.biases = [arrays[str(p.name)] for p in self.net.b]

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return all that the rest of the run depends on: what JSON can hold, and arrays."""
        arrays = self._parameters()
        arrays |= {f"optimiser.{name}": a for name, a in self.optimiser.state.items()}
        arrays |= {f"best.{name}": a for name, a in self.best.items()}
        if self.order is not None:
            arrays["order"] = self.order
        meta = {
            "epoch": self.epoch,
            "position": self.position,
            "cost": _number(self.cost),
            "history": storable(self.history),
            "ended": self.ended,
            "generator": self.net.rng.bit_generator.state,
        }
        return meta, arrays

    def restore(self, meta: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Take back what `state` gave; a ValueError says what does not belong to this run."""
        arrays = counted_from_the_input(arrays)
        try:
            self._set_parameters(arrays)
            order = arrays.get("order")
            if order is not None and not np.array_equal(np.sort(order), self._numbers()):
                raise ValueError("its order of examples is for another number of examples")
            self.net.rng.bit_generator.state = _generator(meta["generator"])
            self.epoch, self.position = (_count(meta[name]) for name in ("epoch", "position"))
            self.cost = _read(meta["cost"])
            self.history = [{k: _KINDS[k](e[k]) for k in _KINDS} for e in meta["history"]]
            if len(self.history) != self.epoch or not 0 <= self.position <= self.steps:
                raise ValueError("its history and its position do not agree")
            if any(not 0 <= e["correct"] <= e["total"] or not e["total"] for e in self.history):
                raise ValueError("its history counts what cannot be")
            if self.position and order is None:
                raise ValueError("its position is inside an epoch, but the order is not there")
            if not isinstance(meta["ended"], bool):
                raise ValueError("whether it has ended is not said")
            state = {
                name.removeprefix("optimiser."): a
                for name, a in arrays.items()
                if name.startswith("optimiser.")
            }
            self._check_state(state)
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as e:
            raise ValueError(f"the checkpoint does not belong to this run: {e}") from None
        self.order = order
        self.optimiser.state = state
        self.best = {n.removeprefix("best."): a for n, a in arrays.items() if n.startswith("best.")}
        self.ended = self.epoch >= self.epochs or bool(meta["ended"] and self.patience)

    def _check_state(self, state: dict[str, Array]) -> None:
        """Raise a ValueError unless the optimiser's arrays are those of this many steps."""
        nodes = {str(p.name): p for p in (*self.net.w, *self.net.b)}
        kinds = self.optimiser.kept if self.steps_done else ()
        wanted = {f"{name}{kind}" for name in nodes for kind in kinds}
        if set(state) != wanted:
            raise ValueError(
                "its optimiser's state is that of another optimiser or another network"
            )
        for name, array in state.items():
            shape = () if name.endswith(".t") else nodes[name.partition(".")[0]].shape
            if array.shape != shape:
                raise ValueError(f"the optimiser's {name} has the shape {array.shape}, not {shape}")

    def _numbers(self) -> Array:
        return np.arange(len(self.rows.inputs))


def counted_from_the_input(arrays: dict[str, Array]) -> dict[str, Array]:
    """Return the arrays of a checkpoint by the names of now: w1 of before is w^2.

    >>> list(counted_from_the_input({"w1": np.zeros(1), "optimiser.b2.t": np.zeros(1)}))
    ['w^2', 'optimiser.b^3.t']
    """

    def renamed(name: str) -> str:
        old = re.fullmatch(r"((?:\w+\.)?[wb])(\d+)((?:\.\w+)?)", name)
        return f"{old[1]}^{int(old[2]) + 1}{old[3]}" if old else name

    return {renamed(name): array for name, array in arrays.items()}


def storable(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a history as JSON can hold it: a cost that is not finite becomes null.

    >>> storable([{"epoch": 0, "cost": math.nan}])
    [{'epoch': 0, 'cost': None}]
    """
    return [entry | {"cost": _number(entry["cost"])} for entry in history]


def _count(number: Any) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise ValueError(f"{number!r:.40} is not a whole number")
    return number


def _generator(state: Any) -> Any:
    """Return the state of a generator, whose numbers must be those of PCG64."""
    kept = state["state"]
    numbers = (kept["state"], kept["inc"], state["has_uint32"], state["uinteger"])
    limits = (2**128, 2**128, 2, 2**32)
    if state["bit_generator"] != "PCG64" or not all(
        0 <= _count(n) < most for n, most in zip(numbers, limits, strict=True)
    ):
        raise ValueError("its generator has a state that PCG64 does not have")
    return state


def _number(cost: float) -> float | None:
    return cost if math.isfinite(cost) else None


def _read(number: Any) -> float:
    return math.nan if number is None else float(number)


_KINDS: dict[str, Callable[[Any], Any]] = {
    "epoch": _count,
    "correct": _count,
    "total": _count,
    "cost": _read,
    "eta": float,
}
