"""numpy.fft with nodes: numpy's own names, made to take lists of nodes too."""

from typing import Any

from numpy import fft as plain

from autodiff.numpy.lists import accepting_lists

__all__ = [n for n in dir(plain) if not n.startswith("_")]  # pyright: ignore


def __getattr__(name: str) -> Any:
    """Return numpy's function of this name."""
    if name.startswith("__"):
        raise AttributeError(name)
    return accepting_lists(getattr(plain, name))


def __dir__() -> list[str]:
    return __all__
