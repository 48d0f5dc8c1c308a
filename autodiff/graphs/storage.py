"""Graphs on disk: saved as data, loaded by recording them again.

A file is a numpy archive (.npz) with one JSON description, `graph`, and the arrays of the leaves. It
holds no code and no pickle: an operation is a name, looked up in the table, and its value is computed
anew when the file is loaded, so a loaded graph is exactly as good as the original and a file cannot
claim a value that the graph does not have. Whatever is wrong with a file ends in one error,
`GraphFileError`, before more memory is taken than LIMIT_BYTES.
"""

import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autodiff.graphs import files
from autodiff.graphs.graph import reachable
from autodiff.nodes import doors, modes
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.tensor import constant as array_constant
from autodiff.nodes.value import Value
from autodiff.nodes.value import constant as scalar_constant
from autodiff.table.primitive import TABLE, Pointwise, Primitive

FORMAT, VERSION = "autodiff graph", 1
LIMIT_BYTES = 1 << 30
LIMIT_NODES = 10_000_000


class GraphFileError(ValueError):
    """A file that is not a graph, or not one that this version reads."""


def save_graph(path: str | os.PathLike[str], *outputs: Value | Tensor) -> Path:
    """Write everything that the outputs were computed from to a file, whole or not at all.

    Leaves keep their numbers, names and gradients, nodes their operations, scopes and names. Raises a
    TypeError for what is not a node and an OSError where the file cannot be written.

    >>> import autodiff as ad, tempfile
    >>> x = ad.Value(3.0, name="x")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_graph(f"{folder}/square.npz", x * x)
    ...     (y,) = load_graph(path)
    >>> y.data, y.parents[0].name
    (9.0, 'x')
    """
    if not outputs:
        raise TypeError("save_graph: needs at least one node after the path")
    for y in outputs:
        if not isinstance(y, Value | Tensor):
            raise TypeError(f"save_graph: needs nodes, got {type(y).__name__} {y!r:.60}")
        modes.read_leaves(y)
    return files.write(path, packed(outputs))


def packed(outputs: Sequence[Any]) -> bytes:
    """Return what a file of the graph of these outputs holds."""
    arrays: list[np.ndarray] = []
    live = reachable(outputs)
    ids = {node: i for i, node in enumerate(live)}
    nodes = [_describe(node, ids, arrays) for node in live]
    text = {
        "format": FORMAT,
        "version": VERSION,
        "nodes": nodes,
        "outputs": [ids[y] for y in outputs],
    }
    buffer = io.BytesIO()
    stored = {f"a{i}": array for i, array in enumerate(arrays)}
    graph = np.frombuffer(json.dumps(text).encode("ascii"), dtype=np.uint8)
    np.savez(buffer, graph=graph, **stored)  # type: ignore[arg-type]
    return buffer.getvalue()


def _describe(node: Any, ids: Mapping[Any, int], arrays: list[np.ndarray]) -> dict[str, Any]:
    row = node.primitive
    entry: dict[str, Any] = {"kind": "value" if isinstance(node, Value) else "tensor"}
    if row is None:
        entry["constant"] = node.is_constant
        number = node._data if isinstance(node, Value) else node._array
        entry["data"] = _encode(np.array(number), arrays)
    else:
        entry["op"] = row.name
        entry["operands"] = [ids[p] for p in node.parents]
        if node.params:
            entry["params"] = {k: _encode(v, arrays) for k, v in node.params.items()}
        stale = [p for p in node.parents if p.seq > node.seq]
        if stale:
            raise ValueError(
                f"save_graph: {stale[0]!r} got new data after {row.name} was recorded, so the graph "
                f"no longer has the numbers it was computed from; record it anew"
            )
    if node.has_grad:
        entry["grad"] = _encode(np.array(node.grad), arrays)
    for key in ("name", "scope"):  # not the source line, which is a path of this machine
        if getattr(node, key):
            entry[key] = getattr(node, key)
    return entry


def _encode(x: Any, arrays: list[np.ndarray]) -> Any:
    """Return a parameter as JSON; arrays go on the list and are named by their place."""
    if x is None or isinstance(x, bool | int | str):
        return x
    if isinstance(x, np.integer | np.bool_):
        return x.item()
    if isinstance(x, np.ndarray):
        arrays.append(np.asarray(x))
        return {"array": len(arrays) - 1}
    if isinstance(x, slice):
        return {"slice": [_encode(p, arrays) for p in (x.start, x.stop, x.step)]}
    if isinstance(x, tuple | list):
        return {type(x).__name__: [_encode(p, arrays) for p in x]}
    if isinstance(x, np.dtype):
        return {"dtype": x.name}
    if x is Ellipsis:
        return {"ellipsis": True}
    raise TypeError(f"save_graph: cannot save the parameter {x!r:.60} of type {type(x).__name__}")


def load_graph(path: str | os.PathLike[str]) -> tuple[Any, ...]:
    """Read a file that `save_graph` wrote and return its outputs as nodes of a new graph.

    Raises OSError where the file cannot be read and GraphFileError where it is damaged, foreign,
    hostile, from a newer version or made with an operation that is not in the table.
    """
    given = Path(path)
    data = given.read_bytes() if given.stat().st_size <= LIMIT_BYTES else b""
    try:
        if not data:
            raise GraphFileError(f"it is empty or larger than {LIMIT_BYTES} bytes")
        return unpacked(data)
    except GraphFileError as error:
        raise GraphFileError(f"{given}: not a graph that can be loaded: {error}") from None
    except Exception as error:  # whatever numpy, zip or JSON make of hostile bytes
        reason = f"{type(error).__name__}: {error}"[:200]
        raise GraphFileError(f"{given}: not a graph that can be loaded: {reason}") from None


