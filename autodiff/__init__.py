"""Graphs that record operations, reverse mode through them, and why each gradient is what it is.

`Value` is a number, `Tensor` a numpy array; every operation makes a node, `y.backward()` runs the
chain rule, `draw(y)` shows it.

>>> import autodiff as ad
>>> w, x = ad.Value(2.0, name="w"), ad.Value(0.5, name="x")
>>> a = ad.sigmoid(w * x)
>>> a.backward()
>>> round(w.grad, 6)
0.098306

Nodes
    `Value`, `Tensor`, `constant`, `ravel`, `register_tree`, `GraphLeftWarning`, `no_grad`, `scope`,
    `anomaly`, `Graph`, `GraphNode`, `Edge`
Pictures
    `draw`, `play`
Why a gradient is what it is
    `explain`, `Explanation`, `derive`, `Derivation`, `compare`, `Comparison`, `backward_steps`,
    `Step`, `blame_nan`, `Blame`, `expand`, `Expansion`, `teaching`, `Lesson`, `make_exercise`,
    `Exercise`, `curvature`, `Curvature`
Functions of functions
    `grad`, `value_and_grad`, `gradient`, `elementwise_grad`, `vjp`, `jvp`, `jacobian`, `jacrev`,
    `jacfwd`, `hessian`, `hvp`, `vmap`, `sparsity`, `Pattern`, `checkpoint`, `stop_gradient`,
    `check_grads`, `primitive`, `custom_vjp`, `custom_jvp`, `minimize`
Programs, recorded once
    `trace`, `jit`, `pick`, `Program`, `ArrayProgram`, `RecordingWarning`
Operations, each a row of the `TABLE` (a row's `Domain` says where it is defined)
    `add`, `sub`, `mul`, `div`, `neg`, `power`, `square`, `sqrt`, `cbrt`, `abs`, `sign`, `exp`,
    `exp2`, `expm1`, `log`, `log2`, `log10`, `log1p`, `xlogy`, `sin`, `cos`, `tan`, `asin`, `acos`,
    `atan`, `atan2`, `sinh`, `cosh`, `tanh`, `asinh`, `acosh`, `atanh`, `hypot`, `maximum`,
    `minimum`, `clip`, `where`, `floor`, `ceil`, `trunc`, `logaddexp`, `identity`, `step`, `relu`,
    `leaky_relu`, `elu`, `gelu`, `softplus`, `sigmoid`, `sigmoid_prime`, `normal_pdf`, `normal_cdf`,
    `squared_error`
Of whole arrays (numpy's own functions record on nodes, too; `autodiff.numpy` has them all)
    `sum`, `mean`, `var`, `max`, `min`, `norm`, `dot`, `matmul`, `reshape`, `transpose`,
    `broadcast_to`, `concatenate`, `stack`, `softmax`, `log_softmax`, `logsumexp`, `cross_entropy`,
    `cross_entropy_with_logits`, `softmax_cross_entropy`, `quadratic_cost`
To files and other tools
    `save_graph`, `load_graph`, `GraphFileError`, `to_numpy_source`, `to_js_source`, `to_sympy`,
    `to_networkx`, `to_onnx`, `to_torch`, `to_jax`
Words
    `language`, `speaking`, `say`, `notation`; `compiled` tells which engine runs
"""

import importlib
from typing import TYPE_CHECKING, Any

