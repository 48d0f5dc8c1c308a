"""Print a kernel, a short function of floats, as a function of C."""

import ast
import inspect
from collections.abc import Iterable
from typing import Any

C_NAMES = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Lt: "<", ast.Gt: ">",
           ast.LtE: "<=", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.And: "&", ast.Or: "|",
           ast.USub: "-", ast.Not: "!"}  # fmt: skip


def c_expression(node: ast.expr) -> str:
    """Return an expression of a kernel in C; nothing is left out, so both sides of `and` are computed."""
    match node:
        case ast.Constant(value=value):
            return repr(value)
        case ast.Attribute(attr="nan"):
            return "NAN"
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
        case ast.While(test=test, body=body, orelse=[]):
            return f"while ({c_expression(test)}) {{ {' '.join(map(c_statement, body))} }}"
    raise ValueError(f"a kernel has {ast.unparse(node)}, which is not printed as C")


def c_kernels(given: Iterable[Any]) -> dict[str, str]:
    """Return C functions for kernels and what they call, those that are called first."""
    found: dict[str, str] = {}
    for kernel in given:
        name = kernel.__name__
        definition = ast.parse(inspect.getsource(kernel)).body[0]
        assert isinstance(definition, ast.FunctionDef)
        called = [n.func.id for n in ast.walk(definition)
                  if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]  # fmt: skip
        below = c_kernels(kernel.__globals__[n] for n in called)
        found |= {k: v for k, v in below.items() if k not in found}
        body = [s for s in definition.body if not isinstance(s, ast.Expr)]
        xs = ", ".join(f"double {a.arg}" for a in definition.args.args)
        nodes = [n for s in body for n in ast.walk(s)]
        typed = {n.target.id for n in nodes
                 if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}  # fmt: skip
        assigned = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        untyped = sorted(assigned - typed - {a.arg for a in definition.args.args})
        lines = " ".join([*(f"double {n};" for n in untyped), *map(c_statement, body)])
        found[name] = f"    static inline double u_{name}({xs}) {{ {lines} }}"
    return found
