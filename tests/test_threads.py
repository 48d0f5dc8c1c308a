"""Eight threads, each with its own graphs and modes, and graphs that share their leaves (bar 21).

`python -m tests.test_threads 1000` lets them trace, run, go backward and draw so often.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine

THREADS = 8
GRAPHS = 1200


def together(work: Callable[[int], None]) -> None:
    """Run `work` in all threads at once and raise the first error of any."""
    errors: list[BaseException] = []
    barrier = threading.Barrier(THREADS)

    def run(i: int) -> None:
        try:
            barrier.wait()
            work(i)
        except BaseException as e:
            errors.append(e)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]


def test_own_graphs_are_exact() -> None:
    def work(i: int) -> None:
        for k in range(GRAPHS):
            x = ad.Value(float(i + 1))
            y = x
            for _ in range(10):
                y = y * x
            y.backward()
            assert x.grad == 11 * float(i + 1) ** 10
            t = ad.Tensor([float(i), float(k)])
            (t * t).sum().backward()
            assert t.grad.tolist() == [2.0 * i, 2.0 * k]

    together(work)


def test_programs_are_exact() -> None:
    """All threads run the same two programs, and each traces some of its own."""
    number = ad.trace(lambda x: x * x * x, 1.0)
    array = ad.trace(lambda t: (t * t * t).sum(), ad.Tensor([1.0, 1.0]))

    def work(i: int) -> None:
        for k in range(GRAPHS):
            x, y = float(i), float(k)
            assert number.value_and_grad(x) == (x**3, 3 * x**2)
            value, slope = array.value_and_grad(np.array([x, y]))
            assert value == x**3 + y**3
            assert slope.tolist() == [3 * x**2, 3 * y**2]
            if k % 100 == 0:
                own = ad.trace(lambda z: z * z if z > 2.0 else -z, x)
                assert own.value_and_grad(y) == ((y * y, 2 * y) if y > 2 else (-y, -1.0))

    together(work)


def test_shared_leaves_lose_nothing() -> None:
    x = ad.Value(2.0)

    def work(i: int) -> None:
        for _ in range(GRAPHS):
            (x * x * 0.25).backward()

    together(work)
    assert x.grad == THREADS * GRAPHS * 1.0


def test_shared_array_leaves_lose_nothing() -> None:
    x = ad.Tensor([2.0, 4.0])

    def work(i: int) -> None:
        for _ in range(GRAPHS // 4):
            (x * x * 0.25).sum().backward()

    together(work)
    assert x.grad.tolist() == [THREADS * GRAPHS // 4 * 1.0, THREADS * GRAPHS // 4 * 2.0]


def test_gradient_of_shared_graphs_is_pure() -> None:
    x = ad.Value(3.0)
    y = x * x * x

    def work(i: int) -> None:
        for _ in range(GRAPHS // 4):
            assert ad.gradient(y, x) == 27.0
            assert ad.grad(ad.grad(lambda v: v * v * v))(float(i)) == 6.0 * i

    together(work)
    assert x.grad == 0.0


def test_modes_are_local_to_their_thread() -> None:
    def work(i: int) -> None:
        x: Any = ad.Value(1.0) if i % 3 else ad.Tensor([1.0])
        for _ in range(GRAPHS // 4):
            if i % 2:
                with ad.no_grad():
                    assert (x * x).parents == ()
            else:
                with ad.scope(f"thread{i}"):
                    y = x * x
                    assert y.parents == (x, x)
                    assert y.scope == f"thread{i}"
                assert (x * x).scope == ""

    together(work)


def test_threads_may_share_one_block_and_one_decorated_function() -> None:
    block, layer = ad.no_grad(), ad.scope("shared")
    x = ad.Value(1.0)

    @ad.scope("decorated")
    def squared() -> ad.Value:
        return x * x

    def work(i: int) -> None:
        for _ in range(GRAPHS // 4):
            if i % 2:
                with block:
                    assert (x * x).parents == ()
                    with block:
                        time.sleep(0)
                    assert (x * x).parents == ()
            with layer:
                assert squared().scope == "shared/decorated"
            assert (x * x).scope == ""
            assert (x * x).parents == (x, x)

    together(work)


def everything(x: ad.Value, t: ad.Tensor, i: int, k: int) -> int:
    """Trace, run, go backward and draw over leaves that all threads share; return how much was wrong."""
    wrong = 0
    own = ad.trace(lambda z: z * x if z > k % 3 else z - x, float(k % 5))
    for z in (0.5, 4.0):
        wrong += own.value_and_grad(z) != ((2.0 * z, 2.0) if z > k % 3 else (z - 2.0, 1.0))
    arrays = ad.trace(lambda u: (u * t).sum(), ad.Tensor([float(i), 1.0]))
    value, slope = arrays.value_and_grad(np.array([float(i), float(k)]))
    wrong += (float(value), slope.tolist()) != (2.0 * i + 4.0 * k, [2.0, 4.0])
    (x * x * 0.25).backward()
    (t * t * 0.25).sum().backward()
    wrong += ad.gradient(x * x * x, x) != 12.0
    wrong += ad.grad(lambda v: v * v * x.data)(float(i)) != 4.0 * i
    if k % 8 == 0:
        y = ad.tanh(x * t).sum()
        wrong += ad.draw(y, names={"y": y}).svg().count("<svg") != 1
        wrong += len(ad.Graph(y)) != 5
    return wrong


def all_together(
    rounds: int, of: Callable[[ad.Value, ad.Tensor, int, int], int] = everything
) -> int:
    """Let eight threads do everything at once, switching as often as can be; return what was wrong."""
    x, t = ad.Value(2.0, name="x"), ad.Tensor([2.0, 4.0], name="t")
    ad.draw(x * x)  # the first picture loads the drawing
    wrong = [0] * THREADS
    before = sys.getswitchinterval()

    def work(i: int) -> None:
        for k in range(rounds):
            wrong[i] += of(x, t, i, k)

    sys.setswitchinterval(1e-6)
    try:
        together(work)
    finally:
        sys.setswitchinterval(before)
    n = THREADS * rounds
    return sum(wrong) + (x.grad != 1.0 * n) + (t.grad.tolist() != [1.0 * n, 2.0 * n])


def test_threads_trace_run_go_backward_and_draw_over_shared_leaves() -> None:
    assert all_together(8) == 0


def test_a_state_of_a_run_that_lies_in_the_leaves_would_be_seen() -> None:
    """The canary: a gradient that is read, added to and written, with others in between."""

    def careless(x: ad.Value, t: ad.Tensor, i: int, k: int) -> int:
        before, added = x.grad, 1.0
        time.sleep(1e-5)
        x.grad = before + added
        t.grad = t.grad + np.array([1.0, 2.0])
        return 0

    assert all_together(20, careless) > 0


def test_the_shared_counter_fails_without_a_lock() -> None:
    """The canary: the plain `+=` on shared leaves that the lock replaces does lose updates."""
    total = np.zeros(1)

    def work(i: int) -> None:
        for _ in range(50):
            before = total[0]
            time.sleep(1e-5)  # another thread comes in between
            total[0] = before + 1.0

    together(work)
    assert total[0] < THREADS * 50


if __name__ == "__main__":
    rounds = int(sys.argv[1])
    found = all_together(rounds)
    print(f"{THREADS} threads, {rounds} rounds each over shared leaves: {found} wrong")
    sys.exit(1 if found else 0)
