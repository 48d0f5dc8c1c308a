"""Two engines, one behaviour: the same calls, wrong types included, made on both and compared (bar 20).

A call is drawn from a seed: a public function, a method, an attribute, an operator, a transform, a program
or a function of numpy, on arguments of which half are wrong: text, None, whole numbers beyond every
float, complex numbers, arrays of objects, functions. What comes of it is written down as one line: the
bits of the result and of every gradient, or the error with its sentence, and the warnings. The lines of
the compiled and of the plain engine must be the same.

`python -m tests.twins 20000` makes so many calls on both engines and prints what differs. Only where
Python itself speaks, of the number and the names of arguments, do the words differ: those sentences
are compiled by Cython in one case, and written by the interpreter in the other.
"""

import operator
import os
import random
import re
import subprocess
import sys
import tempfile
import warnings
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
import autodiff.numpy
import autodiff.scipy.special
from autodiff.dispatch import protocol
from autodiff.dispatch.entries import ENTRIES
from autodiff.table import tree
from tests.rows import CORE

ROOT = Path(__file__).resolve().parent.parent
# What changes the process for good, or starts a foreign library or a browser.
APART = {"language", "register_tree", "primitive", "to_torch", "to_jax", "to_onnx", "to_sympy",
         "to_networkx", "play", "draw", "compiled"}  # fmt: skip
FUNCTIONS = {n: getattr(ad, n) for n in ad.__all__ if callable(getattr(ad, n)) and n not in APART}
SPACES = {"numpy": autodiff.numpy, "scipy.special": autodiff.scipy.special}
FUNCTIONS |= {
    f"{space}.{n}": f
    for space, module in SPACES.items()
    for n, f in vars(module).items()
    if callable(f) and not n.startswith("_") and not isinstance(f, type) and n != "require"
}
NUMPY = {protocol.name_of(f): f for f in ENTRIES} | {
    u.__name__: u for u in (np.add, np.exp, np.hypot)
}
MEMBERS = {
    kind: [n for n in dir(kind) if not n.startswith("_") and n not in ("play", "seq")]
    for kind in (ad.Value, ad.Tensor)
}
KEPT = {
    "parents",
    "saved",
    "kept",
    "params",
    "primitive",
    "is_constant",
    "needs_grad",
    "scope",
    "where",
}  # by the engine
NAMES = [n for n in operator.__all__ if not n.startswith("i") and n != "delitem"]
OPERATORS = {n: getattr(operator, n) for n in NAMES} | {
    "float": float, "int": int, "complex": complex, "round": round, "divmod": divmod, "pow3": pow,
    "format": format, "hash": lambda x: hash(x) == hash(x), "bool": bool, "repr": repr, "str": str,
    "len": len, "iter": list, "sorted": lambda *xs: sorted(xs), "max": max, "sum": sum,
    "array": np.array, "asarray": np.asarray, "contains": lambda a, b: b in a,
    "isinstance": lambda a, b: isinstance(a, b), "delattr": lambda a, b: delattr(a, str(b)),
}  # fmt: skip
SPOKEN = re.compile(
    r"positional argument|keyword argument|required argument|takes (exactly|at (least|most)|no|from)? ?\d*"
    r"|multiple values|must be strings|invalid keyword|got an unexpected|needs its number"
    r"|for \*\* or pow\(\)|a modulus is for whole numbers"
)
FIELDS = re.compile(
    r"is not writable|has no setter|is read-only|has no deleter|is not deletable|cannot be deleted"
)
PLACES = re.compile(r"0x[0-9a-f]+|autodiff\.nodes\.\w+\.(?=Value|Tensor)| in __\w+__$")


