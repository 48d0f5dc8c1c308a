"""No command prints a line of more than 80 columns, help included; file names are not broken."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from autodiff.cli import main
from autodiff.sources.lines import WIDTH, fitted
from nets.cli import main as nets
from nets.experiments.command import table
from nets.experiments.record import in_order, load
from nets.experiments.registry import EXPERIMENTS

LONG = "sigmoid(weight*signal+bias)**2+log(weight*signal)+tanh(weight)*exp(-bias)/sqrt(signal)"
AT = "weight=2.25,signal=0.5,bias=-1.125"
COMMANDS = [
    ["--help"], ["ops"], ["--lang", "ja", "ops"], ["exercise"], ["exercise", "--key"],
    ["exercise", "--depth", "6", "--reuse", "3"], ["explain", LONG, "--at", AT],
    ["--lang", "ja", "explain", LONG, "--at", AT], ["explain", "log(x)", "--at", "x=0"],
    ["draw", LONG, "--at", AT, "-o", "-"], ["draw", LONG, "--at", AT], ["play", LONG, "--at", AT],
    *([name, "--help"] for name in ("draw", "play", "explain", "exercise", "ops")),
]  # fmt: skip


def wide(text: str) -> list[str]:
    """Return the lines that do not fit, but for those that are one word."""
    return [line for line in text.splitlines() if len(line) > WIDTH and re.search(r"\S\s+\S", line)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_autodiff(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    with contextlib.suppress(SystemExit):  # of --help
        main(command)
    said = capsys.readouterr().out
    assert said
    assert wide(said) == []


NETS = ("train", "sweep", "experiment", "search", "check", "export", "demo")


@pytest.mark.parametrize("command", [["--help"], *([name, "--help"] for name in NETS), ["check"]])
def test_nets(command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    with contextlib.suppress(SystemExit):
        nets(command)
    said = capsys.readouterr().out
    assert said
    assert wide(said) == []


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the checkpoint of a small network that has learned for two epochs."""
    folder = tmp_path_factory.mktemp("run")
    with contextlib.redirect_stdout(io.StringIO()):
        code = nets(
            ["train", "--sizes", "64,8,10", "--epochs", "2", "--checkpoint", f"{folder}/run.npz",
             "--out", str(folder)]
        )  # fmt: skip
    assert code == 0
    return folder / "run.npz"


RUNS = [
    ["train", "--sizes", "64,8,10", "--epochs", "2", "--eta", "0.123456789", "--final-test"],
    ["sweep", "--eta", "0.000123456,3", "--hidden", "4,1000", "--epochs", "1"],
    ["search", "--examples", "100", "--epochs", "2", "--hidden", "5"],
    ["experiment", "--list"],
    ["experiment", "slowdown"],
    ["experiment", "vanishing", "--seeds", "1"],
    ["export"],
]


@pytest.mark.parametrize("speech", ["en", "ja"])
@pytest.mark.parametrize("command", RUNS, ids=" ".join)
def test_what_nets_prints(
    command: list[str], speech: str, trained: Path, tmp_path: Path, capsys: Any
) -> None:
    more = ["--out", str(tmp_path / "out")]
    if command == ["export"]:
        more = ["--checkpoint", str(trained), str(tmp_path / "net.html")]
    capsys.readouterr()
    assert nets(["--lang", speech, *command, *more]) == 0
    said = capsys.readouterr().out
    assert said
    assert wide(said) == []


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_table_of_an_experiment(name: str, root: Path) -> None:
    """The tables of the whole runs: wide cells are broken, and no word is lost."""
    experiment = EXPERIMENTS[name]
    record = load(root / "docs" / "results" / f"{name}.json")
    done = in_order(record, experiment.parts(record.seeds or 0, record.data or ""))
    lines = experiment.lines(done)
    shown = table(lines, record.data)
    assert wide(shown) == []
    words = sorted(word for x in lines for cell in (x.what, x.documents, x.measured)
                   for word in cell.split())  # fmt: skip
    head = table([], record.data).split()
    assert sorted(shown.split()) == sorted([*head, *words])


def test_words_are_kept_and_chains_stand_below_each_other() -> None:
    text = "long = " + " + ".join("abc" for _ in range(40)) + " = 1 = 2"
    shown = fitted(text)
    assert shown.split() == text.split()
    assert [line.strip() for line in shown.splitlines()[-2:]] == ["= 1", "= 2"]
    assert max(map(len, shown.splitlines())) <= WIDTH
    path = "/" + "x" * 100
    assert path in fitted(f"wrote {path}: open it")
    assert fitted("") == ""
    assert fitted("short\n\nlines\n") == "short\n\nlines\n"
