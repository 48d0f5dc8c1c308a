"""A descent may write over an array only where nobody can see it."""

import inspect
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.table import loops

pytestmark = pytest.mark.engine
G = np.full((2, 3), 2.0)


def place(p: Any) -> int:
    """Return where the array of a leaf lies in memory."""
    return int(p.data.__array_interface__["data"][0])


def test_a_descent_is_a_subtraction() -> None:
    p = ad.Tensor(np.arange(6.0).reshape(2, 3))
    p.assign_sub(G, 0.25)
    np.testing.assert_array_equal(p.data, np.arange(6.0).reshape(2, 3) - 0.5)
    with pytest.raises(ValueError, match="data"):
        (p * 2).assign_sub(G)


@pytest.mark.skipif(
    not ad.compiled or not getattr(sys, "_is_gil_enabled", lambda: True)(),
    reason="only the compiled engine under the global lock writes in place",
)
def test_an_array_that_nobody_else_holds_is_written_over() -> None:
    p = ad.Tensor(np.ones((2, 3)))
    before, age = place(p), p.seq
    p.assign_sub(G)
    assert (place(p), p.data[0, 0]) == (before, -1.0)
    assert p.seq > age
    assert not p.data.flags.writeable


def test_a_view_keeps_its_numbers() -> None:
    p = ad.Tensor(np.ones((2, 3)))
    view, row, memory = p.data, p.data[1], memoryview(p.data)
    p.assign_sub(G)
    assert view[0, 0] == row[2] == memory[1, 1] == 1.0
    assert p.data[0, 0] == -1.0


def test_a_graph_that_was_recorded_keeps_its_numbers() -> None:
    p = ad.Tensor(np.ones((2, 3)))
    y = (p * p).sum()
    p.assign_sub(G)
    y.backward()
    np.testing.assert_array_equal(p.grad, np.full((2, 3), 2.0))  # 2p at the old p = 1
    snapshot = ad.Graph((p * 3).sum())
    p.assign_sub(G)
    assert float(snapshot.nodes[snapshot.outputs[0]].value) == -18.0


def test_memory_that_was_handed_in_is_not_written_to() -> None:
    whole = np.ones((4, 3))
    p = ad.Tensor(np.zeros((2, 3)))
    p.assign(whole[:2])  # a view that only the leaf holds, of memory that it does not
    p.assign_sub(G)
    np.testing.assert_array_equal(whole, np.ones((4, 3)))
    array = np.ones((2, 3))
    q = ad.constant(array, copy=False)
    q.assign_sub(G)
    np.testing.assert_array_equal(array, np.ones((2, 3)))


def test_two_leaves_of_one_array_go_their_own_ways() -> None:
    p = ad.Tensor(np.ones((2, 3)))
    q = ad.Tensor(p.data)
    p.assign_sub(G)
    assert (p.data[0, 0], q.data[0, 0]) == (-1.0, 1.0)


def test_a_step_of_training_leaves_an_earlier_gradient_alone() -> None:
    p = ad.Tensor(np.ones((2, 3)))
    (p * p).sum().backward()
    g = p.grad
    p.assign_sub(p.grad, 0.5)
    np.testing.assert_array_equal(p.data, np.zeros((2, 3)))
    np.testing.assert_array_equal(g, np.full((2, 3), 2.0))
    p.assign_sub(p.data, 1.0)  # by itself: numpy's arithmetic, whatever the order of the loop
    np.testing.assert_array_equal(p.data, np.zeros((2, 3)))


FAULTS = """
import resource
import numpy as np
import autodiff as ad
from autodiff.nodes import array_node
from autodiff.table import loops
def work():
    for _ in range(100):
        kept = [np.ones(100_000) for _ in range(4)]
        del kept
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not ad.compiled or sys.platform != "linux", reason="what is set is glibc's")
def test_memory_of_freed_arrays_is_kept_unless_the_environment_says_otherwise() -> None:
    if "glibc" not in os.confstr("CS_GNU_LIBC_VERSION"):
        pytest.skip("another C library")

    def faults(**environment: str) -> int:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_"))}
        done = subprocess.run(
            [sys.executable, "-c", FAULTS],
            env=plain | environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return int(done.stdout)

    assert faults() < 1_000
    assert faults(MALLOC_TRIM_THRESHOLD_="131072", MALLOC_MMAP_THRESHOLD_="131072") > 20_000


STEP = """
import sys
sys._is_gil_enabled = lambda: {locked}
import numpy as np
import autodiff as ad
p = ad.Tensor(np.ones(5))
place = p._array.__array_interface__["data"][0]
p.assign_sub(np.ones(5), 0.5)
print(p._array.__array_interface__["data"][0] == place, ad.compiled)
"""


def test_nothing_is_written_over_where_threads_run_at_once() -> None:
    for locked in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", STEP.format(locked=locked)],
            capture_output=True,
            text=True,
            check=True,
        )
        written, compiled = done.stdout.split()
        assert (written == "True") == (locked and compiled == "True")


@pytest.mark.parametrize(
    "name", ["product", "half_square", "descend", "minus_size", "sigmoid", "sigmoid_prime"]
)
def test_without_a_compiler_the_passes_leave_their_arrays_alone(name: str) -> None:
    passes = getattr(loops, name)
    arrays = [np.full(3, float(k)) for k in range(len(inspect.signature(passes).parameters))]
    assert passes(*arrays) is False
    assert [x[0] for x in arrays] == [float(k) for k in range(len(arrays))]
