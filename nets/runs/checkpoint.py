"""Checkpoints: a training run in one file, written whole or not at all, and never unpickled.

A checkpoint is an uncompressed `.npz`: the arrays of the run and, as `meta`, one JSON text with
everything that is not an array. Reading believes nothing: every entry must be stored as it is,
be listed in `meta`, and have a header that agrees with its length before memory is taken for it.
"""

import io
import json
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from autodiff.graphs import files

Array = NDArray[Any]
FORMAT = "nets checkpoint"
VERSION = 1
KINDS = {"float64", "float32", "int64"}


class CheckpointError(ValueError):
    """A file that is not a checkpoint, or is damaged; the message is one sentence."""


class Checkpoint(NamedTuple):
    """What a file held: `meta` as it was given to `save_checkpoint`, and the arrays by name."""

    meta: dict[str, Any]
    arrays: dict[str, Array]


def save_checkpoint(path: Path | str, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a checkpoint: to a temporary file, flushed to the disk, then renamed.

    `meta` is anything JSON can hold. An OSError with one sentence says why the file cannot be
    written; the old file is then untouched. Equal contents give equal bytes.
    """
    head = {"format": FORMAT, "version": VERSION, "arrays": sorted(arrays), "meta": dict(meta)}
    text = json.dumps(head, sort_keys=True).encode()
    stored = {"meta": np.frombuffer(text, dtype=np.uint8)}
    stored |= {f"array/{name}": np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in stored.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as entry:
                npy.write_array(entry, array, allow_pickle=False)
    files.write(path, buffer.getvalue())


def load_checkpoint(path: Path | str) -> Checkpoint:
    """Read a checkpoint; a `CheckpointError` says in one sentence why a file is not one."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {info.filename: info for info in archive.infolist()}
            if "meta.npy" not in entries:
                raise CheckpointError(
                    f"{path} is not a checkpoint of nets train: give another file"
                )
            head = json.loads(_read(archive, entries, "meta.npy", {"uint8"}).tobytes())
            if not isinstance(head, dict) or head.get("format") != FORMAT:
                raise CheckpointError(f"{path} was not written as a {FORMAT}")
            if head.get("version") != VERSION:
                raise CheckpointError(
                    f"{path} is a {FORMAT} of version {head.get('version')!r:.20}, but this "
                    f"program reads version {VERSION}"
                )
            names, meta = head["arrays"], head["meta"]
            if not isinstance(meta, dict):
                raise CheckpointError(f"{path} is damaged: it does not hold what it lists")
            if {f"array/{n}.npy" for n in names} != entries.keys() - {"meta.npy"}:
                raise CheckpointError(f"{path} is damaged: it does not hold what it lists")
            arrays = {n: _read(archive, entries, f"array/{n}.npy", KINDS) for n in names}
    except CheckpointError:
        raise
    except OSError as e:
        reason = e.strerror or str(e)
        raise CheckpointError(f"{path} cannot be read: {reason[:1].lower()}{reason[1:]}") from None
    except zipfile.BadZipFile:
        raise CheckpointError(
            f"{path} is not a checkpoint of nets train, or was damaged: give another file"
        ) from None
    except (
        zipfile.LargeZipFile, ValueError, KeyError, TypeError, EOFError,
        RecursionError, NotImplementedError, RuntimeError, struct.error, AttributeError, MemoryError,
        OverflowError,
    ) as e:  # fmt: skip
        raise CheckpointError(f"{path} is not a readable checkpoint: {_first_line(e)}") from None
    return Checkpoint(meta, arrays)


def sweep_strays(path: Path | str) -> int:
    """Remove what writers that were killed left beside the checkpoint, and return their number."""
    front = files.beside(Path(path), "")
    stray = re.compile(rf"{re.escape(front.name)}[0-9a-f]{{8}}")
    found = [p for p in front.parent.iterdir() if stray.fullmatch(p.name) and p.is_file()]
    for p in found:
        p.unlink(missing_ok=True)
    return len(found)


def _read(
    archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], name: str, kinds: set[str]
) -> Array:
    """Read one array, whose size the file itself bounds, since nothing in it is compressed."""
    info = entries[name]
    if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        raise ValueError(f"{name} is compressed")
    data = archive.read(info)  # checks the length and the CRC
    stream = io.BytesIO(data)
    if npy.read_magic(stream) != (1, 0):
        raise ValueError(f"{name} has a header of an unknown version")
    shape, fortran, dtype = npy.read_array_header_1_0(stream, max_header_size=4096)
    body = memoryview(data)[stream.tell() :]
    size = dtype.itemsize
    for n in shape:
        size *= n
    if (
        dtype.hasobject
        or dtype.name not in kinds
        or fortran
        or size != len(body)
        or not dtype.isnative
    ):
        raise ValueError(f"{name} has a header that does not fit what follows it")
    return np.frombuffer(body, dtype=dtype).reshape(shape).copy()


def _first_line(e: BaseException) -> str:
    return (str(e).splitlines() or [""])[0][:200] or type(e).__name__
