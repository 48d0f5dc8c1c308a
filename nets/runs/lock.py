"""One run, one checkpoint: a lock beside the file, which the system takes back when its holder dies.

The lock is a hidden file that exists only while it is held. It is the kernel's lock on it that counts,
not that the file is there, so a run that was killed leaves nothing that would stop the next one.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from autodiff.graphs import files
from nets.extras import UsageError

try:
    import fcntl
except ImportError:  # a system without such locks
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def held(path: Path | None) -> Iterator[None]:
    """Hold the lock of a checkpoint; a UsageError says that another run holds it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, held(Path(folder, "run.npz")):
    ...     [p.name for p in Path(folder).iterdir()]
    ['.run.npz.lock']
    """
    if fcntl is None or path is None or not path.parent.is_dir() or path.is_dir():
        yield  # what is wrong with the path is said where it is written
        return
    lock = files.beside(path, "lock")
    handle = _taken(lock, path)
    if handle is None:
        yield
        return
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _taken(lock: Path, path: Path) -> int | None:
    """Return the open lock file, once it is both locked and the one that lies there."""
    while True:
        try:
            handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
        except OSError:  # a folder that cannot be written: the checkpoint cannot be, either
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if lock.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass  # its holder has just let go of it and taken it away: once more
        except BlockingIOError:
            os.close(handle)
            raise UsageError(
                f"another run is writing {path}: wait for its end, or give another --checkpoint"
            ) from None
        except OSError:  # a file system that has no locks
            os.close(handle)
            return None
        os.close(handle)
