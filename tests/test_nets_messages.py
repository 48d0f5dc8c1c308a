"""What the `nets` command says where a run or an option is no good, and what it does about streams."""

import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff
from nets.cli import main
from nets.commands.search import falls
from nets.network import Network
from nets.optim import SGD
from nets.pages.flow import gradient_flow
from nets.runs.checkpoint import load_checkpoint, save_checkpoint
from nets.runs.training import Training

pytest.importorskip("sklearn", reason="the extra nets is not installed")

SMALL = ["train", "--sizes", "64,8,10"]


def call(*arguments: object) -> int:
    try:
        return main([str(a) for a in arguments])
    except SystemExit as leaving:
        return int(str(leaving.code))


def strict(text: str) -> Any:
    """Read JSON as the standard has it, without NaN and Infinity."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_a_run_that_left_the_numbers_says_so(tmp_path: Path, capfd: Any) -> None:
    path = tmp_path / "run.npz"
    given = ["--lmbda", "1e9", "--epochs", 2, "--out", tmp_path, "--checkpoint", path]
    assert call(*SMALL, *given) == 0
    told = capfd.readouterr()
    assert "not a finite number since epoch 0" in told.err
    assert "lower --eta (3) or --lmbda (1e+09)" in told.err
    assert len([line for line in told.err.splitlines() if "batch/s" not in line]) == 1
    assert "best: none" in told.out
    assert "%" not in told.out
    history = strict((tmp_path / "history.json").read_text())["history"]
    assert [entry["cost"] for entry in history] == [None, None]
    report = (tmp_path / "report.html").read_text()
    assert "not finite" in report
    assert "DIFFER" not in report
    assert load_checkpoint(path).meta["training"]["history"] == history
    again = ["--checkpoint", path, "--resume", "--epochs", 3, "--out", tmp_path]
    assert call("train", *again) == 0
    assert len(strict((tmp_path / "history.json").read_text())["history"]) == 3
    capfd.readouterr()
    assert call("check", "--checkpoint", path) == 1
    assert "not finite, so there is nothing to compare" in capfd.readouterr().err


def test_an_epoch_with_a_finite_cost_is_better_than_one_without() -> None:
    data = [(np.array([[0.0]]), 0), (np.array([[1.0]]), 1)]
    run = Training(Network([1, 2], seed=0), data, SGD(3.0), 2, 2, data)
    run.history = [
        {"epoch": 0, "correct": 0, "cost": 0.1},
        {"epoch": 1, "correct": 2, "cost": math.inf},
    ]
    assert run.best_epoch["epoch"] == 0
    assert run.diverged == 1


def test_a_cost_that_is_not_finite_does_not_fall() -> None:
    assert not falls([None])
    assert not falls([3.0, None])
    assert falls([3.0, 2.0])


def test_the_flow_of_a_network_that_left_the_numbers() -> None:
    net = Network([2, 3, 2], seed=0)
    net.weights = [np.full((3, 2), np.inf), np.ones((2, 3))]
    first, last = gradient_flow(net, np.ones((2, 1)), np.ones((2, 1))).layers
    assert math.isnan(first.weights)
    assert last.weights == pytest.approx(6**0.5)


def test_a_setting_equal_to_the_one_used_goes_on(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "run.npz"
    kept = ["--checkpoint", path, "--out", tmp_path]
    assert call("train", "--epochs", 1, *kept) == 0
    same = ["--sizes", "64,30,10", "--output", "sigmoid", "--eta", 3]
    assert call("train", "--epochs", 2, *kept, "--resume", *same) == 0
    capsys.readouterr()
    assert call("train", *kept, "--resume", "--sizes", "64,20,10") == 1
    assert "was made with --sizes 64,30,10, not 64,20,10" in capsys.readouterr().err
    meta, arrays = load_checkpoint(path)
    meta["settings"]["sizes"] = None  # as it was kept before
    save_checkpoint(path, meta, arrays)
    assert call("train", "--epochs", 3, *kept, "--resume", *same) == 0
    save_checkpoint(path, meta, arrays)
    assert call("train", "--epochs", 3, *kept, "--resume", "--sizes", "64,20,10") == 1
    assert "does not belong to this run" in capsys.readouterr().err


def test_a_sweep_counts_what_is_given_twice_once(tmp_path: Path) -> None:
    given = ["--eta", "3,3", "--hidden", "5,5", "--epochs", 1, "--batch", 50, "--out", tmp_path]
    assert call("sweep", *given) == 0
    assert len((tmp_path / "sweep.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["experiment --list", "train --epochs 1 --sizes 64,10"])
def test_a_stream_that_is_closed_is_no_hindrance(
    closed: str, arguments: str, tmp_path: Path, root: Path
) -> None:
    out = f'--out "{tmp_path}"'
    script = f'"{sys.executable}" -m nets {arguments} {out} {closed}'
    done = subprocess.run(["sh", "-c", script], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == "" or "batch" in done.stderr
    assert (done.stdout == "") == (">&-" in closed.split())
    assert (tmp_path / "report.html").exists() == arguments.startswith("train")


def test_ctrl_c_while_a_command_is_loaded(monkeypatch: Any, capsys: Any) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nets.cli.importlib.import_module", interrupted)
    assert call("check") == 130
    assert "interrupted" in capsys.readouterr().err


def test_the_command_loads_nothing_before_it_can_be_interrupted(root: Path) -> None:
    code = "import sys, nets.cli; print({'numpy', 'autodiff'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_ctrl_c_ends_the_workers_of_a_sweep(tmp_path: Path, root: Path) -> None:
    given = ["--workers", "2", "--epochs", "100000", "--seeds", "5", "--out", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "nets", "sweep", *given], cwd=root, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # in the background it is ignored
    ) as process:  # fmt: skip
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for _ in range(600):  # until two workers and what tracks them are there
            time.sleep(0.1)
            if not children.exists() or len(children.read_text().split()) >= 3:
                break
        time.sleep(4)  # until the workers train
        process.send_signal(signal.SIGINT)
        started = time.perf_counter()
        try:
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()
    assert time.perf_counter() - started < 30  # of a machine that may do other work
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "nets: interrupted" in told


def test_the_version(capsys: Any) -> None:
    assert call("--version") == 0
    assert capsys.readouterr().out == f"nets {autodiff.__version__}\n"


def test_check_ignores_nothing_beside_a_checkpoint(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "run.npz"
    assert call(*SMALL, "--epochs", 1, "--out", tmp_path, "--checkpoint", path) == 0
    capsys.readouterr()
    assert call("check", "--checkpoint", path, "--seed", 0) == 1
    assert "--seed beside --checkpoint" in capsys.readouterr().err
    assert call("check", "--checkpoint", path, "--batch", 3) == 0
