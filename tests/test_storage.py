"""Graphs on disk: exact round trips, and one clear error for whatever else a file may hold."""

import copy
import io
import json
import pickle
import random
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff.graphs import storage
from autodiff.table.primitive import TABLE
from autodiff.table.recipes.sizes import largest
from tests import forged_graphs
from tests.parity import seeded
from tests.rows import CORE

pytestmark = pytest.mark.engine


def example() -> tuple[Any, Any]:
    w = ad.Tensor(np.arange(6.0).reshape(2, 3), name="w")
    b = ad.Tensor(np.array([0.25, -0.5], np.float32), name="b 'ü' \ud800<script>"[:6])
    v = ad.Value(1.5, name="v")
    with ad.scope("layer1"):
        z = w @ ad.Tensor([1.0, -1.0, 0.5]) + b * v
        a = ad.sigmoid(z)
    t = a[np.array([1, 0])] + a[::-1] + ad.stack([v, v**2.0])
    with ad.scope("cost"), ad.scope("sum"):
        c = ad.softmax_cross_entropy(t, [1.0, 0.0]) + ad.norm(w[..., 1:]) + w.max(axis=0).mean()
        c = c + ad.sum([v, v * 2, ad.tanh(v)]) + w.T.reshape(-1)[[0, 5]].sum()
    c.backward()
    return c, z


def test_round_trip_is_exact(tmp_path: Path) -> None:
    outputs = example()
    path = ad.save_graph(tmp_path / "graph.npz", *outputs)
    loaded = ad.load_graph(path)
    before, after = ad.Graph(*outputs), ad.Graph(*loaded)
    assert len(before) == len(after)
    assert before.edges == after.edges
    assert before.outputs == after.outputs
    for a, b in zip(before, after, strict=True):
        assert (a.kind, a.name, a.scope, a.op) == (b.kind, b.name, b.scope, b.op)
        assert np.asarray(a.value).tobytes() == np.asarray(b.value).tobytes()
        assert np.asarray(a.value).dtype == np.asarray(b.value).dtype
        assert (a.grad is None) == (b.grad is None)
        if a.grad is not None:
            assert np.asarray(a.grad).tobytes() == np.asarray(b.grad).tobytes()
    again = ad.save_graph(tmp_path / "again.npz", *loaded)
    with np.load(path) as a, np.load(again) as b:
        assert a["graph"].tobytes() == b["graph"].tobytes()


def test_special_numbers(tmp_path: Path) -> None:
    for x in (np.inf, -np.inf, np.nan, -0.0, 5e-324, 1.7976931348623157e308):
        (y,) = ad.load_graph(ad.save_graph(tmp_path / "x.npz", ad.Value(x) * 1.0))
        assert np.float64(y.data).tobytes() == np.float64(x).tobytes() or np.isnan(x)


def test_no_path_of_this_machine_is_saved(tmp_path: Path) -> None:
    with ad.anomaly():
        y = ad.Value(1.0) * 2.0
    assert __file__ in y.where
    path = ad.save_graph(tmp_path / "x.npz", y)
    with np.load(path) as archive:
        assert b"test_storage" not in archive["graph"].tobytes()


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="at least one node"):
        ad.save_graph(tmp_path / "x")
    with pytest.raises(TypeError, match="needs nodes, got float"):
        ad.save_graph(tmp_path / "x", 1.0)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="cannot be written"):
        ad.save_graph(tmp_path / "no" / "x", ad.Value(1.0))
    with pytest.raises(FileNotFoundError):
        ad.load_graph(tmp_path / "absent")
    x = ad.Value(1.0)
    y = x * x
    x.data = 2.0
    with pytest.raises(ValueError, match="new data"):
        ad.save_graph(tmp_path / "x", y)
    assert list(tmp_path.iterdir()) == []


def forged(path: Path, text: Any, **arrays: np.ndarray) -> Path:
    raw = text if isinstance(text, bytes) else json.dumps(text).encode()
    buffer = io.BytesIO()
    np.savez(buffer, graph=np.frombuffer(raw, np.uint8), **arrays)  # type: ignore[arg-type]
    path.write_bytes(buffer.getvalue())
    return path


def graph(*nodes: dict[str, Any], outputs: Any = (0,), **other: Any) -> dict[str, Any]:
    return {
        "format": storage.FORMAT, "version": 1, "nodes": list(nodes), "outputs": list(outputs)
    } | other  # fmt: skip


