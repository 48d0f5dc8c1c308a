"""numpy's floating-point warnings, switched off around one computation.

An overflow is an infinity and an invalid operation NaN, in arrays as in numbers; no warning says so
(`anomaly` does). `np.errstate` would do it, but costs as much as a small array operation; what it sets
is one context variable, which is set here directly, by `quietly` or, where a call more would be felt, by

    before = now()
    try:
        put(SILENT)
        ...
    finally:
        put(before)

Both functions are C's, so an interrupt comes before one of them or after it, and the state is put back.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

now: Callable[[], Any] = np.geterr  # of numpy 1.26, which keeps its state in another place
put: Callable[[Any], Any] = lambda state: np.seterr(**state)  # noqa: E731
try:
    from numpy._core import umath

    now, put = umath._extobj_contextvar.get, umath._extobj_contextvar.set
except (AttributeError, ImportError):
    pass
with np.errstate(all="ignore"):
    SILENT: Any = now()


def quietly(function: Callable[..., Any], *args: Any) -> Any:
    """Return what a function returns, without numpy's warnings.

    >>> float(quietly(np.log, 0.0))
    -inf
    """
    before = now()
    try:
        put(SILENT)
        return function(*args)
    finally:
        put(before)
