"""A chain of a million nodes: built, swept and freed without recursion, in seconds.

In a process of its own, at a recursion limit of 100 and in a thread with a stack of 256 KiB, where
one C or Python frame a node would end the program.
"""

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import autodiff as ad

pytestmark = pytest.mark.engine

PROGRAM = """
import sys, threading, time
import autodiff as ad

def chain(n):
    x = ad.Value(1.0)
    y = x
    for _ in range(n):
        y = y + x
    return x, y

def work():
    sys.setrecursionlimit(100)
    x, y = chain(1_000_000)
    start = time.thread_time()
    y.backward()
    backward = time.thread_time() - start
    assert x.grad == 1_000_001.0
    assert ad.gradient(y, x) == 1_000_001.0
    start = time.thread_time()
    del y
    freed = time.thread_time() - start
    t = ad.Tensor([1.0])
    u = t
    for _ in range(20_000):
        u = u + t
    u.sum().backward()
    assert t.grad.tolist() == [20_001.0]
    long = ad.trace(u.sum(), inputs=[t])
    assert long.value_and_grad([[2.0]]) == (40_002.0, [[20_001.0]])
    del u
    x, y = chain(100_000)
    assert ad.trace(y, inputs=[x]).value_and_grad([2.0]) == (200_002.0, [100_001.0])
    x, y = chain(5_000)
    g = ad.gradient(y * y, x, create_graph=True)
    assert ad.gradient(g, x) == 2.0 * 5_001**2
    print(backward, freed)

def recursive():  # the canary: a sweep that recurses ends here with an error
    x, y = chain(1_000)
    sys.setrecursionlimit(100)
    def sweep(node):
        for p in node.parents:
            sweep(p)
    sweep(y)

# CPython 3.13 itself takes 10,000 C frames to free nested tuples or objects, in any program.
threading.stack_size((256 if sys.version_info < (3, 13) else 1024) * 1024)
errors = []
def run():
    try:
        {"work": work, "recursive": recursive}[sys.argv[1]]()
    except BaseException as e:
        errors.append(repr(e)[:200])
thread = threading.Thread(target=run)
thread.start()
thread.join()
if errors:
    sys.exit(errors[0])
"""


def test_a_million_nodes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "work"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    backward, freed = map(float, done.stdout.split())
    assert backward <= 5.0
    assert freed <= 0.5


def test_a_recursive_sweep_would_fail() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "recursive"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "RecursionError" in done.stderr


def chain(kind: type, n: int = 100_000) -> tuple[ad.Value, ad.Value]:
    x = kind(1.0)
    y = x
    for i in range(n):
        y = y * 1.0 if i % 2 else y + x
    return x, y


def test_pickling_and_copying_a_computed_node_raise_a_named_error() -> None:
    for kind, n in ((ad.Value, 100_000), (ad.Tensor, 10_000)):
        _, y = chain(kind, n)
        for f in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="save_graph"):
                f(y)


def test_saving_and_loading_a_hundred_thousand_nodes(tmp_path: Path) -> None:
    x, y = chain(ad.Value, 50_000)
    path = ad.save_graph(tmp_path / "chain.npz", y, x)
    loaded, leaf = ad.load_graph(path)
    assert loaded.data == y.data
    loaded.backward()
    y.backward()
    assert leaf.grad == x.grad
    graph = ad.Graph(loaded)
    assert len(graph) == len(ad.Graph(y)) >= 75_000


@pytest.mark.slow
def test_drawing_a_hundred_thousand_nodes() -> None:
    _, y = chain(ad.Value)
    try:
        assert len(ad.draw(y).source) > 1000
    except (ValueError, MemoryError) as error:
        assert "nodes" in str(error)  # noqa: PT017


def test_leaves_pickle_and_copy() -> None:
    for leaf in (ad.Value(2.5, name="w"), ad.Tensor([1.0, 2.0], name="w"), ad.constant(2.0, "w")):
        if not leaf.is_constant:
            ad.sum(leaf * leaf).backward()
        for f in (lambda v: pickle.loads(pickle.dumps(v)), copy.copy, copy.deepcopy):
            twin = f(leaf)
            assert twin is not leaf
            assert type(twin) is type(leaf)
            assert twin.name == "w"
            assert twin.is_constant == leaf.is_constant
            assert (twin.data == leaf.data) if leaf.shape == () else (twin.data == leaf.data).all()
            assert twin.has_grad == leaf.has_grad
            twin.zero_grad()
            assert leaf.has_grad == (not leaf.is_constant)
    a = ad.Value(1.0)
    b, c = pickle.loads(pickle.dumps([a, a]))
    assert b is c
