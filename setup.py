"""Build the compiled engine: every module with a .pxd of C types beside it is an extension.

The Python file is compiled as it stands; without a compiler or without Cython the same file runs as
it is, so nothing here may make an installation fail. Some .pxd files are printed from the table by
autodiff/printers before Cython reads them. After a successful build `autodiff/_compiled.json`
holds the digest of each module that went into it, and an engine whose sources have changed since
is not loaded.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import source_hash
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext, customize_compiler, new_compiler

PACKAGE = Path("autodiff")
PRINTED = {PACKAGE / "printers" / "_evaluate.pxd", PACKAGE / "table" / "_ufuncs.pxd"}  # as is
MACHINE = PACKAGE / "programs" / "_machine.pyx"

# Imports the printer from source alone, without autodiff/__init__.py, so that neither an outdated
# engine nor a half-edited module elsewhere can stand in its way; prints the modules that it used.
PRINTER = """
import sys, types
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
package, target = map(Path, sys.argv[1:])
autodiff = sys.modules["autodiff"] = types.ModuleType("autodiff")
autodiff.__path__ = [str(package)]
for folder in [package, *(p for p in package.rglob("*") if p.is_dir())]:
    finder = FileFinder(str(folder), (SourceFileLoader, SOURCE_SUFFIXES))
    sys.path_importer_cache[str(folder)] = finder
from autodiff.printers.machine import write
write(target)
print(*(n for n, m in sys.modules.items() if n.startswith("autodiff.") and not hasattr(m, "__path__")))
"""


def remove_strays() -> None:
    """Delete extensions whose source has gone, which Python would still import."""
    for built in PACKAGE.rglob("*"):
        if built.suffix in (".so", ".pyd"):
            source = built.with_name(built.name.partition(".")[0])
            if not source.with_suffix(".py").exists() and source != MACHINE.with_suffix(""):
                built.unlink()


def print_sources() -> list[str]:
    """Bring the printed sources up to date; return the modules that they depend on."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", PRINTER, str(PACKAGE.resolve()), directory]
        used = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        for new in Path(directory).rglob("*.p*"):
            old = PACKAGE / new.relative_to(directory)
            # What is the same is left as it is, so that nothing is built again.
            if not old.exists() or old.read_bytes() != new.read_bytes():
                old.write_bytes(new.read_bytes())
    return used


def dotted(path: Path) -> str:
    """Return the name of the module in a file: autodiff.table.ops for autodiff/table/ops.py."""
    return ".".join(path.with_suffix("").parts)


def digest(module: str) -> str:
    """Return Python's own hash of a module's .py and, where it has one, its .pxd."""
    stem = module.replace(".", "/")
    files = (Path(f"{stem}{suffix}") for suffix in (".py", ".pxd"))
    return source_hash(b"".join(f.read_bytes() for f in files if f.exists())).hex()


class BuildEngine(build_ext):
    """Translate with Cython, compile, and record what was built; fall back to plain Python."""

    def run(self) -> None:
        self.built: set[str] = set()
        record = Path(self.get_ext_fullpath("autodiff._")).with_name("_compiled.json")
        used: list[str] = []
        try:
            remove_strays()
            self.try_the_compiler()
            used = print_sources()
            self.translate()
            super().run()
        except Exception as problem:  # whatever it is, the plain Python engine runs
            detail = getattr(problem, "stderr", None) or problem
            self.warn(f"the engine is not compiled and runs as plain Python: {detail}")
        self.write_record(record, used)

    def try_the_compiler(self) -> None:
        """Compile one line, so that where there is no compiler Cython does not work for nothing."""
        compiler = new_compiler(compiler=self.compiler)
        customize_compiler(compiler)
        with tempfile.TemporaryDirectory() as folder:
            line = Path(folder, "line.c")
            line.write_text("#include <Python.h>\n")
            include = sysconfig.get_paths()["include"]
            compiler.compile([str(line)], output_dir=folder, include_dirs=[include])

    def translate(self) -> None:
        """Replace each extension's Python source by the C that Cython makes of it."""
        import numpy as np
        from Cython.Build import cythonize

        translated = cythonize(
            [Extension(e.name, e.sources) for e in self.extensions],
            build_dir=self.build_temp,
            language_level=3,
            compiler_directives={"autotestdict": False, "annotation_typing": False},
            quiet=True,
        )
        sources = {e.name: e.sources for e in translated}
        for extension in self.extensions:
            extension.sources = sources[extension.name]
            extension.include_dirs = [np.get_include()]
            extension.define_macros = [("NPY_NO_DEPRECATED_API", "NPY_1_22_API_VERSION")]

    def build_extensions(self) -> None:
        if self.compiler.compiler_type != "msvc":
            for extension in self.extensions:
                # Fused multiply-adds would give other bits than the same source run by Python.
                extension.extra_compile_args = [
                    os.environ.get("AUTODIFF_OPTIMIZE", "-O3"), "-ffp-contract=off",
                    "-fno-trapping-math", "-fno-math-errno", "-g0", "-Wno-array-bounds",
                ]  # fmt: skip
        self.parallel = os.cpu_count()
        super().build_extensions()

    def build_extension(self, ext: Extension) -> None:
        super().build_extension(ext)
        self.built.add(ext.name)

    def write_record(self, record: Path, used: list[str]) -> None:
        """Write `_compiled.json` beside the engine, or remove it: all modules are built or none."""
        names = {e.name for e in self.extensions}
        if names and names == self.built:
            shared = {dotted(p) for p in PACKAGE.rglob("_*.pxd")} - set(map(dotted, PRINTED))
            modules = sorted(names | set(used) | shared)
            text = json.dumps({m: digest(m) for m in modules}, indent=1)
            record.write_text(text + "\n", encoding="ascii")
        else:
            record.unlink(missing_ok=True)


def extensions() -> list[Extension]:
    """Return what is compiled: nothing for the wheel that is made for every machine."""
    if os.environ.get("AUTODIFF_BUILD") == "pure":
        return []
    typed = [p.with_suffix(".py") for p in sorted(PACKAGE.rglob("*.pxd"))]
    sources = [p for p in typed if p.exists()] + [MACHINE]
    return [Extension(dotted(p), [p.as_posix()], optional=True) for p in sources]


setup(
    ext_modules=extensions(),
    cmdclass={"build_ext": BuildEngine},
)
