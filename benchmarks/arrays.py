"""Array graphs: a training step over the same step by hand on numpy, and backward over forward."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks.timing import in_a_fresh_process, together
from nets.closed_form import Buffers, sgd_step
from nets.network import Network
from nets.optim import SGD

ETA = 0.01
RUNS = 500


def drawn(sizes: list[int], batch: int) -> tuple[Network, Any, Any, list[Any], list[Any]]:
    """Return a network, a mini-batch, and the network's weights and biases as arrays to change."""
    draw = np.random.default_rng(0)
    net = Network(sizes, seed=0)
    y = np.eye(sizes[-1])[:, draw.integers(sizes[-1], size=batch)]
    w, b = [np.array(p) for p in net.weights], [np.array(p) for p in net.biases]
    return net, draw.random((sizes[0], batch)), y, w, b


def step(sizes: list[int], batch: int) -> float:
    """Return the training step on Tensors over `closed_form.sgd_step` with buffers."""
    net, x, y, w, b = drawn(sizes, batch)
    parameters, inputs, targets = [*net.w, *net.b], ad.constant(x), ad.constant(y)

    def cost() -> ad.Tensor:
        a = inputs
        for weight, bias in zip(net.w, net.b, strict=True):
            a = ad.sigmoid(weight @ a + bias)
        return ad.quadratic_cost(a, targets)

    def step() -> None:
        for p, gradient in zip(parameters, ad.gradient(cost(), parameters), strict=True):
            p.assign_sub(gradient, ETA)

    return compared(step, lambda: [p.data for p in parameters], (w, b), (x, y))


def named(sizes: list[int], batch: int) -> float:
    """Return the same by `Network.step`, which checks its input and names every node and layer."""
    net, x, y, w, b = drawn(sizes, batch)
    optimiser, inputs, targets = SGD(ETA), ad.constant(x), ad.constant(y)

    def step() -> None:
        net.step(inputs, targets, optimiser)

    return compared(step, lambda: [*net.weights, *net.biases], (w, b), (x, y))


def by_hand(sizes: list[int], batch: int) -> float:
    """Return the same by hand, cost included, each result a new array: numpy as eager engines use it."""
    net, x, y, w, b = drawn(sizes, batch)
    weights, biases = ([np.array(p) for p in found] for found in (net.weights, net.biases))

    def step() -> None:
        a = [x]
        for weight, bias in zip(weights, biases, strict=True):
            a.append(1.0 / (1.0 + np.exp(-(weight @ a[-1] + bias))))
        away = a[-1] - y
        cost = 0.5 * np.sum(away * away) / batch
        assert cost >= 0.0
        delta = away / batch * (a[-1] * (1.0 - a[-1]))
        for k in range(len(weights) - 1, -1, -1):
            nabla_w, nabla_b = delta @ a[k].T, delta.sum(axis=1, keepdims=True)
            if k:
                delta = (weights[k].T @ delta) * (a[k] * (1.0 - a[k]))
            nabla_w *= ETA
            nabla_b *= ETA
            weights[k] -= nabla_w
            biases[k] -= nabla_b

    return compared(step, lambda: [*weights, *biases], (w, b), (x, y))


def replayed(sizes: list[int], batch: int) -> float:
    """Return the replayed step, its update fused and in place, over `closed_form.sgd_step`."""
    net, x, y, w, b = drawn(sizes, batch)
    n = len(w)

    def descend(*args: ad.Tensor) -> list[ad.Tensor]:
        *parameters, x, y, eta = args
        a = x
        for weight, bias in zip(parameters[:n], parameters[n:], strict=True):
            a = ad.sigmoid(weight @ a + bias)
        cost = ad.quadratic_cost(a, y)
        steps = ad.gradient(cost, parameters, seed=eta, create_graph=True)
        return [p - s for p, s in zip(parameters, steps, strict=True)]

    inputs = [ad.constant(x), ad.constant(y), ad.constant(np.array(ETA))]
    program = ad.trace(descend, *net.w, *net.b, *inputs, donate_argnums=tuple(range(2 * n)))
    state = [np.array(p) for p in (*net.weights, *net.biases)]

    def step() -> None:
        state[:] = program(*state, x, y, ETA)

    return compared(step, lambda: state, (w, b), (x, y))


def compared(
    step: Callable[[], None], parameters: Callable[[], Any], closed: Any, example: Any
) -> float:
    """Return a step over that of the closed form; both must end at the same weights and biases."""
    w, b = closed
    buffers = Buffers(w, example[0].shape[1])
    ours, theirs = together(RUNS, step, lambda: sgd_step(w, b, *example, ETA, buffers=buffers))
    for p, q in zip(parameters(), (*w, *b), strict=True):
        if not np.allclose(p, q, rtol=1e-9, atol=1e-12):
            raise ArithmeticError("the two steps have parted: the comparison is void")
    return ours / theirs


def backward(sizes: list[int], batch: int) -> float:
    """Return forward + backward over forward alone."""
    draw = np.random.default_rng(0)
    w = [ad.Tensor(draw.normal(size=(m, n)) / n**0.5) for n, m in pairwise(sizes)]
    x = ad.constant(draw.random((sizes[0], batch)))

    def forward() -> ad.Tensor:
        a = x
        for weight in w:
            a = ad.relu(weight @ a)
        return a.sum()

    both, alone = together(12, lambda: ad.gradient(forward(), w), forward)
    return both / alone


def import_time() -> float:
    """Return the milliseconds that importing autodiff takes after numpy."""
    calls = [in_a_fresh_process("benchmarks.timing.timed_import()") for _ in range(7)]
    return float(np.median(calls))
