"""What stands for a function of numpy on nodes, and the one place where its parameters are settled.

`stands_for(np.median, a=ARRAY)` above an implementation enters it. A call is then matched with
numpy's own signature, so that every parameter means what it means there, wherever it stands in the
call. The implementation gets what it declares, by name; a parameter that it does not declare may be
left out or have numpy's default, else it is refused by name. No parameter is ever passed over, and none
is made a constant in silence: a node that needs a gradient may stand where the recipe says that gradients
flow (`Operand`, `Several`, `Real`) or that the result is constant in pieces (`Steps`), and nowhere else.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from autodiff.nodes import leaving
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table.recipes import Kind, Pick, Recipe

Function = Callable[..., Any]
ENTRIES: dict[Function, "Entry"] = {}
EMPTY = inspect.Parameter.empty
# Parameters that say where or how numpy writes its result; a recorded result is always a new array.
LAYOUT = ("order", "subok", "casting", "overwrite_input")


class Entry:
    """One function of numpy: what computes it on nodes, its recipe, and what both declare."""

    def __init__(self, function: Function, implementation: Function, recipe: Recipe) -> None:
        self.function, self.implementation, self.recipe = function, implementation, recipe

    @cached_property
    def signature(self) -> inspect.Signature:
        """numpy's signature of the function; read when it is first called."""
        return signature_of(self.function, self.recipe)

    @cached_property
    def required(self) -> list[str]:
        """The parameters without a default, which are handed on by place."""
        there = self.signature.parameters.values()
        return [p.name for p in there if p.default is EMPTY and p.kind < p.KEYWORD_ONLY]

    @cached_property
    def settings(self) -> list[tuple[int, str]]:
        """The required parameters, with their places, in which no node may stand that needs a gradient."""
        return [(i, k) for i, k in enumerate(self.required) if not self.recipe.takes_nodes(k)]

    def check(self, args: tuple[Any, ...]) -> None:
        """Refuse nodes that need a gradient among the required arguments, given by place, as settings."""
        for i, name in self.settings:
            self.fixed(name, args[i])

    def fixed(self, name: str, value: Any) -> None:
        """Raise where a node that needs a gradient is given in the place of a setting."""
        leaving.check_setting(name_of(self.function), name, value)

    @cached_property
    def declared(self) -> set[str]:
        """What the implementation takes by name; "out" is in it only where it is declared."""
        taken = inspect.signature(self.implementation).parameters
        if any(p.kind is p.VAR_KEYWORD for p in taken.values()):
            return {*taken, *self.signature.parameters, *self.recipe.kinds} - {"out"} | {*taken}
        return {*taken}

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Compute the function on nodes, called as numpy's is."""
        if not options and len(args) == len(self.required):
            if self.settings:
                self.check(args)
            return self.implementation(*args)
        given = self.matched(args, options)
        for name, value in given.items():
            known = name in self.signature.parameters or self.recipe.kind(name) is not None
            if known and not self.recipe.takes_nodes(name):  # others go to a function of the user's
                self.fixed(name, value)
        first: list[Any] = []
        for name in self.required:
            x = given.pop(name, ())
            if self.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
                first.extend(x)
            else:
                first.append(x)
        for name in [k for k in given if k not in self.declared]:
            if not self.idle(name, given.pop(name)):
                raise refused(self.function, name)
        return self.implementation(*first, **given)

    def draw(
        self, pick: Pick, size: int = 3, special: bool = False, also: Sequence[str] = ()
    ) -> tuple[list[Any], Any]:
        """Return arguments of a call that are drawn from the recipe: by place, and by name.

        Operands are given and what is in `also`, other parameters that numpy lets one leave out now and then.
        """
        names = list(self.required)
        there = [p for p in self.signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        for p in there:
            operand = p.name in self.recipe.operands and not (special and pick(4) == 3)
            operand = operand or p.name in also
            if p.name not in names and (operand or pick(4) == 3):
                names.append(p.name)
        names += [
            k
            for k in self.recipe.kinds
            if k not in self.signature.parameters and (k in also or pick(8) == 7)
        ]
        given = self.recipe.draw(pick, size, special, names)
        args: list[Any] = []
        for p in there:
            if p.kind is p.VAR_POSITIONAL:
                args.extend(given.pop(p.name))
            elif p.name in given and (p.default is EMPTY or p.kind is p.POSITIONAL_ONLY):
                args.append(given.pop(p.name))
        return args, given

    def matched(self, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments by numpy's names, without those that say nothing."""
        try:
            given = self.signature.bind(*args, **options).arguments
        except TypeError as error:
            raise TypeError(f"{name_of(self.function)}: {error}") from None
        for p in self.signature.parameters.values():
            if p.kind is p.VAR_KEYWORD:
                given |= given.pop(p.name, {})
        return {k: v for k, v in given.items() if v is not np._NoValue and not (
            k == "out" and no_array(v))}  # fmt: skip

    def idle(self, name: str, value: Any) -> bool:
        """Return whether a value of a parameter that is not declared changes nothing."""
        parameter = self.signature.parameters.get(name)
        default = parameter.default if parameter is not None else None
        return (
            value is None
            or value is default
            or (type(value) is type(default) and value == default)
            or (name in LAYOUT and self.takes(name, value))
        )

    def takes(self, name: str, value: Any) -> bool:
        """Return whether numpy knows this way of writing the result: it raises where not."""
        if name == "order" and value not in ("C", "F", "A", "K"):
            raise ValueError(
                f"{name_of(self.function)}: order must be one of 'C', 'F', 'A', or 'K'"
            )
        return True


def no_array(out: Any) -> bool:
    return out is None or (isinstance(out, tuple) and all(x is None for x in out))


def signature_of(function: Function, recipe: Recipe) -> inspect.Signature:
    """Return numpy's signature, or what the recipe says of it where numpy's says less, or nothing."""
    try:
        found = inspect.signature(function)
        if not recipe.signature or {*recipe.kinds} <= {*found.parameters}:
            return found
    except (TypeError, ValueError):  # written in C, in numpy 1.26
        pass
    space: dict[str, Any] = {}
    exec(f"def f{recipe.signature or '(' + ', '.join(recipe.kinds) + ')'}: ...", space)
    return inspect.signature(space["f"])


def stands_for(
    *functions: Any, signature: str = "", **kinds: Kind
) -> Callable[[Function], Function]:
    """Enter an implementation for functions of numpy, with the recipe of how they are called."""

    def enter(implementation: Function) -> Function:
        for function in functions:
            recipe = Recipe(signature, **kinds)
            ENTRIES[function] = Entry(function, implementation, recipe)
        return implementation

    return enter


def refused(function: Any, name: str) -> TypeError:
    """Return the error for a parameter that has no meaning on a graph."""
    remedy = {
        "out": "the result is a new node: write y = f(x) and leave out= away",
        "where": "choose with np.where afterwards",
        "copy": "a node never changes and the result is a new one: leave copy= away",
        "dtype": "convert with astype before or after",
    }.get(name, "leave it away, or take .data for the plain array")
    return TypeError(f"{name_of(function)}: {name}= has no meaning on a graph; {remedy}")


def check_axes(what: str, least: int, most: int, *xs: Any) -> None:
    """Raise a ValueError, as numpy does, for an array with fewer or more axes than a function takes."""
    for x in xs:
        shape = np.shape(without_graph(x))
        if not least <= len(shape) <= most:
            raise ValueError(
                f"{what}: takes arrays of {least} to {most} axes, got one of shape {shape}"
            )


def name_of(function: Any) -> str:
    """Return the function's name as people write it, such as np.linalg.norm."""
    name = getattr(function, "__name__", str(function))
    foreign = isinstance(function, np.ufunc) and getattr(np, name, None) is not function
    other = "scipy.special" if foreign and name.isidentifier() else "numpy"  # a ufunc need not say
    module = str(getattr(function, "__module__", None) or other)
    module = module.replace("numpy", "np", 1).replace("np.lib.scimath", "np.emath")
    return f"{module}.{name}"


def without_numbers(x: Any) -> Any:
    """Return x with each node in it replaced by an array of its shape and type."""
    if isinstance(x, Value | Tensor):
        return np.broadcast_to(np.zeros((), x.dtype if isinstance(x, Tensor) else float), x.shape)
    return type(x)(map(without_numbers, x)) if type(x) in (list, tuple) else x


def without_graph(x: Any) -> Any:
    """Return x with each node in it replaced by its array."""
    if isinstance(x, Value | Tensor):
        return np.asarray(x.data)
    return type(x)(map(without_graph, x)) if type(x) in (list, tuple) else x
