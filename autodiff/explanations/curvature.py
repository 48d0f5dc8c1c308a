"""Second derivatives: the matrix of all of them as a picture, and each one explained as a first one is.

A gradient that is recorded is a graph like any other, so d2y/da db is the derivative of dy/da with
respect to b, and `derive` and `explain` tell where it comes from, edge by edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autodiff.derivatives.reverse import gradient
from autodiff.drawing.escape import clean, shorten, xml
from autodiff.explanations.derivation import Derivation, derive
from autodiff.explanations.paths import Explanation, explain
from autodiff.explanations.steps import short
from autodiff.graphs.callers import snapshot
from autodiff.nodes.value import Value
from autodiff.table.language import say

MOST = 40  # numbers of which all second derivatives are taken
WIDE, HIGH = 76, 30  # a square of the picture
TINTS = "#2c7fb8", "#d95f0e"  # of negative and of positive numbers


@dataclass(frozen=True, eq=False)
class Curvature:
    """The second derivatives of a number y with respect to some of its leaves.

    `matrix` has them as numbers, `labels` names its rows and columns. In a notebook it shows as a picture.
    """

    labels: tuple[str, ...]
    matrix: Any
    y: Value = field(repr=False)
    leaves: tuple[Value, ...] = field(repr=False)
    slopes: tuple[Value, ...] = field(repr=False)  # dy/dx as nodes
    output: str = field(repr=False)

    def derive(self, a: Value, b: Value) -> Derivation:
        """Return the chain rule of d2y/da db, written out from the formula of dy/da."""
        slope, names = self._of(a, b)
        return derive(slope, wrt=b, names=names)

    def explain(self, a: Value, b: Value) -> Explanation:
        """Return d2y/da db as the sum over the paths from b to dy/da."""
        slope, names = self._of(a, b)
        return explain(slope, b, names=names)

    def _of(self, a: Value, b: Value) -> tuple[Value, dict[str, Any]]:
        for x in (a, b):
            if not any(x is leaf for leaf in self.leaves):
                raise ValueError(f"curvature: {x!r:.60} is none of {', '.join(self.labels)}")
        place = next(i for i, leaf in enumerate(self.leaves) if leaf is a)
        names: dict[str, Any] = dict(zip(self.labels, self.leaves, strict=True))
        names[f"{self.output}_{self.labels[place]}"] = self.slopes[place]
        return self.slopes[place], names

    def __str__(self) -> str:
        cells = [["", *self.labels]]
        for label, row in zip(self.labels, self.matrix.tolist(), strict=True):
            cells.append([label, *map(short, row)])
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join(
            "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in cells
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """Return a picture: a square for each second derivative, the deeper its colour the larger it is."""
        n = len(self.labels)
        largest = float(np.abs(self.matrix[np.isfinite(self.matrix)]).max(initial=0.0))
        words = [xml(shorten(clean(label), 9)) for label in self.labels]
        marks = []
        for i, word in enumerate(words):
            middle = i * WIDE + 1.5 * WIDE
            marks += [
                lettering(middle, HIGH / 2, word),
                lettering(WIDE / 2, (i + 1.5) * HIGH, word),
            ]
        for i, row in enumerate(self.matrix.tolist()):
            for j, number in enumerate(row):
                depth = min(abs(number) / largest, 1.0) if largest and number == number else 0.0
                x, y = (j + 1) * WIDE, (i + 1) * HIGH
                marks += [
                    f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" stroke="#888888" '
                    f'fill="{TINTS[number > 0.0]}" fill-opacity="{0.6 * depth:.3f}"/>',
                    lettering(x + WIDE / 2, y + HIGH / 2, xml(short(number))),
                ]
        width, height = (n + 1) * WIDE + 2, (n + 1) * HIGH + 2
        title = say("curvature.title", output=shorten(clean(self.output)))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" font-family="sans-serif" font-size="12" fill="#222222">'
            f"<title>{xml(title)}</title>"
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(marks)}</svg>'
        )


def lettering(x: float, y: float, text: str) -> str:
    """Return a word of the picture, in the middle of its place."""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" dominant-baseline="central">{text}</text>'
    )


def curvature(y: Value, xs: Sequence[Value] | None = None) -> Curvature:
    """Return all second derivatives d2y/da db, as a matrix that shows as a picture and explains itself.

    `xs` are leaves of y's graph; by default all its parameters, in order of creation. At most 40 numbers:
    `hessian` gives the matrix of a function of arrays.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    >>> found = curvature(w * w * x)
    >>> print(found)
       w  x
    w  1  4
    x  4  0
    >>> print(found.derive(w, x))
    out_w = 1 * x * w + 1 * x * w = 1 * 0.5 * 2 + 1 * 0.5 * 2 = 2
    dout_w/d(1 * x) = w + w = 2 + 2 = 4
    dout_w/dx = dout_w/d(1 * x) = 4
    """
    if not isinstance(y, Value):
        raise TypeError(
            f"curvature: y must be a Value, got {type(y).__name__}; of arrays, hessian gives the matrix"
        )
    graph = snapshot(y)
    nodes = {id: node for node, id in graph.ids.items()}
    leaves: list[Any] = (
        [nodes[n.id] for n in graph if n.kind == "parameter"] if xs is None else list(xs)
    )
    for x in leaves:
        if not isinstance(x, Value) or x not in graph.ids:
            raise ValueError(f"curvature: xs must be Values that y depends on, found {x!r:.60}")
    if not 0 < len(leaves) <= MOST:
        raise ValueError(
            f"curvature: takes 1 to {MOST} numbers, found {len(leaves)}; name some of them as xs, or let "
            f"hessian give the matrix"
        )
    slopes = gradient(y, leaves, create_graph=True)
    matrix = np.array([gradient(slope, leaves) for slope in slopes])
    labels = tuple(graph[graph.ids[x]].label for x in leaves)
    output = graph[graph.ids[y]].label
    return Curvature(labels, matrix, y, tuple(leaves), tuple(slopes), output)
