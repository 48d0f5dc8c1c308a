"""Where an item of a layout wants to be: in line with its neighbours, the more so on a long edge."""

from dataclasses import dataclass

from autodiff.drawing.layered import Layers


@dataclass
class Pulls:
    """What pulls at each item: neighbours, how far from them it wants to be, and how strongly.

    Item i wants to be at the place of `above[i][k]` plus `above_by[i][k]`, with the weight
    `above_pull[i][k]`; the same for `below`.
    """

    above: list[list[int]]
    above_by: list[list[float]]
    above_pull: list[list[float]]
    below: list[list[int]]
    below_by: list[list[float]]
    below_pull: list[list[float]]


def pulls_of(made: Layers, boxes: int, offsets: list[list[float]]) -> Pulls:
    """Return the pulls of layers; `offsets` says where lines arrive, as in `spread`."""
    found = Pulls(above=[], above_by=[], above_pull=[], below=[], below_by=[], below_pull=[])
    for _ in range(len(made.layer)):
        found.above.append([])
        found.above_by.append([])
        found.above_pull.append([])
        found.below.append([])
        found.below_by.append([])
        found.below_pull.append([])
    for i in range(len(made.layer)):
        for k in range(len(made.up[i])):
            m = made.up[i][k]
            pull = 8.0 if i >= boxes and m >= boxes else (1.0 if i < boxes and m < boxes else 2.0)
            found.below[m].append(i)
            found.below_by[m].append(offsets[i][k])
            found.below_pull[m].append(pull)
            if i < boxes and from_leaf(made, boxes, m):
                pull = 0.25  # what is computed stands in line, leaves beside it
            found.above[i].append(m)
            found.above_by[i].append(-offsets[i][k])
            found.above_pull[i].append(pull)
    return found


def from_leaf(made: Layers, boxes: int, i: int) -> bool:
    """Return whether an item is a leaf, or the words or the first bend of its edge."""
    if i >= boxes and len(made.up[i]) > 0:
        i = made.up[i][0]
    return i < boxes and len(made.up[i]) == 0


def drawn_to(
    near: list[int], by: list[float], pull: list[float], xs: list[float], total: list[float]
) -> None:
    """Add what pulls from one side: the weighted places to `total[0]`, the weights to `total[1]`."""
    place = total[0]
    weight = total[1]
    for k in range(len(near)):
        w = pull[k]
        place += w * (xs[near[k]] + by[k])
        weight += w
    total[0] = place
    total[1] = weight
