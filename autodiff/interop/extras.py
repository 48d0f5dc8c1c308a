"""Optional packages: imported where they are used, and named in one sentence where they lack."""

import importlib
from typing import Any


def require(module: str, extra: str, what: str) -> Any:
    """Import a module of an optional package.

    An ImportError says in one sentence what needs it and which extra installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = (error.name or module).partition(".")[0]
        absent = isinstance(error, ModuleNotFoundError)
        reason = "which is not installed" if absent else f"which cannot be loaded ({error})"
        raise ImportError(
            f"{what} needs {package}, {reason}: python -m pip install 'autodiff[{extra}]'",
            name=package,
        ) from None
