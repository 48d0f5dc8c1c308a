"""`Graph`: an immutable snapshot of everything an output was computed from.

Pictures, explanations, programs and exports start here, never from live nodes. Nodes are numbered
densely in order of creation, so a node's operands have smaller ids than itself; edges keep the
operand's index, and an operand that is used twice (`x * x`) has two edges. The snapshot holds
values and gradients as they were when it was taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node, contribution, needs_grad, scaled
from autodiff.nodes import doors, modes
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table.primitive import Multilinear, Pointwise, Primitive
from autodiff.table.quiet import quietly


@dataclass(frozen=True, eq=False, slots=True)
class GraphNode:
    """One node of the snapshot.

    `kind` is "parameter" (a leaf with a gradient), "input" (a named constant), "constant" (a plain
    number), "operation" or "output"; `grad` is None where none was computed.
    """

    id: int
    kind: str
    name: str | None
    scope: str
    where: str
    primitive: Primitive | None
    params: Mapping[str, Any]
    operands: tuple[int, ...]
    value: Any
    grad: Any
    live: Node = field(repr=False)

    @property
    def op(self) -> str:
        """The name of the operation, "" for a leaf."""
        return "" if self.primitive is None else self.primitive.name

    @property
    def label(self) -> str:
        """The user's name, or v and the id."""
        return self.name if self.name is not None else f"v{self.id}"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value, () for a number."""
        return self.value.shape if isinstance(self.value, np.ndarray) else ()


@dataclass(frozen=True, slots=True)
class Edge:
    """Operand `index` of node `target` is node `source`."""

    source: int
    target: int
    index: int


class Graph:
    """The snapshot of one output, or of several.

    `live`, `values`, `grads` and `names` are its columns, by id; `graph[i]` is one node. `flows` says
    whether gradients flow to a node; what comes of constants alone has none, numbers as little as arrays.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0)
    >>> graph = Graph(x * x, names={"x": x})
    >>> [node.label for node in graph], len(graph.edges)
    (['x', 'v1'], 2)
    """

    def __init__(self, *outputs: Node, names: Mapping[str, Any] | None = None) -> None:
        for y in outputs:
            if not isinstance(y, Value | Tensor):
                raise TypeError(
                    f"Graph: needs a Value or a Tensor, got {type(y).__name__} {y!r:.60}"
                )
            modes.read_leaves(y)
        live = reachable(outputs)
        given = _names(names)
        self.live: tuple[Node, ...] = tuple(live)
        self.ids: Mapping[Node, int] = {node: i for i, node in enumerate(live)}
        self.outputs: tuple[int, ...] = tuple(self.ids[y] for y in outputs)
        # What may change later is kept now; the rest of a node is put together when asked for.
        self.values = [_value(node) for node in live]
        self.flows = _flows(live, self.ids)
        self.grads = [_grad(node) if f else None for node, f in zip(live, self.flows, strict=True)]
        self.names = [node.name for node in live]
        for node, name in given.items():
            if node in self.ids:
                self.names[self.ids[node]] = name
        self._made: dict[int, GraphNode] = {}

    def __reduce__(self) -> Any:
        """Pickle and copy as data, the graph of `save_graph` with the labels of this snapshot."""
        return doors.unpickled, (doors.packed([self.live[i] for i in self.outputs]), self.names)

    def _altered(self, **columns: list[Any]) -> "Graph":
        """Return this snapshot with other `names`, `values` or `grads`."""
        part = Graph.__new__(Graph)
        part.__dict__.update(self.__dict__, _made={}, **columns)
        for cached in ("nodes", "edges", "users"):
            part.__dict__.pop(cached, None)
        return part

    def __repr__(self) -> str:
        outputs = ", ".join(self[i].label for i in self.outputs[:4])
        return f"<Graph of {len(self):,} nodes, computing {outputs}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return doors.graph_in_notebook(self)

    def _make(self, i: int) -> GraphNode:
        node = self.live[i]
        if i not in self._made:
            self._made[i] = GraphNode(
                i, _kind(node, self.names[i], i in self.outputs), self.names[i],
                node.scope, node.where, node.primitive, node.params,
                tuple(self.ids[p] for p in node.parents), self.values[i], self.grads[i], node,
            )  # fmt: skip
        return self._made[i]

    @cached_property
    def nodes(self) -> tuple[GraphNode, ...]:
        """All nodes, in order of creation."""
        return tuple(self._make(i) for i in range(len(self.live)))

    def __iter__(self) -> Iterator[GraphNode]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.live)

    def __getitem__(self, key: int | Node) -> GraphNode:
        i = key if isinstance(key, int) else self.ids[key]
        return self._make(i if i >= 0 else len(self) + i)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, by target and operand index."""
        return tuple(
            Edge(source, node.id, i)
            for node in self.nodes
            for i, source in enumerate(node.operands)
        )

    @cached_property
    def users(self) -> tuple[tuple[Edge, ...], ...]:
        """For each node the edges that lead out of it, to the nodes that use it."""
        out: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            out[edge.source].append(edge)
        return tuple(map(tuple, out))

    def local(self, edge: Edge) -> Any:
        """Return the local derivative d target / d source along one edge.

        A float between numbers; for a pointwise row on arrays the array of partials; None for a
        multilinear row on arrays, whose derivative is a linear map, and where there is none.
        """
        node = self[edge.target]
        if isinstance(node.live, Value):
            return node.live.local_derivatives[edge.index]
        if not isinstance(node.primitive, Pointwise):
            return None
        rule = node.primitive.partials[edge.index]
        if rule is None:
            return None
        return quietly(rule, node.live._array, *node.live.saved)

    def send(self, edge: Edge, cotangent: Any) -> Any:
        """Return what `cotangent` of the edge's target contributes to its source."""
        node = self[edge.target]
        if isinstance(node.live, Value):
            return scaled(float(cotangent), node.live.local_derivatives[edge.index])
        return quietly(contribution, node.live, edge.index, np.asarray(cotangent))

    def contribution(self, edge: Edge) -> Any:
        """Return the part of the source's gradient that came along this edge in the last backward.

        None where no gradient was computed, or where no gradient flows.
        """
        grad = self[edge.target].grad
        if grad is None or not self.flows[edge.source]:
            return None
        return self.send(edge, grad)

    to_json = doors.methods.to_json
    play = doors.methods.play

    def is_linear(self, edge: Edge) -> bool:
        """Return whether the target is linear in this operand (a multilinear row)."""
        return isinstance(self[edge.target].primitive, Multilinear)


