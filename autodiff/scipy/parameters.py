"""How a function of SciPy's is called on nodes: what stands for it, and what it refuses by name."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from autodiff.nodes.functions import holds_nodes

Function = Callable[..., Any]


def without_nodes(function: Function, name: str) -> Function:
    """Return SciPy's function, which refuses nodes: on their arrays it would lose the graph."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if holds_nodes((*args, *options.values())):
            raise TypeError(
                f"scipy.stats.{name}: the table has no operation for it; compose it of operations, or "
                f"take .data for the plain array"
            )
        return function(*args, **options)

    return call
