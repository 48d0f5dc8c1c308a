"""Places in a row for nodes, by their distance in creation from the newest.

A graph is put in order by giving each node its place; nothing is compared or sorted. The compiled
engine keeps an array of addresses (`_places.pxd` has the same functions), this twin a list.
"""

import sys
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


def take(row: Places, place: int, nobody: None) -> Any:  # compiled only
    """Take the node that waits at `place`; None where nobody does."""
    node = row[place] if place < len(row) else None
    if node is not None:
        row[place] = None
    return node


def shift(row: Places, place: int, end: int) -> None:
    """Let the row begin at `place`; nobody waits before it."""
    del row[:place]


def address(node: Any) -> int:
    """Return the hash of a node, which is equal to itself alone."""
    return id(node) >> 4


# Freeing in order is for compiled nodes only: Python frees its own.
references: Callable[[Any], int] = sys.getrefcount
keep = put


def drop(row: Places, place: int) -> bool:  # compiled only
    """Give up the reference to the node that waits at `place`, if one does."""
    return take(row, place, None) is not None
