"""Neural networks as the documents describe them, built on the public API of `autodiff`.

`Network` is the documents' network of matrices, `nets.scalar` the same of single Values,
`nets.closed_form` the documents' equations by hand, and `nets.data` brings real digits.
`MLPClassifier` and `MLPRegressor` are scikit-learn estimators.
"""

import importlib
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
