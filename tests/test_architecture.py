"""The rooms of the house: imports point one way, and each file stays small and knows its place.

The imports are read from the sources, not taken from a running program. Each package has one list
of its modules, from the ground up; a module may import, when it is loaded, only what stands before
it. A new module takes one line, where it belongs. A subpackage is one entry, and its files may
import each other as long as no circle comes of it.
"""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import autodiff

ROOT = Path(__file__).resolve().parent.parent

LAYERS = {
    "autodiff": [
        "_engine",
        "table",
        "printers",
        "nodes",
        "derivatives",
        "graphs",
        "programs",
        "dispatch",
        "sources",
        "interop",
        "drawing",
        "explanations",
        "player",
        "teach",
        "pickles",
        "cli",
    ],
    "nets": [
        "extras",
        "closed_form",
        "perceptron",
        "idx",
        "download",
        "data",
        "baselines",
        "activations",
        "costs",
        "initializers",
        "optim",
        "batches",
        "scoring",
        "replayed",
        "listing",
        "parameters",
        "network",
        "scalar",
        "gpt",
        "stopping",
        "engines",
        "estimators",
        "flow",
        "lens",
        "checkpoint",
        "training",
        "expand",
        "settings",
        "scalar_engine",
        "shards",
        "curve",
        "train",
        "sweep",
        "search",
        "check",
        "experiments",
        "experiment",
        "page",
        "charts",
        "report",
        "demo",
        "cli",
    ],
}

# Imports inside a function that point upward in nets.
UPWARD = {
    ("nets.train", "nets.report"),
}

# What a package may import when it is loaded; everything else is imported where it is used.
AT_LOADING = {
    "autodiff": {"numpy", "autodiff", "cython"},  # cython: the words that the compiler reads
    "nets": {"numpy", "autodiff", "nets"},
}

LONGEST = 300
# The table, and the node that is compiled as one unit, so that recording it is a few instructions.
LONGER = {Path("autodiff/table/ops.py"), Path("autodiff/nodes/value.py")}

# The start of a path that exists on one machine only, put together so as not to be found here.
MACHINE = re.compile(
    rb"(?<![\w.~:/-])/(?:" + b"|".join([b"root", b"work", b"home", b"Users"]) + rb")/\w"
)


@dataclass(frozen=True)
class Import:
    """One imported module: who imports it, where, and whether loading the importer does it."""

    importer: str
    imported: str
    line: int
    lazy: bool

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.imported}"


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(p) for package in LAYERS for p in sources(package)}


