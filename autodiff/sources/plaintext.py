"""Formulas as one line of plain text, in the spelling of Python: `dC/da * sigmoid_prime(z)`.

The same printer serves people and programs: `call` says how an operation without an infix sign is
written. What it prints parses back to the same tree, so precedence and brackets are exact.
"""

from collections.abc import Callable
from typing import Any

from autodiff.table.primitive import TABLE
from autodiff.table.symbol import Symbol, Term, number

Call = Callable[[Symbol, list[str]], str]
ATOM = 9
MANY = 100  # terms of a sum from which on it is written as a list: + nests too deep for parsers


def calling(term: Symbol, parts: list[str]) -> str:
    """Write an operation as name(operands), its parameters as keywords, as people read it."""
    assert term.op is not None
    params = getattr(term, "params", {})
    match term.op.name:
        case "transpose":
            return f"{_bracket(parts[0])}.T"
        case "take":
            return f"{_bracket(parts[0])}[{index_text(params.get('index'))}]"
        case "broadcast" | "reshape" | "scatter":
            return f"{term.op.name}({parts[0]}, {params.get('shape')})"
        case "sum" | "mean" | "max" | "min":
            axis = params.get("axis")
            return f"{term.op.name}({parts[0]}{'' if axis is None else f', axis={axis}'})"
    return f"{term.op.name}({', '.join(parts)})"


def index_text(index: Any) -> str:
    """Write an index as between square brackets: `0, :, 1:3`."""
    if isinstance(index, tuple):
        return ", ".join(map(index_text, index)) or "()"
    if isinstance(index, slice):
        start, stop = ("" if i is None else str(i) for i in (index.start, index.stop))
        return f"{start}:{stop}" + (f":{index.step}" if index.step is not None else "")
    if index is Ellipsis:
        return "..."
    return str(index.tolist()) if hasattr(index, "tolist") else str(index)


def text(
    term: Term,
    call: Call = calling,
    name: Callable[[Symbol], str] = lambda s: s.name,
    literal: Callable[[float], str] = number,
) -> str:
    """Print a formula; `name` prints its leaves, `literal` its numbers.

    >>> from autodiff.table.ops import sigmoid
    >>> text((Symbol("a") - Symbol("y")) * sigmoid(Symbol("z")))
    '(a - y) * sigmoid(z)'
    """
    return _print(term, call, name, literal)[0]


def factor(term: Term) -> str:
    """Print a formula as a factor of a product: in brackets if it is a sum or begins with a minus.

    >>> factor(Symbol("a") - Symbol("y")), factor(-Symbol("a"))
    ('(a - y)', '(-a)')
    """
    shown, precedence = _print(term, calling, lambda s: s.name, number)
    return f"({shown})" if precedence < 2 or shown.startswith("-") else shown


def _print(
    term: Term, call: Call, name: Callable[[Symbol], str], literal: Callable[[float], str]
) -> tuple[str, int]:
    if not isinstance(term, Symbol):
        return literal(term), ATOM if term >= 0 else 3
    if term.op is None:
        shown = name(term)
        return shown, 3 if shown.startswith("-") else ATOM
    if term.op is TABLE["power_slope"] and call is calling:  # to people, the product that it is
        x, n = term.args
        base = Symbol(op=TABLE["powc"], args=(x, TABLE["sub"](n, 1.0)))
        return _print(TABLE["mul"](n, base), call, name, literal)
    parts = [_print(a, call, name, literal) for a in term.args]
    op = term.op
    if op is TABLE["total"]:
        return added([_at_least(p, 2) for p in parts]), 1
    if op is TABLE["dot"]:
        half = len(parts) // 2
        pairs = zip(parts[:half], parts[half:], strict=True)
        return added([f"{_at_least(a, 2)} * {_at_least(b, 3)}" for a, b in pairs]), 1
    if op is TABLE["neg"]:
        return "-" + _at_least(parts[0], 4), 3
    if op.infix == "**":
        return f"{_at_least(parts[0], 5)}**{_at_least(parts[1], 4)}", 4
    if op.infix and len(parts) == 2:
        signed = op.precedence == 1 and parts[1][0].startswith("-")
        left = _at_least(parts[0], op.precedence)
        right = _at_least(parts[1], ATOM + 1 if signed else op.precedence + 1)
        return f"{left} {op.infix} {right}", op.precedence
    return call(term, [p[0] for p in parts]), ATOM


def added(parts: list[str]) -> str:
    """Join the terms of a sum, with a minus where a term begins with one.

    >>> added(["a", "-b", "c"])
    'a - b + c'
    """
    if len(parts) > MANY:
        return f"sum([{', '.join(parts)}])"
    signed = [f" - {p[1:]}" if p.startswith("-") else f" + {p}" for p in parts[1:]]
    return parts[0] + "".join(signed)


def _at_least(part: tuple[str, int], precedence: int) -> str:
    return part[0] if part[1] >= precedence else f"({part[0]})"


def _bracket(part: str) -> str:
    return part if part.replace("_", "a").isalnum() else f"({part})"
