"""Sparse Jacobians: columns that share no row go through the graph as one direction.

The pattern tells which elements of the Jacobian can be other than 0. Columns are coloured so that no
row has two of one colour; the sum of all columns of a colour then holds each of their elements by
itself, so one direction a colour is enough, however many columns there are. Where rows want fewer
colours, rows are taken together and go backward. All colours pass at once, as lanes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from autodiff.derivatives.calls import Call, Function, function, is_node
from autodiff.derivatives.forward import tangents
from autodiff.derivatives.reverse import Node, adjoints, computed
from autodiff.derivatives.sparsity import dependence, scipy_sparse, signature, size_of
from autodiff.nodes import modes
from autodiff.nodes.functions import concatenate
from autodiff.nodes.lanes import Lanes
from autodiff.nodes.leaving import INSIDE
from autodiff.nodes.tensor import Tensor, constant
from autodiff.table import ops, tree
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

    @cached_property
    def _places(self) -> Any:
        """The matrix with, in the place of each number, where the passes leave it, a line a colour."""
        line = np.repeat(np.arange(self.shape[0]), np.diff(self.matrix.indptr))
        column = self.matrix.indices
        colour = self.colours[line if self.backward else column]
        across = self.shape[self.backward]
        numbers = colour * across + (column if self.backward else line)
        return type(self.matrix)((numbers, column, self.matrix.indptr), shape=self.shape)

    @cached_property
    def _parts(self) -> dict[tuple[int, ...], Any]:
        return {(0, self.shape[0], 0, self.shape[1]): self._places}

    def _part(self, a: int, b: int, c: int, d: int) -> Any:
        """Return the places of the rows from a to b and the columns from c to d."""
        if (a, b, c, d) not in self._parts:
            self._parts[a, b, c, d] = self._places[a:b, c:d]
        return self._parts[a, b, c, d]

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
    square = matrix.shape[0] == matrix.shape[1]  # as a Hessian, whose lines are its columns
    backward = bool(down < across or (down == across and square))
    return Pattern(matrix, coloured(matrix.T if backward else matrix), backward)


class Sparse:
    """A function whose Jacobians are computed by colours; patterns are kept for graphs alike."""

    def __init__(self, f: Function, argnums: Any, what: str = "jacobian") -> None:
        self.f, self.argnums, self.what = f, argnums, what
        self.known: dict[bytes, Pattern] = {}

    def pattern(self, call: Call) -> tuple[Pattern, list[Node]]:
        """Return the pattern of a call's Jacobian and the nodes that are outputs."""
        if call.nested and not (modes.tracing() and INSIDE.get() is None):
            raise TypeError(
                "a sparse Jacobian is made of numbers and cannot be differentiated; leave sparse=True "
                "away inside another transform"
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
        scipy_sparse()
        call = Call(self.what, self.f, args, self.argnums)
        pattern, outputs = self.pattern(call)
        found = compressed(pattern, call.inputs, outputs, call.nested)
        below = iter(ranges(outputs))
        across = ranges(call.inputs)

        def of(y: Any) -> Any:
            if not is_node(y):  # depends on nothing
                shapes = [(np.size(y), d - c) for c, d in across]
                return call.rebuild_inputs([empty(shape, call.nested) for shape in shapes])
            a, b = next(below)
            return call.rebuild_inputs(
                [filled(pattern._part(a, b, c, d), found) for c, d in across]
            )

        return call.rebuild_outputs([of(y) for y in call.outputs])


class Filled:
    """A sparse array in a recording: its numbers are a node, its places are known."""

    def __init__(self, places: tuple[Any, ...], data: Any) -> None:
        self.places, self.data = places, data

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"{name}: a sparse Jacobian is no node, so what is recorded can return it and no more; leave "
            f"sparse=True away to compute with it"
        )


def made(places: tuple[Any, ...], parts: Any) -> Any:
    """Return a sparse array of its places and its numbers, which a program has computed."""
    (data,), (shape, indices, ends) = parts, places
    if is_node(data):
        return Filled(places, data)
    where = np.frombuffer(indices, np.int32).copy(), np.frombuffer(ends, np.int32).copy()
    return scipy_sparse().csr_array((data, *where), shape=shape)


tree.register_tree(Filled, lambda x: ([x.data], x.places), made)


def filled(places: Any, found: Any) -> Any:
    """Return the sparse array whose numbers stand in these places of what the passes found."""
    if is_node(found):
        return noted(
            places, ops.take(ops.reshape(found, shape=(found.size,)), index=(places.data,))
        )
    where = places.indices.copy(), places.indptr.copy()
    return type(places)((found.reshape(-1)[places.data], *where), shape=places.shape)


def noted(places: Any, data: Any) -> Filled:
    """Return a sparse array whose numbers are a node."""
    indices, ends = (np.asarray(x, np.int32).tobytes() for x in (places.indices, places.indptr))
    return Filled((places.shape, indices, ends), data)


def empty(shape: tuple[int, int], as_nodes: bool) -> Any:
    """Return a sparse array without numbers."""
    found = scipy_sparse().csr_array(shape, dtype=float)
    return noted(found, constant(np.zeros(0))) if as_nodes else found


def ranges(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """Return which rows (or columns) of the matrix belong to each node."""
    ends = np.cumsum([0, *map(size_of, nodes)]).tolist()
    return list(pairwise(ends))


def compressed(
    pattern: Pattern, inputs: Sequence[Node], outputs: Sequence[Node], as_nodes: bool
) -> Any:
    """Return one line a colour: the sum of its columns, or of its rows."""
    k = pattern.passes
    members = np.zeros((k, len(pattern.colours)))
    members[pattern.colours, np.arange(len(pattern.colours))] = 1.0
    sources, targets = (outputs, inputs) if pattern.backward else (inputs, outputs)
    seeds = [
        Lanes(
            (constant if as_nodes else np.asarray)(
                members[:, a:b].reshape(k, *x.shape).astype(dtype_of(x))
            )
        )
        for x, (a, b) in zip(sources, ranges(sources), strict=True)
    ]
    before = now()
    try:
        put(SILENT)
        if pattern.backward:
            total = adjoints(sources, seeds, as_nodes, set(targets))
            found = [total.get(x) for x in targets]
        else:
            found = tangents(targets, sources, seeds, as_nodes)
    finally:
        put(before)
    parts = [
        in_full(t, y, k, as_nodes).reshape(k, size_of(y))
        for y, t in zip(targets, found, strict=True)
    ]
    return parts[0] if len(parts) == 1 else concatenate(parts, axis=1)


def in_full(found: Any, x: Node, n: int, as_nodes: bool) -> Any:
    """Return what came for x as an array with lanes, zeros where nothing came."""
    if type(found) is Lanes:
        return found.x
    zeros = np.zeros((n, *x.shape), dtype=dtype_of(x))
    return constant(zeros) if as_nodes else zeros


def dtype_of(x: Node) -> Any:
    return x.dtype if isinstance(x, Tensor) else float


def sparsity(f: Function, argnums: Any = 0) -> Function:
    """Return a function that tells where f's Jacobian can be other than 0, as a `Pattern`.

    >>> sparsity(lambda x: x[1:] - x[:-1])(np.ones(4))
    Pattern(3 x 4, 6 of 12 can differ from 0, 2 colours of columns)
    """
    known = Sparse(function("sparsity", f), argnums)

    def evaluate(*args: Any) -> Pattern:
        return known.pattern(Call("sparsity", f, args, argnums))[0]

    return evaluate
