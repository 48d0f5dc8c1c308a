"""Files and processes of a run: one run a checkpoint, forged checkpoints, rights, workers that end."""

import contextlib
import copy
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autodiff.graphs import files
from nets import Network
from nets.cli import main
from nets.data import load_digits
from nets.extras import UsageError
from nets.optim import as_optimiser
from nets.runs.checkpoint import sweep_strays
from nets.runs.lock import held
from nets.runs.training import Training

pytest.importorskip("sklearn")
MUTANTS = int(os.environ.get("AUTODIFF_MUTANTS", "60"))
BAD: list[Any] = [-1, 10**100, None, True, "x", 1.5, float("nan"), [], {}, [1]]


def make(optimiser: str = "adam") -> Training:
    split = load_digits()
    net = Network([64, 5, 10], seed=0)
    return Training(
        net, split.training[:40], as_optimiser(optimiser, 0.1), 3, 10, split.validation[:20]
    )


def test_a_second_run_on_one_checkpoint_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.npz"
    with held(path), pytest.raises(UsageError, match="another run is writing"), held(path):
        pass
    with held(path):
        arguments = ["train", "--checkpoint", path, "--out", tmp_path, "--epochs", 1]
        assert main([str(a) for a in arguments]) == 1
        assert "another run is writing" in capsys.readouterr().err
        assert [p.name for p in tmp_path.iterdir()] == [".run.npz.lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_lock_of_a_run_that_was_killed_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    code = (
        f"from nets.runs.lock import held\nwith held(__import__('pathlib').Path({str(path)!r})):\n"
    )
    code += "    print(1, flush=True)\n    __import__('time').sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(UsageError), held(path):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert (tmp_path / ".run.npz.lock").exists()
    with held(path):
        pass


@pytest.mark.parametrize("mask", [0o077, 0o022, 0o002])
def test_a_new_file_has_the_rights_of_the_umask(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        new = files.write(tmp_path / "new", "x")
        old = tmp_path / "old"
        old.write_text("x")
        old.chmod(0o640)
        files.write(old, "y")
    finally:
        os.umask(before)
    assert new.stat().st_mode & 0o777 == 0o666 & ~mask
    assert old.stat().st_mode & 0o777 == 0o640


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every part of a tree of dictionaries and lists."""
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return [path, *(p for key, part in items for p in places(part, (*path, key)))]


def test_a_forged_state_is_refused_or_leads_to_the_honest_end() -> None:
    run = make()
    run.run(should_stop=lambda: run.steps_done >= 6)
    meta, arrays = run.state()
    meta = json.loads(json.dumps(meta))
    assert run.run()
    honest = run.state()[1]
    chance, refused = random.Random(0), 0
    spots = [p for p in places(meta) if p]
    for _ in range(MUTANTS):
        forged, numbers = copy.deepcopy(meta), {k: v.copy() for k, v in arrays.items()}
        if chance.random() < 0.6:
            *way, last = chance.choice(spots)
            part = forged
            for key in way:
                part = part[key]
            part[last] = chance.choice(BAD)
        else:
            name = chance.choice(list(numbers))
            drawn = numbers.pop(name)
            if chance.random() < 0.5:
                numbers[name] = np.resize(drawn, (3, 7)).astype(drawn.dtype)
        other = make()
        try:
            other.restore(forged, numbers)
        except ValueError as e:
            told = str(e)
            refused += 1
            if "does not belong to this run" not in told:
                raise
            continue
        assert other.run()
        if (
            forged != meta
        ):  # what was changed only tells of the past: the weights are the honest ones
            for name, array in other.state()[1].items():
                if name.startswith(("w^", "b^")):
                    np.testing.assert_array_equal(array, honest[name])
    assert refused > MUTANTS / 2


linux = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere nothing ends a stopped process"
)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("stopped", [False, pytest.param(True, marks=linux)])
def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path, stopped: bool) -> None:
    command = [sys.executable, "-m", "nets", "train", "--workers", "1", "--epochs", "2000",
               "--sizes", "64,8,10", "--out", str(tmp_path)]  # fmt: skip
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    parent.stdout.readline()  # an epoch is done, so the worker is there
    children = _children(parent.pid)
    assert children
    for pid in children if stopped else ():
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGSTOP)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def test_a_checkpoint_has_one_lock_by_whatever_name_it_is_called(tmp_path: Path) -> None:
    path, link = tmp_path / "run.npz", tmp_path / "link.npz"
    path.write_bytes(b"")
    link.symlink_to(path.name)
    with held(path), pytest.raises(UsageError, match="another run is writing"), held(link):
        pass
    long = ["x" * 50 + "1.npz", "x" * 50 + "2.npz", "x" * 240 + "1.npz", "x" * 240 + "2.npz"]
    with contextlib.ExitStack() as stack:
        for name in long:
            stack.enter_context(held(tmp_path / name))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.npz", "run.npz"]


def test_runs_whose_names_begin_alike_leave_each_others_files(tmp_path: Path) -> None:
    paths = [tmp_path / f"{'x' * n}{i}.npz" for n in (50, 240) for i in (1, 2)]
    strays = [files.beside(path, "abcd1234") for path in paths]
    mine = tmp_path / f".{'x' * 50}1.npz.original"
    for p in (*strays, mine):
        p.write_bytes(b"half")
    for path, stray in zip(paths, strays, strict=True):
        assert sweep_strays(path) == 1
        assert not stray.exists()
    assert list(tmp_path.iterdir()) == [mine]
