"""`checkpoint`: compute again instead of keeping, and `stop_gradient`.

What a function computes on the way is needed when backward comes by, and kept until then. A function
under `checkpoint` keeps its operands and its result alone; when its turn comes it is run again, and
backward goes through what that recorded. A chain of n steps in parts of sqrt(n) so needs the memory of
2 sqrt(n) of them, for one more forward pass. The gradient is the same to the bit: its parts are added
up in the order in which they would have been.
"""

import math
from collections.abc import Sequence
from functools import wraps
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Function, function, is_node, together
from autodiff.derivatives.forward import tangents
from autodiff.derivatives.reverse import computed, needs_grad, send
from autodiff.nodes import modes
from autodiff.nodes.array_node import fill
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.leaving import INSIDE, Inside
from autodiff.nodes.modes import MODE
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value, tick
from autodiff.table import ops, tree
from autodiff.table.primitive import Multilinear


class Segment:
    """A call of a function that can be made again on other operands."""

    def __init__(self, f: Function, leaves: list[Any], rebuild: Any) -> None:
        self.f, self.leaves, self.rebuild = f, leaves, rebuild
        self.operands = list(dict.fromkeys(x for x in leaves if is_node(x)))
        place = {x: i for i, x in enumerate(self.operands)}
        self.places = {k: place[x] for k, x in enumerate(leaves) if is_node(x)}
        self.shapes: list[tuple[int, ...]] = []
        self.back: Any = None
        self.captured: tuple[Any, ...] = ()  # what the function reads beside its arguments
        self.inside = INSIDE.get()  # the transform that it was called in

    def run(self, operands: Sequence[Any]) -> Any:
        """Return what the function computes of the operands as one node: all outputs, laid flat."""
        leaves = [
            operands[self.places[k]] if k in self.places else x for k, x in enumerate(self.leaves)
        ]
        outputs, self.back = tree.flatten(self.called(leaves, [*operands, *self.captured]))
        nodes = [y if type(y) is Tensor else ops.mul(y, constant(np.ones(()))) for y in outputs]
        self.shapes = [y.shape for y in nodes]
        if len(nodes) == 1:
            return ops.identity(nodes[0])
        return ops.concatenate(*(y.reshape(-1) for y in nodes), axis=0)

    def called(self, leaves: list[Any], inputs: list[Any]) -> Any:
        """Return what the function makes of its arguments, in a transform also when it is run again."""
        args, keywords = self.rebuild(leaves)
        around = INSIDE.get()
        try:
            if self.inside is not None:
                INSIDE.set(Inside(self.inside.what, inputs, around))
            return self.f(*args, **keywords)
        finally:
            INSIDE.set(around)

    def apart(self, whole: Tensor) -> Any:
        """Return the function's outputs from the node that has them all."""
        return self.back(parted(whole, self.shapes))


