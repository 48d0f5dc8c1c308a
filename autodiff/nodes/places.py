"""Places in a row for nodes, by their distance in creation from the newest.

A graph is put in order by giving each node its place; nothing is compared or sorted. The compiled
engine keeps an array of addresses (`_places.pxd` has the same functions), this twin a list.
"""

from collections.abc import Callable
from typing import Any

Places = list[Any]

places: Callable[[], Places] = list
forget: Callable[[Places], None] = list.clear


def put(row: Places, place: int, node: Any) -> int:
    """Put a node in its place; return where the row ends."""
    if place >= len(row):
        row += [None] * (place - len(row) + 32)
    row[place] = node
    return len(row)


def take(row: Places, place: int) -> Any:  # compiled only
    """Take the node that waits at `place`; nothing where none does."""
    node = row[place] if place < len(row) else None
    if node is not None:
        row[place] = None
    return node


def nothing(node: Any) -> bool:  # compiled only
    """Return whether there is no node."""
    return node is None


def bare(node: Any) -> Any:
    """Return a node as C sees it, whose references are not counted."""
    return node


whole = bare  # and back


def shift(row: Places, place: int, end: int) -> None:
    """Let the row begin at `place`; nobody waits before it."""
    del row[:place]


def address(node: Any) -> int:
    """Return the hash of a node, which is equal to itself alone."""
    return id(node) >> 4
