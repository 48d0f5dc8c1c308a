"""Read IDX files, the format of MNIST: a header of sizes, then one byte for each pixel or label.

The bytes come from strangers, so nothing in them is believed before it is checked: the sizes in
the header are held against a cap before any memory is taken, compressed files are unpacked piece
by piece into an array of exactly the promised size, and every fault is a `DataError` that says
what is wrong with which file.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

UBYTE = 0x08  # the type code of unsigned bytes
MAX_BYTES = 48 * 2**20  # the largest MNIST file has 47,040,016 bytes
_PIECE = 2**18
_TYPES = {0x09: "signed bytes", 0x0B: "shorts", 0x0C: "ints", 0x0D: "floats", 0x0E: "doubles"}


class DataError(ValueError):
    """A data set is missing, damaged or not what it should be; the message says what to do."""


def open_data(path: Path) -> IO[bytes]:
    """Open a plain or gzip-compressed file; which of the two is told from its first bytes."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(path, "rb")  # type: ignore[return-value]  # a reader of bytes
    return path.open("rb")


def read_idx(path: Path | str, ndim: int, max_bytes: int = MAX_BYTES) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, plain or gzip-compressed.

    Shape: the `ndim` sizes in the file's header. A `DataError` names a file that cannot be read,
    a wrong magic number, type or number of dimensions, sizes beyond `max_bytes`, an empty data
    set, and data that are shorter or longer than the header says.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels"
    >>> _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    >>> read_idx(path, ndim=1)
    array([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is not a regular file: an IDX file was expected there")
    try:
        with open_data(path) as file:
            return _read(file, path, ndim, max_bytes)
    except EOFError as e:
        raise DataError(f"{path} is truncated: its compressed data end too early") from e
    except (zlib.error, gzip.BadGzipFile) as e:
        raise DataError(f"{path} is damaged: its compressed data are wrong ({e})") from e
    except (OSError, ValueError) as e:
        if isinstance(e, DataError):
            raise
        raise DataError(f"{path} cannot be read: {getattr(e, 'strerror', None) or e}") from e


def _read(file: IO[bytes], path: Path, ndim: int, max_bytes: int) -> NDArray[np.uint8]:
    shape = _read_header(file, path, ndim)
    size = math.prod(shape)
    if size == 0:
        raise DataError(f"{path} is empty: its header says {_sizes(shape)}")
    if size > max_bytes:
        raise DataError(
            f"{path} says in its header that it holds {_sizes(shape)} bytes; files of more than "
            f"{max_bytes} bytes are refused"
        )
    data = np.empty(size, dtype=np.uint8)
    room = data.data
    filled = 0
    while filled < size:
        got = _read_into(file, room[filled : filled + _PIECE])
        if not got:
            raise DataError(
                f"{path} is truncated: its header promises {_sizes(shape)} = {size} bytes of "
                f"data, and {filled} are there"
            )
        filled += got
    if file.read(1):
        raise DataError(f"{path} has more data than the {_sizes(shape)} bytes its header promises")
    return data.reshape(shape)


def _read_into(file: Any, room: memoryview) -> int:
    return int(file.readinto(room))


def _read_header(file: IO[bytes], path: Path, ndim: int) -> tuple[int, ...]:
    magic = file.read(4)
    if len(magic) < 4:
        raise DataError(f"{path} is truncated: it ends before the 4 bytes of the magic number")
    if magic[:2] != b"\x00\x00":
        raise DataError(
            f"{path} is not an IDX file: it starts with the bytes {magic.hex(' ')}, not with "
            f"00 00 08 {ndim:02x}"
        )
    if magic[2] != UBYTE:
        kind = _TYPES.get(magic[2], "an unknown type")
        raise DataError(
            f"{path} holds {kind} (type code 0x{magic[2]:02x}); unsigned bytes (0x08) are needed"
        )
    if magic[3] != ndim:
        raise DataError(
            f"{path} has {magic[3]} dimensions instead of {ndim}: are images and labels swapped?"
        )
    sizes = file.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        raise DataError(f"{path} is truncated: it ends within the sizes in its header")
    return tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, 4 * ndim, 4))


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
