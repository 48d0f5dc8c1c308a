"""The build of the compiled engine: made where it can be, left out where not, never used stale."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import autodiff

ROOT = Path(__file__).resolve().parent.parent
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
PROGRAM = """
import autodiff
x = autodiff.Value(3.0)
(x * x).backward()
print(x.grad, autodiff.compiled)
"""


def copy(tmp_path: Path, *built: str) -> Path:
    """Copy what the build reads, and of what it wrote only the files with the endings `built`."""
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    left_out = {".so", ".json", "_evaluate.pxd", "_ufuncs.pxd"} - set(built)
    skip = shutil.ignore_patterns("__pycache__", *(f"*{ending}" for ending in left_out))
    shutil.copytree(ROOT / "autodiff", tmp_path / "autodiff", ignore=skip)
    return tmp_path / "autodiff"


def build(folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=folder,
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stderr


def shown(folder: Path, **environment: str) -> str:
    """Run PROGRAM on the package in `folder` and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "AUTODIFF_PURE"} | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


needs_engine = pytest.mark.skipif(not autodiff.compiled, reason="the engine is not compiled here")


def test_engine_is_compiled_where_it_can_be() -> None:
    """A fault in the build would otherwise show in nothing but speed."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    header = Path(sysconfig.get_paths()["include"]) / "Python.h"
    if shutil.which(compiler) is None or not header.exists():
        pytest.skip("there is no C compiler or no Python.h")
    if os.environ.get("AUTODIFF_PURE"):
        pytest.skip("AUTODIFF_PURE asks for plain Python")
    assert autodiff.compiled


@pytest.mark.slow
def test_without_compiler_the_engine_is_plain_python(tmp_path: Path) -> None:
    package = copy(tmp_path)
    (package / "_compiled.json").write_text("{}")
    build(tmp_path, PATH=str(tmp_path), CC="no-such-compiler")
    assert list(package.rglob("*.so")) == []
    assert not (package / "_compiled.json").exists()
    assert shown(tmp_path) == "6.0 False"


def test_without_cython_the_engine_is_plain_python(tmp_path: Path) -> None:
    package = copy(tmp_path)
    (tmp_path / "Cython").mkdir()
    (tmp_path / "Cython" / "__init__.py").write_text("raise ImportError('no Cython here')")
    said = build(tmp_path, PYTHONPATH=str(tmp_path))
    assert "runs as plain Python: no Cython here" in said
    assert list(package.rglob("*.so")) == []
    assert shown(tmp_path) == "6.0 False"


@needs_engine
def test_whatever_went_into_the_engine_is_on_record() -> None:
    """Each module with types is compiled, with what they include and the modules that print."""
    package = ROOT / "autodiff"
    record = json.loads((package / "_compiled.json").read_text())
    typed = {p.relative_to(ROOT).with_suffix("") for p in package.rglob("*.pxd")}
    compiled = {
        p.relative_to(ROOT).parent / p.name.removesuffix(SUFFIX)
        for p in package.rglob(f"*{SUFFIX}")
    }
    sources = {p for p in typed if (ROOT / p).with_suffix(".py").exists()}
    assert compiled == sources | {Path("autodiff/programs/_machine")}
    printed = {Path("autodiff/printers/_evaluate"), Path("autodiff/table/_ufuncs")}
    assert {".".join(p.parts) for p in (typed | compiled) - printed} <= set(record)
    assert {
        f"autodiff.{name}" for name in ("table.ops", "printers.codegen", "table.symbol")
    } <= set(record)


@needs_engine
@pytest.mark.parametrize(
    "name",
    [
        "nodes/value.py",
        "nodes/value.pxd",
        "derivatives/sweep.py",
        "graphs/reroll.py",
        "programs/flat.py",
        "table/ops.py",
        "table/symbol.py",
        "table/_loops.pxd",
        "printers/machine.py",
    ],
)
def test_stale_engine_is_not_used(tmp_path: Path, name: str) -> None:
    package = copy(tmp_path, ".so", ".json", "_evaluate.pxd", "_ufuncs.pxd")
    assert shown(tmp_path) == "6.0 True"
    assert shown(tmp_path, AUTODIFF_PURE="1") == "6.0 False"
    with (package / name).open("a") as f:
        f.write("\n# another line\n")
    assert shown(tmp_path) == "6.0 False"


@needs_engine
def test_an_engine_built_for_another_python_is_not_used(tmp_path: Path) -> None:
    package = copy(tmp_path, ".so", ".json", "_evaluate.pxd", "_ufuncs.pxd")
    for extension in package.rglob("*.so"):
        extension.rename(extension.parent / extension.name.replace(SUFFIX, ".cpython-399-other.so"))
    assert shown(tmp_path) == "6.0 False"


def test_beside_a_wheel_the_tests_of_the_engine_are_found(tmp_path: Path) -> None:
    """Those that read the checkout are passed over where the folder of tests lies alone."""
    folder = tmp_path / "tests"
    folder.mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in (ROOT / "tests").glob("*.py"):
        if not path.name.startswith("test_") or path.stem in ("test_twice", "test_run"):
            shutil.copy(path, folder)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-m", "engine", "tests"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "tests/test_twice.py::" in done.stdout
    assert "test_run" not in done.stdout
