"""Stopping between two steps: Ctrl-C, a request to terminate, a terminal that closes are noted."""

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

STOPS = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]


@contextlib.contextmanager
def noted_signals() -> Iterator[list[int]]:
    """Note Ctrl-C and a request to terminate instead of dying of them; a second one does end it."""
    caught: list[int] = []

    def note(number: int, frame: Any) -> None:
        caught.append(number)
        signal.signal(number, before[number])

    before: dict[int, Any] = {}
    for number in STOPS:
        before[number] = signal.signal(number, note)
    try:
        yield caught
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