class Draw:
    """A call that is drawn from a seed, with nodes that it may share."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed).randrange
        self.leaves: list[Any] = []

    def of(self, *makers: Callable[[], Any]) -> Any:
        """Return what one of the makers makes."""
        return makers[self.pick(len(makers))]()

    def leaf(self, x: Any) -> Any:
        self.leaves.append(x)
        return x

    def node(self) -> Any:
        """Return a node: a leaf, a constant, or one that was computed."""
        return self.of(
            lambda: self.leaf(ad.Value(1.25, name="v")),
            lambda: self.leaf(ad.Tensor([0.5, -2.0, 3.0], name="t")),
            lambda: self.leaf(ad.Tensor(np.arange(6.0).reshape(2, 3))),
            lambda: self.leaf(ad.Tensor(np.array([1.5, 0.25], np.float32))),
            lambda: self.leaf(ad.Tensor(0.75)),
            lambda: ad.constant(2.0),
            lambda: ad.constant(np.array([1.0, 4.0, 9.0])),
            lambda: self.leaf(ad.Value(-0.0)) * 2.0,
            lambda: ad.tanh(self.leaf(ad.Tensor([0.1, 0.2, 0.3]))),
            lambda: ad.sum([self.leaf(ad.Value(2.0)), 3.0, self.leaf(ad.Value(float("inf")))]),
            lambda: self.leaf(ad.Tensor(np.zeros((0, 3)))),
        )

    def function(self) -> Any:
        return self.of(
            lambda: square, lambda: total, lambda: branch, lambda: pair, lambda: leaving,
            lambda: (lambda *xs, **kw: 3.0), lambda: ad.exp, lambda: np.sin, lambda: keyed,
        )  # fmt: skip

    def odd(self) -> Any:
        """Return what is seldom meant."""
        return self.of(
            lambda: None, lambda: "text", lambda: "", lambda: b"x", dict, list, lambda: (),
            lambda: 1j, lambda: True, lambda: 10**400, lambda: -(2**63), lambda: Decimal("1.5"),
            lambda: Fraction(1, 3), lambda: float("nan"), lambda: float("-inf"), lambda: object,
            lambda: np.array(["a"]), lambda: np.array([{}], dtype=object), lambda: np.array([1, 2, 3]),
            lambda: np.array([1j]), lambda: np.array([True, False, True]), lambda: np.float32(0.1),
            lambda: np.int64(3), lambda: np.float16(1.5), lambda: np.longdouble(1.5), lambda: np.bool_(True),
            lambda: np.ma.masked_array([1.0, 2.0], [0, 1]), lambda: np.array([1.0, 2.0], ">f8"),
            lambda: range(3), lambda: slice(None), lambda: Ellipsis, lambda: OrderedDict(a=1.0),
            lambda: ValueError, lambda: np.array(3.0), lambda: np.zeros((2, 0)), lambda: frozenset({1.0}),
            lambda: (x for x in (1.0, 2.0)), lambda: np.dtype("f4"), lambda: ad.TABLE, lambda: "K",
        )  # fmt: skip

    def argument(self, depth: int = 2) -> Any:
        kind = self.pick(12)
        if kind < 4:
            return self.node()
        if kind < 6:
            return self.of(
                lambda: 2.0, lambda: -1, lambda: 0, lambda: 0.5, lambda: np.array([1.0, 2.0, 3.0])
            )
        if kind < 9 or not depth:
            return self.odd()
        if kind == 9:
            return self.function()
        if kind == 10:
            return [self.argument(depth - 1) for _ in range(self.pick(4))]
        made: Any = {"a": self.argument(depth - 1), "b": self.argument(depth - 1)}
        return made if self.pick(2) else tuple(made.values())

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        args = [self.argument() for _ in range((1, 1, 2, 2, 3, 0, 4)[self.pick(7)])]
        names = ("axis", "name", "seed", "create_graph", "argnums", "keepdims", "gradient", "dtype", "slope",
                 "in_axes", "free", "wrt", "x", "f", "no_such")  # fmt: skip
        return args, {
            names[self.pick(len(names))]: self.argument(1) for _ in range(self.pick(6) == 5)
        }


def square(x: Any, *rest: Any) -> Any:
    return x * x


def total(*xs: Any) -> Any:
    return ad.sum([ad.sum(x) for x in xs])


def branch(x: Any) -> Any:
    return x * 2.0 if x > 0.5 else -x


def pair(x: Any, y: Any = 2.0) -> Any:
    return {"a": x * y, "b": (x,)}


def leaving(x: Any) -> Any:
    return float(x) * x


def keyed(x: Any, *, slope: Any = 1.0) -> Any:
    return x * slope


def call(seed: int) -> tuple[str, Callable[[], Any], Draw]:
    """Return a drawn call: what it is, the call itself, and what it was drawn from."""
    d = Draw(seed)
    kind = d.pick(9)
    if kind < 3:
        name = sorted(FUNCTIONS)[d.pick(len(FUNCTIONS))]
        f = FUNCTIONS[name]
    elif kind == 3:
        node = d.node()
        name = MEMBERS[type(node)][d.pick(len(MEMBERS[type(node)]))]
        if d.pick(3) == 0 and name not in KEPT:
            x = d.argument()
            return f"{type(node).__name__}.{name} = ", lambda: put(node, name, x), d
        f = getattr(node, name)
        name = f"{type(node).__name__}.{name}"
        if not callable(f):
            return name, lambda: f, d
    elif kind < 6:
        name = sorted(OPERATORS)[d.pick(len(OPERATORS))]
        f, xs = OPERATORS[name], [d.argument() for _ in range(1 + d.pick(3))]
        xs[d.pick(len(xs))] = d.node()
        return name, lambda: f(*xs), d
    elif kind == 6:
        name = sorted(NUMPY)[d.pick(len(NUMPY))]
        f = NUMPY[name]
    else:
        names = ("grad", "value_and_grad", "jacobian", "hessian", "trace", "jit", "vjp", "jvp", "vmap", "hvp",
                 "elementwise_grad", "jacfwd", "checkpoint", "ravel", "check_grads", "sparsity")  # fmt: skip
        name = names[d.pick(len(names))]
        transform, g = FUNCTIONS[name], d.function()
        first, (args, options) = d.arguments()[0], d.arguments()
        if name in ("vjp", "jvp", "hvp", "check_grads", "sparsity", "trace"):
            made: Any = lambda: transform(g, *first)  # noqa: E731
        else:
            made = lambda: transform(g)  # noqa: E731
        way = d.pick(3)
        return (
            f"{name}({g.__name__})",
            made if way == 2 else lambda: used(made(), way, args, options),
            d,
        )
    args, options = d.arguments()
    return name, lambda: f(*args, **options), d


def used(made: Any, way: int, args: Any, options: Any) -> Any:
    f = made.value_and_grad if way and hasattr(made, "value_and_grad") else made
    f = f[1] if isinstance(f, tuple) else f
    return [f(*args, **options), f(*args, **options)] if callable(f) else f


def put(node: Any, name: str, x: Any) -> Any:
    setattr(node, name, x)
    return getattr(node, name)


def shown(x: Any, deep: int = 4) -> Any:
    """Return a result as text: nodes and arrays by their bits, objects by their type."""
    if isinstance(x, ad.Value | ad.Tensor):
        about = (x.op, x.name, x.scope, x.has_grad, x.is_constant, len(x.parents), x.params)
        grad = shown(x.grad) if x.has_grad else ""
        return f"{type(x).__name__}<{plain(about)} {shown(x.data)} {grad}>"
    if isinstance(x, np.ndarray | np.generic):
        if x.dtype == object:
            return f"objects{x.shape}{[shown(p, deep - 1) for p in x.ravel()[:20].tolist()]}"
        bits = np.where(x != x, np.nan, x) if x.dtype.kind in "fc" else x  # any NaN is a NaN
        return f"{type(x).__name__}{x.dtype}{x.shape}{np.ascontiguousarray(bits).tobytes()[:400].hex()}"
    if isinstance(x, float):
        return "nan" if x != x else x.hex()
    if isinstance(x, list | tuple) and deep:
        return f"{type(x).__name__}{[shown(p, deep - 1) for p in x[:20]]}"
    if isinstance(x, dict) and deep:
        return (
            f"{type(x).__name__}{[(shown(k), shown(v, deep - 1)) for k, v in list(x.items())[:20]]}"
        )
    if isinstance(x, str | int | bool | bytes | complex | type(None)):
        return plain(x)
    return type(x).__name__ if callable(x) or not deep else f"{type(x).__name__} {plain(x)}"


def plain(x: Any) -> str:
    """Return the repr of an object without its place in memory."""
    return PLACES.sub("", repr(x))[:600]


def said(error: BaseException) -> str:
    """Return an error as text; what Python itself says of arguments and fields counts by its type alone."""
    text = PLACES.sub("", str(error)).split(" (/")[0]
    if isinstance(error, TypeError) and SPOKEN.search(text):
        text = "of the arguments"
    if isinstance(error, AttributeError) and FIELDS.search(text):
        text = "of a field"
    return f"{type(error).__name__}: {text}"[:600]


def line(seed: int) -> str:
    """Make a drawn call and write down what came of it, in one line."""
    np.random.seed(0)  # noqa: NPY002  some functions of numpy's namespace draw
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        name = "?"
        try:
            name, f, d = call(seed)
            y = f()
            text = shown(y)
            nodes = [x for x in tree.flatten(y)[0] if isinstance(x, ad.Value | ad.Tensor)]
            for x in nodes[:3]:
                x.backward(np.ones(x.shape, getattr(x, "dtype", float)) if x.shape else 1.0)
            text += f" gradients {[shown(x) for x in d.leaves]}"
        except Exception as error:
            text = said(error)
    words = sorted({f"{w.category.__name__}: {w.message}"[:200] for w in caught})
    return " ".join(f"{seed} {name} {text} {plain(words) if words else ''}".split())


def lines(first: int, count: int, pure: bool, damage: str = "") -> list[str]:
    """Return the lines of one engine, from a process of its own."""
    environment = {k: v for k, v in os.environ.items() if k != "AUTODIFF_PURE"}
    if pure:
        environment["AUTODIFF_PURE"] = "1"
    command = [sys.executable, "-m", "tests.twins", "--lines", str(first), str(count), damage]
    with tempfile.TemporaryDirectory() as elsewhere:  # whatever is written there
        environment |= {"PYTHONPATH": str(ROOT), "TMPDIR": elsewhere, "PYTHONHASHSEED": "0"}
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=elsewhere, env=environment, check=False
        )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def differing(a: list[str], b: list[str]) -> list[tuple[str, str]]:
    """Return the pairs of lines that are not the same."""
    return [(p, q) for p, q in zip(a, b, strict=True) if p != q]


# Canaries: what one of the engines might do otherwise.
DAMAGES: dict[str, Callable[[], Any]] = {
    "": lambda: None,
    "a check is dropped": lambda: OPERATORS.update({n: forgiving(f) for n, f in OPERATORS.items()}),
    "the last bit": lambda: OPERATORS.update(mul=lambda a, b: a * b * (1.0 + 2.0**-52)),
    "another sentence": lambda: FUNCTIONS.update(
        {row.name: refusing for row in CORE if row.name in FUNCTIONS}
    ),
}


def forgiving(f: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        try:
            return f(*args)
        except TypeError:
            return None

    return call


def refusing(*args: Any, **options: Any) -> Any:
    raise TypeError("no")


def main(count: int) -> int:
    """Compare so many calls; return how many differ."""
    step, differ = 2000, 0
    for first in range(0, count, step):
        size = min(step, count - first)
        for a, b in differing(lines(first, size, False), lines(first, size, True)):
            differ += 1
            print(f"compiled: {a[:500]}\n   plain: {b[:500]}", flush=True)
    print(f"{count} calls on both engines: {differ} differ")
    return differ


if __name__ == "__main__":
    if sys.argv[1] == "--lines":
        DAMAGES[sys.argv[4]]()
        print(*map(line, range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3]))), sep="\n")
    else:
        sys.exit(1 if main(int(sys.argv[1])) else 0)
