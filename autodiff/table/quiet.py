"""numpy's floating-point warnings, switched off around one computation.

An overflow is an infinity and an invalid operation NaN, in arrays as in numbers; no warning says so
(`anomaly` does). `np.errstate` would do it, but costs as much as a small array operation; what it sets
is one context variable, which is set here directly.
"""

from typing import Any

import numpy as np

_state: Any = None  # numpy's variable; 1.26 keeps it in another place
_silent: Any = None
try:
    from numpy._core import umath

    _state = getattr(umath, "_extobj_contextvar", None)
except ImportError:
    pass
if _state is not None:
    with np.errstate(all="ignore"):
        _silent = _state.get()


def silence() -> Any:
    """Switch the warnings off; return what `restore` needs."""
    return np.seterr(all="ignore") if _state is None else _state.set(_silent)


def restore(before: Any) -> None:
    """Put back what `silence` found."""
    if _state is None:
        np.seterr(**before)
    else:
        _state.reset(before)
