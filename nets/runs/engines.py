"""Where work runs that can be split: any `concurrent.futures.Executor`, local or on a cluster.

Nothing of scheduling, transport or retry is done here. Local processes are those of the standard
library, a cluster is Dask's (extra `distributed`). What is added is one rule: tasks are pure, so
when the executor breaks because a worker died, a new one is made and the tasks that were not done
run again, to the same result.
"""

import argparse
import contextlib
import ipaddress
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from autodiff import say
from nets.extras import UsageError, require

ATTEMPTS = 3
WATCH = 1.0  # seconds between two looks whether the parent lives


class EngineError(RuntimeError):
    """The workers failed for good; the message is one sentence."""


class Engine:
    """An executor, how to make another if it breaks, and how to hand it large data.

    `share` is given what every worker needs and returns what tasks refer to it by; a cluster sends
    it ahead. Without `renew` a broken executor is the end.

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
    ) -> None:
        self.executor, self.renew, self.share = executor, renew, share

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
                    results[i] = future.result()
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


def processes(workers: int) -> Engine:
    """Return an engine of local processes."""
    if workers < 1:
        raise UsageError(f"--workers is {workers}: it must be at least 1")

    def make() -> Executor:
        return ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), _as_a_worker, (os.getpid(),)
        )

    return Engine(make(), make)


def _as_a_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, which stops between two steps, and end when the parent has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH)
        os._exit(1)  # nobody is left to give the result to

    threading.Thread(target=watch, daemon=True).start()


def _end(executor: Executor, others: Sequence[Any]) -> None:
    """End an executor and its processes, what they are at included: nobody waits for it any more."""
    executor.shutdown(wait=False, cancel_futures=True)
    workers = [p for p in multiprocessing.active_children() if p not in others]
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join()


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


@contextlib.contextmanager
def engine_of(args: argparse.Namespace) -> Iterator[Engine | None]:
    """Provide the engine that a command line asks for, None where it asks for none."""
    if args.scheduler is not None:
        with cluster(args.scheduler) as engine:
            yield engine
    elif args.workers is not None:
        others = multiprocessing.active_children()
        engine = processes(args.workers)
        try:
            yield engine
        except BaseException:
            _end(engine.executor, others)
            raise
        engine.executor.shutdown(wait=True, cancel_futures=True)
    else:
        yield None
