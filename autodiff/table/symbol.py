"""Symbols: operands without a number, on which the rules of the table print themselves.

A rule such as `lambda y, a, b: -y / b` runs on symbols as it runs on floats; what comes back is the
formula as a tree. From it come the LaTeX of a derivation, the operation table of the documentation
and the C source of the compiled engine, so no formula is ever written beside its rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autodiff.table.primitive import RECORDERS, TABLE, Primitive, Recorder


@dataclass(frozen=True, eq=False)
class Symbol:
    """A named operand, or an operation on symbols and numbers."""

    name: str = ""
    op: Primitive | None = None
    args: tuple["Term", ...] = ()

    def __add__(self, other: Any) -> "Term":
        return _apply(TABLE["add"], (self, other))

    def __radd__(self, other: Any) -> "Term":
        return _apply(TABLE["add"], (other, self))

    def __sub__(self, other: Any) -> "Term":
        return _apply(TABLE["sub"], (self, other))

    def __rsub__(self, other: Any) -> "Term":
        return _apply(TABLE["sub"], (other, self))

    def __mul__(self, other: Any) -> "Term":
        return _apply(TABLE["mul"], (self, other))

    def __rmul__(self, other: Any) -> "Term":
        return _apply(TABLE["mul"], (other, self))

    def __truediv__(self, other: Any) -> "Term":
        return _apply(TABLE["div"], (self, other))

    def __rtruediv__(self, other: Any) -> "Term":
        return _apply(TABLE["div"], (other, self))

    def __neg__(self) -> "Term":
        return _apply(TABLE["neg"], (self,))


Term = Symbol | float
ARITHMETIC = ("add", "sub", "mul", "div")  # in every language a sign; chain only looks like one
Printer = Callable[[Primitive, list[str], list[int]], tuple[str, int]]


def _apply(op: Primitive, args: tuple[Any, ...], params: dict[str, Any] | None = None) -> Term:
    return Symbol(op=op, args=tuple(a if isinstance(a, Symbol) else float(a) for a in args))


RECORDERS[Symbol] = Recorder(3, _apply)


def number(x: float) -> str:
    """Return a number as a person writes it: 2, not 2.0."""
    return str(int(x)) if x % 1 == 0 and abs(x) < 1e15 else repr(x)  # NaN % 1 is NaN


def render(term: Term, printer: Printer, literal: Callable[[float], str] = number) -> str:
    """Print a term: `printer(op, operand texts, operand precedences)` gives text and precedence."""
    return _render(term, printer, literal)[0]


def _render(term: Term, printer: Printer, literal: Callable[[float], str]) -> tuple[str, int]:
    if not isinstance(term, Symbol):
        return literal(term), 9 if term >= 0 else 3
    if term.op is None:
        return term.name, 9
    parts = [_render(a, printer, literal) for a in term.args]
    return printer(term.op, [p[0] for p in parts], [p[1] for p in parts])


def evaluate(term: Term, values: dict[str, float]) -> float:
    """Return the number a term stands for; each operation follows IEEE 754, none raises."""
    if not isinstance(term, Symbol):
        return term
    if term.op is None:
        return values[term.name]
    result: float = term.op.number(*(evaluate(a, values) for a in term.args))
    return result


def as_code(
    term: Term,
    name: Callable[[Primitive], str],
    literal: Callable[[float], str] = lambda x: repr(float(x)),
) -> str:
    """Print a term as a language of brackets and calls: arithmetic by signs, all else as `name(op)(...)`."""

    def printer(op: Primitive, parts: list[str], _: list[int]) -> tuple[str, int]:
        if op.name == "neg":
            return f"(-{parts[0]})", 9
        if op.name in ARITHMETIC:
            return f"({parts[0]} {op.infix} {parts[1]})", 9
        return f"{name(op)}({', '.join(parts)})", 9

    return render(term, printer, literal)
