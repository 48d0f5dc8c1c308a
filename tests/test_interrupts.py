"""What an error at any moment leaves is the state before or the state after (bar 23), and faults are found.

`python -m tests.interrupts 10000` sends signals at random moments.
"""

import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest

import autodiff as ad
from autodiff.derivatives import sweep
from autodiff.nodes import modes
from autodiff.nodes.watching import watch
from tests import interrupts

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        sys.version_info >= (3, 12), reason="tells the moments of CPython 3.11 apart"
    ),
]
STEPS = {
    "Numbers": 3,
    "Blocks": 7,
    "Pure": 43,
    "Arrays": 31,
    "Programs": 977,
    "Forward": 613,
    "Descent": 3,
}


@pytest.mark.parametrize("name", interrupts.CASES)
def test_every_moment_leaves_the_state_before_or_after(name: str) -> None:
    moments, faults = interrupts.every_moment(interrupts.CASES[name], STEPS[name])
    assert faults == []
    assert moments > 1


def test_signals_at_random_moments_leave_the_state_before_or_after() -> None:
    met, faults = interrupts.at_random(25)
    assert faults == []
    assert met == 25


@pytest.mark.skipif(ad.compiled, reason="compiled code is not interrupted between two lines")
@pytest.mark.parametrize(
    ("name", "place", "damage"),
    [
        ("Numbers", (sweep, "put_back"), lambda *_: None),
        ("Blocks", (modes.mode, "__exit__"), modes.mode.__exit__),
        ("Blocks", (modes.mode, "_undo"), lambda *_: None),
    ],
    ids=["nothing is put back", "an exit that is interrupted", "what is dropped stays"],
)  # fmt: skip
def test_states_in_between_are_found(
    name: str, place: tuple[Any, str], damage: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*place, damage)
    found = interrupts.every_moment(interrupts.CASES[name], 1)[1]
    interrupts.reset()
    assert found


def test_a_block_that_is_left_without_its_end_is_taken_away() -> None:
    block = modes.no_grad()
    end = type(block).__dict__["__exit__"].__get__(block) if not ad.compiled else block.__exit__
    block.__enter__()
    if ad.compiled:
        end(None, None, None)
    del end
    assert modes.MODE.get().recording
    guards: list[Any] = []
    listening = watch(guards)
    end = listening.__exit__
    listening.__enter__()
    assert modes.tracing()
    del end
    assert not modes.tracing()


def test_a_signal_handler_may_not_go_backward_in_a_sweep() -> None:
    x = ad.Value(2.0)
    with sweep._busy, pytest.raises(RuntimeError, match="set a flag"):
        (x * x).backward()
    assert x.grad == 0.0
    (x * x).backward()
    assert x.grad == 4.0
    assert signal.getsignal(signal.SIGALRM) is not interrupts.raise_interrupt
