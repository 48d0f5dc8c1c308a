"""What is imported where there is a choice: the compiled modules or their sources, and what is optional.

A compiled module lies beside its source and Python would always prefer it, even where the source was
edited since. So the sources are compared with what the engine was built from, and taken if they differ,
if the engine is for another Python, or if the variable AUTODIFF_PURE is set.

Optional packages are imported here where they are used, and named in one sentence where they lack.
"""

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from types import ModuleType
from typing import Any

VERSION = "0.2.0"
DISTRIBUTION = "autodiff-nets"  # `autodiff` and `nets` are other people's on PyPI
FOLDER = os.path.dirname(os.path.abspath(__file__))
RECORD = os.path.join(FOLDER, "_compiled.json")


def source(name: str, suffix: str = ".py") -> str:
    """Return the file of a module: `autodiff.table.ops` is autodiff/table/ops.py."""
    return os.path.join(FOLDER, *name.split(".")[1:]) + suffix


def source_hash(name: str) -> str:
    """Return Python's own hash of a module's source and of its types, where it has a file of them."""
    content = b""
    for suffix in (".py", ".pxd"):
        try:
            with open(source(name, suffix), "rb") as file:
                content += file.read()
        except FileNotFoundError:
            pass
    return importlib.util.source_hash(content).hex()


class Sources:
    """A finder that answers for the engine's modules with their Python sources."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.names:
            return None
        return importlib.util.spec_from_file_location(name, source(name))


def choose() -> bool:
    """Return whether the compiled engine is used, and see to it that the sources are if not."""
    try:
        with open(RECORD, encoding="utf-8") as file:
            record: dict[str, str] = json.load(file)
        fresh = all(source_hash(name) == digest for name, digest in record.items())
    except (OSError, ValueError):
        record, fresh = {}, False
    # A folder that several Pythons share may be built for one of them only.
    machine = "autodiff.programs._machine"
    built = any(os.path.exists(source(machine, suffix)) for suffix in EXTENSION_SUFFIXES)
    if record and fresh and built and not os.environ.get("AUTODIFF_PURE"):
        return True
    engine = set()
    for folder, _, files in os.walk(FOLDER):
        package = os.path.relpath(folder, os.path.dirname(FOLDER)).replace(os.sep, ".")
        engine |= {f"{package}.{name[:-4]}" for name in files if name.endswith(".pxd")}
    sys.meta_path.insert(0, Sources(engine))
    return False


compiled = choose()


# Where the inner modules of version 0.1 live now, those that changed their names as `old:new`.
MOVED = {
    "table": "primitive ops kernels array_kernels structure libm loops symbol data tree quiet",
    "printers": "codegen nary_source:nary machine_source:machine evaluate machine:interpreter",
    "nodes": "value recording tensor array_node modes places functions costs uncompiled",
    "derivatives": "reverse sweep forward transforms calls checking custom",
    "graphs": "graph storage files expression misspelt",
    "programs": "replay course flat array_program array_source program_source:source",
    "dispatch": "numpy_functions:entries numpy_protocol:protocol",
    "sources": "plaintext terms latex numpy_source:numpy numpy_helpers:helpers reference",
    "explanations": "steps paths ranking derivation comparison slips lessons blame expansion layers "
    "player.layers:layers",
    "teach": "exercises",
    "drawing": "drawing.shapes:boxes",
}


class Moved:
    """A finder that is asked last, and says where a module has gone that was in `autodiff` itself."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        package, _, old = name.partition(".")
        if package != "autodiff":
            return
        for wing, modules in MOVED.items():
            for module in modules.split():
                before, _, after = module.partition(":")
                if before == old:
                    new = f"autodiff.{wing}.{after or before}"
                    raise ModuleNotFoundError(f"{name} has moved: it is {new} now")


sys.meta_path.append(Moved())

MACHINES = {True: "autodiff.programs._machine", False: "autodiff.printers.interpreter"}


def machine() -> ModuleType:
    """Return the module that runs recorded programs: the printed and compiled one, or the plain."""
    return importlib.import_module(MACHINES[compiled])


def published(name: str) -> Any:
    """Return what the package shows under a name."""
    return getattr(importlib.import_module(__package__), name)


def install(extra: str) -> str:
    """Return the command that installs an extra, as it stands in every sentence that names one."""
    return f"python -m pip install '{DISTRIBUTION}[{extra}]'"


def there(module: str) -> bool:
    """Return whether an optional package is installed."""
    return importlib.util.find_spec(module) is not None


def require(module: str, extra: str, what: str) -> Any:
    """Import a module of an optional package.

    An ImportError says in one sentence what needs it and which extra installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = (error.name or module).partition(".")[0]
        absent = isinstance(error, ModuleNotFoundError)
        reason = "which is not installed" if absent else f"which cannot be loaded ({error})"
        raise ImportError(
            f"{what} needs {package}, {reason}: {install(extra)}", name=package
        ) from None
