"""What an edge means: the local derivative along it and what came back along it.

Between numbers the local derivative is a number and `upstream × local = contribution` is an
equation that can be checked by eye. Between arrays it is a linear map: the edge names its kind (diagonal,
broadcast, or the operation itself) and gives its Frobenius norm.
"""

import math
import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from autodiff.drawing import words
from autodiff.drawing.escape import clean
from autodiff.drawing.naming import Names
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.table.language import say
from autodiff.table.primitive import Pointwise, Primitive


@dataclass(frozen=True)
class Meaning:
    """The words of an edge and what its line shows: a signed strength and a state.

    `state` is "flow" (a gradient came along), "none" (none can: the source is or comes of
    constants alone), "unset" (none was computed), "bundle" (many edges) or "plain".
    """

    local: tuple[str, ...]  # the derivative, or what else stands beside the arrow
    tooltip: str
    gradient: float | None
    state: str
    amount: bool = False  # the strength is a norm, without a sign
    back: str = ""  # what came back along it

    @property
    def lines(self) -> tuple[str, ...]:
        """All words beside the arrow."""
        return (*self.local, self.back) if self.back else self.local


@dataclass(frozen=True)
class Arrow:
    """One arrow of a picture; `mark` says which operand it is, where the order matters."""

    key: str
    source: str
    target: str
    meaning: Meaning
    wordy: bool
    edge: Edge | None = None
    mark: str = ""
    port: int | None = None


ROOM = 20  # letters of a quotient: no more than the line below it has
INDICES = re.compile(r"(\^\d+)?\[[\d,]+\]$", re.ASCII)  # of a layer, and of a place in its array


def alone(name: str) -> bool:
    """Return whether a name is one word, which needs no brackets: w·x and a^2 (∂a^2!) are more.

    >>> [alone(name) for name in ("w", "x[0,1]", "w^2[0,1]", "w·x", "v1²", "w^2")]
    [True, True, True, False, False, False]
    """
    word = INDICES.sub("", name)
    return word.replace("_", "a").isalnum() and word.isidentifier()  # · may stand in identifiers


def quotient(target: str, source: str) -> str:
    """Return how a local derivative is written; what is too long is dots, the arrow shows what it is.

    >>> quotient("z", "w"), quotient("z", "w·x"), quotient("(a − y)²", "a − y")
    ('∂z/∂w', '∂z/∂(w·x)', '∂((a − y)²)/∂(a − y)')
    >>> quotient("v1²", "v1"), quotient("w1·x1 + w2·x2", "w1·x1")
    ('∂(v1²)/∂v1', '∂(…)/∂(w1·x1)')
    """
    longer = ("…", source) if len(target) >= len(source) else (target, "…")
    for pair in ((target, source), longer, ("…", "…")):
        above, below = (x if alone(x) else f"({x})" for x in pair)
        written = f"∂{above}/∂{below}"
        if len(written) <= ROOM:
            break
    return written


def meaning(graph: Graph, edge: Edge, called: Names) -> Meaning:
    """Return what one edge of the graph means, between nodes as they are `called`."""
    source, target = graph[edge.source], graph[edge.target]
    numbers = np.ndim(target.value) == 0 and np.ndim(source.value) == 0
    over = quotient(called[edge.target], called[edge.source])
    local = graph.local(edge)
    if numbers and local is None and isinstance(target.primitive, Pointwise):
        derivative = [say("picture.no_derivative")]
    elif numbers:
        if local is None:  # a linear map from a number to a number
            local = graph.send(edge, 1.0)
        derivative = [f"{over} = {words.number(float(local))}"]
    else:
        kind, norm = jacobian(graph, edge)
        derivative = [over, kind if norm is None else f"{kind}, ‖∂‖ = {words.number(norm)}"]
    back = ""
    came = graph.contribution(edge)
    if not graph.flows[edge.source]:
        state = "none"
    elif came is None:
        state = "unset"
    else:
        state = "flow"
        if numbers and local is not None:
            upstream, by = words.number(float(target.grad)), words.number(float(local))
            back = f"{upstream} × {words.enclosed(by)} = {words.number(float(came))}"
        else:
            back = f"‖{say('picture.contribution')}‖ = {words.number(words.size(came))}"
    said = say(
        "picture.operand", source=called[edge.source], target=called[edge.target], k=edge.index + 1
    )
    unseen = say(f"picture.{state}") if state in ("none", "unset") else ""
    about = "\n".join(filter(None, (said, ": ".join(derivative), back, unseen)))
    if source.kind == "constant":  # its partial is nobody's question: it stays in the tooltip
        derivative, back = [], ""
    return Meaning(tuple(derivative), about, words.signed(came), state, not numbers, back)


def jacobian(graph: Graph, edge: Edge) -> tuple[str, float | None]:
    """Return the kind of an edge's Jacobian between arrays, and its Frobenius norm where known."""
    source, target = graph[edge.source], graph[edge.target]
    row = target.primitive
    assert row is not None
    if isinstance(row, Pointwise):
        same = np.shape(source.value) == np.shape(target.value)
        local = graph.local(edge)
        if local is None:
            return (say("picture.not_differentiable"), None)
        stretched = np.broadcast_to(np.asarray(local), np.shape(target.value))
        return (
            say(f"picture.{'diagonal' if same else 'broadcast'}"),
            words.size(np.asarray(stretched)),
        )
    name = clean(row.name)
    if row.name == "matmul":
        other = np.asarray(graph[target.operands[1 - edge.index]].value)
        if np.ndim(source.value) > 2 or other.ndim > 2:
            return (name, None)
        # The other matrix stands in the Jacobian once for each row (column) of this one.
        copies = np.shape(source.value)[edge.index] if np.ndim(source.value) == 2 else 1
        return (name, math.sqrt(copies) * (words.size(other) or 0.0))
    if row.name in ("sum", "reshape", "transpose", "broadcast", "take", "scatter", "concatenate",
                    "cast"):  # fmt: skip
        # A Jacobian of zeros and ones: its norm is the root of how many ones there are.
        ones = graph.send(edge, np.ones_like(np.asarray(target.value)))
        return (name, math.sqrt(float(np.sum(ones))))
    if row.name == "mean":  # one entry 1/n for each element of the source
        ones = graph.send(edge, np.ones_like(np.asarray(target.value)))
        return (name, words.size(np.asarray(ones)))
    return (name, None)


def operand_marks(node: GraphNode, written: frozenset[int]) -> tuple[str, ...]:
    """Return "1", "2", ... for the operands of an operation where their order is to be told.

    It is told by the operation's own words where an operand is `written` in its box.
    """
    n = len(node.operands)
    if node.primitive is None or not 2 <= n <= 6 or symmetric(node.primitive, n):
        return ()
    if not written.isdisjoint(node.operands):
        return ()
    return tuple(str(i + 1) for i in range(n))


@cache
def symmetric(row: Primitive, arity: int) -> bool:
    """Return whether exchanging operands leaves the value as it is, tried out on two numbers.

    >>> import autodiff as ad
    >>> [symmetric(ad.TABLE[name], 2) for name in ("add", "mul", "sub", "div", "hypot", "atan2")]
    [True, True, False, False, True, False]
    """
    if row.name == "total":
        return True
    if not isinstance(row, Pointwise) or arity != row.arity or arity != 2:
        return False
    try:
        with np.errstate(all="ignore"):  # not every row is defined there
            return row.scalar(0.3, 0.7) == row.scalar(0.7, 0.3)
    except (ArithmeticError, ValueError, TypeError):
        return False
