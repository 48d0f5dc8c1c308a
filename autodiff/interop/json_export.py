"""A graph as JSON, by the schema that lies beside this file.

Numbers that JSON lacks are the strings "NaN", "Infinity" and "-Infinity"; arrays are nested lists.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from autodiff.graphs.graph import Edge, Graph, GraphNode
from autodiff.sources.plaintext import index_text

SCHEMA = Path(__file__).with_name("graph.schema.json")


def to_json(graph: Graph, indent: int | None = None) -> str:
    """Return the snapshot as a JSON text: nodes, edges, outputs, values and gradients.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0, name="x")
    >>> json.loads(to_json(Graph(x * x)))["edges"][0]
    {'source': 0, 'target': 1, 'index': 0, 'local': 3.0}
    """
    content = {
        "format": "autodiff graph",
        "version": 1,
        "nodes": [_node(node) for node in graph],
        "edges": [_edge(graph, edge) for edge in graph.edges],
        "outputs": list(graph.outputs),
    }
    return json.dumps(content, indent=indent, allow_nan=False)


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) that `to_json` follows."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _node(node: GraphNode) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "name": node.name,
        "label": node.label,
        "scope": node.scope,
        "op": node.op,
        "params": {k: _param(k, v) for k, v in node.params.items()},
        "operands": list(node.operands),
        "shape": list(node.shape),
        "dtype": str(getattr(node.value, "dtype", "float64")),
        "value": _numbers(node.value),
        "grad": None if node.grad is None else _numbers(node.grad),
    }


def _edge(graph: Graph, edge: Edge) -> dict[str, Any]:
    local = graph.local(edge)
    return {
        "source": edge.source,
        "target": edge.target,
        "index": edge.index,
        "local": None if local is None else _numbers(local),
    }


def _numbers(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return [_numbers(row) for row in x] if x.ndim else _numbers(x.item())
    x = float(x)
    if math.isfinite(x):
        return x
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def _param(name: str, value: Any) -> Any:
    if name == "index":
        return index_text(value)
    if isinstance(value, tuple):
        return [int(v) for v in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
