"""Tiles: stretches of pointwise rows in blocks have the bits of one numpy call after the other."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import perf_counter

import numpy as np
import pytest

import autodiff as ad
from autodiff.graphs import fold
from autodiff.graphs.blocks import tiles
from autodiff.graphs.blocks.threads import Threads, workers
from autodiff.table import tree
from tests import rows

POINTWISE = [row for row in rows.POINTWISE if row.name not in ("identity", "stop")]
CORNERS = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-320, 1e38, -1e38, 1.0, -1.0, 0.5, 2.0]
BLOCKS = (1, 7, 64, 2048)


@pytest.fixture(params=["tile", "plain"])
def kind(request, monkeypatch):
    """Both classes of tiles, where the engine is compiled."""
    if request.param == "plain":
        monkeypatch.setattr(tiles, "Tile", tiles.PlainTile)


def answer(f, arrays, block, monkeypatch, grads=False, **options):
    """Return the bits of what a program with blocks of this size answers, and the program."""
    monkeypatch.setattr(tiles, "BLOCK", block)
    program = ad.trace(
        f, *(ad.Tensor(x) for x in arrays), argnums=tuple(range(len(arrays))), **options
    )
    call = program.value_and_grad if grads else program
    call(*(x.copy() for x in arrays))  # records it
    found = tree.flatten(call(*(x.copy() for x in arrays)))[0]
    return [
        (x.shape, np.where(x == x, x, np.nan).tobytes()) for x in map(np.asarray, found)
    ], program


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", POINTWISE, ids=lambda row: row.name)
def test_every_row_in_blocks_has_the_bits_of_one_call(row, dtype, rng, monkeypatch, kind):
    monkeypatch.setattr(fold, "FOLDING", False)  # the factors of one make it a stretch
    xs = [
        np.concatenate([rng.permutation(CORNERS), rng.normal(size=50) * 3]).astype(dtype)
        for _ in range(row.arity)
    ]

    def f(*args):
        one = dtype(1.0)
        return row(*(x * one for x in args)) * one

    expected, plain = answer(f, xs, 0, monkeypatch)
    found, program = answer(f, xs, 7, monkeypatch)
    assert found == expected
    assert "tile(" not in plain.source
    assert "tile(" in program.source


def smaller(shape, rng):
    """Return a shape that is broadcast to a shape: some axes of one, some at the front left out."""
    drawn = [n if rng.random() < 0.5 else 1 for n in shape]
    return tuple(drawn[rng.integers(len(shape)) :])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", [r for r in POINTWISE if r.arity > 1], ids=lambda row: row.name)
def test_operands_that_are_broadcast_have_the_bits_of_one_call(row, dtype, rng, monkeypatch, kind):
    for shape in ((4, 9), (3, 1, 37), (2, 3, 2, 5), (5, 1, 1), (70,)):
        shapes = [shape, *(smaller(shape, rng) for _ in range(row.arity - 1))]
        xs = [(rng.choice(CORNERS, s) + rng.normal(size=s)).astype(dtype) for s in shapes]

        def f(x, *others):
            y = row(x, *others) * x
            again = row(y, *others)
            return ad.broadcast_to(others[0], y.shape) * again, y.sum()

        expected, _ = answer(f, xs, 0, monkeypatch)
        for block in (1, 7, 2048):
            found, program = answer(f, xs, block, monkeypatch)
            assert found == expected
            assert "tile(" in program.source


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_is_put_into_zeros_has_the_bits_of_one_call(dtype, rng, monkeypatch, kind):
    parts = (
        slice(0, 4),
        slice(3, 9),
        5,
        -1,
        slice(-2, None),
        slice(None),
        slice(8, 2, -1),
        (slice(2, 7),),
    )
    xs = [rng.normal(size=shape).astype(dtype) for shape in ((9,), (9, 3), (9, 2, 2))]

    def f(*arrays):
        return sum((x[part] * x[part] * k).sum() for x in arrays for k, part in enumerate(parts))

    expected, _ = answer(f, xs, 0, monkeypatch, grads=True)
    for block in (1, 5, 16, 2048):
        found, program = answer(f, xs, block, monkeypatch, grads=True)
        assert found == expected
    lines = program.courses[True][0].source.splitlines()
    assert sum("# v" in line and "scatter" in line for line in lines) >= 12


def test_sums_of_outer_products_run_in_one_tile(rng, monkeypatch, kind):
    def f(w, *xs):
        return sum(ad.tanh(w @ x).sum() for x in xs)

    arrays = [rng.normal(size=(12, 5)), *(rng.normal(size=5) for _ in range(8))]
    expected, _ = answer(f, arrays, 0, monkeypatch, grads=True)
    for block in BLOCKS:
        found, program = answer(f, arrays, block, monkeypatch, grads=True)
        assert found == expected
    lines = program.courses[True][0].source.splitlines()
    assert sum("# v" in line and "mul" in line for line in lines) >= 8


def mixture(x, y, w, s, m):
    """Rows of three shapes, sums and slices among them, results from the midst of a stretch."""
    a = ad.exp(-x * x) * y + s
    b = ad.sqrt(a * a + 1.0) - ad.where(x, ad.sigmoid(y), ad.tanh(y))
    c = ad.maximum(b[1:], a[:-1]) * s
    d = (m @ ad.log(1.0 + ad.abs(w))) * 2.0 + w
    e = ad.normal_cdf(a) * d.sum() + b
    return (a * e).sum() + (c * c).sum() + (ad.sin(d) * d).mean() * s


@pytest.mark.parametrize("block", BLOCKS)
def test_programs_in_blocks_have_the_bits_of_no_blocks(block, rng, monkeypatch, kind):
    shapes = (150,), (150,), (9,), (), (9, 9)
    arrays = [np.asarray(rng.normal(size=shape)) for shape in shapes]
    for grads in (False, True):
        expected, _ = answer(mixture, arrays, 0, monkeypatch, grads)
        found, program = answer(mixture, arrays, block, monkeypatch, grads)
        assert found == expected
    text = program.courses[True][0].source
    assert text.count("tile") > 2


def test_results_in_a_stretch_and_numbers_without_axes(rng, monkeypatch, kind):
    def f(x, y, s):
        a = x * y + 1.0
        t = ad.exp(s * s) + 1.0
        return {"a": a, "b": a * x - s, "again": a, "t": t, "u": t * 3.0}

    arrays = [rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), np.array(0.2)]
    expected, _ = answer(f, arrays, 0, monkeypatch)
    found, program = answer(f, arrays, 4, monkeypatch)
    assert found == expected
    results = program(*arrays)
    before = results["a"].copy()
    program(*arrays)
    assert not np.may_share_memory(results["a"], results["again"])
    assert (results["a"] == before).all()


def test_what_is_given_up_is_written_over_block_by_block(rng, monkeypatch, kind):
    def f(w, m, g):
        step = 0.9 * m + 0.1 * g
        return w - 0.01 * step / ad.sqrt(step * step + 1.0), step

    arrays = [rng.normal(size=40) for _ in range(3)]
    expected, _ = answer(f, arrays, 0, monkeypatch)
    found, program = answer(f, arrays, 16, monkeypatch, donate_argnums=(0, 1))
    assert found == expected
    own = [x.copy() for x in arrays]
    results = program(*own)
    assert {id(x) for x in results} <= {id(x) for x in own}


def test_arguments_that_do_not_lie_whole_and_leaves_from_outside(rng, monkeypatch, kind):
    leaf = ad.Tensor(rng.normal(size=(6, 4)))

    def f(x):
        return (ad.exp(x) * leaf + 2.0) * leaf

    monkeypatch.setattr(tiles, "BLOCK", 5)
    program = ad.trace(f, ad.Tensor(np.ones((6, 4))))
    x = rng.normal(size=(4, 6)).T
    assert not x.flags.c_contiguous
    assert (program(x) == (np.exp(x) * leaf.data + 2.0) * leaf.data).all()
    leaf.data = rng.normal(size=(6, 4))
    assert (program(x) == (np.exp(x) * leaf.data + 2.0) * leaf.data).all()


def test_a_stretch_asks_for_the_memory_of_a_few_blocks(monkeypatch):
    def f(x):
        for _ in range(20):
            x = ad.sin(x) * 2.0 + x
        return x.sum()

    program = ad.trace(f, ad.Tensor(np.ones(10_000)))
    made = program.courses[False][0].made
    (plan,) = [function.args[0] for _, function, _, _ in made if function is not None]
    assert len(plan.steps) == 60
    assert len(plan.blocks) <= 3
    assert sum(function is None for _, function, _, _ in made) == 1  # what the sum reads


def wide(x, y):
    """Rows on arrays that are large enough for threads."""
    a = ad.exp(-x * x) * y + 1.0
    return (ad.tanh(a) * ad.sqrt(a * a + 1.0) - ad.sigmoid(y) * x).sum()


def large(rng, size=300_001):
    return [rng.normal(size=size), rng.normal(size=size)]


def test_the_number_of_threads_changes_no_bit(rng, monkeypatch):
    xs = large(rng)
    found = []
    for threads in ("1", "2", "3", "16", "none"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        found.append(answer(wide, xs, 2048, monkeypatch, grads=True)[0])
    assert found[1:] == found[:1] * 4
    assert found[0] == answer(wide, xs, 0, monkeypatch, grads=True)[0]


def test_programs_with_threads_are_called_in_threads_and_in_children(rng, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    xs = large(rng)
    program = ad.trace(wide, *map(ad.Tensor, xs), argnums=(0, 1))
    others = [large(np.random.default_rng(seed)) for seed in range(4)]
    alone = [program.value_and_grad(*x)[0] for x in others]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda x: program.value_and_grad(*x)[0], others * 4))
    assert found == alone * 4
    if hasattr(os, "fork"):
        child = os.fork()
        if not child:
            os._exit(int(program.value_and_grad(*others[0])[0] != alone[0]))
        assert os.waitpid(child, 0)[1] == 0


def test_threads_take_whole_blocks_as_many_as_there_are(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    threads = Threads()
    assert threads.part(1000, 10_000, 2048) == 1000
    assert threads.part(4096, 1, 2048) == 4096
    assert threads.started == 0
    assert threads.part(10 * 2048 + 1, 1000, 2048) == 4 * 2048
    assert threads.started == 2
    done, said = Lock(), []
    done.acquire()
    threads.jobs.put((said.append, ("done",), done))
    with done:
        assert said == ["done"]
    monkeypatch.setattr("autodiff.graphs.blocks.threads.Thread", refused)
    assert Threads().part(10 * 2048 + 1, 1000, 2048) == 11 * 2048
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert workers() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert workers() >= 1


def refused(**_):
    raise RuntimeError("can't start new thread")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
def test_a_signal_while_threads_run_leaves_the_next_call_right(rng, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    xs = large(rng)
    program = ad.trace(wide, *map(ad.Tensor, xs), argnums=(0, 1))
    expected = program.value_and_grad(*xs)
    start = perf_counter()
    program.value_and_grad(*xs)
    taken = perf_counter() - start
    stopped = 0
    before = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    try:
        for moment in np.linspace(0.02, 0.98, 25) * taken:
            try:
                signal.setitimer(signal.ITIMER_REAL, moment)
                program.value_and_grad(*xs)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                stopped += 1
            found = program.value_and_grad(*xs)
            assert found[0] == expected[0]
            assert all(map(np.array_equal, found[1], expected[1]))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert stopped
