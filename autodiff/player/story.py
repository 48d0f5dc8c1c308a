"""The story the player tells: a graph's boxes, edges and steps as plain texts and numbers.

Step 0 shows the leaves; then each operation is recorded, in order; then backward takes one edge
after another, as `graph_steps` gives them; the last step lists the gradients. Every number is
printed here, by one function, so the page shows what Python computed and calculates nothing.
"""

from typing import Any

import numpy as np

from autodiff.drawing import words
from autodiff.drawing.entitle import Name
from autodiff.drawing.escape import clean, shorten
from autodiff.drawing.layered import Placed, Plan
from autodiff.drawing.marks import page_width
from autodiff.drawing.naming import Names, is_number, spelled, with_numbers
from autodiff.drawing.place import placed, prepared
from autodiff.explanations.notation import as_drawn
from autodiff.explanations.steps import Step, graph_steps, rule_text, short
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.nodes.functions import seed_for
from autodiff.nodes.value import Value
from autodiff.player.model import homes
from autodiff.sources.plaintext import text
from autodiff.sources.terms import Operand, Show, value_term
from autodiff.table.symbol import Symbol

HEIGHT = 66.0  # as boxes.js draws them
WORDS = (64.0, 16.0)  # the room of a number beside an arrow, and
MOST_WORDS = 150  # up to how many arrows each has its own
PAGE = (1000.0, 700.0)  # what fits goes to the right, all else down
LONGEST_FORMULA = 160
FEW = 4  # numbers of an array that its box shows


def tell(graph: Graph) -> dict[str, Any]:
    """Return the whole story of a graph and its backward from the first output, ready for JSON."""
    end = graph.nodes[graph.outputs[0]]
    spelt, show = spelled(graph), as_drawn(graph)
    names = [name.text for name in spelt]
    # Numbers that were only written down stand beside the signs of the operations that use them.
    written = frozenset(node.id for node in graph if is_number(node) and node is not end)
    scopes = homes(graph)
    boxes = [_box(node, spelt, written, scopes[node.id]) for node in graph]
    drawn = [node.id for node in graph if node.id not in written]
    plan, arrows, frames = planned(graph, drawn, [boxes[i]["w"] for i in drawn], scopes)
    layout = lay_out(plan)
    for i, x, y in zip(drawn, layout.xs, layout.ys, strict=True):
        boxes[i] |= {"x": round(x, 1), "y": round(y, 1)}
    live = end.live
    seed = end.grad if np.size(end.value) != 1 and end.grad is not None else None
    steps = list(graph_steps(graph, seed_for(live, seed, "player")))
    return {
        "end": end.id,
        "width": round(layout.width, 1),
        "height": round(layout.height, 1),
        "nodes": boxes,
        "edges": _edges(graph, layout, arrows),
        "frames": [
            [path, *map(round, frame)] for path, frame in zip(frames, layout.frames, strict=True)
        ],
        "steps": [
            {"p": "start"},
            *(_recording(graph, node, names, show) for node in graph if node.operands),
            *_backward(graph, steps),
            {"p": "end"},
        ],
    }


def planned(
    graph: Graph, drawn: list[int], widths: list[float], scopes: list[str]
) -> tuple[Plan, list[int], list[str]]:
    """Return the boxes that are drawn as sizes and numbers, which edges lead between them, and frames."""
    place = {node: k for k, node in enumerate(drawn)}
    arrows = [i for i, e in enumerate(graph.edges) if e.source in place]
    frames: list[str] = []
    for node in drawn:
        parts = scopes[node].split("/") if scopes[node] else []
        for k in range(len(parts)):
            path = "/".join(parts[: k + 1])
            if path not in frames:
                frames.append(path)
    number = {"": -1, **{path: i for i, path in enumerate(frames)}}
    wide, high = WORDS if len(arrows) <= MOST_WORDS else (0.0, 0.0)
    edges = [graph.edges[i] for i in arrows]
    plan = Plan(
        widths, [HEIGHT] * len(drawn), [place[e.source] for e in edges],
        [place[e.target] for e in edges], [wide] * len(edges), [high] * len(edges),
        [number[scopes[i]] for i in drawn], [number[path.rpartition("/")[0]] for path in frames],
    )  # fmt: skip
    return plan, arrows, frames


def lay_out(plan: Plan) -> Placed:
    """Place the boxes of a graph: to the right where that fits a page, else down."""
    made = prepared(plan)
    if len(plan.sources) <= MOST_WORDS:
        across = placed(plan, made, "LR")
        if across.width <= PAGE[0] and across.height <= PAGE[1]:
            return across
    return placed(plan, made, "TB")


def shown(x: Any) -> str:
    """Return a number or an array as the player prints it; a dash where there is none."""
    return words.NOT_COMPUTED if x is None else short(x)


