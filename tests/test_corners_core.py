"""Corners of recording, sweeping and replaying: each is a branch that only few programs take."""

import math
import os
import pickle
import subprocess
import sys
import threading
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.derivatives import sweep
from autodiff.graphs import files, storage
from autodiff.nodes import modes, value
from autodiff.printers import evaluate
from autodiff.programs import array_source
from autodiff.table import quiet
from autodiff.table.primitive import POSITIVE, ROWS

pytestmark = pytest.mark.engine
plain = pytest.mark.skipif(ad.compiled, reason="looks inside the plain Python engine")


def test_a_tensor_answers_like_its_array() -> None:
    t = ad.Tensor([[1.0, 2.0]])
    u = ad.relu(t)
    assert (u._op, u._prev, u.op, t.op) == ("ReLU", (t,), "relu", "")
    assert (t._op, (t**2)._op, (t + t)._op) == ("", "**2", "+")
    assert len(t) == 1
    assert +t is t
    assert bool(ad.Tensor(3.0)) is True
    assert float(ad.constant([3.0])) == ad.Tensor([[3.0]]).item() == 3.0
    assert (t == t, t == u) == (True, False)
    assert (t <= 1.0).tolist() == (t < 2.0).tolist() == [[True, False]]
    assert (t >= u).all()
    assert not (t > u).any()
    assert abs(-t).data.tolist() == [[1.0, 2.0]]
    assert t.astype("float32").dtype == np.float32
    assert ([[2.0]] @ t).data.tolist() == [[2.0, 4.0]]
    with pytest.raises(TypeError, match="name: needs a string, got int 3"):
        ad.Tensor(1.0, name=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="matmul: cannot be applied to"):
        ad.Tensor(np.ones((2, 3, 4))) @ ad.Tensor(np.ones((5, 4, 6)))


def test_a_gradient_may_be_set() -> None:
    t, u = ad.Tensor([1.0, 2.0]), ad.Tensor([1.0, 2.0])
    t.grad = 2.0
    u.grad = t.grad
    assert u.grad.tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match=r"shape \(2,\), the new array \(3,\)"):
        t.assign(np.ones(3))


def test_a_value_answers_like_its_number() -> None:
    v = ad.Value(-2.0)
    assert (v.item(), float(v.detach()), v._op, v.local_derivatives) == (-2.0, -2.0, "", ())
    assert +v is v
    assert abs(v).data == 2.0
    assert np.where(v > 0, v, -v).data == 2.0
    assert v != "text"
    with pytest.raises(TypeError, match="not supported between"):
        v < "text"  # type: ignore[operator]  # noqa: B015
    with ad.scope("block"):
        w = -v
    assert w.scope == "block"


def test_backward_inside_a_scope() -> None:
    for x in (ad.Value(3.0), ad.Tensor(3.0)):
        with ad.scope("block"):
            (x * x).backward()
        assert float(x.grad) == 6.0


def test_backward_leaves_inputs_alone() -> None:
    w, x = ad.Tensor([2.0]), ad.constant([3.0])
    y = (w * x).sum()
    y.backward()
    assert w.grad.tolist() == [3.0]
    assert not x.has_grad
    with pytest.raises(ValueError, match="no gradient flows from"):
        x.backward(np.ones(1))
    with ad.no_grad():
        lost = (w * x).sum(), ad.Value(2.0) * 3.0
    for z in lost:
        with pytest.raises(ValueError, match="inside no_grad"):
            z.backward()
    assert not x.has_grad


def test_a_value_times_whole_numbers_is_an_array_of_float64() -> None:
    y = ad.Value(0.5) * np.array([1, 2])
    assert y.dtype == np.float64
    assert y.data.tolist() == [0.5, 1.0]


def test_a_total_with_an_array_in_it() -> None:
    v, t = ad.Value(1.0), np.array([2.0, 3.0])
    y = ad.TABLE["total"](v, t)
    assert y.data.tolist() == [3.0, 4.0]
    assert ad.gradient(y.sum(), v) == 2.0


def test_rows_of_arrays_say_so() -> None:
    with pytest.raises(TypeError, match="transpose: works on arrays; write Tensor"):
        ad.TABLE["transpose"](ad.Value(1.0))
    assert 1.0 in POSITIVE
    assert -1.0 not in POSITIVE
    assert ad.dot(np.ones(2), np.ones(2)) == 2.0


