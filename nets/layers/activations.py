"""Activation functions of the field that are no rows of the table, put together from those that are.

`ad.relu`, `ad.leaky_relu`, `ad.elu`, `ad.gelu`, `ad.softplus`, `ad.sigmoid`, `ad.tanh` and `ad.softmax`
are functions already and stand in a `Sequential` as they are.
"""

from typing import Any

import autodiff as ad
from nets.layers.module import given

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805  # of Klambauer et al. 2017


def selu(x: Any) -> Any:
    """Compute scale max(x, 0) + scale alpha min(e^x - 1, 0), which keeps mean 0 and variance 1.

    >>> import numpy as np
    >>> selu(np.array([0.0, 1.0]))
    array([0.        , 1.05070099])
    """
    return SCALE * (ad.relu(x) + ALPHA * ad.expm1(-ad.relu(-x)))


def silu(x: Any) -> Any:
    """Compute x sigmoid(x), also called swish.

    >>> import numpy as np
    >>> silu(np.array([0.0, 100.0]))
    array([  0., 100.])
    """
    return x * ad.sigmoid(x)


def glu(x: Any, axis: int = -1) -> Any:
    """Compute a sigmoid(b), a and b being the two halves of x along an axis.

    Shapes: x (..., 2 n), result (..., n). A ValueError says that the axis has no halves.

    >>> import numpy as np
    >>> glu(np.array([3.0, 0.0]))
    array([1.5])
    """
    x = given(x, "glu: x")
    n, odd = divmod(x.shape[axis], 2)
    if odd:
        raise ValueError(f"glu: axis {axis} of shape {x.shape} has no two halves")
    k = axis % x.ndim
    first, second = (x[(*(slice(None),) * k, part)] for part in (slice(None, n), slice(n, None)))
    return first * ad.sigmoid(second)
