"""The methods: what ndarray's own and those of ufuncs (`reduce`, `accumulate`, `outer`) do on nodes.

A node has each method of ndarray for which a function of numpy's of the same name answers. What works in
place is refused with what to write instead, since the array of a node never changes. A ufunc with two
operands is applied along an axis: where it is associative by doubling the distance, which takes as many
passes as the axis is long in bits; else one element after the other.
"""

from functools import partial
from typing import Any

import numpy as np

from autodiff.dispatch import moves
from autodiff.dispatch.choices import last_two_exchanged
from autodiff.dispatch.entries import ENTRIES, Function, name_of, refused
from autodiff.nodes import leaving
from autodiff.nodes.functions import as_array_node as tensor
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.uncompiled import NO_ARRAY, UNMADE
from autodiff.nodes.value import Value
from autodiff.table import primitive

ASSOCIATIVE = {
    np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2, np.hypot,
}  # fmt: skip
RUNNING: dict[Any, Function] = {np.add: np.cumsum, np.multiply: np.cumprod}
IN_PLACE = {
    "sort": "np.sort(x)", "partition": "np.partition(x, kth)", "resize": "np.resize(x, shape)",
    "fill": "np.full_like(x, value)", "put": "np.where(mask, a, x)",
}  # fmt: skip
# What PyTorch's users look for under names that numpy has not.
ELSEWHERE = {
    "numpy": "x.data", "cpu": "x", "clone": "x.copy()", "view": "x.reshape(shape)",
    "permute": "x.transpose(axes)", "t": "x.T", "unsqueeze": "np.expand_dims(x, axis)",
    "mm": "x @ y", "bmm": "x @ y", "mv": "x @ y", "matmul": "x @ y", "pow": "x ** n",
    "expand": "np.broadcast_to(x, shape)", "split": "np.split(x, places)",
    "chunk": "np.array_split(x, n)", "double": "x.astype(float)", "topk": "np.sort(x)[..., -k:]",
    "requires_grad_": "x (every leaf asks for its gradient; ad.constant(x) does not)",
}  # fmt: skip
# What others have in the top level of their library.
OTHER_NAMES = {
    "tensor": "ad.Tensor(x)", "array": "ad.Tensor(x)", "from_numpy": "ad.Tensor(x)",
    "Variable": "ad.Tensor(x)", "Parameter": "ad.Tensor(x)", "zeros": "ad.Tensor(np.zeros(shape))",
    "ones": "ad.Tensor(np.ones(shape))", "arange": "ad.Tensor(np.arange(float(n)))",
    "randn": "ad.Tensor(np.random.default_rng(0).normal(size=shape))",
    "cat": "np.concatenate([x, y])", "backward": "y.backward()",
    "make_dot": "ad.draw(y)", "draw_dot": "ad.draw(y)",
    "save": "ad.save_graph(path, y)", "load": "ad.load_graph(path)",
    "nn": "import nets", "optim": "import nets.optim",
}  # fmt: skip
ATTRIBUTES: dict[str, Function] = {
    "real": np.real, "imag": np.imag, "mT": last_two_exchanged, "flat": np.ravel,
}  # fmt: skip
OF_PLACES = ("choose",)  # ndarray's is a method of whole numbers
FACTS = ("nbytes", "itemsize", "strides", "device")
NUMBERS = ("tolist", "tobytes", "tofile", "dump", "dumps")  # they leave the graph, and say so
OTHERS: dict[str, Function] = {
    "flatten": np.ravel,
    "conj": np.conjugate,
    "ptp": np.ptp,
    "clip": lambda x, min=None, max=None, **options: np.clip(x, min, max, **options),
    "compress": lambda x, condition, *args, **options: np.compress(condition, x, *args, **options),
}
# What is the number itself where nothing else is asked for: numpy's numbers have it, too.
THE_SAME = (
    "conj", "conjugate", "copy", "max", "mean", "min", "prod", "squeeze", "sum", "transpose",
)  # fmt: skip
ROWS = {r.name: r for r in primitive.ROWS if isinstance(r, primitive.Pointwise) and r.arity == 1}
BY_UFUNC = {f.__name__: row for f, row in primitive.UFUNCS.items()}


def method_of_nodes(node: Tensor, name: str) -> Any:
    """Return what the node has under a name of ndarray's, or of an operation with one operand."""
    if not made(node):
        raise AttributeError(f"Tensor.{name}: {UNMADE}")
    if name in ("_mask", "_data"):  # what numpy.ma asks of an operand
        raise leaving.masked()
    if name in ROWS:
        return partial(ROWS[name], node)
    if name in ATTRIBUTES:
        return ATTRIBUTES[name](node)
    if name in FACTS:
        return getattr(node._array, name)
    if name in NUMBERS:
        return lambda *args, **options: getattr(np.asarray(node), name)(*args, **options)
    if name in IN_PLACE:
        return partial(in_place, name)
    public = not name.startswith("_") and hasattr(np.ndarray, name) and name not in OF_PLACES
    function = OTHERS.get(name) or (getattr(np, name, None) if public else None)
    if function is None or not (name in OTHERS or function in ENTRIES or function in PLAIN):
        remedy = f"; write {ELSEWHERE[name]}" if name in ELSEWHERE else ""
        raise AttributeError(f"Tensor has no attribute or operation {name!r}{remedy}")
    return lambda *args, **options: function(node, *args, **options)


