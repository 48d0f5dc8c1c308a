"""Fetch the MNIST files from public mirrors and believe only their bytes.

The files are checked against the known length and MD5 sum of what they contain once unpacked, so
it does not matter who serves them. A mirror that fails, stalls or sends anything else is left for
the next one. A file appears in the folder whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nets.digits.idx import DataError, open_data
from nets.extras import require

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
)
# name: (bytes, MD5) of the unpacked file
MNIST_FILES = {
    "train-images-idx3-ubyte": (47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": (60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": (7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": (10_008, "27ae3e4e09519cfbb04c329615203637"),
}
_PIECE = 2**16


class _MirrorError(Exception):
    """What one mirror did wrong, in words; the next one is tried."""


def find_file(folder: Path, name: str) -> Path | None:
    """Return the path of `name`, or else of `name`.gz, in the folder; None if neither is there."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    return None


def download_mnist(
    data_dir: Path | str,
    mirrors: Sequence[str] = MIRRORS,
    files: dict[str, tuple[int, str]] = MNIST_FILES,
    stall: float = 30.0,
    limit: float = 900.0,
) -> Path:
    """Fetch the four MNIST files into a folder and return its path.

    A file that is there already is checked and kept. `stall` is the longest silence and `limit`
    the longest time for one file, in seconds, that a mirror is allowed. A `DataError` tells what
    each mirror did wrong, or which file in the folder is not the one it should be.
    """
    folder = Path(data_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, (length, md5) in files.items():
            there = find_file(folder, name)
            if there is not None:
                _check_present(there, length, md5)
            else:
                _fetch_from_any(folder / f"{name}.gz", mirrors, length, md5, stall, limit)
    except OSError as e:
        raise DataError(f"cannot download into {folder}: {e.strerror or e}") from e
    return folder


def _check_present(path: Path, length: int, md5: str) -> None:
    """Raise a DataError unless the file there unpacks to the known bytes."""
    digest, count = hashlib.md5(usedforsecurity=False), 0
    try:
        with open_data(path) as file:
            while count <= length and (piece := file.read(_PIECE)):
                digest.update(piece)
                count += len(piece)
    except (EOFError, zlib.error, OSError):
        count = -1
    if count != length or digest.hexdigest() != md5:
        raise DataError(
            f"{path} is there already but is damaged or another file: move it away, and the "
            "right one will be fetched"
        )


def _fetch_from_any(
    path: Path, mirrors: Sequence[str], length: int, md5: str, stall: float, limit: float
) -> None:
    faults = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{path.name}"
        try:
            _fetch(url, path, length, md5, stall, limit)
        except _MirrorError as e:
            faults.append(f"{url}: {e}")
        else:
            return
    raise DataError(
        f"{path.name} could not be fetched ({'; '.join(faults)}): try again later, or put the "
        f"file into {path.parent} by hand"
    )


def _fetch(url: str, path: Path, length: int, md5: str, stall: float, limit: float) -> None:
    """Fetch one file to a temporary name, check it, and only then give it its own name."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            check = _Checker(length, md5)
            for piece in _pieces(url, path.name, length, stall, limit):
                check.feed(piece)
                file.write(piece)
            check.finish()
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


class _Checker:
    """Unpack a gzip stream piece by piece, keeping only the count and the MD5 of its content."""

    def __init__(self, length: int, md5: str) -> None:
        self.length, self.md5 = length, md5
        self.digest, self.count = hashlib.md5(usedforsecurity=False), 0
        self.unpacker = zlib.decompressobj(wbits=31)

    def feed(self, piece: bytes) -> None:
        while piece:
            if self.unpacker.eof:
                raise _MirrorError("there are bytes after the end of the compressed data")
            try:
                content = self.unpacker.decompress(piece, _PIECE)
            except zlib.error as e:
                raise _MirrorError(f"what it sent is not a sound gzip file ({e})") from e
            self.digest.update(content)
            self.count += len(content)
            if self.count > self.length:
                raise _MirrorError(f"what it sent unpacks to more than {self.length} bytes")
            piece = self.unpacker.unconsumed_tail or self.unpacker.unused_data

    def finish(self) -> None:
        if not self.unpacker.eof:
            raise _MirrorError("what it sent is truncated")
        if self.count != self.length:
            raise _MirrorError(f"what it sent unpacks to {self.count} bytes, not {self.length}")
        if self.digest.hexdigest() != self.md5:
            raise _MirrorError("the MD5 sum of the content is wrong")


def _pieces(url: str, name: str, length: int, stall: float, limit: float) -> Iterator[bytes]:
    """Yield the body of a response, with a bar where tqdm is installed; faults are the mirror's."""
    if not url.startswith(("http://", "https://")):
        raise _MirrorError("a mirror's address starts with http:// or https://")
    deadline = time.monotonic() + limit
    most = length + length // 100 + 1024  # gzip adds less than this to data it cannot compress
    try:
        with urllib.request.urlopen(url, timeout=stall) as response:
            announced = response.headers.get("Content-Length", "")
            total = int(announced) if announced.isascii() and announced.isdigit() else None
            got = 0
            with _bar(name, total) as bar:
                while piece := response.read1(_PIECE):
                    got += len(piece)
                    if got > most:
                        raise _MirrorError(f"it sends more than {most} bytes")
                    if time.monotonic() > deadline:
                        raise _MirrorError(f"it took longer than {limit:g} s")
                    bar.update(len(piece))
                    yield piece
            if total is not None and got < total:
                raise _MirrorError(f"it sent {got} of {total} bytes")
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as e:
        words = str(getattr(e, "reason", None) or e)[:200]  # partly the server's own
        words = "".join(c if c.isprintable() else " " for c in words).strip()
        raise _MirrorError(words or type(e).__name__) from e


class _NoBar:
    def update(self, n: int) -> None:
        pass


def _bar(name: str, total: int | None) -> contextlib.AbstractContextManager[Any]:
    """Make a progress bar, shown on a terminal only; without tqdm, one that shows nothing."""
    try:
        tqdm = require("tqdm").tqdm
    except ImportError:
        return contextlib.nullcontext(_NoBar())
    bar: contextlib.AbstractContextManager[Any] = tqdm(
        desc=name, total=total, unit="B", unit_scale=True, disable=None
    )
    return bar
