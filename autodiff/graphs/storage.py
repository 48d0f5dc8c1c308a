"""Graphs on disk: saved as data, loaded by recording them again.

A file is a numpy archive (.npz) with one JSON description, `graph`, and the arrays of the leaves. It
holds no code and no pickle: an operation is a name, looked up in the table, and its value is computed
anew when the file is loaded, so a loaded graph is exactly as good as the original and a file cannot
claim a value that the graph does not have. Whatever is wrong with a file ends in one error,
`GraphFileError`, before text, arrays and results together take more memory than LIMIT_BYTES.
"""

import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from autodiff.graphs import files
from autodiff.graphs.graph import reachable
from autodiff.nodes import doors, leaving, modes
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.tensor import constant as array_constant
from autodiff.nodes.value import Value
from autodiff.nodes.value import constant as scalar_constant
from autodiff.table.primitive import TABLE
from autodiff.table.recipes import Recipe
from autodiff.table.recipes.sizes import largest

FORMAT, VERSION = "autodiff graph", 1
LIMIT_BYTES = 1 << 31
KINDS: dict[Any, Any] = {"value": Value, "tensor": Tensor}
NODE_BYTES = 300
TEXT = {b"[": 64, b"{": 240, b'"': 32, b",": 40, b"\\": 8}  # bytes of Python's objects


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
    if x is None or isinstance(x, bool | int | float | str):
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
    if isinstance(x, np.dtype | type):
        return {"dtype": np.dtype(x).name}
    if x is Ellipsis:
        return {"ellipsis": True}
    raise TypeError(f"save_graph: cannot save the parameter {x!r:.60} of type {type(x).__name__}")


def load_graph(path: str | os.PathLike[str], limit: int | None = None) -> tuple[Any, ...]:
    """Read a file that `save_graph` wrote and return its outputs as nodes of a new graph.

    Raises OSError where the file cannot be read and GraphFileError where it is damaged, foreign,
    hostile, from a newer version, made with an operation that is not in the table, or where the file,
    its text, arrays, nodes and results need more than `limit` bytes in all (2 GiB).
    """
    given = Path(path)
    room = Room(LIMIT_BYTES if limit is None else limit)
    try:
        size = given.stat().st_size
        room.take(f"it has {size} bytes", size)
        return unpacked(given.read_bytes(), room)
    except OSError:
        raise
    except GraphFileError as error:
        raise GraphFileError(f"{given}: not a graph that can be loaded: {error}") from None
    except Exception as error:  # whatever numpy, zip or JSON make of hostile bytes
        reason = f"{type(error).__name__}: {error}"[:200]
        raise GraphFileError(f"{given}: not a graph that can be loaded: {reason}") from None


class Room:
    """The memory that is left to a graph that is being loaded."""

    def __init__(self, limit: float = math.inf) -> None:
        self.limit = self.left = limit

    def ask(self, why: str, size: float) -> None:
        """Raise where so many bytes more are too many."""
        if size > self.left:
            raise GraphFileError(
                f"{why}, and it would take more than {self.limit} bytes in all; if it comes from "
                f"somebody you trust, load_graph(path, limit=...) gives it more"
            )

    def take(self, why: str, size: float) -> None:
        """Count so many bytes as taken, or raise before they are."""
        self.ask(why, size)
        self.left -= size


def unpacked(data: bytes, room: Room | None = None) -> tuple[Any, ...]:
    """Return the outputs of the graph that `packed` put into these bytes."""
    room = room or Room()
    arrays = _arrays(data, room)
    raw = arrays.pop("graph").tobytes()
    room.take("its text is long", len(raw) + sum(n * raw.count(sign) for sign, n in TEXT.items()))
    text = json.loads(raw)
    if not isinstance(text, dict) or text.get("format") != FORMAT:
        raise GraphFileError("it was not written by save_graph")
    if text.get("version") != VERSION:
        raise GraphFileError(f"its version is {text.get('version')!r:.60}, this is {VERSION}")
    return _rebuild(text, arrays, room)


