"""The engine's tests on every Python and numpy that is promised: `pipx run nox`.

`nox -l` lists the sessions, `nox -s "tests-3.13"` runs one. Each builds the engine in an environment
of its own and tests it compiled and plain, with warnings as errors; Pythons that are not there are
skipped, as nox says. In the sessions `strict` Python runs without assertions, and in locales that
are not UTF-8. The sessions `wheel` build what is published and test it as users install it.
"""

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "venv"
ENGINE = ["-n", "2", "-m", "engine", "tests"]
FILES = [f"tests/test_{name}.py" for name in ("cli", "names", "storage", "checkpoint", "drawing")]
OF_A_CHECKOUT = ("build", "coverage", "docs", "gallery")
COMPILED = "import autodiff, sys; sys.exit(not autodiff.compiled)"


def on_both_engines(session: nox.Session, numpy: str) -> None:
    """Build in place, for this Python, and test the compiled and the plain engine."""
    session.install("-e", ".[test]", numpy)
    session.run("python", "-W", "error", "-c", COMPILED)
    arguments = session.posargs or ENGINE
    session.run("python", "-W", "error", "-m", "pytest", *arguments)
    session.run("python", "-W", "error", "-m", "pytest", *arguments, env={"AUTODIFF_PURE": "1"})


@nox.session(python=["3.11", "3.12", "3.13", "3.14", "3.14t"])
def tests(session: nox.Session) -> None:
    """Test with the newest numpy."""
    on_both_engines(session, "numpy")


@nox.session(python=["3.11", "3.12"])
def oldest(session: nox.Session) -> None:
    """Test with the oldest numpy."""
    on_both_engines(session, "numpy==1.26.*")


@nox.session(python=["3.11", "3.13"])
@nox.parametrize("locale", ["C", "en_US.ISO-8859-1"])
def strict(session: nox.Session, locale: str) -> None:
    """Test without assertions (-O), and where text is not UTF-8."""
    session.install("-e", ".[test]")
    odd = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    session.run("python", "-W", "error", "-m", "pytest", *(session.posargs or FILES), env=odd)
    session.run(
        "python", "-O", "-m", "pytest", "-W", "ignore::pytest.PytestConfigWarning",
        *(session.posargs or FILES),
    )  # fmt: skip


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def wheel(session: nox.Session) -> None:
    """Build the sdist and from it the wheel; test the installed wheel, without a compiler."""
    dist = Path(session.create_tmp()) / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.install("build")
    session.run("python", "-m", "build", "--outdir", str(dist))
    (built,), (source,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    session.install("--only-binary", ":all:", f"{built}[test]")
    shutil.unpack_archive(source, dist)
    session.env["PYTHONSAFEPATH"] = "1"  # what is installed, not what lies in the folder
    with session.chdir(dist / source.name.removesuffix(".tar.gz")):
        session.run("python", "-W", "error", "-c", COMPILED)
        session.run(
            "pytest", "-n", "2", *(f"--ignore=tests/test_{name}.py" for name in OF_A_CHECKOUT),
            *(session.posargs or ["tests"]), env={"CC": "no-such-compiler"},
        )  # fmt: skip