def _box(node: GraphNode, spelt: list[Name], written: frozenset[int], scope: str) -> dict[str, Any]:
    """Return what the box of a node says, and how wide it is; where it stands is added."""
    label = spelt[node.id]
    sign = ""
    if not label.formula and node.op:
        sign, numbers = with_numbers(node, [name.text for name in spelt], written)
        sign = " ".join(filter(None, (sign, ", ".join(numbers))))
    value = in_a_line(node.value)
    name = shorten(label.text, 20)
    found = {
        "name": label.text, "short": name, "kind": node.kind, "op": node.op, "sign": sign,
        "box": value, "value": shown(node.value), "scope": scope, "named": node.name is not None,
        "w": round(page_width(name, sign, value), 1),
    }  # fmt: skip
    return found | {"aside": True} if node.id in written else found


def in_a_line(x: Any) -> str:
    """Return what a box says of a value: a number, the few numbers of an array, or its shape.

    >>> in_a_line(0.5), in_a_line(np.array([[1.0], [2.0]])), in_a_line(np.zeros((3, 4)))
    ('0.5', '[1, 2]ᵀ', '3×4 float64')
    """
    if np.ndim(x) == 0:
        return words.number(float(x))
    lines = words.rows("", x) if x.size <= FEW else []
    return lines[0][1] if len(lines) == 1 else words.shape(x)


def _edges(graph: Graph, layout: Placed, arrows: list[int]) -> list[dict[str, Any]]:
    """Return each edge: its ends, and where it is drawn the control points and where its number stands."""
    many = len(arrows) > MOST_WORDS
    told: list[dict[str, Any]] = [{"s": e.source, "t": e.target, "i": e.index} for e in graph.edges]
    for k, i in enumerate(arrows):
        path = [round(c) for c in layout.paths[k]]
        at = (path[-2], path[-1] - 12) if many else (layout.word_xs[k], layout.word_ys[k])
        told[i] |= {"d": path, "x": round(at[0], 1), "y": round(at[1], 1)}
    return told


def _recording(graph: Graph, node: GraphNode, names: Names, show: Show) -> dict[str, Any]:
    """Return the step that records an operation: formula, numbers put in, local derivatives."""
    term = value_term(graph, node, show)

    def put_in(symbol: Symbol) -> str:
        x = short(graph.nodes[symbol.key[1]].value) if isinstance(symbol, Operand) else symbol.name
        return f"({x})" if x.startswith("-") else x

    locals_ = []
    edges = [Edge(source, node.id, place_) for place_, source in enumerate(node.operands)]
    for edge in edges[:8]:
        if graph.nodes[edge.source].kind == "constant":
            continue
        rule = _rule(graph, edge, names, show)
        if rule:
            locals_.append([rule, shown(graph.local(edge)) if not graph.is_linear(edge)
                            or isinstance(node.live, Value) else ""])  # fmt: skip
    return {
        "p": "record", "n": node.id,
        "formula": _formula(f"{names[node.id]} = {text(term)}"),
        "numbers": _formula(f"= {text(term, name=put_in)}"),
        "value": shown(node.value), "locals": locals_, "more": max(0, len(edges) - 8),
    }  # fmt: skip


def _rule(graph: Graph, edge: Edge, names: Names, show: Show) -> str:
    partials = getattr(graph.nodes[edge.target].primitive, "partials", None)
    if partials is not None and partials[edge.index] is None:
        return ""
    return _formula(rule_text(graph, edge, names, show))


def _backward(graph: Graph, steps: list[Step]) -> list[dict[str, Any]]:
    """Return the steps of backward; an edge is given by its place among the graph's edges."""
    first = [0] * len(graph)
    for node in graph.nodes[1:]:
        first[node.id] = first[node.id - 1] + len(graph.nodes[node.id - 1].operands)
    told = []
    for step in steps:
        entry = {
            "p": "seed" if step.operand is None else "back",
            "n": step.node, "t": step.target, "rule": _formula(step.rule),
            "up": shown(step.upstream), "local": "" if step.local is None else shown(step.local),
            "part": shown(step.contribution), "before": shown(step.before),
            "after": shown(step.after), "sign": _sign(step.contribution),
            "short": _short(step.contribution), "sum": _short(step.after),
            "sumSign": _sign(step.after),
        }  # fmt: skip
        if step.operand is not None:
            entry["e"] = first[step.node] + step.operand
        told.append(entry)
    return told


def _short(x: Any) -> str:
    """Return a number with four digits, an array as its norm: what fits on an arrow."""
    if np.size(x) == 1:
        return words.number(float(np.asarray(x).item()))
    return f"‖{words.number(words.size(x))}‖"


def _sign(x: Any) -> int:
    """Return 1, 0 or -1 for a number; 0 for an array, which has no sign of its own."""
    if np.size(x) != 1 or np.isnan(x).any():
        return 0
    return int(np.sign(np.asarray(x).item()))


def _formula(line: str) -> str:
    line = clean(line)
    return line if len(line) <= LONGEST_FORMULA else f"{line[:LONGEST_FORMULA]}…"
