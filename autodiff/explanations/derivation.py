r"""The chain rule written out: each gradient as a formula, with numbers put in, and its result.

A derivation goes from the cost back to a parameter. Every line is one node's gradient: the sum of
what its users send, each the user's gradient times a local derivative of the table. Nodes that the
user named (and those used more than once) get a line, and those that the picture numbers because
their formula is long; what lies between is written in place. Those of matrices are marked BP1 to BP4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node
from autodiff.drawing.entitle import MOST
from autodiff.drawing.naming import called, spelled
from autodiff.explanations.layers import Roles, roles
from autodiff.explanations.notation import gradient_name, renamed
from autodiff.explanations.steps import short
from autodiff.graphs.callers import snapshot
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.graphs.order import backward_order, flows
from autodiff.nodes.functions import seed_for
from autodiff.sources.latex import SMALL, tex, tex_name, tex_value
from autodiff.sources.plaintext import text
from autodiff.sources.terms import (
    Fixed,
    Operand,
    compute,
    contribution_term,
    decided,
    operand,
    plus,
    value_term,
)
from autodiff.table.symbol import Symbol, Term

LONG = 6  # the most operations that are written in place


@dataclass(frozen=True, eq=False)
class Line:
    """One line: `left = formula = numbers put in = result`, and its name among BP1 to BP4."""

    left: Symbol
    formula: Term
    result: Any
    equation: str
    names: Mapping[Any, str] = field(repr=False)
    values: Mapping[Any, Any] = field(repr=False)

    @property
    def text(self) -> str:
        """The line as plain text."""
        parts = [self.left.name, text(self.formula)]
        numbers = self._in_numbers(text, short)
        if numbers and numbers not in (parts[-1], short(self.result)):
            parts.append(numbers)
        if parts[-1] != short(self.result):
            parts.append(short(self.result))
        tag = f"   ({self.equation})" if self.equation else ""
        return " = ".join(parts) + tag

    @property
    def latex(self) -> str:
        """The line as one row of LaTeX's `aligned`."""
        lhs, formula = self._tex(self.left), tex(self.formula, self._tex)
        parts = [formula]
        numbers = self._in_numbers(tex, tex_value)
        if numbers and numbers not in (formula, tex_value(self.result)):
            parts.append(numbers)
        if parts[-1] != tex_value(self.result):
            parts.append(tex_value(self.result))
        tag = rf" && \text{{({self.equation})}}" if self.equation else ""
        return f"{lhs} &= " + " = ".join(parts) + tag

    def _tex(self, symbol: Symbol) -> str:
        return self.names.get(getattr(symbol, "key", None)) or tex_name(symbol.name)

    def _in_numbers(self, printer: Callable[..., str], number: Callable[[Any], str]) -> str:
        """Print the formula with numbers for its symbols; "" where the arrays are too large."""
        if any(np.size(self.values[s.key]) > SMALL for s in _leaves(self.formula)):
            return ""

        def put(symbol: Symbol) -> str:
            if isinstance(symbol, Fixed):
                return number(symbol.array)
            return number(self.values[symbol.key])  # type: ignore[attr-defined]

        return printer(self.formula, name=put)


