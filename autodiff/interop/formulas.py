"""What each operation is in terms of elementary functions, for libraries with names of their own.

A *dialect* `m` has numpy's elementary functions under numpy's names (`m.exp`, `m.arctan`), the
comparisons `m.greater` and `m.equal`, `m.where`, `m.erf`, and the array functions listed in
`Dialect`. A row that is a numpy ufunc is looked up in the dialect by the ufunc's name; the others
are written here once, and a dialect that knows one better says so in `own`. `interpret` then runs a
graph in the dialect, node by node, whatever the dialect computes with: numbers, traced arrays or
the nodes of another graph format. A dialect that differentiates is handed the table's own derivatives
with each operation, so that kinks, ties and saturated ends have the slopes that they have here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Protocol

import numpy as np

from autodiff.graphs.graph import Graph, GraphNode
from autodiff.interop.arrays import structural, writes
from autodiff.table.primitive import Pointwise
from autodiff.table.symbol import Symbol, Term

Formula = Callable[..., Any]


class Dialect(Protocol):
    """What the formulas ask of another library; elementary functions come by numpy's names."""

    name: str
    arrays: Any

    @property
    def own(self) -> Mapping[str, Formula]: ...

    def ruled(self, row: Pointwise, formula: Formula, xs: list[Any]) -> Any: ...
    def constant(self, value: Any, label: str | None) -> Any: ...
    def where(self, condition: Any, a: Any, b: Any) -> Any: ...
    def matmul(self, a: Any, b: Any) -> Any: ...
    def sum(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any: ...
    def max(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any: ...
    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any: ...
    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any: ...
    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any: ...
    def gather(self, flat: Any, places: Any) -> Any: ...
    def scatter(self, flat: Any, places: Any, size: int) -> Any: ...
    def concatenate(self, xs: list[Any], axis: int) -> Any: ...
    def cast(self, x: Any, dtype: np.dtype[Any]) -> Any: ...
    def __getattr__(self, name: str) -> Any: ...


FORMULAS: dict[str, Formula] = {
    "powc": lambda m, x, n: m.power(x, n),
    "power": lambda m, a, b: m.power(a, b),
    "power_slope": lambda m, x, n: m.where(m.equal(n, 0.0), 0.0, n * m.power(x, n - 1.0)),
    "identity": lambda m, x: x,
    "stop": lambda m, x: x,
    "chain": lambda m, g, d: m.where(m.equal(g, 0.0), g, g * d),
    "squared_error": lambda m, a, y: 0.5 * (a - y) * (a - y),
    "xlogy": lambda m, a, x: a * m.log(m.where(m.equal(a, 0.0), 1.0, x)),
    "sech2": lambda m, x: 1.0 / (m.cosh(x) * m.cosh(x)),
    "sigmoid": lambda m, x: 1.0 / (1.0 + m.exp(-x)),
    "sigmoid_prime": lambda m, x: 0.25 / (m.cosh(0.5 * x) * m.cosh(0.5 * x)),
    "softplus": lambda m, x: m.maximum(x, 0.0) + m.log1p(m.exp(-m.absolute(x))),
    "exp2": lambda m, x: m.exp(m.where(m.greater(1024.0, x), x * math.log(2.0), x)),
    "log2": lambda m, x: m.log(x) * (1.0 / math.log(2.0)),
    "log10": lambda m, x: m.log(x) * (1.0 / math.log(10.0)),
    "logaddexp": lambda m, a, b: m.maximum(a, b) + m.log1p(m.exp(-_apart(m, a, b))),
    "share": lambda m, a, b: m.where(m.equal(a, b), 0.5, 1.0 / (1.0 + m.exp(b - a))),
    "logaddexp2": lambda m, a, b: (
        m.maximum(a, b) + m.log1p(FORMULAS["exp2"](m, -_apart(m, a, b))) * (1.0 / math.log(2.0))
    ),
    "share2": lambda m, a, b: m.where(m.equal(a, b), 0.5, 1.0 / (1.0 + FORMULAS["exp2"](m, b - a))),
    "relu": lambda m, x: m.where(m.greater(x, 0.0), x, 0.0),
    "leaky_relu": lambda m, x, slope: m.where(m.greater(x, 0.0), x, slope * x),
    "elu": lambda m, x, alpha: m.where(
        m.greater(x, 0.0), x, alpha * m.expm1(m.where(m.greater(x, 0.0), 0.0, x))
    ),
    "normal_pdf": lambda m, x: m.exp(-0.5 * x * x) * (1.0 / math.sqrt(2.0 * math.pi)),
    "normal_cdf": lambda m, x: 0.5 * (1.0 + m.erf(x * math.sqrt(0.5))),
    "gelu": lambda m, x: x * FORMULAS["normal_cdf"](m, x),
    "gelu_prime": lambda m, x: (
        FORMULAS["normal_cdf"](m, x) + FORMULAS["chain"](m, FORMULAS["normal_pdf"](m, x), x)
    ),
    "step": lambda m, x: m.where(m.equal(x, x), m.where(m.greater(x, 0.0), 1.0, 0.0), x),
    "truth": lambda m, x: m.where(m.equal(x, 0.0), 0.0, 1.0),
    "beats": lambda m, a, b: m.where(m.greater(a, b), 1.0, m.where(m.equal(a, b), 0.5, 0.0)),
    "inside": lambda m, x, low, high: (
        FORMULAS["beats"](m, x, low) * FORMULAS["beats"](m, high, m.maximum(x, low))
    ),
    "prefers": lambda m, a, b: FORMULAS["beats"](m, a, b),
    "fmax": lambda m, a, b: m.maximum(a, b),
    "fmin": lambda m, a, b: m.minimum(a, b),
    "hole": lambda m, x: m.where(m.equal(x, x), 0.0, 1.0),
    "where": lambda m, c, a, b: m.where(m.equal(c, 0.0), b, a),
    "clip": lambda m, x, low, high: FORMULAS["lower"](m, FORMULAS["higher"](m, x, low), high),
    "higher": lambda m, x, low: m.where(m.greater(low, x), low, x),
    "lower": lambda m, x, high: m.where(m.greater(x, high), high, x),
    "hypot": lambda m, a, b: _hypot(
        m, m.maximum(m.absolute(a), m.absolute(b)), m.minimum(m.absolute(a), m.absolute(b))
    ),
    "asinh": lambda m, x: (
        m.sign(x) * _area(m, m.absolute(x), x * x / (1.0 + m.sqrt(1.0 + x * x)) + m.absolute(x))
    ),
    "acosh": lambda m, x: _area(m, x, (x - 1.0) + m.sqrt(x - 1.0) * m.sqrt(x + 1.0)),
    "atan_slope": lambda m, x: 1.0 / (1.0 + x * x),
    "asinh_slope": lambda m, x: m.where(
        m.greater(m.absolute(x), 1e8), 1.0 / m.absolute(x), 1.0 / m.sqrt(1.0 + x * x)
    ),
    "atan2_slope": lambda m, a, b: _over_square(m, a, b, m.maximum(m.absolute(a), m.absolute(b))),
    "atanh": lambda m, x: 0.5 * (m.log1p(x) - m.log1p(-x)),
    "cbrt": lambda m, x: m.sign(x) * m.power(m.absolute(x), 1.0 / 3.0),
    "sinc": lambda m, x: m.where(
        m.equal(x, 0.0), 1.0, m.sin(math.pi * x) / (math.pi * _nonzero(m, x))
    ),
    "sinc_prime": lambda m, x: m.where(
        m.greater(1e-3, m.absolute(x)),  # where the terms of the other cancel
        (-(math.pi**2) / 3.0) * x * (1.0 - (math.pi**2 / 10.0) * x * x),
        (m.cos(math.pi * x) - FORMULAS["sinc"](m, x)) / _nonzero(m, x),
    ),
    "rint": lambda m, x: m.floor(x + 0.5),
    "trunc": lambda m, x: m.sign(x) * m.floor(m.absolute(x)),
    "floordiv": lambda m, a, b: (
        m.where(  # a quotient that is nothing hides the sign
            m.equal(a / b, 0.0),
            m.where(m.greater(0.0, m.sign(a) * m.sign(b)), -1.0, a / b),
            m.floor(a / b),
        )
        + m.where(m.equal(b, 0.0), 0.0, a - a)  # of infinity there is no whole part
    ),
    "mod": lambda m, a, b: a - FORMULAS["chain"](m, FORMULAS["floordiv"](m, a, b), b),
    "fmod": lambda m, a, b: a - FORMULAS["chain"](m, FORMULAS["trunc"](m, a / b), b),
    "copysign": lambda m, a, b: (
        m.absolute(a) * m.where(m.greater(0.0, m.where(m.equal(b, 0.0), 1.0 / b, b)), -1.0, 1.0)
    ),
}


def _apart(m: Dialect, a: Any, b: Any) -> Any:
    """Return |a - b|, 0 where both are the same infinity."""
    return m.where(m.equal(a, b), 0.0, m.absolute(a - b))


def _hypot(m: Dialect, most: Any, least: Any) -> Any:
    """Return the length of a vector by its larger and its smaller side."""
    ratio = m.where(m.equal(most, least), 1.0, least / m.where(m.equal(most, 0.0), 1.0, most))
    return most * m.sqrt(1.0 + ratio * ratio)


def _area(m: Dialect, x: Any, less_one: Any) -> Any:
    """Return log(1 + less_one), log(2 x) where x is so large that squares are infinite."""
    return m.where(m.greater(x, 1e100), m.log(x) + math.log(2.0), m.log1p(less_one))


def _over_square(m: Dialect, a: Any, b: Any, top: Any) -> Any:
    """Return b / (a^2 + b^2), both divided by the larger first."""
    top = m.minimum(top, 1.797e308)
    return b / top / ((a / top) * (a / top) + (b / top) * (b / top)) / top


def _nonzero(m: Dialect, x: Any) -> Any:
    """Return x with 1 in the place of 0."""
    return m.where(m.equal(x, 0.0), 1.0, x)


def pointwise(m: Dialect, row: Pointwise, xs: list[Any]) -> Any:
    """Return a pointwise row of the table in a dialect."""
    return m.ruled(row, _formula(m, row), xs)


def _formula(m: Dialect, row: Pointwise) -> Formula:
    if row.name in m.own:
        return m.own[row.name]
    if row.ufunc is not None:
        function: Formula | None = getattr(m, row.ufunc.__name__, None)
        if function is not None:
            return function
    if row.name not in FORMULAS:
        raise ValueError(
            f"{row.name}: the export to {m.name} does not write it yet, and it is not composed of the "
            f"elementary functions; compose it of operations of the table instead"
        )
    return partial(FORMULAS[row.name], m)


@cache
def _slopes(row: Pointwise) -> list[Term | None]:
    """Return the derivatives of a row as trees of symbols, None where there is none."""
    xs = [Symbol(f"x{i}") for i in range(row.arity)]
    return [None if rule is None else rule(Symbol("y"), *xs) for rule in row.partials]


def slope(m: Dialect, row: Pointwise, i: int, y: Any, xs: Sequence[Any]) -> Any:
    """Return the derivative of a row by operand i in a dialect, None where the table has none."""
    term = _slopes(row)[i]
    return None if term is None else _at(m, term, {"y": y} | {f"x{k}": x for k, x in enumerate(xs)})


def _at(m: Dialect, term: Term, values: Mapping[str, Any]) -> Any:
    """Return the number or array that a tree of symbols stands for."""
    if not isinstance(term, Symbol):
        return m.constant(term, None)
    if term.op is None:
        return values[term.name]
    assert isinstance(term.op, Pointwise)
    return pointwise(m, term.op, [_at(m, a, values) for a in term.args])


def check(m: Dialect, graph: Graph) -> None:
    """Raise where a row of the graph is none that the dialect has."""
    for node in graph:
        row = node.primitive
        if isinstance(row, Pointwise):
            _formula(m, row)
        elif row is not None and not writes(m, row.name, dict(node.params)):
            raise ValueError(f"{row.name}: the export to {m.name} does not write it yet")


def interpret(graph: Graph, m: Dialect, given: Mapping[int, Any]) -> list[Any]:
    """Return what each node of the graph is in a dialect; `given` holds the arguments by id."""
    made: list[Any] = []
    for node in graph:
        if node.id in given:
            made.append(given[node.id])
        elif node.primitive is None:
            made.append(m.constant(node.value, node.name))
        else:
            xs = [made[i] for i in node.operands]
            if isinstance(node.primitive, Pointwise):
                y = pointwise(m, node.primitive, xs)
            else:
                y = structural(m, node, [graph[i] for i in node.operands], xs)
            made.append(y)
    return made


def arguments(graph: Graph) -> list[GraphNode]:
    """Return the leaves that have a gradient or a name, in order of creation."""
    return [node for node in graph if node.kind in ("parameter", "input")]


def unique_names(graph: Graph) -> list[str]:
    """Return a name for every node: its label, with the id behind it where two are called alike."""
    taken: set[str] = set()
    names = []
    for node in graph:
        name = node.label if node.label not in taken else f"{node.label}_{node.id}"
        while name in taken:
            name += "_"
        taken.add(name)
        names.append(name)
    return names
