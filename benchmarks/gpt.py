"""One training step of the character GPT on a name of seven letters, 4,192 parameters, with Adam.

Four forms: written with Values and Adam by hand, with the optimiser of `nets`, as a program by `jit`,
and by hand in numpy; beside them micrograd's Value with the two functions that it lacks, and floats.
"""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

import autodiff as ad
from benchmarks.timing import blocks, together
from nets.closed_form import gpt as by_hand
from nets.gpt import GPT, encode
from nets.optim import Adam

NAME = "matilda"
ETA, BETA1, BETA2, EPSILON = 0.01, 0.85, 0.99, 1e-8


def adam_by_hand(parameters: list[Any]) -> Callable[[], None]:
    """Return a step of Adam as one writes it for micrograd."""
    m, v = [0.0] * len(parameters), [0.0] * len(parameters)
    t = 0

    def step() -> None:
        nonlocal t
        t += 1
        for i, p in enumerate(parameters):
            g = p.grad
            m[i] = BETA1 * m[i] + (1 - BETA1) * g
            v[i] = BETA2 * v[i] + (1 - BETA2) * g * g
            p.data -= ETA * (m[i] / (1 - BETA1**t)) / ((v[i] / (1 - BETA2**t)) ** 0.5 + EPSILON)
            p.grad = 0

    return step


def written(gpt: GPT, update: Callable[[], None]) -> Callable[[], None]:
    """Return a whole step: build, backward, update, free."""

    def step() -> None:
        gpt.cost(encode(NAME)).backward()
        update()

    return step


def micrograd_gpt() -> GPT:
    """Return the model on micrograd's Value, with exp and log as its users add them."""
    from micrograd.engine import Value

    def unary(x: Any, y: float, d: float) -> Any:
        out = Value(y, (x,))

        def back() -> None:
            x.grad += d * out.grad

        out._backward = back
        return out

    def exp(x: Any) -> Any:
        y = math.exp(x.data)
        return unary(x, y, y)

    def log(x: Any) -> Any:
        return unary(x, math.log(x.data), 1 / x.data)

    return GPT(Value, exp, log, Value.relu)


def eager() -> dict[str, float]:
    """Return milliseconds of a step with Adam by hand and with `nets`, and ours over micrograd's."""
    ours, theirs, fast = GPT(), None, GPT()
    adam = Adam(ETA, beta1=BETA1, beta2=BETA2, epsilon=EPSILON)
    parameters = fast.parameters()
    jobs = [
        written(ours, adam_by_hand(ours.parameters())), written(fast, lambda: adam.update(parameters))
    ]  # fmt: skip
    by_hand_ms, nets_ms = (1e3 * t for t in blocks(*jobs))
    found = {"ms, Adam by hand": by_hand_ms, "ms, Adam of nets": nets_ms}
    try:
        theirs = micrograd_gpt()
    except ImportError:
        return found
    a, b = together(3, written(theirs, adam_by_hand(theirs.parameters())), jobs[0])
    return found | {"/ micrograd's class": b / a}


def floats() -> float:
    """Return milliseconds of the cost alone on plain floats."""
    plain = GPT(float, math.exp, math.log, lambda v: v if v > 0 else 0.0, max)
    return 1e3 * blocks(lambda: plain.cost(encode(NAME)))[0]


class ArrayAdam:
    """Adam on one vector in numpy, in place."""

    def __init__(self, n: int) -> None:
        self.m, self.v, self.s = np.zeros(n), np.zeros(n), np.zeros(n)
        self.t = 0

    def update(self, w: Any, g: Any) -> None:
        self.t += 1
        m, v, s = self.m, self.v, self.s
        m *= BETA1
        np.multiply(g, 1 - BETA1, out=s)
        m += s
        v *= BETA2
        np.multiply(g, g, out=s)
        s *= 1 - BETA2
        v += s
        np.divide(v, 1 - BETA2**self.t, out=s)
        np.sqrt(s, out=s)
        s += EPSILON
        np.divide(m, s, out=s)
        s *= ETA / (1 - BETA1**self.t)
        w -= s


def matrices(w: Any) -> dict[str, Any]:
    """Return the model's matrices as views of one vector."""
    found, place = {}, 0
    from nets.gpt import SIZES

    for name, (m, n) in SIZES.items():
        found[name] = w[place : place + m * n].reshape(m, n)
        place += m * n
    return found


def vector() -> Any:
    return np.array([p.data for p in GPT().parameters()])


def jitted_cost() -> Any:
    """Return the cost as a function of the matrices and the tokens, recorded once a length."""
    model = GPT(largest=lambda z: reduce(ad.maximum, z), pick=ad.pick)

    def cost(weights: Any, tokens: Any) -> Any:
        model.weights = weights
        return model.cost(tokens)

    return ad.jit(cost)


def jit() -> dict[str, float]:
    """Return microseconds of a step with Adam: our program, bound, and by hand in numpy."""
    cost, tokens = jitted_cost(), np.array(encode(NAME))
    w, w2, w3 = vector(), vector(), vector()
    shown, other = matrices(w), matrices(w3)
    ours, hand = ArrayAdam(len(w)), ArrayAdam(len(w))
    flat = Adam(ETA, beta1=BETA1, beta2=BETA2, epsilon=EPSILON)
    parameters = {k: ad.Tensor(x) for k, x in matrices(w2).items()}

    def program() -> None:
        _, gradient = cost.value_and_grad(shown, tokens)
        ours.update(w, np.concatenate([g.ravel() for g in gradient.values()]))

    def with_nets() -> None:
        _, gradient = cost.value_and_grad({k: p.data for k, p in parameters.items()}, tokens)
        flat.step(list(parameters.values()), [], list(gradient.values()), [])

    def numpy() -> None:
        _, gradient = by_hand.cost_and_gradient(other, tokens)
        hand.update(w3, np.concatenate([gradient[k].ravel() for k in other]))

    names = ("us, called", "us, called, Adam of nets", "us, numpy by hand")
    return {
        n: 1e6 * t for n, t in zip(names, blocks(program, with_nets, numpy), strict=True)
    }  # fmt: skip
