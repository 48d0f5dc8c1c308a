"""Print the table's pointwise rules as C-level source for the compiled engine.

Each rule is run on symbols and the formula that comes back is printed in Cython: `_evaluate.pxd`
holds `unary` and `binary`, the compiled twins of `evaluate`, as one switch over the rows. Nothing
about an operation is written here: a row added to the table is in the switch at the next build.
`_ufuncs.pxd` holds the loops of numpy ufuncs over kernels, with the kernels printed as C into them.
"""

import ast
import inspect
from collections.abc import Iterator

from autodiff.table import array_kernels, kernels, libm, ops
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
    rows = [r for r in ROWS if isinstance(r, Pointwise)]
    names = sorted({c_name(r) for r in rows})
    kernels = [f"{n[2:]} as {n}" for n in names if n.startswith("k_")]
    functions = [n for n in names if not n.startswith("k_")]
    return HEADER.format(libm=", ".join(functions), kernels=", ".join(kernels))


UFUNCS = """# Printed from the kernels by autodiff/printers/codegen.py; not for editing.
cimport numpy as cnp

cdef extern from *:
    \"\"\"
    #include <fenv.h>
    #include <math.h>
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define CLONED __attribute__((target_clones("avx2", "default")))
    #else
    #define CLONED
    #endif
    // Numbers that lie together are read so that the compiler sees it; a kernel warns of nothing.
    #define LOOP1(NAME, T)                                                                          \\
    CLONED static void NAME##_##T(char **args, const npy_intp *n, const npy_intp *steps, void *p) {  \\
        const char *a = args[0];                                                                    \\
        char *y = args[1];                                                                          \\
        if (steps[0] == sizeof(T) && steps[1] == sizeof(T)) {                                       \\
            for (npy_intp i = 0; i < n[0]; i++) ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i]);        \\
        } else                                                                                      \\
            for (npy_intp i = 0; i < n[0]; i++, a += steps[0], y += steps[1])                       \\
                *(T *)y = (T)u_##NAME(*(const T *)a);                                               \\
        feclearexcept(FE_ALL_EXCEPT);                                                               \\
    }
    #define LOOP2(NAME, T)                                                                          \\
    CLONED static void NAME##_##T(char **args, const npy_intp *n, const npy_intp *steps, void *p) {  \\
        const char *a = args[0], *b = args[1];                                                      \\
        char *y = args[2];                                                                          \\
        const npy_intp w = sizeof(T);                                                               \\
        if (steps[2] == w && steps[0] == w && steps[1] == w) {                                      \\
            for (npy_intp i = 0; i < n[0]; i++)                                                     \\
                ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], ((const T *)b)[i]);                     \\
        } else if (steps[2] == w && steps[0] == w && steps[1] == 0 && n[0] > 0) {                    \\
            const T one = *(const T *)b;                                                            \\
            for (npy_intp i = 0; i < n[0]; i++) ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], one);   \\
        } else                                                                                      \\
            for (npy_intp i = 0; i < n[0]; i++, a += steps[0], b += steps[1], y += steps[2])        \\
                *(T *)y = (T)u_##NAME(*(const T *)a, *(const T *)b);                                \\
        feclearexcept(FE_ALL_EXCEPT);                                                               \\
    }
    #define LOOP3(NAME, T)                                                                          \\
    CLONED static void NAME##_##T(char **args, const npy_intp *n, const npy_intp *steps, void *p) {  \\
        const char *a = args[0], *b = args[1], *c = args[2];                                        \\
        char *y = args[3];                                                                          \\
        const npy_intp w = sizeof(T);                                                               \\
        if (steps[3] == w && steps[0] == w && steps[1] == w && steps[2] == w) {                     \\
            for (npy_intp i = 0; i < n[0]; i++)                                                     \\
                ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], ((const T *)b)[i], ((const T *)c)[i]);  \\
        } else if (steps[3] == w && steps[0] == w && !(steps[1] | steps[2]) && n[0] > 0) {           \\
            const T one = *(const T *)b, two = *(const T *)c;                                       \\
            for (npy_intp i = 0; i < n[0]; i++)                                                     \\
                ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], one, two);                             \\
        } else                                                                                      \\
            for (npy_intp i = 0; i < n[0]; i++, a += steps[0], b += steps[1], c += steps[2], y += steps[3]) \\
                *(T *)y = (T)u_##NAME(*(const T *)a, *(const T *)b, *(const T *)c);                 \\
        feclearexcept(FE_ALL_EXCEPT);                                                               \\
    }
@kernels
    static const char KINDS[] = {
        NPY_FLOAT, NPY_FLOAT, NPY_FLOAT, NPY_FLOAT, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE
    };
    static void *NONE[] = {0, 0};
@loops
    static PyObject *made(PyUFuncGenericFunction *loops, int width, const char *name) {
        return PyUFunc_FromFuncAndData(
            loops, NONE, KINDS + 3 - width, 2, width, 1, PyUFunc_None, name, "", 0
        );
    }
    \"\"\"
    ctypedef void (*inner)(char **args, const cnp.npy_intp *n, const cnp.npy_intp *steps, void *p)
    object made(inner *loops, int width, const char *name)
@declared

cdef extern from "numpy/ufuncobject.h":
    pass

cdef inline object ufunc_of(str name):
    cnp.import_array()
    cnp.import_umath()
@cases
    return None
"""
C_NAMES = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Lt: "<", ast.Gt: ">",
           ast.LtE: "<=", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.And: "&", ast.Or: "|",
           ast.USub: "-", ast.Not: "!"}  # fmt: skip


