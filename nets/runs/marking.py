"""Marking: a student's own backprop, cost_derivative and update_mini_batch, the slip named.

A class that derives from `nets.Network` and has its own version of one of these is held against
autograd, example by example and layer by layer from the last one back, since one slip spoils all that
comes after it. The error of one example is its nabla_b (BP3), so BP1 and BP2 are told apart from BP4.
"""

import inspect
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

import autodiff as ad
from nets.network import Network
from nets.parts.batches import Rows
from nets.parts.given import plain, real, two_lists
from nets.parts.listing import pairs_of
from nets.runs.variants import of_cost, variants

BOUND = 1e-9
LIBRARY = (Path(__file__).parents[1], Path(inspect.getfile(ad)).parent)
LMBDA = 0.7
ETA = 0.3  # so that neither it nor 1/ETA is a factor that another slip has


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
    x, y = real(x, "x"), real(y, "y")
    steps = (
        ("cost_derivative", _cost_derivative),
        ("backprop", _backprop),
        ("update_mini_batch", _update),
    )
    found: list[Mark] = []
    for method, check in steps:
        if not net.overridden(method):
            continue
        try:
            right, said = check(net, x, y)
        except _OwnError as e:
            if method == "update_mini_batch" and not all(m.right for m in found):
                continue  # it calls what is wrong already
            raised = e.__cause__ is not None
            right, said = False, f"{e}{_on_equal_layers(net, method) if raised else ''}"
        found.append(Mark(method, right, said))
    return found


class _OwnError(Exception):
    """What a student's method raised or gave back that cannot be read; any other error is not theirs."""


def _called(net: Network, method: str, *given: Any, **named: Any) -> Any:
    """Call a method of the student's; what it raises is told with the line of their code."""
    before = [np.array(v) for v in given if isinstance(v, np.ndarray)]
    try:
        found = getattr(net, method)(*given, **named)
    except (Exception, SystemExit) as e:  # whatever a student's code may raise
        where = _line(e, getattr(type(net), method))
        raise _OwnError(ad.say("mark.raised", method=method, error=told(e)) + where) from e
    kept = [v for v in given if isinstance(v, np.ndarray)]
    if not all(np.array_equal(v, w) for v, w in zip(kept, before, strict=True)):
        raise _OwnError(ad.say("mark.changed", method=method))
    return found


def _line(e: BaseException, method: Any) -> str:
    """Say in which line of the student's file it was raised, and in which call of the library's."""
    if not hasattr(method, "__code__"):
        return ""
    frames = traceback.extract_tb(e.__traceback__)
    own = [i for i, f in enumerate(frames) if f.filename == method.__code__.co_filename]
    if not own:  # called with other arguments than it takes
        return ""
    line, further = frames[own[-1]].lineno, frames[own[-1] + 1 :]
    ours = further and Path(further[0].filename).parent.parent in LIBRARY
    if ours and not further[0].name.startswith("__"):
        return ad.say("mark.line_calls", line=line, name=further[0].name)
    return ad.say("mark.line", line=line)


def _begun(arrays: list[Any], like: Any) -> list[Any]:
    """Return arrays, with the plain 0 that a list was made with as zeros of the shape."""
    return [a if a.shape or a else np.zeros(np.shape(p)) for a, p in zip(arrays, like, strict=True)]


def _gradients(net: Network, x: Any, y: Any) -> tuple[list[Any], list[Any]]:
    """Return what the student's backprop gives for a mini-batch, as two lists of arrays."""
    try:
        nabla_b, nabla_w = two_lists(_called(net, "backprop", x, y), len(net.w))
    except ValueError as e:
        raise _OwnError(str(e)) from None
    return _begun(nabla_b, net.biases), _begun(nabla_w, net.weights)


def _on_equal_layers(net: Network, method: str) -> str:
    """Say what a slip that shows in the shapes is, where all layers are equally wide and it runs."""
    width = 4
    if set(net.sizes) == {width}:
        return ""
    rng = np.random.default_rng(0)
    try:
        twin = type(net)([width] * len(net.sizes))
        twin.weights = [rng.standard_normal((width, width)) for _ in net.weights]
        twin.biases = [rng.standard_normal((width, 1)) for _ in net.weights]
    except Exception:  # a class whose networks are made in another way
        return ""
    marks = mark(twin, rng.random((width, 3)), rng.random((width, 3)))
    said = next((m.said for m in marks if m.method == method and not m.right), "")
    again = said.startswith(ad.say("mark.raised", method=method, error=""))
    return ad.say("mark.equal_layers", said=said) if said and not again else ""


