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
        package = module.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != package:
            raise
        raise ImportError(
            f"{what} needs {package}, which is not installed: "
            f"python -m pip install 'autodiff[{extra}]'",
            name=package,
        ) from None
