"""Examples as matrices: from the documents' lists of pairs (x, y) to columns of one mini-batch.

Rows are what is stored (an example lies together in memory), columns are what the equations want;
picking rows and transposing the result gives a mini-batch without moving a number twice.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import autodiff as ad
from nets.data import Examples
from nets.parts.given import real

Array = NDArray[Any]


class Rows(NamedTuple):
    """Inputs (n, n_1) and targets (n, n_L), one example a row."""

    inputs: Array
    targets: Array


def as_rows(data: Any, n_in: int, n_out: int, dtype: Any = np.float64) -> Rows:
    """Gather training data, `Examples` or pairs (x, y), as two matrices of the network's dtype.

    Each x is (n_in, 1) or (n_in,); each y is (n_out, 1), (n_out,) or a label below n_out, which
    becomes one-hot (with one output: 0 or 1). So does (images, labels), one row and one number an
    example, as mnist.pkl.gz has them. A ValueError names the first example that does not fit.

    >>> as_rows([(np.array([[0.5]]), 1)], 1, 2).targets
    array([[0., 1.]])
    """
    if isinstance(data, Examples):
        rows = Rows(data.inputs.T, data.targets.T)
        _check_size("the examples", rows.inputs.shape[1], n_in, "takes", "inputs")
        _check_size("the targets", rows.targets.shape[1], n_out, "has", "outputs")
        return Rows(*(np.asarray(a, dtype=dtype) for a in rows))
    pairs = list(_pairs(data))
    inputs = np.empty((len(pairs), n_in), dtype=dtype)
    targets = np.zeros((len(pairs), n_out), dtype=dtype)
    for i, (x, y) in enumerate(pairs):
        inputs[i] = _column(x, n_in, f"x of example {i}")
        if np.ndim(y) == 0:
            label = _label(y, n_out, i)
            targets[i, label if n_out > 1 else 0] = 1.0 if n_out > 1 else label
        else:
            targets[i] = _column(y, n_out, f"y of example {i}")
    return Rows(inputs, targets)


def batches(rows: Rows, order: Array, size: int) -> Iterator[tuple[ad.Tensor, ad.Tensor]]:
    """Cut the examples, in this order, into mini-batches of columns: x (n_1, m) and y (n_L, m)."""
    for start in range(0, len(order), size):
        yield columns(rows, order[start : start + size])


def columns(rows: Rows, chosen: Array) -> tuple[ad.Tensor, ad.Tensor]:
    """Pick examples by number, as the inputs x and y of a graph: columns, without a gradient."""
    x, y = rows.inputs[chosen].T, rows.targets[chosen].T
    return ad.constant(x, name="x", copy=False), ad.constant(y, name="y", copy=False)


def check_batch_size(size: Any) -> int:
    """Return the size of a mini-batch, or raise a ValueError if it is no positive whole number."""
    return whole(size, "the mini-batch size", 1)


def whole(number: Any, what: str, least: int) -> int:
    """Return a whole number of at least `least`, or raise a ValueError that says what it is not.

    >>> whole(np.int64(3), "the number of epochs", 0)
    3
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
        raise ValueError(f"{what} is {number!r:.60}: it must be a whole number of at least {least}")
    return int(number)


def _pairs(data: Any) -> Sequence[tuple[Any, Any]]:
    if isinstance(data, tuple) and len(data) == 2 and np.ndim(data[0]) == 2 == np.ndim(data[1]) + 1:
        data = zip(*data, strict=True)  # (images, labels)
    try:
        pairs = [(x, y) for x, y in data]
    except (TypeError, ValueError):
        raise ValueError(
            f"examples come as a list of pairs (x, y) or as Examples, not as {type(data).__name__}"
        ) from None
    if not pairs:
        raise ValueError("there are no examples: the list of pairs (x, y) is empty")
    return pairs


def _column(v: Any, n: int, whose: str) -> Array:
    array = real(v, whose)
    if array.shape not in ((n, 1), (n,)):
        raise ValueError(f"{whose} has shape {array.shape}, but the network needs ({n}, 1)")
    return array.reshape(n)


def _label(y: Any, n_out: int, i: int) -> int:
    if not isinstance(y, int | np.integer):
        raise ValueError(f"the label of example {i} is {y!r:.60}, not a whole number or a column")
    if not 0 <= y < max(n_out, 2):
        only = "one output, which says 0 or 1" if n_out == 1 else f"{n_out} outputs"
        raise ValueError(f"the label of example {i} is {y}, but the network has {only}")
    return int(y)


def _check_size(what: str, found: int, needed: int, verb: str, unit: str) -> None:
    if found != needed:
        raise ValueError(
            f"{what} have {found} numbers each, but the network {verb} {needed} {unit}"
        )