from autodiff._engine import VERSION, compiled
from autodiff.derivatives.custom import primitive
from autodiff.derivatives.transforms import (
    elementwise_grad,
    grad,
    gradient,
    hvp,
    jvp,
    value_and_grad,
    vjp,
)
from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.graphs.vectors import ravel
from autodiff.nodes.costs import (
    cross_entropy,
    cross_entropy_with_logits,
    log_softmax,
    logsumexp,
    norm,
    quadratic_cost,
    softmax,
    softmax_cross_entropy,
)
from autodiff.nodes.functions import (
    broadcast_to,
    concatenate,
    constant,
    dot,
    matmul,
    max,
    mean,
    min,
    reshape,
    stack,
    sum,
    transpose,
    var,
)
from autodiff.nodes.leaving import GraphLeftWarning
from autodiff.nodes.modes import anomaly, no_grad, scope
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table.language import language, say, speaking
from autodiff.table.ops import (
    abs,
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    div,
    elu,
    exp,
    exp2,
    expm1,
    floor,
    gelu,
    hypot,
    identity,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
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
    trunc,
    where,
    xlogy,
)
from autodiff.table.primitive import TABLE, Domain
from autodiff.table.tree import register_tree

if TYPE_CHECKING:
    from autodiff.derivatives.batching import vmap
    from autodiff.derivatives.checking import check_grads
    from autodiff.derivatives.checkpoint import checkpoint, stop_gradient
    from autodiff.derivatives.colouring import Pattern, sparsity
    from autodiff.derivatives.jacobians import hessian, jacfwd, jacobian, jacrev
    from autodiff.derivatives.rules.custom import custom_jvp, custom_vjp
    from autodiff.drawing import draw
    from autodiff.explanations.blame import Blame, blame_nan
    from autodiff.explanations.comparison import Comparison, compare
    from autodiff.explanations.curvature import Curvature, curvature
    from autodiff.explanations.derivation import Derivation, derive
    from autodiff.explanations.expansion import Expansion, expand
    from autodiff.explanations.lessons import Lesson, teaching
    from autodiff.explanations.notation import notation
    from autodiff.explanations.paths import Explanation, explain
    from autodiff.explanations.steps import Step, backward_steps
    from autodiff.graphs.storage import GraphFileError, load_graph, save_graph
    from autodiff.interop import to_jax, to_networkx, to_onnx, to_sympy, to_torch
    from autodiff.player.live import play
    from autodiff.programs.array_program import ArrayProgram
    from autodiff.programs.calling import RecordingWarning
    from autodiff.programs.gather import pick
    from autodiff.programs.jit import jit
    from autodiff.programs.replay import Program, trace
    from autodiff.scipy.optimize import minimize
    from autodiff.sources.javascript import to_js_source
    from autodiff.sources.numpy import to_numpy_source
    from autodiff.teach.exercises import Exercise, make_exercise

__version__ = VERSION


_LATER = {  # names that are loaded when they are first asked for, and their modules
    "ArrayProgram": "autodiff.programs.array_program",
    "Blame": "autodiff.explanations.blame",
    "Comparison": "autodiff.explanations.comparison",
    "Curvature": "autodiff.explanations.curvature",
    "Derivation": "autodiff.explanations.derivation",
    "Exercise": "autodiff.teach.exercises",
    "Expansion": "autodiff.explanations.expansion",
    "Explanation": "autodiff.explanations.paths",
    "GraphFileError": "autodiff.graphs.storage",
    "Lesson": "autodiff.explanations.lessons",
    "Pattern": "autodiff.derivatives.colouring",
    "Program": "autodiff.programs.replay",
    "RecordingWarning": "autodiff.programs.calling",
    "Step": "autodiff.explanations.steps",
    "backward_steps": "autodiff.explanations.steps",
    "blame_nan": "autodiff.explanations.blame",
    "check_grads": "autodiff.derivatives.checking",
    "checkpoint": "autodiff.derivatives.checkpoint",
    "compare": "autodiff.explanations.comparison",
    "curvature": "autodiff.explanations.curvature",
    "custom_jvp": "autodiff.derivatives.rules.custom",
    "custom_vjp": "autodiff.derivatives.rules.custom",
    "derive": "autodiff.explanations.derivation",
    "draw": "autodiff.drawing",
    "expand": "autodiff.explanations.expansion",
    "explain": "autodiff.explanations.paths",
    "hessian": "autodiff.derivatives.jacobians",
    "jacfwd": "autodiff.derivatives.jacobians",
    "jacobian": "autodiff.derivatives.jacobians",
    "jacrev": "autodiff.derivatives.jacobians",
    "jit": "autodiff.programs.jit",
    "load_graph": "autodiff.graphs.storage",
    "make_exercise": "autodiff.teach.exercises",
    "minimize": "autodiff.scipy.optimize",
    "notation": "autodiff.explanations.notation",
    "pick": "autodiff.programs.gather",
    "play": "autodiff.player.live",
    "save_graph": "autodiff.graphs.storage",
    "sparsity": "autodiff.derivatives.colouring",
    "stop_gradient": "autodiff.derivatives.checkpoint",
    "teaching": "autodiff.explanations.lessons",
    "to_jax": "autodiff.interop",
    "to_js_source": "autodiff.sources.javascript",
    "to_networkx": "autodiff.interop",
    "to_numpy_source": "autodiff.sources.numpy",
    "to_onnx": "autodiff.interop",
    "to_sympy": "autodiff.interop",
    "to_torch": "autodiff.interop",
    "trace": "autodiff.programs.replay",
    "vmap": "autodiff.derivatives.batching",
}