def _same(given: list[Any], others: list[Any]) -> bool:
    pairs = zip(map(np.asarray, given), map(np.asarray, others), strict=False)
    return len(given) == len(others) and all(
        g.shape == o.shape and np.allclose(g, o, rtol=BOUND, atol=0.0) for g, o in pairs
    )


def told(e: BaseException) -> str:
    """Return the first line of what an exception says, after its kind."""
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


def _cost_derivative(net: Network, x: Any, y: Any) -> tuple[bool, str]:
    a = _plain(net).feedforward(x)
    right = _plain(net).cost_derivative(a, y)
    found = _called(net, "cost_derivative", a, y)
    try:
        given = plain(found)
    except (TypeError, ValueError):
        got = type(found).__name__
        raise _OwnError(ad.say("mark.no_array", got=got, shape=right.shape)) from None
    name = f"dC/da^{net.num_layers}"
    held = ad.compare(autograd={name: right}, by_hand={name: given}, rtol=BOUND)
    if not held.agrees and not held.slip:
        for said, wrong in of_cost(a, y):
            if _same([given], [wrong]):
                return False, _likely(name, net.num_layers, said)
    return held.agrees, held.verdict


def _likely(name: str, layer: int, slip: str) -> str:
    where = ad.say("compare.layer", layer=layer)
    return ad.say("compare.first", name=name, where=where) + ad.say("compare.slip", slip=slip)


def _backprop(net: Network, x: Any, y: Any) -> tuple[bool, str]:
    """Hold each example's gradient against autograd; the first example that parts is told.

    Where nabla_w of a layer is right its error was, so what is wrong with nabla_b is BP3's.
    """
    for k in range(x.shape[1]):
        one = x[:, [k]], y[:, [k]]
        nabla_b, nabla_w = _gradients(net, *one)
        right = _run(net, *one)
        delta = [
            right.delta[i] if _same([nabla_w[i]], [right.nabla_w[i]]) else b
            for i, b in enumerate(nabla_b)
        ]
        found = _compare(net, right, SimpleNamespace(delta=delta, nabla_b=nabla_b, nabla_w=nabla_w))
        if not found.agrees:
            for whole in variants(_plain(net), *one):
                if _same(nabla_b, whole.nabla_b) and _same(nabla_w, whole.nabla_w):
                    return False, whole.said
            break
    return found.agrees, found.verdict


def _update(net: Network, x: Any, y: Any) -> tuple[bool, str]:
    """Hold one step against eq. 20 and 21, with the student's own backprop taken as it is."""
    before = [np.array(v) for v in (*net.weights, *net.biases)]
    right = _run(net, x, y)
    n, m = len(net.w), x.shape[1]
    if net.overridden("backprop"):
        given = [_gradients(net, x[:, [k]], y[:, [k]]) for k in range(m)]
        if any(
            g.shape != b.shape
            for one in given
            for g, b in zip(one[1] + one[0], before, strict=True)
        ):
            raise _OwnError  # backprop is wrong already, and the step has nothing to be held against
        right.delta = [np.hstack([b[i] for b, _ in given]) for i in range(n)]
        right.nabla_b = [sum(b[i] for b, _ in given) / m for i in range(n)]
        right.nabla_w = [sum(w[i] for _, w in given) / m for i in range(n)]
    rows = Rows(x.T, y.T)
    batch = pairs_of(rows, np.arange(len(rows.inputs)))
    takes = [k for k in inspect.signature(net.update_mini_batch).parameters if k in ("lmbda", "n")]

    def step(**more: float) -> list[Any]:
        _called(net, "update_mini_batch", batch, ETA, **{k: more[k] for k in takes})
        after = (*net.weights, *net.biases)
        net.weights, net.biases = before[:n], before[n:]
        return [(b - np.asarray(v)) / ETA for b, v in zip(before, after, strict=True)]

    moved = step(lmbda=0.0, n=m)
    found = _compare(net, right, SimpleNamespace(nabla_w=moved[:n], nabla_b=moved[n:]))
    if not found.agrees:
        factors = {"no_eta": 1 / ETA, "no_eta_no_m": m / ETA, "eta_twice": ETA, "times_m": m * m}
        for kind, part in (("nabla_b", moved[n:]), ("nabla_w", moved[:n])):
            for key, factor in factors.items():
                if _same(part, [factor * v for v in getattr(right, kind)]):
                    return False, _likely(f"{kind}^{n + 1}", n + 1, ad.say(f"mark.{key}"))
    elif "lmbda" in takes:  # network2's step, (1 - eta lmbda/n) w before the gradient
        decayed = [g + LMBDA / (3 * m) * w for g, w in zip(moved[:n], before[:n], strict=True)]
        if not _same(step(lmbda=LMBDA, n=3 * m), [*decayed, *moved[n:]]):
            return False, ad.say("mark.decay")
    return found.agrees, found.verdict