LEAF = {"kind": "tensor", "constant": False, "data": {"array": 0}}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not json",
        b"[" * 100_000,
        b"[]",
        {},
        graph(LEAF, version=2),
        graph(LEAF, format="other"),
        graph(LEAF, outputs=[1]),
        graph(LEAF, outputs=[-1]),
        graph(LEAF, outputs=["0"]),
        graph({**LEAF, "name": 3}),
        graph({**LEAF, "kind": "value"}, {**LEAF, "op": "exp", "operands": [1]}),
        graph(LEAF, {"kind": "tensor", "op": "exp", "operands": [1]}),
        graph(LEAF, {"kind": "tensor", "op": "exp", "operands": [0, 0]}),
        graph(LEAF, {"kind": "value", "op": "exp", "operands": [0]}),
        graph(LEAF, {"kind": "tensor", "op": "system", "operands": [0]}),
        graph(LEAF, {"kind": "tensor", "op": "__class__", "operands": [0]}),
        graph(LEAF, {"kind": "tensor", "op": "exp", "operands": [0], "scope": 3}),
        graph(LEAF, {"kind": "tensor", "op": "broadcast", "operands": [0],
                     "params": {"shape": {"tuple": [10**9, 10**9, 3]}}}),
        graph(LEAF, {"kind": "tensor", "op": "scatter", "operands": [0],
                     "params": {"index": 0, "shape": {"tuple": [10**12]}}}),
        graph(LEAF, {"kind": "tensor", "op": "cast", "operands": [0],
                     "params": {"dtype": {"dtype": "object"}}}),
        graph(LEAF, {"kind": "tensor", "op": "take", "operands": [0],
                     "params": {"index": {"eval": "1"}}}),
        graph({**LEAF, "data": {"array": 7}}),
        graph({**LEAF, "data": {"array": "__class__"}}),
        graph({**LEAF, "data": "text"}),
        graph({**LEAF, "kind": "text"}),
        graph({**LEAF, "constant": "no"}),
        graph({**LEAF, "scope": 3, "op": "exp", "operands": [0]}),
        graph(LEAF, {"kind": "tensor", "op": "exp", "operands": [0], "params": {"where": True}}),
        graph(LEAF, {"kind": "tensor", "op": "exp", "operands": [], "params": {"x": {"array": 0}}}),
        graph(LEAF, {"kind": "tensor", "op": "concatenate", "operands": [], "params": {"axis": 0}}),
        graph(LEAF, {"kind": "tensor", "op": "sum", "operands": [0],
                     "params": {"axis": 0, "keepdims": False, "out": {"array": 0}}}),
    ],
)  # fmt: skip
def test_foreign_and_hostile_files(tmp_path: Path, text: Any) -> None:
    path = forged(tmp_path / "forged.npz", text, a0=np.ones(3))
    with pytest.raises(ad.GraphFileError, match=r"forged\.npz: not a graph that can be loaded"):
        ad.load_graph(path)


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04", b"\x93NUMPY", bytes(1000)])
def test_files_that_are_no_archive(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "forged.npz"
    path.write_bytes(data)
    with pytest.raises(ad.GraphFileError):
        ad.load_graph(path)


def test_pickles_and_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = forged(tmp_path / "x.npz", graph(LEAF), a0=np.array([{}], dtype=object))
    with pytest.raises(ad.GraphFileError, match="pickle"):
        ad.load_graph(path)
    monkeypatch.setattr(storage, "LIMIT_BYTES", 1 << 24)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("graph.npy", bytes(20 << 20))
    assert path.stat().st_size < 50_000
    with pytest.raises(ad.GraphFileError, match="unpacks to"):
        ad.load_graph(path)


def test_damaged_files_give_one_kind_of_error(tmp_path: Path) -> None:
    path = ad.save_graph(tmp_path / "graph.npz", *example())
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for i in range(400):
        data = bytearray(whole)
        for _ in range(3):
            data[rng.integers(len(data))] = rng.integers(256)
        path.write_bytes(data[: rng.integers(len(data))] if i % 2 else data)
        try:
            ad.load_graph(path)
        except ad.GraphFileError:
            refused += 1
    assert refused > 200


def faults(tmp_path: Path, seeds: range) -> list[str]:
    with np.errstate(all="ignore"):
        whole = forged_graphs.honest(0)
        mutants = [forged_graphs.mutant(whole, random.Random(seed)) for seed in seeds]
        return [told for data in mutants if (told := forged_graphs.fault(data, tmp_path / "x")[0])]


@pytest.mark.filterwarnings("ignore")  # numpy's, of what a file claims
def test_forged_files_are_refused_or_are_graphs(tmp_path: Path) -> None:
    whole = tmp_path / "whole.npz"
    assert forged_graphs.fault(forged_graphs.honest(0), whole) == ("", False)
    assert faults(tmp_path, range(60)) == []


@pytest.mark.filterwarnings("ignore")
def test_the_fuzzer_finds_what_takes_too_much_and_other_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = {"kind": "tensor", "op": "broadcast", "operands": [0]}
    wide |= {"params": {"shape": {"tuple": [3000, 1999]}}}
    data = forged(tmp_path / "wide", graph(LEAF, wide, outputs=[1]), a0=np.ones(())).read_bytes()
    assert forged_graphs.fault(data, tmp_path / "x") == ("", True)
    with monkeypatch.context() as patch:
        patch.setattr(storage.Room, "ask", lambda *given: None)
        assert "MiB for a limit" in forged_graphs.fault(data, tmp_path / "x")[0]
    monkeypatch.setattr(storage, "GraphFileError", RuntimeError)
    assert "another error, RuntimeError" in forged_graphs.fault(b"", tmp_path / "x")[0]


@pytest.mark.parametrize("row", CORE, ids=lambda r: r.name)
def test_no_result_is_larger_than_was_said(row: Any) -> None:
    sizes = []
    for seed in range(12):
        given = row.recipe.draw(seeded(seed))
        many = [given[k] if isinstance(given[k], list) else [given[k]] for k in row.recipe.operands]
        operands = [np.asarray(x, float) for part in many for x in part]
        params = {k: p for k, p in given.items() if k not in row.recipe.operands}
        with (
            np.errstate(all="ignore"),
            suppress(IndexError, ValueError),
        ):  # an axis that is not there
            size = np.size(row(*operands, **params))
            sizes.append((size, largest(row, [x.shape for x in operands], params)))
    assert sizes
    assert all(size <= said for size, said in sizes)


@pytest.mark.parametrize("index", [
    0, slice(None, None, 2), (..., 0), (None, 1), [[0, 1], [1, 1]], ([0, 1], slice(1, 3)), ([0, 1], [2, 0]),
    np.array([[True, False, True, True], [False] * 4]), (slice(None), np.array([True, False, True, True])),
    ([[0], [1]], [0, 1, 2]), (np.array([0, 1]), ...), np.array([0, 1, 0] * 9),
])  # fmt: skip
def test_what_an_index_takes_is_counted(index: Any) -> None:
    x = ad.Tensor(np.ones((2, 4)))
    assert largest(TABLE["take"], [x.shape], {"index": index}) == x[index].size


def test_limits_are_for_all_that_is_loaded(tmp_path: Path) -> None:
    x = ad.Tensor(np.ones(1000))
    many = ad.save_graph(tmp_path / "many.npz", *(x * float(i) for i in range(20)))
    assert len(ad.load_graph(many, limit=300_000)) == 20
    with pytest.raises(ad.GraphFileError, match=r"more than 150000 bytes in all.*limit=\.\.\."):
        ad.load_graph(many, limit=150_000)
    text = forged(tmp_path / "text.npz", b'{"a": [' + b"[]," * 50_000 + b"[]]}")
    with pytest.raises(ad.GraphFileError, match="its text is long"):
        ad.load_graph(text, limit=1_000_000)


def test_parameters_that_are_numbers_and_types_are_kept(tmp_path: Path) -> None:
    a = ad.Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]])
    y = np.linalg.pinv(a, 1e-3), ad.Tensor([1.0, 2.0]).astype(np.float32)
    for found, wanted in zip(ad.load_graph(ad.save_graph(tmp_path / "x", *y)), y, strict=True):
        assert found.dtype == wanted.dtype
        assert np.array_equal(found.data, wanted.data)


def test_a_snapshot_pickles_and_copies_with_all_it_shows() -> None:
    w, x = ad.Tensor([[1.0, -2.0], [0.5, 3.0]], name="w"), ad.Value(0.3)
    with ad.scope("layer1"):
        h = ad.sigmoid(w * x)
    y = (h @ h).sum() + x * x
    y.backward()
    graph = ad.Graph(y, h, names={"rate": x, "h": h})
    for again in (pickle.loads(pickle.dumps(graph)), copy.deepcopy(graph)):
        assert [n.label for n in again] == [n.label for n in graph]
        assert again.edges == graph.edges
        assert again.outputs == graph.outputs
        for a, b in zip(again, graph, strict=True):
            assert (a.kind, a.scope, a.op, a.params) == (b.kind, b.scope, b.op, b.params)
            assert np.array_equal(a.value, b.value)
            assert np.array_equal(a.grad, b.grad)
            assert a.live is not b.live


def test_a_deep_snapshot_pickles() -> None:
    y = x = ad.Value(1.0)
    for _ in range(20_000):
        y = y + x
    again = pickle.loads(pickle.dumps(ad.Graph(y)))
    assert len(again) == 20_001
    assert again[-1].value == 20_001.0
