"""`./run` on a copy of the checkout, with stand-ins for Python that note down what they are asked.

The stand-in makes environments, installs and builds in no time and without a network, so that each
turn can be tried: first call, second call, changed sources, moved checkout, killed installation.
What is not its own business (a one-line program) it hands to the Python that runs the tests.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# As `python -m venv DIR` it links itself to DIR/bin/python; installations and jobs are noted only.
STAND_IN = """#!/bin/sh
case "$*" in
    "-c import pygraphviz") exit 1 ;;
    -c*) shift; exec "{python}" -c "$@" ;;
    "-m venv "*) mkdir -p "$3/bin" && ln -s "$0" "$3/bin/python" ;;
    "-m pip --version") exit 0 ;;
    "-m pip "*) printf '%s\\n' "$*" >>"{log}"; [ ! -e "{folder}/refuse" ] || exit 1
        [ ! -e "{folder}/hang" ] || sleep 60 ;;
    *) printf '%s\\n' "$*" >>"{log}" ;;
esac
"""


# One module of every folder of the package, and the first file of types that there is.
FOLDERS = sorted({path.parent for path in (ROOT / "autodiff").rglob("*.py")})
TYPES = min((ROOT / "autodiff").rglob("[!_]*.pxd"))
SOURCES = [
    path.relative_to(ROOT).as_posix()
    for path in [TYPES, *(max(folder.glob("*.py")) for folder in FOLDERS)]
]


class Checkout:
    """A copy of what ./run reads, in a folder with a space, and the PATH to call it with."""

    def __init__(self, tmp_path: Path) -> None:
        self.tmp = tmp_path
        self.language = "en"
        self.log = tmp_path / "log"
        self.bin = tmp_path / "bin"
        self.bin.mkdir()
        tools = "sh cat cksum dirname find grep ln mkdir mv readlink rm sed sleep sort tr"
        for tool in tools.split():
            found = shutil.which(tool)
            assert found is not None
            (self.bin / tool).symlink_to(found)
        self.command("dot", "#!/bin/sh\n")
        self.folder = tmp_path / "a checkout"
        for name in ("run", "pyproject.toml", "setup.py", *SOURCES):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.folder / name)

    def command(self, name: str, text: str) -> None:
        """Put a command on the PATH."""
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def python(self, name: str = "python3") -> None:
        """Put a Python on the PATH that works and notes what it is asked to do."""
        text = STAND_IN.format(python=sys.executable, log=self.log, folder=self.tmp)
        self.command(name, text)

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.folder / "run"), *arguments],
            cwd=cwd or self.tmp,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.bin), "TMPDIR": str(self.tmp), "AUTODIFF_LANG": self.language}

    def calls(self) -> list[str]:
        """Return what the stand-ins were asked since the last time, without pip's options."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [
            "install " + line.rpartition(" ")[2] if line.startswith("-m pip") else line
            for line in lines
        ]


WANTED, PACKAGE = "install .venv/run/wanted", "install ."
DEMO = "-m nets demo"


def test_without_dot_a_drawing_engine_is_brought_along(checkout: Checkout) -> None:
    (checkout.bin / "dot").unlink()
    checkout.python()
    assert checkout.run("demo").returncode == 0
    assert "install pygraphviz>=2" in checkout.calls()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    """A checkout in which the demo has been run."""
    checkout.python()
    assert checkout.run("demo").returncode == 0
    assert checkout.calls() == [WANTED, PACKAGE, DEMO]
    return checkout


@pytest.mark.parametrize("arguments", [[], ["tset"], [""]])
def test_unknown_command_shows_the_usage(checkout: Checkout, arguments: list[str]) -> None:
    done = checkout.run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("usage: ./run COMMAND")
    for job in ("demo", "test", "check", "bench", "notebooks"):
        assert f"  {job} " in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_help_is_no_error(checkout: Checkout) -> None:
    done = checkout.run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ./run COMMAND")


JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def test_it_speaks_japanese_where_that_is_asked_for(checkout: Checkout) -> None:
    english = checkout.run("help").stdout
    checkout.language = "ja_JP.UTF-8"
    japanese = checkout.run("help").stdout
    jobs = [re.findall(r"(?m)^  (\w+) ", text) for text in (english, japanese)]
    assert jobs[0] == jobs[1]
    assert len(jobs[0]) == 7
    assert [line for line in japanese.splitlines() if line and not JAPANESE.search(line)] == []
    checkout.command("python3", "#!/bin/sh\necho old 3.8\n")
    assert "Python 3.8 で、古すぎます" in one_sentence(checkout.run("test"))