def _arrays(data: bytes, room: Room) -> dict[str, np.ndarray]:
    """Return the archive's arrays; its sizes are looked at before anything is unpacked."""
    import zipfile  # 6 ms that every `import autodiff` would wait for

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sizes = [entry.file_size for entry in archive.infolist()]
    room.take(f"it unpacks to {sum(sizes)} bytes", sum(sizes))
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _rebuild(text: dict[str, Any], arrays: Mapping[str, np.ndarray], room: Room) -> tuple[Any, ...]:
    nodes: list[Any] = []
    for entry in text["nodes"]:
        room.take("it has many nodes", NODE_BYTES)
        node: Any = (_computed if "op" in entry else _leaf)(entry, nodes, arrays, room)
        nodes.append(node)
        if type(node) is not KINDS.get(entry["kind"]):
            raise GraphFileError(f"node {len(nodes) - 1} is not of the kind it says")
        if "name" in entry:
            node.name = _text(entry, "name")
        if "grad" in entry:
            grad = _array(entry["grad"], arrays)
            room.take("it has many gradients", grad.nbytes)
            node.grad = float(grad) if isinstance(node, Value) else grad
    return tuple(nodes[_place(i, len(nodes))] for i in text["outputs"])


def _leaf(
    entry: Mapping[str, Any], nodes: Sequence[Any], arrays: Mapping[str, np.ndarray], room: Room
) -> Any:
    data = _array(entry["data"], arrays)
    if type(entry["constant"]) is not bool:
        raise GraphFileError(f"{entry['constant']!r:.60} does not say whether a leaf is constant")
    if entry["kind"] == "value":
        return scalar_constant(float(data)) if entry["constant"] else Value(float(data))
    room.take("it has many leaves", data.nbytes)
    return array_constant(data) if entry["constant"] else Tensor(data)


def _computed(
    entry: Mapping[str, Any], nodes: Sequence[Any], arrays: Mapping[str, np.ndarray], room: Room
) -> Any:
    if entry["op"] not in TABLE:
        raise GraphFileError(f"the operation {entry['op']!r:.60} is not in the table")
    row = TABLE[entry["op"]]
    operands = [nodes[_place(i, len(nodes))] for i in entry["operands"]]
    params = {k: _decode(v, arrays) for k, v in entry.get("params", {}).items()}
    recipe = row.recipe or Recipe()
    strange = [k for k in params if k in recipe.operands or k not in recipe.kinds]
    if strange:
        raise GraphFileError(f"{row.name} has no parameter {strange[0]!r:.60}")
    if not all(isinstance(x, Value) for x in operands):
        size = largest(row, [x.shape for x in operands], params)
        room.ask(f"{row.name} would make {size} numbers", 8 * size)
    scope = _text(entry, "scope") if "scope" in entry else ""
    with modes.mode(scopes=(scope,), path=scope) if scope else nullcontext():
        node = row(*operands, **params)
    room.take("its results are many", node._array.nbytes if type(node) is Tensor else 0)
    return node


def _place(i: Any, n: int) -> int:
    if type(i) is not int or not 0 <= i < n:
        raise GraphFileError(f"{i!r:.60} is not the number of an earlier node")
    return i


def _text(entry: Mapping[str, Any], key: str) -> str:
    if not isinstance(entry[key], str):
        raise GraphFileError(f"a node's {key} is no text")
    return str(entry[key])


def _array(x: Any, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    found = _decode(x, arrays)
    if not isinstance(found, np.ndarray) or found.dtype.kind != "f":
        raise GraphFileError(f"{x!r:.60} is no array of numbers")
    return found


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
    leaving.check_copy(node)
    if node.primitive is not None:
        raise TypeError(
            f"pickle and copy: the node {node.name or 'at hand'} was computed by {node.op} and hangs on "
            f"its whole graph; pickle Graph(node) or save_graph(path, node), or copy node.detach()"
        )
    data = node.data if isinstance(node, Value) else np.array(node.data)
    grad = node.grad if isinstance(node, Value) else np.array(node.grad)
    kind = "value" if isinstance(node, Value) else "tensor"
    parts = (kind, data, node.name, node.is_constant, grad if node.has_grad else None)
    return doors.restored, parts
