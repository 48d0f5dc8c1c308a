"""The lens between arrays and numbers: one array operation as the graph of Values it stands for.

Every element of an array becomes a Value, every array operation the scalar operations that it is
made of: a matrix product is one `dot` a result, a sum one `total`, a pointwise row that same row on
each element. Values and gradients are those of the array, element by element.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Graph, GraphNode
from autodiff.nodes.modes import mode
from autodiff.nodes.value import Value, constant
from autodiff.table import ops
from autodiff.table.primitive import Pointwise
from autodiff.table.structure import axes_of

Objects = Any  # a numpy array of Values
LIMIT = 2_000_000


@dataclass(frozen=True, eq=False)
class Expansion:
    """The scalar graph of an array operation: `output` and `inputs` are arrays of Values.

    `inputs` has one array for each input's label, of that input's shape; its elements are named
    `w[0,1]`. `backward(cotangent)` runs backward from the whole output.
    """

    output: Objects
    inputs: Mapping[str, Objects]
    cotangent: Any = field(default=None, repr=False)

    def backward(self, cotangent: Any = None) -> None:
        """Send a cotangent of the output's shape back (by default the array's own gradient)."""
        g = self.cotangent if cotangent is None else cotangent
        if g is None:
            raise ValueError(
                "backward: the array had no gradient when it was expanded; run its loss's backward "
                "before, or give the cotangent, an array of the output's shape"
            )
        weights = np.broadcast_to(np.asarray(g, dtype=float), self.output.shape)
        ops.dot(*self.output.flat, *map(float, weights.flat)).backward()

    def gradients(self) -> dict[str, Any]:
        """Return the inputs' gradients as plain arrays."""
        return {name: _numbers(x, "grad") for name, x in self.inputs.items()}

    def values(self) -> Any:
        """Return the output as a plain array."""
        return _numbers(self.output, "data")


def expand(
    y: Node, inputs: Sequence[Node] | None = None, names: Mapping[str, Any] | None = None
) -> Expansion:
    """Return the scalar graph that computes y from `inputs` (by default y's own operands).

    y is a Tensor that was computed; everything between it and the inputs is expanded. An element of
    the result, `expand(z, [w, a, b]).output[3, 0]`, is one neuron, ready to be drawn or explained.
    A ValueError says if y does not come from the inputs, or is too large to be taken apart.

    >>> import autodiff as ad
    >>> w, a = ad.Tensor([[1.0, 2.0]], name="w"), ad.Tensor([[3.0], [4.0]], name="a")
    >>> lens = expand(w @ a)
    >>> lens.output[0, 0].data, [x.name for x in lens.output[0, 0].parents]
    (11.0, ['w[0,0]', 'w[0,1]', 'a[0,0]', 'a[1,0]'])
    """
    if not isinstance(y, Node) or y.primitive is None:
        raise ValueError(f"expand: {y!r} was not computed; give it the result of an operation")
    graph = Graph(y, names=names)
    ends = {graph.ids[x] for x in (y.parents if inputs is None else inputs) if x in graph.ids}
    needed = _needed(graph, graph.ids[y], ends)
    size = sum(_size(graph, graph[i]) for i in needed)
    if size > LIMIT:
        raise ValueError(
            f"expand: {size:,} elements and products would be taken apart, more than {LIMIT:,}; take "
            f"a part of the array first"
        )
    made: dict[int, Objects] = {}
    for id in needed:
        node = graph[id]
        if id in ends or not node.operands:
            made[id] = _leaves(node, id in ends)
        else:
            parts = tuple(filter(None, node.scope.split("/")))
            with mode(scopes=parts, path=node.scope):  # what is taken apart stays in its layer
                made[id] = _operation(node, [made[i] for i in node.operands])
            _name(made[id], node.name)
    grad = y.grad if y.has_grad else None
    chosen = {graph[i].label: made[i] for i in sorted(ends) if i in made}
    return Expansion(made[graph.ids[y]], chosen, grad)


def _needed(graph: Graph, start: int, ends: set[int]) -> list[int]:
    """Return the nodes between the ends and `start`, and any constants, oldest first."""
    found, pending = {start}, [start]
    while pending:
        id = pending.pop()
        if id in ends and id != start:
            continue
        for i in graph[id].operands:
            if i not in found:
                found.add(i)
                pending.append(i)
    return sorted(found)


def _size(graph: Graph, node: GraphNode) -> int:
    """Return how many elements a node has, or how many products they are made of."""
    size = math.prod(node.shape)
    return size * graph[node.operands[0]].shape[-1] if node.op == "matmul" else size


