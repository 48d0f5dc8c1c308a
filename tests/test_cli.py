"""The `autodiff` command as a user meets it: what it prints and writes, and how it refuses."""

import os
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import autodiff as ad
from autodiff import cli
from autodiff.cli import main
from autodiff.teach.exercises import make_exercise
from tests.rows import CORE

FORMULA = "z = w*x + b; a = sigmoid(z); (a - 1)**2"
AT = "w=2,x=0.5,b=-1"
GRADIENTS = "d/dw = -0.125, d/dx = -0.5, d/db = -0.25"


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "autodiff", *arguments],
        capture_output=True, text=True, check=False, **options,
    )  # type: ignore[call-overload,no-any-return] # fmt: skip


@pytest.mark.parametrize("suffix", ["svg", "dot", "txt"])
def test_draw(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / f"graph.{suffix}"
    assert main(["draw", FORMULA, "--at", AT, "-o", str(out)]) == 0
    said = capsys.readouterr()
    if suffix == "svg" and not out.exists():
        assert "dot" in said.err  # no engine: the DOT text is written instead, and it is said
        out = out.with_suffix(".dot")
    assert f"{out}: value 0.25, {GRADIENTS}" in " ".join(said.out.split())
    text = out.read_text(encoding="utf-8")
    assert "-0.125" in text
    if out.suffix == ".svg":
        ET.fromstring(text)
    assert [p.name for p in tmp_path.iterdir()] == [out.name]


def test_play(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "player.html"
    assert main(["play", FORMULA, "--at", AT, "-o", str(out)]) == 0
    assert GRADIENTS in " ".join(capsys.readouterr().out.split())
    assert "<!doctype html>" in out.read_text(encoding="utf-8")


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", FORMULA, "--at", AT, "--wrt", "w"]) == 0
    said = capsys.readouterr().out
    assert "= -0.125, 1 path" in said
    assert "100 %" in said
    assert "z = w * x + b" in said
    assert "/dx" not in said
    assert main(["explain", "x*x + 3*x", "--at", "x=2"]) == 0
    assert "= 7, 3 paths" in capsys.readouterr().out


def test_numbers_may_stand_behind_the_formula(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for numbers in (["--at", AT], AT.split(","), ["w=2", "--at", "x=0.5,b=-1"]):
        assert main(["explain", FORMULA, *numbers, "--wrt", "w"]) == 0
        said.append(capsys.readouterr().out)
    assert said[1:] == said[:1] * 2


def test_explain_cuts_after_the_top_paths(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "x*x*x", "--at", "x=2", "--wrt", "x", "--top", "1"]) == 0
    assert "the other 2" in capsys.readouterr().out


def test_exercise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = make_exercise(3, 1, 5)
    given = ["exercise", "--depth", "3", "--reuse", "1", "--seed", "5"]
    assert main(given) == 0
    said = capsys.readouterr().out
    assert all(question in said for question in asked.questions)
    assert main([*given, "-o", str(tmp_path / "e.dot"), "--key"]) == 0
    assert (tmp_path / "e.dot").exists()
    assert "Answers:" in capsys.readouterr().out
    right = ",".join(f"{q}={x}" for q, x in asked.answers.items())
    assert main([*given, "--check", right]) == 0
    first = asked.questions[-1]
    capsys.readouterr()
    assert main([*given, "--check", f"{first}={asked.answers[first] + 1}"]) == 1
    said = capsys.readouterr().out
    assert f"{first}: wrong" in said
    assert f"{asked.questions[0]}: not answered" in said


def test_an_answer_may_be_a_fraction(capsys: pytest.CaptureFixture[str]) -> None:
    question, right = next(iter(make_exercise().answers.items()))
    assert main(["exercise", "--check", f"{question}={2 * right:g} / 2"]) == 0
    assert f"{question}: right" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"autodiff {ad.__version__}\n"


@pytest.mark.parametrize(
    "given", [("-(x*log(x))", "--at", "x=1"), ("--at", "x=1", "-hypot(x,0)"), ("-x", "--top", "3")]
)
def test_a_formula_may_begin_with_a_minus(
    given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    at = () if "--at" in given else ("--at", "x=1")
    assert main(["explain", *given, *at]) == 0
    assert "/dx = -1, " in capsys.readouterr().out


def test_what_is_no_number_is_blamed_and_the_rest_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "sqrt(w)*x", "--at", "w=0,x=3"]) == 1
    said = capsys.readouterr()
    assert "dout/dx = 0, 1 path" in said.out
    assert (
        "d/dw is inf, which is no sum of numbers:\nbackward: sqrt(w): the part sent to w"
        in said.out
    )
    assert said.out.count("remedy") == 1
    assert "blame_nan" not in said.out + said.err


def test_a_node_of_several_names_is_explained_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "a = w; b = a; b*2", "--at", "w=1"]) == 0
    assert capsys.readouterr().out.count("1 path") == 1
    assert main(["explain", "a = w; b = a", "--at", "w=1"]) == 0
    assert capsys.readouterr().out == "dw/dw = 1, 1 path:\n    100 %             1  itself\n\n"
    assert main(["explain", "a = w; b = a", "--at", "w=1", "--wrt", "b"]) == 0
    assert capsys.readouterr().out.count("1 path") == 1