@dataclass(frozen=True, eq=False)
class Derivation:
    """The lines of a derivation: `values` forward, `gradients` backward; print it or show it."""

    output: str
    values: tuple[Line, ...]
    gradients: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, forward and then backward."""
        return self.values + self.gradients

    @property
    def result(self) -> Any:
        """The result of the last line: the gradient that was asked for."""
        return self.gradients[-1].result

    @property
    def text(self) -> str:
        """The derivation as plain text, a line each."""
        return "\n".join(line.text for line in self.lines)

    @property
    def latex(self) -> str:
        """The derivation as LaTeX, for inside a maths environment."""
        rows = " \\\\\n".join(line.latex for line in self.lines)
        return f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"

    @property
    def markdown(self) -> str:
        """The derivation as Markdown with its LaTeX between dollar signs."""
        return f"$$\n{self.latex}\n$$"

    def __str__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return self.markdown


def derive(y: Node, wrt: Node | None = None, names: Mapping[str, Any] | None = None) -> Derivation:
    """Return the chain rule from y back to `wrt` (None: every parameter), written out.

    dy/dx = sum over the users u of x of dy/du du/dx (eq. 36 to 45). y is a single number; `names`
    (such as locals()) label the nodes. A ValueError says if y does not depend on `wrt`.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    >>> z = w * x
    >>> print(derive(ad.sigmoid(z), wrt=w, names={"z": z}))
    z = w * x = 2 * 0.5 = 1
    out = sigmoid(z) = sigmoid(1) = 0.731059
    dout/dz = sigmoid_prime(z) = sigmoid_prime(1) = 0.196612
    dout/dw = dout/dz * x = 0.196612 * 0.5 = 0.098306
    """
    graph = snapshot(y, names=names)
    end, label = graph.ids[y], graph[y].label
    if wrt is not None and wrt not in graph.ids:
        if now := renamed(str(wrt)):
            raise ValueError(f"derive: the graph of {label} has no node {wrt!r}. {now}")
        raise ValueError(f"derive: {label} does not depend on {wrt!r}: no line leads there")
    goals = {graph.ids[wrt]} if wrt is not None else {n.id for n in graph if n.kind == "parameter"}
    return _Writer(graph, end, goals, seed_for(y, None, "derive")).derivation()


class _Writer:
    """Writes the lines of one derivation."""

    def __init__(self, graph: Graph, end: int, goals: set[int], seed: Any) -> None:
        self.graph, self.end, self.goals, self.seed = graph, end, goals, seed
        self.roles: Roles = roles(graph)
        self.order = [i for i in backward_order(graph) if i <= end]
        self.way = self._on_the_way()
        self.uses = self._uses()
        self.values: dict[Any, Any] = {("value", n.id): n.value for n in graph}
        self.drawn = spelled(graph) if len(graph) <= MOST else None
        self.called = called(graph)
        self.names: dict[Any, str] = {("value", n.id): tex_name(self.called[n.id]) for n in graph}
        self.sizes = self._measure()

    def derivation(self) -> Derivation:
        gradients = self._gradients()
        forward = (self._value(self.graph[i]) for i in sorted(self.way) if self._has_value_line(i))
        return Derivation(self.called[self.end], tuple(forward), tuple(gradients))

    def _on_the_way(self) -> set[int]:
        """Return the nodes on the paths from the goals to the output."""
        up = set(self.goals)
        for node in self.graph:
            if any(s in up and flows(self.graph, Edge(s, node.id, i)) for i, s in
                   enumerate(node.operands)):  # fmt: skip
                up.add(node.id)
        down = {self.end}
        for id in self.order:
            if id in down:
                down.update(s for s in self.graph[id].operands if s in up)
        return up & down

    def _uses(self) -> dict[int, int]:
        uses: dict[int, int] = {}
        for id in self.way:
            for s in self.graph[id].operands:
                if s in self.way:
                    uses[s] = uses.get(s, 0) + 1
        return uses

    def _kept(self, id: int) -> bool:
        """Return whether a node's gradient gets a line of its own."""
        node = self.graph[id]
        return (
            id in self.goals or id == self.end or self.uses.get(id, 0) > 1
            or node.name is not None or id in self.roles.deltas or self._numbered(id, self.sizes)
        )  # fmt: skip

    def _has_value_line(self, id: int) -> bool:
        node = self.graph[id]
        return bool(node.operands) and (id == self.end or self._labelled(id, self.sizes))

    def _measure(self) -> dict[int, int]:
        """Return how many operations stand in each node's formula; what has a label is none."""
        sizes: dict[int, int] = {}
        for node in self.graph:
            inner = [sizes[i] for i in node.operands if not self._labelled(i, sizes)]
            sizes[node.id] = 1 + sum(inner)
        return sizes

    def _labelled(self, id: int, sizes: Mapping[int, int]) -> bool:
        """Return whether a node is written by its label, not by its formula."""
        leaf = not self.graph[id].operands
        named = self.graph.names[id] is not None or id in self.roles.deltas
        return leaf or named or sizes[id] > LONG or self._numbered(id, sizes)

    def _numbered(self, id: int, sizes: Mapping[int, int]) -> bool:
        """Return whether the picture numbers a node of several operations, its formula being long."""
        unnamed = self.graph.names[id] is None and sizes[id] > 1
        return unnamed and self.drawn is not None and not self.drawn[id].formula

    def _show(self, node: GraphNode) -> Term:
        if self._labelled(node.id, self.sizes):
            shown = operand(node)
            if not isinstance(shown, Operand):
                return shown
            return Operand(name=self.called[node.id], shape=node.shape, key=shown.key)
        return value_term(self.graph, node, self._show)

    def _value(self, node: GraphNode) -> Line:
        left = Operand(name=self.called[node.id], shape=node.shape, key=("value", node.id))
        formula = value_term(self.graph, node, self._show)
        return Line(left, formula, node.value, "", self.names, self.values)

    def _gradients(self) -> list[Line]:
        terms: dict[int, Any] = {}
        sizes: dict[int, int] = {}
        lines: list[Line] = []
        for id in [*self.order, *sorted(self.goals - set(self.order), reverse=True)]:
            if id not in self.way:
                continue
            if id == self.end:
                terms[id] = float(np.asarray(self.seed).item())
                sizes[id] = 0
            elif id not in terms:
                continue
            elif self._kept(id) or sizes[id] > LONG:
                terms[id] = self._line(self.graph[id], terms[id], lines)
                sizes[id] = 0
            for i, source in enumerate(self.graph[id].operands):
                edge = Edge(source, id, i)
                if source in self.way and flows(self.graph, edge):
                    part = contribution_term(self.graph, edge, terms[id], self._show)
                    sent = decided(part, terms[id], self.values)
                    terms[source] = plus(terms.get(source), sent)
                    sizes[source] = sizes.get(source, 0) + sizes[id] + 1
        return lines

    def _line(self, node: GraphNode, formula: Term, lines: list[Line]) -> Operand:
        end, label = self.called[self.end], self.called[node.id]
        key = ("grad", node.id)
        letters = tex_name(label)
        if not (node.id == self.end or self._labelled(node.id, self.sizes)):
            inside = self._show(node)  # no line says what its label stands for
            label, letters = f"({text(inside)})", rf"\left({tex(inside, self._letters)}\right)"
        name = gradient_name(end, label)
        self.names[key] = rf"\frac{{\partial {tex_name(end)}}}{{\partial {letters}}}"
        if node.id in self.roles.deltas:
            name = self.roles.deltas[node.id]
        if "/" not in name:
            self.names[key] = tex_name(name)
        left = Operand(name=name, shape=node.shape, key=key)
        result = compute(formula, self.values)
        if node.shape and np.shape(result) != node.shape:
            result = np.broadcast_to(result, node.shape)
        self.values[key] = result if node.shape else float(result)
        equation = self.roles.equations.get(node.id, "")
        lines.append(Line(left, formula, self.values[key], equation, self.names, self.values))
        return left

    def _letters(self, symbol: Symbol) -> str:
        return self.names[symbol.key]  # type: ignore[attr-defined]


def _leaves(term: Term) -> list[Operand]:
    if not isinstance(term, Symbol):
        return []
    if term.op is None:
        return [term] if isinstance(term, Operand) and not isinstance(term, Fixed) else []
    return [leaf for a in term.args for leaf in _leaves(a)]
