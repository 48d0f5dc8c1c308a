"""Where work runs that can be split: any `concurrent.futures.Executor`, local or on a cluster.

Nothing of scheduling, transport or retry is done here. Local processes are those of the standard
library, a cluster is Dask's (extra `distributed`). What is added is one rule: tasks are pure, so
when the executor breaks because a worker died, a new one is made and the tasks that were not done
run again, to the same result. A local worker that stays stopped (SIGSTOP, a debugger) is ended after
some seconds, which is a death like any other.
"""

import argparse
import contextlib
import ctypes
import ipaddress
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from multiprocessing.context import SpawnContext
from typing import Any
from urllib.parse import urlsplit

from autodiff import say
from autodiff.sources.lines import fitted
from nets.extras import UsageError, require

PDEATHSIG = 1  # prctl: the signal that a process is sent when its parent ends
ATTEMPTS = 3
WATCH = 1.0  # seconds between two looks whether the parent lives, or a worker is stopped
PATIENCE = 10.0  # seconds that a worker may be stopped


class EngineError(RuntimeError):
    """The workers failed for good; the message is one sentence."""


class Engine:
    """An executor, how to make another if it breaks, and how to hand it large data.

    `share` is given what every worker needs and returns what tasks refer to it by; a cluster sends
    it ahead. Without `renew` a broken executor is the end. `workers` are the processes of this machine
    that are looked after.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as threads:
    ...     Engine(threads).run(pow, [(2, 3), (3, 2)])
    [8, 9]
    """

    def __init__(
        self,
        executor: Executor,
        renew: Callable[[], Executor] | None = None,
        share: Callable[[Any], Any] = lambda data: data,
        workers: "Workers | None" = None,
    ) -> None:
        self.executor, self.renew, self.share, self.workers = executor, renew, share, workers

    def run(
        self,
        function: Callable[..., Any],
        tasks: Sequence[tuple[Any, ...]],
        on_result: Callable[[int, Any], None] = lambda i, result: None,
    ) -> list[Any]:
        """Return the results of `function(*task)` in the order of the tasks.

        `on_result` sees each as it is collected. An EngineError says that workers kept dying.
        """
        results: dict[int, Any] = {}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                futures = {
                    i: self.executor.submit(function, *task)
                    for i, task in enumerate(tasks)
                    if i not in results
                }
                for i, future in futures.items():
                    results[i] = self._result(future)
                    on_result(i, results[i])
                return [results[i] for i in range(len(tasks))]
            except BrokenExecutor as error:
                if self.renew is None or attempt == ATTEMPTS:
                    raise EngineError(
                        f"a worker died ({attempt} times in a row at this step): {error}"
                    ) from None
                self.executor.shutdown(wait=False, cancel_futures=True)
                self.executor = self.renew()
            except (OSError, ImportError) as error:
                raise EngineError(f"the workers cannot go on: {error}") from None
            except Exception as error:
                if type(error).__module__.partition(".")[0] != "distributed":
                    raise
                raise EngineError(f"the cluster gave up: {' '.join(str(error).split())}") from None
        raise AssertionError("the last attempt returns or raises")

    def _result(self, future: "Future[Any]") -> Any:
        while not wait([future], WATCH).done:
            if self.workers is not None:
                self.workers.look()
        return future.result()

    def close(self, patience: float = 0.0) -> None:
        """End the executor and its processes, which have some seconds to end by themselves."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        if self.workers is not None:
            self.workers.end(patience)


class Workers(SpawnContext):
    """Where worker processes are started, which knows those that it started.

    `tell` is given a sentence about a worker that was ended because it stood still.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.started: list[Any] = []
        self.stopped: dict[int, float] = {}  # since when, by process

    def Process(self, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        """Return a process that starts afresh, as `multiprocessing.Process` does."""
        worker = super().Process(*args, **options)
        self.started.append(worker)
        return worker

    def look(self) -> None:
        """End the workers that have been stopped for `PATIENCE` seconds."""
        now = time.monotonic()
        halted = {w.pid: w for w in self.started if _is_stopped(w)}
        self.stopped = {pid: self.stopped.get(pid, now) for pid in halted}
        for pid, since in self.stopped.items():
            if now - since >= PATIENCE:
                halted[pid].kill()
                self.tell(
                    f"a worker (process {pid}) was stopped from outside for {PATIENCE:g} seconds: "
                    f"it was ended, and its part is computed again"
                )

    def end(self, patience: float = 0.0) -> None:
        """End every worker, whatever it is at, a stopped one too."""
        deadline = time.monotonic() + patience
        running = [w for w in self.started if w.pid is not None]
        for worker in running:
            worker.join(max(0.0, deadline - time.monotonic()))
        for worker in running:
            worker.kill()
            worker.join()
        self.started.clear()


def _is_stopped(worker: Any) -> bool:
    """Return whether a child process is stopped; always False where the system does not tell."""
    if worker.pid is None or not hasattr(os, "waitid"):
        return False
    with contextlib.suppress(OSError):  # it has ended
        told = os.waitid(os.P_PID, worker.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT)
        return told is not None
    return False


def processes(workers: int, tell: Callable[[str], None] = warnings.warn) -> Engine:
    """Return an engine of local processes; `tell` is given a sentence about one that stands still."""
    if workers < 1:
        raise UsageError(f"--workers is {workers}: it must be at least 1")
    started = Workers(tell)

    def make() -> Executor:
        started.end()  # what is left of those before
        in_main = threading.current_thread() is threading.main_thread()
        return ProcessPoolExecutor(workers, started, _as_a_worker, (os.getpid(), in_main))

    return Engine(make(), make, workers=started)


def _as_a_worker(parent: int, of_main_thread: bool) -> None:
    """Leave Ctrl-C to the parent, which stops between two steps, and end when the parent has ended.

    Linux ends a worker that is stopped at that moment; to it the parent is the thread that started it.
    """
    if of_main_thread and sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH)
        os._exit(1)  # nobody is left to give the result to

    threading.Thread(target=watch, daemon=True).start()


