"""A graph as an ONNX model, checked by onnx, with the user's names on every tensor.

Parameters become initializers and named inputs the model's inputs; where there is no named input the
parameters are the inputs. ONNX's usual runtime has no tan, arcsin, arccos, arctan, log1p or expm1 in double
precision, and its sigmoid ends at -37: these are composed so that they keep their digits and their ends. It
has no erf in double precision either, so this one (and what is built on it, as gelu) is computed in float32.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff._engine import require
from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Graph
from autodiff.interop.formulas import Formula, arguments, check, interpret, unique_names
from autodiff.table.primitive import Pointwise

OPSET = 18
OPERATORS = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "negative": "Neg",
    "power": "Pow", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos",
    "tanh": "Tanh", "absolute": "Abs", "sign": "Sign", "maximum": "Max", "minimum": "Min",
    "greater": "Greater", "equal": "Equal", "floor": "Floor", "ceil": "Ceil", "rint": "Round",
}  # fmt: skip
HUGE = 1e100  # beyond it 1 is nothing beside x, and x * x may be infinite


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
    arrays = None

    def __init__(self) -> None:
        self.onnx = require("onnx", "onnx", "to_onnx")
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.own: dict[str, Any] = {
            "relu": lambda x: self.node("Relu", x),
            "square": lambda x: x * x,
            "identity": lambda x: self.node("Identity", x),
        }

    def __getattr__(self, name: str) -> Any:
        if name in OPERATORS:
            return lambda *xs: self.node(OPERATORS[name], *xs)
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
        return 0.5 * (self.expm1(x) - self.expm1(-x))

    def cosh(self, x: _Term) -> _Term:
        return 0.5 * (self.node("Exp", x) + self.node("Exp", -x))

    def log1p(self, x: _Term) -> _Term:
        """log(u) x / (u - 1) of the rounded u = 1 + x, whose error cancels."""
        u = 1.0 + x
        plain = self.where(
            self.equal(u, 1.0), 1.0, u - 1.0
        )  # what stands in u is what is divided by
        y = self.node("Log", u) * (x / plain)
        return self.where(self.equal(u, 1.0), x, self.where(self.greater(u, HUGE), self.log(u), y))

    def expm1(self, x: _Term) -> _Term:
        """(u - 1) x / log(u) of the rounded u = exp(x), whose error cancels."""
        u = self.node("Exp", x)
        near = self.greater(0.5, self.absolute(x))
        y = (u - 1.0) * (x / self.where(self.equal(u, 1.0), 1.0, self.log(u)))
        return self.where(self.equal(u, 1.0), x, self.where(near, y, u - 1.0))

    def erf(self, x: _Term) -> _Term:
        return self.single("Erf", x)

    def single(self, op: str, x: _Term) -> _Term:
        return self.cast(self.node(op, self.cast(x, np.dtype("float32"))), x.dtype)

    def arctan(self, x: _Term) -> _Term:
        """Single precision's angle t and the rest of it, (x cos t - sin t) / (cos t + x sin t)."""
        t = self.single("Atan", x)
        c, s = self.node("Cos", t), self.node("Sin", t)
        far = self.greater(self.absolute(x), HUGE)
        x = self.where(far, self.node("Sign", x), x)
        right = 0.5 * np.pi * self.node("Sign", x)
        return self.where(far, right, t + (x * c - s) / (c + x * s))

    def arcsin(self, x: _Term) -> _Term:
        return self.arctan(x / self.node("Sqrt", (1.0 - x) * (1.0 + x)))

    def arccos(self, x: _Term) -> _Term:
        return 2.0 * self.arctan(self.node("Sqrt", (1.0 - x) / (1.0 + x)))

    def signed(self, x: Any) -> Any:
        """Return x with an infinity of the sign of its zeros in their place."""
        return self.where(self.equal(x, 0.0), self.node("Div", 1.0, x), x)

    def arctan2(self, a: Any, b: Any) -> _Term:
        """arctan(a / b), which is turned by half a circle where b is negative, as a zero may be."""
        size, other = self.absolute(a), self.absolute(b)
        alike = self.equal(size, other)  # both zero or infinite among others
        ratio = self.where(
            alike, self.where(self.equal(a, b), 1.0, -1.0), a / self.where(alike, 1.0, b)
        )
        ratio = self.where(self.equal(size, 0.0), a, ratio)
        turned = self.where(self.equal(size, 0.0), 0.0 * a, self.arctan(ratio))
        half = self.where(self.greater(0.0, self.signed(a)), -np.pi + 0.0 * turned, np.pi)
        return self.where(self.greater(0.0, self.signed(b)), turned + half, turned)

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
    check(m, graph)
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
