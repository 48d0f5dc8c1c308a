"""One seed, one result: training in ten processes with ten hash seeds ends in the same bits."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_ten_processes_train_the_same_weights(tmp_path: Path) -> None:
    digests = set()
    for hash_seed in range(10):
        path = tmp_path / f"{hash_seed}.npz"
        subprocess.run(
            [sys.executable, "-m", "nets", "train", "--sizes", "64,12,10", "--epochs", "2",
             "--activation", "tanh", "--cost", "cross_entropy", "--output", "sigmoid",
             "--optimiser", "adam", "--eta", "0.01", "--dropout", "0.2",
             "--checkpoint", str(path), "--out", str(tmp_path / "out")],
            env=os.environ | {"PYTHONHASHSEED": str(1000 + hash_seed)},
            check=True, capture_output=True,
        )  # fmt: skip
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1
