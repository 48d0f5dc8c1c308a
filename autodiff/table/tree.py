"""Trees: nested tuples, lists, dicts and objects of numbers or nodes, taken apart and put together.

`flatten` gives the leaves from left to right and the tree's `Structure`: what it is made of, key by
key. Structures can be compared, hashed and pickled; one makes a tree of new leaves, finds the leaves of
another tree by key (never by position), and names each leaf by its path, as in `params['w'][2]`. Tuples,
lists, dicts (OrderedDict and defaultdict too), named tuples and dataclasses are known, and classes that
were registered; None is a tree without leaves; whatever else is found is a leaf.

>>> leaves, structure = flatten({"w": [1.0, 2.0], "b": 3.0})
>>> leaves
[1.0, 2.0, 3.0]
>>> structure([10 * x for x in leaves])
{'w': [10.0, 20.0], 'b': 30.0}
>>> structure.paths("params")
["params['w'][0]", "params['w'][1]", "params['b']"]
"""

import dataclasses
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence, Sized
from functools import cached_property
from typing import Any, NamedTuple

from numpy import ndarray

from autodiff.table.language import told, wanted
from autodiff.table.primitive import RECORDERS, Primitive


class Kind(NamedTuple):
    """How objects of one class are taken apart: into keys, parts and what is not differentiated."""

    apart: Callable[[Any], tuple[Any, Any, Any]]
    together: Callable[[Any, Any, Any, list[Any]], Any]
    key: str  # how a path names a part


DEEPEST = 100  # levels of a tree
Branch = Any  # (class, keys, what is static, the parts' branches), or None for a leaf


def _of_dict(cls: Any, keys: Any, static: Any, parts: list[Any]) -> Any:
    pairs = zip(keys, parts, strict=True)
    return cls(static, pairs) if cls is defaultdict else cls(pairs)


SEQUENCE = Kind(
    lambda x: (range(len(x)), x, None), lambda cls, keys, static, parts: cls(parts), "[]"
)
TUPLE = Kind(SEQUENCE.apart, lambda cls, keys, static, parts: cls._make(parts), ".")
DICT = Kind(
    lambda x: (tuple(x), x.values(), x.default_factory if type(x) is defaultdict else None),
    _of_dict,
    "[]",
)
KINDS: dict[type, Kind] = {
    tuple: SEQUENCE, list: SEQUENCE, dict: DICT, OrderedDict: DICT, defaultdict: DICT,
    type(None): Kind(lambda x: ((), (), None), lambda cls, keys, static, parts: None, ""),
}  # fmt: skip
KNOWN = {*KINDS, float, int, bool, complex, str, bytes, ndarray}  # what cannot be registered anew
SAME = ({tuple, list}, {dict, OrderedDict, defaultdict})  # may stand for each other


def register_tree(
    cls: type,
    take_apart: Callable[[Any], tuple[Any, Any]],
    put_together: Callable[[Any, Any], Any],
) -> type:
    """Let objects of a class be trees, in arguments and results of every transform and program.

    `take_apart(x)` returns its parts (a dict by name, or a sequence) and what is not differentiated,
    which must be hashable; `put_together(static, parts)` makes an object of parts of that form. A
    dataclass needs no entry: its fields are its parts, those with `metadata={"static": True}` apart.

    >>> class Line:
    ...     def __init__(self, a, b): self.a, self.b = a, b
    >>> _ = register_tree(Line, lambda x: ({"a": x.a, "b": x.b}, None), lambda s, p: Line(**p))
    >>> import autodiff as ad
    >>> ad.grad(lambda line: line.a * 3.0 + line.b)(Line(1.0, 2.0)).a
    3.0
    """
    if not isinstance(cls, type):
        raise TypeError(f"register_tree: needs a class, got {type(cls).__name__} {cls!r:.60}")
    if cls in KNOWN or cls in RECORDERS:
        raise ValueError(f"register_tree: {cls.__name__} has its meaning already")
    for function in (take_apart, put_together):
        if not callable(function):
            raise TypeError(f"register_tree: needs two functions, got {function!r:.60}")

    def apart(x: Any) -> tuple[Any, Any, Any]:
        taken = take_apart(x)
        if not isinstance(taken, tuple) or len(taken) != 2 or not isinstance(taken[0], Sized):
            raise TypeError(
                f"register_tree: what takes a {cls.__name__} apart must return a pair, its parts (a dict "
                f"or a sequence) and what is not differentiated; it returned {taken!r:.60}"
            )
        parts, static = taken
        named = isinstance(parts, dict)
        keys = tuple(parts) if named else range(len(parts))
        return keys, (parts.values() if named else parts), (named, static)

    def together(cls: Any, keys: Any, static: Any, parts: list[Any]) -> Any:
        named, static = static
        return put_together(static, dict(zip(keys, parts, strict=True)) if named else tuple(parts))

    KINDS[cls] = Kind(apart, together, ".")
    return cls


