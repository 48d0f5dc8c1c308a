"""Readable stand-alone numpy code of a graph: forward and backward, with the user's names.

The forward lines are the recorded operations; the backward lines are the contributions along the
edges as the rules of the table give them, in the order of `backward`. The program imports numpy and
nothing else, and computes the same gradients on other numbers too (it has no `if`: choices made by
Python while recording stay as they were).
"""

import keyword
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.graphs.order import backward_order, flows
from autodiff.nodes.functions import seed_for
from autodiff.nodes.value import Value
from autodiff.sources.guards import at_risk, needs_guard, with_choices
from autodiff.sources.helpers import helper_names, helper_source
from autodiff.sources.literals import SMALL, is_number, literal, literal_array, shown, wants_arrays
from autodiff.sources.plaintext import calling, index_text, text
from autodiff.sources.terms import (
    Fixed,
    Operand,
    contribution_term,
    plus,
    value_term,
)
from autodiff.table.primitive import TABLE, Primitive
from autodiff.table.symbol import Symbol, Term

# Words of Python that the program and its helper functions use.
BUILTINS = {
    "abs", "all", "any", "bool", "float", "int", "isinstance", "len", "max", "min", "range", "slice",
    "sorted", "sum", "tuple", "type", "zip",
}  # fmt: skip
SHORT = 4  # operations that one line of the backward part may take in from unnamed nodes


def to_numpy_source(
    y: Node, names: Mapping[str, Any] | None = None, function: str = "value_and_grad"
) -> str:
    """Return a Python program on numpy that computes y and its gradient, as readable text.

    It defines `function(parameters and named inputs)`, which returns the value and a dict of the
    gradients by name (where parameters share a name, by argument: w, w_2). y is a single number.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.constant(0.5, name="x")
    >>> z = w * x
    >>> scope = {}
    >>> exec(to_numpy_source(ad.sin(z), names={"z": z}), scope)
    >>> value, gradients = scope["value_and_grad"](2.0, 0.5)
    >>> round(float(gradients["w"]), 6)
    0.270151
    """
    if not function.isidentifier() or keyword.iskeyword(function):
        raise ValueError(f"to_numpy_source: function={function!r} is no name of a function")
    graph = Graph(y, names=names)
    return _Program(graph, graph.ids[y], seed_for(y, None, "to_numpy_source")).source(function)


