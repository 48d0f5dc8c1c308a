"""Where learning starts: how the weights and biases of a new network are drawn.

An initializer draws the weight matrix (n_out, n_in) of one layer. Biases are drawn from N(0, 1)
where the documents do so and are 0 elsewhere. Weights must not start equal, or the neurons of a
layer would stay equal for ever.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Initializer:
    """The standard deviation of the weights as a function of (n_out, n_in), and of the biases."""

    name: str
    weights: Callable[[int, int], float]
    biases: float


INITIALIZERS = {
    i.name: i
    for i in (
        Initializer("normal", lambda n_out, n_in: 1.0, 1.0),
        Initializer("scaled", lambda n_out, n_in: float(n_in**-0.5), 1.0),
        Initializer("xavier", lambda n_out, n_in: float((2.0 / (n_in + n_out)) ** 0.5), 0.0),
        Initializer("he", lambda n_out, n_in: float((2.0 / n_in) ** 0.5), 0.0),
    )
}


def check_sizes(sizes: Sequence[int]) -> list[int]:
    """Return the sizes as a list, or raise a ValueError that says what they must be."""
    try:
        listed = list(sizes)
    except TypeError:
        listed = []
    whole = (isinstance(n, int | np.integer) and not isinstance(n, bool) for n in listed)
    if len(listed) < 2 or not all(whole) or min(listed) < 1:
        raise ValueError(
            f"sizes is {sizes!r:.80}: it must list at least two positive whole numbers, the inputs "
            f"and then the neurons of each layer, such as [784, 30, 10]"
        )
    return [int(n) for n in listed]


def seeded(seed: int | None) -> np.random.Generator:
    """Make the generator that everything of a network is drawn from; None seeds it by chance."""
    if seed is not None and (not isinstance(seed, int | np.integer) or seed < 0):
        raise ValueError(f"the seed is {seed!r}: it must be a whole number of at least 0, or None")
    return np.random.default_rng(seed)


def draw_parameters(
    initializer: str | Initializer, sizes: list[int], rng: np.random.Generator
) -> tuple[list[Array], list[Array]]:
    """Draw the weights (y, x) and biases (y, 1) of every layer after the input, biases first.

    "normal" is N(0, 1) for both, as the documents begin; "scaled" divides the weights by
    sqrt(n_in), the better start of chapter 3; "he" suits relu, "xavier" tanh.

    >>> w, b = draw_parameters("normal", [2, 3, 1], np.random.default_rng(0))
    >>> [v.shape for v in w], [v.shape for v in b]
    ([(3, 2), (1, 3)], [(3, 1), (1, 1)])
    """
    if isinstance(initializer, str):
        if initializer not in INITIALIZERS:
            raise ValueError(
                f"no initializer is called {initializer!r}: choose one of {', '.join(INITIALIZERS)}"
            )
        initializer = INITIALIZERS[initializer]
    biases: list[Array] = [initializer.biases * rng.standard_normal((y, 1)) for y in sizes[1:]]
    weights: list[Array] = [
        initializer.weights(y, x) * rng.standard_normal((y, x))
        for x, y in itertools.pairwise(sizes)
    ]
    return weights, biases
