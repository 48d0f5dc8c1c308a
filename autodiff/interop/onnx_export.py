"""A graph as an ONNX model, checked by onnx, with the user's names on every tensor.

Parameters become initializers and named inputs the model's inputs; where there is no named input the
parameters are the inputs. ONNX has no double-precision tan, arcsin, arccos, arctan or erf in its
usual runtime, so these (and what is built on them, as gelu) are computed in float32 there.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff._engine import require
from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Graph
from autodiff.interop.formulas import Formula, arguments, interpret, unique_names
from autodiff.table.primitive import Pointwise

OPSET = 18
OPERATORS = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "negative": "Neg",
    "power": "Pow", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos",
    "tanh": "Tanh", "absolute": "Abs", "sign": "Sign", "maximum": "Max", "minimum": "Min",
    "greater": "Greater", "equal": "Equal", "floor": "Floor", "ceil": "Ceil", "rint": "Round",
}  # fmt: skip
SINGLE = {"arcsin": "Asin", "arccos": "Acos", "arctan": "Atan", "erf": "Erf"}


class _Term:
    """The name of a tensor of the model, with operators that add nodes to it."""

    def __init__(self, m: "_Onnx", name: str, dtype: Any) -> None:
        self.m, self.name, self.dtype = m, name, np.dtype(dtype)

    def __add__(self, other: Any) -> "_Term":
        return self.m.node("Add", self, other)

    def __radd__(self, other: Any) -> "_Term":
        return self.m.node("Add", other, self)

    def __sub__(self, other: Any) -> "_Term":
        return self.m.node("Sub", self, other)

    def __rsub__(self, other: Any) -> "_Term":
        return self.m.node("Sub", other, self)

    def __mul__(self, other: Any) -> "_Term":
        return self.m.node("Mul", self, other)

    def __rmul__(self, other: Any) -> "_Term":
        return self.m.node("Mul", other, self)

    def __truediv__(self, other: Any) -> "_Term":
        return self.m.node("Div", self, other)

    def __rtruediv__(self, other: Any) -> "_Term":
        return self.m.node("Div", other, self)

    def __neg__(self) -> "_Term":
        return self.m.node("Neg", self)


class _Onnx:
    """ONNX's spelling: every operation adds a node to the model."""

    name = "ONNX"

    def __init__(self) -> None:
        self.onnx = require("onnx", "onnx", "to_onnx")
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.own: dict[str, Any] = {
            "sigmoid": lambda x: self.node("Sigmoid", x),
            "relu": lambda x: self.node("Relu", x),
            "square": lambda x: x * x,
            "identity": lambda x: self.node("Identity", x),
        }

    def __getattr__(self, name: str) -> Any:
        if name in OPERATORS:
            return lambda *xs: self.node(OPERATORS[name], *xs)
        if name in SINGLE:
            return lambda x: self.cast(
                self.node(SINGLE[name], self.cast(x, np.dtype("float32"))), x.dtype
            )
        raise AttributeError(name)

    def ruled(self, row: Pointwise, formula: Formula, xs: list[Any]) -> _Term:
        """Return an operation; a model of ONNX has values alone."""
        term: _Term = formula(*xs)
        return term

    def node(self, op: str, *xs: Any, dtype: Any = None, **attributes: Any) -> _Term:
        """Add a node to the model and return what it computes."""
        kind = next(x.dtype for x in xs if isinstance(x, _Term) and x.dtype.kind == "f")
        terms = [x if isinstance(x, _Term) else self.number(x, kind) for x in xs]
        name = f"/{op}_{len(self.nodes)}"
        self.nodes.append(
            self.onnx.helper.make_node(op, [t.name for t in terms], [name], name, **attributes)
        )
        return _Term(self, name, dtype or kind)

    def number(self, value: Any, dtype: Any) -> _Term:
        """Add a constant of the model."""
        name = f"/constant_{len(self.initializers)}"
        array = np.asarray(value, dtype=dtype)
        self.initializers.append(self.onnx.numpy_helper.from_array(array, name))
        return _Term(self, name, dtype)

    def constant(self, value: Any, label: str | None) -> _Term:
        return self.number(value, getattr(value, "dtype", np.float64))

    def whole(self, values: Any) -> _Term:
        return self.number(values, np.int64)

    def where(self, condition: _Term, a: Any, b: Any) -> _Term:
        known = next((x for x in (a, b) if isinstance(x, _Term)), None)
        kind = np.dtype(float) if known is None else known.dtype
        a, b = (x if isinstance(x, _Term) else self.number(x, kind) for x in (a, b))
        return self.node("Where", condition, a, b)

    def greater(self, a: Any, b: Any) -> _Term:
        return self.node("Greater", a, b, dtype=bool)

    def equal(self, a: Any, b: Any) -> _Term:
        return self.node("Equal", a, b, dtype=bool)

    def tan(self, x: _Term) -> _Term:
        return self.node("Sin", x) / self.node("Cos", x)

    def sinh(self, x: _Term) -> _Term:
        return 0.5 * (self.node("Exp", x) - self.node("Exp", -x))

    def cosh(self, x: _Term) -> _Term:
        return 0.5 * (self.node("Exp", x) + self.node("Exp", -x))

    def log1p(self, x: _Term) -> _Term:
        return self.node("Log", 1.0 + x)

    def expm1(self, x: _Term) -> _Term:
        return self.node("Exp", x) - 1.0

    def arctan2(self, a: Any, b: Any) -> _Term:
        """2 arctan(a / (sqrt(a^2 + b^2) + b)); pi on the negative half of the axis a = 0, 0 at the origin."""
        most = self.maximum(self.absolute(a), self.absolute(b))
        most = self.where(self.equal(most, 0.0), 1.0 + 0.0 * most, most)
        below, a, b = self.greater(0.0 * a, a), a / most, b / most  # of ordinary size
        away = self.node("Sqrt", a * a + b * b) + b
        angle: _Term = 2.0 * self.arctan(
            a / self.where(self.equal(away, 0.0), 1.0 + 0.0 * away, away)
        )
        half = self.where(below, -np.pi + 0.0 * angle, np.pi + 0.0 * angle)
        behind = self.where(self.greater(0.0 * b, b), half, 0.0 * angle)
        return self.where(self.equal(away, 0.0), behind, angle)

    def matmul(self, a: _Term, b: _Term) -> _Term:
        return self.node("MatMul", a, b)

    def sum(self, x: _Term, axes: tuple[int, ...], keepdims: bool) -> _Term:
        return self.node("ReduceSum", x, self.whole(axes), keepdims=int(keepdims))

    def max(self, x: _Term, axes: tuple[int, ...], keepdims: bool) -> _Term:
        return self.node("ReduceMax", x, self.whole(axes), keepdims=int(keepdims))

    def broadcast(self, x: _Term, shape: tuple[int, ...]) -> _Term:
        return self.node("Expand", x, self.whole(shape))

    def reshape(self, x: _Term, shape: tuple[int, ...]) -> _Term:
        return self.node("Reshape", x, self.whole(shape))

    def transpose(self, x: _Term, axes: tuple[int, ...]) -> _Term:
        return self.node("Transpose", x, perm=list(axes))

    def gather(self, flat: _Term, places: Any) -> _Term:
        return self.node("Gather", flat, self.whole(places), axis=0)

    def scatter(self, flat: _Term, places: Any, size: int) -> _Term:
        zeros = self.number(np.zeros(size), flat.dtype)
        return self.node(
            "ScatterElements", zeros, self.whole(places), flat, axis=0, reduction="add"
        )

    def concatenate(self, xs: list[_Term], axis: int) -> _Term:
        return self.node("Concat", *xs, axis=axis)

    def cast(self, x: _Term, dtype: np.dtype[Any]) -> _Term:
        to = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.node("Cast", x, dtype=np.dtype(dtype), to=to)