def test_slopes_of_powers_near_underflow_keep_their_digits() -> None:
    # 3 x^2 at 1e-155 and 101 x^100 at 1e-3.1: both below 1e-290
    assert ad.grad(lambda x: x**3)(1e-155) == pytest.approx(3e-310, rel=1e-13)
    assert ad.grad(lambda x: x**3.5)(1e-118) == pytest.approx(3.5e-295, rel=1e-13)


def test_one_root_twice() -> None:
    x = ad.Value(3.0)
    y = x * x
    assert ad.vjp(lambda x: [x * x] * 2, 3.0)[1]([1.0, 1.0]) == (12.0,)
    sweep.backward([y, y], [1.0, 2.0])
    assert x.grad == 18.0


def test_a_long_row_of_places_is_given_back() -> None:
    x = y = ad.Value(1.0)
    for _ in range(300_000):
        y = y + x
    y.backward()
    assert x.grad == 300_001.0


def test_nodes_far_apart_in_creation() -> None:
    """A sparse graph waits on a heap, and is flattened by sorting."""
    x = ad.Value(3.0)
    y = x * x
    for _ in range(20_000):
        ad.Value(0.0)
    z = y * x
    for _ in range(20_000):
        ad.Value(0.0)
    root = z + y
    assert ad.trace(root, inputs=[x]).value_and_grad([3.0]) == (36.0, [33.0])
    root.backward()
    assert x.grad == 33.0


def test_many_nodes_side_by_side() -> None:
    """More than fit between two turns of the sweep's row."""
    x = ad.Value(3.0)
    ad.sum([x * x for _ in range(150_000)]).backward()
    assert x.grad == 900_000.0


@plain
def test_the_text_that_is_compiled_says_what_python_records(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def node(
        heap: None, seq: int, code: int, y: float, da: float, db: float, *rest: Any
    ) -> ad.Value:
        made = ad.Value(y)  # what _memory.pxd does with room of its own
        made._code, made._da, made._db = code, da, db  # type: ignore[attr-defined]
        return made

    x, y = ad.Value(0.3), ad.Value(0.7)
    for name, code in evaluate.METHODS.items():
        fast = getattr(ad.Value, name)
        operands = (x, y)[: ROWS[code].arity]  # type: ignore[attr-defined]
        expected = fast(*operands)
        assert fast.__wrapped__(*operands).local_derivatives == expected.local_derivatives
        with ad.scope("block"):
            assert fast.__wrapped__(*operands).scope == "block"
        with monkeypatch.context() as patch:
            patch.setattr(value.cython, "compiled", True)
            patch.setattr(value, "memory", SimpleNamespace(node=node))
            patch.setattr(value, "_heap", None, raising=False)
            found = fast.__wrapped__(*operands)
        assert (found.op, found.data) == (expected.op, expected.data)
        assert found._da == expected._da
        assert len(operands) == 1 or found._db == expected._db


def test_a_program_of_a_leaf_has_no_operations() -> None:
    x = ad.Value(3.0)
    assert ad.trace(x, inputs=[x]).value_and_grad([5.0]) == (5.0, [1.0])


@plain
def test_an_interrupted_sweep_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    x = ad.Value(2.0)
    y = ad.exp(x) * ad.sin(x) + x * x

    reach = sweep.reach

    def interrupted(node: Any) -> None:
        reach(node)
        if node is x:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sweep, "reach", interrupted)
        with pytest.raises(KeyboardInterrupt):
            y.backward()
    y.backward()
    assert x.grad == ad.gradient(y, x)


@plain
def test_sweeps_are_counted_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    x = ad.Value(2.0)
    monkeypatch.setattr(sweep, "_number", (1 << 32) - 2)
    y = x * x
    y.backward()
    assert x.grad == 4.0
    for _ in range(2):
        with pytest.raises(OverflowError, match="2\\*\\*32 sweeps in one process"):
            y.backward()


@plain
def test_where_there_is_no_caller_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = SimpleNamespace(f_globals={"__name__": "autodiff.nodes.value"}, f_back=None)
    monkeypatch.setattr(modes, "sys", SimpleNamespace(_getframe=lambda _: inner))
    assert modes.source_line() == "?"


