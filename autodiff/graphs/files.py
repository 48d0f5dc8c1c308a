"""Write files so that nothing is ever lost: the whole new file, or the old one untouched.

The content goes to a temporary name in the same folder, is flushed to the disk and then takes the
file's name in one step. Whatever goes wrong, nothing is left beside it, and the error is a sentence.
"""

import os
import zlib
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)


def write(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write `content` (text as UTF-8) to `path` atomically and return the path.

    Raises OSError with one sentence where the file cannot be written.
    """
    given = Path(path)
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        if given.is_dir():
            raise IsADirectoryError(0, "it is a folder, so add a file name")
        if given.exists() and not given.is_file():  # a pipe or a device
            given.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(given)), data)
    except (OSError, ValueError) as e:
        raise OSError(f"{_printable(given)} cannot be written: {_reason(given, e)}") from e
    return given


def beside(path: Path, ending: str) -> Path:
    """Return the hidden name beside the file that a path leads to; no other file has it.

    >>> beside(Path("/run.npz"), "lock").name
    '.run.npz.lock'
    """
    path = Path(os.path.realpath(path))
    name = path.name
    if len(os.fsencode(name)) > 200:  # a system takes 255 bytes
        name = f"{name[:40]}.{zlib.crc32(os.fsencode(name)):08x}"
    return path.with_name(f".{name}.{ending}")


def _replace(path: Path, data: bytes) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    temporary = beside(path, os.urandom(4).hex())
    # Made as the umask says, and by nobody else: a new file gets the rights that are usual here.
    rights = 0o666 if mode is None else mode & 0o600
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, rights)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"the folder {_printable(path.parent)} does not exist"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error)


def _printable(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()
