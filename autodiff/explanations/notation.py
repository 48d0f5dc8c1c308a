"""The letters of a network: one notation, the documents', and how others write the same.

A network's nodes are named as in the documents' book: layers are counted from the input, layer 1, to
L, and w^2, b^2, z^2, a^2 belong to layer 2. The study notes write W^(2), U^(2), Z^(2) and Delta^(2) for
the same layer; the lecture counts from the first layer after the input, W[1], Z[1], A[1], and writes
dvar for the derivative of the output with respect to var. `notation` gives a graph's names in any.
What has no name is called as in the graph's picture (`as_drawn`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autodiff.derivatives.reverse import Node
from autodiff.drawing.entitle import MOST
from autodiff.drawing.naming import spelled
from autodiff.graphs.graph import Graph, GraphNode
from autodiff.sources.terms import Operand, operand, value_term
from autodiff.table.symbol import Term

FORMULA = re.compile(r"[\s·/@²³ᵀ−]|\w\(")  # what stands in a name that is a formula


@dataclass(frozen=True)
class Letters:
    """How one document writes: by the book's letter, with {l} for the layer, {k} for the one below."""

    layered: Mapping[str, str]
    single: Mapping[str, str]


NOTATIONS = {
    "book": Letters(
        {
            "w": "w^{l}", "b": "b^{l}", "z": "z^{l}", "a": "a^{l}", "delta": "delta^{l}",
            "nabla_w": "dC/dw^{l}", "nabla_b": "dC/db^{l}",
        },
        {"x": "x", "y": "y", "C": "C"},
    ),
    "notes": Letters(
        {
            "w": "W^({l})", "b": "b^({l})", "z": "U^({l})", "a": "Z^({l})", "delta": "Delta^({l})",
            "nabla_w": "dW^({l})", "nabla_b": "db^({l})",
        },
        {"x": "Z^(1)", "y": "D", "C": "E"},
    ),
    "lecture": Letters(
        {
            "w": "W[{k}]", "b": "b[{k}]", "z": "Z[{k}]", "a": "A[{k}]", "delta": "dZ[{k}]",
            "nabla_w": "dW[{k}]", "nabla_b": "db[{k}]",
        },
        {"x": "X", "y": "Y", "C": "J"},
    ),
}  # fmt: skip


def written(letter: str, layer: int, notation: str = "book") -> str:
    """Return how a notation writes a quantity of a layer; the layer is counted from the input.

    >>> [written("delta", 2, n) for n in NOTATIONS]
    ['delta^2', 'Delta^(2)', 'dZ[1]']
    """
    return _letters(notation).layered[letter].format(l=layer, k=layer - 1)


def notation(y: Node, letters: str) -> dict[str, Node]:
    """Return the nodes of a network's graph by their names in a notation, for any `names=`.

    `letters` is "book", "notes" or "lecture". Nodes without a name of the book's are left out.

    >>> import autodiff as ad
    >>> w = ad.Tensor([[2.0]], name="w^2")
    >>> z = w @ ad.constant([[3.0]], name="x")
    >>> z.name = "z^2"
    >>> print(ad.derive(z.sum(), wrt=w, names=notation(z, "lecture")).text)
    Z[1] = W[1] @ X = [[2.]] @ [[3.]] = [[6.]]
    out = sum(Z[1]) = sum([[6.]]) = 6
    dZ[1] = broadcast(1, (1, 1)) = [[1.]]   (BP1)
    dW[1] = dZ[1] @ X.T = [[1.]] @ ([[3.]]).T = [[3.]]   (BP4)
    """
    chosen = _letters(letters)
    found: dict[str, Node] = {}
    for node in Graph(y).live:
        name = node.name or ""
        layered = re.fullmatch(r"([a-z_]+)\^(\d+)(.*)", name)
        if layered is not None and layered[1] in chosen.layered:
            found[written(layered[1], int(layered[2]), letters) + layered[3]] = node
        elif name in chosen.single:
            found[chosen.single[name]] = node
    return found


