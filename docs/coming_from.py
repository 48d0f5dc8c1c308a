"""The page for those who come from HIPS autograd, MyGrad, PyTorch or JAX: spellings, and every function.

`python -m docs.coming_from` prints it into `coming_from.md`. What becomes of each of numpy's functions is
read from the library: a row or an entry of the dispatch records, what runs on plain arrays is constant, and
the rest is refused for the reason that its error gives. `coming_from.json` is kept by hand: what they write,
and what is written here.
"""

import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autodiff.dispatch import protocol
from autodiff.dispatch.entries import ENTRIES
from autodiff.dispatch.further.reasons import REASONS, WITH_DERIVATIVE
from autodiff.dispatch.further.spectra import TRANSFORMS
from autodiff.dispatch.methods import PLAIN
from autodiff.numpy import fft, random
from autodiff.numpy.creation import CREATION
from autodiff.table.primitive import UFUNCS

PAGE = Path(__file__).resolve().parent / "coming_from.md"
NAMESPACES = {
    "numpy": np,
    "numpy.linalg": np.linalg,
    "numpy.fft": np.fft,
    "numpy.random": np.random,
    "numpy.emath": np.emath,
}
RECORDED, CONSTANT, REFUSED, OTHER = "recorded", "constant", "refused", "about no numbers"
# numpy's other namespaces, as they answer nodes.
BY_OPERATORS = (
    "`polyval(x, c)`, `chebval(x, c)` and their kin are made of operators, so x may be a node; nodes as "
    "coefficients, and a Tensor that a `Polynomial` is called with, leave the graph with a warning: "
    "`np.polyval`, `np.polyadd`, `np.polymul`, `np.polyfit` record for coefficients, too"
)
STRIDES = "`sliding_window_view`; `as_strided` reads memory by address and leaves the graph with a warning"
MASKED = (
    "a masked array holds plain numbers: a Value is refused, a Tensor leaves the graph with a warning; "
    "choose with `np.where`, or take `np.nanmean` and its kin"
)
ELSEWHERE: list[tuple[tuple[str, ...], str, str]] = [
    (("numpy.lib.stride_tricks",), RECORDED, STRIDES),
    (("numpy.polynomial",), "recorded at nodes", BY_OPERATORS), (("numpy.ma",), REFUSED, MASKED),
    (("numpy.strings", "numpy.char"), OTHER, "text"),
    (("numpy.rec", "numpy.ctypeslib", "numpy.dtypes", "numpy.exceptions", "numpy.typing", "numpy.testing",
      "numpy.f2py", "numpy.core", "numpy.lib"), OTHER, "types, tools, and other places of what is above"),
]  # fmt: skip
DRAWN = "drawn at random: a node as a parameter is refused"
UNKNOWN = "the table has no operation for it"
# numpy's functions that are about files, texts, types and settings, not about numbers.
ABOUT_NO_NUMBERS = {
    "base_repr", "binary_repr", "datetime_data", "format_float_positional", "format_float_scientific",
    "from_dlpack", "frombuffer", "fromfile", "fromregex", "fromstring", "genfromtxt", "get_include",
    "get_printoptions", "getbufsize", "geterr", "geterrcall", "info", "isdtype", "issubdtype", "load",
    "loadtxt", "mintypecode", "nested_iters", "printoptions", "promote_types", "set_printoptions",
    "setbufsize", "seterr", "seterrcall", "show_config", "show_runtime", "typename",
}  # fmt: skip
# They call others: what those do is what becomes of them.
THROUGH = {"row_stack": "np.vstack", "fromfunction": "the function it is given"}
CALLS_PYTHON = "it calls Python for single numbers; write the function with numpy's own"
DRAWS = {"shuffle": "it works in place; take permutation", "permuted": "take permutation"}

# What they write, what is written here, and what differs.
SPELLINGS: dict[str, list[tuple[str, str, str]]] = json.loads(
    (PAGE.parent / "coming_from.json").read_text(encoding="utf-8")
)


def functions() -> Iterator[tuple[str, str, Any]]:
    """Yield numpy's public functions: the namespace, the name, the function."""
    for namespace, module in NAMESPACES.items():
        for name in sorted(dir(module)):
            f = getattr(module, name)
            kind = type(f).__name__
            if name.startswith("_") or isinstance(f, type | types.ModuleType) or not callable(f):
                continue
            if kind != "PytestTester":  # np.test runs numpy's own tests
                yield namespace, name, f


