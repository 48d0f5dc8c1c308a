"""Print the table as JavaScript: kernels from their source, rules by running them on symbols.

A row becomes its value and its partials; `rows_source` prints the rows that are asked for, with the
kernels that they call. Nothing about an operation is written here: a row added to the table is in
the browser as well.
"""

import ast
from collections.abc import Iterable
from functools import cache

from autodiff.printers.expressions import OutsideSubsetError, read
from autodiff.printers.subset import Definition, Functions
from autodiff.table import libm, ops
from autodiff.table.primitive import ROWS, TABLE, Pointwise, Primitive
from autodiff.table.symbol import Symbol, Term, as_code

TABLES = ops.__name__.removesuffix("ops")  # the wing in which the library's own operations stand


class Script(Functions):
    """Functions of the library, and formulas of the table's operations, as JavaScript."""

    def value(self, row: Primitive, names: list[str]) -> str:
        """Return the source of the row's value at operands called `names`."""
        return self.formula(Symbol(op=row, args=tuple(map(Symbol, names))))

    def formula(self, term: Term) -> str:
        """Return a formula of the table's operations as JavaScript."""
        return as_code(
            term, self.function, lambda x: repr(float(x)) if x != int(x) else str(int(x))
        )

    def function(self, row: Primitive) -> str:
        """Return the name of the function that computes the row, and add it."""
        function = row.scalar  # type: ignore[attr-defined]
        module = _module(function)
        if not module.startswith(TABLES):
            raise OutsideSubsetError(
                f"{row.name}: this operation is your own Python, which cannot be carried to a page"
            )
        return self.need(module, function.__name__)

    def need(self, module: str, name: str) -> str:
        """Return the name under which a function is printed, and add it; of a row its value."""
        if module == ops.__name__ and name in TABLE:
            return self.function(TABLE[name])
        return Functions.need(self, module, name)


@cache
def _nary_rules() -> dict[str, ast.Lambda]:
    """Return the transposes of the rows that take any number of scalars, as they are written."""
    found = {}
    for name, node in read(ops.__name__)[0].items():
        value = getattr(node, "value", None)
        for keyword in getattr(value, "keywords", ()):
            if keyword.arg == "nary" and isinstance(keyword.value, ast.Lambda):
                found[name] = keyword.value
    return found


def carried() -> list[str]:
    """Return the names of the rows that a page can compute: the library's own on single numbers."""
    return [row.name for row in ROWS if _module(getattr(row, "scalar", None)).startswith(TABLES)]


def _module(function: object) -> str:
    """Return where a row's function is defined: a built-in one belongs to the C library."""
    module = str(getattr(function, "__module__", ""))
    return libm.__name__ if module == "math" else module


def rows_source(names: Iterable[str] | None = None) -> str:
    """Return a script that defines `ROWS`: for each operation its value and its partials.

    `ROWS.mul` is `{f: (a, b) => ..., d: [(y, a, b) => ..., ...]}`; a partial is null where the
    operation is not differentiable. A sum of any number of operands has one partial `n(i, g, ...xs)`.
    """
    script = Script()
    lines = []
    for name in sorted(set(carried() if names is None else names)):
        row = TABLE[name]
        if isinstance(row, Pointwise):
            xs = [f"x{i}" for i in range(row.arity)]
            symbols = [Symbol(x) for x in xs]
            listed = ", ".join(xs)
            partials = [
                "null" if rule is None
                else f"(y, {listed}) => {script.formula(rule(Symbol('y'), *symbols))}"
                for rule in row.partials
            ]  # fmt: skip
            lines.append(
                f"{name}: {{f: ({listed}) => {script.value(row, xs)}, d: [{', '.join(partials)}]}},"
            )
        else:
            rule_ = Definition(script, ops.__name__).rule(_nary_rules()[name])
            lines.append(f"{name}: {{f: {script.function(row)}, n: {rule_}}},")
    return "\n".join([script.source(), "const ROWS = {", *lines, "};", ""])


def table(names: Iterable[str] | None = None) -> dict[str, dict[str, object]]:
    """Return what a page knows of the operations beside their numbers: how they are written.

    A partial is a tree: a number, "y" or "x0" for the output or an operand, or [operation, ...].

    >>> table(["log"])["log"]["partials"]
    [['div', 1.0, 'x0']]
    """
    found: dict[str, dict[str, object]] = {}
    for name in sorted(set(carried() if names is None else names)):
        row = TABLE[name]
        entry: dict[str, object] = {"infix": row.infix, "precedence": row.precedence}
        if isinstance(row, Pointwise):
            xs = [Symbol(f"x{i}") for i in range(row.arity)]
            entry["arity"], entry["defaults"] = row.arity, list(row.defaults)
            entry["partials"] = [
                None if rule is None else _tree(rule(Symbol("y"), *xs)) for rule in row.partials
            ]
        found[name] = entry
    return found


def _tree(term: Term) -> object:
    if not isinstance(term, Symbol):
        return float(term)
    return term.name if term.op is None else [term.op.name, *map(_tree, term.args)]