def test_comparisons_in_another_thread_are_not_the_traces() -> None:
    x, t = ad.Value(1.0), ad.Tensor([1.0])
    seen: list[bool] = []

    def look() -> None:
        seen.append(x > 0.0 and bool(t > 0.0) and bool(t.data[0] > 0.0))

    def f(v: Any) -> Any:
        other = threading.Thread(target=look)
        other.start()
        other.join()
        return v * v

    for example, at in ((2.0, 3.0), (ad.Tensor(2.0), np.array(3.0))):
        program = ad.trace(f, example)
        assert program(at) == 9.0
    assert seen == [True, True]


def test_programs_return_what_the_function_returns() -> None:
    def f(x: Any) -> Any:
        return {"sum": x[0] + x[1], "both": [x * 2.0, (x[0], 7.0)]}

    program = ad.trace(f, np.array([1.0, 2.0]))
    found = program(np.array([3.0, 4.0]))
    assert found["sum"] == 7.0
    assert found["both"][0].tolist() == [6.0, 8.0]
    assert found["both"][1] == (3.0, 7.0)
    lanes = ad.trace(f, np.array([[1.0, 2.0]]), in_axes=0)
    found = lanes(np.array([[3.0, 4.0], [5.0, 6.0]]))
    assert found["sum"].tolist() == [7.0, 11.0]
    assert found["both"][0].tolist() == [[6.0, 8.0], [10.0, 12.0]]
    with pytest.raises(ValueError, match="must return a single number"):
        program.value_and_grad(np.array([3.0, 4.0]))


def test_traces_say_what_does_not_fit() -> None:
    x = ad.Value(1.0)
    y = x * x
    with pytest.raises(TypeError, match="must be leaves of the graph"):
        ad.trace(y, inputs=[y])
    with pytest.raises(TypeError, match="needs a function or a Value, got int"):
        ad.trace(3)
    with pytest.raises(TypeError, match="needs a function or a node, got int"):
        ad.trace(3, ad.Tensor([1.0]))
    t = ad.Tensor([1.0])
    with pytest.raises(TypeError, match="must be leaves of the graph"):
        ad.trace(t * t, inputs=[t * t])
    with pytest.raises(ValueError, match="in_axes has 1 entries for 2 arguments"):
        ad.trace(lambda a, b: a, 1.0, 2.0, in_axes=(0,))
    ones = np.ones(2)
    program = ad.trace(lambda a, b: a * b, ones, ones, in_axes=0)
    with pytest.raises(ValueError, match="have 2 and 3 samples"):
        program(ones, np.ones(3))


class Unsigned:
    """A function that does not tell its parameters."""

    __signature__ = "none"

    def __call__(self, x: Any) -> Any:
        return x * x


def test_programs_of_arrays_in_rare_shapes() -> None:
    program = ad.trace(Unsigned(), ad.Tensor([1.0]))
    assert program([3.0]).tolist() == [9.0]
    assert not array_source.takes_out(Unsigned())

    def named(x: Any) -> Any:
        y = x * x
        y.name = "two words"
        return y + 1.0

    assert ad.trace(named, ad.Tensor([1.0]))([3.0]).tolist() == [10.0]
    a = np.arange(6.0).reshape(2, 3)
    turned = ad.trace(lambda x: ad.exp(x.T).T.reshape(-1) * 2.0, ad.Tensor(a))
    assert turned(a).tolist() == (np.exp(a).ravel() * 2.0).tolist()
    there = pickle.loads(pickle.dumps(ad.trace(ad.exp, ad.Tensor([1.0]))))
    with pytest.raises(ValueError, match="nothing is recorded here yet"):
        there.source  # noqa: B018
    assert there([0.0]).tolist() == [1.0]
    assert "exp" in there.source
    nested = ad.trace(
        lambda p: p["w"] * p["b"][0], {"w": ad.Tensor([1.0]), "b": [ad.Tensor([1.0])]}
    )
    assert nested({"w": [2.0], "b": [[3.0]]}).tolist() == [6.0]
    with pytest.raises(TypeError, match="p has the keys"):
        nested({"w": [2.0]})
    with pytest.raises(TypeError, match="needs numbers, got list"):
        nested({"w": [2.0], "b": [[3.0], [4.0]]})


