"""What a box says: one node with its value and gradient, or many nodes summed up."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autodiff.drawing import style, words
from autodiff.drawing.columns import Columns, Ints, distinct
from autodiff.drawing.edges import operand_marks
from autodiff.drawing.escape import clean, shorten
from autodiff.drawing.naming import Names, with_numbers
from autodiff.drawing.view import Group, View
from autodiff.graphs.graph import Graph, GraphNode
from autodiff.table.language import say
from autodiff.table.primitive import ROWS

Lines = list[tuple[str, str]]
SIDE = 16  # rows and columns of a heat map
NUMBERED = re.compile(r"v\d+|out\d*")  # names that say nothing of the operation


@dataclass(frozen=True)
class Heat:
    """A heat map: row by row, -1 to 1 for each number, 2 for one that is not finite."""

    label: str
    columns: int
    shares: tuple[float, ...]


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
    heats: tuple[Heat, ...] = ()
    asked: bool = True  # for a gradient
    # What the gradient makes of the box: its hue, how much of it, how thick a line.
    hue: str = field(init=False)
    tint: float = field(init=False)
    force: float = field(init=False)
    computed: bool = field(init=False)  # a gradient, or none is asked for

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "hue", style.hue_of(self.gradient, self.amount))
        set_(self, "tint", style.opacity(self.gradient))
        set_(self, "force", words.strength(self.gradient))
        set_(self, "computed", self.gradient is not None or not self.asked)


def node_box(
    graph: Graph, view: View, i: int, full: bool, names: Names, written: frozenset[int]
) -> Box:
    """Return the box of one node, with all its lines or (not `full`) on one line.

    `written` are the numbers that stand in the boxes of the operations that use them.
    """
    node = graph[i]
    name = names[i]
    asked = graph.flows[i]
    value, gradient = words.value(node.value), words.gradients(node.grad) if asked else []
    absent = [p for p in node.operands if view.place[p] < 0 and p not in written]
    missing: Lines = (
        [(say("picture.not_shown"), words.count(len(absent), "operand"))] if absent else []
    )
    sign, numbers = with_numbers(node, names, written)
    if numbers:
        missing = [
            (say("picture.with"), ", ".join(numbers[:4]) + (", …" if len(numbers) > 4 else "")),
            *missing,
        ]
    heats: list[Heat] = []
    if node.kind == "constant":  # its gradient is nobody's question; its name may be its value
        lines = [line for line in value if line[1] != name]
    elif full or node.kind == "input":
        lines = [*value, *gradient]
    else:
        shown = words.number(float(node.value)) if not np.ndim(node.value) else value[0][1]
        came = f" · ∇ {words.gradient(node.grad)[1]}" if asked else ""
        lines = [("", f"{shown.partition('  ')[0]}{came}")]
    if full:
        heats = [
            h
            for h in (heat(say("picture.value"), node.value), heat(say("picture.grad"), node.grad))
            if h is not None
        ]
    what = say(f"legend.{node.kind}") if node.primitive is None else formula(graph, node, names)
    about = [f"{name}{':' if node.primitive is None else ' ='} {what}"]
    about += [f"{label} {text}".strip() for label, text in (*value, *gradient, *missing)]
    if node.scope:
        about.append(say("picture.scope", name=words.scoped(node.scope)))
    formal = node.name is None and node.kind != "constant" and not NUMBERED.fullmatch(name)
    return Box(
        key=f"n{i}",
        kind=node.kind,
        title=shorten(name),
        sign="" if formal else shorten(clean(sign), 16),
        lines=(*lines, *missing),
        tooltip="\n".join(about),
        gradient=words.signed(node.grad),
        scope=node.scope,
        node=i,
        ports=len(operand_marks(node, written)),
        amount=np.ndim(node.value) > 0,
        heats=tuple(heats),
        asked=asked,
    )


def heat(label: str, x: Any) -> Heat | None:
    """Return the heat map of an array of 13 to 256 numbers in at most 16 rows and columns."""
    x = np.asarray(x) if isinstance(x, np.ndarray) else np.zeros(0)
    table = x.reshape(1, -1) if x.ndim == 1 else x
    if (
        table.ndim != 2
        or x.size <= words.FEW
        or max(table.shape) > SIDE
        or x.dtype.kind not in "fiub"
    ):
        return None
    numbers = table.astype(float).ravel()
    known = np.isfinite(numbers)
    largest = float(np.max(np.abs(numbers[known]), initial=0.0)) or 1.0
    shares = np.where(
        known, np.divide(numbers, largest, where=known, out=np.zeros_like(numbers)), 2.0
    )
    return Heat(label, table.shape[1], tuple(round(v, 2) for v in shares.tolist()))


def formula(graph: Graph, node: GraphNode, names: Names) -> str:
    """Return an operation and its operands in words, as in `mul(w, x)`."""
    operands = [shorten(names[p]) for p in node.operands[:6]]
    if len(node.operands) > 6:
        operands.append(say("picture.more", n=f"{len(node.operands) - 6:,}"))
    return f"{clean(words.spoken(node.op))}({', '.join(operands)})"


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
    lines: Lines = [(say("picture.nodes"), f"{len(members):,}")]
    made = operations(table.ops[members])
    if group.how == "folded" and len(distinct(table.ops[members])) == 1:
        lines += _range(graph, table, group)
    else:
        lines.append(("", operations(table.ops[members], 3)))
        lines += _named(graph[i] for i in members.tolist() if graph.names[i] is not None)
    lines.append((f"Σ|{say('picture.grad')}|", words.number(size)))
    strange = len(sizes) - len(computed)
    how = say(f"picture.{group.how}") if group.how else ""
    about = [", ".join(filter(None, (f"{title}: {words.count(len(members), 'node')}", how))), made]
    about += [f"{label} {text}" for label, text in lines[1:] if label]
    if strange and len(computed):
        about.append(say("picture.gradients_unset", nodes=words.count(strange, "node")))
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
    parts = [f"{clean(words.spoken(ROWS[c].name))} ×{-n:,}" for n, c in ranked if c >= 0]
    rest = len(parts) - most
    if rest > 0:
        parts = [*parts[:most], words.count(rest, "other operation")]
    leaves = [f"{say('picture.leaf')} ×{-n:,}" for n, c in ranked if c < 0]
    return ", ".join([*parts, *leaves])


def _range(graph: Graph, table: Columns, group: Group) -> Lines:
    values = table.values[group.members]
    first = graph.values[int(group.members[0])]
    if np.ndim(first):
        return [(say("picture.shape"), words.shape(np.asarray(first)))]
    finite = values[~np.isnan(values)]
    if not len(finite):
        return [(say("picture.value"), "NaN")]
    low, high = words.number(float(finite.min())), words.number(float(finite.max()))
    return [(say("picture.value"), low if low == high else f"{low} … {high}")]


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
    return [*lines, ("", say("picture.more_names", n=f"{more:,}"))] if more else lines
