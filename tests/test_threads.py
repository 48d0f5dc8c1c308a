"""Eight threads, each with its own graphs and modes, and graphs that share their leaves."""

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
