"""A run read back from its checkpoint, with settings that are of the right kinds."""

from pathlib import Path
from typing import Any

from nets.extras import UsageError
from nets.runs.checkpoint import Checkpoint, load_checkpoint
from nets.runs.settings import DEFAULTS


def load_run(path: Path) -> Checkpoint:
    """Load a checkpoint that `nets train` wrote, its settings checked to be of the right kinds."""
    saved = load_checkpoint(path)
    settings = saved.meta.get("settings")
    if (
        not isinstance(settings, dict)
        or not isinstance(saved.meta.get("training"), dict)
        or settings.keys() != DEFAULTS.keys()
        or not all(_is_like(value, DEFAULTS[name]) for name, value in settings.items())
    ):
        raise UsageError(f"{path} does not hold a run of this program's nets train")
    return saved


def _is_like(value: Any, default: Any) -> bool:
    """Say whether a setting read from a file has the kind of its default."""
    if default is None:
        return value is None or isinstance(value, str | list)
    return isinstance(value, type(default)) and not isinstance(value, bool)
