"""What stood before an operation that failed: the graph of its operands, and the operation itself.

An error that the recording of an operation raised keeps the operation and its operands.
"""

import textwrap
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff.drawing import words
from autodiff.drawing.boxes import Box, Lines
from autodiff.drawing.edges import Arrow, Meaning
from autodiff.drawing.escape import clean, shorten
from autodiff.drawing.naming import called
from autodiff.drawing.scene import Scene
from autodiff.drawing.view import View
from autodiff.graphs.graph import Graph

KEY = "failed"


def operands(error: BaseException) -> tuple[Any, ...]:
    """Return the operands of the operation that raised an error; TypeError where it is of no such.

    >>> import autodiff as ad
    >>> try:
    ...     ad.Tensor([[1.0, 2.0]], name="w") @ ad.Tensor([[3.0]], name="x")
    ... except ValueError as error:
    ...     [x.name for x in operands(error)]
    ['w', 'x']
    """
    if not hasattr(error, "failed"):
        raise TypeError(
            f"draw: this {type(error).__name__} comes from no operation of a graph, so there is "
            "nothing to draw: give an error that an operation on arrays raised, or a node"
        )
    found: tuple[Any, ...] = error.failed[1]
    return found


def with_failure(scene: Scene, graph: Graph, view: View, error: BaseException) -> Scene:
    """Return a scene with the failed operation: the shapes of its operands, and why it failed."""
    row, given = error.failed  # type: ignore[attr-defined]
    names = called(graph)
    ids = [graph.ids[x] for x in given]
    shapes = [words.shape(np.asarray(graph.values[i])).strip() for i in ids]
    lines: Lines = [(shorten(names[i]), shape) for i, shape in zip(ids, shapes, strict=True)]
    lines += [("", line) for line in textwrap.wrap(clean(str(error)), 46)]
    sign = words.spoken(row.name)
    box = Box(
        KEY, "failed", sign, "", tuple(lines), f"{sign} failed: {clean(str(error))}", None, "",
        ports=len(ids),
    )  # fmt: skip
    made = [
        replace(b, kind="operation") if b.kind == "output" and b.node in ids else b
        for b in scene.boxes
    ]
    arrows = []
    for k, (i, shape) in enumerate(zip(ids, shapes, strict=True)):
        group = view.place[i]
        source = f"g{group}" if view.groups[group].node is None else f"n{i}"
        meaning = Meaning((shape,), f"operand {k + 1}: {shape}", None, "plain")
        arrows.append(
            Arrow(f"{source}-{KEY}-{k}", source, KEY, meaning, wordy=True, mark=str(k + 1), port=k)
        )
    return replace(scene, boxes=(*made, box), arrows=(*scene.arrows, *arrows))
