"""A graph as a function of PyTorch tensors or of JAX arrays.

The function computes what the graph computed, by the other library's own operations, so that its
gradients, compilers and devices apply. Choices that Python made while the graph was recorded stay as
they were, and so do the shapes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autodiff._engine import require
from autodiff.derivatives.reverse import Node
from autodiff.graphs.graph import Graph
from autodiff.interop.formulas import (
    Dialect,
    Formula,
    arguments,
    check,
    interpret,
    pointwise,
    slope,
    unique_names,
)
from autodiff.interop.torch_arrays import arrays
from autodiff.table.primitive import TABLE, Pointwise


class _Torch:
    """PyTorch's spelling; what is not listed has numpy's name there too."""

    name = "PyTorch"

    def __init__(self) -> None:
        self.torch = t = require("torch", "torch", "to_torch")
        self.arrays = arrays(t)
        self.rules: dict[Pointwise, Any] = {}
        self.own = {
            "sigmoid": t.sigmoid,
            "relu": t.relu,
            "stop": lambda x: x.detach(),
            "rint": t.round,
            "floordiv": t.floor_divide,
            "sign": lambda x: t.where(t.isnan(x), x, t.sign(x)),
        }
        self.power, self.erf, self.matmul = t.pow, t.erf, t.matmul
        for name in ("maximum", "minimum", "greater", "equal"):
            setattr(self, name, self._lifted(getattr(t, "eq" if name == "equal" else name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.torch, name)

    def ruled(self, row: Pointwise, formula: Formula, xs: list[Any]) -> Any:
        """Return an operation on tensors, which PyTorch derives by the rules of the table."""
        if row not in self.rules:
            self.rules[row] = self._rule(row, formula)
        return self.rules[row].apply(*(self.torch.as_tensor(x) for x in xs))

    def _rule(self, row: Pointwise, formula: Formula) -> Any:
        """Return an operation as a function of PyTorch's that knows its derivatives."""

        def forward(*xs: Any) -> Any:
            y = formula(*xs)
            return y.view_as(y) if any(y is x for x in xs) else y

        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            ctx.save_for_backward(*inputs, output)
            ctx.save_for_forward(*inputs, output)

        def parts(ctx: Any, gs: Sequence[Any]) -> list[Any]:
            """Return each cotangent, or tangent, times the operand's derivative."""
            *xs, y = ctx.saved_tensors
            slopes = [None if g is None else slope(self, row, i, y, xs) for i, g in enumerate(gs)]
            chain = TABLE["chain"]
            assert isinstance(chain, Pointwise)
            return [
                None if d is None else pointwise(self, chain, [g, d])
                for g, d in zip(gs, slopes, strict=True)
            ]

        def backward(ctx: Any, g: Any) -> tuple[Any, ...]:
            found = parts(ctx, [g if needed else None for needed in ctx.needs_input_grad])
            return tuple(
                None if p is None else p.sum_to_size(x.shape)
                for p, x in zip(found, ctx.saved_tensors, strict=False)
            )

        def jvp(ctx: Any, *ts: Any) -> Any:
            zero = self.torch.zeros_like(ctx.saved_tensors[-1])
            return sum((p for p in parts(ctx, ts) if p is not None), zero)

        methods = {f.__name__: staticmethod(f) for f in (forward, setup_context, backward, jvp)}
        shared: dict[str, Any] = {"generate_vmap_rule": True, **methods}
        return type(row.name, (self.torch.autograd.Function,), shared)

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
        return x.sum(dim=axes, keepdim=keepdims) if axes else x

    def max(self, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return x.amax(dim=axes, keepdim=keepdims) if axes else x

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
        return x.to(getattr(self.torch, np.dtype(dtype).name))


class _Jax:
    """JAX's spelling, which is numpy's."""

    name = "JAX"

    def __init__(self) -> None:
        jax = require("jax", "jax", "to_jax")
        self.jnp = self.arrays = require("jax.numpy", "jax", "to_jax")
        self.own = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "stop": jax.lax.stop_gradient}
        self.erf = jax.scipy.special.erf
        self.custom_jvp = jax.custom_jvp

    def __getattr__(self, name: str) -> Any:
        return getattr(self.jnp, name)

    def ruled(self, row: Pointwise, formula: Formula, xs: list[Any]) -> Any:
        """Return an operation on arrays, which JAX derives by the rules of the table."""
        known = self.custom_jvp(lambda *xs: self.jnp.asarray(formula(*xs)))

        def jvp(xs: Sequence[Any], ts: Sequence[Any]) -> tuple[Any, Any]:
            y = known(*xs)
            parts = [
                self._chain(t, d)
                for t, d in ((t, slope(self, row, i, y, xs)) for i, t in enumerate(ts))
                if d is not None
            ]
            return y, sum(parts, self.jnp.zeros_like(y)).astype(y.dtype)

        known.defjvp(jvp)
        return known(*xs)

    def _chain(self, t: Any, d: Any) -> Any:
        """Return t d, and 0 where t is 0, whatever d is; linear in t, so that JAX can turn it round.

        An infinity is a product of great numbers, and NaN is 0 between two infinities, read either way.
        """
        d, where = self.jnp.asarray(d), self.jnp.where
        great = self.jnp.asarray(np.finfo(d.dtype).max)
        hole, sign = self.jnp.isnan(d), where(d < 0, -great, great)
        far = where(self.jnp.isfinite(d), self.jnp.ones_like(d), great)
        middle = where(hole, 0.0, where(self.jnp.isinf(d), sign, d))
        return t * far * far * middle * far * far

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
    check(m, graph)
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
