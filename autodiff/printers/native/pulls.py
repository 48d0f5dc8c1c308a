"""Print "a cotangent times a local derivative" as one loop, for every row where that is arithmetic.

Formed in passes, the slope of arcsin is five arrays, each written to memory and read again; numpy's own
arcsin takes as long as one of them. What needs an exponential or a sine is left to numpy, whose loops for
these have bits of their own. The products have the bits of the passes.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from autodiff.printers.codegen import c_name
from autodiff.printers.native.kernels import c_kernels
from autodiff.table import kernels
from autodiff.table.ops import BUILTIN
from autodiff.table.primitive import ROWS, Pointwise, Primitive
from autodiff.table.symbol import ARITHMETIC, Symbol, Term, as_code

WIDE = {"fabs", "sqrt", "isnan", "copysign", "floor", "trunc"}  # what is an instruction or two
MOST = 4  # operands of a row, with its output
NAMES = "yabc"


class Printed(NamedTuple):
    """The loops as C, and the kernels that they call."""

    kernels: list[Callable[..., float]]
    bodies: list[str]


def _name(op: Primitive) -> str:
    return re.sub("^k_", "u_", c_name(op))


def _rows(term: Term) -> list[Pointwise]:
    """Return the rows that a formula is made of."""
    if not isinstance(term, Symbol) or term.op is None:
        return []
    assert isinstance(term.op, Pointwise)
    return [term.op, *(row for part in term.args for row in _rows(part))]


def c_formula(term: Term, needed: dict[str, Pointwise]) -> str | None:
    """Return a formula in C, its kernels noted in `needed`; None where it is more than arithmetic."""
    rows = _rows(term)
    if not all(map(_wide, rows)):
        return None
    needed.update({r.name: r for r in rows if c_name(r).startswith("k_")})
    return as_code(term, _name)


def _wide(row: Pointwise) -> bool:
    """Return whether a row is printed as arithmetic alone."""
    if row.name in ARITHMETIC or row.name == "neg":
        return True
    if not c_name(row).startswith("k_"):
        return c_name(row) in WIDE
    found = c_kernels([row.scalar])
    called = set(re.findall(r"(\w+)\(", " ".join(found.values())))
    return called <= WIDE | {f"u_{n}" for n in found}


def printed() -> Printed:
    """Return a loop for each operand of each row of the table of which it can be printed."""
    needed: list[Callable[..., float]] = [kernels.chain]
    bodies: list[str] = []
    entries: list[str] = []
    for row in ROWS[:BUILTIN]:
        if not isinstance(row, Pointwise) or row.arity >= MOST:
            continue
        for i, rule in enumerate(row.partials):
            term = rule(*map(Symbol, NAMES[: row.arity + 1])) if rule else None
            if not isinstance(term, Symbol) or term.op is None or not all(map(_wide, _rows(term))):
                continue
            formula = as_code(term, _name)
            used = [k for k in range(MOST) if re.search(rf"\b{NAMES[k]}\b", formula)]
            if not used:
                continue
            needed += [r.scalar for r in _rows(term) if c_name(r).startswith("k_")]
            name = f"pull_{row.name}_{i}"
            reads = " ".join(f"const double *{NAMES[k]}s = xs[{k}];" for k in used)
            numbers = " ".join(f"const double {NAMES[k]} = {NAMES[k]}s[i];" for k in used)
            bodies.append(
                f"    CLONED static void {name}(PULL) {{ {reads} for (npy_intp i = 0; i < n; i++) "
                f"{{ {numbers} out[i] = u_chain(g[i], {formula}); }} }}"
            )
            mask = sum(1 << k for k in used)
            entries.append(f"        [{row.code * MOST + i}] = {{{name}, {mask}}},")
    table = [f"    static const struct pull PULLS[{BUILTIN * MOST}] = {{", *entries, "    };"]
    return Printed(needed, [PARAMETERS, *bodies, *table])


PARAMETERS = """    #define PULL npy_intp n, double *restrict out, const double *g, const double *const *xs
    struct pull { void (*loop)(PULL); int used; };"""
PULLED = f"""    ctypedef void (*puller)(
        cnp.npy_intp n, double *out, const double *g, const double *const *xs
    ) noexcept nogil
    struct pull:
        puller loop
        int used
    const pull PULLS[{BUILTIN * MOST}]

cdef inline object pulled(object row, Py_ssize_t i, object g, object y, tuple xs):
    # Returns g times the local derivative of a row of the table in one loop, or None; an operand is of
    # g's shape, or one number, which is laid out 512 times.
    cdef Py_ssize_t code = row.code
    cdef const double *ins[{MOST}]
    cdef pull found
    cdef int k, full = 0, wanted = 0
    cdef cnp.npy_intp n, at, part
    cdef double stretched[{MOST}][512]
    cdef bint one[{MOST}]
    if code >= {BUILTIN} or i >= {MOST}:
        return None
    found = PULLS[code * {MOST} + i]
    if found.loop == NULL or not (whole(g) and cnp.PyArray_CheckExact(g)):
        return None
    n = size(g)
    for k in range({MOST}):
        ins[k] = NULL
        one[k] = False
        if not (found.used >> k) & 1:
            continue
        wanted += 1
        x = y if k == 0 else xs[k - 1]
        if not whole(x):
            return None
        ins[k] = start(x)
        if alike(x, g):
            full += 1
        elif size(x) == 1 and n > 1:
            one[k] = True
            for at in range(512 if n > 512 else n):
                stretched[k][at] = start(x)[0]
            ins[k] = &stretched[k][0]
        else:
            return None
    if full == 0:
        return None
    out = like(g)
    at = 0
    while at < n:
        part = n - at if full == wanted or n - at < 512 else 512
        found.loop(part, start(out) + at, start(g) + at, ins)
        at += part
        for k in range({MOST}):
            if ins[k] != NULL and not one[k]:
                ins[k] += part
    return out
"""
