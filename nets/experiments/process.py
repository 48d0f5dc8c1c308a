"""A long call that can be stopped: it runs in a process of its own, which is ended when asked to stop.

Meant for calls into compiled libraries, which notice no signal until they return.
"""

import multiprocessing
import signal
from collections.abc import Callable
from typing import Any

from nets.extras import UsageError

PAUSE = 0.2  # seconds between two looks


def call(function: Callable[..., Any], *arguments: Any, should_stop: Callable[[], bool]) -> Any:
    """Return `function(*arguments)`, computed in another process.

    `KeyboardInterrupt` if it was asked to stop, and a UsageError, one sentence, if the process died.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, function, arguments), daemon=True)
    process.start()
    sender.close()
    try:
        while not receiver.poll(PAUSE):
            if should_stop():
                raise KeyboardInterrupt
        kind, value = receiver.recv()
    except EOFError:
        process.join()
        raise UsageError(
            f"the process that measured died with code {process.exitcode}, perhaps for want of "
            f"memory: the same command tries again"
        ) from None
    finally:
        process.terminate()
        process.join()
    if kind == "error":
        raise UsageError(value)
    return value


def _run(sender: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Compute and send; Ctrl-C is left to the parent, which ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        sender.send(("value", function(*arguments)))
    except (ValueError, OSError, MemoryError) as error:
        sender.send(("error", " ".join(str(error).split()) or type(error).__name__))
