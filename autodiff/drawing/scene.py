"""What a picture shows, before anything is placed: boxes, arrows and notes, in words.

A scene is made from a `Graph` and a view of it (which nodes stand alone, which are drawn together).
DOT, SVG, the player and the alternative text all read the same scene, so they say the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff.drawing import words
from autodiff.drawing.edges import Arrow, Meaning, meaning, operand_marks
from autodiff.drawing.escape import clean, shorten
from autodiff.graph import Graph, GraphNode

FULL = 300  # boxes with all their words
WORDY = 1000  # arrows with their words beside them


@dataclass(frozen=True)
class Group:
    """Nodes of the graph that are drawn as one box; a single node stands for itself."""

    members: tuple[int, ...]
    title: str = ""
    scope: str = ""
    how: str = ""  # collapsed, folded or elided


@dataclass(frozen=True)
class View:
    """The groups of a picture, in order, and sentences on what it leaves out."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """One box: its kind, the words on it and in its tooltip, and how its gradient colours it."""

    key: str
    kind: str  # input, parameter, constant, operation, output, group; op in micrograd's style
    title: str
    sign: str
    lines: tuple[tuple[str, str], ...]
    tooltip: str
    gradient: float | None
    scope: str
    members: tuple[int, ...]
    ports: int = 0

    @property
    def computed(self) -> bool:
        """Whether a gradient was computed here."""
        return self.gradient is not None


@dataclass(frozen=True)
class Scene:
    """Everything a picture shows."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    notes: tuple[str, ...]
    rankdir: str
    detail: str  # full or compact
    nodes: int  # of the whole graph


def make_scene(graph: Graph, view: View, style: str, rankdir: str, force: bool) -> Scene:
    """Return the scene of `graph` as `view` groups it, in style "box" or "micrograd"."""
    small = force or len(view.groups) <= FULL
    marks: dict[int, tuple[str, ...]] = {}
    place: dict[int, str] = {}  # node -> the box that stands for it
    boxes: list[Box] = []
    for i, group in enumerate(view.groups):
        single = len(group.members) == 1 and not group.how
        key = f"n{group.members[0]}" if single else f"g{i}"
        place.update(dict.fromkeys(group.members, key))
    for i, group in enumerate(view.groups):
        if len(group.members) > 1 or group.how:
            boxes.append(_group_box(graph, group, f"g{i}"))
            continue
        node = graph[group.members[0]]
        marks[node.id] = operand_marks(node)
        box = _node_box(graph, node, place, small, len(marks[node.id]))
        boxes += _split(box) if style == "micrograd" and node.primitive is not None else [box]
    arrows = _arrows(graph, place, marks, style, small and style == "box")
    return Scene(
        tuple(boxes), arrows, view.notes, rankdir, "full" if small else "compact", len(graph)
    )


def _node_box(graph: Graph, node: GraphNode, place: dict[int, str], small: bool, ports: int) -> Box:
    name = clean(node.label)
    value, gradient = words.value(node.value), words.gradient(node.grad)
    hidden = [p for p in node.operands if p not in place]
    unseen = [e for e in graph.users[node.id] if e.target not in place]
    left_out = [
        ("not shown", words.count(len(found), what))
        for found, what in ((hidden, "operand"), (unseen, "user"))
        if found
    ]
    details = [*value, gradient, *left_out]
    if not small:
        shown = value[0][1] if len(value) == 1 else value[0][1].partition(" ")[0]
        details = [("", f"{shown}  ∇ {gradient[1]}"), *left_out]
    about = [
        f"{name}: {node.kind}" if node.primitive is None else f"{name} = {formula(graph, node)}"
    ]
    about += [f"{label} {text}" for label, text in (*value, gradient, *left_out)]
    if node.scope:
        about.append(f"scope {clean(node.scope)}")
    return Box(
        f"n{node.id}", node.kind, shorten(name), clean(words.SIGNS.get(node.op, node.op)),
        tuple(details), "\n".join(about), words.signed(node.grad), node.scope, (node.id,), ports,
    )  # fmt: skip


def formula(graph: Graph, node: GraphNode) -> str:
    """Return an operation and its operands in words, as in `mul(w, x)`."""
    operands = [shorten(clean(graph[p].label)) for p in node.operands]
    if len(operands) > 8:
        operands = [*operands[:6], f"… {len(operands) - 7} more …", operands[-1]]
    return f"{clean(node.op)}({', '.join(operands)})"


