"""numpy's floating-point warnings, switched off around one computation.

An overflow is an infinity and an invalid operation NaN, in arrays as in numbers; no warning says so
(`anomaly` does). `np.errstate` would do it, but costs as much as a small array operation; what it sets
is one context variable, which is set here directly.
"""

from typing import Any

import numpy as np

try:
    from numpy._core.umath import _extobj_contextvar as _state  # type: ignore[attr-defined]

    with np.errstate(all="ignore"):
        _silent = _state.get()
except ImportError:  # numpy 1.26 keeps it in another place
    _state = _silent = None


def silence() -> Any:
    """Switch the warnings off; return what `restore` needs."""
    return np.seterr(all="ignore") if _state is None else _state.set(_silent)


def restore(before: Any) -> None:
    """Put back what `silence` found."""
    if _state is None:
        np.seterr(**before)
    else:
        _state.reset(before)