def attribute_of_number(node: Value, name: str) -> Any:
    """Return what a Value has under a name of numpy's: of its numbers, its arrays or its ufuncs."""
    if name in ROWS or name in BY_UFUNC:
        return partial(ROWS.get(name) or BY_UFUNC[name], node)
    if name in ("T", "is_integer"):
        return node if name == "T" else node.data.is_integer
    if name in (*FACTS, "dtype", "ndim", "size"):
        return getattr(np.float64(), name)
    if name in NUMBERS:
        return lambda *args, **options: getattr(np.float64(node), name)(*args, **options)
    if name in IN_PLACE:
        return partial(in_place, name, kind="Value")
    try:
        method = getattr(tensor(node), name)
    except AttributeError:
        raise AttributeError(f"'Value' object has no attribute {name!r}") from None
    if name not in THE_SAME:
        return method
    return lambda *args, **options: method(*args, **options) if args or options else node


def made(node: Tensor) -> bool:
    """Return whether a node has an array: one made without `__init__` has none."""
    try:
        return object.__getattribute__(node, "_array") is not NO_ARRAY
    except AttributeError:
        return False


def in_place(name: str, *args: Any, kind: str = "Tensor", **options: Any) -> Any:
    """Refuse to change the array of a node."""
    raise TypeError(
        f"{kind}.{name}: works in place, and the array of a node never changes; "
        f"write y = {IN_PLACE[name]}"
    )


# These ask for shapes and types alone, not for the numbers.
SHAPES = {
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.zeros_like, np.ones_like, np.empty_like,
    np.iscomplexobj, np.isrealobj, np.common_type, np.einsum_path, np.tril_indices_from,
    np.triu_indices_from, np.diag_indices_from,
}  # fmt: skip
# No gradient is lost: what comes of these is a shape, a truth value, an index or a new constant.
PLAIN = SHAPES | {
    np.argmax, np.argmin, np.argsort, np.argpartition, np.argwhere,
    np.nonzero, np.flatnonzero, np.searchsorted, np.count_nonzero, np.any, np.all, np.isclose,
    np.allclose, np.array_equal, np.array_equiv, np.array_repr,
    np.array_str, np.array2string, np.may_share_memory, np.shares_memory, np.broadcast_shapes,
    np.digitize, np.isin, np.iscomplex, np.isreal, np.isneginf, np.isposinf, np.lexsort, np.nanargmax,
    np.nanargmin, np.min_scalar_type, np.spacing, np.linalg.matrix_rank, np.save, np.savez,
    np.savez_compressed, np.savetxt,
}  # fmt: skip


def along(x: Tensor, axis: Any, what: str) -> tuple[Tensor, int]:
    """Return x with an axis in front, and the axis as a place from 0 on."""
    if axis is None and x.ndim == 1:
        axis = 0
    if not isinstance(axis, int | np.integer):
        raise TypeError(f"{what}: axis= takes one axis on a graph, got {axis!r}")
    (place,) = moves.axes_within(axis, x.ndim)
    return tensor(np.moveaxis(x, place, 0)), place  # type: ignore[type-var]


def accumulate(ufunc: Any, x: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """Return ufunc's results over the first 1, 2, ... elements along an axis."""
    x = moves.as_type(tensor(x), dtype)
    if ufunc in RUNNING:
        return RUNNING[ufunc](x, axis=axis)
    x, place = along(x, axis, name_of(ufunc) + ".accumulate")
    n = len(x)
    if ufunc in ASSOCIATIVE:
        far = 1
        while far < n:
            x = np.concatenate([x[:far], ufunc(x[far:], x[:-far])])
            far *= 2
    elif n:
        done = [x[0]]
        for i in range(1, n):
            done.append(ufunc(done[-1], x[i]))
        x = np.stack(done)
    return np.moveaxis(x, 0, place)


def reduce(ufunc: Any, x: Any, axis: Any = 0, dtype: Any = None, keepdims: bool = False) -> Any:
    """Return ufunc's result over all elements along an axis."""
    what = name_of(ufunc) + ".reduce"
    x = moves.as_type(tensor(x), dtype)
    x, place = along(x, axis, what)
    if not len(x):
        if ufunc.identity is None:
            raise ValueError(f"{what}: there is no element along axis {axis}")
        y = tensor(np.full(x.shape[1:], ufunc.identity, x.dtype))
        return np.expand_dims(y, place) if keepdims else y
    if ufunc in ASSOCIATIVE:
        while (n := len(x)) > 1:
            half, odd = ufunc(x[: n // 2], x[n // 2 : n // 2 * 2]), x[n // 2 * 2 :]
            x = np.concatenate([half, odd]) if n % 2 else half
        y = x[0]
    else:
        y = x[0]
        for i in range(1, len(x)):
            y = ufunc(y, x[i])
    return np.expand_dims(y, place) if keepdims else y


def outer(ufunc: Any, a: Any, b: Any) -> Any:
    """Return ufunc of each element of a with each of b."""
    a, b = tensor(a), tensor(b)
    return ufunc(a.reshape(*a.shape, *(1,) * b.ndim), b)


APPLIED: dict[str, Function] = {"accumulate": accumulate, "reduce": reduce, "outer": outer}


def applied(ufunc: Any, name: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Answer a method of a ufunc that has two operands and a derivative."""
    known = {"axis", "dtype", "keepdims"} if name == "reduce" else {"axis", "dtype"}
    known = known if name != "outer" else set()
    idle = {"initial": None, "where": True, "keepdims": False}
    for option, value in [*options.items()]:
        if option not in known:
            if value is not idle.get(option, ()):
                raise refused(getattr(ufunc, name), option)
            del options[option]
    return APPLIED[name](ufunc, *inputs, **options)
