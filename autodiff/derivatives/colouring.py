"""Sparse Jacobians: columns that share no row go through the graph as one direction.

The pattern tells which elements of the Jacobian can be other than 0. Columns are coloured so that no
row has two of one colour; the sum of all columns of a colour then holds each of their elements by
itself, so one direction a colour is enough, however many columns there are. Where rows want fewer
colours, rows are taken together and go backward. All colours pass at once, as lanes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Call, Function, is_node
from autodiff.derivatives.forward import tangents
from autodiff.derivatives.reverse import Node, adjoints, computed
from autodiff.derivatives.sparsity import dependence, scipy_sparse, signature, size_of
from autodiff.nodes import modes
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.tensor import Tensor
from autodiff.table.quiet import SILENT, now, put

CELLS = 160  # a picture's squares along its longer side
TINTS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777", "#222255")


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where a Jacobian can be other than 0, and which of its columns (or rows) go together.

    `matrix` is a boolean SciPy array, outputs down and inputs across; `colours` has the colour of
    each column, or of each row where `backward` is true. In a notebook it shows as a picture.
    """

    matrix: Any
    colours: Any
    backward: bool

    @property
    def passes(self) -> int:
        """How many directions the Jacobian takes."""
        return int(self.colours.max(initial=-1)) + 1

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of outputs and of inputs."""
        m, n = self.matrix.shape
        return int(m), int(n)

    def __repr__(self) -> str:
        m, n = self.shape
        side = "rows" if self.backward else "columns"
        return (
            f"Pattern({m} x {n}, {self.matrix.nnz} of {m * n} can differ from 0, "
            f"{self.passes} colours of {side})"
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """Return a picture: a square for each element, in the colour of its column (or row).

        A matrix of more than 160 rows or columns is shown in squares of several elements.
        """
        m, n = self.shape
        step = max(1, -(-max(m, n) // CELLS))
        found = self.matrix.tocoo()
        line, column = found.coords if hasattr(found, "coords") else (found.row, found.col)
        colour = self.colours[line if self.backward else column]
        keys, first = np.unique(np.stack([line // step, column // step]), axis=1, return_index=True)
        side = max(2, 480 // max(-(-m // step), -(-n // step), 1))
        width, height = side * -(-n // step), side * -(-m // step)
        squares = [
            f'<rect x="{x * side}" y="{y * side}" width="{side}" height="{side}" '
            f'fill="{TINTS[int(c) % len(TINTS)]}"/>'
            for y, x, c in zip(*keys.tolist(), colour[first].tolist(), strict=True)
        ]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {width + 2} {height + 2}" '
            f'width="{width + 2}" height="{height + 2}" role="img">'
            f"<title>{self!r}</title>"
            f'<rect x="-0.5" y="-0.5" width="{width + 1}" height="{height + 1}" fill="none" '
            f'stroke="#888888"/>{"".join(squares)}</svg>'
        )


def coloured(matrix: Any) -> Any:
    """Return a colour for each column, such that no row has two columns of one colour.

    Columns are taken one by one and get the first colour that is free in all of their rows.
    """
    columns = matrix.tocsc()
    used = [0] * matrix.shape[0]  # a bit for each colour in the row
    ends = columns.indptr.tolist()
    rows = columns.indices.tolist()
    colours = np.zeros(matrix.shape[1], dtype=np.intp)
    for j in range(matrix.shape[1]):
        mask = 0
        mine = rows[ends[j] : ends[j + 1]]
        for i in mine:
            mask |= used[i]
        bit = ~mask & (mask + 1)
        for i in mine:
            used[i] |= bit
        colours[j] = bit.bit_length() - 1
    return colours


def pattern_of(matrix: Any) -> Pattern:
    """Return the pattern with its colours, of columns or of rows, whichever must be more."""
    across = np.diff(matrix.indptr).max(initial=0)
    down = np.diff(matrix.tocsc().indptr).max(initial=0)
    backward = bool(down < across)
    return Pattern(matrix, coloured(matrix.T if backward else matrix), backward)


class Sparse:
    """A function whose Jacobians are computed by colours; patterns are kept for graphs alike."""

    def __init__(self, f: Function, argnums: Any) -> None:
        self.f, self.argnums = f, argnums
        self.known: dict[bytes, Pattern] = {}

    def pattern(self, call: Call) -> tuple[Pattern, list[Node]]:
        """Return the pattern of a call's Jacobian and the nodes that are outputs."""
        if call.nested or modes.tracing():
            raise TypeError(
                "a sparse Jacobian is made of numbers and cannot be differentiated or traced; "
                "leave sparse=True away inside another transform"
            )
        outputs = [y for y in call.outputs if is_node(y)]
        order = computed(outputs, scalars=True)[::-1]
        key = signature(call.inputs, outputs, order)
        if key not in self.known:
            if len(self.known) >= 8:
                self.known.clear()
            self.known[key] = pattern_of(dependence(call.inputs, outputs, order))
        return self.known[key], outputs

    def __call__(self, *args: Any) -> Any:
        """Return the Jacobian at these arguments as SciPy sparse arrays."""
        sparse = scipy_sparse()
        call = Call("jacobian", self.f, args, self.argnums)
        pattern, outputs = self.pattern(call)
        found = compressed(pattern, call.inputs, outputs)
        matrix = pattern.matrix
        line = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        column = matrix.indices
        data = (
            found[pattern.colours[line], column]
            if pattern.backward
            else found[pattern.colours[column], line]
        )
        whole = sparse.csr_array((data, column, matrix.indptr), shape=matrix.shape)
        below = iter(ranges(outputs))
        across = ranges(call.inputs)

        def of(y: Any) -> Any:
            if not is_node(y):  # depends on nothing
                empty = [sparse.csr_array((np.size(y), d - c), dtype=float) for c, d in across]
                return call.rebuild_inputs(empty)
            a, b = next(below)
            return call.rebuild_inputs([whole[a:b, c:d] for c, d in across])

        return call.rebuild_outputs([of(y) for y in call.outputs])


