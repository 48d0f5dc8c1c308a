"""Read a formula such as "sigmoid(w*x + b)" and record it as a graph; no code is ever run.

The text is parsed to Python's syntax tree and each node of the tree is looked up by hand: numbers,
names, the operators + - * / **, and the scalar operations of the library. Anything else is refused
with a sentence. Several lines or `;` name what lies in between: "z = w*x + b; sigmoid(z)".
"""

import ast
import difflib
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autodiff.graphs.misspelt import foreign_sign, misspelt
from autodiff.nodes.value import Value
from autodiff.table.ops import BUILTIN
from autodiff.table.primitive import ROWS, TABLE, Pointwise, Primitive

LONGEST = 2000
DEEPEST = 100
OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "power"}
CONSTANTS = {"pi": math.pi, "e": math.e}

# What people also write, by the table's name.
SPELLINGS = {"ln": "log", "max": "maximum", "min": "minimum", "pow": "power", "σ": "sigmoid"}


class ExpressionError(ValueError):
    """A formula that cannot be read, or values that do not fit it; the message is one sentence."""


@dataclass(frozen=True)
class Expression:
    """A formula that was read: its text, its statements, and the names it needs values for.

    >>> e = parse("z = w*x + b; sigmoid(z)")
    >>> e.names
    ('w', 'x', 'b')
    >>> a, nodes = e.record({"w": 2.0, "x": 0.5, "b": -1.0})
    >>> a.data, sorted(nodes)
    (0.5, ['b', 'w', 'x', 'z'])
    """

    text: str
    statements: tuple[tuple[str | None, ast.expr], ...]
    names: tuple[str, ...]

    def record(self, values: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
        """Return the node of the last statement, and every named node, at these values."""
        missing = [n for n in self.names if n not in values and n not in CONSTANTS]
        extra = [n for n in values if n not in self.names]
        if missing:
            close = difflib.get_close_matches(missing[0], extra, n=1)
            remedy = (
                f"did you mean {close[0]}?"
                if close
                else "give each name one, as in --at "
                + ",".join(f"{_short(n)}=1" for n in missing[:3])
            )
            raise ExpressionError(
                f"{_listed(missing)} {'has' if len(missing) == 1 else 'have'} no value: {remedy}"
            )
        if extra:
            raise ExpressionError(
                f"a value is given for {_listed(extra)}, but the expression has "
                f"{'no names' if not self.names else 'the names ' + _listed(self.names)}"
            )
        nodes: dict[str, Any] = {n: CONSTANTS[n] for n in self.names if n not in values}
        nodes |= {n: Value(values[n], name=n) for n in self.names if n in values}
        result: Any = None
        for name, tree in self.statements:
            result = _value(tree, nodes)
            if name is not None:
                nodes[name] = result
                if isinstance(result, Value) and result.name is None:
                    result.name = name
        if not isinstance(result, Value):
            raise ExpressionError(
                f"{_quoted(self.text)} is the number {result:g}: there is nothing to differentiate "
                f"in it, so put a name where the derivative is wanted"
            )
        return result, {n: x for n, x in nodes.items() if isinstance(x, Value)}


def parse(text: str) -> Expression:
    """Read a formula; raise ExpressionError, one sentence, where it cannot be read."""
    if not text.strip():
        raise ExpressionError("the expression is empty: write one such as 'sigmoid(w*x + b)'")
    if len(text) > LONGEST:
        raise ExpressionError(
            f"the expression has {len(text):,} characters, more than {LONGEST:,}: write longer "
            f"computations in Python"
        )
    if sign := foreign_sign(text):
        raise ExpressionError(f"{_quoted(text)} cannot be read: {sign}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text.strip())
    except SyntaxError as e:
        column = f" at character {e.offset}" if e.offset else ""
        remedy = misspelt(text, functions()) or e.msg
        raise ExpressionError(f"{_quoted(text)} cannot be read{column}: {remedy}") from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as e:
        reason = "it is nested too deeply" if not isinstance(e, ValueError) else str(e)
        raise ExpressionError(f"{_quoted(text)} cannot be read: {reason}") from None
    if _depth(module) > DEEPEST:
        raise ExpressionError(
            f"the expression is nested more than {DEEPEST} levels deep: name parts of it, as in "
            f"'z = w*x + b; sigmoid(z)'"
        )
    names: dict[str, None] = {}
    statements: list[tuple[str | None, ast.expr]] = []
    assigned: set[str] = set()
    for statement in module.body:
        name: str | None = None
        match statement:
            case ast.Expr(value=tree):
                pass
            case ast.Assign(targets=[ast.Name() as target], value=tree):
                name = target.id
            case _:
                raise _refused(statement)
        for found in _check(tree):
            if found not in assigned:
                names[found] = None
        if name is not None:
            if name in names or name in assigned:
                raise ExpressionError(
                    f"{name} is given a value twice: each name stands for one node"
                )
            assigned.add(name)
        statements.append((name, tree))
    if not statements:
        raise ExpressionError("the expression is empty: write one such as 'sigmoid(w*x + b)'")
    return Expression(text, tuple(statements), tuple(names))


def parse_values(text: str) -> dict[str, float]:
    """Read values such as "w=2, x=0.5"; raise ExpressionError where that is not what stands there.

    >>> parse_values("w=2,x=0.5")
    {'w': 2.0, 'x': 0.5}
    """
    values: dict[str, float] = {}
    for part in filter(str.strip, text.replace(";", ",").split(",")):
        name, sign, number = (p.strip() for p in part.partition("="))
        if not sign or not name.isidentifier():
            raise ExpressionError(
                f"{_quoted(part.strip())} is not a value: write name=number, as in --at w=2,x=0.5"
            )
        if name in values:
            raise ExpressionError(f"{name} is given two values: {values[name]:g} and {number}")
        try:
            values[name] = CONSTANTS[number] if number in CONSTANTS else float(number)
        except ValueError:
            raise ExpressionError(
                f"{name}={_short(number)}: {_quoted(number)} is not a number; write one such as "
                f"{name}=0.5"
            ) from None
    return values


def functions() -> dict[str, Primitive]:
    """Return every operation that a formula may name: the library's own, whatever was added since."""
    rows: dict[str, Primitive] = {
        row.name: row for row in ROWS[:BUILTIN] if isinstance(row, Pointwise)
    }
    return rows | {spelling: rows[name] for spelling, name in SPELLINGS.items()}


def _depth(tree: ast.AST) -> int:
    deepest, pending = 0, [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        pending += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def _check(tree: ast.expr) -> list[str]:
    """Return the names of a tree in order of appearance; refuse whatever is not arithmetic."""
    match tree:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            _number(value)
            return []
        case ast.Name(id=name):
            return [name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _check(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return _check(left) + _check(right)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            row = functions().get(name)
            if row is None:
                raise ExpressionError(f"unknown function {_short(name)}: {_nearest(name, tree)}")
            assert isinstance(row, Pointwise)
            arity = row.arity
            if not arity - len(row.defaults) <= len(args) <= arity:
                raise ExpressionError(
                    f"{name} takes {arity} operand{'s' if arity > 1 else ''}, not {len(args)}"
                )
            return [n for arg in args for n in _check(arg)]
    raise _refused(tree)


def _refused(tree: ast.AST) -> ExpressionError:
    hint = " (for a power write **)" if isinstance(getattr(tree, "op", None), ast.BitXor) else ""
    match tree:
        case ast.Call(func=ast.Constant() | ast.BinOp() as factor, args=[other], keywords=[]):
            hint = f" (for a product write {_product(factor, other)})"
    return ExpressionError(
        f"{_quoted(ast.unparse(tree))} is not part of a formula{hint}: use numbers, names, "
        f"+ - * / **, brackets and functions such as exp(x)"
    )


def _nearest(name: str, call: ast.Call) -> str:
    close = difflib.get_close_matches(name, functions(), n=3, cutoff=0.55)
    every = "`autodiff ops` lists them all"
    if len(call.args) == 1 and not close:
        every += f"; for a product write {_product(call.func, call.args[0])}"
    return f"did you mean {' or '.join(close)}? {every}" if close else every


def _product(factor: ast.expr, other: ast.expr) -> str:
    first = ast.unparse(factor)
    return _short(
        f"{f'({first})' if isinstance(factor, ast.BinOp) else first}*({ast.unparse(other)})"
    )


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ExpressionError("a number of the expression is too large for a float") from None


def _value(tree: ast.expr, nodes: Mapping[str, Any]) -> Any:
    match tree:
        case ast.Constant(value=value):
            assert isinstance(value, int | float)
            return _number(value)
        case ast.Name(id=name):
            return nodes[name]
        case ast.UnaryOp(op=op, operand=operand):
            x = _value(operand, nodes)
            return x if isinstance(op, ast.UAdd) else TABLE["neg"](x)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _value(left, nodes), _value(right, nodes)
            row = OPERATORS[type(op)]
            if row == "power" and not isinstance(b, Value):
                row = "powc"
            return TABLE[row](a, b)
        case ast.Call(func=ast.Name(id=name), args=args):
            return functions()[name](*(_value(a, nodes) for a in args))
    raise _refused(tree)


def _listed(names: Any) -> str:
    return ", ".join(_short(n) for n in names)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _quoted(text: str) -> str:
    return repr(_short(text))