def reachable(outputs: Sequence[Node]) -> list[Node]:
    """Return every node that the outputs depend on, themselves included, in order of creation."""
    seen = dict.fromkeys(outputs)
    pending = list(outputs)
    while pending:
        for parent in pending.pop().parents:
            if parent not in seen:
                seen[parent] = None
                pending.append(parent)
    # A leaf that was given new data counts as new; it must still come before what uses it.
    order = attrgetter("seq")
    inner = sorted((n for n in seen if n.parents), key=order)
    leaves = sorted((n for n in seen if not n.parents), key=order)
    if not inner or not leaves or leaves[-1].seq < inner[0].seq:
        return leaves + inner
    return _merge(leaves, inner)


def _merge(leaves: list[Node], inner: list[Node]) -> list[Node]:
    """Put each leaf where it was created, but before its first use."""
    first: dict[Node, int] = {}
    for node in inner:
        for p in node.parents:
            first.setdefault(p, node.seq)
    keyed = [(min(n.seq, first.get(n, n.seq) - 1), 0, i, n) for i, n in enumerate(leaves)]
    keyed += [(n.seq, 1, i, n) for i, n in enumerate(inner)]
    return [entry[3] for entry in sorted(keyed, key=lambda entry: entry[:3])]


def _names(names: Any) -> dict[Node, str]:
    """Return the user's variable names by node; the first without an underscore wins."""
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(
            f"names= must map names to nodes, as in names={{'w': w}} or names=locals(); it is "
            f"{type(names).__name__} {names!r:.60}"
        )
    for name in names or ():
        if not isinstance(name, str):
            turned = "; turn it round" if isinstance(name, Value | Tensor) else ""
            raise TypeError(
                f"names= must map names to nodes, as in names={{'w': w}}; {name!r:.60} is "
                f"{type(name).__name__}, not a name{turned}"
            )
    found: dict[Node, str] = {}
    for name, x in sorted((names or {}).items(), key=lambda item: item[0].startswith("_")):
        if isinstance(x, Value | Tensor):
            found.setdefault(x, name)
    return found


def _kind(node: Node, name: str | None, is_output: bool) -> str:
    if is_output and node.parents:
        return "output"
    if node.parents:
        return "operation"
    if not node.is_constant:
        return "parameter"
    return "input" if name is not None else "constant"


def _value(node: Node) -> Any:
    return node._data if isinstance(node, Value) else node._array


def _flows(live: list[Node], ids: Mapping[Node, int]) -> list[bool]:
    found: list[bool] = []
    for node in live:
        parents = node.parents
        found.append(needs_grad(node) and (not parents or any(found[ids[p]] for p in parents)))
    return found


def _grad(node: Node) -> Any:
    if not node.has_grad:
        return None
    return node.grad if isinstance(node, Value) else node._grad
