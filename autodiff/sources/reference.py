"""The table of operations as a page of text: each row with the local derivatives its rules print.

Nothing is written here about any operation. The names of operands are those of the rules, and the
derivatives are the rules themselves, run on symbols.
"""

from collections.abc import Iterator

from autodiff.sources.lines import WIDTH, fitted
from autodiff.sources.plaintext import text
from autodiff.sources.terms import simplify
from autodiff.table.language import phrases, say
from autodiff.table.primitive import TABLE, Multilinear, Pointwise
from autodiff.table.symbol import Symbol


def operations() -> str:
    """Return the table: scalar operations with d/d operand, then the linear maps of arrays.

    >>> print([line for line in operations().splitlines() if line.startswith("sigmoid(")][0])
    sigmoid(x)          d/dx = sigmoid_prime(x)
    """
    rows = list(TABLE.values())
    lines = [say("ops.numbers"), ""]
    lines += [line for row in rows if isinstance(row, Pointwise) for line in _pointwise(row)]
    lines += ["", say("ops.arrays"), ""]
    lines += [
        f"{row.name:<20}{_about(row)}".rstrip() for row in rows if isinstance(row, Multilinear)
    ]
    return fitted("\n".join(lines))


def _pointwise(row: Pointwise) -> Iterator[str]:
    names = row.operands
    y, xs = Symbol("y"), [Symbol(n) for n in names]
    head = text(row(*xs))
    rules = [
        f"d/d{n} = {say('ops.none') if rule is None else text(simplify(rule(y, *xs)))}"
        for n, rule in zip(names, row.partials, strict=True)
    ]
    line = f"{head:<19} {',  '.join(rules)}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield f"{head:<19} {rules[0]}"
        yield from (f"{'':<20}{rule}" for rule in rules[1:])
    if row.doc:
        yield f"{'':<20}({_about(row)})"


def _about(row: Pointwise | Multilinear) -> str:
    """Return what a row says of itself, in the language that is spoken."""
    return phrases("op").get(row.name, row.doc) if row.doc else ""
