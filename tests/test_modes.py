"""Blocks of `no_grad`, `scope` and `trace`: left in any order, interrupted, in a process that was forked."""

import threading
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pytest

import autodiff as ad
from autodiff.derivatives import sweep
from autodiff.nodes import modes

pytestmark = pytest.mark.engine


@pytest.fixture(autouse=True)
def nothing_stays_in_force() -> Iterator[None]:
    counted = [getattr(modes, name, 0) for name in ("active", "watched")]  # of the plain engine
    yield
    now = modes.MODE.get()
    assert (now.recording, now.path, now.guards) == (True, "", None)
    assert [getattr(modes, name, 0) for name in ("active", "watched")] == counted


def left(block: Any) -> None:
    block.__exit__(None, None, None)


def test_an_outer_block_may_be_left_first() -> None:
    x = ad.Value(2.0)
    outer, inner, third = ad.no_grad(), ad.scope("inner"), ad.scope("third")
    for block in (outer, inner, third):
        block.__enter__()
    assert (x * x).parents == ()
    left(outer)
    y = x * x
    assert (y.parents, y.scope) == ((x, x), "inner/third")
    left(inner)
    assert (x * x).scope == "third"
    left(third)
    assert (x * x).scope == ""


def test_generators_hold_blocks_open() -> None:
    x = ad.Value(2.0)

    def squares(name: str) -> Iterator[Any]:
        with ad.scope(name):
            while True:
                yield x * x

    a, b = squares("a"), squares("b")
    assert [next(a).scope, next(b).scope, next(a).scope] == ["a", "a/b", "a/b"]
    a.close()
    assert next(b).scope == "b"
    b.close()


def test_a_block_may_be_left_while_a_program_is_recorded() -> None:
    block = ad.scope("before")
    block.__enter__()

    def f(x: Any) -> Any:
        y = x * x
        left(block)
        block.__enter__()
        return y if x > 1.0 else -y

    program = ad.trace(f, 3.0)
    assert program(2.0) == 4.0
    assert program(0.5) == -0.25  # the comparison after the block was left is a guard
    left(block)

    def forgetful(x: Any) -> Any:
        ad.scope("never left").__enter__()
        return x * x

    assert ad.trace(forgetful, 3.0)(2.0) == 4.0
    assert modes.MODE.get().path == "never left"
    modes.MODE.get().block.__exit__()


def test_a_block_that_was_entered_in_another_context() -> None:
    block = ad.no_grad()
    copy_context().run(block.__enter__)
    x = ad.Value(2.0)
    assert (x * x).parents == (x, x)
    left(block)
    assert (x * x).parents == (x, x)


def test_a_block_that_is_interrupted_on_its_way_in_is_not_entered() -> None:
    class Interrupted(modes.mode):
        def changed(self, now: Any) -> Any:
            raise KeyboardInterrupt

    with ad.scope("around"), pytest.raises(KeyboardInterrupt), Interrupted(recording=False):
        pass


def held(lock: Any) -> Any:
    """Return the event that ends a thread which holds a lock."""
    there, over = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            there.set()
            over.wait()

    threading.Thread(target=hold, daemon=True).start()
    assert there.wait(10)
    return over


@pytest.mark.skipif(ad.compiled, reason="looks inside the plain Python engine")
def test_what_a_forked_process_does_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks that a thread held which is not there, and a sweep that it was in, are of no account."""
    locks = [(modes, "_lock"), (sweep, "_lock"), (sweep, "_busy")]
    for module, name in locks:
        monkeypatch.setattr(module, name, getattr(module, name))
    x = ad.Value(3.0)
    y = x * x
    ends = [held(getattr(module, name)) for module, name in locks]
    modes.unlocked()
    sweep.unlocked()
    done = threading.Event()

    def work() -> None:
        with ad.scope("child"):
            y.backward()
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(10)
    assert x.grad == 6.0
    for end in ends:
        end.set()
