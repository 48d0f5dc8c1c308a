"""Neural networks as the documents describe them, built on the public API of `autodiff`.

`Network` is the documents' network of matrices, `nets.scalar` the same of single Values,
`nets.closed_form` the documents' equations by hand, and `nets.data` brings real digits.
`MLPClassifier` and `MLPRegressor` are scikit-learn estimators.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nets.estimators import MLPClassifier, MLPRegressor
    from nets.network import Network

__all__ = ["MLPClassifier", "MLPRegressor", "Network"]


def __getattr__(name: str) -> Any:
    """Load a class, and numpy or scikit-learn with it, when it is first asked for."""
    if name in __all__:
        room = "nets.network" if name == "Network" else "nets.estimators"
        return getattr(importlib.import_module(room), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return exactly the public names."""
    return sorted(__all__)


# Where the inner modules of version 0.1 live now, those that changed their names as `old:new`.
MOVED = {
    "commands": "demo search sweep train",
    "digits": "download idx",
    "experiments": "experiment:command",
    "pages": "charts curve flow page report",
    "parts": "activations batches costs initializers listing parameters replayed scoring",
    "runs": "check checkpoint engines expand scalar_engine settings shards stopping training",
}


class _Moved:
    """A finder that is asked last, and says where a module has gone that was in `nets` itself."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        for wing, modules in MOVED.items():
            for module in modules.split():
                old, _, new = module.partition(":")
                if name == f"nets.{old}":
                    raise ModuleNotFoundError(
                        f"{name} has moved: it is nets.{wing}.{new or old} now"
                    )


sys.meta_path.append(_Moved())
