"""What counts as a right answer: the largest output, one output against 0.5, or a code of bits.

Which of them it is follows from the network's outputs and the targets: with several outputs and
one-hot targets (or labels) the answer is the neuron with the largest output; with one output it is
yes from 0.5 on; where targets have several ones, or none, each output is one bit of a code.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nets.data import Examples
from nets.parts.batches import as_rows

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Test:
    """Test data: inputs (n_1, n), and the answers as labels (n,) or as bits (n_L, n)."""

    __test__ = False  # not a test of pytest's

    inputs: Array
    answers: Array

    def __len__(self) -> int:
        return int(self.inputs.shape[1])

    def correct(self, outputs: Array) -> int:
        """Count the columns of the outputs (n_L, n) that give the right answer."""
        if self.answers.ndim == 1:
            return int(np.sum(np.argmax(outputs, axis=0) == self.answers))
        return int(np.sum(np.all((outputs >= 0.5) == self.answers, axis=0)))


def as_test(data: Any, n_in: int, n_out: int, dtype: Any = np.float64) -> Test:
    """Gather test data, pairs (x, y) or `Examples`, for a network of n_in inputs, n_out outputs.

    A ValueError says what does not fit, and where targets are no answers that can be counted.

    >>> as_test([(np.array([[0.5]]), 1)], 1, 2).answers
    array([1])
    >>> as_test([([0.5], [1.0]), ([0.2], [0.0])], 1, 1).correct(np.array([[0.7, 0.6]]))
    1
    """
    if isinstance(data, Examples):
        classes = data.targets.shape[0]
        if n_out == 1 and classes == 2:
            rows = as_rows(list(zip(data.inputs.T, data.labels, strict=True)), n_in, n_out, dtype)
            return Test(rows.inputs.T, rows.targets.T >= 0.5)
        if classes == n_out:
            rows = as_rows(data, n_in, n_out, dtype)
            return Test(rows.inputs.T, data.labels)
        raise ValueError(
            f"the examples have {classes} classes, but the network has {n_out} outputs: it can "
            f"answer with {'yes or no' if n_out == 1 else f'one of {n_out} classes'} only"
        )
    rows = as_rows(data, n_in, n_out, dtype)
    bits = rows.targets >= 0.5
    unfit = np.argwhere((rows.targets != 0.0) & (rows.targets != 1.0))
    if len(unfit):
        i, j = unfit[0]
        raise ValueError(
            f"y of example {i} has the element {rows.targets[i, j]:g}: right answers can be counted "
            "where every target is 0 or 1; measure the cost instead"
        )
    if n_out > 1 and np.all(np.sum(bits, axis=1) == 1):
        return Test(rows.inputs.T, np.argmax(bits, axis=1))
    return Test(rows.inputs.T, bits.T)
