"""What the `nets` extra installs, imported where it is used."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autodiff.graphs import files


class UsageError(ValueError):
    """What was asked for cannot be done as asked; the message is one sentence."""


class MissingExtraError(UsageError, ImportError):
    """An optional package is not installed; the message names the extra that installs it."""


def require(module: str, extra: str = "nets", what: str = "this") -> Any:
    """Import a module of an optional package, or say in one sentence how to install it."""
    from autodiff.interop import extras

    try:
        return extras.require(module, extra, what)
    except ImportError as e:
        raise MissingExtraError(str(e)) from None


def at_least(least: int, given: Mapping[str, Any], *names: str) -> None:
    """Refuse the options of these names whose number is below `least`; None was not given."""
    for name in names:
        value = given.get(name)
        if value is not None and not least <= value < math.inf:
            raise UsageError(
                f"--{name.replace('_', '-')} is {value:g}: it must be at least {least}"
                + (" and finite" if value > least else "")
            )


def output_folder(folder: Path | str) -> Path:
    """Make a folder for results and see that it can be written, before any work is done for it."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = files.write(path / ".nets-probe", b"")
        probe.unlink()
    except OSError as e:
        raise UsageError(f"results cannot be written to {path}: {e.strerror or e}") from None
    return path


def numbers(values: Any) -> str:
    """Write a number or a small array in one line, to six digits.

    >>> numbers(np.array([[0.5], [-1.0]])), numbers(2.0)
    ('[0.5, -1]', '2')
    """
    array = np.asarray(values, dtype=float)
    listed = [f"{v:.6g}" for v in array.ravel()]
    return listed[0] if array.ndim == 0 else f"[{', '.join(listed)}]"
