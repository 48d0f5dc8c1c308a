"""Recurrent layers: a state that goes along a sequence, by plain steps, by LSTM or by GRU.

A sequence is (..., t, n), its examples first. What comes from the inputs is one matrix product for all
places; only what comes from the state is computed place by place. Weights are laid out as PyTorch's
are: the rows of an LSTM's gates are i, f, g, o, those of a GRU's r, z, n.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff as ad
from nets.layers.linear import linear
from nets.layers.module import Module, generator, given, uniform, whole


def rnn_cell(gates: Any, h: Any, w: Any, b: Any = None) -> Any:
    """Return h' = tanh(gates + w h + b), `gates` being w_x x + b_x.

    Shapes: gates and h (..., n), w (n, n), b (n,).

    >>> rnn_cell(np.zeros(1), np.array([1.0]), np.array([[0.0]]))
    array([0.])
    """
    return ad.tanh(gates + linear(h, w, b))


def lstm_cell(gates: Any, state: tuple[Any, Any], w: Any, b: Any = None) -> tuple[Any, Any]:
    """Return h' = o tanh(c') and c' = f c + i g, with i, f, g, o from gates + w h + b.

    i, f and o are sigmoids, g is a tanh. Shapes: gates (..., 4 n), state (h, c) of (..., n) each,
    w (4 n, n), b (4 n,).

    >>> h, c = lstm_cell(np.zeros(4), (np.zeros(1), np.array([2.0])), np.zeros((4, 1)))
    >>> c
    array([1.])
    """
    h, c = state
    n = h.shape[-1]
    z = gates + linear(h, w, b)
    i, f, g, o = (z[..., k * n : (k + 1) * n] for k in range(4))
    c = ad.sigmoid(f) * c + ad.sigmoid(i) * ad.tanh(g)
    return ad.sigmoid(o) * ad.tanh(c), c


def gru_cell(gates: Any, h: Any, w: Any, b: Any = None) -> Any:
    """Return h' = z h + (1 - z) n with n = tanh(gates_n + r (w_n h + b_n)).

    r and z are the sigmoids of their rows of gates + w h + b. Shapes: gates (..., 3 n), h (..., n),
    w (3 n, n), b (3 n,).

    >>> gru_cell(np.zeros(3), np.array([1.0]), np.zeros((3, 1)))
    array([0.5])
    """
    n = h.shape[-1]
    own = linear(h, w, b)
    r = ad.sigmoid(gates[..., :n] + own[..., :n])
    z = ad.sigmoid(gates[..., n : 2 * n] + own[..., n : 2 * n])
    new = ad.tanh(gates[..., 2 * n :] + r * own[..., 2 * n :])
    return new + z * (h - new)


def run(
    cell: Callable[..., Any],
    x: Any,
    state: Any,
    w_x: Any,
    w_h: Any,
    b_x: Any = None,
    b_h: Any = None,
) -> tuple[Any, Any]:
    """Run a cell along a sequence; return the outputs of all places and the last state.

    Shapes: x (..., t, n), result (..., t, m). A cell's output is its state, or the first of it.

    >>> y, h = run(rnn_cell, np.zeros((3, 2)), np.zeros(1), np.zeros((1, 2)), np.zeros((1, 1)))
    >>> y.shape, h.shape
    ((3, 1), (1,))
    """
    gates = linear(x, w_x, b_x)
    outputs = []
    for t in range(x.shape[-2]):
        state = cell(gates[..., t, :], state, w_h, b_h)
        outputs.append(state[0] if isinstance(state, tuple) else state)
    return np.stack(outputs, axis=-2), state


class Recurrent(Module):
    """What `RNN`, `LSTM` and `GRU` share: weights of `layers` layers, from U(-1, 1)/sqrt(width).

    Called with x (..., t, inputs) and, if wanted, the states to begin with (a tuple, one a layer; 0
    unless given); returns the last layer's outputs (..., t, width) and the tuple of last states.
    """

    rows: int  # of weights, in widths
    cell: Callable[..., Any]

    def __init__(
        self, inputs: int, width: int, layers: int = 1, bias: bool = True, rng: Any = None,
        dtype: Any = np.float64,
    ) -> None:  # fmt: skip
        name = type(self).__name__
        self.inputs, self.width = whole(inputs, f"{name}: inputs"), whole(width, f"{name}: width")
        self.layers = whole(layers, f"{name}: layers")
        drawn, n = generator(rng), self.rows * width
        sizes = [inputs, *[width] * (layers - 1)]
        self.w_x = [uniform(drawn, (n, size), width, dtype, "w_x") for size in sizes]
        self.w_h = [uniform(drawn, (n, width), width, dtype, "w_h") for _ in sizes]
        self.b_x = [uniform(drawn, (n,), width, dtype, "b_x") for _ in sizes] if bias else None
        self.b_h = [uniform(drawn, (n,), width, dtype, "b_h") for _ in sizes] if bias else None

    def start(self, zero: Any) -> Any:
        """Return the state of one layer before the first place."""
        return zero

    def forward(self, x: Any, states: Any = None) -> tuple[Any, tuple[Any, ...]]:
        """Return the outputs (..., t, width) and the last states."""
        name = f"{type(self).__name__}({self.inputs}, {self.width})"
        x = given(x, f"{name}: x")
        if x.ndim < 2 or x.shape[-1] != self.inputs or not x.shape[-2]:
            raise ValueError(f"{name}: takes (..., t, {self.inputs}), and x has shape {x.shape}")
        zero = np.zeros((*x.shape[:-2], self.width), x.dtype)
        states = (self.start(zero),) * self.layers if states is None else states
        if len(states) != self.layers:
            raise ValueError(f"{name}: {len(states)} states are given for {self.layers} layers")
        last = []
        for k, state in enumerate(states):
            biases = [b and b[k] for b in (self.b_x, self.b_h)]
            x, state = run(type(self).cell, x, state, self.w_x[k], self.w_h[k], *biases)
            last.append(state)
        return x, tuple(last)


class RNN(Recurrent):
    """A state h' = tanh(w_x x + b_x + w_h h + b_h); see `Recurrent`.

    >>> y, states = RNN(3, 5, rng=0)(np.ones((2, 7, 3)))
    >>> y.shape, states[0].shape
    ((2, 7, 5), (2, 5))
    """

    rows = 1
    cell = staticmethod(rnn_cell)


class LSTM(Recurrent):
    """Long short-term memory, see `lstm_cell`; the state of a layer is (h, c). See `Recurrent`.

    >>> y, ((h, c),) = LSTM(3, 5, rng=0)(np.ones((2, 7, 3)))
    >>> y.shape, c.shape
    ((2, 7, 5), (2, 5))
    """

    rows = 4
    cell = staticmethod(lstm_cell)

    def start(self, zero: Any) -> Any:
        """Return (h, c) of one layer before the first place."""
        return zero, zero


class GRU(Recurrent):
    """Gated recurrent unit, see `gru_cell` and `Recurrent`.

    >>> GRU(3, 5, layers=2, rng=0)(np.ones((7, 3)))[0].shape
    (7, 5)
    """

    rows = 3
    cell = staticmethod(gru_cell)