def statements(tree: ast.AST, lazy: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the import statements below `tree`, each with whether it stands in a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, lazy
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue  # read by type checkers only
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from statements(node, lazy or inside)


def imports(path: Path) -> Iterator[Import]:
    name = module_name(path)
    for node, lazy in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            assert isinstance(node, ast.ImportFrom)
            assert node.level == 0, f"{name}, line {node.lineno}: write the import in full"
            assert node.module is not None
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [n if n in MODULES else node.module for n in full]
        yield from (Import(name, n, node.lineno, lazy) for n in names)


IMPORTS = [i for package in LAYERS for path in sources(package) for i in imports(path)]


def package_of(module: str) -> str:
    return module.partition(".")[0]


def layer(module: str) -> int:
    """Return the module's place in its package's list; the package itself stands on top."""
    package, _, rest = module.partition(".")
    layers = LAYERS[package]
    entry = rest.partition(".")[0]
    assert not entry or entry in layers, f"add one line for {module} to LAYERS"
    return layers.index(entry) if entry else len(layers)


@pytest.mark.parametrize("package", LAYERS)
def test_every_module_has_its_place(package: str) -> None:
    there = {m.split(".")[1] for m in MODULES if m.startswith(f"{package}.")} - {"__main__"}
    listed = LAYERS[package]
    assert len(listed) == len(set(listed))
    assert there - set(listed) == set(), "add one line for each to LAYERS, above what it imports"
    assert set(listed) - there == set(), "no such module: take the line out of LAYERS"


def test_imports_point_one_way() -> None:
    wrong = []
    for i in IMPORTS:
        if i.imported not in MODULES or package_of(i.imported) != package_of(i.importer):
            continue
        if i.importer.endswith("__main__") or (i.lazy and (i.importer, i.imported) in UPWARD):
            continue
        if layer(i.imported) > layer(i.importer):
            wrong.append(str(i))
    assert wrong == []


def test_no_circles() -> None:
    uses: dict[str, set[str]] = {m: set() for m in MODULES}
    for i in IMPORTS:
        if not i.lazy and i.imported != i.importer:
            uses[i.importer].add(i.imported)
    for package in uses:  # a package loads its files, which may name it only through its files
        uses[package] -= {package}
    graphlib.TopologicalSorter(uses).prepare()


def test_declared_exceptions_are_in_use() -> None:
    assert {(i.importer, i.imported) for i in IMPORTS if i.lazy} >= UPWARD


def test_autodiff_does_not_know_nets() -> None:
    wrong = [
        str(i)
        for i in IMPORTS
        if (package_of(i.importer), package_of(i.imported)) == ("autodiff", "nets")
    ]
    assert wrong == []


def test_nets_uses_the_public_api_only() -> None:
    public = set(autodiff.__all__) | {m.split(".")[1] for m in MODULES if m.startswith("autodiff.")}
    wrong = []
    for path in sources("nets"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used: list[tuple[int, str]] = []
        aliases = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if package_of(alias.name) == "autodiff":
                        used.append((node.lineno, alias.name))
                        aliases.add(alias.asname or "autodiff")
            elif isinstance(node, ast.ImportFrom) and package_of(node.module or "") == "autodiff":
                used += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=alias)) if alias in aliases:
                    used.append((node.lineno, f"autodiff.{node.attr}"))
        for line, name in used:
            parts = name.split(".")[1:]
            if any(p.startswith("_") for p in parts) or (parts and parts[0] not in public):
                wrong.append(f"{module_name(path)}, line {line}, uses {name}")
    assert wrong == []


def test_closed_form_is_an_independent_witness() -> None:
    foreign = [
        str(i)
        for i in IMPORTS
        if i.importer.startswith("nets.closed_form")
        and not i.imported.startswith("nets.closed_form")
        and package_of(i.imported) not in sys.stdlib_module_names | {"numpy"}
    ]
    assert foreign == []


def test_loading_takes_numpy_and_the_standard_library_only() -> None:
    foreign = [
        str(i)
        for i in IMPORTS
        if not i.lazy
        and package_of(i.imported)
        not in AT_LOADING[package_of(i.importer)] | sys.stdlib_module_names
    ]
    assert foreign == []


def test_importing_loads_no_drawing_and_no_extras() -> None:
    code = "import autodiff, nets, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    heavy = {"graphviz", "matplotlib", "sklearn", "tqdm", "scipy", "IPython", "argparse"}
    assert heavy & set(loaded.stdout.split()) == set()


def test_modules_are_short() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines())
        for package in LAYERS
        for path in sources(package)
    }
    assert {p: n for p, n in lengths.items() if n > LONGEST and p not in LONGER} == {}


@pytest.mark.parametrize("package", LAYERS)
def test_modules_say_what_they_are(package: str) -> None:
    silent = [
        module_name(p)
        for p in sources(package)
        if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_path_of_one_machine() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listing.returncode:
        pytest.skip("not a git checkout: there is no list of the project's own files")
    found = []
    for name in listing.stdout.decode().split("\0"):
        path = ROOT / name
        if path.is_file():
            for number, line in enumerate(path.read_bytes().splitlines(), 1):
                if MACHINE.search(line):
                    found.append(f"{name}, line {number}")
    assert found == []