OURS = ("autodiff", "numpy", "builtins")
LEAVES: set[type] = set()  # classes that are known to be leaves; it takes long to find out


def _kind(x: Any) -> Kind | None:
    """Return how x is taken apart; None for a leaf. Classes of named tuples and data are noted."""
    cls = type(x)
    found = KINDS.get(cls)
    if found is not None or cls in LEAVES:
        return found
    if isinstance(x, tuple) and hasattr(cls, "_fields") and hasattr(cls, "_make"):
        KINDS[cls] = Kind(lambda x: (cls._fields, x, None), TUPLE.together, ".")
    elif dataclasses.is_dataclass(cls) and not isinstance(x, Primitive):
        fields = dataclasses.fields(cls)
        free = tuple(f.name for f in fields if not f.metadata.get("static"))
        fixed = tuple(f.name for f in fields if f.metadata.get("static"))
        KINDS[cls] = Kind(
            lambda x: (
                free, [getattr(x, k) for k in free],
                (*((k, getattr(x, k)) for k in fixed), *_besides(x, {*free, *fixed})),
            ),
            _of_dataclass, ".",
        )  # fmt: skip
    else:
        if cls.__module__.partition(".")[0] in OURS:  # no class that is made as the program runs
            LEAVES.add(cls)
        return None
    return KINDS[cls]


def _besides(x: Any, fields: set[str]) -> list[tuple[str, Any]]:
    """Return what a dataclass has set beside its fields, in `__post_init__`; it must not be numbers."""
    found = [(k, v) for k, v in getattr(x, "__dict__", {}).items() if k not in fields]
    found = [(k, v) for k, v in found if not isinstance(getattr(type(x), k, None), cached_property)]
    for key, value in found:
        parts = flatten(value)[0]
        if any(isinstance(v, float | complex | ndarray) or type(v) in RECORDERS for v in parts):
            raise TypeError(
                f"{type(x).__name__}.{key}: was set beside the fields, as {told(value)}, and would not "
                f"follow them; make it a property, or register_tree the class"
            )
    return found


def _of_dataclass(cls: Any, keys: Any, static: Any, parts: list[Any]) -> Any:
    new = object.__new__(cls)
    for key, part in (*zip(keys, parts, strict=True), *static):
        object.__setattr__(new, key, part)
    return new


class Structure:
    """What a tree is made of, apart from its leaves. Calling it makes a tree of new leaves."""

    __slots__ = ("branch", "size")

    def __init__(self, branch: Branch, size: int) -> None:
        self.branch, self.size = branch, size

    def __call__(self, leaves: Sequence[Any]) -> Any:
        return _put_together(self.branch, iter(leaves))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self.branch == other.branch

    def __reduce__(self) -> Any:
        return Structure, (self.branch, self.size)

    def paths(self, root: str = "") -> list[str]:
        """Return the path of each leaf: the root's name, and the keys that lead to the leaf."""
        return _paths(self.branch, root, [])

    def follow(self, tree: Any) -> list[Any] | None:
        """Return the leaves of a tree that is made as this one is, or None for any other."""
        leaves: list[Any] = []
        return leaves if _follow(self.branch, tree, leaves) else None

    def leaves_of(self, tree: Any, what: str, root: str) -> list[Any]:
        """Return the leaves of a tree of this structure, in this order; dicts are matched by key.

        Where the tree is made otherwise a TypeError says at which path, and what stands there.
        """
        return _matched(self.branch, tree, what, root, [])


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """Return the leaves from left to right and the structure, which puts leaves in their place."""
    leaves: list[Any] = []
    branch = _take_apart(tree, leaves, DEEPEST)
    return leaves, Structure(branch, len(leaves))