def test_numpys_functions_with_rare_arguments() -> None:
    t = ad.Tensor([[1.0, 2.0], [3.0, 4.0]])
    a = np.asarray(t.data)
    cube = np.arange(8.0).reshape(2, 2, 2)
    weights = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert np.average(t, weights=weights).data == np.average(a, weights=weights)
    with pytest.raises(TypeError, match="say by axis="):
        np.average(t, weights=np.ones(2))
    assert np.dot(t, 2.0).data.tolist() == np.dot(a, 2.0).tolist()
    assert np.inner(t, 2.0).data.tolist() == np.inner(a, 2.0).tolist()
    assert np.dot(t, cube).data.tolist() == np.dot(a, cube).tolist()
    assert np.tensordot(t, cube, 1).data.tolist() == np.tensordot(a, cube, 1).tolist()
    assert np.einsum("ij,jk", t, a).data.tolist() == np.einsum("ij,jk", a, a).tolist()
    assert np.einsum("ii", t).data == np.einsum("ii", a)


def test_graphs_answer_about_single_edges() -> None:
    x, c = ad.Tensor([1.0, -1.0]), ad.constant([1.0, 0.0], name="c")
    y = ad.where(c, x, 0.0 * x)
    graph = ad.Graph(y, names={"_": y, "y": y, "again": y, "n": 3})
    assert graph[y].name == "y"
    with pytest.raises(TypeError, match="Graph: needs a Value or a Tensor, got str"):
        ad.Graph("y")  # type: ignore[arg-type]
    edges = {edge.index: edge for edge in graph.edges if edge.target == graph.ids[y]}
    assert graph.local(edges[0]) is None  # a condition has no slope
    assert graph.local(edges[1]).tolist() == [1.0, 0.0]
    assert graph.contribution(edges[1]) is None  # nothing went backward yet
    assert '"nodes"' in graph.to_json()
    assert y.sum().explain(x).count == 2


def test_arguments_of_the_checker_come_as_a_tuple() -> None:
    with pytest.raises(TypeError, match=r"so write \(x,\) for one, got 0.5"):
        ad.check_grads(ad.sin, 0.5)


def test_saved_parameters(tmp_path: Path) -> None:
    t = ad.Tensor([[1.0, 2.0], [3.0, 4.0]])
    y = (t[np.int64(1)].astype("float32").astype("float64") * t[np.bool_(True)]).sum()
    ad.save_graph(tmp_path / "graph.npz", y)
    (z,) = ad.load_graph(tmp_path / "graph.npz")
    assert z.data == y.data

    class Index:
        def __index__(self) -> int:
            return 0

    with pytest.raises(TypeError, match=r"cannot save the parameter .* of type Index"):
        ad.save_graph(tmp_path / "graph.npz", t[Index()])


def test_saved_graphs_that_would_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    column = ad.Tensor(np.ones((1000, 1)))
    path = tmp_path / "graph.npz"
    ad.save_graph(path, column @ column.T)
    monkeypatch.setattr(storage, "LIMIT_BYTES", 1 << 20)
    with pytest.raises(ad.GraphFileError, match="matmul would make 1000000 numbers"):
        ad.load_graph(path)
    wide = tmp_path / "wide.npz"
    ad.save_graph(wide, ad.broadcast_to(ad.Tensor(1.0), (1000, 1000)).sum())
    with pytest.raises(ad.GraphFileError, match="broadcast would make 1000000 numbers"):
        ad.load_graph(wide)
    assert ad.load_graph(wide, limit=1 << 25)[0].data == 1e6


def test_files_are_written_to_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="it is a folder, so add a file name"):
        files.write(tmp_path, "text")
    with pytest.raises(OSError, match=r"folder .* does not exist"):
        files.write(tmp_path / "no" / "file", "text")
    with pytest.raises(OSError, match=r"cannot be written: .*embedded null"):
        files.write(tmp_path / "a\0b", "text")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE) as reader:
            files.write(tmp_path / "pipe", "text")
            assert reader.communicate(timeout=10)[0] == b"text"


def test_warnings_are_silenced_where_numpy_keeps_its_state_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """numpy 1.26 has no `numpy._core`; then seterr does it."""
    monkeypatch.setitem(sys.modules, "numpy._core", None)
    loader = SourceFileLoader("quiet_of_old", str(Path(quiet.__file__).with_name("quiet.py")))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    old = module_from_spec(spec)
    loader.exec_module(old)
    with np.errstate(over="raise"):
        before = old.now()
        old.put(old.SILENT)
        assert math.isinf(np.float64(1e300) * np.float64(1e300))
        old.put(before)
        assert np.geterr()["over"] == "raise"
