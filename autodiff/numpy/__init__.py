"""numpy with nodes: `import autodiff.numpy as np`, and code that is written for numpy differentiates.

Nodes answer numpy's own functions, so the names here are numpy's own, whatever its version, with one
addition: what numpy cannot be told by a node, since it looks for arrays only, is looked after here.
`np.array([x, 2 * x])` puts nodes together, `np.linspace(a, b)` and `np.full(3, x)` make arrays of them,
`np.r_[x, 1.0]` joins them, and a list of nodes may stand wherever numpy takes a list of numbers. Read this
file first; the modules beside it are numpy's own namespaces. Users come in here, no wing does.

>>> import autodiff as ad
>>> import autodiff.numpy as np
>>> ad.grad(lambda x: np.sum(np.array([x, x * x, 1.0])))(3.0)
7.0
"""

from typing import Any

import numpy

from autodiff.numpy import fft as fft
from autodiff.numpy import linalg as linalg
from autodiff.numpy import random as random
from autodiff.numpy.creation import CREATION
from autodiff.numpy.lists import accepting_lists

__all__ = sorted(
    {n for n in dir(numpy) if not n.startswith("_")} | {"c_", "fft", "linalg", "r_", "random"}
)


def __getattr__(name: str) -> Any:
    """Return numpy's function of this name, made to take nodes wherever it takes numbers."""
    if name.startswith("__"):
        raise AttributeError(name)
    found = CREATION.get(name)
    if found is None:
        found = accepting_lists(getattr(numpy, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
