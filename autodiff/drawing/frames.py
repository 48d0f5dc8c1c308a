"""One scene a step: the leaves, then each operation's value, then each gradient on the way back.

Each is the scene of a snapshot in which what is not known yet is absent, so it says what the whole
picture says and nothing more. All have the boxes and arrows of the whole, for one layout.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from autodiff.drawing.edges import Meaning
from autodiff.drawing.scene import Scene
from autodiff.graphs.graph import Graph


def frames(graph: Graph, make: Callable[[Graph], Scene]) -> Iterator[Scene]:
    """Yield the scenes of all steps; `make` returns the scene of a snapshot."""
    whole = make(graph)
    shown = [box.node for box in whole.boxes if box.node is not None]
    inner = [i for i in shown if graph[i].operands]
    bare = without(graph, set(range(len(graph))))
    for known in range(len(inner) + 1):
        yield until(make(bare), inner[known:])
    back = [i for i in reversed(shown) if graph[i].grad is not None]
    for step in range(1, len(back) + 1):
        yield make(without(graph, set(range(len(graph))) - set(back[:step])))


def without(graph: Graph, hidden: set[int]) -> Graph:
    """Return a snapshot that knows no gradient of the nodes in `hidden`."""
    grads = [None if i in hidden else grad for i, grad in enumerate(graph.grads)]
    return graph._altered(grads=grads)


def until(scene: Scene, waiting: list[int]) -> Scene:
    """Return a scene in which the nodes in `waiting` have no value yet."""
    later = {f"n{i}" for i in waiting} | {f"o{i}" for i in waiting}
    boxes = tuple(
        replace(box, lines=(), heats=(), sign=box.sign if box.kind == "op" else "", ports=0)
        if box.key in later
        else box
        for box in scene.boxes
    )
    nothing = Meaning((), "", None, "unset")
    arrows = tuple(
        replace(a, meaning=nothing, mark="") if a.target in later else a for a in scene.arrows
    )
    return replace(scene, boxes=boxes, arrows=arrows)
