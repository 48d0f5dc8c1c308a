"""The rooms of the house: imports point one way, and each file stays small and knows its place.

All imports are read from the sources: those at the top, those inside functions, those of the `.pxd`
files, and the names of modules in strings. Each package has one list of its wings, from the ground up;
a module may import only from its own wing and those before it, and no circle of modules may come of it.
Up there are the doors of `autodiff/nodes/doors.py` alone, and the face of a package, which stands on
top: only the command line comes in through it.
"""

import ast
import graphlib
import importlib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import pytest

import autodiff
from autodiff.nodes import doors

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
        "numpy",
        "scipy",
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
        "clipping",
        "schedules",
        "optim",
        "digits",
        "data",
        "baselines",
        "parts",
        "layers",
        "network",
        "network2",
        "mnist_loader",
        "scalar",
        "gpt",
        "estimators",
        "lens",
        "runs",
        "pages",
        "commands",
        "experiments",
        "cli",
    ],
}

# Where modules may be named in strings and imported by name: the doors, the faces and what is
# chosen before anything is loaded.
BY_NAME = {
    "autodiff", "autodiff._engine", "autodiff.nodes.doors", "nets", "nets.cli",
}  # fmt: skip
FACES = {"autodiff", "nets"}
# These run files that users name, by their paths.
BY_PATH = {"nets.runs.check"}
PRINTED = {"autodiff.programs._machine", "autodiff.printers._evaluate"}  # when the engine is built
NAMESPACES = {"numpy", "scipy"}  # beside the wings of autodiff
MOST_WINGS, MOST_FILES, MOST_MODULES = 13, 6, 12

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
    by_name: bool = False

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.imported}"


