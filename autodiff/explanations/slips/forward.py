"""Slips of the forward pass: what each would give for a weighted input or an activation."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff.explanations.slips.anything import Slip
from autodiff.explanations.slips.rows import others, slopes, values
from autodiff.table.language import say


def of_forward(
    kind: str, i: int, run: Any, weights: Sequence[Any], activation: Any = None
) -> Iterator[Slip]:
    """Yield the slips of z^l = w^l a^(l-1) + b^l and a^l = sigma(z^l) for one of them.

    `kind` is "z" or "a" and `i` its place in the list of z; `run` holds the right z, and a with the
    input in front. With the `activation`'s name, or a list of names, those of sigma are told, too.

    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(z=[np.array([[3.0]])], a=[np.array([[1.0]])])
    >>> [float(v[0, 0]) for said, v in of_forward("z", 0, run, [np.array([[2.0]])])][:2]
    [2.0, 1.0]
    """
    w = [np.asarray(v) for v in weights]
    names = [activation] * len(w) if isinstance(activation, str) else activation
    wrong = list(_weighted(i, run, w, names))
    name = None if names is None else names[i]
    if kind == "z":
        yield from wrong
        if len(run.a) > i + 1:
            yield say("slip.sigma_too_early", layer=i + 2), run.a[i + 1]
        return
    z, a = np.asarray(run.z[i]), np.asarray(run.a[i + 1])
    yield say("slip.no_sigma", layer=i + 2), z
    yield say("slip.sigma_turned"), 1 - a
    at_z, at_a = slopes(name, [z]), values(name, [a])
    if at_z is not None and at_a is not None:
        yield say("slip.prime_for_sigma"), at_z[0]
        yield say("slip.sigma_twice", layer=i + 2), at_a[0]
    for other, value, _ in others(z):
        yield say("slip.other_function", op=other, layer=i + 2), value
    for said, v in wrong:
        carried = values(name, [v])
        if carried is not None:
            yield said, carried[0]


def _weighted(i: int, run: Any, w: list[Any], names: Sequence[str] | None) -> Iterator[Slip]:
    a, z = np.asarray(run.a[i]), np.asarray(run.z[i])
    product = w[i] @ a
    b = z - product
    yield say("slip.no_bias", layer=i + 2), product
    yield say("slip.bias_sign", layer=i + 2), product - b
    yield say("slip.bias_alone", layer=i + 2), b
    if w[i].shape[0] == w[i].shape[1]:
        yield say("slip.untransposed_forward", layer=i + 2), w[i].T @ a + b
    if i > 0:
        yield say("slip.z_for_a", layer=i + 1), w[i] @ np.asarray(run.z[i - 1]) + b
    for j, other in enumerate(run.a[:i]):
        if np.shape(other) == a.shape:
            found = w[i] @ np.asarray(other) + b
            yield say("slip.wrong_activation", found=j + 1, right=i + 1), found
    for j, v in enumerate(w):
        if j != i and v.shape == w[i].shape:
            yield say("slip.wrong_weights", found=j + 2, right=i + 2), v @ a + b
    for j in range(i):
        found = _without_bias(j, i, run, w, names)
        if found is not None:
            yield say("slip.no_bias", layer=j + 2), found


def _without_bias(j: int, i: int, run: Any, w: list[Any], names: Sequence[str] | None) -> Any:
    """Return z of place i where the bias of place j was left out; None if sigma is not known."""
    z = w[j] @ np.asarray(run.a[j])
    for k in range(j + 1, i + 1):
        carried = None if names is None else values(names[k - 1], [z])
        if carried is None:
            return None
        bias = np.asarray(run.z[k]) - w[k] @ np.asarray(run.a[k])
        z = w[k] @ carried[0] + bias
    return z
