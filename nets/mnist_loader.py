"""The documents' mnist_loader.py, in its own forms: lists of pairs, or arrays of images and labels.

The data are the four IDX files of `nets.data.load_mnist` in a folder, or the documents' own
`mnist.pkl.gz`, which is read without trusting it: a pickle may hold any program, and only arrays of
numbers are let through.
"""

import gzip
import io
import pickle
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from nets.data import DataError, load_mnist
from nets.network2 import vectorized_result

Part: TypeAlias = tuple[Any, Any]
FOLDER = "data/mnist"
LARGEST = 1 << 29  # bytes: mnist.pkl.gz unpacked has 220 million
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"): ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"): ("numpy", "ndarray"),
    ("numpy", "dtype"): ("numpy", "dtype"),
    ("_codecs", "encode"): ("_codecs", "encode"),
}


def load_data(path: Path | str = FOLDER) -> tuple[Part, Part, Part]:
    """Return training, validation and test data, each (images, labels): (n, 784) and (n,).

    `path` is a folder of the IDX files or a file such as mnist.pkl.gz. A `DataError` says what is
    missing or wrong.
    """
    path = Path(path)
    if path.is_file():
        return _from_pickle(path)
    split = load_mnist(path, dtype=np.float32)
    training, validation, test = ((part.inputs.T, part.labels) for part in split)
    return training, validation, test


def load_data_wrapper(path: Path | str = FOLDER) -> tuple[list[Part], list[Part], list[Part]]:
    """Return training, validation and test data as lists of pairs (x, y).

    x is (784, 1); y is (10, 1) with a 1 for the digit in the training data, the digit elsewhere.
    """
    training, validation, test = load_data(path)
    columns = [[np.reshape(x, (-1, 1)) for x in part[0]] for part in (training, validation, test)]
    answers = [vectorized_result(int(y)) for y in training[1]]
    labels = [[int(y) for y in part[1]] for part in (validation, test)]
    return (
        list(zip(columns[0], answers, strict=True)),
        list(zip(columns[1], labels[0], strict=True)),
        list(zip(columns[2], labels[1], strict=True)),
    )


class _Arrays(pickle.Unpickler):
    """Reads a pickle of tuples of arrays, and refuses every other name in it."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what builds arrays; a `DataError` for anything else."""
        allowed = ALLOWED.get((module, name))
        if allowed is None:
            raise DataError(
                f"the file asks for {module}.{name}, which no data need: it is not read"
            )
        if allowed[1] == "_reconstruct":
            return np.zeros(0).__reduce__()[0]
        return {"ndarray": np.ndarray, "dtype": np.dtype, "encode": _latin1}[allowed[1]]


def _latin1(text: str, encoding: str) -> bytes:
    return text.encode("latin1")


def _from_pickle(path: Path) -> tuple[Part, Part, Part]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            packed = file.read(LARGEST + 1)
        if len(packed) > LARGEST:
            raise DataError(f"{path} unpacks to more than {LARGEST:,} bytes")
        parts = _Arrays(io.BytesIO(packed), encoding="latin1").load()
    except DataError as e:
        raise DataError(f"{path}: {e}") from None
    except Exception as e:
        raise DataError(f"{path} is not readable as mnist.pkl.gz: {e}") from None
    fits = isinstance(parts, tuple) and len(parts) == 3
    for part in parts if fits else ():
        fits = fits and isinstance(part, tuple) and len(part) == 2 and all(
            isinstance(a, np.ndarray) and a.dtype.kind in "fiu" for a in part
        ) and part[0].ndim == 2 and part[1].shape == (len(part[0]),)  # fmt: skip
    if not fits:
        raise DataError(f"{path} does not hold three pairs of images (n, 784) and labels (n,)")
    training, validation, test = parts
    return training, validation, test