def c_expression(node: ast.expr) -> str:
    """Return an expression of a kernel in C; nothing is left out, so both sides of `and` are computed."""
    match node:
        case ast.Constant(value=value):
            return repr(value)
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Attribute(attr=name), args=args):
            if name == "divide":
                return "({} / {})".format(*map(c_expression, args))
            return f"{name}({', '.join(map(c_expression, args))})"
        case ast.Call(func=ast.Name(id=name), args=args):
            return f"u_{name}({', '.join(map(c_expression, args))})"
        case ast.UnaryOp(op=op, operand=x):
            return f"({C_NAMES[type(op)]}{c_expression(x)})"
        case ast.BinOp(left=a, op=op, right=b) | ast.Compare(left=a, ops=[op], comparators=[b]):
            return f"({c_expression(a)} {C_NAMES[type(op)]} {c_expression(b)})"
        case ast.BoolOp(op=op, values=values):
            return f"({f' {C_NAMES[type(op)]} '.join(map(c_expression, values))})"
        case ast.IfExp(test=test, body=a, orelse=b):
            return f"({c_expression(test)} ? {c_expression(a)} : {c_expression(b)})"
    raise ValueError(f"a kernel has {ast.unparse(node)}, which is not printed as C")


def c_statement(node: ast.stmt) -> str:
    """Return a statement of a kernel in C."""
    match node:
        case ast.Return(value=ast.expr() as value):
            return f"return {c_expression(value)};"
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return f"double {name} = {c_expression(value)};"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return f"{name} = {c_expression(value)};"
        case ast.If(test=test, body=body, orelse=[]):
            return f"if ({c_expression(test)}) {{ {' '.join(map(c_statement, body))} }}"
    raise ValueError(f"a kernel has {ast.unparse(node)}, which is not printed as C")


def c_kernels(names: list[str]) -> dict[str, str]:
    """Return C functions for kernels and what they call, those that are called first."""
    found: dict[str, str] = {}
    for name in names:
        definition = ast.parse(inspect.getsource(getattr(kernels, name))).body[0]
        assert isinstance(definition, ast.FunctionDef)
        called = [n.func.id for n in ast.walk(definition)
                  if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]  # fmt: skip
        found |= {k: v for k, v in c_kernels(called).items() if k not in found}
        body = [s for s in definition.body if not isinstance(s, ast.Expr)]
        xs = ", ".join(f"double {a.arg}" for a in definition.args.args)
        lines = " ".join(map(c_statement, body))
        found[name] = f"    static inline double u_{name}({xs}) {{ {lines} }}"
    return found


def ufuncs_source() -> str:
    """Return the text of `_ufuncs.pxd`."""
    names = array_kernels.LOOPED
    widths = {n: len(inspect.signature(getattr(kernels, n)).parameters) for n in names}
    parts = {
        "kernels": c_kernels(names).values(),
        "loops": [
            f"    LOOP{widths[n]}({n}, float) LOOP{widths[n]}({n}, double)\n"
            f"    static PyUFuncGenericFunction of_{n}[] = {{{n}_float, {n}_double}};"
            for n in names
        ],
        "declared": [f"    inner *of_{n}" for n in names],
        "cases": [
            f'    if name == "{n}":\n        return made(of_{n}, {widths[n]}, "{n}")' for n in names
        ],
    }
    text = UFUNCS
    for what, lines in parts.items():
        text = text.replace(f"@{what}", "\n".join(lines))
    return text