class _Program:
    """The program of one graph while it is written."""

    def __init__(self, graph: Graph, end: int, seed: Any) -> None:
        self.graph, self.end, self.seed = graph, end, seed
        self.rows: dict[Primitive, None] = {}
        self.risks = at_risk(graph)
        self.reached = {end}  # the nodes that a gradient comes to
        self.saved: set[Any] = set()  # what the backward part reads
        self.names: dict[Any, str] = {}
        self.taken = {"np", "math", *TABLE, *helper_names(), *keyword.kwlist, *BUILTINS}
        for node in sorted(graph, key=lambda n: (n.name is None, n.id)):
            self.names["value", node.id] = self._fresh(node.label)
        for node in graph:
            self.names["grad", node.id] = self._fresh("d_" + self.names["value", node.id])

    def _fresh(self, label: str) -> str:
        """Return an identifier close to the label (w2 for w^2), which no other node has."""
        letters = label.replace("^", "")
        base = "".join(c if c.isalnum() and c.isascii() else "_" for c in letters) or "v"
        base = "v" + base if base[0].isdigit() else base
        name, k = base, 1
        while name in self.taken:
            k += 1
            name = f"{base}_{k}"
        self.taken.add(name)
        return name

    def source(self, function: str) -> str:
        backward = self._backward()
        forward = self._forward()
        arguments = [n for n in self.graph if not n.operands and self._is_argument(n)]
        parameters = [n for n in self.graph if n.kind == "parameter"]
        names = ", ".join(self._name(n) for n in arguments)
        keys = self._keys(parameters)
        results = ", ".join(
            f"{k!r}: {self._gradient(n)}" for k, n in zip(keys, parameters, strict=True)
        )
        label = self.graph[self.end].label
        doc = f"Return {label} and its gradient with respect to "
        doc += (", ".join(keys) or "nothing") + "."
        lines = [
            f"def {function}({names}):",
            f'    """{_harmless(doc)}"""',
            *(f"    {self._name(n)} = np.asarray({self._name(n)}, dtype={_dtype(n)})"
              for n in arguments),
            *(f"    {self._name(n)} = {literal_array(n.value)}" for n in self.graph
              if not n.operands and self._is_literal_array(n)),
            "",
            "    # forward",
            *forward,
            "",
            "    # backward",
            *backward,
            "",
            f"    return {self._name(self.graph[self.end])}, {{{results}}}",
        ]  # fmt: skip
        helpers = helper_source(self.rows)
        head = "import numpy as np\n\n\n" + (helpers + "\n\n\n" if helpers else "")
        if helpers.startswith("import math"):
            head = "import math\n\n" + head.replace("import math\n\n\n", "")
        return head + "\n".join(lines) + "\n"

    def _name(self, node: GraphNode) -> str:
        return self.names["value", node.id]

    def _keys(self, parameters: list[GraphNode]) -> list[str]:
        """Return each parameter's label, or where that is not its alone the name of its argument."""
        labels = Counter(n.label for n in parameters)
        arguments = {self._name(n) for n in parameters}
        alone = {label for label, k in labels.items() if k == 1 and label not in arguments}
        return [n.label if n.label in alone else self._name(n) for n in parameters]

    def _is_literal_array(self, node: GraphNode) -> bool:
        return node.kind == "constant" and 1 != np.size(node.value) <= SMALL

    def _is_argument(self, node: GraphNode) -> bool:
        if node.kind != "constant":
            return True
        return np.size(node.value) > SMALL

    def _gradient(self, node: GraphNode) -> str:
        if node.id in self.reached:
            return self.names["grad", node.id]
        return f"np.zeros_like({self._name(node)})"

    def _forward(self) -> list[str]:
        """Write each operation as a line; an unnamed one that is used once stands in its place."""
        uses = [len(users) for users in self.graph.users]
        inline: dict[int, Term] = {}

        lines = []
        sizes: dict[int, int] = {}
        for node in self.graph:
            if not node.operands:
                continue
            term = value_term(self.graph, node, shown(self.graph, node, inline))
            sizes[node.id] = 1 + sum(sizes.get(s, 0) for s in node.operands if s in inline)
            key = "value", node.id
            once = uses[node.id] == 1 and key not in self.saved and node.id != self.end
            if once and node.name is None and sizes[node.id] <= SHORT:
                inline[node.id] = term
            else:
                lines.append(f"    {self._name(node)} = {self._text(term)}")
        return lines

    def _backward(self) -> list[str]:
        """Write what each node's gradient is made of, newest node first."""
        graph = self.graph
        end = graph[self.end]
        name = self.names["grad", self.end]
        one = "1.0" if not end.shape else f"np.ones({end.shape})"
        lines = [f"    {name} = np.asarray({one}, dtype={_dtype(end)})"]
        sums: dict[int, Any] = {}
        sizes: dict[int, int] = {}
        for id in backward_order(graph):
            if id not in self.reached:
                continue
            node = graph[id]
            edges = [
                Edge(s, id, i) for i, s in enumerate(node.operands)
                if flows(graph, Edge(s, id, i))
            ]  # fmt: skip
            symbol: Any = Operand(name=self.names["grad", id], shape=node.shape, key=("grad", id))
            if id in sums:
                short = len(edges) == 1 and sizes[id] <= SHORT
                if node.name is None and (short or isinstance(sums[id], Operand)):
                    symbol = sums[id]
                else:
                    lines += self._sum(symbol.name, sums[id])
                    sizes[id] = 0
            for edge in edges:
                part = contribution_term(
                    graph,
                    edge,
                    symbol,
                    shown(self.graph, node),
                    needs_guard(graph, edge, self.risks),
                )
                for leaf in _leaves(part):
                    self.saved.add(leaf.key)
                sums[edge.source] = plus(sums.get(edge.source), part)
                sizes[edge.source] = sizes.get(edge.source, 0) + sizes.get(id, 0) + 1
                self.reached.add(edge.source)
        leaves = [n for n in reversed(graph.nodes) if not n.operands and n.id in sums]
        for n in leaves:
            lines += self._sum(self.names["grad", n.id], sums[n.id])
        return lines

    def _sum(self, name: str, term: Any) -> list[str]:
        """Write a gradient; a sum of long terms takes a line for each of them."""
        whole = f"    {name} = {self._text(term)}"
        if len(whole) <= 100 or getattr(term, "op", None) is not TABLE["total"]:
            return [whole]
        first, *rest = map(self._text, term.args)
        return [f"    {name} = {first}", *(f"    {name} = {name} + {part}" for part in rest)]

    def _text(self, term: Term) -> str:
        return text(with_choices(term), self._call, self._symbol, literal)

    def _symbol(self, symbol: Symbol) -> str:
        if isinstance(symbol, Fixed):
            return literal_array(symbol.array)
        return self.names.get(getattr(symbol, "key", None), symbol.name)

    def _call(self, term: Symbol, parts: list[str]) -> str:
        """Write an operation as a call of numpy, or of a function of the library's own."""
        row = term.op
        assert row is not None
        params = getattr(term, "params", {})
        if wants_arrays(row):
            pairs = zip(term.args, parts, strict=True)
            parts = [f"np.asarray({p})" if is_number(x) else p for x, p in pairs]
        if row.ufunc is not None:
            return f"np.{row.ufunc.__name__}({', '.join(parts)})"
        match row.name:
            case "sum" | "mean" | "max" | "min":
                axis = "" if params["axis"] is None else f", axis={params['axis']}"
                keep = ", keepdims=True" if params["keepdims"] else ""
                return f"np.{row.name}({parts[0]}{axis}{keep})"
            case "broadcast":
                return f"np.broadcast_to({parts[0]}, {params['shape']})"
            case "reshape":
                return f"np.reshape({parts[0]}, {params['shape']})"
            case "transpose":
                if params["axes"] == tuple(reversed(range(len(params["axes"])))):
                    return calling(term, parts)
                return f"np.transpose({parts[0]}, {params['axes']})"
            case "take":
                return calling(term, parts)
            case "concatenate":
                return f"np.concatenate(({', '.join(parts)},), axis={params['axis']})"
            case "cast":
                return f"np.asarray({parts[0]}, dtype=np.{np.dtype(params['dtype'])})"
            case "scatter":
                self.rows[row] = None
                return (
                    f"scatter({parts[0]}, np.s_[{index_text(params['index'])}], {params['shape']})"
                )
        self.rows[row] = None
        extra = [f"{k}={v!r}" for k, v in params.items()]
        return f"{getattr(row.array, '__name__', row.name)}({', '.join([*parts, *extra])})"


def _harmless(text: str) -> str:
    """Return text that cannot end the docstring it stands in."""
    return "".join("'" if c == '"' else c if c.isprintable() and c != "\\" else "?" for c in text)


def _dtype(node: GraphNode) -> str:
    return "float" if isinstance(node.live, Value) else f"np.{node.value.dtype}"


def _leaves(term: Any) -> list[Operand]:
    if isinstance(term, Operand):
        return [term]
    return [leaf for a in getattr(term, "args", ()) for leaf in _leaves(a)]
