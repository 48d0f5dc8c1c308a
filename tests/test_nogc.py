"""Graphs are freed by reference counting alone: no cycles for the garbage collector to find."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import autodiff as ad

pytestmark = pytest.mark.engine

PROGRAM = """
import gc, sys
import numpy as np
import autodiff as ad

def memory():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096 / 2**20

def scalars():
    x = ad.Value(0.5, name="x")
    y = x
    for i in range(1000):
        y = y * x + 1.0 if i % 2 else y.tanh() - x
    with ad.scope("end"):
        y = ad.sum([y, x, y])
    y.backward()
    ad.gradient(y, x, create_graph=False)
    return y

def arrays():
    w = ad.Tensor(np.ones((3, 3)))
    y = w
    for i in range(700):
        y = ad.tanh(y @ w) if i % 2 else y * 0.5
    y.sum().backward()
    ad.gradient(y.sum(), w)

def f(x):
    for i in range(300):
        x = x * x * 0.5 + 0.1 if i % 2 else ad.tanh(x)
    return x

number = ad.trace(f, 0.5)
array = ad.trace(lambda t: ad.tanh(t * t + 1.0).sum(), ad.Tensor(np.ones(100)))

def replayed():  # traced once, run often
    for k in range(20):
        number.value_and_grad(0.1 * k)
        array.value_and_grad(np.full(100, 0.1 * k))

def traced():  # programs are made, run and dropped
    ad.trace(f, 0.5).value_and_grad(0.1)
    program = ad.trace(lambda t: ad.tanh(t * t + 1.0).sum(), ad.Tensor(np.ones(100)))
    program.value_and_grad(np.ones(100))

def leaky():
    y = scalars()
    class Holder: pass
    h = Holder(); h.y = y; h.self = h  # the fault: a cycle that keeps a graph alive

build = {"scalars": scalars, "arrays": arrays, "replayed": replayed, "traced": traced,
         "leaky": leaky}[sys.argv[1]]
graphs = int(sys.argv[2])
build(); build()
gc.collect()
gc.disable()
before = memory()
for _ in range(graphs):
    build()
print(memory() - before, gc.collect())
"""


def run(build: str, graphs: int) -> tuple[float, int]:
    command = [sys.executable, "-c", PROGRAM, build, str(graphs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    grown, found = done.stdout.split()
    return float(grown), int(found)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("build", "graphs"), [("scalars", 300), ("arrays", 60), ("replayed", 60), ("traced", 60)]
)
def test_memory_does_not_grow(build: str, graphs: int) -> None:
    grown, found = run(build, graphs)
    assert grown <= 5.0, "MB"
    assert found == 0


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_cycle_would_be_seen() -> None:
    _, found = run("leaky", 5)
    assert found > 0


def test_a_gradient_keeps_no_cotangent_that_nobody_asked_for() -> None:
    x = ad.Tensor(np.full((100, 100), 0.5))
    y = x
    for _ in range(50):
        y = ad.tanh(y) + x
    y = y.sum()
    tracemalloc.start()
    try:
        ad.gradient(y, x)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * x.data.nbytes  # 100 arrays flow back; a step needs a few at a time


def test_whatever_a_graph_holds_is_given_back() -> None:
    x = ad.Value(1.0)
    before, none = sys.getrefcount(x), sys.getrefcount(None)
    early = x * x
    y = early
    for _ in range(100_000):  # early is far from the end, in creation
        y = 1.0 - (y * x).tanh()
    y = y + early
    for _ in range(100):  # sums hold their operands in lists
        y = ad.sum([y, x, 2.0, y * x])
    del y, early
    assert sys.getrefcount(x) == before
    assert abs(sys.getrefcount(None) - none) < 10_000  # of 300,000 nodes


@pytest.mark.skipif(not ad.compiled, reason="Python itself has the memory of plain nodes")
def test_the_next_graph_lies_in_memory_as_the_one_before() -> None:
    x = ad.Value(1.0)

    def places() -> list[int]:
        y, found = x, []
        for _ in range(3000):
            y = y * x + (x - 1.0).exp()
            found.append(id(y))
        return found

    places()
    first = places()
    assert places() == first
