"""The search for hyper-parameters: the documents' heuristics, kept try by try."""

import json
from pathlib import Path
from typing import Any

import pytest

from nets.cli import main
from nets.commands.search import search


def test_one_knob_at_a_time() -> None:
    """A made-up network that oscillates above eta = 3 and is best at eta 0.5, lambda 2, batch 20."""
    tried: list[dict[str, Any]] = []

    def attempt(settings: dict[str, Any]) -> dict[str, Any]:
        tried.append(settings)
        steady = settings["eta"] < 3.0
        score = 100.0 * steady - abs(settings["eta"] - 0.5)
        score -= abs(settings["lmbda"] - 2.0) + abs(settings["batch"] - 20) / 100
        return {"correct": score, "cost": [3.0, 2.0, 1.0] if steady else [3.0, 4.0, 2.0]}

    found = search(attempt, {"eta": 3.0, "lmbda": 0.0, "batch": 10}, n=100_000)
    assert found == {"eta": 0.5, "lmbda": 2.0, "batch": 20}
    assert all(one["batch"] == 10 for one in tried[:-4]), "the batch comes last"
    assert all(one["lmbda"] == 0.0 for one in tried[:10]), "eta comes first"


def test_a_search_goes_on_where_it_was(tmp_path: Path, capsys: Any) -> None:
    command = [
        "search", "--examples", "100", "--epochs", "2", "--hidden", "5", "--out", str(tmp_path)
    ]  # fmt: skip
    assert main(command) == 0
    first = capsys.readouterr().out
    assert "nets train --data digits" in first
    *tried, found, _, _ = first.splitlines()
    assert found.removesuffix("   is what was found") in tried
    file = tmp_path / "search.json"
    kept = json.loads(file.read_text())
    assert all(json.loads(key)["monitor"] == "validation" for key in kept["tries"])
    removed = list(kept["tries"])[-1]
    del kept["tries"][removed]
    file.write_text(json.dumps(kept))
    assert main(command) == 0
    again = capsys.readouterr().out
    assert again.splitlines()[-3:] == first.splitlines()[-3:]
    assert again.count("%") == 2, "one try was missing, and the line of what was found"
    assert removed in json.loads(file.read_text())["tries"]


@pytest.mark.parametrize("text", ["{", "[]", '{"examples": 7, "tries": {}}', '{"tries": 3}'])
def test_a_foreign_file_is_left_alone(text: str, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "search.json").write_text(text)
    assert main(["search", "--examples", "100", "--out", str(tmp_path)]) == 1
    assert "another search" in capsys.readouterr().err
    assert (tmp_path / "search.json").read_text() == text


def test_what_cannot_be_searched_is_said(tmp_path: Path, capsys: Any) -> None:
    assert main(["search", "--epochs", "0", "--out", str(tmp_path)]) == 1
    assert "at least 1" in capsys.readouterr().err
