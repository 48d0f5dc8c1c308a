"""Places in a row for nodes, by their distance in creation from the newest.

A graph is put in order by giving each node its place; nothing is compared or sorted. The compiled
engine keeps an array of addresses (`_places.pxd` has the same functions), this twin a dictionary.
"""

import sys
from collections.abc import Callable
from typing import Any

Places = dict[int, Any]

places: Callable[[], Places] = dict
put: Callable[[Places, int, Any], None] = dict.__setitem__
take: Callable[[Places, int, None], Any] = dict.pop  # the node, or None where nobody waits
forget: Callable[[Places], None] = dict.clear

# Freeing in order is for compiled nodes only: Python frees its own.
references: Callable[[Any], int] = sys.getrefcount
keep = put


def drop(row: Places, place: int) -> bool:
    """Give up the reference to the node that waits at `place`, if one does."""
    return take(row, place, None) is not None
