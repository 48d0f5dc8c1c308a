"""How a function of SciPy's is called on nodes: what stands for it, and what it refuses by name.

`@stands_for(plain.solve)` above an implementation makes the function that users call. Without a node the
call is SciPy's. With one it is matched with SciPy's own signature, read once: the implementation gets
what it declares, by name; a parameter that it does not declare may be left out, have SciPy's default or
say nothing about the result, else it is refused by name. An unknown name is a TypeError, as in SciPy.
Gradients flow to what SciPy does not let one leave out and to the parameters named in `real`; elsewhere a
node that needs one is refused, too.
"""

import inspect
from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import Any

from autodiff.dispatch.entries import without_graph
from autodiff.nodes import leaving
from autodiff.nodes.functions import holds_nodes

Function = Callable[..., Any]
# Parameters that say how SciPy computes, not what: any value that SciPy takes gives the same result.
HOW = {
    "overwrite_a", "overwrite_b", "overwrite_data", "check_finite", "lapack_driver", "driver", "method",
}  # fmt: skip


class StandsFor:
    """A function of SciPy's, which an implementation answers on nodes."""

    def __init__(
        self, function: Function, implementation: Function, name: str, real: tuple[str, ...] = ()
    ) -> None:
        self.function, self.implementation, self.called = function, implementation, name
        self.real = real
        update_wrapper(self, implementation)
        self.__signature__ = inspect.signature(function)
        self.declared = {*inspect.signature(implementation).parameters}

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call SciPy's function, or where a node is given the implementation."""
        if not holds_nodes((*args, *options.values())):
            return self.function(*args, **options)
        try:
            given = self.__signature__.bind(*args, **options).arguments
        except TypeError as error:
            raise TypeError(f"{self.called}: {error}") from None
        first: list[Any] = []
        for name in list(given):
            parameter = self.__signature__.parameters[name]
            if parameter.kind is parameter.VAR_POSITIONAL:
                first.extend(given.pop(name))
            elif parameter.default is parameter.empty:
                first.append(given.pop(name))
            elif name not in self.declared:
                self.pass_over(name, given.pop(name), parameter.default, args, options)
            elif name not in self.real:
                leaving.check_setting(self.called, name, given[name])
        return self.implementation(*first, **given)

    def pass_over(self, name: str, value: Any, default: Any, args: Any, options: Any) -> None:
        """Raise a TypeError where a parameter that is not declared would change the result."""
        if value is default or (type(value) is type(default) and value == default):
            return
        if name not in HOW or holds_nodes(value):
            raise TypeError(
                f"{self.called}: {name}= has no meaning on a graph; leave it away, or take .data for the "
                f"plain array"
            )
        if isinstance(value, str):  # whether SciPy knows it
            self.function(
                *map(without_graph, args), **{k: without_graph(v) for k, v in options.items()}
            )


def stands_for(
    function: Function, name: str = "", real: tuple[str, ...] = ()
) -> Callable[[Function], Any]:
    """Return what makes an implementation stand for a function of SciPy's."""
    module = ".".join(function.__module__.split(".")[:2])
    called = f"{module}.{name or function.__name__}"
    return lambda implementation: StandsFor(function, implementation, called, real)


def left_to_scipy(function: Any, name: str) -> Any:
    """Return what SciPy has; a function refuses nodes: on their arrays it would lose the graph."""
    if not inspect.isroutine(function):
        return function

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if holds_nodes((*args, *options.values())):
            raise TypeError(
                f"{name}: the table has no operation for it; compose it of operations, or take .data for "
                f"the plain array"
            )
        return function(*args, **options)

    return call
