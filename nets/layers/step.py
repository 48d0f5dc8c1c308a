"""A training step as a recorded program: cost, gradients and moved buffers in one call without nodes."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff as ad
from nets.layers.dropout import Dropout
from nets.layers.module import Module
from nets.optim import Optimiser


class Step:
    """One step of training: `step(*batch)` returns the cost before it.

    `cost(model, *batch)` computes one number; a batch is arrays of floats (`one_hot` makes them of whole
    numbers). The first call of a shape records a program, the next ones run it on new numbers and on
    the parameters as they are; noise is drawn anew for each step, running means move as they do in
    `model(x)`. `clip` bounds the norm of all gradients together.

    >>> from nets.layers import Linear, mse_loss
    >>> from nets.optim import SGD
    >>> model = Linear(1, 1, rng=0)
    >>> step = Step(model, lambda m, x, y: mse_loss(m(x), y), SGD(0.1))
    >>> x = np.array([[0.0], [1.0]])
    >>> for _ in range(200):
    ...     cost = step(x, 3.0 * x - 1.0)
    >>> cost < 1e-4
    True
    """

    def __init__(
        self,
        model: Module,
        cost: Callable[..., Any],
        optimiser: Optimiser,
        clip: float | None = None,
    ) -> None:
        self.model, self.cost, self.optimiser, self.clip = model, cost, optimiser, clip
        self.program: Any = None
        self.shapes: tuple[Any, ...] = ()

    def __call__(self, *batch: Any) -> float:
        """Take a step down the gradient of a batch's cost, and return the cost before it."""
        model = self.model
        for i, x in enumerate(batch):
            if np.asarray(x).dtype.kind not in "f":
                raise ValueError(
                    f"Step: argument {i} of the batch is of {np.asarray(x).dtype}, and a program takes "
                    f"floats as inputs: give labels and tokens as one_hot rows"
                )
        self._draw(batch)
        if self.program is None:
            constants = [ad.constant(np.asarray(x)) for x in batch]
            self.program = ad.trace(self._cost_and_gradient, model, *constants)
        cost, gradient, moved = self.program(model, *batch)
        for buffer, new in zip((e.x for e in model._entries() if e.buffer), moved, strict=True):
            np.copyto(buffer, new)
        self.optimiser.apply(model.parameters(), model.gradients(gradient), self.clip)
        return float(cost)

    def _draw(self, batch: tuple[Any, ...]) -> None:
        """Draw the noise of this step; its shapes are those of a call on such a batch."""
        drops = [m for m in self.model.modules() if isinstance(m, Dropout) and m.p]
        if not drops or not self.model.training:
            return
        shapes = tuple(np.shape(x) for x in batch)
        if shapes != self.shapes:
            before = self.model.state_dict()
            with ad.no_grad():
                self.cost(self.model, *batch)
            self.model.load_state_dict(before)
            self.shapes = shapes
        for drop in drops:
            drop.redraw()

    def _cost_and_gradient(self, model: Any, *batch: Any) -> Any:
        def cost(copy: Any) -> Any:
            value = self.cost(copy, *batch)
            return value, [e.x for e in copy._entries() if e.buffer]

        (value, moved), gradient = ad.value_and_grad(cost, has_aux=True)(model)
        return value, gradient, moved
