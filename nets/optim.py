"""Optimisers: how a gradient becomes a step of the weights and biases.

Each takes the parameters (nodes) and the gradients of the average cost, and rebinds `p.data`. The
regularisation terms of chapter 3 are added to the gradient of the weights, never to that of the
biases: lambda/n w for L2 and lambda/n sign(w) for L1. All state is a dictionary of arrays, so that
a checkpoint can hold it. `update` is the same in one call for a list of parameters, single Values
among them, whose gradients `backward` left in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets.clipping import clip_by_norm as clip_by_norm
from nets.clipping import clip_by_value as clip_by_value
from nets.schedules import SCHEDULES as SCHEDULES
from nets.schedules import cosine_rate as cosine_rate
from nets.schedules import one_cycle_rate as one_cycle_rate

Array = NDArray[np.floating[Any]]


def check_rates(eta: Any, **regularisation: Any) -> None:
    """Raise a ValueError where the learning rate is not positive, or a regularisation is below 0."""
    for name, value in {"eta": eta, **regularisation}.items():
        real = isinstance(value, int | float | np.integer | np.floating)
        if isinstance(value, bool) or not real:
            raise ValueError(f"{name} is {value!r:.60}: it must be a number")
    if not (np.isfinite(eta) and eta > 0):
        raise ValueError(f"the learning rate eta is {eta}: it must be a positive number")
    for name, value in regularisation.items():
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"the regularisation {name} is {value}: it must be 0 or more")


@dataclass
class Optimiser:
    """Gradient descent, v -> v - eta grad C (eq. 15), and what all optimisers share.

    `l2` and `l1` are lambda/n, the weight of the regularisation term for a set of n examples.

    >>> import autodiff as ad
    >>> w = ad.Tensor([[1.0]])
    >>> Optimiser(eta=0.5).step([w], [], [np.array([[2.0]])], [])
    >>> w.data
    array([[0.]])
    """

    kept: ClassVar[tuple[str, ...]] = ()  # what `state` has for each parameter, by suffix

    eta: float
    l2: float = 0.0
    l1: float = 0.0
    state: dict[str, Array] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_rates(self.eta, l2=self.l2, l1=self.l1)

    @np.errstate(over="ignore", invalid="ignore")  # a run that diverges is told by its cost
    def step(
        self,
        weights: Sequence[Any],
        biases: Sequence[Any],
        nabla_w: Sequence[Array],
        nabla_b: Sequence[Array],
    ) -> None:
        """Change every parameter once, given the gradients of the cost in the same order."""
        for layer, (w, g) in enumerate(zip(weights, nabla_w, strict=True), start=2):
            if self.l2:
                g = g + self.l2 * w.data
            if self.l1:
                g = g + self.l1 * np.sign(w.data)
            self.descend(w, f"w^{layer}", g)
        for layer, (b, g) in enumerate(zip(biases, nabla_b, strict=True), start=2):
            self.descend(b, f"b^{layer}", g)

    def descend(self, p: Any, key: str, g: Array) -> None:
        """Change one parameter, called `key`, given its gradient."""
        p.assign_sub(g, self.eta)

    def update(self, parameters: Sequence[Any]) -> None:
        """Change every parameter by the gradient in it, and forget the gradient; see `apply`.

        >>> import autodiff as ad
        >>> w, b = ad.Value(1.0), ad.Value(0.0)
        >>> sgd = SGD(eta=0.5)
        >>> ((2 * w + b) ** 2).backward()
        >>> sgd.update([w, b])
        >>> w.data, b.data, w.grad
        (-3.0, -2.0, 0.0)
        """
        for p in parameters:
            if not isinstance(p, ad.Value | ad.Tensor) or p.parents or p.is_constant:
                raise TypeError(f"update: the parameters must be leaves, found {p!r:.60}")
        self.apply(parameters, [p.grad for p in parameters])
        for p in parameters:
            p.zero_grad()

    def apply(
        self, parameters: Sequence[Any], gradients: Sequence[Any], clip: float | None = None
    ) -> None:
        """Change every parameter by the gradient given for it; see `clip_by_norm` for `clip`.

        The parameters are Values and Tensors, always the same list; l2 and l1 hold for all of them. A
        ValueError names shapes that differ, or says that the parameters are others than before.

        >>> import autodiff as ad
        >>> w = ad.Tensor([1.0, 2.0])
        >>> SGD(eta=0.5).apply([w], [np.array([30.0, 40.0])], clip=5.0)
        >>> w.data
        array([-0.5,  0. ])
        """
        pairs = list(zip(parameters, gradients, strict=True))
        for p, g in pairs:
            if np.shape(p.data) != np.shape(g):
                raise ValueError(
                    f"apply: a parameter of shape {np.shape(p.data)} has a gradient of shape {np.shape(g)}"
                )
        numbers = Numbers([p for p in parameters if isinstance(p, ad.Value)])
        nodes = [numbers, *(p for p in parameters if not isinstance(p, ad.Value))]
        single = np.array([g for p, g in pairs if isinstance(p, ad.Value)])
        found = [single, *(g for p, g in pairs if not isinstance(p, ad.Value))]
        for key, held in self.state.items():
            place = int(key.partition("^")[2].partition(".")[0]) - 2
            if place >= len(nodes) or (held.ndim and held.shape != nodes[place].data.shape):
                raise ValueError(
                    "update: these are not the parameters of the update before, of which the "
                    "optimiser keeps its means; make an optimiser for each list of parameters"
                )
        self.step(nodes, [], found if clip is None else clip_by_norm(found, clip), [])


class Numbers:
    """Values as one array, for rules that are written for arrays; w^2 in the optimiser's state."""

    def __init__(self, nodes: Sequence[ad.Value]) -> None:
        self.nodes = nodes
        self.data = np.array([p.data for p in nodes])

    def assign_sub(self, change: Array, scale: float = 1.0) -> None:
        """Subtract scale * change from the Values' numbers."""
        for p, x in zip(self.nodes, (self.data - scale * change).tolist(), strict=True):
            p.data = x


