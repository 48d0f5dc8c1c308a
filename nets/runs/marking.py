"""Marking: a student's own backprop, cost_derivative and update_mini_batch, the slip named.

A class that derives from `nets.Network` and has its own version of one of these is held against
autograd, example by example and layer by layer from the last one back, since one slip spoils all that
comes after it. The error of one example is its nabla_b (BP3), so BP1 and BP2 are told apart from BP4.
"""

import importlib.util
import inspect
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

import autodiff as ad
from nets.extras import UsageError
from nets.network import Network
from nets.parts.batches import Rows
from nets.parts.listing import pairs_of

BOUND = 1e-9
ETA = 0.5


@dataclass(frozen=True)
class Mark:
    """What was marked, whether it is right, and what there is to say."""

    method: str
    right: bool
    said: str


def mark(net: Network, x: Any, y: Any) -> list[Mark]:
    """Mark what a network has of its own; shapes: x (n_1, m), y (n_L, m) with m of 2 or more.

    >>> class Mine(Network):
    ...     def cost_derivative(self, output_activations, y):
    ...         return y - output_activations
    >>> rng = np.random.default_rng(0)
    >>> print(mark(Mine([2, 3, 2], seed=0), rng.random((2, 4)), rng.random((2, 4)))[0].said)
    dC/da^3 (layer 3) is the first that parts. Likely slip: sign: it is the right value times -1
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    steps = (
        ("cost_derivative", _cost_derivative),
        ("backprop", _backprop),
        ("update_mini_batch", _update),
    )
    found = []
    for method, check in steps:
        if not net.overridden(method):
            continue
        try:
            comparison = check(net, x, y)
        except Exception as e:  # whatever a student's code may raise
            found.append(Mark(method, False, ad.say("mark.raised", method=method, error=_told(e))))
        else:
            found.append(Mark(method, comparison.agrees, comparison.verdict))
            if method == "backprop" and not comparison.agrees:
                said = _as_a_whole(net, x[:, [0]], y[:, [0]])
                found[-1] = Mark(method, False, said or comparison.verdict)
    return found


def _as_a_whole(net: Network, x: Any, y: Any) -> str:
    """Name the slips that spoil every quantity at once, as no formula of one quantity shows."""
    nabla_b, nabla_w = (list(map(np.asarray, part)) for part in net.backprop(x, y))
    right = _run(net, x, y)
    if _same(nabla_b, right.nabla_w) and _same(nabla_w, right.nabla_b):
        return ad.say("mark.exchanged")
    twin = _plain(net)
    twin.biases = [np.zeros_like(b) for b in twin.biases]
    without = _run(twin, x, y)
    if _same(nabla_b, without.nabla_b) and _same(nabla_w, without.nabla_w):
        return ad.say("mark.no_bias")
    return ""


def _same(given: list[Any], others: list[Any]) -> bool:
    pairs = zip(given, others, strict=False)
    return len(given) == len(others) and all(
        g.shape == o.shape and np.allclose(g, o, rtol=BOUND, atol=0.0) for g, o in pairs
    )


def _told(e: Exception) -> str:
    return f"{type(e).__name__}: {e}".splitlines()[0]


def _plain(net: Network) -> Network:
    """Return a network of the same numbers with nothing of its own."""
    twin = Network(net.sizes, net.activation, net.cost, seed=0, output=net.output)
    twin.weights, twin.biases = list(net.weights), list(net.biases)
    return twin


def _run(net: Network, x: Any, y: Any) -> SimpleNamespace:
    """Return autograd's quantities of a mini-batch, as back-propagation by hand keeps them."""
    record = _plain(net).record(x, y, outputs=True)
    leaves = [n for n in ad.Graph(record.cost).live if n.name and n.name[:2] in ("w^", "b^")]
    found = ad.gradient(record.cost, [*record.z, *leaves])
    n, m = len(record.z), x.shape[1]
    by_name = {leaf.name: g for leaf, g in zip(leaves, found[n:], strict=True)}
    return SimpleNamespace(
        z=[z.data for z in record.z],
        a=[x, *(a.data for a in record.a)],
        delta=[m * g for g in found[:n]],
        nabla_b=[by_name[f"b^{layer}"] for layer in range(2, n + 2)],
        nabla_w=[by_name[f"w^{layer}"] for layer in range(2, n + 2)],
    )


def _compare(net: Network, right: Any, hand: Any) -> ad.Comparison:
    names = [net.activation.name] * (len(net.w) - 1) + [net.output.name]
    return ad.compare(
        autograd=right, by_hand=hand, weights=list(net.weights), activation=names, rtol=BOUND
    )


def _cost_derivative(net: Network, x: Any, y: Any) -> ad.Comparison:
    a = _plain(net).feedforward(x)
    right = _plain(net).cost_derivative(a, y)
    given = np.asarray(net.cost_derivative(a, y))
    last = net.num_layers
    return ad.compare(
        autograd={f"dC/da^{last}": right}, by_hand={f"dC/da^{last}": given}, rtol=BOUND
    )


def _backprop(net: Network, x: Any, y: Any) -> ad.Comparison:
    """Hold each example's gradient against autograd; the first example that parts is told."""
    for k in range(x.shape[1]):
        nabla_b, nabla_w = net.backprop(x[:, [k]], y[:, [k]])
        found = _compare(
            net,
            _run(net, x[:, [k]], y[:, [k]]),
            SimpleNamespace(delta=list(nabla_b), nabla_w=list(nabla_w)),
        )
        if not found.agrees:
            break
    return found


def _update(net: Network, x: Any, y: Any) -> ad.Comparison:
    """Hold one step against eq. 20 and 21, with the student's own backprop taken as it is."""
    before = [np.array(v) for v in (*net.weights, *net.biases)]
    rows = Rows(x.T, y.T)
    net.update_mini_batch(pairs_of(rows, np.arange(len(rows.inputs))), ETA)
    moved = [
        (b - np.asarray(v)) / ETA for b, v in zip(before, (*net.weights, *net.biases), strict=True)
    ]
    n = len(net.w)
    net.weights, net.biases = before[:n], before[n:]
    hand = SimpleNamespace(nabla_w=moved[:n], nabla_b=moved[n:])
    return _compare(net, _run(net, x, y), hand)


def load_class(place: str) -> type[Network]:
    """Load a subclass of Network from `file.py`, or `file.py:Name`; a UsageError says what is wrong."""
    name = ""
    path = Path(place)
    if not path.exists() and ":" in place:
        file, _, name = place.rpartition(":")
        path = Path(file)
    spec = importlib.util.spec_from_file_location("marked", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(f"--code {place} is not a Python file: give one, such as mine.py:Mine")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as e:
        raise UsageError(f"--code {path} cannot be run: {_told(e)}") from None
    classes = {
        k: v for k, v in vars(module).items()
        if inspect.isclass(v) and issubclass(v, Network) and v.__module__ == "marked"
    }  # fmt: skip
    if name not in classes and (name or len(classes) != 1):
        listed = ", ".join(classes) or "none"
        raise UsageError(
            f"--code {place}: choose one class that derives from nets.Network, as in "
            f"{path}:Name; the file has {listed}"
        )
    return classes[name] if name else next(iter(classes.values()))