def test_all_that_is_said_is_said_in_both_languages() -> None:
    text = (ROOT / "run").read_text(encoding="utf-8").replace("\\\n", " ")
    calls = re.findall(r"(?m)(?<!\w)(?:say|die) (?!\(\))(.*)", text)
    assert [c for c in calls if not c.startswith(('"$(told', '"${first', '"$*"'))] == []
    twins = re.findall(r"(?m)\$\(told (.*)", text)
    assert len(twins) > 8
    assert [t for t in twins if not JAPANESE.search(t)] == []


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_without_python(checkout: Checkout) -> None:
    said = one_sentence(checkout.run("demo"))
    assert said == (
        "run: No Python was found on PATH: install Python 3.11 or newer and call ./run again.\n"
    )


def test_python_too_old(checkout: Checkout) -> None:
    checkout.command("python3", "#!/bin/sh\necho old 3.8\n")
    said = one_sentence(checkout.run("test"))
    assert "python3 is Python 3.8, which is too old: install Python 3.11 or newer" in said


def test_version_check_runs_on_the_interpreter(checkout: Checkout) -> None:
    """The one-line program itself judges versions: here it is told that it runs on 3.10."""
    old = "import sys, re; sys.version_info = (3, 10, 13); exec(sys.argv[1])"
    checkout.command("python3", f'#!/bin/sh\nexec "{sys.executable}" -c "{old}" "$2"\n')
    assert "Python 3.10, which is too old" in one_sentence(checkout.run("demo"))


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_python_without_venv(checkout: Checkout, module: str) -> None:
    bare = f"import sys; sys.modules['{module}'] = None; exec(sys.argv[1])"
    checkout.command("python3", f'#!/bin/sh\nexec "{sys.executable}" -c "{bare}" "$2"\n')
    said = one_sentence(checkout.run("demo"))
    major, minor = sys.version_info[:2]
    assert f"lacks the module venv or ensurepip: install it (on Debian and Ubuntu: apt install python{major}.{minor}-venv)" in said  # noqa: E501  # fmt: skip


def test_commands_that_do_not_run_are_passed_over(checkout: Checkout) -> None:
    shim = "#!/bin/sh\necho 'pyenv: python3.14: command not found' >&2\nexit 127\n"
    checkout.command("python3.14", shim)
    checkout.command("python3.12", "#!/bin/sh\necho old 3.2\n")
    checkout.python("python3")
    done = checkout.run("demo")
    assert done.returncode == 0
    assert "pyenv" not in done.stderr
    assert checkout.calls()[-1] == DEMO


def test_second_call_installs_nothing(ready: Checkout) -> None:
    done = ready.run("demo", "--seed", "3 4", cwd=Path("/"))
    assert (done.returncode, done.stderr) == (0, "")
    assert ready.calls() == [DEMO + " --seed 3 4"]


def test_second_call_adds_little(ready: Checkout) -> None:
    start = time.perf_counter()
    ready.run("demo")
    assert time.perf_counter() - start < 2.0


def test_another_job_adds_what_it_needs_and_builds_nothing(ready: Checkout) -> None:
    assert ready.run("bench").returncode == 0
    wanted = (ready.folder / ".venv" / "run" / "wanted").read_text().splitlines()
    packages = {re.match(r"[\w-]+", line)[0].lower() for line in wanted}  # type: ignore[index]
    assert {"cython", "numpy", "graphviz", "matplotlib", "casadi", "torch"} <= packages
    assert not any(line.startswith("autodiff-nets") for line in wanted)
    assert ready.calls() == [WANTED, "-m benchmarks"]
    ready.run("demo")
    ready.run("bench", "--quick")
    assert ready.calls() == [DEMO, "-m benchmarks --quick"]


def test_changed_requirements_are_installed(ready: Checkout) -> None:
    with (ready.folder / "pyproject.toml").open("a") as f:
        f.write("# another line\n")
    ready.run("demo")
    assert ready.calls() == [WANTED, PACKAGE, DEMO]


@pytest.mark.parametrize("name", [*SOURCES, "setup.py"])
def test_changed_sources_are_built_without_network(ready: Checkout, name: str) -> None:
    with (ready.folder / name).open("a") as f:
        f.write("# another line\n")
    ready.run("demo")
    ready.run("demo")
    assert ready.calls() == ["setup.py -q build_ext --inplace", DEMO, DEMO]


def test_lost_engine_is_built_again(checkout: Checkout) -> None:
    engine = checkout.folder / "autodiff" / "value.cpython-311.so"
    engine.touch()
    checkout.python()
    checkout.run("demo")
    engine.unlink()
    checkout.calls()
    checkout.run("demo")
    assert checkout.calls() == ["setup.py -q build_ext --inplace", DEMO]


