"""The `nets` command: what it writes, how it stops and goes on, and what it refuses in a sentence."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nets.cli import COMMANDS, main
from nets.runs.checkpoint import load_checkpoint, save_checkpoint

SMALL = ["train", "--sizes", "64,8,10", "--epochs", "2"]


def call(*arguments: object) -> int:
    return main([str(a) for a in arguments])


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


def idx(path: Path, array: np.ndarray) -> None:
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.write_bytes(head + array.astype(np.uint8).tobytes())


@pytest.fixture
def small_mnist(tmp_path: Path, rng: np.random.Generator) -> Path:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for name, n in (("train", 10_020), ("t10k", 30)):
        idx(folder / f"{name}-images-idx3-ubyte", rng.integers(0, 256, (n, 2, 3)))
        idx(folder / f"{name}-labels-idx1-ubyte", rng.integers(0, 10, n))
    return folder


def test_training_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "out"
    assert call(*SMALL, "--out", out) == 0
    lines = capsys.readouterr().out.splitlines()
    told = json.loads((out / "history.json").read_text())
    assert lines[:2] == [f"Epoch {e['epoch']}: {e['correct']} / 300" for e in told["history"]]
    best = max(e["correct"] for e in told["history"])
    assert f"{best} / 300 ({best / 3:.2f} %)" in lines[2]
    assert told["settings"]["eta"] == 3.0
    assert told["history"][1]["cost"] < told["history"][0]["cost"]
    assert (out / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in out.iterdir()) == [
        "history.json",
        "learning_curve.png",
        "report.html",
    ]


def test_mnist_files_from_a_folder(small_mnist: Path, tmp_path: Path) -> None:
    arguments = ["--data", "mnist", "--data-dir", small_mnist, "--sizes", "6,4,10"]
    assert call("train", *arguments, "--epochs", 1, "--out", tmp_path / "out") == 0


def test_every_technique_in_one_run(tmp_path: Path) -> None:
    options = ["--cost", "log_likelihood", "--activation", "relu", "--start", "he", "--optimiser",
               "adam", "--eta", "0.01", "--lmbda", "0.1", "--l1", "0.1", "--dropout", "0.2",
               "--schedule", "cosine", "--patience", "3", "--monitor", "validation"]  # fmt: skip
    assert call(*SMALL, *options, "--epochs", 5, "--out", tmp_path) == 0
    history = json.loads((tmp_path / "history.json").read_text())["history"]
    assert history[-1]["correct"] > 0.8 * history[-1]["total"] == 0.8 * 297
    assert history[-1]["eta"] < history[0]["eta"] == 0.01


def test_longer_by_resuming_is_longer_from_the_start(tmp_path: Path) -> None:
    a, b, out = tmp_path / "a.npz", tmp_path / "b.npz", tmp_path / "out"
    assert call(*SMALL, "--out", out, "--checkpoint", a) == 0
    assert call("train", "--out", out, "--checkpoint", a, "--resume", "--epochs", 4) == 0
    assert call(*SMALL, "--out", out, "--checkpoint", b, "--epochs", 4) == 0
    assert a.read_bytes() == b.read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_with_a_checkpoint_and_a_sentence(
    number: signal.Signals, tmp_path: Path
) -> None:
    path, out = tmp_path / "run.npz", tmp_path / "out"
    command = [sys.executable, "-m", "nets", "train", "--epochs", "400", "--sizes", "64,8,10",
               "--checkpoint", str(path), "--out", str(out)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    sentences = [line for line in told.splitlines() if "batch/s" not in line]
    assert len(sentences) == 1
    assert sentences[0].startswith("stopped in epoch ")
    assert f"{path} holds the run, add --resume to go on" in sentences[0]
    meta = load_checkpoint(path).meta["training"]
    assert meta["epoch"] == len(meta["history"]) >= 1
    assert not meta["ended"]


def test_ctrl_c_without_a_checkpoint_says_what_is_lost(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nets", "train", "--epochs", "400", "--out", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "no --checkpoint was given" in told
    assert (tmp_path / "history.json").exists()


def test_nothing_is_overwritten_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.npz"
    assert call(*SMALL, "--out", tmp_path, "--checkpoint", path) == 0
    before = path.read_bytes()
    capsys.readouterr()
    assert "exists: add --resume" in refused(capsys, *SMALL, "--checkpoint", path)
    told = refused(capsys, *SMALL, "--eta", 1, "--checkpoint", path, "--resume")
    assert "was made with --eta 3.0, not 1.0" in told
    assert path.read_bytes() == before


def test_other_data_than_the_checkpoints(
    tmp_path: Path, small_mnist: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.npz"
    arguments = ["--data-dir", small_mnist, "--out", tmp_path, "--checkpoint", path]
    one = ["train", "--data", "mnist", "--sizes", "6,10", "--epochs", 1]
    assert call(*one, *arguments) == 0
    idx(small_mnist / "t10k-labels-idx1-ubyte", np.zeros(30))
    capsys.readouterr()
    assert "other data" in refused(capsys, "train", *arguments, "--resume", "--epochs", 2)


def test_a_checkpoint_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.npz"
    save_checkpoint(path, {"settings": {"eta": 3.0}, "training": {}}, {})
    told = refused(capsys, "train", "--checkpoint", path, "--resume", "--out", tmp_path)
    assert "does not hold a run" in told
    for content in (b"PK nonsense", b""):
        path.write_bytes(content)
        told = refused(capsys, "train", "--checkpoint", path, "--resume", "--out", tmp_path)
        assert "is not a checkpoint of nets train" in told
        assert path.read_bytes() == content
    with path.open("wb") as file:
        np.savez(file, w=np.ones(3))
    told = refused(capsys, "train", "--checkpoint", path, "--resume", "--out", tmp_path)
    assert "is not a checkpoint of nets train" in told


@pytest.mark.parametrize(
    ("setting", "value"),
    [("eta", "high"), ("sizes", [64, "x", 10]), ("output", ["softmax"]), ("epochs", 1.5),
     ("seed", None), ("cost", "square"), ("batch", True)],
)  # fmt: skip
def test_hostile_settings_in_a_checkpoint(
    setting: str, value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.npz"
    assert call(*SMALL, "--epochs", 1, "--out", tmp_path, "--checkpoint", path) == 0
    meta, arrays = load_checkpoint(path)
    meta["settings"][setting] = value
    save_checkpoint(path, meta, arrays)
    capsys.readouterr()
    refused(capsys, "train", "--checkpoint", path, "--resume", "--out", tmp_path)
    refused(capsys, "check", "--checkpoint", path)


BAD: list[tuple[Sequence[str], str]] = [
    ([], "arguments are required: COMMAND"),
    (["fly"], "invalid choice: 'fly'"),
    (["demo", "--fly"], "unrecognized arguments: --fly (see nets demo --help)"),
    (["train", "--sizes", "a,b"], "'a,b' is not a list of sizes"),
    (["sweep", "--eta", "1,x"], "'1,x' is not a list of rates such as 0.01,3"),
    (["train", "--sizes", "64"], "at least two positive whole numbers"),
    (
        ["train", "--sizes", "784,30,10"],
        "have 64 numbers each: use --sizes 64,...,10 or --data mnist",
    ),
    (["train", "--sizes", "64,30,3"], "have 10 numbers each"),
    (["train", "--eta", "fast"], "invalid float value: 'fast'"),
    (["train", "--eta", "-1"], "learning rate eta is -1.0"),
    (["train", "--eta", "nan"], "learning rate eta is nan"),
    (["train", "--batch", "0"], "--batch is 0: it must be at least 1"),
    (["train", "--epochs", "0"], "--epochs is 0: it must be at least 1"),
    (["train", "--dropout", "2"], "dropout is 2.0"),
    (["train", "--lmbda", "-2"], "--lmbda is -2: it must be at least 0"),
    (["train", "--seed", "-1"], "--seed is -1: it must be at least 0"),
    (["train", "--activation", "sine"], "invalid choice: 'sine'"),
    (["train", "--resume"], "--resume needs --checkpoint"),
    (["train", "--checkpoint-every", "0"], "--checkpoint-every is 0"),
    (["train", "--data", "mnist", "--data-dir", "nowhere"], "nowhere is not a folder"),
    (["check", "--batch", "0"], "--batch is 0"),
    (["check", "--checkpoint", "none.npz"], "none.npz cannot be read"),
    (["demo", "--epochs", "0"], "--epochs is 0: it must be at least 1"),
    (["demo", "--seed", "-1"], "--seed is -1: it must be at least 0"),
    (["sweep", "--epochs", "0"], "--epochs is 0: it must be at least 1"),
    (["sweep", "--hidden", "30,0"], "--hidden is 0: it must be at least 1"),
    (["sweep", "--eta", "0.1,-3"], "--eta has -3 in it: each must be a positive number"),
    (["sweep", "--data-dir", "."], "--data-dir is for MNIST"),
    (["check", "--sizes", "784,30,10"], "use --sizes 64,...,10 or --data mnist"),
    (["check", "--cost", "cross_entropy", "--activation", "relu"], "of --activation relu can"),
    (["check", "--output", "elu"], "invalid choice: 'elu'"),
    (["train", "--cost", "cross_entropy", "--output", "tanh"], "use --output sigmoid"),
    (["train", "--cost", "log_likelihood", "--output", "relu"], "use --output softmax"),
    (["train", "--l1", "-1"], "--l1 is -1: it must be at least 0"),
    (["train", "--lmbda", "inf"], "--lmbda is inf: it must be at least 0 and finite"),
    (["train", "--data", "mnist"], "nets train --data mnist --data-dir data/mnist --download"),
    (["train", "--data-dir", "."], "--data-dir is for MNIST"),
    (["train", "--download"], "--download is for MNIST, and the data are the digits"),
    (["train", "--checkpoint", "."], "--checkpoint . is a folder: add a file name"),
    (["train", "--checkpoint-every", "5"], "--checkpoint-every needs --checkpoint"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_is_one_sentence(
    arguments: Sequence[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(capsys, *arguments)


def test_truncated_and_foreign_idx_files(
    small_mnist: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = small_mnist / "train-images-idx3-ubyte"
    whole = path.read_bytes()
    for content in (whole[:-1], whole[:3], b"", b"GIF89a" + whole):
        path.write_bytes(content)
        told = refused(capsys, "train", "--data", "mnist", "--data-dir", small_mnist,
                       "--out", small_mnist)  # fmt: skip
        assert "train-images-idx3-ubyte" in told


def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    for command in ("train", "demo"):
        assert "cannot be written" in refused(capsys, command, "--out", file)
        assert "cannot be written" in refused(capsys, command, "--out", file / "below")
    told = refused(capsys, "train", "--out", tmp_path, "--checkpoint", tmp_path / "no" / "a.npz")
    assert "the folder" in told
    assert "does not exist" in told
    assert file.read_text() == "mine"


def test_a_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    told = refused(capsys, "train", "--out", tmp_path)
    assert "this needs tqdm, which is not installed" in told


def test_check_prints_every_layer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call("check", "--sizes", "64,9,8,10", "--cost", "cross_entropy", "--seed", 1) == 0
    lines = capsys.readouterr().out.splitlines()[1:]  # the first sentence takes two lines
    assert lines[1].split() == ["layer", "BP1", "BP2", "BP3", "BP4"]
    assert [line.split()[0] for line in lines[2:5]] == ["2", "3", "4"]
    figures = [float(v) for line in lines[2:5] for v in line.split()[1:] if v != "-"]
    assert len(figures) == 9
    assert max(figures) <= 1e-12
    path = tmp_path / "run.npz"
    call(*SMALL, "--out", tmp_path, "--checkpoint", path)
    capsys.readouterr()
    assert call("check", "--checkpoint", path) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "[64, 8, 10], sigmoid, quadratic cost, weights of" in told


def test_check_fails_when_they_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nets.runs.check.BOUND", 0.0)
    assert call("check") == 1
    assert "DIFFER" in capsys.readouterr().out


def test_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.perf_counter()
    assert call("demo", "--out", tmp_path, "--epochs", 20) == 0
    assert time.perf_counter() - started < 60
    told = capsys.readouterr().out
    for name in ("logistic", "network"):
        written = [p for p in tmp_path.iterdir() if p.stem == name]
        assert len(written) == 1
        assert str(written[0]) in told
    assert (tmp_path / "learning_curve.png").stat().st_size > 10_000
    assert max(len(line) for line in told.replace(str(tmp_path), "out").splitlines()) <= 80
    assert "dz = a - y" in told
    right = int(told.split("best: epoch ")[1].split(", ")[1].split(" / 300")[0])
    assert right > 285
    assert told.splitlines()[-1].startswith("autograd and the equations by hand agree everywhere")


def test_the_demo_without_a_layout_engine(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nets", "demo", "--epochs", "1", "--out", str(tmp_path)],
        env={k: v for k, v in os.environ.items() if k != "PATH"} | {"PATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "logistic." in done.stdout
    assert {p.stem for p in tmp_path.iterdir()} == {
        "logistic",
        "network",
        "learning_curve",
        "report",
    }


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as leaving:
            main([command, "--help"])
        assert leaving.value.code == 0
        assert COMMANDS[command][1][1:] in " ".join(capsys.readouterr().out.split())


def test_download_is_asked_for_and_goes_to_the_folder(
    small_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def fetch(folder: Path) -> Path:
        asked.append(folder)
        return small_mnist

    monkeypatch.setattr("nets.runs.settings.download_mnist", fetch)
    arguments = ["train", "--data", "mnist", "--data-dir", tmp_path / "new", "--sizes", "6,10"]
    assert call(*arguments, "--epochs", 1, "--out", tmp_path / "out", "--download") == 0
    assert asked == [tmp_path / "new"]


def test_a_reader_that_leaves_is_no_traceback(tmp_path: Path) -> None:
    script = f'"{sys.executable}" -m nets check | true; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)  # 0 where all was written before the reader left
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [(KeyboardInterrupt(), 130, "interrupted"), (MemoryError(), 1, "not enough memory")],
)
def test_what_stops_a_command(
    error: BaseException,
    code: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(*_: object) -> None:
        raise error

    monkeypatch.setattr("nets.runs.check.load_split", stop)
    assert call("check") == code
    assert sentence in capsys.readouterr().err
