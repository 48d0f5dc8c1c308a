"""The story the player tells: a graph's boxes, edges and steps as plain texts and numbers.

Step 0 shows the leaves; then each operation is recorded, in order; then backward takes one edge
after another, as `graph_steps` gives them; the last step lists the gradients. Every number is
printed here, by one function, so the page shows what Python computed and calculates nothing.
"""

from typing import Any

import numpy as np

from autodiff.drawing import entitle, words
from autodiff.drawing.entitle import Name
from autodiff.drawing.escape import clean, shorten
from autodiff.drawing.layered import Placed, Plan
from autodiff.drawing.lettering import width
from autodiff.drawing.naming import Names, spelled
from autodiff.drawing.place import placed, prepared
from autodiff.explanations.notation import as_drawn
from autodiff.explanations.steps import Step, graph_steps, rule_text, short
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.nodes.functions import seed_for
from autodiff.nodes.value import Value
from autodiff.sources.plaintext import text
from autodiff.sources.terms import Operand, Show, value_term
from autodiff.table.symbol import Symbol

HEIGHT = 66.0  # as boxes.js draws them
WORDS = (64.0, 16.0)  # the room of a number beside an arrow, and
MOST_WORDS = 150  # up to how many arrows each has its own
PAGE = (1000.0, 700.0)  # what fits goes to the right, all else down
LONGEST_FORMULA = 160


def tell(graph: Graph) -> dict[str, Any]:
    """Return the whole story of a graph and its backward from the first output, ready for JSON."""
    spelt, show = spelled(graph), as_drawn(graph)
    names = [name.text for name in spelt]
    boxes = [_box(node, spelt[node.id]) for node in graph]
    layout = lay_out(graph, [box["w"] for box in boxes])
    for box, x, y in zip(boxes, layout.xs, layout.ys, strict=True):
        box |= {"x": round(x, 1), "y": round(y, 1)}
    end = graph.nodes[graph.outputs[0]]
    live = end.live
    seed = end.grad if np.size(end.value) != 1 and end.grad is not None else None
    steps = list(graph_steps(graph, seed_for(live, seed, "player")))
    return {
        "end": end.id,
        "width": round(layout.width, 1),
        "height": round(layout.height, 1),
        "nodes": boxes,
        "edges": _edges(graph, layout),
        "steps": [
            {"p": "start"},
            *(_recording(graph, node, names, show) for node in graph if node.operands),
            *_backward(graph, steps),
            {"p": "end"},
        ],
    }


def lay_out(graph: Graph, widths: list[float]) -> Placed:
    """Place the boxes of a graph, which are that wide, with room for a number beside each arrow."""
    edges = graph.edges
    wide, high = WORDS if len(edges) <= MOST_WORDS else (0.0, 0.0)
    plan = Plan(
        widths, [HEIGHT] * len(widths), [e.source for e in edges], [e.target for e in edges],
        [wide] * len(edges), [high] * len(edges), [-1] * len(widths), [],
    )  # fmt: skip
    made = prepared(plan)
    if len(edges) <= MOST_WORDS:
        across = placed(plan, made, "LR")
        if across.width <= PAGE[0] and across.height <= PAGE[1]:
            return across
    return placed(plan, made, "TB")


def shown(x: Any) -> str:
    """Return a number or an array as the player prints it; a dash where there is none."""
    return words.NOT_COMPUTED if x is None else short(x)


def _box(node: GraphNode, label: Name) -> dict[str, Any]:
    sign = "" if label.formula else entitle.sign(node.op)
    value = words.number(float(node.value)) if np.ndim(node.value) == 0 else words.shape(node.value)
    name = shorten(label.text, 20)
    head = width(name, 15, True) + (width(sign, 13, False) + 22 if sign else 0)
    return {
        "name": label.text, "short": name, "kind": node.kind, "op": node.op, "sign": sign,
        "box": value, "value": shown(node.value), "scope": clean(node.scope),
        "w": round(max(84.0, head + 30, width(value, 13, False) + 34), 1),
    }  # fmt: skip


def _edges(graph: Graph, layout: Placed) -> list[dict[str, Any]]:
    """Return each arrow: its ends, the control points of its curve, and where its number stands."""
    many = len(graph.edges) > MOST_WORDS
    told = []
    for i, e in enumerate(graph.edges):
        path = [round(c) for c in layout.paths[i]]
        at = (path[-2], path[-1] - 12) if many else (layout.word_xs[i], layout.word_ys[i])
        told.append(
            {"s": e.source, "t": e.target, "i": e.index, "d": path, "x": round(at[0], 1),
             "y": round(at[1], 1)}
        )  # fmt: skip
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
    return words.number(float(x)) if np.ndim(x) == 0 else f"‖{words.number(words.size(x))}‖"


def _sign(x: Any) -> int:
    """Return 1, 0 or -1 for a number; 0 for an array, which has no sign of its own."""
    if np.size(x) != 1 or np.isnan(x).any():
        return 0
    return int(np.sign(np.asarray(x).item()))


def _formula(line: str) -> str:
    line = clean(line)
    return line if len(line) <= LONGEST_FORMULA else f"{line[:LONGEST_FORMULA]}…"
