"""`nets experiment`: the documents' figures come out, a stop loses nothing, and mistakes are sentences."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autodiff.table.language import speaking
from nets.cli import main
from nets.data import load_digits
from nets.experiments import (
    baselines,
    convnet,
    digits,
    equations,
    how_fast,
    improvements,
    kit,
    letters,
    process,
    record,
    words,
)
from nets.experiments.kit import Work
from nets.experiments.registry import EXPERIMENTS
from nets.experiments.rows import ROWS, Row
from nets.experiments.rows_argued import ARGUED
from nets.extras import UsageError
from nets.runs import settings
from nets.runs.checkpoint import save_checkpoint
from nets.runs.training import Training


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


def measured(folder: Path, name: str, printed: str) -> dict[str, str]:
    """Return what was measured by what it is about; the words of every line are printed, too."""
    kept, experiment = record.load(folder / f"{name}.json"), EXPERIMENTS[name]
    done = record.in_order(kept, experiment.parts(kept.seeds or 0, kept.data or ""))
    lines = experiment.lines(done)
    words = Counter(printed.split())
    for line in lines:
        assert not Counter(line.what.split()) - words, line.what
        assert not Counter(line.measured.split()) - words, line.measured
    return {line.what: line.measured for line in lines}


def test_the_list_names_every_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(EXPERIMENTS)


def test_the_slowdown_is_that_of_the_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("slowdown", "--out", tmp_path) == 0
    good, bad = results(tmp_path, "slowdown")
    assert [round(good["a"][k], 4) for k in (0, 300)] == [0.8176, 0.0940]
    assert [round(bad["a"][k], 3) for k in (0, 150, 300)] == [0.982, 0.933, 0.203]
    assert max(good["by_hand"], bad["by_hand"]) < 1e-12
    table = measured(tmp_path, "slowdown", capsys.readouterr().out)
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


def test_back_propagation_costs_a_few_passes_whatever_the_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(how_fast, "SIZES", ([1, 2, 1], [16, 20, 10], [784, 30, 10]))
    monkeypatch.setattr(how_fast, "MOST", 1000)
    monkeypatch.setattr(how_fast, "ROUNDS", 3)
    assert call("how-fast", "--out", tmp_path) == 0
    small, middle, large = results(tmp_path, "how-fast")
    assert (small["parameters"], small["passes"]) == (7, 8)
    assert (large["weights"], large["passes"]) == (23_820, 23_861)
    assert "away" not in large
    assert max(small["away"], middle["away"]) < 1e-6
    for found in (small, middle, large):
        counted = found["operations"]
        assert counted["finite_differences"] == found["passes"] * counted["forward"]
        assert 1.5 < counted["back_propagation"] / counted["forward"] < 3.0
        assert found["clock"] > 0
    again = tmp_path / "again"
    assert call("how-fast", "--out", again) == 0
    counts = [[r["operations"] for r in results(out, "how-fast")] for out in (tmp_path, again)]
    assert counts[0] == counts[1]


def test_the_digits_that_come_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("baselines", "--seeds", 2, "--out", tmp_path) == 0
    kept = results(tmp_path, "baselines")
    assert len(kept) == 6
    assert kept[2] == {"correct": 33, "total": 300}
    assert kept[4]["correct"] > 0.97 * 300
    assert kept[5]["tried"] == len(baselines.GRID)
    assert (
        measured(tmp_path, "baselines", capsys.readouterr().out)["average darkness"] == "33 / 300"
    )


def test_more_seeds_keep_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("baselines", "--seeds", 1, "--out", tmp_path) == 0
    before = results(tmp_path, "baselines")
    monkeypatch.setattr(baselines, "machine", None)  # is not called again
    monkeypatch.setattr(baselines, "average_darkness", None)
    assert call("baselines", "--seeds", 3, "--out", tmp_path) == 0
    assert call("baselines", "--seeds", 2, "--out", tmp_path) == 0
    after = results(tmp_path, "baselines")
    assert [r for r in after if r in before] == before
    assert len(after) == len(before) + 2
    told = json.loads((tmp_path / "baselines.json").read_text())
    assert told["command"] == "nets experiment baselines --seeds 3"


def test_a_record_says_all_with_which_its_parts_were_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = record.Record("digits", "digits", 2, "")
    for day, kernel in (("2026-11-21", "SkylakeX"), ("2026-11-28", "Haswell")):
        monkeypatch.setattr(
            record,
            "surroundings",
            lambda d=day, k=kernel: {"date": d, "BLAS kernel": k, "numpy": "2"},
        )
        kept.add({"seed": day}, {}, 1.0)
    assert kept.measured == {
        "date": "2026-11-21 and 2026-11-28",
        "BLAS kernel": "SkylakeX and Haswell",
        "numpy": "2",
    }


def test_training_goes_on_from_where_it_was_stopped(tmp_path: Path) -> None:
    split, settings = load_digits(), {"hidden": 8, "epochs": 4, "seed": 1}
    epochs: list[int] = []

    def work(name: str, limit: int) -> Work:
        epochs.clear()
        return Work(split, None, tmp_path / name, epochs.append, lambda: len(epochs) >= limit)

    whole = work("a.npz", 99).train(settings)
    with pytest.raises(KeyboardInterrupt):
        work("b.npz", 2).train(settings)
    assert (tmp_path / "b.npz").exists()
    resumed = work("b.npz", 99).train(settings)
    assert resumed.history == whole.history
    assert sum(epochs) == 4  # two at once, those that were done
    assert not (tmp_path / "b.npz").exists()


def test_the_learning_rate_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "EPOCHS", 10)
    assert call("digits", "--seeds", 1, "--out", tmp_path) == 0
    kept = json.loads((tmp_path / "digits.json").read_text())["parts"]
    best = {(p["part"]["hidden"], p["part"]["eta"]): max(p["result"]["correct"]) for p in kept}
    assert best[30, 3.0] > 280
    assert all(best[setting] < 100 for setting in ((100, 0.001), (100, 0.01), (30, 100.0)))
    assert all(sum(p["result"]["per_digit"]) == p["result"]["correct"][-1] for p in kept)


@pytest.mark.slow
def test_ctrl_c_keeps_the_parts_that_are_done(tmp_path: Path) -> None:
    path = tmp_path / "digits.json"
    command = [sys.executable, "-m", "nets", "experiment", "digits", "--seeds", "1",
               "--out", str(tmp_path)]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    began = time.monotonic()
    while not path.exists() and time.monotonic() - began < 60:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.splitlines()[-1].endswith("of 5 parts; the same command goes on")
    kept = results(tmp_path, "digits")
    assert 1 <= len(kept) < 5
    assert call("digits", "--seeds", 1, "--out", tmp_path) == 0
    assert results(tmp_path, "digits")[: len(kept)] == kept
    assert max(kept[0]["correct"]) > 290


def test_a_call_in_a_process_can_be_stopped() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        process.call(time.sleep, 60, should_stop=lambda: True)
    assert time.monotonic() - began < 20
    assert process.call(pow, 2, 10, should_stop=lambda: False) == 1024
    with pytest.raises(UsageError, match="invalid literal"):
        process.call(int, "x", should_stop=lambda: False)
    with pytest.raises(UsageError, match="died with code 3"):
        process.call(sys.exit, 3, should_stop=lambda: False)


def test_mnist_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, "digits", "--data", tmp_path / "none", "--out", tmp_path)
    assert "is not a folder" in told


def test_digits_and_mnist_are_not_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("baselines", "--seeds", 1, "--out", tmp_path) == 0
    path = tmp_path / "baselines.json"
    path.write_text(path.read_text().replace('"data": "digits"', '"data": "mnist"'))
    told = refused(capsys, "baselines", "--seeds", "1", "--out", tmp_path)
    assert "was measured on mnist" in told


def test_the_gradient_vanishes_or_explodes_and_backward_is_linear(tmp_path: Path) -> None:
    assert call("vanishing", "--seeds", 1, "--out", tmp_path) == 0
    kept = json.loads((tmp_path / "vanishing.json").read_text())["parts"]
    ratios = {
        (p["part"]["activation"], p["part"]["start"], p["part"]["depth"]): p["result"]["delta"][0]
        / p["result"]["delta"][-1]
        for p in kept
    }
    assert ratios["sigmoid", "scaled", 16] < 1e-10 < 1e-3 < ratios["sigmoid", "scaled", 4]
    assert ratios["relu", "normal", 16] > 1e8
    assert 0.1 < ratios["tanh", "xavier", 16] < 10
    assert max(p["result"]["backward"] for p in kept) < 1e-12
    assert min(p["result"]["forward"] for p in kept) > 0.01


def test_every_technique_is_one_that_training_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(improvements, "EPOCHS", 2)
    trained: list[Training] = []

    def start(*arguments: Any) -> Training:
        trained.append(settings.start(*arguments))
        return trained[-1]

    monkeypatch.setattr(kit, "start", start)
    assert call("improvements", "--seeds", 1, "--out", tmp_path) == 0
    weights = {run.net.weights[0].tobytes() for run in trained}
    assert len(weights) == len(improvements.SETTINGS)  # each does change something
    assert [run.optimiser.l2 for run in trained][4] == pytest.approx(1e-4)
    assert [run.optimiser.l1 for run in trained][5] == pytest.approx(1e-5)
    table = measured(tmp_path, "improvements", capsys.readouterr().out)
    share = f"{100 * trained[0].best_epoch['correct'] / 300:.2f} %"
    assert table["chapter 1: quadratic cost, N(0, 1)"] == share


def test_the_equations_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("equations", "--out", tmp_path) == 0
    table = measured(tmp_path, "equations", capsys.readouterr().out)
    rows = {what.partition(":")[0]: said for what, said in reversed(table.items())}
    assert list(reversed(rows)) == list(equations.ROWS)
    assert rows["S1"] == "8 of 8; 8 of 8; 12 of 12 inputs"
    printed = re.findall(r"Epoch (\d): (\d+) / 300", rows["S5"])
    assert [epoch for epoch, _ in printed] == ["0", "1", "2"]
    assert 150 < int(printed[0][1]) < int(printed[2][1])
    assert rows["S6"] == "1200, 297, 300; (64, 1); (10, 1), an integer; 0 to 1"
    for row in ("S3", "S4", "S5", "S9", "S11", "S13", "S16", "S20", "S21", "S22", "S24"):
        assert "at most 1e-12" in rows[row], row
        assert not re.search(r"(?:by|BP\d) \d", rows[row]), row  # the digits of what is no rounding
    assert "as stated" in rows["S22"]
    assert "as stated" in rows["S24"]
    assert not (tmp_path / "equations.png").exists()


def test_the_page_says_what_its_files_say(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(root / "docs" / "results", tmp_path / "docs" / "results")
    assert call("--write", "docs/results.md") == 0
    assert Path("docs/results.md").read_text() == (root / "docs" / "results.md").read_text()
    assert call("--lang", "ja", "--write", "docs/results.ja.md") == 0
    assert Path("docs/results.ja.md").read_text() == (root / "docs" / "results.ja.md").read_text()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_all_that_an_experiment_says_has_a_japanese_twin(name: str, root: Path) -> None:
    experiment = EXPERIMENTS[name]
    kept = record.load(root / "docs" / "results" / f"{name}.json")
    done = record.in_order(kept, experiment.parts(kept.seeds or 0, kept.data or ""))
    said = [experiment.title, experiment.about, experiment.remarks(done)]
    said += [t for x in experiment.lines(done) for t in (x.what, x.documents, x.measured)]
    assert [part for text in said for part in words.unknown(text)] == []


def test_rows_have_japanese_twins_and_a_new_sentence_would_be_seen() -> None:
    assert [part for row in (*ROWS, *ARGUED) for part in words.unknown(row.what)] == []
    assert words.unknown("differs by 3; quite another thing") == ["quite another thing"]
    with speaking("ja"):
        assert words.spoken("differs by 3; quite another thing") == "差は 3；quite another thing"
        assert words.spoken(f"{EXPERIMENTS['equations'].remarks([])}").endswith("変わりません。")
    assert words.spoken("differs by 3") == "differs by 3"


def test_no_cell_of_the_page_is_empty(root: Path) -> None:
    lines = (root / "docs" / "results.md").read_text().splitlines()
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("| ")]
    assert [row[0].strip() for row in cells[:26]][2:] == [f"S{k}" for k in range(1, 25)]
    assert all(cell.strip() for row in cells if row[0].strip() for cell in row)


@pytest.mark.parametrize("row", [*ROWS, *ARGUED], ids=lambda row: row.name)
def test_every_place_of_a_row_is_there(row: Row, root: Path) -> None:
    for path, name in (*row.code, *row.tests):
        assert name in (root / path).read_text(), f"{path} lacks {name}"


def test_a_page_of_nothing_or_of_half_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    assert "no file of an experiment" in refused(capsys, "--write", tmp_path / "page.md")
    assert call("slowdown", "--out", folder) == 0
    path = folder / "slowdown.json"
    path.write_text(path.read_text().replace('"w": 2.0', '"w": 2.5'))
    told = refused(capsys, "--write", tmp_path / "page.md")
    assert "slowdown.json holds 1 of 2 parts" in told
    assert call("cross-entropy", "--out", folder) == 0
    path.unlink()
    (folder / "best.json").write_text('{"seconds": 1}')
    capsys.readouterr()
    assert "best.json does not hold" in refused(capsys, "--write", tmp_path / "page.md")
    assert not (tmp_path / "page.md").exists()


def test_a_checkpoint_of_something_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "digits.npz"
    save_checkpoint(path, {"settings": {}}, {})
    before = path.read_bytes()
    told = refused(capsys, "digits", "--seeds", "1", "--out", tmp_path)
    assert "is no checkpoint of an experiment" in told
    assert path.read_bytes() == before


def test_a_convolution_net_learns_the_digits_and_a_stop_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(convnet.SETTINGS["digits"], "epochs", 4)
    (part,) = convnet.parts(1, "digits")
    split, done = load_digits(), [0]

    def work(stop: int, name: str) -> Work:
        done[0] = 0

        def tick(units: int) -> None:
            done[0] += units

        return Work(split, None, tmp_path / name, tick, lambda: done[0] >= stop)

    whole = convnet.measure(part, work(9, "whole.npz"))
    assert whole["correct"] > 270
    assert whole["cost"][-1] < whole["cost"][0]
    with pytest.raises(KeyboardInterrupt):
        convnet.measure(part, work(2, "stopped.npz"))
    assert (tmp_path / "stopped.npz").exists()
    again = convnet.measure(part, work(9, "stopped.npz"))
    assert {**again, "processor": 0} == {**whole, "processor": 0}
    assert not (tmp_path / "stopped.npz").exists()
    save_checkpoint(tmp_path / "other.npz", {"settings": {}}, {})
    with pytest.raises(UsageError, match="is no checkpoint of this experiment"):
        convnet.measure(part, work(9, "other.npz"))


def test_images_are_moved_and_not_changed() -> None:
    x = np.zeros((50, 1, 5, 5))
    x[:, 0, 2, 2] = 1.0
    found = convnet.moved(x, 1, np.random.default_rng(0))
    assert found.sum() == 50
    assert len({tuple(np.argwhere(image[0])[0]) for image in found}) == 9
    assert found[:, 0, 1:4, 1:4].sum() == 50


def test_a_character_lstm_learns_more_than_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(letters.SETTINGS, "epochs", 4)
    assert call("letters", "--seeds", 1, "--out", tmp_path) == 0
    (found,) = results(tmp_path, "letters")
    assert found["cost"][0] == pytest.approx(np.log(27), abs=0.1)
    assert found["cost"][-1] < found["pairs"]
    assert all(set(name) <= set(letters.LETTERS) for name in found["spelled"])


@pytest.mark.mnist
def test_the_equations_on_mnist(
    mnist_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("equations", "--data", mnist_dir, "--out", tmp_path) == 0
    table = measured(tmp_path, "equations", capsys.readouterr().out)
    (split,) = (said for what, said in table.items() if what.startswith("S6: "))
    assert split == "50000, 10000, 10000; (784, 1); (10, 1), an integer; 0 to 1"


def test_every_row_is_measured(root: Path) -> None:
    assert "not measured yet" not in (root / "docs" / "results.md").read_text()
    assert "まだ測っていません" not in (root / "docs" / "results.ja.md").read_text()


def test_the_best_recipe_has_its_section(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    shutil.copytree(root / "docs" / "results", folder)
    best = {
        "command": "nets recipe best --data data/mnist",
        "seconds": 1234.5,
        "validation": "98.4 %",
        "test": "98.3 %",
        "recipe": ["100 hidden neurons", "eta = 0.5"],
    }
    (folder / "best.json").write_text(json.dumps(best))
    assert call("--write", tmp_path / "results.md") == 0
    (section,) = re.findall(
        r"## The best network\n(.*?)\n## ", (tmp_path / "results.md").read_text(), re.S
    )
    for told in ("1,234 s", best["command"], "98.4 %", "98.3 %", "- eta = 0.5"):
        assert str(told) in section


@pytest.mark.parametrize("row", [*ROWS, *ARGUED], ids=lambda row: row.name)
def test_the_notebook_of_a_row_shows_it(row: Row, root: Path) -> None:
    path, word = row.notebook
    assert word in (root / path).read_text(), f"{path} lacks {word}"
