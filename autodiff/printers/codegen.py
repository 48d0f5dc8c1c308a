"""Print the table's pointwise rules as C-level source for the compiled engine.

Each rule is run on symbols and the formula that comes back is printed in Cython: `_evaluate.pxd`
holds `unary` and `binary`, the compiled twins of `evaluate`, as one switch over the rows. Nothing
about an operation is written here: a row added to the table is in the switch at the next build.
"""

from collections.abc import Iterator

from autodiff.table import libm, ops
from autodiff.table.primitive import ROWS, Pointwise, Primitive
from autodiff.table.symbol import ARITHMETIC, Symbol, Term, render

assert ops.add.code == 0

IEEE = "@cython.cdivision(True)  # a division by zero gives an infinity or NaN, as in C"

HEADER = """# Printed from the table by autodiff/printers/codegen.py; not for editing.
cimport cython
from libc.math cimport {libm}
from autodiff.table.kernels cimport {kernels}

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


def _print(op: Primitive, parts: list[str], precedences: list[int]) -> tuple[str, int]:
    if op.name == "neg":
        return f"(-{parts[0]})", 9
    if op.name in ARITHMETIC:
        return f"({parts[0]} {op.infix} {parts[1]})", 9
    return f"{c_name(op)}({', '.join(parts)})", 9


def c_source(term: Term) -> str:
    """Return a formula as Cython source on doubles."""
    return render(term, _print, lambda x: repr(float(x)))


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
    lines += [
        IEEE,
        "cdef inline (double, double, double) binary(int code, double a, double b) noexcept:",
        "    cdef double y",
    ]
    for i, row in enumerate(pointwise_rows(2)):
        left, right = (partial_source(row, k, "y", "a", "b") for k in (0, 1))
        lines += [
            f"    {'el' if i else ''}if code == {row.code}:  # {row.name}",
            f"        y = {value_source(row, 'a', 'b')}",
            f"        return y, {left}, {right}",
        ]
    lines += ["    return 0.0, 0.0, 0.0", ""]
    return header() + codes() + "\n".join(lines)


def codes() -> str:
    """Return the places of the rows in the table as constants, which the compiler can reckon with."""
    names = [f"    {row.name.upper()} = {row.code}" for row in ROWS if isinstance(row, Pointwise)]
    return "\n".join(["cdef enum:", *names, "", ""])


def header() -> str:
    """Return the imports that the printed source needs."""
    rows = [r for r in ROWS if isinstance(r, Pointwise)]
    names = sorted({c_name(r) for r in rows})
    kernels = [f"{n[2:]} as {n}" for n in names if n.startswith("k_")]
    functions = [n for n in names if not n.startswith("k_")]
    return HEADER.format(libm=", ".join(functions), kernels=", ".join(kernels))
