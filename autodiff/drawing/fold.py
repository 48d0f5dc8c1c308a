"""Find equal siblings: nodes computed by the same operations from equal operands, and used alike.

Every box gets a number that stands for how it was computed (from the leaves up) and one for how it
is used (from the outputs down). Boxes in which both agree are drawn as one: the sixteen neurons of a
layer, the hundred examples of a batch. The numbers are 64-bit hashes, worked out level by level.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autodiff.drawing.columns import Ints

Hashes = NDArray[np.uint64]

MOST = 200_000  # boxes; more than that are not compared
DEEPEST = 2_000  # levels


@dataclass(frozen=True)
class Quotient:
    """The graph of boxes: edges from `sources` to `targets`, with the operand's role in `roles`."""

    boxes: int
    sources: Ints
    targets: Ints
    roles: Ints
    labels: Ints  # boxes with different labels are never equal


def levels(q: Quotient) -> Ints | None:
    """Return each box's longest distance from a leaf; None for a circle or a very deep graph."""
    waiting = np.bincount(q.targets, minlength=q.boxes)
    order = np.argsort(q.sources, kind="stable")
    starts = np.searchsorted(q.sources[order], np.arange(q.boxes + 1))
    ends = q.targets[order]
    level = np.zeros(q.boxes, dtype=np.int64)
    front = np.flatnonzero(waiting == 0)
    depth = done = 0
    while len(front):
        level[front] = depth
        done += len(front)
        if depth > DEEPEST:
            return None
        sizes = starts[front + 1] - starts[front]
        offsets = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        reached = ends[np.repeat(starts[front], sizes) + offsets]
        np.subtract.at(waiting, reached, 1)
        touched = np.unique(reached)
        front = touched[waiting[touched] == 0]
        depth += 1
    return level if done == q.boxes else None


def classes(q: Quotient, level: Ints, strictly: bool) -> Ints:
    """Return for each box the number of its class of equals.

    Strictly, equals agree in everything below and above them. Otherwise inner boxes need only be
    computed alike, and leaves only be used by operations that are computed alike.
    """
    below = _hashes(q, q.sources, q.targets, level)
    leaf = level == 0
    if strictly:
        own = Quotient(q.boxes, q.sources, q.targets, q.roles, below.view(np.int64))
        above = _hashes(own, q.targets, q.sources, level.max() - level)
    else:
        above = np.zeros(q.boxes, dtype=np.uint64)
        np.bitwise_or.at(above, q.sources, _mix(below[q.targets] + _mix(q.roles.astype(np.uint64))))
        above[~leaf] = 0
    found: Ints = np.unique(_mix(below) ^ _mix(above + np.uint64(7)), return_inverse=True)[1]
    return found.reshape(-1)


def _hashes(q: Quotient, begin: Ints, end: Ints, level: Ints) -> Hashes:
    """Return a hash of each box's label and of the hashes that lead to it, edges `begin` to `end`."""
    hashes = _mix(q.labels.astype(np.uint64))
    gathered = np.zeros(q.boxes, dtype=np.uint64)
    roles = _mix(q.roles.astype(np.uint64) + np.uint64(1))
    by_end = np.argsort(level[end], kind="stable")
    edge_cuts = np.searchsorted(level[end][by_end], np.arange(int(level.max()) + 2))
    by_level = np.argsort(level, kind="stable")
    box_cuts = np.searchsorted(level[by_level], np.arange(int(level.max()) + 2))
    for k in range(1, int(level.max()) + 1):
        edges = by_end[edge_cuts[k] : edge_cuts[k + 1]]
        np.add.at(gathered, end[edges], _mix(hashes[begin[edges]] ^ roles[edges]))
        boxes = by_level[box_cuts[k] : box_cuts[k + 1]]
        hashes[boxes] = _mix(hashes[boxes] + gathered[boxes])
    return hashes


def _mix(x: Hashes) -> Hashes:
    """Return a well spread permutation of 64-bit numbers (splitmix64)."""
    with np.errstate(over="ignore"):
        x = (x + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))
