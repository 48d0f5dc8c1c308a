"""numpy.fft with nodes: numpy's own names, made to take lists of nodes too."""

from typing import Any

from numpy import fft as plain

from autodiff.nodes.functions import as_array_node, is_node
from autodiff.numpy.lists import accepting_lists

__all__ = [n for n in dir(plain) if not n.startswith("_")]  # pyright: ignore


def frequencies(name: str) -> Any:
    """Return fftfreq or rfftfreq, whose spacing may be a node."""
    function = getattr(plain, name)

    def call(n: int, d: Any = 1.0, **options: Any) -> Any:
        """Return the frequencies of a transform of n samples that are d apart."""
        if is_node(d):
            return as_array_node(function(n, 1.0, **options) / d)
        return function(n, d, **options)

    return call


RECORDED: dict[str, Any] = {name: frequencies(name) for name in ("fftfreq", "rfftfreq")}


def __getattr__(name: str) -> Any:
    """Return numpy's function of this name."""
    if name.startswith("__"):
        raise AttributeError(name)
    return RECORDED.get(name) or accepting_lists(getattr(plain, name))


def __dir__() -> list[str]:
    return __all__
