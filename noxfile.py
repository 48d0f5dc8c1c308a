"""The engine's tests on every Python and numpy that is promised: `pipx run nox`.

`nox -l` lists the sessions, `nox -s "tests-3.13"` runs one. Each builds the engine in an environment
of its own and tests it compiled and plain, with warnings as errors; Pythons that are not there are
skipped, as nox says. In the sessions `strict` Python runs without assertions, and in locales that
are not UTF-8. The sessions `wheel` build what is published and test it as users install it, and `graders`
takes submissions through nbgrader and otter-grader.
"""

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "venv"
ENGINE = ["-n", "2", "-m", "engine", "tests"]
FILES = [f"tests/test_{name}.py" for name in ("cli", "names", "storage", "checkpoint", "drawing")]
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


@nox.session(python=["3.11"])
def graders(session: nox.Session) -> None:
    """Make the round trips through nbgrader and otter-grader, by their own commands."""
    session.install("-e", ".[test,teach]")
    session.run("python", "-c", "import nbgrader, otter")  # else the tests would be skipped
    session.run(
        "python", "-m", "pytest", "-n", "2",
        *(session.posargs or ["tests/test_graders.py", "tests/test_teach.py"]),
    )  # fmt: skip


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
@nox.parametrize("kind", ["compiled", "pure"])
def wheel(session: nox.Session, kind: str) -> None:
    """Build the sdist and from it the wheel; test the installed wheel without compiler and checkout."""
    folder = Path(session.create_tmp())
    for old in ("dist", "beside"):
        shutil.rmtree(folder / old, ignore_errors=True)
    session.install("build")
    session.run(
        "python", "-m", "build", "--outdir", str(folder / "dist"),
        env={"AUTODIFF_BUILD": kind} if kind == "pure" else {},
    )  # fmt: skip
    (built,) = (folder / "dist").glob("*.whl")
    session.install("--only-binary", ":all:", f"{built}[test]")
    shutil.copytree("tests", folder / "beside" / "tests")
    shutil.copy("pyproject.toml", folder / "beside")
    session.env.update(
        {"PYTHONSAFEPATH": "1", "CC": "no-such-compiler"}
    )  # what is installed, as it is
    with session.chdir(folder / "beside"):
        session.run("python", "-W", "error", "-c", COMPILED, success_codes=[int(kind == "pure")])
        session.run("pytest", *(session.posargs or ENGINE))