def unpacked(data: bytes) -> tuple[Any, ...]:
    """Return the outputs of the graph that `packed` put into these bytes."""
    arrays = _arrays(data)
    text = json.loads(arrays.pop("graph").tobytes())
    if not isinstance(text, dict) or text.get("format") != FORMAT:
        raise GraphFileError("it was not written by save_graph")
    if text.get("version") != VERSION:
        raise GraphFileError(f"its version is {text.get('version')!r}, this is {VERSION}")
    return _rebuild(text, arrays)


def _arrays(data: bytes) -> dict[str, np.ndarray]:
    """Return the archive's arrays; its sizes are looked at before anything is unpacked."""
    import zipfile  # 6 ms that every `import autodiff` would wait for

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sizes = [entry.file_size for entry in archive.infolist()]
    if sum(sizes) > LIMIT_BYTES:
        raise GraphFileError(f"it unpacks to {sum(sizes)} bytes, more than {LIMIT_BYTES}")
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _rebuild(text: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> tuple[Any, ...]:
    nodes: list[Any] = []
    if len(text["nodes"]) > LIMIT_NODES:
        raise GraphFileError(f"{len(text['nodes'])} nodes are more than {LIMIT_NODES}")
    for entry in text["nodes"]:
        nodes.append(_leaf(entry, arrays) if "op" not in entry else _computed(entry, nodes, arrays))
        node = nodes[-1]
        if isinstance(node, Value) != (entry["kind"] == "value"):
            raise GraphFileError(f"node {len(nodes) - 1} is not of the kind it says")
        if "name" in entry:
            if not isinstance(entry["name"], str):
                raise GraphFileError("a node's name is no text")
            node.name = entry["name"]
        if "grad" in entry:
            grad = _decode(entry["grad"], arrays)
            node.grad = float(grad) if isinstance(node, Value) else grad
    return tuple(nodes[_place(i, len(nodes))] for i in text["outputs"])


def _leaf(entry: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    data = _decode(entry["data"], arrays)
    if entry["kind"] == "value":
        return scalar_constant(float(data)) if entry["constant"] else Value(float(data))
    return array_constant(data) if entry["constant"] else Tensor(data)


def _computed(
    entry: Mapping[str, Any], nodes: Sequence[Any], arrays: Mapping[str, np.ndarray]
) -> Any:
    if entry["op"] not in TABLE:
        raise GraphFileError(f"the operation {entry['op']!r:.60} is not in the table")
    row = TABLE[entry["op"]]
    operands = [nodes[_place(i, len(nodes))] for i in entry["operands"]]
    params = {k: _decode(v, arrays) for k, v in entry.get("params", {}).items()}
    _check_size(row, operands, params)
    scope = entry.get("scope", "")
    if not scope:
        return row(*operands, **params)
    if not isinstance(scope, str):
        raise GraphFileError("a node's scope is no text")
    with modes.mode(scopes=(scope,), path=scope):
        return row(*operands, **params)


def _place(i: Any, n: int) -> int:
    if type(i) is not int or not 0 <= i < n:
        raise GraphFileError(f"{i!r:.60} is not the number of an earlier node")
    return i


def _check_size(row: Primitive, operands: Sequence[Any], params: Mapping[str, Any]) -> None:
    """Raise before an operation would make an array beyond the limit."""
    shapes = [x.shape for x in operands]
    if row.name in ("broadcast", "scatter"):
        size = math.prod(params["shape"])
    elif isinstance(row, Pointwise):
        size = math.prod(np.broadcast_shapes(*shapes))
    elif row.name == "matmul":
        size = math.prod(shapes[0][:-1]) * math.prod(shapes[1]) // max(1, shapes[1][-2:][0])
    elif row.name == "take":
        places = params["index"] if isinstance(params["index"], tuple) else (params["index"],)
        chosen = math.prod(np.size(p) for p in places if isinstance(p, list | np.ndarray))
        size = chosen * math.prod(shapes[0][1:])
    else:
        size = sum(math.prod(s) for s in shapes)
    if 8 * size > LIMIT_BYTES:
        raise GraphFileError(f"{row.name} would make {size} numbers, more than {LIMIT_BYTES} bytes")


def _decode(x: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(x, dict):
        return x
    ((kind, content),) = x.items()
    if kind == "array":
        return arrays[f"a{int(content)}"]
    if kind in ("tuple", "list", "slice"):
        parts = [_decode(p, arrays) for p in content]
        return slice(*parts) if kind == "slice" else tuple(parts) if kind == "tuple" else parts
    if kind == "dtype" and content in ("float32", "float64"):
        return np.dtype(content)
    if kind == "ellipsis":
        return Ellipsis
    raise GraphFileError(f"{kind!r:.60} is no kind of parameter")


def reduced(node: Any) -> tuple[Any, ...]:
    """Return how a leaf is pickled and copied; a computed node says what to do instead."""
    if node.primitive is not None:
        raise TypeError(
            f"pickle and copy: the node {node.name or 'at hand'} was computed by {node.op} and hangs on "
            f"its whole graph; pickle Graph(node) or save_graph(path, node), or copy node.detach()"
        )
    data = node.data if isinstance(node, Value) else np.array(node.data)
    grad = node.grad if isinstance(node, Value) else np.array(node.grad)
    kind = "value" if isinstance(node, Value) else "tensor"
    return doors.restored, (
        kind,
        data,
        node.name,
        node.is_constant,
        grad if node.has_grad else None,
    )
