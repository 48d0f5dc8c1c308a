"""Pages that are generated: the operation table, the API reference and the annotated modules.

Nothing here states a fact about an operation or a function: formulas are the rules of the table run
on symbols, plots are the functions themselves, and prose is the docstrings'.
"""

import ast
import importlib
import inspect
import io
import math
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import autodiff as ad
from autodiff.sources.plaintext import text
from autodiff.sources.terms import simplify
from autodiff.table.ops import BUILTIN
from autodiff.table.primitive import ROWS, Multilinear, Pointwise
from autodiff.table.symbol import Symbol

ROOT = Path(__file__).resolve().parent.parent
CORE = (
    "table/primitive", "table/ops", "table/structure", "table/kernels", "nodes/value",
    "derivatives/sweep", "nodes/tensor", "derivatives/reverse", "derivatives/forward",
    "derivatives/transforms", "graphs/graph", "table/symbol", "dispatch/protocol",
    "dispatch/entries",
    "dispatch/reductions",
    "table/recipes/__init__",
)  # fmt: skip


def operation_table(folder: Path) -> str:
    """Return the page of operations; the plots go to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ROWS[:BUILTIN]
    lines = [
        "# Operations", "",
        "Each is one row of the table in `autodiff/table/ops.py`, and this page is generated from it: `y` "
        "is the result, the derivatives are the rules run on symbols, the plot shows the operation "
        "(solid) and its derivative (dashed) with respect to the first operand that has one, at the "
        "other operands' value in brackets.", "",
        "## On numbers, and on arrays element by element", "",
        "| name | formula | derivatives | domain | plot |", "|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [_pointwise(row, folder) for row in rows if isinstance(row, Pointwise)]
    lines += [
        "",
        "## On arrays, linear in each operand",
        "",
        "| name | what it does |",
        "|---|---|",
    ]
    lines += [
        f"| `{row.name}` | {_cell(row.doc or _first(row.array))} |"
        for row in rows if isinstance(row, Multilinear)
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _first(function: Any) -> str:
    doc = inspect.getdoc(function) or ""
    return doc.split("\n\n")[0].replace("\n", " ") or f"numpy's {function.__name__}"


def _cell(line: str) -> str:
    return line.replace("|", "\\|")


def _pointwise(row: Pointwise, folder: Path) -> str:
    names = row.operands
    y, xs = Symbol("y"), [Symbol(n) for n in names]
    slopes = [
        f"d/d{n} = `{'none' if rule is None else text(simplify(rule(y, *xs)))}`"
        for n, rule in zip(names, row.partials, strict=True)
    ]
    domains = [f"{n} in ({d.low:g}, {d.high:g})" for n, d in zip(names, row.domain, strict=True)]
    fixed = _plot(row, folder / f"{row.name}.svg")
    others = [f"{n} = {v:g}" for n, v in zip(names, fixed, strict=True) if v is not None]
    caption = f" ({', '.join(others)})" if others else ""
    formula = f"`{text(row(*xs))}`" + (f"<br>{row.doc}" if row.doc else "")
    cells = [f"`{row.name}`", formula, "<br>".join(slopes), "<br>".join(domains)]
    picture = f"![plot of {row.name}](plots/{row.name}.svg){caption}"
    return "| " + " | ".join(map(_cell, [*cells, picture])) + " |"


def _plot(row: Pointwise, path: Path) -> list[float | None]:
    """Draw a row and its slope; return the value each operand was held at, None for the moving one."""
    moving = next((i for i, rule in enumerate(row.partials) if rule is not None), 0)
    fixed: list[float | None] = [
        None if i == moving else min(max(0.5 + i, d.low + 0.5), d.high - 0.5)
        for i, d in enumerate(row.domain)
    ]
    domain = row.domain[moving]
    x = np.linspace(max(domain.low + 1e-3, -3.0), min(domain.high - 1e-3, 3.0), 301)
    xs = [x if v is None else np.full_like(x, v) for v in fixed]
    rule = row.partials[moving]
    with np.errstate(all="ignore"):
        y = np.asarray(row(*xs))
        slope = np.broadcast_to(0.0 if rule is None else rule(y, *xs), x.shape)
    figure = Figure(figsize=(1.8, 1.1))
    axes = figure.add_axes((0.16, 0.16, 0.8, 0.8))
    for values, style in ((y, "-"), (slope, "--")):
        axes.plot(x, np.where(np.abs(values) < 1e3, values, math.nan), style, lw=1)
    finite = np.concatenate([y, slope])
    finite = finite[np.isfinite(finite)]
    low, high = np.quantile(finite, [0.03, 0.97])
    pad = 0.1 * (high - low) + 0.1
    axes.set_ylim(max(low - pad, -8.0), min(high + pad, 8.0))
    axes.tick_params(labelsize=5, length=2)
    axes.grid(alpha=0.3)
    picture = io.StringIO()
    figure.savefig(picture, format="svg", metadata={"Date": None}, transparent=True)
    path.write_text(picture.getvalue(), encoding="utf-8")
    return fixed


def wings() -> dict[str, list[str]]:
    """Return the public names of autodiff by the wing in which they are defined."""
    found: dict[str, list[str]] = {}
    for name in ad.__all__:
        thing = getattr(ad, name)
        module = getattr(thing, "__module__", None) or type(thing).__module__
        wing = module.split(".")[1] if module.startswith("autodiff.") else "table"
        found.setdefault(wing, []).append(name)
    return dict(sorted(found.items()))


def api_page(module_name: str, title: str, names: Iterable[str] | None = None) -> str:
    """Return the reference of a package's public names, or of some: signatures and docstrings.

    The names of a wing come with the wing's own prose.
    """
    module = importlib.import_module(module_name)
    about = module
    if names:
        about = importlib.import_module(f"{module_name}.{title.rpartition(' ')[2]}")
    lines = [f"# {title}", "", *_prose(about.__doc__ or "")]
    operations = []
    for name in module.__all__ if names is None else names:
        thing = getattr(module, name)
        if isinstance(thing, Pointwise):
            operations.append(f"`{name}`")
        elif inspect.isclass(thing):
            lines += ["", f"## {name}", "", *_signature(name, thing), *_prose(thing.__doc__ or "")]
            for method, function in vars(thing).items():
                doc = inspect.getdoc(function)
                if method.startswith("_") or not doc or doc.startswith("Alias for field"):
                    continue
                lines += [
                    "",
                    f"### {name}.{method}",
                    "",
                    *_signature(method, function),
                    *_prose(doc),
                ]
        elif callable(thing):
            lines += ["", f"## {name}", "", *_signature(name, thing), *_prose(thing.__doc__ or "")]
    if operations:
        lines += ["", "## Operations", "", f"{', '.join(operations)}: see the",
                  "[table of operations](../operations.md)."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _signature(name: str, thing: Any) -> list[str]:
    if isinstance(thing, property):
        return []
    try:
        shown = str(inspect.signature(thing))
    except (TypeError, ValueError):
        return []
    return ["```python", f"{name}{re.sub(r'<[^>]*>', '...', shown)}", "```", ""]


def _prose(doc: str) -> list[str]:
    """Return a docstring as Markdown: its examples become code blocks."""
    lines: list[str] = []
    inside = False
    for line in inspect.cleandoc(doc).splitlines():
        if line.startswith(">>>") and not inside:
            lines += ["", "```pycon"]
            inside = True
        if inside and not line:
            lines.append("```")
            inside = False
        shown = line.replace("  # doctest: +SKIP", "") if inside else _escaped(line)
        lines.append(shown)
    return [*lines, "```"] if inside else lines


def _escaped(line: str) -> str:
    """Keep Markdown from reading formulas as markup."""
    parts = line.split("`")
    parts[::2] = [re.sub(r"([*_<\[])", r"\\\1", p) for p in parts[::2]]
    return "`".join(parts)


def module_page(stem: str) -> str:
    """Return a core module as an annotated page: prose from its docstrings, then the code."""
    path = ROOT / "autodiff" / f"{stem}.py"
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = [f"# autodiff/{stem}.py", "", *_prose(ast.get_docstring(tree) or "")]
    rows = source.splitlines()
    after = tree.body[0].end_lineno or 0
    pending: list[str] = []

    def flush() -> None:
        code = "\n".join(pending).strip("\n")
        if code:
            lines.extend(["", "```python", code, "```"])
        pending.clear()

    for node in tree.body[1:]:
        decorators = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(d.lineno for d in decorators)]) - 1
        end = node.end_lineno or node.lineno
        pending.extend(rows[after:start])
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            flush()
            lines.extend(["", f"## {node.name}", "", *_prose(ast.get_docstring(node) or "")])
            pending.extend(textwrap.dedent("\n".join(rows[start:end])).splitlines())
            flush()
        else:
            pending.extend(rows[start:end])
        after = end
    flush()
    return "\n".join(lines) + "\n"


def public_names() -> set[str]:
    """Return every public name that the reference must hold."""
    return set(ad.__all__)
