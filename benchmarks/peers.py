"""The same training step of [784, 30, 10], batch 10, float64, in the libraries that people know.

Each is written as its own documentation writes it and takes turns with the closed form; a library
that is not installed is said to be missing.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.timing import together
from nets.closed_form import Buffers, sgd_step

ETA, SIZES, BATCH = 0.01, (784, 30, 10), 10


def drawn() -> tuple[list[Any], list[Any], Any, Any]:
    """Return weights, biases, inputs and targets."""
    draw = np.random.default_rng(0)
    w = [draw.normal(size=(m, n)) for n, m in itertools.pairwise(SIZES)]
    b = [draw.normal(size=(m, 1)) for m in SIZES[1:]]
    y = np.eye(SIZES[-1])[:, draw.integers(SIZES[-1], size=BATCH)]
    return w, b, draw.random((SIZES[0], BATCH)), y


def over_closed_form(step: Callable[[], Any], runs: int = 200) -> float:
    """Return the time of a step over that of the closed form."""
    w, b, x, y = drawn()
    buffers = Buffers(w, BATCH)
    theirs, ours = together(runs, step, lambda: sgd_step(w, b, x, y, ETA, buffers=buffers))
    return theirs / ours


def torch() -> float:
    """PyTorch, eager."""
    import torch

    torch.set_num_threads(1)
    w, b, x, y = drawn()
    parameters = [torch.tensor(p, requires_grad=True) for p in (*w, *b)]
    w1, w2, b1, b2 = parameters
    inputs, targets = torch.tensor(x), torch.tensor(y)
    optimiser = torch.optim.SGD(parameters, lr=ETA)

    def step() -> None:
        a = torch.sigmoid(w2 @ torch.sigmoid(w1 @ inputs + b1) + b2)
        loss = ((a - targets) ** 2).sum() / (2 * BATCH)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return over_closed_form(step)


def jax() -> float:
    """JAX, compiled by jit, its memory donated."""
    import jax

    jax.config.update("jax_enable_x64", True)
    w, b, x, y = drawn()

    def loss(p: Any, x: Any, y: Any) -> Any:
        w1, w2, b1, b2 = p
        a = jax.nn.sigmoid(w2 @ jax.nn.sigmoid(w1 @ x + b1) + b2)
        return ((a - y) ** 2).sum() / (2 * BATCH)

    @jax.jit
    def descend(p: Any, x: Any, y: Any) -> Any:
        return jax.tree.map(lambda v, g: v - ETA * g, p, jax.grad(loss)(p, x, y))

    state = [jax.device_put(p) for p in (*w, *b)]
    inputs, targets = jax.device_put(x), jax.device_put(y)

    def step() -> None:
        nonlocal state
        state = descend(state, inputs, targets)
        jax.block_until_ready(state)

    return over_closed_form(step)


def mygrad() -> float:
    """MyGrad, without its memory guard."""
    import mygrad
    from mygrad.nnet.activations import sigmoid

    w, b, x, y = drawn()
    parameters = [mygrad.tensor(p) for p in (*w, *b)]
    mygrad.turn_memory_guarding_off()

    def step() -> None:
        w1, w2, b1, b2 = parameters
        a = sigmoid(w2 @ sigmoid(w1 @ x + b1) + b2)
        loss = ((a - y) ** 2).sum() / (2 * BATCH)
        loss.backward()
        for p in parameters:
            p.data -= ETA * p.grad
            p.null_grad()

    return over_closed_form(step)


def autograd() -> float:
    """HIPS autograd."""
    import autograd.numpy as anp
    from autograd import grad

    w, b, x, y = drawn()

    def sigmoid(z: Any) -> Any:
        return 1.0 / (1.0 + anp.exp(-z))

    def loss(p: Any) -> Any:
        w1, w2, b1, b2 = p
        a = sigmoid(anp.dot(w2, sigmoid(anp.dot(w1, x) + b1)) + b2)
        return anp.sum((a - y) ** 2) / (2 * BATCH)

    slope = grad(loss)
    parameters = [*w, *b]

    def step() -> None:
        for p, g in zip(parameters, slope(parameters), strict=True):
            p -= ETA * g

    return over_closed_form(step)