class SGD(Optimiser):
    """Stochastic gradient descent, v -> v - eta grad C (eq. 20, 21)."""


@dataclass
class Momentum(Optimiser):
    """Gradient descent with a velocity: v -> mu v - eta grad C, w -> w + v (eq. 107, 108)."""

    kept: ClassVar[tuple[str, ...]] = ("",)

    mu: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.mu < 1:
            raise ValueError(f"the momentum mu is {self.mu}: it must be at least 0 and below 1")

    def descend(self, p: Any, key: str, g: Array) -> None:
        """Add v, which is kept for the next step."""
        v = self.state.get(key)
        v = -self.eta * g if v is None else self.mu * v - self.eta * g
        self.state[key] = v
        p.assign_sub(v, -1.0)


@dataclass
class Adam(Optimiser):
    """Adam: steps of about eta, from running means of the gradient and of its square."""

    kept: ClassVar[tuple[str, ...]] = (".t", ".m", ".v")

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def descend(self, p: Any, key: str, g: Array) -> None:
        """Subtract eta m / (sqrt(v) + epsilon) with the means m and v corrected for their start."""
        state = self.state
        t = state.get(f"{key}.t", np.zeros(())) + 1.0
        m = self.beta1 * state.get(f"{key}.m", 0.0) + (1.0 - self.beta1) * g
        v = self.beta2 * state.get(f"{key}.v", 0.0) + (1.0 - self.beta2) * g * g
        state[f"{key}.t"], state[f"{key}.m"], state[f"{key}.v"] = np.asarray(t), m, v
        unbiased = np.sqrt(v / (1.0 - self.beta2**t))
        step = (self.eta / (1.0 - self.beta1**t)) * m / (unbiased + self.epsilon)
        p.assign_sub(np.asarray(step, dtype=g.dtype))


@dataclass
class AdamW(Adam):
    """Adam with weights that decay by themselves: w -> w - eta decay w, beside Adam's step.

    >>> import autodiff as ad
    >>> w = ad.Tensor([2.0])
    >>> AdamW(eta=0.1, decay=0.5).apply([w], [np.zeros(1)])
    >>> w.data
    array([1.9])
    """

    decay: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        check_rates(self.eta, decay=self.decay)

    def descend(self, p: Any, key: str, g: Array) -> None:
        """Let the weight decay, then take Adam's step."""
        p.assign_sub(p.data, self.eta * self.decay)
        super().descend(p, key, g)


@dataclass
class AdaGrad(Optimiser):
    """AdaGrad: eta g / (sqrt(s) + epsilon), s being the sum of all squares of g so far.

    >>> import autodiff as ad
    >>> w, ada = ad.Tensor([2.0]), AdaGrad(eta=0.5)
    >>> ada.apply([w], [np.array([3.0])])
    >>> w.data
    array([1.5])
    """

    kept: ClassVar[tuple[str, ...]] = (".s",)

    epsilon: float = 1e-10

    def descend(self, p: Any, key: str, g: Array) -> None:
        """Subtract the gradient, divided by the root of what all gradients were."""
        s = self.state.get(f"{key}.s", 0.0) + g * g
        self.state[f"{key}.s"] = s
        p.assign_sub(np.asarray(g / (np.sqrt(s) + self.epsilon), dtype=g.dtype), self.eta)


@dataclass
class AdaDelta(Optimiser):
    """AdaDelta: steps as large as the steps before them, sqrt(d + epsilon) / sqrt(s + epsilon) g.

    s and d are running means of the squares of the gradients and of the steps; eta scales the step,
    and is 1 in the rule as it was published.

    >>> import autodiff as ad
    >>> w, ada = ad.Tensor([2.0]), AdaDelta(eta=1.0)
    >>> ada.apply([w], [np.array([3.0])])
    >>> bool(1.99 < w.data[0] < 2.0)
    True
    """

    kept: ClassVar[tuple[str, ...]] = (".s", ".d")

    rho: float = 0.9
    epsilon: float = 1e-6

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rho < 1:
            raise ValueError(f"rho is {self.rho}: it must be at least 0 and below 1")

    def descend(self, p: Any, key: str, g: Array) -> None:
        """Subtract the gradient in units of the steps before."""
        d = self.state.get(f"{key}.d", np.zeros_like(g))
        s = self.rho * self.state.get(f"{key}.s", 0.0) + (1.0 - self.rho) * g * g
        change = np.asarray(np.sqrt((d + self.epsilon) / (s + self.epsilon)) * g, dtype=g.dtype)
        self.state[f"{key}.s"] = s
        self.state[f"{key}.d"] = self.rho * d + (1.0 - self.rho) * change * change
        p.assign_sub(change, self.eta)


OPTIMISERS: dict[str, type[Optimiser]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adam": Adam,
    "adamw": AdamW,
    "adagrad": AdaGrad,
    "adadelta": AdaDelta,
}


def as_optimiser(optimiser: str, eta: float, l2: float = 0.0, l1: float = 0.0) -> Optimiser:
    """Make an optimiser by name.

    >>> as_optimiser("momentum", 0.1)
    Momentum(eta=0.1, l2=0.0, l1=0.0, mu=0.9)
    """
    if optimiser not in OPTIMISERS:
        raise ValueError(
            f"no optimiser is called {optimiser!r}: choose one of {', '.join(OPTIMISERS)}"
        )
    return OPTIMISERS[optimiser](eta, l2, l1)
