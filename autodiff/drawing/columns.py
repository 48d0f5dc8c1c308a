"""A graph as columns of numbers, so that a million nodes can be grouped without visiting each one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autodiff.drawing.words import total_size
from autodiff.graphs.graph import Graph

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """Operations, edges, scopes, values and gradients of a graph, by node.

    Operand j of node i is `sources[starts[i] + j]`; `targets` names the node of each entry. `ops`
    are codes of the table (-1 for a leaf), `scopes` are places in `paths`, the scopes' names.
    `values` is NaN where a node is not a number; `sizes` is the sum of |grad|, NaN where none.
    """

    ops: Ints
    starts: Ints
    sources: Ints
    targets: Ints
    scopes: Ints
    paths: tuple[str, ...]
    values: NDArray[np.float64]
    sizes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ops)


def columns(graph: Graph) -> Columns:
    """Return the columns of a graph."""
    live, ids, n = graph.live, graph.ids, len(graph)
    parents = [node.parents for node in live]
    counts = np.fromiter(map(len, parents), np.int64, n)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    sources = np.fromiter(
        map(ids.__getitem__, chain.from_iterable(parents)), np.int64, int(starts[-1])
    )
    rows = [node.primitive for node in live]
    names: dict[str, int] = {"": 0}
    scopes = np.fromiter((names.setdefault(x.scope, len(names)) for x in live), np.int64, n)
    return Columns(
        ops=np.fromiter((-1 if row is None else row.code for row in rows), np.int64, n),
        starts=starts,
        sources=sources,
        targets=np.repeat(np.arange(n), counts),
        scopes=scopes,
        paths=tuple(names),
        values=_numbers(graph.values),
        sizes=np.fromiter(
            (abs(g) if type(g) is float else _size(g) for g in graph.grads), np.float64, n
        ),
    )


def _size(grad: Any) -> float:
    return float("nan") if grad is None else total_size(grad)


def _numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    numbers = (
        v if type(v) is float else float(np.asarray(v)) if np.ndim(v) == 0 else float("nan")
        for v in values
    )
    return np.fromiter(numbers, np.float64, len(values))


def distinct(codes: Ints) -> list[int]:
    """Return the numbers, none below -1, that occur in `codes`, in order."""
    return (np.flatnonzero(np.bincount(codes + 1)) - 1).tolist()