def parted(whole: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Return the arrays or nodes of these shapes that were laid flat in one; a single one is not flat."""
    if len(shapes) == 1:
        return [whole]
    parts, start = [], 0
    for shape in shapes:
        n = math.prod(shape)
        parts.append(whole[start : start + n].reshape(shape))
        start += n
    return parts


class Recomputed(Multilinear):
    """The row of a node whose inside is not kept; each has its own function among its parameters."""

    def __post_init__(self) -> None:
        """Stay out of the table: it says nothing of derivatives."""

    def __reduce__(self) -> Any:
        raise TypeError("a function under checkpoint cannot be saved or copied; record without it")


def again(node: Any, operands: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Run a node's function again; return its result and what was recorded, newest first."""
    for x in node.parents:
        if x.seq > node.seq:
            raise RuntimeError(
                f"checkpoint: {x!r:.60} got new data after the function was recorded, so what it "
                f"computed cannot be computed again; record it anew"
            )
    start = tick()
    with modes.mode(recording=True):
        whole = node.params["segment"].run(operands)
    if not np.array_equal(whole._array, node._array, equal_nan=True):
        raise RuntimeError(
            "checkpoint: the function computes something else the second time; what it draws at "
            "random or changes must be an argument"
        )
    return whole, [x for x in computed([whole], scalars=True) if x.seq > start]


def send_again(node: Any, g: Any, total: dict[Any, Any], create_graph: bool) -> None:
    """Send a node's cotangent through what it records when it is run again."""
    whole, inside = again(node, node.parents)
    total[whole] = g
    every = create_graph or type(g) is Lanes  # else Values are swept by themselves
    send([x for x in inside if every or type(x) is Tensor], total, create_graph, ())


def transposed(i: int, g: Any, *xs: Any, segment: Segment) -> Any:
    """Return what operand `i` receives; the operands are arrays or nodes."""
    as_nodes = any(map(is_node, xs)) or is_node(g)
    operands, whole, order = on_leaves(xs, segment)
    total: dict[Any, Any] = {whole: g}
    send(order, total, as_nodes, set(operands))
    return total.get(operands[i])


def on_leaves(xs: Sequence[Any], segment: Segment) -> tuple[list[Any], Any, list[Any]]:
    """Run a function on nodes of its own; return them, the result, and what was recorded."""
    given = xs[: len(segment.operands)]
    operands = [ops.identity(x) if is_node(x) else Tensor(x) for x in given]
    start = tick()
    with modes.mode(recording=True):
        whole = segment.run(operands)
    inside = [x for x in computed([whole], scalars=True) if x.seq > start]
    return [*operands, *segment.captured], whole, inside


class Moved:
    """The tangents of a function that is run again: one rule for each operand, however many."""

    def __getitem__(self, i: int) -> Any:
        def rule(t: Any, *xs: Any, segment: Segment) -> Any:
            as_nodes = any(map(is_node, xs)) or is_node(t)
            operands, whole, _ = on_leaves(xs, segment)
            return tangents([whole], [operands[i]], [t], as_nodes)[0]

        return rule


def value(*xs: Any, segment: Segment) -> Any:
    """Return what the function computes of arrays."""
    with modes.no_grad():
        return segment.run([Tensor(x) for x in xs])._array


MOVED: Any = Moved()
RECOMPUTED = Recomputed(
    "checkpoint", value, nary=transposed, again=send_again, tangents=MOVED, tex=r"f({0})"
)


def checkpoint(f: Function) -> Function:
    """Return f, which then keeps nothing of what it computes on the way and is run again by backward.

    Results are Tensors; arguments by name are arguments like others. f must compute the same the
    second time. A program (`trace`) decides for itself what is kept: there f is recorded as it stands.

    >>> import autodiff as ad
    >>> x = ad.Tensor([1.0, 2.0])
    >>> y = checkpoint(lambda x: ad.sin(x) * x)(x).sum()
    >>> ad.gradient(y, x) == ad.gradient((ad.sin(x) * x).sum(), x)
    array([ True,  True])
    """

    @wraps(function("checkpoint", f))
    def apply(*args: Any, **keywords: Any) -> Any:
        mode = MODE.get()
        if mode.guards is not None or not mode.recording:
            return f(*args, **keywords)
        leaves, rebuild = tree.flatten([args, keywords])
        segment = Segment(f, leaves, rebuild)
        start = tick()
        whole = segment.run(segment.operands)
        outside = dict.fromkeys(segment.operands)
        for inner in computed([whole], scalars=True):
            outside |= dict.fromkeys(x for x in inner.parents if x.seq <= start and needs_grad(x))
        parents = tuple(outside)
        segment.captured = parents[len(segment.operands) :]
        if not any(map(needs_grad, parents)):
            return segment.apart(whole)
        node: Tensor = Tensor.__new__(Tensor)
        saved = tuple(x._array if type(x) is Tensor else np.asarray(x._data) for x in parents)
        fill(node, whole._array, RECOMPUTED, parents, saved, {"segment": segment}, True, None)
        return segment.apart(node)

    return apply


def stop_gradient(x: Any) -> Any:
    """Return x, a number, an array, a node or a tree of them, through which no gradient flows back.

    >>> from autodiff import grad
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return tree.map_tree(_stopped, x)


def _stopped(leaf: Any) -> Any:
    if isinstance(leaf, np.ndarray) and leaf.dtype == object:
        return together([_stopped(v) for v in leaf.flat], leaf.shape).view(type(leaf))
    return ops.stop(leaf) if isinstance(leaf, Value | Tensor) else leaf
