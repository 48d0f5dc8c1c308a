"""Questions whose answer is a formula, marked by its value: any way to write it is right.

The formula is read as `autodiff draw` reads one, so nothing is run. It is evaluated at several random
points beside the right formula and beside those that likely slips lead to. Where floats say that it is wrong,
decimal numbers of far greater range and length have the last word: what overflows on its way, or cancels,
may be right all the same.
"""

import ast
import decimal
import math
import operator
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from autodiff.graphs.expression import CONSTANTS, Expression, ExpressionError, functions, parse
from autodiff.nodes.value import Value
from autodiff.table.language import retold, say
from autodiff.teach.question import EXACT, Mark, Slip, marked, nearest

# Letters as a Japanese keyboard gives them: （ for (, ０ for 0.
WIDE = {0x3000: " "} | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
POINTS = 6
EXACTLY = decimal.Context(
    prec=60, Emin=-1_000_000, Emax=1_000_000,
    traps=[decimal.Overflow, decimal.Underflow, decimal.DivisionByZero, decimal.InvalidOperation],
)  # fmt: skip


FAR = 1e300  # as far as an answer that is wrong is told from others
OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip


def _sigma(z: Decimal) -> Decimal:
    return 1 / (1 + (-z).exp())


# What decimal numbers compute to all their digits; any other function is that of floats.
LONG: dict[str, Callable[..., Decimal]] = {
    "exp": Decimal.exp, "log": Decimal.ln, "log10": Decimal.log10, "sqrt": Decimal.sqrt,
    "square": lambda x: x * x, "abs": abs, "sigmoid": _sigma,
    "sigmoid_prime": lambda z: _sigma(z) * _sigma(-z), "tanh": lambda z: 2 * _sigma(2 * z) - 1,
    "power": operator.pow, "maximum": max, "minimum": min,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class FormulaQuestion:
    """A question whose answer is a formula in `letters`, such as "(a - y)*a*(1 - a)*x1".

    `wrong` has the formulas that slips lead to, by the key of the slip's sentence.
    """

    name: str
    key: str
    right: str
    letters: tuple[str, ...]
    wrong: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """The question in words."""
        return say(f"teach.ask.{self.key}", letters=", ".join(self.letters), **self.values)

    @property
    def blank(self) -> str:
        """What stands in a notebook where the answer goes."""
        return f'{self.name} = "..."'

    @property
    def solution(self) -> str:
        """Python for the answer."""
        return f'{self.name} = "{self.right}"'

    @property
    def shown(self) -> str:
        """The answer as a solved sheet shows it."""
        return f"{self.name} = {self.right}"

    def mark(self, answer: Any) -> Mark:
        """Mark a formula, given as text."""
        if answer is None or answer is ... or str(answer).strip() in ("", "..."):
            return Mark(False, say("exercise.not_answered"))
        if not isinstance(answer, str):
            return Mark(False, say("teach.no_formula", name=self.name))
        text = answer.translate(WIDE).strip().replace("^", "**")
        try:
            expression = self._read(text)
            given = self._at_points(text)
            right = self._at_points(self.right)
            mark = marked(given, right, iter(()), EXACT)
            if not mark.right:
                mark = marked(self._exactly(expression), right, self._slips(), EXACT)
        except ExpressionError as error:
            return Mark(False, say("teach.unreadable", error=retold(str(error))))
        except decimal.DecimalException as error:
            slip = (
                nearest(given, right, self._slips(), EXACT) if np.all(np.isfinite(given)) else None
            )
            return Mark(False, slip or say("teach.no_value", point=error.args[-1]))
        return mark

    def _slips(self) -> Iterator[Slip]:
        right = self._at_points(self.right)
        yield say("slip.sign"), -right
        for key, formula in self.wrong.items():
            yield self._told(key), self._at_points(formula)
        yield say("slip.twice"), 2.0 * right
        yield say("slip.half"), 0.5 * right
        for key, formula in self.wrong.items():
            yield say("teach.slip.and_sign", slip=self._told(key)), -self._at_points(formula)

    def _told(self, key: str) -> str:
        """Return a slip's sentence: one that other questions have, too, or one of formulas alone."""
        return say(key, **self.values) if "." in key else say(f"teach.slip.{key}", **self.values)

    def _read(self, text: str) -> Expression:
        expression = parse(text)
        strange = [n for n in expression.names if n not in self.letters]
        if strange:
            raise ExpressionError(
                say("teach.strange", name=strange[0], letters=", ".join(self.letters))
            )
        return expression

    def _points(self) -> Iterator[dict[str, float]]:
        """Yield the points, the letters between 0.1 and 0.9."""
        rng = random.Random(self.right)
        for _ in range(POINTS):
            yield {n: rng.uniform(0.1, 0.9) for n in self.letters}

    def _exactly(self, expression: Expression) -> Any:
        """Return the values by decimal numbers; a DecimalException ends in the point without one."""
        found = []
        for point in self._points():
            try:
                with decimal.localcontext(EXACTLY):
                    value = exact(expression, {n: Decimal(v) for n, v in point.items()})
            except (decimal.DecimalException, ArithmeticError, ValueError) as error:
                where = ", ".join(f"{n} = {v:.3g}" for n, v in point.items())
                raise decimal.DecimalException(str(error), where) from None
            found.append(max(-FAR, min(FAR, float(value))))
        return np.array(found)

    def _at_points(self, text: str) -> Any:
        """Return the formula's values at the points, by floats."""
        expression = self._read(text)
        found = []
        for point in self._points():
            if not expression.names:
                point[self.letters[0]] = 0.5
                found.append(_number(text))
                continue
            value, _ = expression.record({n: point[n] for n in expression.names})
            found.append(value.data if isinstance(value, Value) else float(value))
        return np.array(found)


def _number(text: str) -> float:
    """Return the value of a formula without letters."""
    return float(parse(f"t0*0 + ({text})").record({"t0": 0.0})[0].data)


def exact(expression: Expression, point: Mapping[str, Decimal]) -> Decimal:
    """Return the value of a formula by decimal numbers in the context at hand.

    Its numbers are those that are written, not floats near them. An ArithmeticError where it has none.

    >>> exact(parse("a*1e-400*1e400"), {"a": Decimal("0.5")}) == Decimal("0.5")
    True
    """
    text = expression.text.strip()
    known = {n: Decimal(v) for n, v in CONSTANTS.items()} | dict(point)
    value = Decimal(0)
    for name, tree in expression.statements:
        value = _exact(tree, known, text)
        if name is not None:
            known[name] = value
    if not value.is_finite():
        raise decimal.Overflow
    return value


def _exact(tree: ast.expr, known: Mapping[str, Decimal], text: str) -> Decimal:
    match tree:
        case ast.Constant(value=value):
            assert isinstance(value, int | float)
            written = ast.get_source_segment(text, tree) or ""
            return Decimal(written if isinstance(value, float) else value)
        case ast.Name(id=name):
            return known[name]
        case ast.UnaryOp(op=op, operand=operand):
            x = _exact(operand, known, text)
            return -x if isinstance(op, ast.USub) else x
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_exact(left, known, text), _exact(right, known, text))
        case ast.Call(func=ast.Name(id=name), args=args):
            row = functions()[name]
            operands = [_exact(a, known, text) for a in args]
            return LONG[row.name](*operands) if row.name in LONG else _by_floats(row, operands)
    raise AssertionError(tree)  # `parse` has refused it


def _by_floats(row: Callable[..., Any], operands: list[Decimal]) -> Decimal:
    """Return a function of floats where they hold the numbers; an ArithmeticError where they do not."""
    given = [float(x) for x in operands]
    value = float(row(*given))
    if not math.isfinite(value) or any(x and not g for x, g in zip(operands, given, strict=True)):
        raise decimal.Overflow
    return Decimal(value)
