"""A network as the documents draw it: neurons in columns, one a layer, every weight an edge.

The picture of the index convention: w^l_jk leads from neuron k of layer l-1 to neuron j of layer l.
"""

from collections.abc import Sequence
from typing import Any

PALE, LIT = "#BBBBBB", "#D55E00"


def draw_neurons(axes: Any, sizes: Sequence[int], lit: tuple[int, int, int] | None = None) -> None:
    """Draw a network's neurons and edges on axes of matplotlib, with the edge of one weight lit.

    `lit` is (l, j, k): w^l_jk, counted from 1 as the documents count, the input being layer 1. A
    ValueError says that the network has no such weight.
    """
    if lit is not None:
        layer, to, of = lit
        if not (
            1 < layer <= len(sizes) and 0 < to <= sizes[layer - 1] and 0 < of <= sizes[layer - 2]
        ):
            raise ValueError(f"w^{layer}_{to}{of}: {list(sizes)} has no such weight")
    places = [[(i, (n - 1) / 2 - j) for j in range(n)] for i, n in enumerate(sizes)]
    for i in range(1, len(sizes)):
        for j, (right, high) in enumerate(places[i], start=1):
            for k, (left, low) in enumerate(places[i - 1], start=1):
                here = lit == (i + 1, j, k)
                axes.plot([left, right], [low, high], color=LIT if here else PALE,
                          linewidth=3 if here else 0.8, zorder=2 if here else 1)  # fmt: skip
    for column in places:
        for number, (across, up) in enumerate(column, start=1):
            axes.plot(
                across, up, "o", markersize=18, color="white", markeredgecolor="black", zorder=3
            )
            axes.text(across, up, str(number), ha="center", va="center", zorder=4)
    if lit is not None:
        start, end = places[layer - 2][of - 1], places[layer - 1][to - 1]
        axes.text((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.15, f"$w^{layer}_{{{to}{of}}}$",
                  color=LIT, fontsize=14, ha="center", va="bottom", zorder=4)  # fmt: skip
    axes.set(xlim=(-0.4, len(sizes) - 0.6), ylim=(-max(sizes) / 2, max(sizes) / 2))
    axes.set_axis_off()
