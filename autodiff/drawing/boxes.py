"""What a box says: one node with its value and gradient, or many nodes summed up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from autodiff.drawing import words
from autodiff.drawing.columns import Columns, Ints, distinct
from autodiff.drawing.edges import operand_marks
from autodiff.drawing.escape import clean, shorten
from autodiff.drawing.view import Group, View
from autodiff.graphs.graph import Graph, GraphNode
from autodiff.table.primitive import ROWS

Lines = list[tuple[str, str]]


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
    node: int | None = None
    ports: int = 0
    amount: bool = False  # the gradient is a norm or a sum, without a sign

    @property
    def computed(self) -> bool:
        """Whether a gradient was computed here, or none is asked for."""
        return self.gradient is not None or self.kind == "constant"


def node_box(graph: Graph, view: View, i: int, full: bool) -> Box:
    """Return the box of one node, with all its lines or (not `full`) on one line."""
    node = graph[i]
    name = words.called(node)
    value, gradient = words.value(node.value), words.gradient(node.grad)
    absent = [p for p in node.operands if view.place[p] < 0]
    missing: Lines = [("not shown", words.count(len(absent), "operand"))] if absent else []
    if node.kind == "constant":  # its gradient is nobody's question; its name may be its value
        lines = [line for line in value if line[1] != name]
    elif full:
        lines = [*value, gradient]
    else:
        shown = words.number(float(node.value)) if not np.ndim(node.value) else value[0][1]
        lines = [("", f"{shown.partition(' ')[0]} · ∇ {gradient[1]}")]
    what = node.kind if node.primitive is None else formula(graph, node)
    about = [f"{name}{':' if node.primitive is None else ' ='} {what}"]
    about += [f"{label} {text}" for label, text in (*value, gradient, *missing)]
    if node.scope:
        about.append(f"scope {clean(node.scope)}")
    return Box(
        key=f"n{i}",
        kind=node.kind,
        title=shorten(name),
        sign=shorten(clean(words.SIGNS.get(node.op, node.op)), 16),
        lines=(*lines, *missing),
        tooltip="\n".join(about),
        gradient=words.signed(node.grad),
        scope=node.scope,
        node=i,
        ports=len(operand_marks(node)),
        amount=np.ndim(node.value) > 0,
    )


def formula(graph: Graph, node: GraphNode) -> str:
    """Return an operation and its operands in words, as in `mul(w, x)`."""
    operands = [shorten(words.called(graph[p])) for p in node.operands[:6]]
    if len(node.operands) > 6:
        operands.append(f"… {len(node.operands) - 6:,} more")
    return f"{clean(node.op)}({', '.join(operands)})"


def split(box: Box) -> list[Box]:
    """Return micrograd's two boxes of one operation: the operation and its result."""
    op = replace(box, key=f"o{box.node}", kind="op", title="", lines=(), node=None)
    return [op, replace(box, sign="", ports=0)]


def group_box(graph: Graph, table: Columns, group: Group, key: str) -> Box:
    """Return the box of several nodes: how many, which operations, which names, the sum of |grad|."""
    members = group.members
    title = clean(group.title)
    sizes = table.sizes[members]
    computed = sizes[~np.isnan(sizes)]
    with np.errstate(all="ignore"):
        size = float(computed.sum()) if len(computed) else None
    lines: Lines = [("nodes", f"{len(members):,}")]
    made = operations(table.ops[members])
    if group.how == "folded" and len(distinct(table.ops[members])) == 1:
        lines += _range(graph, table, group)
    else:
        lines.append(("", operations(table.ops[members], 3)))
        lines += _named(graph[i] for i in members.tolist() if graph.names[i] is not None)
    lines.append(("Σ|grad|", words.number(size)))
    strange = len(sizes) - len(computed)
    about = [f"{title}: {words.count(len(members), 'node')}, {group.how}", made]
    about += [f"{label} {text}" for label, text in lines[1:] if label]
    if strange and len(computed):
        about.append(f"gradient not computed: {words.count(strange, 'node')}")
    return Box(
        key,
        "group",
        shorten(title, 30),
        "",
        tuple(lines),
        "\n".join(about),
        size,
        group.scope,
        amount=True,
    )


def operations(codes: Ints, most: int = 4) -> str:
    """Return how often which operation occurs, the most frequent first.

    >>> import autodiff as ad
    >>> mul, add = ad.TABLE["mul"].code, ad.TABLE["add"].code
    >>> operations(np.array([-1, -1, mul, mul, add]))
    'mul ×2, add ×1, leaf ×2'
    """
    counts = np.bincount(codes + 1)
    ranked = sorted((-int(counts[c + 1]), c) for c in distinct(codes))
    parts = [f"{clean(ROWS[c].name)} ×{-n:,}" for n, c in ranked if c >= 0]
    rest = len(parts) - most
    if rest > 0:
        parts = [*parts[:most], words.count(rest, "other operation")]
    leaves = [f"leaf ×{-n:,}" for n, c in ranked if c < 0]
    return ", ".join([*parts, *leaves])


def _range(graph: Graph, table: Columns, group: Group) -> Lines:
    values = table.values[group.members]
    first = graph.values[int(group.members[0])]
    if np.ndim(first):
        return [("shape", words.shape(np.asarray(first)))]
    finite = values[~np.isnan(values)]
    if not len(finite):
        return [("value", "NaN")]
    low, high = words.number(float(finite.min())), words.number(float(finite.max()))
    return [("value", low if low == high else f"{low} … {high}")]


def _named(nodes: Iterable[GraphNode], most: int = 6) -> Lines:
    """Return a line for each named node of a group: its shape (or value) and its gradient."""
    lines: Lines = []
    more = 0
    for node in nodes:
        if len(lines) == most:
            more += 1
            continue
        shown = "×".join(map(str, node.shape)) or words.number(float(node.value))
        label, gradient = words.gradient(node.grad)
        lines.append((shorten(clean(node.label), 14), f"{shown} · {label} {gradient}"))
    return [*lines, ("", f"… {more:,} more names")] if more else lines