def test_ops_lists_the_whole_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops"]) == 0
    said = capsys.readouterr().out
    assert "sigmoid(x)          d/dx = sigmoid_prime(x)" in said
    assert "a / b               d/da = 1 / b,  d/db = -y / b" in said
    written = {"power_slope": "n * x**(n - 1) "}  # a function that is written as its formula
    plain = [
        written.get(r.name, r.name) for r in CORE if not r.infix or r.name in ("matmul", "dot")
    ]
    missing = [n for n in plain if not any(w.startswith(n) for w in said.split("\n"))]
    assert missing == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "COMMAND"),
        (("paint",), "invalid choice"),
        (("draw", "sigmoidd(x)", "--at", "x=1"), "did you mean sigmoid"),
        (("draw", "w*x", "--at", "w=2"), "x has no value"),
        (("draw", "w*x", "--at", "w=2,x=a"), "not a number"),
        (("draw", "x", "--at", "x=1", "-o", "graph.bmp"), "must end in"),
        (("draw", "x*x", "--at", "x=1", "-o", "no/such/graph.svg"), "no/such does not exist"),
        (("play", "x*x", "--at", "x=1", "-o", "."), "must end in"),
        (("play", "x*x", "--at", "x=1", "-o", "a\0b.html"), "cannot be written"),
        (("play", "__import__('os').system('touch hacked')"), "not part of a formula"),
        (("play", "(" * 5000), "5,000 characters"),
        (("explain", "x*x", "--at", "x=1", "--wrt", "y"), "no such name"),
        (("explain", "x*x", "--at", "x=1", "--top", "0"), "at least 1"),
        (("play", "x*x", "--at", "x=1", "-o", "p.svg"), "p.svg: the name must end in .html"),
        (("draw", "x*x", "--at", "x=1", "-o", "."), "save: .: the name must end in"),
        (("explain", "x*y", "--at", "x=1"), "--at y=1"),
        (("exercise", "--depth", "0"), "depth=0"),
        (("exercise", "--check", "nonsense"), "not asked"),
        (("exercise", "--check", "y=two"), "not a number"),
        (("exercise", "--check", "y=1/0"), "not a number"),
        (("exercise", "--check", "y="), "no answers"),
        (("exercise", "--check", ""), "no answers"),
        (("exercise", "--check", "y=1", "--key"), "not allowed with"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence(
    arguments: tuple[str, ...], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    try:
        code = main(arguments)
    except SystemExit as left:
        code = int(left.code or 0)
    said = capsys.readouterr()
    assert code != 0
    assert word in said.err
    assert said.err.startswith("autodiff")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_replaced_stays_as_it_is(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    out = tmp_path / "graph.dot"
    out.write_text("old")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert main(["draw", "x*x", "--at", "x=1", "-o", str(out)]) == 1
        assert out.read_text() == "old"
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "player.html"
    out.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["play", "x*x", "--at", "x=1", "-o", str(out)]) == 1
    assert out.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["player.html"]


def test_as_a_process(tmp_path: Path) -> None:
    done = run("draw", FORMULA, "--at", AT, "-o", "g.dot", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    refused = run("draw", "x ^ 2", "--at", "x=1", cwd=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.startswith("autodiff: 'x ^ 2' is not part of a formula")


def test_a_terminal_without_the_characters(tmp_path: Path) -> None:
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = [w.encode() for w in ("explain", "σ(é)", "--at", "é=1")]  # whatever the locale is
    done = subprocess.run(
        [sys.executable.encode(), b"-m", b"autodiff", *words],
        cwd=tmp_path, env=ascii_only, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command",
    ["ops | head -n 1", "ops | true", "--help | true", "ops >&-", "ops 2>&-", "nothing 2>&-",
     "explain 'x*' >&-", "explain 'x*' 2>&-", "explain 'x*' >&- 2>&-"],
)  # fmt: skip
def test_a_reader_that_leaves_gets_no_traceback(command: str) -> None:
    done = subprocess.run(
        f'"{sys.executable}" -m autodiff {command}', shell=True, capture_output=True, text=True,
        check=False, env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if "x*" in command:  # what is said stays off the output
        assert done.stdout == ""


def test_stopping_it_early_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_parser", stopped)
    assert main(["ops"]) == 130
    assert capsys.readouterr().err == "autodiff: stopped; nothing was written\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_an_output_that_takes_nothing_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "autodiff", "ops"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("autodiff: the output cannot be written: ")
    assert done.stderr.count("\n") == 1
