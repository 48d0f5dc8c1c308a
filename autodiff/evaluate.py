"""The value and the partials of a pointwise operation on floats, straight from its row.

`code` is the row's place in the table. The rules are run on symbols once and the formulas that come
back made into one Python function a row; the compiled engine uses C functions of the same names,
printed from the same rows, and a test asks that they agree bit for bit.
"""

from collections.abc import Callable
from typing import Any, cast

from autodiff import ops
from autodiff.primitive import ROWS, Pointwise, Primitive, Rule
from autodiff.symbol import Symbol, render
from autodiff.symbol import evaluate as evaluate_term

ADD, SUB, MUL, DIV = ops.add.code, ops.sub.code, ops.mul.code, ops.div.code
NEG, POWC, POWER, ABS = ops.neg.code, ops.powc.code, ops.power.code, ops.abs.code
EXP, LOG, TANH, SIGMOID = ops.exp.code, ops.log.code, ops.tanh.code, ops.sigmoid.code
RELU, SQRT, SIN, COS = ops.relu.code, ops.sqrt.code, ops.sin.code, ops.cos.code

Evaluator = Callable[..., tuple[float, ...]]


def partial(rule: Rule | None, y: float, *xs: float) -> float:
    """Return one local derivative as a float; 0 for an operand that has none."""
    if rule is None:
        return 0.0
    names = [f"x{i}" for i in range(len(xs))]
    term = rule(Symbol("y"), *map(Symbol, names))
    return evaluate_term(term, {"y": y, **dict(zip(names, xs, strict=True))})


def _print(op: Primitive, parts: list[str], precedences: list[int]) -> tuple[str, int]:
    if op.name == "neg":
        return f"(-{parts[0]})", 9
    if op.infix in ("+", "-", "*", "/"):
        return f"({parts[0]} {op.infix} {parts[1]})", 9
    return f"{op.name}({', '.join(parts)})", 9


def _evaluator(code: int) -> Evaluator:
    """Return the function x1, x2, ... -> y, dy/dx1, dy/dx2, ... of a row."""
    row = cast(Pointwise, ROWS[code])
    names = [f"x{i}" for i in range(row.arity)]
    symbols = [Symbol(n) for n in names]
    value = render(Symbol(op=row, args=tuple(symbols)), _print, repr)
    formulas = [
        "0.0" if rule is None else render(rule(Symbol("y"), *symbols), _print, repr)
        for rule in row.partials
    ]
    source = (
        f"def {row.name}_({', '.join(names)}):\n"
        f"    try:\n"
        f"        y = {value}\n"
        f"        return y, {', '.join(formulas)}\n"
        f"    except ZeroDivisionError:\n"  # Python's floats raise where IEEE 754 has an infinity
        f"        return careful({', '.join(names)})\n"
    )

    def careful(*xs: float) -> tuple[float, ...]:
        y = row.scalar(*xs)
        return (y, *(partial(rule, y, *xs) for rule in row.partials))

    scope: dict[str, Any] = {r.name: r.scalar for r in ROWS if isinstance(r, Pointwise)}
    scope["careful"] = careful
    exec(source, scope)
    return cast(Evaluator, scope[f"{row.name}_"])


class _Evaluators(dict[int, Evaluator]):
    def __missing__(self, code: int) -> Evaluator:
        self[code] = function = _evaluator(code)
        return function


EVALUATORS = _Evaluators()


def unary(code: int, x: float) -> tuple[float, ...]:
    """Return y = f(x) and dy/dx."""
    return EVALUATORS[code](x)


def binary(code: int, a: float, b: float) -> tuple[float, ...]:
    """Return y = f(a, b), dy/da and dy/db."""
    return EVALUATORS[code](a, b)
