"""What pickles name: the one module that will never move.

A pickle holds the name of the function that makes its object anew. Leaves, snapshots and programs
name the functions of this file, whatever room their code lives in, so that a pickle of this version
is read by later ones. What a pickle promises, and what it does not, stands in docs/trust.md.
"""

import pickle
from typing import Any

from autodiff._engine import VERSION, published
from autodiff.graphs.graph import Graph
from autodiff.graphs.storage import unpacked
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.tensor import constant as array_constant
from autodiff.nodes.value import Value
from autodiff.nodes.value import constant as scalar_constant
from autodiff.programs.array_program import ArrayProgram
from autodiff.programs.gather import Compiled
from autodiff.programs.jit import Jitted, jit
from autodiff.programs.replay import Program
from autodiff.table.primitive import row_called as row_called  # a row is pickled by its name

PROGRAMS = {kind.__name__: kind for kind in (Program, ArrayProgram, Compiled)}


def restored(kind: str, data: Any, name: str | None, is_constant: bool, grad: Any) -> Any:
    """Return the leaf that was taken apart for the pickle."""
    if kind == "value":
        node: Any = scalar_constant(data) if is_constant else Value(data)
    else:
        node = array_constant(data) if is_constant else Tensor(data)
    if name is not None:
        node.name = name
    if grad is not None:
        node.grad = grad
    return node


def unpickled(data: bytes, names: list[str | None]) -> Graph:
    """Return the snapshot that was pickled, of a graph that was recorded anew."""
    graph = Graph(*unpacked(data))
    graph.names = names
    return graph


class Public:
    """A public function in a pickle, by its name in `autodiff`, wherever its code lives."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> Any:
        return public, (self.name,)


def public(name: str) -> Any:
    """Return the public function of a name."""
    return published(name)


def arrived(f: Any) -> Any:
    """Return the function itself, also where a copy was made without a pickle."""
    return public(f.name) if isinstance(f, Public) else f


def by_name(f: Any) -> Any:
    """Return what stands for a function in a pickle: a public one is named as users name it."""
    name = getattr(f, "__name__", "")
    return Public(name) if name in published("__all__") and published(name) is f else f


def taken_apart(program: Any) -> tuple[Any, ...]:
    """Return what a program is pickled as: its function, and what was recorded as bytes.

    The bytes name inner modules, so they are for this version; the function is outside them, where
    whoever pickles (cloudpickle, say) may have a way of its own for it.
    """
    state = program.__getstate__()
    f = state.pop("f")
    return made_again, (type(program).__name__, VERSION, by_name(f), pickle.dumps(state))


def made_again(kind: str, version: str, f: Any, state: bytes) -> Any:
    """Return the program that was pickled; raise a ValueError for one of another version."""
    if version != VERSION:
        raise ValueError(
            f"this program was pickled by autodiff {version} and this is {VERSION}: what was "
            f"recorded is for one version, so record the function again with ad.trace"
        )
    program = PROGRAMS[kind].__new__(PROGRAMS[kind])
    program.__setstate__({"f": arrived(f), **pickle.loads(state)})
    return program


def jitted(f: Any, argnums: Any, static: tuple[int, ...], in_axes: Any) -> Jitted:
    """Return a function under `jit`, which records anew where it arrives."""
    found: Jitted = jit(arrived(f), argnums=argnums, static_argnums=static, in_axes=in_axes)
    return found
