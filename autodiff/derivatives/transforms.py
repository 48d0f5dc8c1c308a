"""Functions of functions, spelled as in JAX: grad, vjp, jvp, hvp and their kin.

Each calls the given function once on fresh leaves and differentiates the graph that comes out.
Arguments and results are floats, arrays, and nested tuples, lists and dicts of them. Inside another
transform (or given nodes) the results are nodes, so transforms nest to any order. What differentiates
nodes, `gradient` and `backward`, comes by here to be told of the transform around it.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from autodiff.derivatives import reverse, sweep
from autodiff.derivatives.calls import Call, Function, apart, function, is_node, lift, nested
from autodiff.derivatives.forward import tangents
from autodiff.nodes.functions import zero
from autodiff.nodes.leaving import INSIDE, around, check_backward
from autodiff.nodes.modes import MODE
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value
from autodiff.table.data import numbers
from autodiff.table.tree import Structure, flatten


def gradient(
    y: Any, xs: Any, seed: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """Return dy/dx for each x of `xs` (a node, or nested tuples, lists and dicts of nodes).

    Pure: no `.grad` is read or written. An x that y does not depend on gives zero, or raises a
    ValueError under `strict`. With `create_graph` the results are nodes that can be differentiated
    again; else floats and arrays. Inside a transform (`grad`, `jit`, ...) what was computed from its
    arguments has nodes as its gradient, for the transform differentiates that, too.

    >>> import autodiff as ad
    >>> x = ad.Value(3.0)
    >>> gradient(x * x * x, x)
    27.0
    >>> first = gradient(x * x * x, x, create_graph=True)
    >>> gradient(first, x)
    18.0
    >>> ad.grad(lambda x: gradient(x * x * x, x))(3.0)
    18.0
    """
    mode = MODE.get()
    if mode.recording and mode.guards is not None:
        nodes, rebuild = apart(xs)
        return rebuild(reverse.gradient(y, nodes, seed, True, strict))
    if mode.recording and not create_graph and INSIDE.get() is not None:
        create_graph = any(is_node(x) and around(x) is not None for x in (y, seed))
    return reverse.gradient(y, xs, seed, create_graph, strict)


def array_backward(y: Any, gradient: Any = None, free: bool = False) -> None:
    """Go backward from a Tensor, unless a transform around it would lose what is put into `.grad`."""
    if nested():
        check_backward(y, gradient)
    reverse.backward(y, gradient, free)


def scalar_backward(roots: list[Value], seeds: list[float], free: bool = False) -> bool:
    """Go backward from Values, unless a transform around them would lose what is put into `.grad`."""
    if nested():
        check_backward(*roots)
    return sweep.backward(roots, seeds, free)


def value_and_grad(f: Function, argnums: Any = 0, has_aux: bool = False) -> Function:
    """Return a function that computes f's value and its gradient.

    With `has_aux`, f returns a pair (value, aux) and so does the value: ((value, aux), gradient).

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    function("value_and_grad", f)

    def evaluate(*args: Any, **options: Any) -> tuple[Any, Any]:
        call = Call("value_and_grad", f, args, argnums, options, has_aux)
        y = call.scalar("value_and_grad")
        value = (call.show(y), call.aux) if has_aux else call.show(y)
        return value, call.rebuild_inputs(call.pull(y))

    return evaluate


def grad(f: Function, argnums: Any = 0, has_aux: bool = False) -> Function:
    """Return the gradient function of a function that returns one number.

    `argnums` says with respect to which arguments: an index, or a tuple of them. With `has_aux`, f
    returns a pair (number, aux), and the result is the pair (gradient, aux).

    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (5.0, 2.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """

    function("grad", f)

    def evaluate(*args: Any, **options: Any) -> Any:
        call = Call("grad", f, args, argnums, options, has_aux)
        found = call.rebuild_inputs(call.pull(call.scalar("grad")))
        return (found, call.aux) if has_aux else found

    return evaluate