def ranges(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """Return which rows (or columns) of the matrix belong to each node."""
    ends = np.cumsum([0, *map(size_of, nodes)]).tolist()
    return list(pairwise(ends))


def compressed(pattern: Pattern, inputs: Sequence[Node], outputs: Sequence[Node]) -> Any:
    """Return one line a colour: the sum of its columns, or of its rows."""
    k = pattern.passes
    members = np.zeros((k, len(pattern.colours)))
    members[pattern.colours, np.arange(len(pattern.colours))] = 1.0
    sources, targets = (outputs, inputs) if pattern.backward else (inputs, outputs)
    seeds = [
        Lanes(members[:, a:b].reshape(k, *x.shape).astype(dtype_of(x)))
        for x, (a, b) in zip(sources, ranges(sources), strict=True)
    ]
    before = now()
    try:
        put(SILENT)
        if pattern.backward:
            total = adjoints(sources, seeds, False, set(targets))
            found = [total.get(x) for x in targets]
        else:
            found = tangents(targets, sources, seeds, False)
    finally:
        put(before)
    parts = [
        (t.x if type(t) is Lanes else np.zeros((k, *y.shape))).reshape(k, -1)
        for y, t in zip(targets, found, strict=True)
    ]
    return np.concatenate(parts, axis=1)


def dtype_of(x: Node) -> Any:
    return x.dtype if isinstance(x, Tensor) else float


def sparsity(f: Function, argnums: Any = 0) -> Function:
    """Return a function that tells where f's Jacobian can be other than 0, as a `Pattern`.

    >>> sparsity(lambda x: x[1:] - x[:-1])(np.ones(4))
    Pattern(3 x 4, 6 of 12 can differ from 0, 2 colours of columns)
    """
    known = Sparse(f, argnums)

    def evaluate(*args: Any) -> Pattern:
        return known.pattern(Call("sparsity", f, args, argnums))[0]

    return evaluate
