"""A graph as a function of PyTorch tensors or of JAX arrays.

The function computes what the graph computed, by the other library's own operations, so that its
gradients, compilers and devices apply. Choices that Python made while the graph was recorded stay as
they were, and so do the shapes.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autodiff._engine import require
from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Graph
from autodiff.interop.formulas import Dialect, arguments, interpret, unique_names


class _Torch:
    """PyTorch's spelling; what is not listed has numpy's name there too."""

    name = "PyTorch"

    def __init__(self) -> None:
        self.torch = t = require("torch", "torch", "to_torch")
        self.own = {
            "sigmoid": t.sigmoid,
            "relu": t.relu,
            "stop": lambda x: x.detach(),
            "rint": t.round,
            "floordiv": lambda a, b: t.floor(a / b),
        }
        self.power, self.erf, self.matmul = t.pow, t.erf, t.matmul
        for name in ("maximum", "minimum", "greater", "equal"):
            setattr(self, name, self._lifted(getattr(t, "eq" if name == "equal" else name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.torch, name)

    def _lifted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of tensors that also takes numbers."""
        return lambda a, b: function(*self._alike(a, b))

    def _alike(self, a: Any, b: Any) -> tuple[Any, Any]:
        known = a if isinstance(a, self.torch.Tensor) else b
        dtype = getattr(known, "dtype", self.torch.float64)
        return self.torch.as_tensor(a, dtype=dtype), self.torch.as_tensor(b, dtype=dtype)

    def constant(self, value: Any, label: str | None) -> Any:
        return self.torch.as_tensor(np.array(value))

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        if not isinstance(a, self.torch.Tensor) and not isinstance(b, self.torch.Tensor):
            a, b = self.constant(float(a), None), self.constant(float(b), None)
        return self.torch.where(condition, *self._alike(a, b))

    def sum(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return x.sum(dim=axes, keepdim=keepdims)

    def max(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return x.amax(dim=axes, keepdim=keepdims)

    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any:
        return x.expand(shape)

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        return x.reshape(shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        return x.permute(axes)

    def gather(self, flat: Any, places: Any) -> Any:
        return flat[self.torch.as_tensor(places)]

    def scatter(self, flat: Any, places: Any, size: int) -> Any:
        zeros = self.torch.zeros(size, dtype=flat.dtype)
        return zeros.index_add(0, self.torch.as_tensor(places), flat)

    def concatenate(self, xs: list[Any], axis: int) -> Any:
        return self.torch.cat(xs, dim=axis)

    def cast(self, x: Any, dtype: np.dtype[Any]) -> Any:
        return x.to(getattr(self.torch, dtype.name))


class _Jax:
    """JAX's spelling, which is numpy's."""

    name = "JAX"

    def __init__(self) -> None:
        jax = require("jax", "jax", "to_jax")
        self.jnp = require("jax.numpy", "jax", "to_jax")
        self.own = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "stop": jax.lax.stop_gradient}
        self.erf = jax.scipy.special.erf

    def __getattr__(self, name: str) -> Any:
        return getattr(self.jnp, name)

    def constant(self, value: Any, label: str | None) -> Any:
        return self.jnp.asarray(value)

    def sum(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return self.jnp.sum(x, axis=axes, keepdims=keepdims)

    def max(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return self.jnp.max(x, axis=axes, keepdims=keepdims)

    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any:
        return self.jnp.broadcast_to(x, shape)

    def gather(self, flat: Any, places: Any) -> Any:
        return flat[places]

    def scatter(self, flat: Any, places: Any, size: int) -> Any:
        return self.jnp.zeros(size, flat.dtype).at[places].add(flat)

    def cast(self, x: Any, dtype: np.dtype[Any]) -> Any:
        return x.astype(dtype)


def to_torch(y: Node, names: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """Return y's graph as a function of PyTorch tensors.

    Its arguments are the parameters and the named inputs in order of creation, by place or by name
    (`arguments` lists them); one that is left out keeps its recorded value. An ImportError names the
    extra to install.

    >>> import autodiff as ad
    >>> w = ad.Value(2.0, name="w")
    >>> f = to_torch(w * w)  # doctest: +SKIP
    >>> float(f(torch.tensor(3.0)))  # doctest: +SKIP
    9.0
    """
    return _program(y, names, _Torch())


def to_jax(y: Node, names: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """Return y's graph as a function of JAX arrays, for jax.grad, jax.jit and jax.vmap.

    Its arguments are those of `to_torch`. JAX computes in float32 unless `jax_enable_x64` is set.

    >>> import autodiff as ad
    >>> w = ad.Value(2.0, name="w")
    >>> f = to_jax(w * w)  # doctest: +SKIP
    >>> float(jax.grad(f)(3.0))  # doctest: +SKIP
    6.0
    """
    return _program(y, names, _Jax())


def _program(y: Node, names: Mapping[str, Any] | None, m: Dialect) -> Callable[..., Any]:
    graph = Graph(y, names=names)
    labels = unique_names(graph)
    leaves = {labels[node.id]: node.id for node in arguments(graph)}

    def program(*args: Any, **named: Any) -> Any:
        if len(args) > len(leaves):
            raise TypeError(f"the graph has {len(leaves)} arguments, {', '.join(leaves)}")
        given = dict(zip(leaves.values(), args, strict=False))
        for name, value in named.items():
            if name not in leaves:
                raise TypeError(f"the graph has no argument {name!r}, only {', '.join(leaves)}")
            given[leaves[name]] = value
        return interpret(graph, m, given)[graph.outputs[0]]

    program.__name__ = program.__qualname__ = labels[graph.outputs[0]]
    program.__doc__ = f"Return {program.__name__} of {', '.join(leaves)}."
    program.arguments = tuple(leaves)  # type: ignore[attr-defined]
    return program
