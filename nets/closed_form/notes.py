"""The study notes' forms: sums over indices, an identity output, and matrices with 1/N.

The notes write u^(l) for the weighted input, z^(l) for the activation, d for the target, f for
the activation function and count the input as layer 1. `two_layers` and `multi_layer` read the
notes' sums literally, index by index, for one sample as a vector; `mini_batch` is the matrix form
for N samples as columns, with the bias spread by the product b 1_N^T.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nets.closed_form.functions import Activation, Array, as_activation


@dataclass(frozen=True, eq=False)
class TwoLayers:
    """The quantities of (4.3) to (4.8); dw2 and dw3 are dE_n/dw^(2) and dE_n/dw^(3)."""

    u2: Array
    z2: Array
    y: Array
    error: float
    delta3: Array
    delta2: Array
    dw3: Array
    dw2: Array


def two_layers(
    w2: Array, w3: Array, x: Array, d: Array, activation: str | Activation = "sigmoid"
) -> TwoLayers:
    """Differentiate E_n = 1/2 ||y(x) - d||^2 for one hidden layer and identity output.

    (4.3) y_j = u_j^(3) = sum_i w_ji^(3) z_i^(2),  (4.4) dE/dw_ji^(3) = (y_j - d_j) z_i^(2),
    (4.8) dE/dw_ji^(2) = (f'(u_j^(2)) sum_k w_kj^(3) (u_k^(3) - d_k)) z_i^(1).
    Shapes: w2 (M, P), w3 (K, M), x (P,), d (K,); there are no biases, as in the notes.

    >>> run = two_layers(np.eye(1), np.eye(1), np.array([0.0]), np.array([0.0]))
    >>> run.dw3, run.delta2
    (array([[0.25]]), array([0.125]))
    """
    f = as_activation(activation)
    if x.shape != (w2.shape[1],) or d.shape != (w3.shape[0],) or w3.shape[1] != w2.shape[0]:
        raise ValueError(
            f"w2 {w2.shape}, w3 {w3.shape}, x {x.shape} and d {d.shape} do not fit: the shapes "
            "are (M, P), (K, M), (P,) and (K,)"
        )
    u2 = np.einsum("ji,i->j", w2, x)
    z2 = f.value(u2)
    y = np.einsum("ji,i->j", w3, z2)
    delta3 = y - d
    delta2 = f.prime(u2) * np.einsum("kj,k->j", w3, delta3)
    return TwoLayers(
        u2=u2,
        z2=z2,
        y=y,
        error=float(0.5 * np.sum(delta3**2)),
        delta3=delta3,
        delta2=delta2,
        dw3=np.einsum("j,i->ji", delta3, z2),
        dw2=np.einsum("j,i->ji", delta2, x),
    )


@dataclass(frozen=True, eq=False)
class Layers:
    """Lists over the layers 2 to L; `z` has the input in front, so z[i] feeds the weights[i]."""

    u: list[Array]
    z: list[Array]
    delta: list[Array]
    dw: list[Array]
    db: list[Array]


def multi_layer(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    d: Array,
    activation: str | Activation = "sigmoid",
) -> Layers:
    """Differentiate E_n for L layers with identity output and one sample.

    (4.12) delta_j^(l) = sum_k delta_k^(l+1) w_kj^(l+1) f'(u_j^(l)),
    (4.13) dE/dw_ji^(l) = delta_j^(l) z_i^(l-1), and likewise dE/db_j^(l) = delta_j^(l).
    Shapes: x (n_1,), d (n_L,), weights (n_l, n_(l-1)), biases (n_l,).

    >>> run = multi_layer([np.eye(1)], [np.zeros(1)], np.array([3.0]), np.array([1.0]))
    >>> run.dw
    [array([[6.]])]
    """
    f = as_activation(activation)
    u: list[Array] = []
    z = [x]
    for w, b in zip(weights, biases, strict=True):
        u.append(np.einsum("ji,i->j", w, z[-1]) + b)
        z.append(f.value(u[-1]))
    z[-1] = u[-1]
    if d.shape != z[-1].shape:
        raise ValueError(f"d has shape {d.shape}, the output {z[-1].shape}")
    delta = [z[-1] - d]
    for i in range(len(weights) - 2, -1, -1):
        delta.insert(0, np.einsum("k,kj,j->j", delta[0], weights[i + 1], f.prime(u[i])))
    dw = [np.einsum("j,i->ji", dl, z_in) for dl, z_in in zip(delta, z[:-1], strict=True)]
    return Layers(u, z, delta, dw, list(delta))


def mini_batch(
    weights: Sequence[Array],
    biases: Sequence[Array],
    x: Array,
    d: Array,
    activation: str | Activation = "sigmoid",
) -> Layers:
    """Differentiate the mean of E_n over N samples, as matrices with identity output.

    (4.14) U^(l) = W^(l) Z^(l-1) + b^(l) 1_N^T, Z^(l) = f(U^(l));
    (4.15) Delta^(l) = f'(U^(l)) (*) (W^(l+1)T Delta^(l+1)),
    dW^(l) = 1/N Delta^(l) Z^(l-1)T, db^(l) = 1/N Delta^(l) 1_N.
    Shapes: x (n_1, N), d (n_L, N), weights (n_l, n_(l-1)), biases (n_l, 1), Delta^(l) (n_l, N).

    >>> run = mini_batch([np.eye(1)], [np.zeros((1, 1))], np.array([[3.0, 1.0]]), np.ones((1, 2)))
    >>> run.delta, run.dw
    ([array([[2., 0.]])], [array([[3.]])])
    """
    f = as_activation(activation)
    n = x.shape[1]
    ones = np.ones((n, 1))
    u: list[Array] = []
    z = [x]
    for w, b in zip(weights, biases, strict=True):
        u.append(w @ z[-1] + b @ ones.T)
        z.append(f.value(u[-1]))
    z[-1] = u[-1]
    if d.shape != z[-1].shape:
        raise ValueError(f"d has shape {d.shape}, the output {z[-1].shape}")
    delta = [z[-1] - d]
    for i in range(len(weights) - 2, -1, -1):
        delta.insert(0, f.prime(u[i]) * (weights[i + 1].T @ delta[0]))
    dw = [(dl @ z_in.T) / n for dl, z_in in zip(delta, z[:-1], strict=True)]
    return Layers(u, z, delta, dw, [(dl @ ones) / n for dl in delta])
