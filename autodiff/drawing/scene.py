"""What a picture shows, before anything is placed: boxes, arrows and notes, in words.

A scene is made from a `Graph` and a view of it (which nodes stand alone, which are drawn together).
DOT, SVG, the player and the alternative text all read the same scene, so they say the same.
"""

from collections import Counter
from dataclasses import dataclass, replace

from autodiff.drawing import boxes
from autodiff.drawing.boxes import Box
from autodiff.drawing.edges import Arrow, Meaning, meaning, operand_marks
from autodiff.drawing.naming import Names, called, is_number
from autodiff.drawing.view import THICKEST, Bundle, View, adopted
from autodiff.drawing.words import count
from autodiff.graphs.graph import Graph
from autodiff.table.language import say

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
    nodes: int  # of the whole graph

    @property
    def grouped(self) -> bool:
        """Whether some box stands for several nodes."""
        return any(box.kind == "group" for box in self.boxes)


def make_scene(
    graph: Graph, view: View, style: str, rankdir: str, force: bool, edges: str = "all"
) -> Scene:
    """Return the scene of `graph` as `view` groups it, in style "box" or "micrograd".

    `edges` says which words stand beside arrows: "all", "local" (the derivatives), or "none".
    """
    full = force or len(view.groups) <= FULL
    names = called(graph, style != "micrograd")
    written = frozenset() if style == "micrograd" else _written(graph, view)
    shown: list[Box] = []
    shown_at: dict[int, Box] = {}
    for i, group in enumerate(view.groups):
        if group.node is None:
            shown.append(boxes.group_box(graph, view.table, group, f"g{i}"))
        elif group.node in written:
            continue
        else:
            box = boxes.node_box(graph, view, group.node, full, names, written)
            divided = style == "micrograd" and box.sign
            shown += boxes.split(box) if divided else [box]
        shown_at[i] = shown[-1]
    arrows = _arrows(graph, view, style, full and style == "box", names, written)
    drawn, spared, notes = _drawn(view)
    bundles = _bundles(graph, view, drawn, style == "micrograd", names, written)
    for i, n in spared.items():
        lines = (*shown_at[i].lines, (say("picture.used_by"), count(n, "box")))
        shown[shown.index(shown_at[i])] = replace(shown_at[i], lines=lines)
    all_arrows = [_said(arrow, edges) for arrow in (*arrows, *bundles)]
    return Scene(
        tuple(_adopted(shown, all_arrows)),
        tuple(all_arrows),
        (*view.notes, *notes),
        rankdir,
        len(graph),
    )


def _written(graph: Graph, view: View) -> frozenset[int]:
    """Return the nameless numbers that need no box: they stand in those of all that use them."""
    if len(view.groups) > FULL:
        return frozenset()
    found = []
    for group in view.groups:
        i = group.node
        if i is not None and is_number(graph[i]) and i not in graph.outputs:
            users = [view.place[edge.target] for edge in graph.users[i]]
            if all(g < 0 or view.single[g] for g in users):
                found.append(i)
    return frozenset(found)


def _said(arrow: Arrow, edges: str) -> Arrow:
    """Return an arrow with the words that are asked for beside it."""
    if edges == "all" or arrow.edge is None:
        return arrow
    if edges == "none":
        return replace(arrow, wordy=False)
    return replace(arrow, meaning=replace(arrow.meaning, back=""))


def _adopted(shown: list[Box], arrows: list[Arrow]) -> list[Box]:
    """Put each parameter that only one scope uses into that scope: biases stand in their layer."""
    place = {box.key: i for i, box in enumerate(shown)}
    scopes = adopted(
        [box.scope for box in shown],
        [box.kind for box in shown],
        ((place[arrow.source], place[arrow.target]) for arrow in arrows),
    )
    return [replace(box, scope=scope) for box, scope in zip(shown, scopes, strict=True)]


def _arrows(
    graph: Graph, view: View, style: str, full: bool, names: Names, written: frozenset[int]
) -> list[Arrow]:
    edges = [edge for edge in view.edges() if edge.source not in written]
    wordy = full and len(edges) <= WORDY
    divided = style == "micrograd"
    found: list[Arrow] = []
    for edge in edges:
        marks = operand_marks(graph[edge.target], written)
        found.append(
            Arrow(
                key=f"e{edge.source}-{edge.target}-{edge.index}",
                source=f"n{edge.source}",
                target=f"{'o' if divided else 'n'}{edge.target}",
                meaning=meaning(graph, edge, names),
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
                say("picture.hubs", edges=count(left, "edge"), boxes=count(len(hubs), "box"))
            )
        bundles = kept
    most = THICKEST * len(view.groups)
    if len(bundles) > most:
        ranked = sorted(bundles, key=lambda b: (-b.count, b.source, b.target))
        left = sum(b.count for b in ranked[most:])
        notes.append(say("picture.thin", edges=count(left, "edge"), n=f"{len(bundles) - most:,}"))
        bundles = sorted(ranked[:most], key=lambda b: (b.source, b.target))
    return bundles, spared, tuple(notes)


def _bundles(
    graph: Graph,
    view: View,
    bundles: list[Bundle],
    divided: bool,
    names: Names,
    written: frozenset[int],
) -> list[Arrow]:
    """Return one arrow for all edges between two groups; a single edge says what it means."""
    key = [f"g{i}" if g.node is None else f"n{g.node}" for i, g in enumerate(view.groups)]
    arrows = []
    for b in bundles:
        source, target = key[b.source], key[b.target]
        entered = target[0] == "n"  # one operation, whose operands may be numbered
        if entered and divided:
            target = f"o{target[1:]}"
        if b.count == 1:
            marks = operand_marks(graph[b.edge.target], written) if entered else ()
            name = f"e{b.edge.source}-{b.edge.target}-{b.edge.index}"
            arrows.append(
                Arrow(
                    key=name,
                    source=source,
                    target=target,
                    meaning=meaning(graph, b.edge, names),
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
