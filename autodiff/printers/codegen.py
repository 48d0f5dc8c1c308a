"""Print the table's pointwise rules as C-level source for the compiled engine.

Each rule is run on symbols and the formula that comes back is printed in Cython: `_evaluate.pxd`
holds `unary` and `binary`, the compiled twins of `evaluate`, as one switch over the rows. Nothing
about an operation is written here: a row added to the table is in the switch at the next build.
The loops over arrays are printed by `native`.
"""

from collections.abc import Iterator

from autodiff.table import libm, ops
from autodiff.table.primitive import ROWS, Pointwise, Primitive
from autodiff.table.symbol import ARITHMETIC, Symbol, Term, as_code

assert ops.add.code == 0

IEEE = "@cython.cdivision(True)  # a division by zero gives an infinity or NaN, as in C"

HEADER = """# Printed from the table by autodiff/printers/codegen.py; not for editing.
cimport cython
from libc.math cimport {libm}
{kernels}

"""


def pointwise_rows(arity: int) -> Iterator[Pointwise]:
    """Yield the table's pointwise rows with `arity` operands."""
    for row in ROWS:
        if isinstance(row, Pointwise) and row.arity == arity:
            yield row


def c_name(row: Primitive) -> str:
    """Return the C function that computes the row: one of <math.h> or a compiled kernel."""
    assert isinstance(row, Pointwise)
    function = row.scalar
    if function.__module__ in ("math", libm.__name__):
        return function.__name__
    return "k_" + function.__name__


def c_source(term: Term) -> str:
    """Return a formula as Cython source on doubles."""
    return as_code(term, c_name)


def value_source(row: Pointwise, *names: str) -> str:
    """Return the source of the row's value at operands called `names`."""
    call = Symbol(op=row, args=tuple(Symbol(n) for n in names))
    return c_source(call)


def partial_source(row: Pointwise, index: int, y: str, *names: str) -> str:
    """Return the source of the row's partial for operand `index`, 0.0 where it has none."""
    rule = row.partials[index]
    return "0.0" if rule is None else c_source(rule(Symbol(y), *(Symbol(n) for n in names)))


def evaluate_source() -> str:
    """Return the text of `_evaluate.pxd`."""
    lines = [
        IEEE,
        "cdef inline (double, double) unary(int code, double x) noexcept:",
        "    cdef double y",
    ]
    for i, row in enumerate(pointwise_rows(1)):
        lines += [
            f"    {'el' if i else ''}if code == {row.code}:  # {row.name}",
            f"        y = {value_source(row, 'x')}",
            f"        return y, {partial_source(row, 0, 'y', 'x')}",
        ]
    lines += ["    return 0.0, 0.0", ""]
    rows = list(pointwise_rows(2))
    arithmetic = [row for row in rows if row.name in ARITHMETIC]
    lines += binary_source("other", [row for row in rows if row not in arithmetic], "0.0, 0.0, 0.0")
    lines += binary_source("binary", arithmetic, "other(code, a, b)")
    return header() + codes() + "\n".join(lines)


def binary_source(name: str, rows: list[Pointwise], otherwise: str) -> list[str]:
    """Return the lines of a function that evaluates rows of two operands.

    + - * / are a function of their own, so short that the compiler puts it in where it is called.
    """
    lines = [
        IEEE,
        f"cdef inline (double, double, double) {name}(int code, double a, double b) noexcept:",
        "    cdef double y",
    ]
    for i, row in enumerate(rows):
        left, right = (partial_source(row, k, "y", "a", "b") for k in (0, 1))
        lines += [
            f"    {'el' if i else ''}if code == {row.code}:  # {row.name}",
            f"        y = {value_source(row, 'a', 'b')}",
            f"        return y, {left}, {right}",
        ]
    return [*lines, f"    return {otherwise}", ""]


def codes() -> str:
    """Return the places of the rows in the table as constants, which the compiler can reckon with."""
    names = [f"    {row.name.upper()} = {row.code}" for row in ROWS if isinstance(row, Pointwise)]
    return "\n".join(["cdef enum:", *names, "", ""])


def header() -> str:
    """Return the imports that the printed source needs."""
    found: dict[str, set[str]] = {}
    for row in ROWS:
        if isinstance(row, Pointwise):
            ours = c_name(row).startswith("k_")
            name = f"{c_name(row)[2:]} as {c_name(row)}" if ours else c_name(row)
            found.setdefault(row.scalar.__module__ if ours else "libc", set()).add(name)
    functions = ", ".join(sorted(found.pop("libc")))
    lines = [f"from {m} cimport {', '.join(sorted(names))}" for m, names in sorted(found.items())]
    return HEADER.format(libm=functions, kernels="\n".join(lines))
