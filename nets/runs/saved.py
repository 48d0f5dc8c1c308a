"""A run read back from its checkpoint, with settings that are of the right kinds."""

import math
from pathlib import Path
from typing import Any

from nets.extras import UsageError
from nets.runs.checkpoint import Checkpoint, load_checkpoint
from nets.runs.expand import EXPANSIONS
from nets.runs.settings import DEFAULTS, PRECISIONS

CHOICES: dict[str, Any] = {
    "data": ("digits", "mnist"),
    "monitor": ("test", "validation"),
    "precision": PRECISIONS,
    "expand": EXPANSIONS,
}


def load_run(path: Path) -> Checkpoint:
    """Load a checkpoint that `nets train` wrote, its settings checked to be of the right kinds."""
    saved = load_checkpoint(path)
    settings = saved.meta.get("settings")
    if (
        not isinstance(settings, dict)
        or not isinstance(saved.meta.get("training"), dict)
        or settings.keys() != DEFAULTS.keys()
        or not all(_is_like(value, DEFAULTS[name]) for name, value in settings.items())
        or any(settings[name] not in known for name, known in CHOICES.items())
        or not all(math.isfinite(settings[k]) for k in ("eta", "lmbda", "l1", "dropout"))
        or not _sizes(settings["sizes"])
    ):
        raise UsageError(f"{path} does not hold a run of this program's nets train")
    return saved


def _sizes(sizes: Any) -> bool:
    return sizes is None or (
        isinstance(sizes, list)
        and all(isinstance(n, int) and not isinstance(n, bool) and 0 < n < 10**6 for n in sizes)
    )


def _is_like(value: Any, default: Any) -> bool:
    """Say whether a setting read from a file has the kind of its default."""
    if default is None:
        return value is None or isinstance(value, str | list)
    return isinstance(value, type(default)) and not isinstance(value, bool)
