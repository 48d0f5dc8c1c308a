"""The gradient of a mini-batch as the average over its shards, each computed by some worker.

The cost is an average over examples (eq. 7), so its gradient is the average of the shards'
gradients, weighted by their sizes. A mini-batch is always cut into the same shards and their
gradients are always added in the same order, so the number of workers changes nothing, not even the
last bit. The network's shape and the data are sent to each worker once; a step sends the parameters
and the numbers of the examples, and gets back a cost and a gradient.
"""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets.extras import UsageError
from nets.network import Network
from nets.parts.activations import ACTIVATIONS
from nets.parts.batches import Rows, columns
from nets.runs.engines import Engine, EngineError
from nets.runs.training import Training

Array = NDArray[Any]
SHARDS = 4
_numbers = itertools.count()
_local = threading.local()


def shard_gradient(
    key: str, program: Any, chosen: Array, parameters: Array, seed: int | None
) -> tuple[float, Array] | None:
    """Return the cost and the gradient, as one vector, of the chosen examples.

    Runs on a worker. `program` is (arguments of Network, rows) or None; None is returned where this
    worker has not been sent it yet.
    """
    known = _local.__dict__.setdefault("programs", {})
    if key not in known:
        if program is None:
            return None
        known.clear()  # one run at a time
        settings, rows = program
        known[key] = Network(**settings), Rows(*rows)
    net, rows = known[key]
    put(net, parameters)
    if seed is not None:
        net.rng = np.random.default_rng(seed)
    cost = net.record(*columns(rows, chosen), training=True).cost
    gradients = ad.gradient(cost, [*net.w, *net.b])
    return float(cost.data), np.concatenate([np.ravel(g) for g in gradients])


def put(net: Network, parameters: Array) -> None:
    """Give a network its parameters from one vector, weights first."""
    parts = split(net, parameters)
    net.weights, net.biases = parts[: len(net.w)], parts[len(net.w) :]


def split(net: Network, vector: Array) -> list[Array]:
    """Cut one vector into arrays of the shapes of a network's parameters."""
    nodes = [*net.w, *net.b]
    ends = np.cumsum([node.size for node in nodes])[:-1]
    return [
        part.reshape(node.shape) for part, node in zip(np.split(vector, ends), nodes, strict=True)
    ]


class Shards:
    """Takes the steps of a training run on an engine.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from nets.optim import SGD
    >>> data = [(np.array([[0.0]]), 0), (np.array([[1.0]]), 1)]
    >>> run = Training(Network([1, 2], seed=0), data, SGD(3.0), 40, 2, data)
    >>> with ThreadPoolExecutor(1) as threads:
    ...     run.take_step = Shards(run, Engine(threads)).step
    ...     run.run(), run.history[-1]["correct"]
    (True, 2)
    """

    def __init__(self, training: Training, engine: Engine) -> None:
        net = training.net
        self.training, self.engine = training, engine
        self.key = f"{id(self)}-{next(_numbers)}-{np.random.default_rng().integers(2**60)}"
        settings = {
            "sizes": net.sizes,
            "activation": _sendable(net.activation),
            "output": _sendable(net.output),
            "cost": net.cost.name,
            "dropout": net.dropout,
            "dtype": net.dtype.str,
            "seed": 0,
        }
        self.program = engine.share((settings, tuple(training.rows)))

    def step(self, chosen: Array) -> float:
        """Take one step on the chosen examples, and return their cost before it."""
        net, optimiser = self.training.net, self.training.optimiser
        parameters = np.concatenate([np.ravel(p.data) for p in (*net.w, *net.b)])
        parts = np.array_split(chosen, min(SHARDS, len(chosen)))
        seeds: list[int | None] = [None] * len(parts)
        if net.dropout:
            seeds = [int(s) for s in net.rng.integers(2**60, size=len(parts))]
        tasks = [(p, parameters, s) for p, s in zip(parts, seeds, strict=True)]
        answers = self._answers(tasks)
        cost, gradient = 0.0, np.zeros_like(parameters)
        for part, (c, g) in zip(parts, answers, strict=True):
            share = len(part) / len(chosen)
            cost += share * c
            gradient += parameters.dtype.type(share) * g
        gradients = split(net, gradient)
        n = len(net.w)
        optimiser.step(net.w, net.b, gradients[:n], gradients[n:])
        return cost

    def _answers(self, tasks: list[tuple[Any, ...]]) -> list[tuple[float, Array]]:
        """Run every shard; a worker that lacks the program is sent it with its next task."""
        send = [(self.key, None, *task) for task in tasks]
        found = self.engine.run(shard_gradient, send)
        missing = [i for i, answer in enumerate(found) if answer is None]
        if missing:
            again = [(self.key, self.program, *tasks[i]) for i in missing]
            for i, answer in zip(missing, self.engine.run(shard_gradient, again), strict=True):
                found[i] = answer
        return found


def _sendable(activation: Any) -> Any:
    """Return an activation by its name where it has one that workers know."""
    is_known = ACTIVATIONS.get(activation.name) is activation
    return activation.name if is_known else activation.function


@contextlib.contextmanager
def on_engine(training: Training, engine: Engine | None, save: Callable[[], str]) -> Iterator[None]:
    """Let a training run take its steps on an engine; if the workers fail for good, `save` it.

    `save` returns what it did in words, which become part of the error.
    """
    if engine is None:
        yield
        return
    training.take_step = Shards(training, engine).step
    try:
        yield
    except EngineError as error:
        raise UsageError(f"{error}; {save()}") from None
