"""Print functions of the library as JavaScript: those written in a small subset of Python.

The subset: arithmetic, comparisons, `if`, loops over ranges and lists, lists, records (dataclasses
made with keywords), calls of each other and of the C library. `Functions` reads the ones that are
needed from the library's files, with everything they call, and prints each once. What browsers lack
of the C library comes from `browser_libm`.
"""

import ast

from autodiff.printers import browser_libm
from autodiff.printers.expressions import BINARY, LIBM, MATH, OWN, Expressions, read


class Functions:
    """The functions that a page needs, each printed once, with all that they call.

    >>> script = Functions()
    >>> script.need("autodiff.table.kernels", "relu")
    'k_relu'
    >>> print(script.source())
    const k_relu = (x) => ((x > 0.0) || Number.isNaN(x) ? x : 0.0);
    """

    def __init__(self, prefix: str = "k_") -> None:
        self.prefix = prefix  # of the names in the script: two sets of functions may stand in one
        self.printed: dict[tuple[str, str], str] = {}
        self.names: dict[tuple[str, str], str] = {}

    def need(self, module: str, name: str) -> str:
        """Return what a function (or constant) of a module is called in the script, and add it."""
        if module in LIBM:
            if name in MATH:
                return MATH[name]
            if name not in vars(browser_libm):
                return f"Math.{name}"
            module = OWN
        found, imported = read(module)
        if name not in found:
            return self.need(*imported[name])
        if (module, name) in self.names:
            return self.names[module, name]
        called = f"{self.prefix}{name}"
        while called in self.names.values():
            called += "_"
        self.names[module, name] = called
        self.printed[module, name] = Definition(self, module).definition(called, found[name])
        return called

    def source(self) -> str:
        """Return the functions, those that are called before those that call."""
        return "\n".join(self.printed.values())


class Definition(Expressions):
    """Prints one definition of a module."""

    def definition(self, called: str, node: ast.stmt) -> str:
        match node:
            case ast.FunctionDef(args=arguments, body=body):
                return self._function(called, arguments, body)
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return f"const {called} = {self.e(value)};"
        raise self._outside(node)

    def _function(self, called: str, arguments: ast.arguments, body: list[ast.stmt]) -> str:
        parameters = self._parameters(arguments)
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            return f"const {called} = ({parameters}) => {self.e(body[0].value)};"
        names = self._assigned(body) - self.local
        self.local |= names
        head = f"let {', '.join(sorted(names))};\n" if names else ""
        inside = head + "".join(self.s(s) for s in body)
        return f"const {called} = ({parameters}) => {{\n{inside}}};"

    def rule(self, node: ast.Lambda) -> str:
        """Print a rule of the table that takes any number of operands."""
        self.wrapping = True
        return f"({self._parameters(node.args)}) => {self.e(node.body)}"

    def _parameters(self, arguments: ast.arguments) -> str:
        shown = []
        defaults = [None] * (len(arguments.args) - len(arguments.defaults)) + arguments.defaults
        for a, default in zip(arguments.args, defaults, strict=True):
            shown.append(a.arg if default is None else f"{a.arg} = {self.e(default)}")
        if arguments.vararg is not None:
            shown.append(f"...{arguments.vararg.arg}")
        self.local |= {a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg)}
        return ", ".join(shown)

    def _assigned(self, body: list[ast.stmt]) -> set[str]:
        found = set()
        for statement in body:
            pending: list[ast.AST] = [statement]
            while pending:
                node = pending.pop()
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.add(node.id)
                if not isinstance(node, ast.ListComp):  # its names are its own
                    pending += ast.iter_child_nodes(node)
        return found

    def block(self, body: list[ast.stmt]) -> str:
        return "{\n" + "".join(self.s(s) for s in body) + "}"

    def s(self, node: ast.stmt) -> str:
        """Print a statement."""
        match node:
            case ast.Return(value=None):
                return "return;\n"
            case ast.Return(value=ast.expr() as value):
                return f"return {self.e(value)};\n"
            case ast.AnnAssign(value=None) | ast.Pass():
                return ""
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ):
                return f"{self.target(target)} = {self.e(value)};\n"
            case ast.AugAssign(target=target, op=op, value=value) if type(op) in BINARY:
                if isinstance(op, ast.Add) and isinstance(value, ast.List):
                    return f"{self.target(target)}.push({', '.join(map(self.e, value.elts))});\n"
                return f"{self.target(target)} {BINARY[type(op)]}= {self.e(value)};\n"
            case ast.If(test=test, body=body, orelse=rest):
                text = f"if ({self.truth(test)}) {self.block(body)}"
                if len(rest) == 1 and isinstance(rest[0], ast.If):
                    return f"{text} else {self.s(rest[0])}"
                return f"{text} else {self.block(rest)}\n" if rest else text + "\n"
            case ast.While(test=test, body=body, orelse=[]):
                return f"while ({self.truth(test)}) {self.block(body)}\n"
            case ast.For(target=target, iter=of, body=body, orelse=[]):
                return self._for(target, of, body)
            case ast.Break():
                return "break;\n"
            case ast.Continue():
                return "continue;\n"
            case ast.Expr(value=ast.Call() as call):
                return f"{self.e(call)};\n"
        raise self._outside(node)

    def _for(self, target: ast.expr, of: ast.expr, body: list[ast.stmt]) -> str:
        match target, of:
            case ast.Name(id=i), ast.Call(func=ast.Name(id="range"), args=args):
                bounds = [self.e(a) for a in args]
                start, stop = ("0", bounds[0]) if len(bounds) == 1 else bounds[:2]
                step, sign = "1", "<"
                if len(bounds) == 3:
                    step = bounds[2]
                    sign = ">" if step.lstrip("(").startswith("-") else "<"
                head = f"for ({i} = {start}; {i} {sign} {stop}; {i} += {step})"
                return f"{head} {self.block(body)}\n"
            case ast.Tuple(elts=[ast.Name(id=i), x]), ast.Call(
                func=ast.Name(id="enumerate"), args=[xs]
            ):
                return (
                    f"for ([{i}, {self.target(x)}] of {self.e(xs)}.entries()) {self.block(body)}\n"
                )
        return f"for ({self.target(target)} of {self.e(of)}) {self.block(body)}\n"
