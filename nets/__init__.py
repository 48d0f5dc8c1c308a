"""Neural networks as the documents describe them, built on the public API of `autodiff`.

`Network` is the documents' network of matrices, `nets.scalar` the same of single Values,
`nets.closed_form` the documents' equations by hand, and `nets.data` brings real digits.
`MLPClassifier` and `MLPRegressor` are scikit-learn estimators.
"""

import importlib
from typing import TYPE_CHECKING, Any

from nets.network import Network

if TYPE_CHECKING:
    from nets.estimators import MLPClassifier, MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "Network"]


def __getattr__(name: str) -> Any:
    """Load the estimators, and scikit-learn with them, when they are first asked for."""
    if name in ("MLPClassifier", "MLPRegressor"):
        return getattr(importlib.import_module("nets.estimators"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