def to_onnx(y: Node, names: Mapping[str, Any] | None = None) -> Any:
    """Return y's graph as an onnx.ModelProto (opset 18) that onnx's own checker has passed.

    Write it with `onnx.save(model, path)`. An ImportError names the extra to install.

    >>> import autodiff as ad
    >>> w, x = ad.Tensor([[1.0, 2.0]], name="w"), ad.constant([[3.0], [4.0]], name="x")
    >>> model = to_onnx(w @ x)  # doctest: +SKIP
    >>> [i.name for i in model.graph.input]  # doctest: +SKIP
    ['x']
    """
    m = _Onnx()
    helper, graph = m.onnx.helper, Graph(y, names=names)
    labels = unique_names(graph)
    leaves = arguments(graph)
    inputs = [n for n in leaves if n.kind == "input"] or leaves
    given: dict[int, Any] = {}
    for node in leaves:
        value = np.asarray(node.value)
        given[node.id] = _Term(m, labels[node.id], value.dtype)
        if node not in inputs:
            m.initializers.append(m.onnx.numpy_helper.from_array(value, labels[node.id]))
    made = interpret(graph, m, given)
    constants = {t.name for t in m.initializers}
    end = graph[graph.outputs[0]]
    named = {t.name: labels[i] for i, t in reversed([*enumerate(made)]) if t.name not in constants}
    if (
        named.get(made[end.id].name) != labels[end.id]
    ):  # the output is an input, or equal to another
        made[end.id] = m.node("Identity", made[end.id])
        named[made[end.id].name] = labels[end.id]
    _rename(m, {old: new for old, new in named.items() if old.startswith("/")})

    def described(node: Any) -> Any:
        dtype = helper.np_dtype_to_tensor_dtype(np.asarray(node.value).dtype)
        return helper.make_tensor_value_info(labels[node.id], dtype, node.shape)

    model = helper.make_model(
        helper.make_graph(
            m.nodes, labels[end.id], [described(n) for n in inputs], [described(end)],
            m.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="autodiff",
    )  # fmt: skip
    model.ir_version = 10
    m.onnx.checker.check_model(model, full_check=True)
    return model


def _rename(m: _Onnx, names: Mapping[str, str]) -> None:
    """Give the tensors that are nodes of the graph their users' names."""
    for node in m.nodes:
        for side in (node.input, node.output):
            for i, name in enumerate(side):
                side[i] = names.get(name, name)
        node.name = node.output[0]