def elementwise_grad(f: Function, argnums: int = 0) -> Function:
    """Return the derivative of an elementwise function at every element.

    >>> elementwise_grad(lambda x: x * x)(np.array([1.0, 2.0]))
    array([2., 4.])
    """

    function("elementwise_grad", f)

    def total(*args: Any, **options: Any) -> Any:
        y = f(*args, **options)
        return y.sum() if isinstance(y, Tensor) else y

    return grad(total, argnums)


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """Return f's output and the function that carries a cotangent of it back to the arguments.

    >>> y, back = vjp(lambda a, b: a * b, 2.0, 5.0)
    >>> y, back(1.0)
    (10.0, (5.0, 2.0))
    """
    call = Call("vjp", function("vjp", f), primals, tuple(range(len(primals))))

    def back(cotangent: Any) -> Any:
        seeds = call.rebuild_outputs.leaves_of(cotangent, "vjp", "the cotangent")
        return call.rebuild_inputs(given(call, seeds).pull_all(seeds))

    return call.output(), back


def jvp(f: Function, primals: Sequence[Any], directions: Sequence[Any]) -> tuple[Any, Any]:
    """Return f's output and its rate of change when the arguments move along the directions.

    >>> jvp(lambda a, b: a * b, (2.0, 5.0), (1.0, 0.0))
    (10.0, 5.0)
    """
    if not isinstance(primals, tuple | list):
        raise TypeError(
            "jvp: takes a tuple of arguments and a tuple of directions; write jvp(f, (x,), (v,))"
        )
    call = Call("jvp", function("jvp", f), primals, tuple(range(len(primals))))
    moves = call.rebuild_inputs.leaves_of(directions, "jvp", "directions")
    call = given(call, moves)
    return call.output(), call.rebuild_outputs(_push(call, moves))


def given(call: Call, along: Sequence[Any]) -> Call:
    """Return a call as it is where cotangents or directions are nodes: its results are nodes, too."""
    if call.nested or not any(map(is_node, along)):
        return call
    call = copy(call)
    call.nested = True
    return call


def _push(call: Call, directions: Sequence[Any]) -> list[Any]:
    """Return the tangent of each output, zeros where it does not depend on the inputs."""
    moves: list[Any] = []
    for x, t in zip(call.inputs, directions, strict=True):
        if not is_node(t):
            dtype = x.dtype if type(x) is Tensor else float
            t = np.asarray(numbers(t, f"jvp: {_place(call, len(moves))}"), dtype)
        if t.shape != x.shape:
            where = _place(call, len(moves))
            raise ValueError(f"jvp: {where} has shape {t.shape}, its argument {x.shape}")
        moves.append(lift(t) if call.nested else t)
    nodes = [y for y in call.outputs if is_node(y)]
    found = iter(tangents(nodes, call.inputs, moves, call.nested, call.start))
    result = []
    for y in call.outputs:
        t = next(found) if is_node(y) else None
        if t is None:
            t = zero(y, call.nested) if is_node(y) else np.zeros(np.shape(y)) if np.ndim(y) else 0.0
        result.append(float(t) if not call.nested and type(y) is Value else t)
    return result


def _place(call: Call, k: int) -> str:
    """Return where a direction stands among those that were given."""
    if isinstance(call.rebuild_inputs, Structure):
        return call.rebuild_inputs.paths("directions")[k]
    return "a direction"


def hvp(f: Function, x: Any, v: Any) -> Any:
    """Return the Hessian of f at x times v, without forming the matrix.

    >>> hvp(lambda x: (x * x * x).sum(), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    leaves, whole = flatten(x)
    for a, b in zip(leaves, whole.leaves_of(v, "hvp", "vector"), strict=True):
        shapes = [t.shape if is_node(t) else np.shape(t) for t in (a, b)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"hvp: the vector has shape {shapes[1]}, its argument {shapes[0]}")
    return vjp(grad(function("hvp", f)), x)[1](v)[0]