def sources(package: str, ending: str = "py") -> list[Path]:
    return sorted((ROOT / package).rglob(f"*.{ending}"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = PRINTED | {
    module_name(p) for package in LAYERS for kind in ("py", "pxd") for p in sources(package, kind)
}
NAMED = re.compile(r"(autodiff|nets)(\.[a-z_]\w*)+(:\w+)?")
CIMPORT = re.compile(r"^(?:from ([\w.]+) )?cimport ([\w.]+)", re.MULTILINE)


def parts(tree: ast.AST, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Yield what lies below `tree`, each with whether it stands in a function."""
    for node in ast.iter_child_nodes(tree):
        if for_types(node):
            yield from ((part, lazy) for branch in node.orelse for part in below(branch, lazy))
            continue  # what is read by type checkers only does not count
        yield node, lazy
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from parts(node, lazy or inside)


def for_types(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and ast.unparse(node.test) in (
        "TYPE_CHECKING", "typing.TYPE_CHECKING",
    )  # fmt: skip


def below(node: ast.AST, lazy: bool) -> Iterator[ast.AST]:
    yield node
    yield from (part for part, _ in parts(node, lazy))


def read(name: str, text: str, modules: set[str]) -> Iterator[Import]:
    """Yield the imports of the module `name` with the source `text`, of `modules` and of others."""
    for node, lazy in parts(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                yield from (Import(name, alias.name, node.lineno, lazy) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                assert level == 0, f"{name}, line {node.lineno}: write the import in full"
                assert module is not None
                full = {f"{module}.{alias.name}" for alias in names}
                found = {n if n in modules else module for n in full}
                yield from (Import(name, n, node.lineno, lazy) for n in sorted(found))
            case ast.Constant(value=str(words)) if NAMED.fullmatch(words):
                module = words.partition(":")[0]
                parent = module.rpartition(".")[0]
                if module in modules or parent in modules - FACES or name in BY_NAME:
                    yield Import(name, module, node.lineno, True, by_name=True)
            case _:
                pass


def read_types(name: str, text: str, modules: set[str]) -> Iterator[Import]:
    """Yield the imports of a `.pxd` file, which the compiler follows."""
    for found in CIMPORT.finditer(text):
        parent, word = found.groups()
        full = word if parent is None else f"{parent}.{word}"
        module = full if full in modules or parent is None else parent
        yield Import(name, module, text.count("\n", 0, found.start()) + 1, lazy=True)


IMPORTS = [
    i
    for package in LAYERS
    for kind, reader in (("py", read), ("pxd", read_types))
    for path in sources(package, kind)
    for i in reader(module_name(path), path.read_text(encoding="utf-8"), MODULES)
]


def package_of(module: str) -> str:
    return module.partition(".")[0]


def layer(module: str) -> int:
    """Return the place of a module's wing in its package's list; the face stands on top."""
    package, _, rest = module.partition(".")
    layers = LAYERS[package]
    entry = rest.partition(".")[0]
    assert not entry or entry in layers, f"add one line for {module} to LAYERS"
    return layers.index(entry) if entry else len(layers)


def upward(imports: Iterable[Import], modules: set[str]) -> list[str]:
    """Return the imports that point upward, or at something by name where that is not allowed."""
    wrong = []
    for i in imports:
        if i.by_name:
            inside = package_of(i.imported) == package_of(i.importer)
            if i.importer not in BY_NAME and inside and wing(i.imported) != wing(i.importer):
                wrong.append(f"{i} by name")
            elif i.importer in BY_NAME and i.imported not in modules:
                wrong.append(f"{i}, which is not there")
            continue
        if i.imported not in modules or package_of(i.imported) != package_of(i.importer):
            continue
        if i.importer in FACES or i.importer.endswith((".cli", ".__main__")):
            continue
        if layer(i.imported) > layer(i.importer):
            wrong.append(str(i))
    return wrong


def wing(module: str) -> str:
    """Return the wing that a module lives in: `autodiff.table` for `autodiff.table.ops`."""
    return ".".join(module.split(".")[:2])


def circle(imports: Iterable[Import], modules: set[str]) -> list[str]:
    """Return a circle of modules, imports inside functions counted, or nothing.

    The doors lead up, so what they open does not count; nor does the face, which stands on top.
    """
    uses: dict[str, set[str]] = {m: set() for m in modules}
    for i in imports:
        counted = i.imported in modules - FACES and i.importer not in BY_NAME and not i.by_name
        if counted and i.imported != i.importer:
            uses[i.importer].add(i.imported)
    try:
        graphlib.TopologicalSorter(uses).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_imports_point_one_way() -> None:
    assert upward(IMPORTS, MODULES) == []


def test_no_circles() -> None:
    assert circle(IMPORTS, MODULES) == []


def roundabout(tree: ast.AST) -> Iterator[int]:
    """Yield the lines in which modules are reached by other ways than an import statement."""
    harmless = {"importlib.resources", "importlib.metadata"}  # they read files
    ways = {"__import__", "import_module", "run_module", "resolve_name", "spec_from_file_location"}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                roots = {package_of(alias.name) for alias in names}
                found = not roots.isdisjoint({"importlib", "pkgutil"})
            case ast.ImportFrom(module=str(module), names=names):
                full = {f"{module}.{alias.name}" for alias in names}
                foreign = {f for f in full if package_of(f) in ("importlib", "pkgutil")} - harmless
                found = "sys.modules" in full or (bool(foreign) and module not in harmless)
            case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
                found = True
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.Constant(value=word):
                found = word in ways
            case _:
                found = False
        if found:
            yield node.lineno


def test_modules_are_imported_by_name_at_the_doors_alone() -> None:
    wrong = [
        f"{module_name(path)}, line {line}"
        for package in LAYERS
        for path in sources(package)
        if module_name(path) not in BY_NAME | BY_PATH
        for line in roundabout(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "planted",
    [
        "import importlib",
        "import importlib.resources",
        "import importlib.util as u",
        "from importlib import import_module",
        "from importlib.util import find_spec",
        "import pkgutil",
        "import sys\nsys.modules['autodiff'].draw",
        "from sys import modules",
        "__import__('autodiff')",
        "import builtins\nbuiltins.__import__('autodiff')",
        "getattr(builtins, '__import__')('autodiff')",
        "import runpy\nrunpy.run_module('autodiff')",
    ],
)
def test_a_planted_roundabout_way_is_found(planted: str) -> None:
    assert [*roundabout(ast.parse(planted))]
    assert [*roundabout(ast.parse("from importlib import resources\nimport sys\nsys.path"))] == []


PLANTED = {
    "an import inside a function": "def f():\n    from autodiff.nodes import value\n",
    "a string": "def f():\n    return load('autodiff.nodes.value')\n",
    "a door": "DOOR = 'autodiff.nodes.value:Value'\n",
    "an import at the top": "import autodiff.nodes.value\n",
    "the face": "def f():\n    import autodiff as ad\n    return ad.draw\n",
    "a name of the face": "def f():\n    from autodiff import draw\n",
    "what is not for types": "if not TYPE_CHECKING:\n    from autodiff.nodes import value\n",
    "the other case of types": "if TYPE_CHECKING:\n    pass\nelse:\n    import autodiff.nodes.value\n",
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_way_up_is_found(what: str) -> None:
    planted = read("autodiff.table.ops", PLANTED[what], MODULES)
    (found,) = upward(planted, MODULES)
    assert found.startswith("autodiff.table.ops, line ")


def test_a_planted_way_up_of_the_compiler_is_found() -> None:
    for line in ("from autodiff.nodes.value cimport Value", "cimport autodiff.nodes._places as p"):
        (found,) = upward(read_types("autodiff.table.ops", f"# types\n{line}\n", MODULES), MODULES)
        assert found.startswith("autodiff.table.ops, line 2, imports autodiff.nodes.")


@pytest.mark.parametrize(
    ("importer", "planted", "other"),
    [
        ("autodiff.table.data", "def f():\n    from autodiff.table import ops\n", "ops"),
        ("autodiff.drawing.boxes", "def f():\n    from autodiff.drawing import draw\n", ""),
    ],
)
def test_a_planted_circle_is_found(importer: str, planted: str, other: str) -> None:
    back = read(importer, planted, MODULES)
    there = f"{wing(importer)}.{other}".rstrip(".")
    assert {importer, there} <= {*circle([*IMPORTS, *back], MODULES)}


def test_a_door_leads_somewhere() -> None:
    name = "autodiff.nodes.doors"
    (found,) = upward(read(name, "D = {'x': 'autodiff.drawing.gone:x'}\n", MODULES), MODULES)
    assert found.endswith("which is not there")
    for place in doors.DOORS.values():
        module, _, function = place.partition(":")
        assert callable(getattr(importlib.import_module(module), function)), place
    assert {*doors.DOORS} | {"DOORS", "methods"} == {*doors.__all__}
    assert typed("autodiff/nodes/doors.py") == doors.DOORS


def test_a_name_that_is_loaded_later_is_there() -> None:
    (found,) = upward(read("autodiff", "D = {'x': 'autodiff.drawing.gone'}\n", MODULES), MODULES)
    assert found.endswith("which is not there")
    later = autodiff._LATER
    assert {n: f"{module}:{n}" for n, module in later.items()} == typed("autodiff/__init__.py")
    assert {*later} <= {i for i in autodiff.__all__ if hasattr(autodiff, i)}


def typed(file: str) -> dict[str, str]:
    """Return what a file says to type checkers alone: each name with its module and its name there."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if for_types(node))
    return {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }  # fmt: skip


def test_the_house_is_small() -> None:
    house = ROOT / "autodiff"
    wings = [p.parent for p in house.glob("*/__init__.py") if p.parent.name not in NAMESPACES]
    assert len(wings) <= MOST_WINGS
    assert len(list(house.glob("*.py"))) <= MOST_FILES
    crowded = {w.name: len(list(w.glob("*.py"))) - 1 for w in wings if w.name != "drawing"}
    assert {w: n for w, n in crowded.items() if n > MOST_MODULES} == {}
    assert {w.name for w in wings} & {*autodiff.__all__} == set()


def test_the_map_of_the_wings_is_true() -> None:
    """CONTRIBUTING has a line for each wing, and the files that it names are there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^\| `(\w+)/` \| (.*)$", text, re.MULTILINE))
    wings = {p.parent.name for p in (ROOT / "autodiff").glob("*/__init__.py")}
    assert {*lines} == wings - NAMESPACES
    named = [(wing, f) for wing, line in lines.items() for f in re.findall(r"`(\w+\.py)`", line)]
    assert len(named) > 10
    assert [f"{w}/{f}" for w, f in named if not (ROOT / "autodiff" / w / f).exists()] == []


def test_each_wing_says_what_it_is() -> None:
    for package, name in [(p, name) for p in LAYERS for name in LAYERS[p]]:
        face = ROOT / package / name / "__init__.py"
        if face.exists():
            said = ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))) or ""
            assert 4 <= len(said.splitlines()) <= 18, name
            first = re.search(
                r"\bread\s+(?:`(\w+)`|this\s+file)(?: and `\w+`)?\s+first", said, re.IGNORECASE
            )
            assert first, f"{name} does not say what to read first"
            read = first[1] or "__init__"
            assert (face.parent / f"{read}.py").exists(), (name, read)


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
        for path in [*sources(package), *(ROOT / package).rglob("*.js")]
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
