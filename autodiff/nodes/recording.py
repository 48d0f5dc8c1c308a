# cython: boundscheck=False, wraparound=False
"""Record any operation on Values: of any arity, on mixed operands, under any mode.

The operators of `Value` record what has one or two Values themselves and hand everything else over
to the table, which comes here. `total` and `dot` of n Values make ONE node: its local derivatives
lie together in an array, so a neuron of 784 inputs is a single step forward and a single step back.
"""

from array import array
from typing import Any

import numpy as np

from autodiff.nodes import modes
from autodiff.nodes.modes import MODE, Mode
from autodiff.nodes.value import More, Value, constant, record1, record2, tick, with_number
from autodiff.printers.evaluate import partial
from autodiff.table import ops, primitive
from autodiff.table.data import as_float
from autodiff.table.primitive import LEFT, RECORDERS, RIGHT, ROWS, Pointwise, Primitive, Recorder

BUILTIN = len(ROWS)
ARITIES = [row.arity if isinstance(row, Pointwise) else 0 for row in ROWS]


def record(row: Primitive, args: tuple[Any, ...], params: dict[str, Any] | None = None) -> Any:
    """Record any operation on Values and numbers; an array among them makes it a Tensor's."""
    n = len(args)
    if n < 3 and not modes.active and type(args[0]) is Value and type(args[n - 1]) is Value:
        code = row.code
        if code < BUILTIN and ARITIES[code] == n:
            return record1(code, args[0]) if n == 1 else record2(code, args[0], args[1])
    if row is ops.total or row is ops.dot:
        return total(args) if row is ops.total else dot(args[: n // 2], args[n // 2 :])
    if any(map(is_array, args)):
        return primitive.array_recorder(row, args, params)
    if n == 2 and isinstance(row, Pointwise):
        if type(args[0]) is not Value:
            return beside(row, args[1], as_float(args[0], row.name), LEFT)
        if type(args[1]) is not Value:
            return beside(row, args[0], as_float(args[1], row.name), RIGHT)
    nodes = [x if type(x) is Value else constant(as_float(x, row.name)) for x in args]
    if not isinstance(row, Pointwise):
        raise TypeError(f"{row.name}: works on arrays; write Tensor(...) around its operand")
    xs = [x._data for x in nodes]
    y = row.scalar(*xs)
    return finish(row, nodes, y, array("d", [partial(rule, y, *xs) for rule in row.partials]))


def beside(row: Pointwise, a: Value, number: float, side: int) -> Value:
    """Record an operation on a Value and a plain number on one `side` of it, under any mode."""
    if not modes.active and row.code < BUILTIN:
        return with_number(row.code, a, number, side)
    xs = (number, a._data) if side == LEFT else (a._data, number)
    y = row.scalar(*xs)
    partials = [partial(rule, y, *xs) for rule in row.partials]
    tick()  # the number's place in the order of creation
    node = finish(row, [a], y, partials[::-1] if side == LEFT else partials)
    if node._code >= 0:
        node._plain = number
        node._side = side
        node._db = partials[0 if side == LEFT else 1]
    return node


def is_array(x: Any) -> bool:
    """Return whether x is an array, of one axis or more."""
    return isinstance(x, np.ndarray) and x.ndim > 0


def finish(row: Primitive, nodes: list[Value], y: float, partials: Any) -> Value:
    """Return the node of an operation that has been evaluated, as the mode in force wants it."""
    node = constant(y)
    mode: Mode | None = MODE.get() if modes.active else None
    if mode is not None and (mode.scopes or mode.anomaly):
        node._more = More()
        node._more.scope = mode.path
        node._more.where = modes.source_line() if mode.anomaly else ""
    if mode is not None and not mode.recording:
        for x in nodes:
            modes.note("==", x, x._data, True)
        return node
    node._code = row.code
    if isinstance(row, Pointwise) and len(nodes) <= 2:
        node._a = nodes[0]
        node._da = partials[0]
        if len(nodes) == 2:
            node._b = nodes[1]
            node._db = partials[1]
    else:
        if node._more is None:
            node._more = More()
        node._more.parents = nodes
        node._more.partials = partials
    return node


def values_among(xs: Any) -> int:
    """Return how many of the numbers are Values; -1 where something is not a single number."""
    n = 0
    for x in xs:
        if type(x) is Value:
            n += 1
        elif type(x) is not float and (hasattr(x, "parents") or np.ndim(x) != 0):
            return -1
    return n


def as_nodes(xs: list[Any]) -> list[Value]:
    """Turn what are plain numbers in a list into constants, in place."""
    for i in range(len(xs)):
        if type(xs[i]) is not Value:
            xs[i] = constant(as_float(xs[i]))
    return xs


def total(xs: Any) -> Any:
    """Return x1 + ... + xn, added from left to right, as one node."""
    for arg in xs:
        if type(arg) is not Value and isinstance(arg, np.ndarray) and arg.ndim:
            return primitive.array_recorder(ops.total, tuple(xs), None)
    nodes = as_nodes(list(xs))
    y: float = 0.0
    for x in nodes:
        y += x._data
    return finish(ops.total, nodes, y, None)


def dot(ws: Any, xs: Any) -> Any:
    """Return w1 x1 + ... + wn xn, added from left to right, as one node."""
    nodes = as_nodes([*ws, *xs])
    n = len(nodes) // 2
    partials = array("d", bytes(16 * n))
    d = partials
    y: float = 0.0
    for i in range(n):
        w = nodes[i]
        x = nodes[n + i]
        d[i] = x._data
        d[n + i] = w._data
        y += w._data * x._data
    return finish(ops.dot, nodes, y, partials)


RECORDERS[Value] = Recorder(1, record)
