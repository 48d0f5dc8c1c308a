"""The library's own array functions as stand-alone source, for code that is printed from a graph.

What numpy has no function for (sigmoid, softplus, ...) is read from the library's source files,
with everything it calls, so the printed program computes the very formulas of the library and needs
nothing but numpy.
"""

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from autodiff.table.primitive import Primitive

TABLE = Path(__file__).resolve().parent.parent / "table"
# The files that it is read from, and what their names get in front.
FILES = {"array_kernels": "", "structure": "", "kernels": "scalar_", "libm": "libm_"}
FILES |= {f"linear/{path.stem}": "" for path in sorted((TABLE / "linear").glob("[a-z]*.py"))}
FILES["linear/wide"] = "wide_"
FILES |= {
    "curves/arrays": "",
    **{f"curves/{name}": "scalar_" for name in ("slopes", "normal", "gammas")},
}
CALLED = {
    "kernels": "kernels",
    "libm": "libm",
    "wide": "linear/wide",
    "array_kernels": "array_kernels",
    "slopes": "curves/slopes",
    "normal": "curves/normal",
    "gammas": "curves/gammas",
}  # where they are called by name


@cache
def _definitions(module: str) -> dict[str, ast.stmt]:
    """Return the functions and constants of one of the library's files by name."""
    source = (TABLE / f"{module}.py").read_text(encoding="utf-8")
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            pairs = [(node.targets[0], node.value)]
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
            for target, value in pairs:
                if isinstance(target, ast.Name):
                    found[target.id] = ast.Assign([target], value, lineno=node.lineno)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    return found


class _StandAlone(ast.NodeTransformer):
    """Rewrites one definition so that it needs no other module of the library."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.needs: list[tuple[str, str]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if _definitions(self.module).get(node.name) is not None:
            node.name = FILES[self.module] + node.name
        node.returns = None
        node.decorator_list = []  # what the compiled engine does instead
        for argument in (*node.args.args, *node.args.kwonlyargs, node.args.vararg):
            if argument is not None:
                argument.annotation = None
        if ast.get_docstring(node) is not None and len(node.body) > 1:
            del node.body[0]
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func.func if isinstance(node.func, ast.Call) else node.func
        if isinstance(called, ast.Name) and called.id in ("looped", "into"):
            return self.visit(node.args[0])  # type: ignore[no-any-return]
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None
        return self.visit(ast.Assign([node.target], node.value, lineno=node.lineno))  # type: ignore[no-any-return]

    def visit_If(self, node: ast.If) -> ast.AST | None:
        called = node.test.func if isinstance(node.test, ast.Call) else None
        if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "passes":
            return None  # the compiled engine's own way
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "ndarray":
            return ast.parse("np.ndarray", mode="eval").body
        if node.id in _definitions(self.module):
            self.needs.append((self.module, node.id))
            node.id = FILES[self.module] + node.id
        elif self.module == "libm" and hasattr(math, node.id):
            return ast.parse(f"math.{node.id}", mode="eval").body
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name):
            module = CALLED.get(node.value.id, "")
            if module and node.attr in _definitions(module):
                self.needs.append((module, node.attr))
                return ast.Name(FILES[module] + node.attr)
            if node.value.id == "builtins":
                return ast.Name(node.attr)
            if node.value.id == "libm":
                node.value.id = "math"
        return node


@cache
def helper_names() -> frozenset[str]:
    """Return the names that a program may find itself with: no other thing in it may be called so."""
    return frozenset(prefix + n for module, prefix in FILES.items() for n in _definitions(module))


def helper_source(rows: Iterable[Primitive]) -> str:
    """Return the source of the array functions of `rows`, and of all that they call.

    A ValueError names an operation whose source is not to be had.
    """
    done: dict[tuple[str, str], str] = {}
    for row in rows:
        place = getattr(row.array, "__module__", "").partition("autodiff.table.")[2]
        module = place.replace(".", "/")
        if module in FILES:
            _collect(module, row.array.__name__, done)
        else:
            done["", row.name] = _own(row)
    text = "\n\n\n".join(done.values())
    return ("import math\n\n\n" if "math." in text else "") + text


def _collect(module: str, name: str, done: dict[tuple[str, str], str]) -> None:
    """Add one definition behind those it needs."""
    if (module, name) in done:
        return
    node = ast.parse(ast.unparse(_definitions(module)[name])).body[0]
    writer = _StandAlone(module)
    rewritten = ast.fix_missing_locations(writer.visit(node))
    for needed in writer.needs:
        if needed != (module, name):
            _collect(*needed, done)
    done[module, name] = ast.unparse(rewritten)


def _own(row: Primitive) -> str:
    """Return the source of a user's own operation, made to work on arrays."""
    function: Callable[..., Any] = getattr(row, "scalar", row.array)
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        node = ast.Pass()
    if not isinstance(node, ast.FunctionDef):
        raise ValueError(
            f"to_numpy_source: the source of your operation {row.name} cannot be read; define it "
            f"with def in a file"
        )
    node.decorator_list = []
    node.name = row.name
    return f"{ast.unparse(node)}\n\n\n{row.name} = np.vectorize({row.name}, otypes=[float])"