def check_address(address: str) -> str:
    """Return a scheduler's address, or refuse one that is neither on this machine nor under TLS.

    >>> check_address("127.0.0.1:8786")
    'tcp://127.0.0.1:8786'
    """
    full = address if "://" in address else f"tcp://{address}"
    parts = urlsplit(full)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("tcp", "tls") or not host or not port:
        raise UsageError(
            f"--scheduler {address:.60}: an address looks like 127.0.0.1:8786 or tls://host:8786"
        )
    if parts.scheme == "tcp" and not _is_loopback(host):
        raise UsageError(
            f"--scheduler {address:.60} is another machine without TLS, and whoever can reach it, "
            f"or listen on the way, could run code on the workers: use tls://{host}:{port} with "
            f"certificates (distributed.comm.tls in Dask's configuration)"
        )
    return full


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Engine]:
    """Connect to a Dask scheduler for the length of a `with` block."""
    full = check_address(address)
    dask = require("distributed", "distributed")
    try:
        client = dask.Client(full, timeout="10s", set_as_default=False)
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"--scheduler {address:.60} cannot be used: {reason:.200}") from None
    with client:
        yield Engine(
            client.get_executor(pure=False),
            share=lambda data: client.scatter(data, broadcast=True, hash=False),
        )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add --workers and --scheduler to a command."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=int, default=None, metavar="N", help=say("cli.nets.train.workers")
    )
    where.add_argument(
        "--scheduler", default=None, metavar="ADDRESS", help=say("cli.nets.train.scheduler")
    )


def _say(sentence: str) -> None:
    print(fitted(f"nets: {sentence}"), file=sys.stderr)


@contextlib.contextmanager
def engine_of(args: argparse.Namespace) -> Iterator[Engine | None]:
    """Provide the engine that a command line asks for, None where it asks for none."""
    if args.scheduler is not None:
        with cluster(args.scheduler) as engine:
            yield engine
    elif args.workers is not None:
        engine = processes(args.workers, _say)
        try:
            yield engine
        except BaseException:
            engine.close()
            raise
        engine.close(PATIENCE)
    else:
        yield None
