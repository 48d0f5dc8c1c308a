"""The value and the partials of a pointwise operation on floats, straight from its row.

`code` is the row's place in the table. The rules are run on symbols once and the formulas that come
back made into Python functions: one a row that evaluates it, and one a row that records it, for
where nothing is compiled. The compiled engine uses C functions of the same names, printed from the
same rows, and a test asks that they agree bit for bit.
"""

import math
from collections.abc import Callable
from typing import Any, cast

from autodiff.table import ops
from autodiff.table.primitive import ROWS, Pointwise, Primitive, Rule
from autodiff.table.symbol import Symbol, as_code
from autodiff.table.symbol import evaluate as evaluate_term

ADD, SUB, MUL, DIV = ops.add.code, ops.sub.code, ops.mul.code, ops.div.code
NEG, POWC, POWER, ABS = ops.neg.code, ops.powc.code, ops.power.code, ops.abs.code
EXP, LOG, TANH, SIGMOID = ops.exp.code, ops.log.code, ops.tanh.code, ops.sigmoid.code
MOD, FLOORDIV = ops.mod.code, ops.floordiv.code
RELU, SQRT, SIN, COS = ops.relu.code, ops.sqrt.code, ops.sin.code, ops.cos.code

METHODS = {
    "__add__": ADD, "__sub__": SUB, "__mul__": MUL, "__truediv__": DIV, "__neg__": NEG, "__abs__": ABS,
    "exp": EXP, "log": LOG, "tanh": TANH, "sigmoid": SIGMOID, "relu": RELU, "sqrt": SQRT,
    "sin": SIN, "cos": COS,
}  # fmt: skip

Evaluator = Callable[..., tuple[float, ...]]

EVALUATE = """
def evaluate({xs}):
    try:
        y = {value}
        return y, {ds}
    except ZeroDivisionError:  # Python's floats raise where IEEE 754 has an infinity
        return careful({xs})
"""
RECORD1 = """
def record(a):
    global _clock
    if modes.active:
        return ROWS[{code}](a)
    node = new(Value)
    node._seq = _clock = _clock + 1
    node._code = {code}
    x0 = a._data
    try:
        y = {value}
        node._da = {ds}
    except ZeroDivisionError:
        y, node._da = careful(x0)
    node._data = y
    node._a = a
    node._b = node._more = None
    node._grad = 0.0
    node._stamp = node._side = 0
    return node
"""
RECORD2 = """
def record(a, b):
    global _clock
    if type(b) is not Value or modes.active:
        return mixed({code}, a, b)
    node = new(Value)
    node._seq = _clock = _clock + 1
    node._code = {code}
    x0 = a._data
    x1 = b._data
    try:
        y = {value}
        node._da = {d[0]}
        node._db = {d[1]}
    except ZeroDivisionError:
        y, node._da, node._db = careful(x0, x1)
    node._data = y
    node._a = a
    node._b = b
    node._more = None
    node._grad = 0.0
    node._stamp = node._side = 0
    return node
"""


def partial(rule: Rule | None, y: float, *xs: float) -> float:
    """Return one local derivative as a float; 0 for an operand that has none."""
    if rule is None:
        return 0.0
    names = [f"x{i}" for i in range(len(xs))]
    term = rule(Symbol("y"), *map(Symbol, names))
    return evaluate_term(term, {"y": y, **dict(zip(names, xs, strict=True))})


def _name(op: Primitive) -> str:
    return op.name


def _define(template: str, code: int, scope: dict[str, Any]) -> Callable[..., Any]:
    """Return the function that a template describes, with the formulas of a row in it.

    `scope` holds the other names that it uses.
    """
    row = cast(Pointwise, ROWS[code])
    names = [f"x{i}" for i in range(row.arity)]
    symbols = [Symbol(n) for n in names]
    value = as_code(Symbol(op=row, args=tuple(symbols)), _name)
    partials = [
        "0.0" if rule is None else as_code(rule(Symbol("y"), *symbols), _name)
        for rule in row.partials
    ]

    def careful(*xs: float) -> tuple[float, ...]:
        y = row.scalar(*xs)
        return (y, *(partial(rule, y, *xs) for rule in row.partials))

    texts = " ".join([value, *partials])
    local = {
        r.name: r.scalar for r in ROWS if isinstance(r, Pointwise) and f"{r.name}(" in texts
    } | {"careful": careful, "new": object.__new__, "nan": math.nan, "inf": math.inf}
    source = template.format(
        xs=", ".join(names), value=value, d=partials, ds=", ".join(partials), code=code
    )
    made: dict[str, Any] = {}
    lines = source.strip().replace("\n", "\n    ")
    made_by = lines.partition("(")[0].removeprefix("def ")
    exec(f"def make({', '.join(local)}):\n    {lines}\n    return {made_by}", scope, made)
    return cast(Callable[..., Any], made["make"](**local))


class _Evaluators(dict[int, Evaluator]):
    def __missing__(self, code: int) -> Evaluator:
        self[code] = function = _define(EVALUATE, code, {})
        return function


EVALUATORS = _Evaluators()


class Recorders(dict[int, Callable[..., Any]]):
    """For each row of one or two operands the function that records it in one piece, uncompiled."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope = scope

    def __missing__(self, code: int) -> Callable[..., Any]:
        row = ROWS[code]
        two = isinstance(row, Pointwise) and row.arity == 2
        self[code] = function = _define(RECORD2 if two else RECORD1, code, self.scope)
        return function


def unary(code: int, x: float) -> tuple[float, ...]:
    """Return y = f(x) and dy/dx."""
    return EVALUATORS[code](x)


def binary(code: int, a: float, b: float) -> tuple[float, ...]:
    """Return y = f(a, b), dy/da and dy/db."""
    return EVALUATORS[code](a, b)
