"""What a picture shows, before anything is placed: boxes, arrows and notes, in words.

A scene is made from a `Graph` and a view of it (which nodes stand alone, which are drawn together).
DOT, SVG, the player and the alternative text all read the same scene, so they say the same.
"""

from dataclasses import dataclass

from autodiff.drawing import boxes
from autodiff.drawing.boxes import Box
from autodiff.drawing.edges import Arrow, Meaning, meaning, operand_marks
from autodiff.drawing.view import THICKEST, View
from autodiff.drawing.words import count
from autodiff.graph import Graph

FULL = 300  # boxes with all their words
WORDY = 1000  # arrows with their words beside them


@dataclass(frozen=True)
class Scene:
    """Everything a picture shows."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    notes: tuple[str, ...]
    rankdir: str
    detail: str  # full or compact
    nodes: int  # of the whole graph

    @property
    def grouped(self) -> bool:
        """Whether some box stands for several nodes."""
        return any(box.kind == "group" for box in self.boxes)


def make_scene(graph: Graph, view: View, style: str, rankdir: str, force: bool) -> Scene:
    """Return the scene of `graph` as `view` groups it, in style "box" or "micrograd"."""
    full = force or len(view.groups) <= FULL
    shown: list[Box] = []
    for i, group in enumerate(view.groups):
        if group.node is None:
            shown.append(boxes.group_box(graph, view.table, group, f"g{i}"))
        else:
            box = boxes.node_box(graph, view, group.node, full)
            divided = style == "micrograd" and box.sign
            shown += boxes.split(box) if divided else [box]
    arrows = _arrows(graph, view, style, full and style == "box")
    bundles, notes = _bundles(graph, view, style == "micrograd")
    detail = "full" if full else "compact"
    return Scene(
        tuple(shown), (*arrows, *bundles), (*view.notes, *notes), rankdir, detail, len(graph)
    )


def _arrows(graph: Graph, view: View, style: str, full: bool) -> list[Arrow]:
    edges = list(view.edges())
    wordy = full and len(edges) <= WORDY
    divided = style == "micrograd"
    found: list[Arrow] = []
    for edge in edges:
        marks = operand_marks(graph[edge.target])
        found.append(
            Arrow(
                key=f"e{edge.source}-{edge.target}-{edge.index}",
                source=f"n{edge.source}",
                target=f"{'o' if divided else 'n'}{edge.target}",
                meaning=meaning(graph, edge),
                wordy=wordy,
                edge=edge,
                mark=marks[edge.index] if marks else "",
                port=edge.index if marks else None,
            )
        )
    if divided:
        plain = Meaning((), "", None, "plain")
        for group in view.groups:
            if group.node is not None and graph[group.node].primitive is not None:
                op, result = f"o{group.node}", f"n{group.node}"
                found.append(Arrow(op, op, result, plain, wordy=False))
    return found


def _bundles(graph: Graph, view: View, divided: bool) -> tuple[list[Arrow], tuple[str, ...]]:
    """Return one arrow for all edges between two groups, the thickest where there are too many."""
    bundles = view.bundles()
    most = THICKEST * len(view.groups)
    notes: tuple[str, ...] = ()
    if len(bundles) > most:
        ranked = sorted(bundles, key=lambda b: (-b.count, b.source, b.target))
        left = sum(b.count for b in ranked[most:])
        notes = (f"{count(left, 'edge')} in {len(bundles) - most:,} thin bundles are not drawn.",)
        bundles = sorted(ranked[:most], key=lambda b: (b.source, b.target))
    key = [f"g{i}" if g.node is None else f"n{g.node}" for i, g in enumerate(view.groups)]
    arrows = []
    for b in bundles:
        source, target = key[b.source], key[b.target]
        entered = target[0] == "n"  # one operation, whose operands may be numbered
        if entered and divided:
            target = f"o{target[1:]}"
        if b.count == 1:
            marks = operand_marks(graph[b.edge.target]) if entered else ()
            name = f"e{b.edge.source}-{b.edge.target}-{b.edge.index}"
            arrows.append(
                Arrow(
                    key=name,
                    source=source,
                    target=target,
                    meaning=meaning(graph, b.edge),
                    wordy=not divided,
                    edge=b.edge,
                    mark=marks[b.edge.index] if marks else "",
                    port=b.edge.index if marks else None,
                )
            )
        else:
            words = Meaning((f"×{b.count:,}",), count(b.count, "edge"), None, "bundle")
            arrows.append(Arrow(f"{source}-{target}", source, target, words, wordy=True))
    return arrows, notes
