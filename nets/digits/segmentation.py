"""Segmentation: a row of handwritten digits cut into single ones, by scoring windows (chapter 1).

The documents' way: try cuts, let the classifier look at each piece, and trust the cut whose pieces it
is surest of. Here every window of the row gets a score, how sure the network is of its best answer
minus how sure of the next, ink that no window takes counts against a cut, and the best row of windows
that do not overlap is found by dynamic programming. Each is then centred on its ink, as the images
are that the network was trained on.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Cut:
    """The digits that were read, and the column at which each one's window begins."""

    digits: tuple[int, ...]
    places: tuple[int, ...]


def a_row(examples: Any, digits: list[int], seed: int = 0) -> tuple[Array, tuple[int, ...]]:
    """Return a picture of handwritten digits in a row, gaps between them, and where each begins.

    The digits are drawn from `examples`, the gaps are up to half a digit wide.
    """
    rng = np.random.default_rng(seed)
    side = round(examples.inputs.shape[0] ** 0.5)
    pieces, places, width = [], [], 0
    for digit in digits:
        gap = int(rng.integers(side // 2 + 1))
        chosen = rng.choice(np.flatnonzero(examples.labels == digit))
        pieces += [np.zeros((side, gap)), examples.inputs[:, chosen].reshape(side, side)]
        places.append(width + gap)
        width += gap + side
    return np.hstack(pieces), tuple(places)


def segment(net: Any, picture: Array, n: int) -> Cut:
    """Read n digits off a row: the square windows, apart, with the largest sum of scores.

    `net` has the method `feedforward` for columns of side * side pixels. A ValueError says if the
    picture is too narrow for so many digits.
    """
    side, width = picture.shape
    if width < n * side:
        raise ValueError(f"segment: {n} digits of {side} columns do not fit into {width}")
    starts = range(width - side + 1)
    windows = np.stack([picture[:, s : s + side].reshape(-1) for s in starts], axis=1)
    outputs = net.feedforward(windows)
    ranked = np.sort(outputs, axis=0)
    score = ranked[-1] - ranked[-2]
    best = np.full((n + 1, width + 1), -np.inf)  # best[k, e]: k windows in the first e columns
    ink = np.sum(picture, axis=0)
    best[0] = -np.concatenate([[0.0], np.cumsum(ink)])
    taken = np.full((n + 1, width + 1), -1)
    for k in range(1, n + 1):
        for e in range(side, width + 1):
            with_it = best[k - 1, e - side] + score[e - side]
            best[k, e], taken[k, e] = best[k, e - 1] - ink[e - 1], taken[k, e - 1]
            if with_it > best[k, e]:
                best[k, e], taken[k, e] = with_it, e - side
    places: list[int] = []
    e = width
    for k in range(n, 0, -1):
        e = int(taken[k, e])
        places.insert(0, e)
    places = [_centred(ink, s, side) for s in places]
    digits = tuple(int(np.argmax(outputs[:, s])) for s in places)
    return Cut(digits, tuple(places))


def _centred(ink: Array, start: int, side: int) -> int:
    """Move a window so that the middle of its ink is the middle of the window."""
    inside = ink[start : start + side]
    if not inside.any():
        return start
    middle = start + float(np.average(np.arange(side) + 0.5, weights=inside))
    return int(np.clip(round(middle - side / 2), 0, len(ink) - side))