def size(branch: Branch) -> int:
    """Return how many leaves a branch of a structure has."""
    return 1 if branch is None else sum(map(size, branch[3]))


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """Apply a function to each leaf."""
    leaves, structure = flatten(tree)
    return structure([function(x) for x in leaves])


def _take_apart(tree: Any, leaves: list[Any], levels: int) -> Branch:
    if not levels:
        raise ValueError(
            f"a tree has more than {DEEPEST} levels, or holds itself; put the numbers into a flat list, "
            f"or register_tree the class that is nested"
        )
    cls = type(tree)
    if cls is float:
        leaves.append(tree)
        return None
    if cls is tuple or cls is list:
        return cls, len(tree), None, tuple([_take_apart(x, leaves, levels - 1) for x in tree])
    kind = _kind(tree)
    if kind is None:
        leaves.append(tree)
        return None
    keys, parts, static = kind.apart(tree)
    return cls, keys, static, tuple([_take_apart(x, leaves, levels - 1) for x in parts])


def _put_together(branch: Branch, leaves: Any) -> Any:
    if branch is None:
        return next(leaves)
    cls, keys, static, branches = branch
    parts = [_put_together(x, leaves) for x in branches]
    if cls is list:
        return parts
    return tuple(parts) if cls is tuple else KINDS[cls].together(cls, keys, static, parts)


def _follow(branch: Branch, tree: Any, leaves: list[Any]) -> bool:
    """Add the leaves of a tree to `leaves`; return False as soon as it is not made like the branch."""
    cls = type(tree)
    if branch is None:
        if cls is not float and cls not in LEAVES and _kind(tree) is not None:
            return False
        leaves.append(tree)
        return True
    if cls is not branch[0]:
        return False
    branches = branch[3]
    if cls is tuple or cls is list:
        parts, alike = tree, len(tree) == branch[1]
    elif cls is dict:
        parts, alike = list(tree.values()), tuple(tree) == branch[1]
    else:
        keys, parts, static = KINDS[cls].apart(tree)
        parts, alike = list(parts), keys == branch[1] and static == branch[2]
    for i in range(len(branches)):
        alike = alike and _follow(branches[i], parts[i], leaves)
    return bool(alike)


def _named(path: str, cls: Any, key: Any) -> str:
    dotted = cls not in (tuple, list) and KINDS[cls].key == "."
    return f"{path}.{key}" if dotted and isinstance(key, str) else f"{path}[{key!r}]"


def _keys(branch: Branch) -> Any:
    return range(branch[1]) if branch[0] in (tuple, list) else branch[1]


def _paths(branch: Branch, path: str, found: list[str]) -> list[str]:
    if branch is None:
        found.append(path)
        return found
    for key, part in zip(_keys(branch), branch[3], strict=True):
        _paths(part, _named(path, branch[0], key), found)
    return found


def _matched(branch: Branch, tree: Any, what: str, path: str, leaves: list[Any]) -> list[Any]:
    kind = _kind(tree)
    if branch is None:
        if kind is not None:
            raise TypeError(f"{what}: {path} must be a single leaf, it is {told(tree)}")
        leaves.append(tree)
        return leaves
    cls = branch[0]
    if kind is None or not (type(tree) is cls or {type(tree), cls} <= SAME[kind is DICT]):
        raise TypeError(f"{what}: {path} must be {wanted(branch)}, it is {told(tree)}")
    keys, parts, _ = kind.apart(tree)
    by_key = dict(zip(keys, parts, strict=True))
    if len(by_key) != len(branch[3]) or any(key not in by_key for key in _keys(branch)):
        raise TypeError(f"{what}: {path} must be {wanted(branch)}, it is {told(tree)}")
    for key, part in zip(_keys(branch), branch[3], strict=True):
        _matched(part, by_key[key], what, _named(path, cls, key), leaves)
    return leaves
