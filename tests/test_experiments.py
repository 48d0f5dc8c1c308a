"""`nets experiment`: the documents' figures come out, a stop loses nothing, and mistakes are sentences."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nets.cli import main
from nets.experiments.registry import EXPERIMENTS


def call(*arguments: object) -> int:
    return main(["experiment", *(str(a) for a in arguments)])


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Call the command, which must fail, and return its one sentence."""
    try:
        code = call(*arguments)
    except SystemExit as leaving:
        code = int(str(leaving.code))
    told = capsys.readouterr().err
    assert code != 0
    assert told.startswith("nets")
    assert told.count("\n") == 1, told
    return told


def results(folder: Path, name: str) -> list[Any]:
    kept = json.loads((folder / f"{name}.json").read_text())
    return [p["result"] for p in kept["parts"]]


def measured(printed: str) -> dict[str, str]:
    """Return the last column of a printed table by the first."""
    rows = [line.split("  ") for line in printed.splitlines()]
    cells: list[Sequence[str]] = [[c.strip() for c in row if c.strip()] for row in rows]
    return {row[0]: row[-1] for row in cells if len(row) == 3}


def test_the_list_names_every_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(EXPERIMENTS)


def test_the_slowdown_is_that_of_the_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("slowdown", "--out", tmp_path) == 0
    good, bad = results(tmp_path, "slowdown")
    assert [round(good["a"][k], 4) for k in (0, 300)] == [0.8176, 0.0940]
    assert [round(bad["a"][k], 3) for k in (0, 150, 300)] == [0.982, 0.933, 0.203]
    assert max(good["by_hand"], bad["by_hand"]) < 1e-12
    table = measured(capsys.readouterr().out)
    assert table["w = b = 2.0: output after 150 epochs"] == "0.9334"
    assert (tmp_path / "slowdown.png").read_bytes().startswith(b"\x89PNG")


def test_the_cross_entropy_cures_it(tmp_path: Path) -> None:
    assert call("cross-entropy", "--out", tmp_path) == 0
    good, bad = results(tmp_path, "cross-entropy")
    assert [round(r["a"][300], 4) for r in (good, bad)] == [0.0116, 0.0120]
    assert bad["slope"][0] == pytest.approx(bad["a"][0], abs=1e-8)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give the NAME"),
        (["no-such"], "invalid choice"),
        (["slowdown", "--seeds", "2"], "leave --seeds away"),
        (["slowdown", "--data", "x"], "leave --data away"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, *arguments, "--out", tmp_path)


def test_a_file_of_another_kind_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slowdown.json").write_text("[]")
    assert "is not the file of an experiment" in refused(capsys, "slowdown", "--out", tmp_path)
    assert (tmp_path / "slowdown.json").read_text() == "[]"
