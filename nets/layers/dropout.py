"""Dropout: in training each number is left out with probability p, the others are scaled up."""

from typing import Any

import numpy as np

import autodiff as ad
from nets.layers.module import Module, generator, given


def dropout(x: Any, p: float, noise: Any) -> Any:
    """Return x / (1 - p) where the noise is at least p, and 0 elsewhere.

    `noise` is drawn from U(0, 1), of the shape of x: with it the result is a function, which can be
    recorded and differentiated. A ValueError says if p or the shapes do not fit.

    >>> dropout(np.array([1.0, 2.0]), 0.5, np.array([0.4, 0.6]))
    array([0., 4.])
    """
    check(p, "dropout")
    x, noise = given(x, "dropout: x"), given(noise, "dropout: noise")
    if noise.shape != x.shape:
        raise ValueError(f"dropout: the noise has shape {noise.shape}, and x has shape {x.shape}")
    left = 1.0 - ad.step(p - noise)  # a comparison would be recorded with its outcome
    return x * (left * (1.0 / (1.0 - p)))


def check(p: Any, what: str) -> float:
    """Return a probability below 1, or raise a ValueError."""
    if isinstance(p, bool) or not isinstance(p, int | float | np.number) or not 0.0 <= p < 1.0:
        raise ValueError(f"{what}: p is {p!r:.60}: it must be at least 0 and below 1")
    return float(p)


class Dropout(Module):
    """`dropout` in training, and nothing in `eval`; the noise comes from a generator of its own.

    A call draws new noise and keeps it in `noise`. Inside a transform or a program nothing is drawn:
    the noise that is there is an input as all arrays of a module are, `redraw` makes it new (`Step`
    does that before each step); all samples of a `vmap` have the same. Give the module as an argument
    to what `ad.checkpoint` computes twice, too, for from outside it would draw twice.

    >>> drop = Dropout(0.5, rng=0)
    >>> drop(np.ones(6)), drop.eval()(np.ones(6))
    (array([2., 0., 0., 0., 2., 2.]), array([1., 1., 1., 1., 1., 1.]))
    """

    passing = ("noise",)
    noise: Any = None

    def __init__(self, p: float = 0.5, rng: Any = None) -> None:
        self.p = check(p, "Dropout")
        self._rng = generator(rng)

    def redraw(self) -> None:
        """Draw the noise of the last call anew."""
        if self.noise is not None:
            self.noise = self._rng.random(self.noise.shape).astype(self.noise.dtype)

    def forward(self, x: Any) -> Any:
        """Leave numbers of x out, of any shape."""
        x = given(x, "Dropout: x")
        if not self.training or not self.p:
            return x
        self._not_recorded("draw its noise")
        if self._copied is None:
            self.noise = self._rng.random(x.shape).astype(x.dtype)
        elif self.noise is None or self.noise.shape != x.shape:
            raise ValueError(
                f"Dropout: inside a transform or a program the noise is an input, and there is none of "
                f"shape {x.shape}; call the module once outside, or train by nets.layers.Step"
            )
        return dropout(x, self.p, self.noise)
