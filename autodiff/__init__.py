"""Graphs that record operations, reverse mode through them, and why each gradient is what it is.

`Value` is a number, `Tensor` a numpy array; every operation makes a node, `y.backward()` runs the
chain rule, `draw(y)` shows it.

>>> import autodiff as ad
>>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
>>> a = ad.sigmoid(w * x)
>>> a.backward()
>>> round(w.grad, 6)
0.098306
"""

from typing import TYPE_CHECKING, Any

from autodiff._engine import compiled
from autodiff.checking import check_grads
from autodiff.custom import primitive
from autodiff.functions import (
    broadcast_to,
    concatenate,
    cross_entropy,
    cross_entropy_with_logits,
    dot,
    log_softmax,
    logsumexp,
    matmul,
    max,
    mean,
    min,
    norm,
    quadratic_cost,
    reshape,
    softmax,
    softmax_cross_entropy,
    stack,
    sum,
    transpose,
    var,
)
from autodiff.graph import Edge, Graph, GraphNode
from autodiff.modes import anomaly, no_grad, scope
from autodiff.ops import (
    abs,
    acos,
    add,
    asin,
    atan,
    atan2,
    clip,
    cos,
    cosh,
    div,
    elu,
    exp,
    expm1,
    gelu,
    hypot,
    identity,
    leaky_relu,
    log,
    log1p,
    maximum,
    minimum,
    mul,
    neg,
    normal_cdf,
    normal_pdf,
    power,
    relu,
    sigmoid,
    sigmoid_prime,
    sign,
    sin,
    sinh,
    softplus,
    sqrt,
    square,
    squared_error,
    step,
    sub,
    tan,
    tanh,
    where,
    xlogy,
)
from autodiff.primitive import TABLE, Domain
from autodiff.reverse import gradient
from autodiff.tensor import Tensor, constant
from autodiff.transforms import (
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    value_and_grad,
    vjp,
)
from autodiff.value import Value

if TYPE_CHECKING:
    from autodiff.drawing import draw

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load pictures when they are first asked for."""
    if name == "draw":
        from autodiff.drawing import draw

        return draw
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "TABLE",
    "Domain",
    "Edge",
    "Graph",
    "GraphNode",
    "Tensor",
    "Value",
    "abs",
    "acos",
    "add",
    "anomaly",
    "asin",
    "atan",
    "atan2",
    "broadcast_to",
    "check_grads",
    "clip",
    "compiled",
    "concatenate",
    "constant",
    "cos",
    "cosh",
    "cross_entropy",
    "cross_entropy_with_logits",
    "div",
    "dot",
    "draw",
    "elementwise_grad",
    "elu",
    "exp",
    "expm1",
    "gelu",
    "grad",
    "gradient",
    "hessian",
    "hvp",
    "hypot",
    "identity",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "leaky_relu",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mul",
    "neg",
    "no_grad",
    "norm",
    "normal_cdf",
    "normal_pdf",
    "power",
    "primitive",
    "quadratic_cost",
    "relu",
    "reshape",
    "scope",
    "sigmoid",
    "sigmoid_prime",
    "sign",
    "sin",
    "sinh",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "sqrt",
    "square",
    "squared_error",
    "stack",
    "step",
    "sub",
    "sum",
    "tan",
    "tanh",
    "transpose",
    "value_and_grad",
    "var",
    "vjp",
    "where",
    "xlogy",
]
