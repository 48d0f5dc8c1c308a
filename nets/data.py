"""Handwritten digits in the documents' format: pairs of an image column and its answer.

`Examples` behaves as the documents' lists do (`for x, y in training_data`) and gives the whole set
as matrices with one example a column. `load_digits` needs no download; `load_mnist` reads the four
MNIST files, and `download_mnist` fetches them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nets.digits.download import MNIST_FILES, download_mnist, find_file
from nets.digits.idx import DataError, read_idx
from nets.extras import require

__all__ = ["DataError", "Examples", "Split", "download_mnist", "load_digits", "load_mnist"]

Array: TypeAlias = NDArray[Any]
Pair: TypeAlias = tuple[Array, Any]
CLASSES = 10


class Examples(Sequence[Pair]):
    """A sequence of (x, y) over three shared arrays that are read-only.

    `inputs` (features, n) and `targets` (classes, n) have one example a column, each column in
    one piece of memory; `labels` (n,) are integers. Element i is (x, y) with x (features, 1) and y
    the one-hot (classes, 1), or the label as an int where `as_labels` is set. A slice is a view;
    a list or an array of indices (or of True and False) picks those examples, in that order.

    >>> data = Examples(np.array([[0.0, 0.5], [1.0, 0.25]]), np.array([2, 0]), classes=3)
    >>> data.inputs.shape, data.targets.shape, len(data[:1])
    ((2, 2), (3, 2), 1)
    >>> x, y = data[1]
    >>> x.ravel(), y.ravel()
    (array([1.  , 0.25]), array([1., 0., 0.]))
    """

    def __init__(
        self, rows: Array, labels: Array, classes: int = CLASSES, as_labels: bool = False
    ) -> None:
        """Take one example a row: rows (n, features), labels (n,) integers below `classes`.

        A `DataError` says which of the two is empty, does not fit, or holds what it should not.
        """
        for given in (rows, labels):
            if isinstance(given, np.ma.MaskedArray):
                raise DataError("examples cannot be masked: fill or drop what is hidden first")
        rows, labels = np.ascontiguousarray(rows), np.asarray(labels)
        if rows.ndim != 2 or rows.dtype.kind != "f":
            raise DataError(
                f"examples come as a matrix of floats, one row each, not as {rows.dtype} of "
                f"shape {rows.shape}"
            )
        if rows.size == 0:
            raise DataError(f"the data set is empty: its examples have shape {rows.shape}")
        if labels.shape != (len(rows),):
            raise DataError(
                f"there are {len(rows)} examples but labels of shape {labels.shape}: one each is "
                "needed"
            )
        if not isinstance(classes, int | np.integer) or isinstance(classes, bool) or classes < 1:
            raise DataError(f"classes is {classes!r:.60}: it must be a whole number of at least 1")
        _check_labels(labels, classes, "the labels")
        if not np.isfinite(rows).all():
            raise DataError("the examples hold NaN or infinity: replace them first")
        targets = np.zeros((len(rows), classes), dtype=rows.dtype)
        targets[np.arange(len(rows)), labels] = 1.0
        self._set(rows, targets, labels.astype(np.int64), as_labels)

    def _set(self, rows: Array, targets: Array, labels: Array, as_labels: bool) -> None:
        self._rows, self._target_rows, self.labels = (a.view() for a in (rows, targets, labels))
        for array in (self._rows, self._target_rows, self.labels):
            array.flags.writeable = False
        self.as_labels = as_labels

    @property
    def inputs(self) -> Array:
        """The images as columns, (features, n)."""
        return self._rows.T

    @property
    def targets(self) -> Array:
        """The one-hot answers as columns, (classes, n)."""
        return self._target_rows.T

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Pair: ...
    @overload
    def __getitem__(self, index: slice | Array | Sequence[int]) -> Examples: ...
    def __getitem__(self, index: int | slice | Array | Sequence[int]) -> Pair | Examples:
        if isinstance(index, list | tuple | range):
            index = np.asarray(index, dtype=None if len(index) else np.intp)
        how = ""
        if isinstance(index, np.ndarray):
            if index.ndim != 1 or index.dtype.kind not in "biu":
                how = f"{index.dtype} of shape {index.shape}"
        elif isinstance(index, bool) or not isinstance(index, slice | int | np.integer):
            how = f"{type(index).__name__} {index!r:.60}"
        if how:
            raise TypeError(
                f"Examples are picked by whole numbers or by one True or False each, in one row, not by {how}"
            )
        if isinstance(index, slice | np.ndarray):
            part = Examples.__new__(Examples)
            part._set(
                self._rows[index], self._target_rows[index], self.labels[index], self.as_labels
            )
            return part
        x = self._rows[index].reshape(-1, 1)
        return x, int(self.labels[index]) if self.as_labels else self._target_rows[index, :, None]

    def shuffled(self, rng: np.random.Generator) -> Examples:
        """Return a copy in random order."""
        return self[rng.permutation(len(self))]

    def __repr__(self) -> str:
        return (
            f"Examples(n={len(self)}, features={self._rows.shape[1]}, "
            f"classes={self._target_rows.shape[1]})"
        )


class Split(NamedTuple):
    """Training data with one-hot answers; validation and test data with labels."""

    training: Examples
    validation: Examples
    test: Examples


def load_digits(seed: int = 0) -> Split:
    """Load scikit-learn's 1,797 real handwritten digits of 8 x 8 pixels; nothing is downloaded.

    Shapes: inputs (64, n) between 0 and 1. The seed decides which 1,200 are for training, which
    297 for validation and which 300 for the test. scikit-learn comes with the extra `nets`.

    >>> training_data, validation_data, test_data = load_digits()
    >>> training_data, len(validation_data), len(test_data)
    (Examples(n=1200, features=64, classes=10), 297, 300)
    """
    datasets = require("sklearn.datasets", what="the set of 8 x 8 digits")
    digits = datasets.load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    rows, labels = digits.data[order] / 16.0, digits.target[order]
    return Split(
        Examples(rows[:1200], labels[:1200]),
        Examples(rows[1200:1497], labels[1200:1497], as_labels=True),
        Examples(rows[1497:], labels[1497:], as_labels=True),
    )


def load_mnist(
    data_dir: Path | str, validation: int = 10_000, dtype: DTypeLike = np.float64
) -> Split:
    """Load MNIST from a folder of its four IDX files, plain or .gz.

    The last `validation` of the 60,000 training images are set apart, so the standard files give
    50,000, 10,000 and 10,000. Shapes: inputs (784, n), pixels between 0 and 1. A `DataError` names
    what is missing or wrong and what to do.
    """
    folder = Path(data_dir)
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder: {_wanted(folder)}")
    paths = {name: find_file(folder, name) for name in MNIST_FILES}
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)}: {_wanted(folder)}")
    images, labels, test_images, test_labels = (
        read_idx(path, ndim=3 if "images" in name else 1)
        for name, path in paths.items()
        if path is not None
    )
    for kind, x, y in (("training", images, labels), ("test", test_images, test_labels)):
        if len(x) != len(y):
            raise DataError(
                f"{folder} has {len(x)} {kind} images but {len(y)} {kind} labels: the two files "
                "do not belong together"
            )
        _check_labels(y, CLASSES, f"the {kind} labels in {folder}")
    if images.shape[1:] != test_images.shape[1:]:
        raise DataError(
            f"{folder} has training images of {_pixels(images)} and test images of "
            f"{_pixels(test_images)} pixels: they do not belong together"
        )
    split = len(images) - validation
    if validation < 1 or split < 1:
        raise DataError(
            f"{validation} of the {len(images)} training images in {folder} cannot be set apart "
            "for validation: at least one must be, and at least one must remain"
        )
    rows, test_rows = (
        np.divide(x.reshape(len(x), -1), 255.0, dtype=dtype) for x in (images, test_images)
    )
    return Split(
        Examples(rows[:split], labels[:split]),
        Examples(rows[split:], labels[split:], as_labels=True),
        Examples(test_rows, test_labels, as_labels=True),
    )


def _wanted(folder: Path) -> str:
    return (
        f"the MNIST files {', '.join(MNIST_FILES)} are expected there, plain or with .gz; "
        f"nets train --data mnist --data-dir {folder} --download fetches them, and in Python "
        "nets.data.download_mnist(folder)"
    )


def _check_labels(labels: Array, classes: int, whose: str) -> None:
    """Raise a DataError unless all labels are integers from 0 to classes - 1."""
    if labels.dtype.kind not in "iu":
        raise DataError(f"{whose} are of type {labels.dtype}, not integers")
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        raise DataError(
            f"{whose} go from 0 to {classes - 1}, but number {wrong[0]} is {labels[wrong[0]]}"
        )


def _pixels(images: Array) -> str:
    return f"{images.shape[1]} x {images.shape[2]}"
