"""Training shared by workers: the same bits for any number of them, through deaths and on a cluster."""

import argparse
import datetime
import itertools
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nets.commands.sweep import one_run
from nets.data import load_digits
from nets.extras import UsageError
from nets.network import Network
from nets.optim import SGD
from nets.parts.activations import as_activation
from nets.runs import engines
from nets.runs.engines import Engine, EngineError, check_address, engine_of, processes
from nets.runs.shards import Shards
from nets.runs.training import Training

pytest.importorskip("sklearn", reason="the extra nets is not installed")


def run(dropout: float = 0.0, examples: int = 60) -> Training:
    data = load_digits().training[:examples]
    net = Network([64, 12, 10], seed=3, dropout=dropout, activation=as_activation("tanh"))
    return Training(net, data, SGD(0.5), epochs=2, mini_batch_size=10, monitor=data)


def weights(training: Training) -> list[Any]:
    return [np.array(p.data) for p in (*training.net.w, *training.net.b)]


def trained_on(executor: Executor, dropout: float = 0.0) -> list[Any]:
    training = run(dropout)
    training.take_step = Shards(training, Engine(executor)).step
    training.run()
    return weights(training)


def same(a: list[Any], b: list[Any]) -> bool:
    return all(x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_one_two_and_four_workers_give_the_same_bits(dropout: float) -> None:
    results = []
    for n in (1, 2, 4):
        with ThreadPoolExecutor(n) as threads:
            results.append(trained_on(threads, dropout))
    with engine_of(argparse.Namespace(workers=2, scheduler=None)) as engine:
        assert engine is not None
        results.append(trained_on(engine.executor, dropout))
    assert all(same(results[0], other) for other in results[1:])


def test_the_average_over_shards_is_the_gradient_of_the_batch() -> None:
    alone, shared = run(), run()
    with ThreadPoolExecutor(2) as threads:
        shared.take_step = Shards(shared, Engine(threads)).step
        chosen = np.array([4, 17, 3, 8, 30, 11, 2])
        first, second = alone.take_step(chosen), shared.take_step(chosen)
    assert first == pytest.approx(second, rel=1e-14)
    for a, b in zip(weights(alone), weights(shared), strict=True):
        assert a == pytest.approx(b, rel=1e-12, abs=1e-15)


def test_a_worker_that_is_killed_changes_nothing() -> None:
    undisturbed = run()
    with ThreadPoolExecutor(1) as threads:
        undisturbed.take_step = Shards(undisturbed, Engine(threads)).step
        undisturbed.run()
    training, engine = run(), processes(2)
    first: Any = engine.executor
    shards, steps = Shards(training, engine), itertools.count()

    def step(chosen: Any) -> float:
        if next(steps) == 5:
            os.kill(next(iter(first._processes)), signal.SIGKILL)
            time.sleep(0.5)  # until the executor has noticed
        return shards.step(chosen)

    training.take_step = step
    training.run()
    engine.executor.shutdown()
    assert engine.executor is not first
    assert same(weights(undisturbed), weights(training))


def test_workers_that_always_die_end_in_one_sentence() -> None:
    engine = processes(1)
    with pytest.raises(EngineError, match="a worker died"):
        engine.run(os._exit, [(1,)])
    engine.executor.shutdown()


stops = pytest.mark.skipif(
    not hasattr(os, "waitid"), reason="the system does not tell who is stopped"
)


def stop_once(path: str) -> int:
    """Stop the process that is the first to come here; return 7."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return 7
    os.kill(os.getpid(), signal.SIGSTOP)
    return 7


@stops
def test_a_worker_that_is_stopped_is_ended_and_its_part_computed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engines, "WATCH", 0.05)
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    told: list[str] = []
    engine = processes(2, told.append)
    started = time.monotonic()
    assert engine.run(stop_once, [(str(tmp_path / "x"),)] * 3) == [7] * 3
    assert time.monotonic() - started < 300  # not for ever
    (sentence,) = told
    assert "was stopped from outside for 0.5 seconds: it was ended" in sentence
    engine.close()
    assert engine.workers is not None
    assert engine.workers.started == []


@stops
def test_workers_that_are_always_stopped_end_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "WATCH", 0.05)
    monkeypatch.setattr(engines, "PATIENCE", 0.2)
    engine = processes(1, lambda sentence: None)
    with pytest.raises(EngineError, match="a worker died"):
        engine.run(signal.raise_signal, [(signal.SIGSTOP,)])
    engine.close()


@stops
def test_a_worker_that_stands_still_for_a_moment_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WATCH", 0.05)
    engine = processes(1)
    (pid,) = engine.run(os.getpid, [()])
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.5, os.kill, (pid, signal.SIGCONT)).start()
    assert engine.run(os.getpid, [()]) == [pid]
    engine.close(10)


@stops
def test_a_stopped_worker_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.2)
    with engine_of(argparse.Namespace(workers=1, scheduler=None)) as engine:
        assert engine is not None
        (pid,) = engine.run(os.getpid, [()])
        os.kill(pid, signal.SIGSTOP)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@stops
def test_training_says_that_a_worker_was_stopped_and_ends_with_the_same_bits(
    root: Path, tmp_path: Path
) -> None:
    code = (
        "import os, signal, sys, threading\n"
        "from nets.runs import engines, shards\n"
        "from nets.cli import main\n"
        "engines.PATIENCE = 1.0\n"
        "step = shards.Shards.step\n"
        "def stopping(self, chosen, once=[]):\n"
        "    if not once and len(sys.argv) > 5:\n"
        "        once += self.engine.run(os.getpid, [()])\n"
        "        os.kill(once[0], signal.SIGSTOP)\n"
        "    return step(self, chosen)\n"
        "shards.Shards.step = stopping\n"
        "if __name__ == '__main__':\n"
        "    sys.exit(main(['train', '--epochs', '1', '--batch', '100', *sys.argv[1:5]]))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    kept = []
    for name, more in (("still", []), ("stopped", ["1"])):
        command = [str(script), "--workers", "1", "--checkpoint", str(tmp_path / name), *more]
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = " ".join(done.stderr.split())
        assert ("was stopped from outside for 1 seconds: it was ended" in told) == bool(more)
        kept.append((tmp_path / name).read_bytes())
    assert kept[0] == kept[1]


def test_errors_of_the_task_itself_stay_what_they_are() -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(ZeroDivisionError):
        Engine(threads).run(divmod, [(1, 0)])


@pytest.mark.parametrize("address", ["127.0.0.1:1", "tcp://localhost:8786", "tcp://[::1]:80",
                                     "tls://node.example:8786"])  # fmt: skip
def test_loopback_or_tls_is_accepted(address: str) -> None:
    assert "://" in check_address(address)


@pytest.mark.parametrize(
    ("address", "words"),
    [("tcp://10.0.0.7:8786", "without TLS"), ("node.example:8786", "without TLS"),
     ("0.0.0.0:8786", "without TLS"), ("http://127.0.0.1:80", "looks like"),
     ("127.0.0.1", "looks like"), ("tcp://:99999", "looks like")],
)  # fmt: skip
def test_other_addresses_are_refused_with_the_reason(address: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_address(address)


def nets(root: Path, *args: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nets", *args], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_the_commands_share_their_work(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra nets is not installed")
    for n in ("1", "2"):
        nets(root, "train", "--epochs", "1", "--batch", "50", "--workers", n,
             "--checkpoint", str(tmp_path / f"{n}.npz"), "--out", str(tmp_path / n))  # fmt: skip
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    assert "without TLS" in nets(root, "train", "--scheduler", "tcp://10.1.2.3:8786", code=1)


def test_a_sweep_goes_on_where_it_was_stopped(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra nets is not installed")
    sweep = ["sweep", "--hidden", "5", "--epochs", "1", "--batch", "50", "--out", str(tmp_path)]
    nets(root, *sweep, "--eta", "0.5")
    kept = json.loads((tmp_path / "sweep.json").read_text())
    kept["runs"][0]["best"] = 299  # a mark: what is done is not done again
    (tmp_path / "sweep.json").write_text(json.dumps(kept))
    nets(root, *sweep, "--eta", "0.5,3", "--seeds", "2", "--workers", "2")
    rows = (tmp_path / "sweep.csv").read_text().splitlines()
    assert len(rows) == 5
    assert rows[1].startswith("0.5,5,0,299,")
    settings = {"data": "digits", "epochs": 1, "batch": 50, "eta": 3.0, "hidden": 5, "seed": 1}
    assert rows[4].split(",")[3] == str(one_run(settings, "")["best"])
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert "is a sweep with" in nets(root, *sweep[:-4], "--out", str(tmp_path), code=1)


def certificate(folder: Path) -> dict[str, str]:
    """Write a certificate for this machine, signed by itself; return Dask's configuration of it."""
    x509 = pytest.importorskip("cryptography.x509", reason="the extra distributed is not installed")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    files = {"cert": "cert.pem", "key": "key.pem"}
    return {"distributed.comm.tls.ca-file": str(folder / "cert.pem")} | {
        f"distributed.comm.tls.{role}.{what}": str(folder / file)
        for role in ("scheduler", "worker", "client")
        for what, file in files.items()
    }


@pytest.fixture(params=["tcp", "tls"])
def scheduler(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A Dask scheduler and two worker processes on the loopback, in folders of their own."""
    pytest.importorskip("distributed", reason="the extra distributed is not installed")
    import dask

    settings = certificate(tmp_path) if request.param == "tls" else {}
    code = (
        "import dask, distributed, sys\n"
        f"dask.config.set({settings!r})\n"
        "if __name__ == '__main__':\n"
        f"    security = distributed.Security(require_encryption={request.param == 'tls'})\n"
        "    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, host='127.0.0.1',\n"
        f"                                  protocol='{request.param}', security=security,\n"
        "                                  dashboard_address=None) as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        print(*(w.pid for w in cluster.workers.values()), flush=True)\n"
        "        sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    ) as started:  # fmt: skip
        assert started.stdout is not None
        address = started.stdout.readline().strip()
        pids = [int(p) for p in started.stdout.readline().split()]
        assert address.startswith(f"{request.param}://127.0.0.1:")
        with dask.config.set(settings):
            yield address, pids
        assert started.stdin is not None
        started.stdin.close()
        started.wait(30)


def test_a_dask_cluster_gives_the_same_bits_even_when_a_worker_dies(scheduler: Any) -> None:
    address, pids = scheduler
    with ThreadPoolExecutor(1) as threads:
        expected = trained_on(threads)
    training, steps = run(), itertools.count()
    with engine_of(argparse.Namespace(workers=None, scheduler=address)) as engine:
        assert engine is not None
        shards = Shards(training, engine)

        def step(chosen: Any) -> float:
            if next(steps) == 5:
                os.kill(pids[0], signal.SIGKILL)
                time.sleep(0.1)
            return shards.step(chosen)

        training.take_step = step
        training.run()
    assert same(expected, weights(training))


def test_a_cluster_under_tls_refuses_who_has_no_certificate(scheduler: Any) -> None:
    address, _ = scheduler
    if not address.startswith("tls"):
        pytest.skip("an open cluster on this machine takes everybody on it")
    import dask

    with (
        dask.config.set({"distributed.comm.tls.ca-file": None, "distributed.comm.tls.client.cert": None}),
        pytest.raises(UsageError, match="cannot be used"),
        engine_of(argparse.Namespace(workers=None, scheduler=address)),
    ):  # fmt: skip
        pass


class Counting(ThreadPoolExecutor):
    """A worker that counts the bytes of what it is sent and what it sends back."""

    def __init__(self) -> None:
        super().__init__(1)
        self.sent: list[int] = []
        self.returned: list[int] = []

    def submit(self, function: Any, /, *args: Any, **options: Any) -> Any:
        self.sent.append(len(pickle.dumps((function, args, options))))
        future = super().submit(function, *args, **options)
        future.add_done_callback(lambda f: self.returned.append(len(pickle.dumps(f.result()))))
        return future


def test_the_data_is_sent_once_and_a_step_moves_parameters_and_gradients_alone() -> None:
    with Counting() as worker:
        trained_on(worker)
    net = run().net
    parameters = sum(p.data.nbytes for p in (*net.w, *net.b))
    data = sum(x.nbytes for x in run().rows)
    large = [n for n in worker.sent if n > parameters + 1000]
    assert len(large) <= 4  # the shards that were under way before the worker had the data
    assert all(n > data for n in large)
    assert len(worker.sent) > 40
    assert max(worker.returned) < parameters + 1000


def test_without_dask_one_sentence_says_what_to_install(root: Path) -> None:
    code = (
        "import sys; sys.modules['distributed'] = None\nfrom nets.cli import main\n"
        "sys.exit(main(['train', '--scheduler', '127.0.0.1:8786']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install 'autodiff-nets[distributed]'")