def book_name(name: str) -> str:
    """Return a name of the notes or of the lecture as the book writes it, others as they are.

    >>> book_name("dW[1]"), book_name("Delta^(3)"), book_name("dz2"), book_name("w^2")
    ('nabla_w^2', 'delta^3', 'delta^3', 'w^2')
    """
    for style in ("notes", "lecture"):
        for letter, form in NOTATIONS[style].layered.items():
            pattern = re.escape(form).replace(r"\{l\}", r"(\d+)").replace(r"\{k\}", r"(\d+)")
            if found := re.fullmatch(pattern, name):
                return f"{letter}^{int(found[1]) + (style == 'lecture')}"
    if found := re.fullmatch(r"d([WwbZz])(\d+)", name):  # as the lecture's code spells them
        letter = {"w": "nabla_w", "b": "nabla_b", "z": "delta"}[found[1].lower()]
        return f"{letter}^{int(found[2]) + 1}"
    return name


def delta_name(label: str | None, layer: int) -> str:
    """Return what the error of a layer is called whose weighted input bears this label.

    >>> delta_name("z^2", 2), delta_name("U^(2)", 2), delta_name("Z[1]", 2), delta_name("z1", 2)
    ('delta^2', 'Delta^(2)', 'dZ[1]', 'delta1')
    """
    if not label:
        return f"delta^{layer}"
    if found := re.fullmatch(r"U(\^\(\d+\))", label):
        return f"Delta{found[1]}"
    if re.fullmatch(r"Z\[\d+\]", label):
        return f"d{label}"
    number = re.search(r"\^?\d+$", label)
    return f"delta{number.group() if number else ''}"


def gradient_name(output: str, label: str) -> str:
    """Return what the derivative of the output with respect to a node is called.

    >>> gradient_name("C", "w^2"), gradient_name("J", "W[1]")
    ('dC/dw^2', 'dW[1]')
    """
    return f"d{label}" if re.fullmatch(r"\w+\[\d+\]", label) else f"d{output}/d{label}"


def as_drawn(graph: Graph) -> Callable[[GraphNode], Term]:
    """Return how formulas write the nodes of a graph: by the names in its picture.

    A node that the picture calls `w·x` is written out, w * x.
    """
    if len(graph) > MOST:
        return operand
    names = spelled(graph)

    def show(node: GraphNode) -> Term:
        if names[node.id].formula:
            return value_term(graph, node, show)
        shown = operand(node)
        if not isinstance(shown, Operand):
            return shown
        return Operand(name=names[node.id].text, shape=node.shape, key=shown.key)

    return show


def over(target: str, source: str) -> str:
    """Return how the derivative of one node by another is called, between their names.

    >>> over("z", "w"), over("z", "w·x"), over("C", "tanh(z)")
    ('dz/dw', 'dz/d(w·x)', 'dC/d(tanh(z))')
    """
    return f"d{bracketed(target)}/d{bracketed(source)}"


def bracketed(name: str) -> str:
    """Return a name, in brackets where it is a formula."""
    return f"({name})" if FORMULA.search(name) else name


def renamed(name: str) -> str:
    """Say what a name of the old numbering is now, "" for any other name.

    >>> renamed("w1")
    'Layers are counted from the input, layer 1: w1 is now w^2'
    """
    found = re.fullmatch(r"(w|b|z|a|delta|layer)(\d+)", name)
    if found is None:
        return ""
    now = f"{found[1]} {int(found[2]) + 1}" if found[1] == "layer" else (
        f"{found[1]}^{int(found[2]) + 1}"
    )  # fmt: skip
    return f"Layers are counted from the input, layer 1: {name} is now {now}"


def _letters(notation: str) -> Letters:
    if notation not in NOTATIONS:
        raise ValueError(
            f"no notation is called {notation!r:.40}: choose one of {', '.join(NOTATIONS)}"
        )
    return NOTATIONS[notation]