def test_moved_checkout_is_installed_anew(ready: Checkout) -> None:
    (ready.folder / ".venv" / "old").touch()
    ready.folder = ready.folder.rename(ready.tmp / "elsewhere")
    ready.run("demo")
    assert ready.calls() == [WANTED, PACKAGE, DEMO]
    assert not (ready.folder / ".venv" / "old").exists()


def test_refused_installation_is_told_and_tried_again(checkout: Checkout) -> None:
    checkout.python()
    refuse = checkout.tmp / "refuse"
    refuse.touch()
    done = checkout.run("demo")
    assert done.returncode == 1
    assert done.stderr.endswith("check the network and call ./run demo again.\n")
    assert checkout.calls() == [WANTED]
    refuse.unlink()
    assert checkout.run("demo").returncode == 0
    assert checkout.calls() == [WANTED, PACKAGE, DEMO]


def test_refused_extra_leaves_the_rest_working(ready: Checkout) -> None:
    (ready.tmp / "refuse").touch()
    assert ready.run("bench").returncode == 1
    ready.calls()
    assert ready.run("demo").returncode == 0
    assert ready.calls() == [DEMO]


def test_killed_installation_is_done_anew(checkout: Checkout) -> None:
    checkout.python()
    hang = checkout.tmp / "hang"
    hang.touch()
    killed = subprocess.Popen(
        [str(checkout.folder / "run"), "demo"],
        env=checkout.environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not checkout.log.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert checkout.calls() == [WANTED]
    (checkout.folder / ".venv" / "half").touch()
    hang.unlink()
    assert checkout.run("demo").returncode == 0  # the lock of the dead process does not stop it
    assert checkout.calls() == [WANTED, PACKAGE, DEMO]
    assert not (checkout.folder / ".venv" / "half").exists()


def test_two_calls_at_once_install_once(checkout: Checkout) -> None:
    checkout.python()
    slow = (checkout.bin / "python3").read_text().replace("*) printf", "*) sleep 0.2; printf", 1)
    checkout.command("python3", slow)
    calls = [
        subprocess.Popen(
            [str(checkout.folder / "run"), "demo"],
            env=checkout.environment,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(3)
    ]
    assert [call.wait(timeout=60) for call in calls] == [0, 0, 0]
    assert sorted(checkout.calls()) == [DEMO] * 3 + sorted([WANTED, PACKAGE])
    assert not (checkout.folder / ".run-lock").is_symlink()


def test_check_does_everything_and_fails_when_one_part_does(ready: Checkout) -> None:
    assert ready.run("check").returncode == 0
    parts = ["-m ruff format --check .", "-m ruff check .", "-m mypy"]
    parts.append("-m pytest -q tests/test_architecture.py")
    assert ready.calls()[1:] == parts
    environment = ready.folder / ".venv" / "bin" / "python"
    text = environment.read_text()
    environment.write_text(text.replace("    *) printf", '    "-m mypy") exit 1 ;;\n    *) printf'))
    assert ready.run("check").returncode == 1
    assert ready.calls() == [p for p in parts if p != "-m mypy"]


def test_folder_that_cannot_be_written(checkout: Checkout) -> None:
    checkout.python()
    checkout.folder.chmod(0o555)
    try:
        if os.access(checkout.folder, os.W_OK):
            pytest.skip("this user may write everywhere")
        assert "is not writable" in one_sentence(checkout.run("demo"))
    finally:
        checkout.folder.chmod(0o755)


@pytest.mark.parametrize(
    ("compiled", "first", "second", "status"),
    [(1, 0, 0, 0), (0, 0, 9, 0), (1, 2, 0, 2), (1, 0, 1, 1), (1, 0, 5, 0), (0, 5, 0, 5)],
)
def test_tests_run_on_both_engines(
    checkout: Checkout, compiled: int, first: int, second: int, status: int
) -> None:
    """The second run is for the plain engine; that it has nothing to do is no failure."""
    checkout.python()
    text = (checkout.bin / "python3").read_text()
    asked = f"    *autodiff.compiled*) exit {1 - compiled} ;;\n"
    pytests = f"""
    *"-m pytest"*) printf '%s\n' "pure=${{AUTODIFF_PURE-}} $*" >>"{checkout.log}"
        [ -n "${{AUTODIFF_PURE-}}" ] && exit {second}; exit {first} ;;
"""
    checkout.command(
        "python3", text.replace("    -c*)", asked + pytests.lstrip("\n") + "    -c*)", 1)
    )
    assert checkout.run("test", "-k", "a b").returncode == status
    once = "pure= -m pytest -n auto --maxprocesses 8 --dist worksteal -k a b"
    again = "pure=1 -m pytest -n auto --maxprocesses 8 --dist worksteal -m engine -k a b"
    assert checkout.calls()[2:] == ([once, again] if compiled else [once])
