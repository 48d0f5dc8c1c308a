"""Stopping between two steps: Ctrl-C and a request to terminate are noted and not died of."""

import contextlib
import signal
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def noted_signals() -> Iterator[list[int]]:
    """Note Ctrl-C and a request to terminate instead of dying of them; a second one does end it."""
    caught: list[int] = []

    def note(number: int, frame: Any) -> None:
        caught.append(number)
        signal.signal(number, before[number])

    before: dict[int, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, note)
    try:
        yield caught
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