def _split(box: Box) -> list[Box]:
    """Return micrograd's two boxes of one operation: the operation and its result."""
    node = box.members[0]
    op = Box(
        f"o{node}", "op", "", box.sign, (), box.tooltip, box.gradient, box.scope, (), box.ports
    )
    result = Box(
        box.key, box.kind, box.title, "", box.lines, box.tooltip, box.gradient, box.scope, box.members
    )  # fmt: skip
    return [op, result]


def _group_box(graph: Graph, group: Group, key: str) -> Box:
    nodes = [graph[i] for i in group.members]
    grads = [n.grad for n in nodes if n.grad is not None]
    size = sum(words.total_size(g) for g in grads) if grads else None
    title = clean(group.title)
    lines = [("nodes", f"{len(nodes):,}")]
    if group.how == "folded":
        lines += _range(nodes)
    else:
        lines += [("", operations(nodes))]
        lines += _named(nodes)
    lines.append(("Σ|grad|", words.number(size)))
    about = [f"{title}: {words.count(len(nodes), 'node')}, {group.how}", operations(nodes)]
    about += [f"{label} {text}" for label, text in lines[1:] if label]
    return Box(
        key, "group", shorten(title, 30), "", tuple(lines), "\n".join(about), size, group.scope,
        group.members,
    )  # fmt: skip


def operations(nodes: Iterable[GraphNode], most: int = 4) -> str:
    """Return how often which operation occurs, the most frequent first.

    >>> import autodiff as ad
    >>> x = ad.Value(2.0)
    >>> operations(Graph(x * x + x * 3.0))
    'mul ×2, add ×1, leaves ×2'
    """
    found = Counter(n.op for n in nodes)
    leaves = found.pop("", 0)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{clean(op)} ×{n:,}" for op, n in ranked[:most]]
    if ranked[most:]:
        parts.append(f"{len(ranked) - most} other operations")
    return ", ".join([*parts, f"leaves ×{leaves:,}"] if leaves else parts)


def _range(nodes: Sequence[GraphNode]) -> list[tuple[str, str]]:
    if any(isinstance(n.value, np.ndarray) for n in nodes):
        return [("shape", words.shape(np.asarray(nodes[0].value)))]
    values = [n.value for n in nodes]
    low, high = words.number(float(np.min(values))), words.number(float(np.max(values)))
    return [("value", low if low == high else f"{low} … {high}")]


def _named(nodes: Sequence[GraphNode], most: int = 6) -> list[tuple[str, str]]:
    """Return a line for each named node of a group: its shape (or value) and its gradient."""
    named = [n for n in nodes if n.name is not None]
    lines = []
    for n in named[:most]:
        shown = words.number(n.value) if not isinstance(n.value, np.ndarray) else (
            "×".join(map(str, n.shape)) or words.number(float(n.value))
        )  # fmt: skip
        label, gradient = words.gradient(n.grad)
        lines.append((shorten(clean(n.label), 14), f"{shown}   {label} {gradient}"))
    if named[most:]:
        lines.append(("", f"… {len(named) - most:,} more names"))
    return lines


def _arrows(
    graph: Graph, place: dict[int, str], marks: dict[int, tuple[str, ...]], style: str, small: bool
) -> tuple[Arrow, ...]:
    alone = {f"n{i}" for i in marks}
    bundles: dict[tuple[str, str], list[Any]] = {}
    arrows: list[Arrow] = []
    shown = [e for e in graph.edges if e.source in place and e.target in place]
    wordy = small and len(shown) <= WORDY
    for edge in shown:
        source, target = place[edge.source], place[edge.target]
        if source == target:
            continue
        if source in alone and target in alone:
            mark = marks[edge.target]
            head = f"o{edge.target}" if style == "micrograd" else target
            arrows.append(
                Arrow(
                    f"e{edge.source}-{edge.target}-{edge.index}",
                    source,
                    head,
                    meaning(graph, edge),
                    wordy,
                    edge,
                    mark[edge.index] if mark else "",
                    edge.index if mark else None,
                )  # fmt: skip
            )
        else:
            bundles.setdefault((source, target), []).append(edge)
    if style == "micrograd":
        arrows += [
            Arrow(f"o{i}", f"o{i}", f"n{i}", Meaning((), "", None, "plain"), False)
            for i in marks
            if graph[i].primitive is not None
        ]
    for (source, target), edges in bundles.items():
        text = words.count(len(edges), "edge")
        arrows.append(
            Arrow(
                f"{source}-{target}",
                source,
                target,
                Meaning((text,) if len(edges) > 1 else (), text, None, "bundle"),
                len(bundles) <= 300,
            )  # fmt: skip
        )
    return tuple(arrows)