def _leaves(node: GraphNode, wanted: bool) -> Objects:
    """Return an array of new Values with the node's numbers; constants where no gradient goes."""
    array = np.asarray(node.value, dtype=float)
    made = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        place = ",".join(map(str, index))
        label = f"{node.label}[{place}]" if index else node.label
        x = float(array[index])
        if wanted and node.kind not in ("constant", "input"):
            made[index] = Value(x, name=label)
            continue
        number = constant(x)
        if node.kind != "constant":
            number.name = label
        made[index] = number
    return made


def _name(made: Objects, name: str | None) -> None:
    """Call the numbers of an array by its name and their places, where they have no name."""
    for index in np.ndindex(made.shape):
        if name and not made[index].name:
            made[index].name = f"{name}[{','.join(map(str, index))}]" if index else name


def _operation(node: GraphNode, xs: list[Objects]) -> Objects:
    """Return an operation's result on arrays of Values."""
    row, params = node.primitive, node.params
    assert row is not None
    if isinstance(row, Pointwise):
        return _array(np.broadcast_arrays(*xs), row, node.shape)
    match row.name:
        case "matmul":
            return _matmul(*xs)
        case "sum":
            return _reduced(xs[0], node, lambda parts: ops.total(*parts))
        case "mean":
            return _reduced(xs[0], node, lambda parts: ops.total(*parts) / float(len(parts)))
        case "max" | "min":
            return _reduced(xs[0], node, lambda parts: _extreme(parts, row.name == "max"))
        case "broadcast":
            return np.broadcast_to(xs[0], params["shape"])
        case "reshape":
            return np.reshape(xs[0], params["shape"])
        case "transpose":
            return np.transpose(xs[0], params["axes"])
        case "take":
            return _as_array(xs[0][params["index"]])
        case "concatenate":
            return np.concatenate(xs, axis=params["axis"])
        case "scatter":
            return _scatter(xs[0], params["index"], params["shape"])
        case "cast":
            return xs[0]
        case "total":
            return _as_array(ops.total(*(x[()] for x in xs)))
        case "dot":
            return _as_array(ops.dot(*(x[()] for x in xs)))
    raise ValueError(f"expand: {row.name} has no form in single numbers")


def _as_array(x: Any) -> Objects:
    if isinstance(x, np.ndarray):
        return x
    made = np.empty((), dtype=object)
    made[()] = x
    return made


def _array(xs: Sequence[Objects], f: Callable[..., Any], shape: tuple[int, ...]) -> Objects:
    made = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        made[index] = f(*(x[index] for x in xs))
    return made


def _matmul(a: Objects, b: Objects) -> Objects:
    """Return a @ b with one `dot` for each element of the result."""
    left = a if a.ndim > 1 else a[None, :]
    right = b if b.ndim > 1 else b[:, None]
    outer = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left = np.broadcast_to(left, outer + left.shape[-2:])
    right = np.broadcast_to(right, outer + right.shape[-2:])
    made = np.empty((*outer, left.shape[-2], right.shape[-1]), dtype=object)
    for index in np.ndindex(made.shape):
        *batch, i, j = index
        made[index] = ops.dot(*left[(*batch, i)], *right[(*batch, slice(None), j)])
    if b.ndim == 1:
        made = made[..., 0]
    return _as_array(made[..., 0, :] if b.ndim > 1 else made[..., 0]) if a.ndim == 1 else made


def _reduced(x: Objects, node: GraphNode, f: Callable[[list[Any]], Any]) -> Objects:
    """Apply f to the elements along the reduced axes."""
    axes = axes_of(node.params["axis"], x.ndim)
    kept = [k for k in range(x.ndim) if k not in axes]
    flat = np.transpose(x, (*kept, *axes)).reshape((*(x.shape[k] for k in kept), -1))
    made = np.empty(flat.shape[:-1], dtype=object)
    for index in np.ndindex(made.shape):
        made[index] = f(list(flat[index]))
    return made.reshape(node.shape)


def _extreme(parts: list[Value], largest: bool) -> Value:
    """Return the extreme element; equal ones share the gradient equally, as on arrays."""
    numbers = [p.data for p in parts]
    best = max(numbers) if largest else min(numbers)
    tied = [p for p in parts if p.data == best]
    return ops.total(*tied) / float(len(tied)) if len(tied) > 1 else ops.identity(tied[0])


def _scatter(x: Objects, index: Any, shape: tuple[int, ...]) -> Objects:
    places = np.arange(math.prod(shape)).reshape(shape)[index]
    parts: list[list[Any]] = [[] for _ in range(math.prod(shape))]
    for place, part in zip(np.ravel(places), x.flat, strict=True):
        parts[place].append(part)
    made = np.empty(len(parts), dtype=object)
    for i, found in enumerate(parts):
        made[i] = ops.total(*found) if found else constant(0.0)
    return made.reshape(shape)


def _numbers(x: Objects, what: str) -> Any:
    return np.array([getattr(v, what) for v in x.flat], dtype=float).reshape(x.shape)
