"""What nodes are called in a picture: their names, else a short formula, else a number of their own.

`w·x` says more than `v3`. A formula that grows too long is not written on: its node is called v1, v2
and so on, without gaps, and what follows is written with that. The output is called `out`.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from autodiff.drawing import words
from autodiff.drawing.escape import clean
from autodiff.graphs.graph import Graph, GraphNode

LONGEST = 16  # letters of a formula that stands for a name
MOST = 2_000  # nodes of a graph whose formulas are worked out
ATOM = 9
POWERS = {2.0: "²", 3.0: "³"}
BETWEEN = {"mul": "·", "add": " + ", "sub": " − ", "div": "/", "matmul": "@", "dot": "·"}


class Names(Protocol):
    """What each node is called, by number."""

    def __getitem__(self, i: int, /) -> str: ...


class Name(NamedTuple):
    """What a node is called, how strongly that binds, and whether it is a formula."""

    text: str
    binds: int
    formula: bool = False


@dataclass(frozen=True)
class Plain:
    """The names of a graph that is too large to work formulas out."""

    graph: Graph

    def __getitem__(self, i: int, /) -> str:
        return plain(self.graph, i)


def called(graph: Graph, formulas: bool = True) -> Names:
    """Return what each node of a graph is called, with or without `formulas`.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.constant(0.5, name="x")
    >>> called(ad.Graph(ad.exp(w * x - 1)))
    ['w', 'x', 'w·x', '1', 'w·x − 1', 'out']
    """
    if len(graph) > MOST:
        return Plain(graph)
    return [name.text for name in spelled(graph, formulas)]


def spelled(graph: Graph, formulas: bool = True) -> list[Name]:
    """Return what each node is called, with how that binds and whether it is a formula."""
    found: list[Name] = []
    unnamed = 0
    outputs = {y: k for k, y in enumerate(graph.outputs)}
    for node in graph:
        name = Name("", ATOM)
        if node.name is not None or is_number(node):
            text = plain(graph, node.id)
            name = Name(text, 3 if text.startswith("-") else ATOM)
        elif node.id in outputs and node.operands:
            name = Name("out" if len(outputs) == 1 else f"out{outputs[node.id] + 1}", ATOM)
        elif node.operands and formulas:
            name = Name(*formula(node, found), formula=True)
        if node.name is None and (not name.text or len(name.text) > LONGEST):
            unnamed += 1
            name = Name(f"v{unnamed}", ATOM)
        found.append(name)
    return found


def plain(graph: Graph, i: int) -> str:
    """Return a node's name, a nameless number as it is, or v and the node's number."""
    node = graph[i]
    if is_number(node):
        return words.number(float(np.asarray(node.value).item()))
    return clean(node.label)


def is_number(node: GraphNode) -> bool:
    """Return whether a node is a number that was only written down: a nameless constant."""
    return node.kind == "constant" and node.name is None and np.size(node.value) == 1


def formula(node: GraphNode, names: list[Name]) -> tuple[str, int]:
    """Return an operation on what its operands are called, "" where that is long, and how it binds."""
    row = node.primitive
    assert row is not None
    if len(node.operands) > 4:
        return "", ATOM
    parts = [names[p].text for p in node.operands]

    def at_least(k: int, precedence: int) -> str:
        return parts[k] if names[node.operands[k]].binds >= precedence else f"({parts[k]})"

    if row.name == "neg":
        return f"−{at_least(0, 3)}", 3
    if row.name in ("square", "powc", "power"):
        power = parts[1] if len(parts) == 2 else "2"
        if power in ("2", "3"):
            return f"{at_least(0, 5)}{POWERS[float(power)]}", 4
        return f"{at_least(0, 5)}^{at_least(1, 5)}", 4
    if row.name == "total":
        return " + ".join(at_least(k, 1) for k in range(len(parts))), 1
    if row.name in BETWEEN and len(parts) == 2:
        low = {"add": 1, "sub": 1}.get(row.name, 2)
        high = low if row.name in ("add", "mul") else low + 1
        return f"{at_least(0, low)}{BETWEEN[row.name]}{at_least(1, high)}", low
    if row.name == "transpose":
        return f"{at_least(0, 5)}ᵀ", 5
    return f"{clean(row.name)}({', '.join(parts)})", ATOM


def with_numbers(
    node: GraphNode, names: Names, written: frozenset[int]
) -> tuple[str, tuple[str, ...]]:
    """Return the sign of an operation with the numbers that are written in it, and those left over.

    `written` are the nodes whose numbers have no box of their own.
    """
    sign = words.SIGNS.get(node.op, node.op)
    inside = [k for k, p in enumerate(node.operands) if p in written]
    if not inside:
        return sign, ()
    numbers = [names[node.operands[k]] for k in inside]
    if len(node.operands) == 2 and len(inside) == 1:
        number = numbers[0]
        if node.op in ("powc", "power"):
            if inside == [0]:
                return f"{number}^( )", ()
            return f"( ){POWERS.get(float(number), f'^{number}')}", ()
        if node.op in words.SIGNS and node.op != "dot":
            if inside == [1] or node.op in ("add", "mul"):
                return f"{sign} {number}", ()
            return f"{number} {sign}", ()
    return sign, tuple(numbers)
