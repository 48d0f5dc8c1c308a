"""Readable stand-alone JavaScript of a graph: forward and backward, with the user's names.

The program is the graph's own formulas, one line an operation, then the chain rule along the edges as
the rules of the table give it, newest node first. It needs nothing: the kernels that it calls
(`sigmoid`, `softplus`, ...) stand above it, printed from the library's own source.
"""

import keyword
import math
from collections.abc import Mapping
from typing import Any

from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.graphs.order import backward_order, flows
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.printers.javascript import Script
from autodiff.sources.guards import at_risk, needs_guard
from autodiff.sources.terms import local_term, value_term
from autodiff.table.primitive import TABLE
from autodiff.table.symbol import ARITHMETIC, Symbol, Term, number

# Words that JavaScript keeps for itself or that the program uses.
TAKEN = {
    "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete",
    "do", "else", "enum", "export", "extends", "false", "finally", "for", "function", "if",
    "implements", "import", "in", "instanceof", "interface", "let", "new", "null", "package",
    "private", "protected", "public", "return", "static", "super", "switch", "this", "throw", "true",
    "try", "typeof", "undefined", "var", "void", "while", "with", "yield", "arguments", "eval",
    "Math", "NaN", "Infinity", "Number", "value", "gradient",
}  # fmt: skip


def to_js_source(
    y: Any, names: Mapping[str, Any] | None = None, function: str = "valueAndGrad"
) -> str:
    """Return JavaScript that computes y and its gradient, as readable text.

    It defines `function` of the parameters and named inputs, which returns `{value, gradient}`, the
    gradient by name (of a second leaf called w by its argument, `w_2`). y is a Value: what an array
    is made of, `ad.expand` gives. A graph that holds an operation of your own raises ValueError.
    Choices made by Python while recording stay as they were.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    >>> print(to_js_source(w * x + 1.0, names={"y": w * x}))
    function valueAndGrad(w, x) {
      // forward
      const v2 = w * x;
      const v4 = v2 + 1;
      // backward
      const d_v4 = 1;
      const d_v2 = d_v4;
      const d_w = d_v2 * x;
      const d_x = d_v2 * w;
      return { value: v4, gradient: { "w": d_w, "x": d_x } };
    }
    """
    if not function.isidentifier() or keyword.iskeyword(function) or function in TAKEN:
        raise ValueError(f"to_js_source: function={function!r} is no name of a function")
    if isinstance(y, Tensor) or not isinstance(y, Value):
        raise TypeError(
            f"to_js_source: needs a Value, got {type(y).__name__}: take an array apart with "
            f"ad.expand, and give one element of its output"
        )
    return _Program(Graph(y, names=names)).source(function)


class _Program:
    """The program of one graph while it is written."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.risks = graph, at_risk(graph)
        self.script = Script()
        self.taken = {*TAKEN, *TABLE}
        self.names: dict[Any, str] = {}
        first = {n.label: n.id for n in reversed(list(graph))}
        self.again = {n.id for n in graph if first[n.label] != n.id}  # called as one before
        for node in sorted(graph, key=lambda n: (n.name is None, n.id in self.again, n.id)):
            self.names["value", node.id] = self._fresh(node.label)
        for node in graph:
            self.names["grad", node.id] = self._fresh(f"d_{self.names['value', node.id]}")

    def _fresh(self, label: str) -> str:
        base = "".join(c if c.isalnum() and c.isascii() else "_" for c in label) or "v"
        base = "v" + base if base[0].isdigit() else base
        name, k = base, 1
        while name in self.taken or name.startswith("k_"):
            k += 1
            name = f"{base.removeprefix('k_')}_{k}"
        self.taken.add(name)
        return name

    def source(self, function: str) -> str:
        graph = self.graph
        arguments = [n for n in graph if not n.operands and n.kind != "constant"]
        forward = [
            f"const {self._value(n)} = {self.formula(value_term(graph, n))};"
            for n in graph
            if n.operands
        ]
        backward, reached = self._backward()
        end = graph[graph.outputs[0]]
        gradient = ", ".join(
            f"{_quoted(self._key(n))}: {self.names['grad', n.id] if n.id in reached else 0}"
            for n in arguments
            if n.kind == "parameter"
        )
        lines = [
            "// forward", *forward, "// backward", *backward,
            f"return {{ value: {self._value(end)}, gradient: {{ {gradient} }} }};",
        ]  # fmt: skip
        head = f"function {function}({', '.join(map(self._value, arguments))}) {{"
        kernels = self.script.source()
        body = "\n".join([head, *(f"  {line}" for line in lines), "}"])
        return f"{kernels}\n\n{body}" if kernels else body

    def _value(self, node: GraphNode) -> str:
        return self.names["value", node.id]

    def _key(self, node: GraphNode) -> str:
        """Return what a gradient is called: as the leaf; a second leaf of that name as its argument."""
        return self._value(node) if node.id in self.again else node.label

    def _backward(self) -> tuple[list[str], set[int]]:
        """Write each gradient as the sum of what its users send, newest node first."""
        graph, end = self.graph, self.graph.outputs[0]
        parts: dict[int, list[str]] = {end: ["1"]}
        lines = []

        def write(id: int) -> None:
            total = " + ".join(parts[id]).replace("+ -", "- ")
            lines.append(f"const {self.names['grad', id]} = {total};")

        for id in backward_order(graph):
            if id not in parts:
                continue
            write(id)
            for place, source in enumerate(graph[id].operands):
                edge = Edge(source, id, place)
                if flows(graph, edge):
                    parts.setdefault(source, []).append(self._part(edge))
        for node in graph:
            if not node.operands and node.id in parts:
                write(node.id)
        return lines, set(parts)

    def _part(self, edge: Edge) -> str:
        """Write upstream times local; where nothing flows nothing arrives, also by an infinity."""
        upstream, local = self.names["grad", edge.target], local_term(self.graph, edge)
        if local == 1.0:
            return upstream
        if local == -1.0:
            return f"-{upstream}"
        text, precedence = self._print(local)
        if needs_guard(self.graph, edge, self.risks) or not math.isfinite(self.graph.local(edge)):
            return f"{self.script.function(TABLE['chain'])}({upstream}, {text})"
        return f"{upstream} * {text if precedence > 2 else f'({text})'}"

    def formula(self, term: Term) -> str:
        """Return a formula of the graph, with no more brackets than it needs."""
        return self._print(term)[0]

    def _print(self, term: Term) -> tuple[str, int]:
        if not isinstance(term, Symbol):
            return number(term), 9 if term >= 0 else 3
        if term.op is None:
            return self.names.get(getattr(term, "key", None), term.name), 9
        parts = [self._print(a) for a in term.args]
        name = term.op.name

        def least(part: tuple[str, int], precedence: int) -> str:
            return part[0] if part[1] >= precedence else f"({part[0]})"

        if name == "neg":
            return f"-{least(parts[0], 4)}", 3
        if name in ARITHMETIC:
            p = term.op.precedence
            right = least(parts[1], 4 if parts[1][0].startswith("-") else p + 1)
            return f"{least(parts[0], p)} {term.op.infix} {right}", p
        if name == "powc" and term.args[1] == 2.0 and parts[0][1] == 9:
            return f"{parts[0][0]} * {parts[0][0]}", 2
        return f"{self.script.function(term.op)}({', '.join(p[0] for p in parts)})", 9


def _quoted(label: str) -> str:
    """Return a label as a JavaScript string that stays one, wherever the text is put."""
    safe = (c if c.isprintable() and c not in '"\\<>&' else f"\\u{{{ord(c):x}}}" for c in label)
    return f'"{"".join(safe)}"'
