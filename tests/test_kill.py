"""A hundred times `kill -9` while training: no checkpoint is lost, and the end is the same bits.

A driver process imports everything once and forks a child for each life of the training, so that a
hundred lives take seconds. It kills each child at a random moment, often in the middle of a
write, since the child writes a checkpoint after every mini-batch.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = """
import json, os, pathlib, random, signal, sys, time
from nets.runs.checkpoint import load_checkpoint
from nets.cli import main
import sklearn.datasets, matplotlib.figure, tqdm

folder, kills = pathlib.Path(sys.argv[1]), int(sys.argv[2])
path = folder / "run.npz"
command = ["train", "--sizes", "64,8,10", "--epochs", "120", "--optimiser", "momentum", "--eta",
           "0.3", "--dropout", "0.1", "--checkpoint", str(path), "--resume", "--out",
           str(folder / "out")]

def life(*options):
    pid = os.fork()
    if pid == 0:
        sys.stdout = sys.stderr = open(os.devnull, "w")
        os._exit(main([*command, *options]))
    return pid

def written():
    return path.stat().st_mtime_ns if path.exists() else 0

random.seed(0)
steps, strays, killed = [0], 0, 0
while killed < kills:
    before, patience = written(), random.choice([0.0, 20.0, 20.0, 20.0])
    pid = life("--checkpoint-every", "1")
    start = time.monotonic()
    while written() == before and time.monotonic() < start + patience:
        time.sleep(0.001)  # most lives get on before they are killed, however busy the machine is
    time.sleep(random.uniform(0.0, 0.05))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        sys.exit(f"the training ended by itself after {killed} kills: give it more epochs")
    killed += 1
    strays += len(list(folder.glob(".run.npz.*")))
    if path.exists():
        meta = load_checkpoint(path).meta["training"]
        steps.append(meta["epoch"] * 120 + meta["position"])
_, status = os.waitpid(life(), 0)
print(json.dumps({"steps": steps, "strays": strays, "status": status}))
"""


@pytest.mark.slow
def test_a_hundred_kills(tmp_path: Path) -> None:
    kills = 100
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # no threads, so that fork is safe
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(tmp_path), str(kills)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    steps = told["steps"]
    assert told["status"] == 0
    assert steps == sorted(steps)  # nothing that was once kept is lost
    assert len(set(steps)) > kills / 4  # lives got on, so they were killed while training
    assert told["strays"] > 0  # some were killed in the middle of a write
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "run.npz"]  # and were swept up

    whole = tmp_path / "whole.npz"
    subprocess.run(
        [sys.executable, "-m", "nets", "train", "--sizes", "64,8,10", "--epochs", "120",
         "--optimiser", "momentum", "--eta", "0.3", "--dropout", "0.1", "--checkpoint", str(whole),
         "--out", str(tmp_path / "out")],
        env=environment, capture_output=True, check=True,
    )  # fmt: skip
    assert (tmp_path / "run.npz").read_bytes() == whole.read_bytes()