def __getattr__(name: str) -> Any:
    """Load pictures and explanations when they are first asked for."""
    if name in _LATER:
        found = getattr(importlib.import_module(_LATER[name]), name)
        globals()[name] = found
        return found
    if name in ("numpy", "scipy"):  # the namespaces beside the wings
        return importlib.import_module(f"autodiff.{name}")
    from autodiff.dispatch.methods import OTHER_NAMES

    remedy = f"; write {OTHER_NAMES[name]}" if name in OTHER_NAMES else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{remedy}")


def __dir__() -> list[str]:
    """Return the public names, those that are loaded later among them."""
    return __all__


__all__ = [
    "TABLE", "ArrayProgram", "Blame", "Comparison", "Curvature", "Derivation", "Domain", "Edge", "Exercise",
    "Expansion", "Explanation", "Graph", "GraphFileError", "GraphLeftWarning", "GraphNode",
    "Lesson", "Pattern", "Program", "RecordingWarning", "Step", "Tensor", "Value", "abs", "acos",
    "acosh", "add", "anomaly", "asin", "asinh", "atan", "atan2", "atanh", "backward_steps",
    "blame_nan", "broadcast_to", "cbrt", "ceil", "check_grads", "checkpoint", "clip", "compare",
    "compiled", "concatenate", "constant", "cos", "cosh", "cross_entropy",
    "cross_entropy_with_logits", "curvature", "custom_jvp", "custom_vjp",
    "derive", "div", "dot", "draw", "elementwise_grad", "elu", "exp",
    "exp2", "expand", "explain", "expm1", "floor", "gelu", "grad", "gradient", "hessian", "hvp",
    "hypot", "identity", "jacfwd", "jacobian", "jacrev", "jit", "jvp", "language", "leaky_relu",
    "load_graph", "log", "log1p", "log2", "log10", "log_softmax", "logaddexp", "logsumexp",
    "make_exercise", "matmul", "max", "maximum", "mean", "min", "minimize", "minimum", "mul", "neg",
    "no_grad",
    "norm", "normal_cdf", "normal_pdf", "notation", "pick", "play", "power", "primitive",
    "quadratic_cost", "ravel", "register_tree",
    "relu", "reshape", "save_graph", "say", "scope", "sigmoid", "sigmoid_prime",
    "sign", "sin", "sinh", "softmax", "softmax_cross_entropy", "softplus", "sparsity", "speaking",
    "sqrt", "square", "squared_error", "stack", "step", "stop_gradient", "sub", "sum", "tan",
    "tanh", "teaching", "to_jax", "to_js_source", "to_networkx", "to_numpy_source", "to_onnx",
    "to_sympy", "to_torch", "trace", "transpose", "trunc", "value_and_grad", "var", "vjp", "vmap",
    "where", "xlogy",
]  # fmt: skip
