"""Schedules: the learning rate as a share of eta, from 1 on, epoch by epoch (or step by step)."""

import numpy as np


def constant_rate(epoch: int, epochs: int) -> float:
    """Keep the learning rate."""
    return 1.0


def halving_rate(epoch: int, epochs: int) -> float:
    """Halve the learning rate after each fifth of the epochs."""
    return float(0.5 ** (5 * epoch // max(epochs, 1)))


def cosine_rate(epoch: int, epochs: int) -> float:
    """Lower the learning rate along half a cosine, from 1 in epoch 0 towards 0 at the end."""
    return float(0.5 * (1.0 + np.cos(np.pi * epoch / max(epochs, 1))))


def linear_rate(epoch: int, epochs: int) -> float:
    """Lower the learning rate along a line, from 1 in epoch 0 towards 0 at the end."""
    return 1.0 - epoch / max(epochs, 1)


def one_cycle_rate(epoch: int, epochs: int) -> float:
    """Raise the learning rate along a line in the first third of the epochs, then lower it to 0.

    Meant for steps in place of epochs.

    >>> [round(one_cycle_rate(k, 9), 2) for k in range(9)]
    [0.25, 0.5, 0.75, 1.0, 0.83, 0.67, 0.5, 0.33, 0.17]
    """
    top = max(epochs, 1) / 3.0
    return float((epoch + 1) / (top + 1) if epoch < top else (epochs - epoch) / (epochs - top))


SCHEDULES = {  # those that go from 1 down
    "constant": constant_rate,
    "halving": halving_rate,
    "cosine": cosine_rate,
    "linear": linear_rate,
}
