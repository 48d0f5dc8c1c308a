"""What is compared, by name: a mapping, or the lists of a run in the letters of any document."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value


def quantities(source: Any, what: str) -> dict[str, Any]:
    """Return a mapping of named quantities in the order of computing them."""
    if source is None:
        return {}
    if isinstance(source, Mapping):
        return {str(k): _number(k, v, what) for k, v in source.items()}
    lists = _lists(source)
    if all(v is None for v in lists.values()):
        raise TypeError(
            f"compare: {what} must be a mapping of names to numbers, or have the lists z, a, "
            f"delta, nabla_b, nabla_w; got {type(source).__name__}"
        )
    found: dict[str, Any] = {}
    for i, z in enumerate(lists["z"] or []):
        found[f"z^{i + 2}"] = z
        if lists["a"] is not None and i + 1 < len(lists["a"]):
            found[f"a^{i + 2}"] = lists["a"][i + 1]
    n = max(len(lists[k] or []) for k in ("delta", "nabla_b", "nabla_w"))
    for i in reversed(range(n)):
        for kind in ("delta", "nabla_b", "nabla_w"):
            if lists[kind] is not None:
                found[f"{kind}^{i + 2}"] = lists[kind][i]
    return found


def _lists(source: Any) -> dict[str, Any]:
    """Return the lists of a run by the book's letters; the notes' and the lecture's are read too."""
    if hasattr(source, "u") and hasattr(source, "dw"):  # the notes: u, z (the input in front)
        names = {"z": "u", "a": "z", "delta": "delta", "nabla_b": "db", "nabla_w": "dw"}
    elif hasattr(source, "dz2"):  # the lecture: two layers, each quantity by itself
        pairs = {"z": "z", "a": "a", "delta": "dz", "nabla_b": "db", "nabla_w": "dw"}
        both = {k: [getattr(source, f"{v}{i}") for i in (1, 2)] for k, v in pairs.items()}
        return both | {"a": [None, *both["a"]]}
    else:
        names = {k: k for k in ("z", "a", "delta", "nabla_b", "nabla_w")}
    return {k: getattr(source, v, None) for k, v in names.items()}


def _number(name: Any, given: Any, what: str) -> Any:
    """Return the numbers of a node, numbers as they are; a TypeError says what is none."""
    if isinstance(given, Value | Tensor):
        return given.data
    try:
        kind = str(np.asarray(given).dtype.kind)
    except ValueError:  # lists of different lengths
        kind = "?"
    if kind not in "biuf":
        raise TypeError(
            f"compare: {what}[{str(name)!r:.40}] is no real number and no array of them: got "
            f"{type(given).__name__} {given!r:.40}"
        )
    return given
