"""What a call is given and what a function reads: arguments, their names, and arrays from outside."""

import functools
from collections.abc import Iterable
from contextlib import suppress
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from autodiff.derivatives.calls import chosen, indices
from autodiff.graphs.graph import reachable
from autodiff.nodes.tensor import Tensor, constant
from autodiff.nodes.value import Value
from autodiff.programs.gate import NODES, PLAIN, SWITCHES
from autodiff.table import tree
from autodiff.table.data import as_array

PARTS = 1000  # of a list among what a function reads; longer ones are not looked through


def given_nodes(call: Any) -> bool:
    """Return whether there is a node among the arguments of a call."""
    return any(
        isinstance(x, NODES)
        or (isinstance(x, np.ndarray) and x.dtype == object and any(isinstance(v, NODES) for v in x.flat))
        for x in tree.flatten(call)[0]
    )  # fmt: skip


def argument_numbers(argnums: Any, count: int) -> tuple[Any, tuple[int, ...]]:
    """Return `argnums` as they are kept, whole numbers from 0, and as a tuple; or raise an error."""
    several = isinstance(argnums, tuple | list)
    wanted = indices("trace", argnums)
    if count or several or any(wanted):
        chosen("trace", argnums, count)
    places = tuple(i % count for i in wanted) if count else ()
    return (places if several else places[0] if places else 0), places


def arrays_of(f: Any) -> list[Any]:
    """Return the arrays of numbers that a function reads from its closure, globals and defaults."""
    found: dict[int, Any] = {}
    seen: set[int] = set()
    pending: list[Any] = [f]
    while pending:
        x = pending.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, np.ndarray):
            if x.flags.writeable and x.dtype != object:
                found[id(x)] = x
        elif isinstance(x, FunctionType):
            if not x.__module__ or x.__module__.partition(".")[0] not in ("autodiff", "numpy"):
                pending += read_by(x)
        elif isinstance(x, MethodType):
            pending += [x.__func__, *getattr(x.__self__, "__dict__", {}).values()]
        elif isinstance(x, functools.partial):
            pending += [x.func, *x.args, *x.keywords.values()]
        elif x is f:  # an object that can be called
            pending += [type(x).__call__, *getattr(x, "__dict__", {}).values()]
        elif isinstance(x, tuple | list) and len(x) <= PARTS:
            pending += x
        elif isinstance(x, dict) and len(x) <= PARTS:
            pending += x.values()
    return list(found.values())


def read_by(f: FunctionType) -> list[Any]:
    """Return what a function can read: its closure, its defaults and the globals that it names."""
    found = [*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()]
    for cell in f.__closure__ or ():
        with suppress(ValueError):  # where it is not set yet
            found.append(cell.cell_contents)
    names = {name for code in codes_of(f.__code__) for name in code.co_names}
    return found + [f.__globals__[name] for name in sorted(names) if name in f.__globals__]


def codes_of(code: CodeType) -> Iterable[CodeType]:
    """Yield a function's code and that of the functions inside it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from codes_of(part)


def nodes_of(call: Any) -> list[Any]:
    return [x for x in tree.flatten(call)[0] if isinstance(x, NODES)]


def conforming(branch: Any, arg: Any) -> Any:
    """Return an argument with an array for a list of numbers where the example has an array."""
    if branch is None:
        if type(arg) in (tuple, list) and not given_nodes(arg):
            return as_array(arg, "the program")
        odd = isinstance(arg, np.ndarray) and type(arg) in PLAIN and arg.dtype.kind == "f"
        native = odd and arg.dtype in (np.float64, np.float32)
        return as_array(arg, "the program") if odd and not native else arg
    if type(arg) is not branch[0] or type(arg) not in (tuple, list, dict):
        return arg
    if type(arg) is dict:
        parts = dict(zip(branch[1], branch[3], strict=True))
        return {k: conforming(parts[k], x) if k in parts else x for k, x in arg.items()}
    if len(arg) != len(branch[3]):
        return arg
    return type(arg)(conforming(b, x) for b, x in zip(branch[3], arg, strict=True))


def matched(structure: tree.Structure, args: Any) -> list[Any]:
    """Return what stands in the places of the inputs of a built graph."""
    parts = zip(structure.branch[3], args, strict=True)
    given = tuple(conforming(branch, arg) for branch, arg in parts)
    return structure.leaves_of(given, "the program", "inputs")


def check_keys(example: Any, given: Any, path: str) -> None:
    """Raise a TypeError where a dict among the arguments has other keys than that of the example."""
    if example is None or given is None or example[0] is not given[0]:
        return
    if issubclass(example[0], dict):
        if set(example[1]) != set(given[1]):
            raise TypeError(
                f"the program: {path} has the keys {list(given[1])}, it was traced with "
                f"{list(example[1])}; give these, or trace the function on such an argument"
            )
        parts = dict(zip(given[1], given[3], strict=True))
        pairs = [
            (f"{path}[{k!r}]", x, parts[k]) for k, x in zip(example[1], example[3], strict=True)
        ]
    else:
        pairs = [
            (f"{path}[{i}]", *x) for i, x in enumerate(zip(example[3], given[3], strict=False))
        ]
    for inside, x, z in pairs:
        check_keys(x, z, inside)


def recorded_again(root: Any, place: dict[Any, Any]) -> Any:
    """Return a graph recorded once more, with other nodes in the places of some of its leaves."""
    new = dict(place)
    for node in reachable([root]):
        if node not in new:
            row = node.primitive
            new[node] = row(*(new[x] for x in node.parents), **node.params) if row else node
    return new[root]


def as_output(y: Any) -> Any:
    """Return what the function returned as a node, or as it is where it is no number."""
    if isinstance(y, Value):
        raise TypeError("trace: a function of arrays must return Tensors, it returned a Value")
    if isinstance(y, Tensor):
        return y
    plain = isinstance(y, int | np.integer | np.ndarray) and np.asarray(y).dtype.kind in "iub"
    if isinstance(y, SWITCHES) or plain:  # a place, a truth: what was read for it is a guard
        return y
    return constant(np.asarray(as_array(y, "trace: what the function returned"), dtype=float))


def has_arrays(x: Any) -> bool:
    """Return whether there is an array of numbers among arguments."""
    return any(isinstance(v, np.ndarray) and v.dtype.kind == "f" for v in tree.flatten(x)[0])


def on_tensors(x: Any) -> Any:
    """Return an example for a program of arrays."""
    array = isinstance(x, np.ndarray) and x.dtype.kind == "f"
    return Tensor(x) if array or isinstance(x, float) else x
