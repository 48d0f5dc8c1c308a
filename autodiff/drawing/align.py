"""Columns: what is computed step by step, each from the one before, stands on one line.

A box follows another where that is the only computed thing it uses and nothing else uses that one;
leaves stand beside. A column is moved as one, so that no later move can bend it. Where two columns
would cross, or the side of a frame would have to stand on both sides of one, the line is broken.
"""

from dataclasses import dataclass

from autodiff.drawing.layered import Layers
from autodiff.drawing.ranks import Arcs, in_order, join, no_arcs


@dataclass
class Aligned:
    """Vertex v stands `by[v]` to the right of vertex `head[v]`, its own head if it stands alone.

    `members[v]` are the items of the column whose head is v, none where it is v alone.
    """

    head: list[int]
    by: list[float]
    members: list[list[int]]


def aligned(
    made: Layers, boxes: int, parents: list[int], offsets: list[list[float]], arcs: Arcs
) -> Aligned:
    """Return the columns of layers; `arcs` say what stands to the right of what."""
    found = alone(len(arcs.out))
    place = [0] * len(made.layer)
    begins = [len(made.rows)] * len(parents)
    ends = [-1] * len(parents)
    for r in range(len(made.rows)):
        for k in range(len(made.rows[r])):
            place[made.rows[r][k]] = k
            s = made.scope[made.rows[r][k]]
            while s >= 0:
                begins[s] = r if r < begins[s] else begins[s]
                ends[s] = r
                s = parents[s]
    given: list[bool] = []  # a leaf, or on the way of an edge of a leaf
    for i in range(len(made.layer)):
        given.append(i < boxes and len(made.up[i]) == 0)
    for row in made.rows:
        last = -1  # the place of the item above that was last followed
        for i in row:
            if i >= boxes and len(made.up[i]) > 0:
                given[i] = given[made.up[i][0]]
            k = followed(made, given, i)
            if k >= 0:
                m = made.up[i][k]
                free = leaves(parents, ends, made.scope[m], made.scope[i], made.layer[m])
                free = free and leaves(parents, begins, made.scope[i], made.scope[m], made.layer[i])
                if free and place[m] > last:
                    last = place[m]
                    found.head[i] = found.head[m]
                    found.by[i] = found.by[m] - offsets[i][k]
    gathered(found, boxes)
    while broken(found, arcs):
        pass
    return found


def broken(columns: Aligned, arcs: Arcs) -> bool:
    """Break columns that stand in a circle, each left of the next; return whether there were any.

    Those that a dropped arc leads to are broken, or else all: a circle goes through a column.
    """
    joined = as_one(columns, arcs, [0.0] * len(arcs.tails), [])
    in_order(joined, len(joined.tails))
    circles = False
    some = False
    for k in range(len(joined.tails)):
        if joined.dropped[k]:
            circles = True
            some = unbound(columns, joined.heads[k]) or some
    if circles and not some:
        for v in range(len(columns.head)):
            some = unbound(columns, v) or some
    return some


def unbound(columns: Aligned, head: int) -> bool:
    """Let each member of a column stand alone; return whether there was a column."""
    for v in columns.members[head]:
        columns.head[v] = v
        columns.by[v] = 0.0
    bound = len(columns.members[head]) > 0
    columns.members[head] = []
    return bound


def gathered(columns: Aligned, boxes: int) -> None:
    """Note the members of each column; what holds one box alone is none, but a part of an edge."""
    count = [0] * len(columns.head)
    for v in range(boxes):
        count[columns.head[v]] += 1
    for v in range(len(columns.head)):
        if count[columns.head[v]] > 1:
            columns.members[columns.head[v]].append(v)
        else:
            columns.head[v] = v
            columns.by[v] = 0.0


def alone(vertices: int) -> Aligned:
    """Return columns of one vertex each."""
    found = Aligned(head=[], by=[0.0] * vertices, members=[])
    for v in range(vertices):
        found.head.append(v)
        found.members.append([])
    return found


def followed(made: Layers, given: list[bool], i: int) -> int:
    """Return which of its neighbours above an item stands below, -1 for none."""
    found = -1
    for k in range(len(made.up[i])):
        if not given[made.up[i][k]]:
            if found >= 0:
                return -1
            found = k
    if found >= 0 and len(made.down[made.up[i][found]]) > 1:
        return -1
    return found


def leaves(parents: list[int], bounds: list[int], inner: int, outer: int, layer: int) -> bool:
    """Return whether each scope around `inner` but not `outer` has its bound in this layer."""
    other = outer
    while inner != other:
        if inner > other:
            if bounds[inner] != layer:
                return False
            inner = parents[inner]
        else:
            other = parents[other]
    return True


def stand(columns: Aligned, xs: list[float]) -> None:
    """Put each column on one line, in the middle of where its members stood."""
    for column in columns.members:
        if len(column) > 0:
            total = 0.0
            for v in column:
                total += xs[v] - columns.by[v]
            x = total / len(column)
            for v in column:
                xs[v] = x + columns.by[v]


def as_one(columns: Aligned, arcs: Arcs, apart: list[float], room: list[float]) -> Arcs:
    """Return what asks for room between columns, not what stands in them; `room` gets how much."""
    joined = no_arcs(len(arcs.out))
    for k in range(len(arcs.tails)):
        tail = arcs.tails[k]
        head = arcs.heads[k]
        join(joined, columns.head[tail], columns.head[head], 1)
        room.append(apart[k] + columns.by[tail] - columns.by[head])
    return joined
