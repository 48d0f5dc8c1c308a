"""The weights or the biases of a network, seen as plain arrays: read, and given new values."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

from numpy.typing import NDArray

import autodiff as ad
from nets.parts.given import real

Array = NDArray[Any]


class Parameters(Sequence[Array]):
    """The weights or the biases as plain arrays; assigning an element changes the network."""

    def __init__(self, nodes: Sequence[ad.Tensor]) -> None:
        self._nodes = nodes

    @overload
    def __getitem__(self, index: int) -> Array: ...
    @overload
    def __getitem__(self, index: slice) -> list[Array]: ...
    def __getitem__(self, index: int | slice) -> Array | list[Array]:
        if isinstance(index, slice):
            return [node.data for node in self._nodes[index]]
        return self._nodes[index].data

    def __setitem__(self, index: int, array: Any) -> None:
        node = self._nodes[index]
        node.data = real(array, str(node.name), node.dtype)

    def __iter__(self) -> Iterator[Array]:
        return iter([node.data for node in self._nodes])

    def __len__(self) -> int:
        return len(self._nodes)

    def __repr__(self) -> str:
        return repr(list(self))


def assign(nodes: Sequence[ad.Tensor], arrays: Sequence[Any], what: str) -> None:
    """Give every node its new array, all or none."""
    new = [real(array, f"an array of the {what}", nodes[0].dtype) for array in arrays]
    if [v.shape for v in new] != [node.shape for node in nodes]:
        raise ValueError(
            f"{what} have the shapes {[v.shape for v in new]}, but the network needs "
            f"{[node.shape for node in nodes]}"
        )
    for node, array in zip(nodes, new, strict=True):
        node.data = array