def status(namespace: str, name: str, f: Any) -> tuple[str, str]:
    """Return what becomes of a function of nodes, and why or through what."""
    if namespace == "numpy.random":
        return drawing(name)
    said = REASONS.get(name if namespace == "numpy" else f"{namespace[6:]}.{name}", "")
    if said:
        return REFUSED, said
    own = {"numpy": CREATION, "numpy.fft": fft.RECORDED}.get(namespace, {})
    if f in ENTRIES or f in UFUNCS or f in TRANSFORMS or name in own:
        return RECORDED, ""
    if name in THROUGH:
        return RECORDED, f"through {THROUGH[name]}"
    if name == "frompyfunc":
        return REFUSED, CALLS_PYTHON
    if name in ABOUT_NO_NUMBERS:
        return OTHER, ""
    asks_nodes = isinstance(f, np.ufunc) or hasattr(f, "_implementation")
    if f in PLAIN or not asks_nodes or (isinstance(f, np.ufunc) and not protocol.has_derivative(f)):
        return CONSTANT, ""
    return REFUSED, UNKNOWN


def drawing(name: str) -> tuple[str, str]:
    """Return what becomes of a function of numpy.random."""
    if name in random.RECORDED:
        return RECORDED, ""
    if name in DRAWS:
        return REFUSED, DRAWS[name]
    if name in (
        "default_rng",
        "get_state",
        "set_state",
        "seed",
        "get_bit_generator",
        "set_bit_generator",
    ):
        return OTHER, ""
    return DRAWN, ""


def counted() -> tuple[int, int]:
    """Return how many functions with a derivative for real numbers record, and how many there are."""
    found = [(ns, n, *status(ns, n, f)) for ns, n, f in functions()]
    recorded = sum(kind == RECORDED for *_, kind, _ in found)
    return recorded, recorded + sum(
        why == UNKNOWN or (n if ns == "numpy" else f"{ns[6:]}.{n}") in WITH_DERIVATIVE
        for ns, n, kind, why in found if kind == REFUSED
    )  # fmt: skip


def page() -> str:
    """Return the page."""
    lines = [
        "# Coming from HIPS autograd, MyGrad, PyTorch or JAX", "",
        "Objects are spelled as PyTorch's and micrograd's, functions of functions as JAX's, and numpy's own "
        "functions take nodes as HIPS autograd's do: `import autodiff.numpy as np` in the place of "
        "`import autograd.numpy as np`, or plain numpy. Below `ad` is `import autodiff as ad`.",
    ]  # fmt: skip
    for library, rows in SPELLINGS.items():
        lines += ["", f"## {library}", "", "| there | here | |", "|---|---|---|"]
        lines += [f"| `{theirs}` | `{ours}` | {note} |" for theirs, ours, note in rows]
    recorded, whole = counted()
    lines += [
        "", "## numpy's functions", "",
        f"Every function of {', '.join(f'`{n}`' for n in NAMESPACES)}, as it answers nodes: "
        "*recorded* (the gradient flows), *constant* (there is no derivative to lose: a shape, an index, a "
        "truth value, numbers made of whole numbers), or *refused* with the reason. Of the "
        f"{whole} that have a derivative for real numbers {recorded} record "
        f"({100 * recorded / whole:.1f} %); steps such as `floor` record nodes whose derivative is 0. The "
        "list is made by `python -m docs.coming_from`, with numpy "
        f"{'.'.join(np.__version__.split('.')[:2])}.",
    ]  # fmt: skip
    for namespace in NAMESPACES:
        found = [(n, *status(ns, n, f)) for ns, n, f in functions() if ns == namespace]
        lines += ["", f"### {namespace}"]
        for kind in (RECORDED, CONSTANT, DRAWN, OTHER):
            names = [f"`{n}`" + (f" ({why})" if why else "") for n, k, why in found if k == kind]
            if names:
                lines += ["", f"{kind.capitalize()} ({len(names)}): {', '.join(names)}."]
        refused: dict[str, list[str]] = {}
        for n, k, why in found:
            if k == REFUSED:
                refused.setdefault(why, []).append(f"`{n}`")
        if refused:
            lines += ["", f"Refused ({sum(map(len, refused.values()))}):", ""]
            lines += [f"- {', '.join(names)}: {why}" for why, names in refused.items()]
    lines += ["", "### numpy's other namespaces", "", "| namespace | nodes | |", "|---|---|---|"]
    lines += [
        f"| {', '.join(f'`{n}`' for n in names)} | {what} | {why} |"
        for names, what, why in ELSEWHERE
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
