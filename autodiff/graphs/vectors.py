"""A tree of numbers, arrays or nodes as one vector, and back: what optimisers of vectors ask for."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.nodes.functions import as_array_node, concatenate, is_node
from autodiff.nodes.tensor import Tensor
from autodiff.table import tree
from autodiff.table.data import numbers


def ravel(x: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Return the leaves of a tree as one vector, and the function that makes such a tree of a vector.

    The leaves are numbers, arrays and nodes, from left to right, an array row by row. With a node among
    them the vector is a Tensor that depends on it, else an array; a vector that is a Tensor gives a tree
    of Tensors, so the function can be differentiated. Raises a TypeError for a leaf that is no number, a
    ValueError for a vector of another length.

    >>> vector, unravel = ravel({"w": np.ones((2, 2)), "b": 3.0})
    >>> vector
    array([1., 1., 1., 1., 3.])
    >>> unravel(2 * vector)["b"]
    6.0
    """
    leaves, structure = tree.flatten(x)
    paths = structure.paths("tree")
    arrays = [
        leaf if is_node(leaf) else numbers(leaf, f"ravel: {path}")
        for leaf, path in zip(leaves, paths, strict=True)
    ]
    shapes = [leaf.shape for leaf in arrays]
    single = [not isinstance(leaf, np.ndarray | Tensor) for leaf in leaves]
    dtypes = [
        leaf.dtype if getattr(leaf, "dtype", None) == np.float32 else np.dtype(float)
        for leaf in arrays
    ]
    sizes = [math.prod(shape) for shape in shapes]

    def unravel(vector: Any) -> Any:
        v = vector if is_node(vector) else numbers(vector, "unravel")
        if v.shape != (sum(sizes),):
            raise ValueError(
                f"unravel: the vector has the shape {v.shape}, the tree {sum(sizes)} numbers"
            )
        parts = []
        place = 0
        for shape, size, dtype, alone in zip(shapes, sizes, dtypes, single, strict=True):
            part = v[place : place + size].reshape(shape)
            place += size
            if not is_node(v):
                part = float(part) if alone else part.astype(dtype)
            parts.append(part)
        return structure(parts)

    if any(map(is_node, leaves)):
        flat = [as_array_node(leaf).reshape(-1) for leaf in arrays]
        return concatenate(flat), unravel
    return np.concatenate([np.zeros(0), *(leaf.reshape(-1) for leaf in arrays)]), unravel
