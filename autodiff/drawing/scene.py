"""What a picture shows, before anything is placed: boxes, arrows and notes, in words.

A scene is made from a `Graph` and a view of it (which nodes stand alone, which are drawn together).
DOT, SVG, the player and the alternative text all read the same scene, so they say the same.
"""

from collections import Counter
from dataclasses import dataclass, replace

from autodiff.drawing import boxes
from autodiff.drawing.boxes import Box
from autodiff.drawing.edges import Arrow, Meaning, meaning, operand_marks
from autodiff.drawing.view import THICKEST, Bundle, View
from autodiff.drawing.words import count
from autodiff.graphs.graph import Graph

FULL = 300  # boxes with all their words
WORDY = 1000  # arrows with their words beside them
HUB = 8  # uses of one box that are drawn where much is elided


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
    shown_at: dict[int, Box] = {}
    for i, group in enumerate(view.groups):
        if group.node is None:
            shown.append(boxes.group_box(graph, view.table, group, f"g{i}"))
        else:
            box = boxes.node_box(graph, view, group.node, full)
            divided = style == "micrograd" and box.sign
            shown += boxes.split(box) if divided else [box]
        shown_at[i] = shown[-1]
    arrows = _arrows(graph, view, style, full and style == "box")
    drawn, spared, notes = _drawn(view)
    bundles = _bundles(graph, view, drawn, style == "micrograd")
    for i, n in spared.items():
        lines = (*shown_at[i].lines, ("also used by", count(n, "box")))
        shown[shown.index(shown_at[i])] = replace(shown_at[i], lines=lines)
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


def _drawn(view: View) -> tuple[list[Bundle], dict[int, int], tuple[str, ...]]:
    """Return the bundles to draw, how many of a box's are only told in it, and what to note.

    Where runs of nodes are elided, a box that is used all along would cover the picture with lines:
    only the way to its first user is drawn. Beyond a number of bundles only the thickest are.
    """
    bundles = view.bundles()
    spared: dict[int, int] = {}
    notes: list[str] = []
    if any(group.how == "elided" for group in view.groups):
        uses = Counter(b.source for b in bundles)
        hubs = {source for source, n in uses.items() if n > HUB}
        first = {i: min(b.target for b in bundles if b.source == i) for i in hubs}
        kept = [b for b in bundles if b.target == first.get(b.source, b.target)]
        spared = {i: uses[i] - 1 for i in sorted(hubs)}
        if hubs:
            left = sum(b.count for b in bundles) - sum(b.count for b in kept)
            notes.append(
                f"{count(left, 'edge')} out of {count(len(hubs), 'box')} used all along are not drawn."
            )
        bundles = kept
    most = THICKEST * len(view.groups)
    if len(bundles) > most:
        ranked = sorted(bundles, key=lambda b: (-b.count, b.source, b.target))
        left = sum(b.count for b in ranked[most:])
        notes.append(
            f"{count(left, 'edge')} in {len(bundles) - most:,} thin bundles are not drawn."
        )
        bundles = sorted(ranked[:most], key=lambda b: (b.source, b.target))
    return bundles, spared, tuple(notes)


def _bundles(graph: Graph, view: View, bundles: list[Bundle], divided: bool) -> list[Arrow]:
    """Return one arrow for all edges between two groups; a single edge says what it means."""
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
    return arrows
