"""A graph as a SymPy expression: the formula that was computed, over symbols by the user's names."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autodiff._engine import require
from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Graph, GraphNode
from autodiff.interop.formulas import Formula, arguments, check, interpret, unique_names
from autodiff.table.primitive import Pointwise


class _SymPy:
    """SymPy's spelling, on single expressions and on numpy arrays of them."""

    name = "SymPy"
    arrays = None

    def __init__(self) -> None:
        self.sympy = s = require("sympy", "sympy", "to_sympy")
        self.own: dict[str, Any] = {  # what SymPy derives to the table's slopes at kinks as well
            "relu": _each(lambda x: s.Piecewise((x, x > 0), (0, True))),
            "clip": _each(lambda x, low, high: s.Max(low, s.Min(x, high))),
            "xlogy": _each(
                lambda a, x: a * s.log(s.Piecewise((1, s.And(s.Eq(a, 0), x <= 0)), (x, True)))
            ),
        }
        self._functions: dict[str, Callable[..., Any]] = {
            "add": lambda a, b: a + b, "subtract": lambda a, b: a - b,
            "multiply": lambda a, b: a * b, "divide": lambda a, b: a / b,
            "negative": lambda x: -x, "square": lambda x: x**2, "power": lambda a, b: a**b,
            "exp": s.exp, "log": s.log, "log1p": lambda x: s.log(1 + x),
            "expm1": lambda x: s.exp(x) - 1, "sqrt": s.sqrt, "sin": s.sin, "cos": s.cos,
            "tan": s.tan, "arcsin": s.asin, "arccos": s.acos, "arctan": s.atan, "arctan2": s.atan2,
            "sinh": s.sinh, "cosh": s.cosh, "tanh": s.tanh, "absolute": s.Abs, "sign": s.sign,
            "maximum": s.Max, "minimum": s.Min, "erf": s.erf, "greater": s.Gt, "equal": s.Eq,
            "hypot": lambda a, b: s.sqrt(a**2 + b**2), "exp2": lambda x: 2**x,
            "log2": lambda x: s.log(x, 2), "log10": lambda x: s.log(x, 10),
            "arcsinh": s.asinh, "arccosh": s.acosh, "arctanh": s.atanh, "floor": s.floor,
            "ceil": s.ceiling, "logaddexp": lambda a, b: s.log(s.exp(a) + s.exp(b)),
        }  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        if name not in self._functions:
            raise AttributeError(name)
        return _each(self._functions[name])

    def ruled(self, row: Pointwise, formula: Formula, xs: list[Any]) -> Any:
        """Return an operation on expressions, which SymPy derives by rules of its own."""
        return formula(*xs)

    def number(self, x: float) -> Any:
        """Return a number, exact where it is whole or a half."""
        x = float(x)
        return self.sympy.Rational(x) if (2.0 * x).is_integer() else self.sympy.Float(x, 17)

    def constant(self, value: Any, label: str | None) -> Any:
        return _each(self.number)(value)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        return _each(lambda c, p, q: self.sympy.Piecewise((p, c), (q, True)))(condition, a, b)

    def matmul(self, a: Any, b: Any) -> Any:
        return np.matmul(a, b)

    def sum(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return np.sum(x, axis=axes, keepdims=keepdims)

    def max(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return np.frompyfunc(self.sympy.Max, 2, 1).reduce(x, axis=axes, keepdims=keepdims)

    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any:
        return np.broadcast_to(np.asarray(x, dtype=object), shape)

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        return np.reshape(np.asarray(x, dtype=object), shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        return np.transpose(x, axes)

    def gather(self, flat: Any, places: Any) -> Any:
        return flat[places]

    def scatter(self, flat: Any, places: Any, size: int) -> Any:
        y = np.full(size, self.number(0.0), dtype=object)
        for place, x in zip(places, flat, strict=True):
            y[place] += x
        return y

    def concatenate(self, xs: list[Any], axis: int) -> Any:
        return np.concatenate(xs, axis=axis)

    def cast(self, x: Any, dtype: np.dtype[Any]) -> Any:
        return x


def _each(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of expressions that works on arrays of them element by element."""

    def apply(*args: Any) -> Any:
        if not any(isinstance(a, np.ndarray) for a in args):
            return function(*args)
        return np.frompyfunc(function, len(args), 1)(*args)

    return apply


def to_sympy(y: Node, names: Mapping[str, Any] | None = None) -> Any:
    """Return y as a SymPy expression over real symbols, named as the parameters and inputs are.

    An array's elements are symbols such as w[0, 1], and an array result is a numpy array of
    expressions. An ImportError names the extra to install.

    >>> import autodiff as ad
    >>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
    >>> to_sympy(ad.tanh(w * x) + w**2)
    w**2 + tanh(w*x)
    """
    m = _SymPy()
    graph = Graph(y, names=names)
    labels = unique_names(graph)
    given = {node.id: _symbols(m.sympy, node, labels[node.id]) for node in arguments(graph)}
    check(m, graph)
    result = interpret(graph, m, given)[graph.outputs[0]]
    return result.item() if isinstance(result, np.ndarray) and result.ndim == 0 else result


def _symbols(sympy: Any, node: GraphNode, label: str) -> Any:
    if not isinstance(node.value, np.ndarray):
        return sympy.Symbol(label, real=True)
    array = np.empty(node.shape, dtype=object)
    for index in np.ndindex(node.shape):
        place = ", ".join(map(str, index))
        array[index] = sympy.Symbol(f"{label}[{place}]" if index else label, real=True)
    return array
