"""Checkpoints: exact round trips, stop and resume to the same bits, hostile files refused."""

import hashlib
import io
import json
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from nets import Network
from nets.data import load_digits
from nets.optim import SCHEDULES, as_optimiser
from nets.runs.checkpoint import (
    FORMAT,
    VERSION,
    CheckpointError,
    load_checkpoint,
    save_checkpoint,
    sweep_strays,
)
from nets.runs.training import Training

ARRAYS = {
    "w1": np.array([[np.nan, -0.0], [5e-324, np.inf]]),
    "order": np.arange(5),
    "optimiser.w1.t": np.asarray(3.0),
    "f": np.ones((2, 1, 3), dtype=np.float32),
    "none": np.zeros((0, 4)),
}


def test_a_round_trip_is_exact(tmp_path: Path) -> None:
    meta = {"cost": 0.1 + 0.2, "state": {"state": 2**127 + 1}, "name": "β\u2028", "none": None}
    save_checkpoint(tmp_path / "a.npz", meta, ARRAYS)
    found = load_checkpoint(tmp_path / "a.npz")
    assert found.meta == meta
    assert {k: (v.dtype, v.shape, v.tobytes()) for k, v in found.arrays.items()} == {
        k: (v.dtype, v.shape, v.tobytes()) for k, v in ARRAYS.items()
    }
    save_checkpoint(tmp_path / "b.npz", meta, dict(reversed(ARRAYS.items())))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_numpy_reads_it_too(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a.npz", {}, ARRAYS)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as found:
        np.testing.assert_array_equal(found["array/order"], ARRAYS["order"])


def make(seed: int, optimiser: str, schedule: str, patience: int, dropout: float) -> Training:
    split = load_digits()
    net = Network([64, 7, 10], seed=seed, dropout=dropout)
    chosen = as_optimiser(optimiser, 0.5 if optimiser != "adam" else 0.01, l2=1e-4, l1=1e-5)
    return Training(net, split.training[:95], chosen, 4, 10, split.validation, schedule, patience)


def digest(training: Training) -> str:
    meta, arrays = training.state()
    bits = json.dumps(meta, sort_keys=True).encode()
    for name in sorted(arrays):
        bits += name.encode() + arrays[name].tobytes()
    return hashlib.sha256(bits).hexdigest()


@pytest.mark.parametrize(
    "options",
    [("sgd", "constant", 0, 0.0), ("momentum", "halving", 0, 0.3), ("adam", "cosine", 2, 0.0)],
)
def test_stopped_and_resumed_is_never_stopped(options: tuple, tmp_path: Path) -> None:
    whole = make(3, *options)
    assert whole.run()
    run, stops = make(3, *options), [1, 9, 10, 11, 25, 30]  # mid-epoch, and at its very end
    for stop in stops:
        assert not run.run(should_stop=lambda run=run, stop=stop: run.steps_done >= stop)
        save_checkpoint(tmp_path / "run.npz", *run.state())
        run = make(99, *options)
        run.restore(*load_checkpoint(tmp_path / "run.npz"))
        assert run.steps_done == stop
    assert run.run()
    assert digest(run) == digest(whole)


def test_a_lost_generator_would_show(tmp_path: Path) -> None:
    whole, run = (make(3, "sgd", "constant", 0, 0.3) for _ in range(2))
    whole.run()
    run.run(should_stop=lambda: run.steps_done >= 5)
    meta, arrays = run.state()
    run.restore({**meta, "generator": np.random.default_rng(1).bit_generator.state}, arrays)
    run.run()
    assert digest(run) != digest(whole)


def test_early_stopping_keeps_the_best_epoch() -> None:
    split = load_digits()
    net = Network([64, 10], seed=0)
    run = Training(net, split.training[:100], as_optimiser("sgd", 3.0), 60, 10,
                   split.validation, patience=3)  # fmt: skip
    assert run.run()
    scores = [entry["correct"] for entry in run.history]
    assert len(scores) < 60
    assert len(scores) - 1 - scores.index(max(scores)) == 3
    assert net.evaluate(split.validation) == max(scores)


def test_schedules_go_from_one_down() -> None:
    for name, rate in SCHEDULES.items():
        rates = [rate(epoch, 10) for epoch in range(10)]
        assert rates[0] == 1.0
        assert rates == sorted(rates, reverse=True)
        assert (rates[-1] < 0.1) == (name != "constant")


def test_a_run_refuses_what_is_not_its_own() -> None:
    run = make(0, "sgd", "constant", 0, 0.0)
    run.run(should_stop=lambda: run.steps_done >= 3)
    meta, arrays = run.state()
    for bad_meta, bad_arrays in (
        (meta, {**arrays, "w^2": arrays["w^2"][:3]}),
        (meta, {k: v for k, v in arrays.items() if k != "b^3"}),
        (meta, {**arrays, "order": arrays["order"][1:]}),
        (meta, {**arrays, "order": arrays["order"] * 0}),
        ({**meta, "epoch": 5}, arrays),
        ({**meta, "position": -1}, arrays),
        ({**meta, "history": 3}, arrays),
        ({**meta, "generator": {"bit_generator": "MT19937"}}, arrays),
        ({}, arrays),
    ):
        with pytest.raises(ValueError, match="does not belong to this run"):
            make(0, "sgd", "constant", 0, 0.0).restore(bad_meta, bad_arrays)


def npz(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries.items():
            archive.writestr(f"{name.replace('__', '/')}.npy", data)
    return buffer.getvalue()


def npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def head(**changes: object) -> bytes:
    content = {"format": FORMAT, "version": VERSION, "arrays": ["w"], "meta": {}} | changes
    return npy(np.frombuffer(json.dumps(content).encode(), dtype=np.uint8))


def huge_header() -> bytes:
    data = npy(np.zeros(100_000))
    return data.replace(b"(100000,)", b"(10**11,)".replace(b"10**11", b"9" * 6), 1)


HOSTILE = {
    "empty": b"",
    "text": b"hello, I am not a checkpoint",
    "pickle": pickle.dumps({"w": 1}),
    "a lone array": npy(np.zeros(3)),
    "no meta": npz(array__w=npy(np.zeros(1))),
    "foreign npz": npz(meta=npy(np.zeros(3))),
    "meta is no JSON": npz(meta=npy(np.frombuffer(b"{", dtype=np.uint8))),
    "meta is a list": npz(meta=npy(np.frombuffer(b"[]", dtype=np.uint8))),
    "meta nested too deep": npz(meta=npy(np.frombuffer(b"[" * 100_000, dtype=np.uint8))),
    "other format": npz(meta=head(format="graph"), array__w=npy(np.zeros(1))),
    "newer version": npz(meta=head(version=2), array__w=npy(np.zeros(1))),
    "an array too few": npz(meta=head()),
    "an array too many": npz(meta=head(arrays=[]), array__w=npy(np.zeros(1))),
    "arrays is a number": npz(meta=head(arrays=5), array__w=npy(np.zeros(1))),
    "object array": npz(meta=head(), array__w=npy(np.array([{}], dtype=object), True)),
    "text array": npz(meta=head(), array__w=npy(np.array(["a"]))),
    "shape beyond the data": npz(meta=head(), array__w=huge_header()),
    "header of version 3": npz(meta=head(), array__w=b"\x93NUMPY\x03" + npy(np.zeros(1))[7:]),
    "header cut": npz(meta=head(), array__w=npy(np.zeros(1))[:20]),
    "header with code": npz(
        meta=head(), array__w=npy(np.zeros(1)).replace(b"False", b"1/0  ", 1)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_foreign_file_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(CheckpointError, match=r"bad\.npz") as error:
        load_checkpoint(path)
    assert "\n" not in str(error.value)


def test_what_is_compressed_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta.npy", b"\0" * 50_000_000)
    with pytest.raises(CheckpointError, match="compressed"):
        load_checkpoint(path)


def test_every_cut_and_every_flipped_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "good.npz", {"epoch": 1}, {"w": np.arange(3.0)})
    good = (tmp_path / "good.npz").read_bytes()
    wanted = load_checkpoint(tmp_path / "good.npz")
    path = tmp_path / "bad.npz"
    rng = np.random.default_rng(0)
    for k in [*range(0, len(good), 7), len(good) - 1]:
        path.write_bytes(good[:k])
        with pytest.raises(CheckpointError):
            load_checkpoint(path)
    refused = 0
    for k in range(len(good)):
        flipped = bytearray(good)
        flipped[k] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(flipped))
        try:
            found = load_checkpoint(path)
        except CheckpointError:
            refused += 1
        else:  # a byte of the archive that carries no content, such as a date
            assert found.meta == wanted.meta
            np.testing.assert_array_equal(found.arrays["w"], wanted.arrays["w"])
    assert refused > len(good) / 2


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read: no such file"):
        load_checkpoint(tmp_path / "none.npz")
    with pytest.raises(CheckpointError, match="cannot be read: is a directory"):
        load_checkpoint(tmp_path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    save_checkpoint(path, {"epoch": 1}, {"w": np.zeros(10)})
    old = path.read_bytes()
    code = (
        "import resource, sys, numpy as np\n"
        "from nets.runs.checkpoint import save_checkpoint\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    save_checkpoint(sys.argv[1], {'epoch': 2}, {'w': np.zeros(10_000)})\n"
        "except OSError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert "cannot be written: file too large" in done.stdout
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_strays_are_swept_up_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    save_checkpoint(path, {}, {})
    stray = tmp_path / ".run.npz.abcd1234"
    others = [tmp_path / n for n in (".run.npz.txt", ".other.npz.abcd1234", "run.npz.abcd1234")]
    for p in [stray, *others]:
        p.write_bytes(b"half")
    assert sweep_strays(path) == 1
    assert sorted(tmp_path.iterdir()) == sorted([path, *others])
