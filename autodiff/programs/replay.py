"""Replay: a function of numbers is recorded once, then run again and again as a flat program.

`trace(f, *examples)` calls f on Values, takes the recorded graph apart into arrays (`flat`) and
returns a `Program`, which a small machine runs forward and backward on new numbers. Comparisons
made by f while it was recorded are *guards*: where one turns out differently on new numbers, f is
recorded again for them, so a program never answers wrongly. With *lanes* one pass runs many samples:
`in_axes` marks the arguments that have one, as in `jax.vmap`, and all other arguments are shared.
"""

import math
import pickle
from functools import partial
from threading import RLock
from typing import Any

import numpy as np

from autodiff.nodes import modes
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value, constant
from autodiff.programs.array_program import trace_arrays
from autodiff.programs.course import Recording
from autodiff.table import tree


def trace(
    f: Any,
    *examples: Any,
    inputs: Any = None,
    in_axes: Any = None,
    argnums: int | tuple[int, ...] = 0,
    donate_argnums: tuple[int, ...] = (),
) -> Any:
    """Record f on examples of its arguments and return the program, or take a built graph.

    An argument is a number, an array, or a nested tuple, list or dict of them; f gets a Value for
    each number and an array of Values for each array. `argnums` says which arguments get a gradient.
    `in_axes` is an axis or None for each argument: along that axis lie the samples, of which f sees
    one at a time. For a built graph give its root, and its leaves as `inputs=`. Where an example is a
    Tensor, f gets Tensors and the result is an `ArrayProgram`, which knows `donate_argnums`.

    >>> program = trace(lambda w, x: (w * x - 1.0) ** 2, 2.0, 3.0)
    >>> program(2.0, 1.0), program.value_and_grad(2.0, 1.0)
    (1.0, (1.0, 2.0))
    """
    shown, _ = tree.flatten([examples, inputs])
    if isinstance(f, Tensor) or any(isinstance(x, Tensor) for x in shown):
        return trace_arrays(f, examples, inputs, in_axes, argnums, donate_argnums)
    if donate_argnums:
        raise ValueError("trace: donate_argnums is for arrays: give the examples as Tensors")
    if isinstance(f, Value):
        leaves, _ = tree.flatten(inputs if inputs is not None else ())
        for x in leaves:
            if type(x) is not Value or x.parents:
                raise TypeError(f"trace: inputs must be leaves of the graph, found {x!r:.60}")
        shown = tree.map_tree(lambda x: x._data, inputs)
        program = Program(None, (shown,), (None,), 0)
        program.recordings.append(Recording([f], leaves, [], [False] * len(leaves), True))
        return program
    if not callable(f):
        raise TypeError(f"trace: needs a function or a Value, got {type(f).__name__}")
    axes = in_axes if isinstance(in_axes, tuple | list) else (in_axes,) * len(examples)
    if len(axes) != len(examples):
        raise ValueError(f"trace: in_axes has {len(axes)} entries for {len(examples)} arguments")
    program = Program(f, examples, tuple(axes), argnums)
    program._record([_sample(x, axis, 0) for x, axis in zip(examples, axes, strict=True)])
    return program


class Program:
    """A recorded function: call it, or its `value_and_grad`, on new arguments."""

    def __init__(self, f: Any, examples: Any, axes: tuple[Any, ...], argnums: Any) -> None:
        self.f, self.axes, self.argnums = f, axes, argnums
        self.recordings: list[Recording] = []
        self.lock = RLock()

    def _record(self, sample: list[Any]) -> Recording:
        """Record f on one sample of its arguments."""
        if self.f is None:
            raise ValueError(
                "the program takes another course on these numbers, and the function that it was "
                "recorded from is not there to record again; trace the function itself"
            )
        chosen = self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)
        inputs: list[Value] = []
        batched: list[bool] = []
        args = []
        for i, (arg, axis) in enumerate(zip(sample, self.axes, strict=True)):
            make = Value if i in chosen else _input
            before = len(inputs)
            args.append(tree.map_tree(partial(_as_values, make=make, inputs=inputs), arg))
            batched += [axis is not None] * (len(inputs) - before)
        guards: list[Any] = []
        with modes.watch(guards):
            y = self.f(*args)
        leaves, _ = tree.flatten(y)
        outputs = [
            x for leaf in leaves for x in (leaf.flat if isinstance(leaf, np.ndarray) else [leaf])
        ]
        roots = [x if type(x) is Value else constant(float(x)) for x in outputs]
        recording = Recording(roots, inputs, guards, batched, type(y) is Value)
        self.shape = tree.map_tree(lambda x: x.shape if isinstance(x, np.ndarray) else None, y)
        self.recordings.insert(0, recording)
        return recording

    def _load(self, args: tuple[Any, ...]) -> tuple[Any, Any, int]:
        """Return the inputs' numbers, the rows of those with lanes, and the number of lanes."""
        if len(args) != len(self.axes):
            raise TypeError(f"the program takes {len(self.axes)} arguments, was given {len(args)}")
        shared, rows, lanes = [], [], 0
        for arg, axis in zip(args, self.axes, strict=True):
            for leaf in tree.flatten(arg)[0]:
                x = np.asarray(leaf, dtype=float)
                if axis is not None:
                    x = np.moveaxis(x, axis, -1)
                    if lanes not in (0, x.shape[-1]):
                        raise ValueError(f"the arguments have {lanes} and {x.shape[-1]} samples")
                    lanes = x.shape[-1]
                    rows.append(x.reshape(-1, lanes))
                    shared.append(np.zeros(len(rows[-1])))
                else:
                    shared.append(x.reshape(-1))
        numbers = np.concatenate(shared) if shared else np.zeros(0)
        if len(numbers) != self.recordings[0].size:
            raise ValueError(
                f"the program was recorded on {self.recordings[0].size} numbers, "
                f"was given {len(numbers)}; trace the function on arguments of the new shape"
            )
        return numbers, np.concatenate(rows) if rows else np.zeros((0, 0)), lanes

    def _runs(self, args: tuple[Any, ...]) -> Any:
        """Yield recordings, run forward, with the lanes that each holds for and how many there are."""
        with self.lock:  # its arrays serve one run at a time
            shared, rows, lanes = self._load(args)
            left = np.arange(lanes)
            k = -1
            while True:
                k += 1
                fresh = k >= len(self.recordings)
                if fresh:
                    at = int(left[0]) if lanes else 0
                    sample = [_sample(x, axis, at) for x, axis in zip(args, self.axes, strict=True)]
                    self._record(sample)
                recording = self.recordings[0 if fresh else k]
                recording.forward(shared, len(left), rows[:, left] if len(left) < lanes else rows)
                held = recording.holds(len(left))
                if np.all(held):
                    yield recording, left if lanes else None, lanes
                    return
                if np.any(held):
                    chosen = left[held]
                    recording.forward(shared, len(chosen), rows[:, chosen])
                    yield recording, chosen, lanes
                    left = left[~held]

    def __call__(self, *args: Any) -> Any:
        """Return what f returns for these arguments, with an axis of samples in front if it has lanes."""
        results: Any = None
        for recording, lanes, count in self._runs(args):
            n = 0 if lanes is None else len(lanes)
            found = np.array([recording.read(slot, n) for slot in recording.outputs])
            if lanes is None:
                results = found
            else:
                if results is None:
                    results = np.zeros((len(found), count))
                results[:, lanes] = found
        if recording.single:
            return float(results[0]) if results.ndim == 1 else results[0]
        return self._shaped(results)

    def _shaped(self, results: Any) -> Any:
        flat = iter(results)

        def part(shape: Any) -> Any:
            if shape is None:
                x = next(flat)
                return float(x) if x.ndim == 0 else x
            block = np.array([next(flat) for _ in range(int(np.prod(shape)))])
            return (
                np.moveaxis(block, -1, 0).reshape(-1, *shape)
                if block.ndim > 1
                else block.reshape(shape)
            )

        return _map_shapes(part, self.shape)

    def value_and_grad(self, *args: Any) -> tuple[Any, Any]:
        """Return f's value and the gradient with respect to the arguments `argnums`.

        With lanes the values of all samples, and the gradient of their sum: of a shared argument one
        gradient, of an argument with lanes one for each sample, along the same axis.
        """
        total: Any = None
        values: Any = None
        sums: Any = None
        for recording, lanes, count in self._runs(args):
            if not recording.single:
                raise ValueError("value_and_grad: the function must return a single number")
            n = 0 if lanes is None else len(lanes)
            recording.backward(n)
            part = recording.grads[: recording.size]
            total = part.copy() if total is None else total + part
            found = recording.read(recording.outputs[0], n)
            if lanes is None:
                values = found
                continue
            if len(lanes) == count:
                values, sums = found, recording.sums.copy()
                continue
            height = int((recording.rows[: recording.size] >= 0).sum())
            if values is None:
                values, sums = np.zeros(count), np.zeros((height, count))
            values[lanes] = found
            sums[:, lanes] = recording.sums[:height]
        return values, self._gradients(args, total, sums)

    def _gradients(self, args: tuple[Any, ...], total: Any, sums: Any) -> Any:
        chosen = self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)
        place = row = 0
        grads: dict[int, Any] = {}
        for i, (arg, axis) in enumerate(zip(args, self.axes, strict=True)):
            leaves, rebuild = tree.flatten(arg)
            parts = []
            for leaf in leaves:
                shape = np.shape(leaf)
                lanes = 1 if axis is None else shape[axis]
                size = math.prod(shape) // lanes if lanes else 0
                if i in chosen and axis is None:
                    part = total[place : place + size].reshape(shape)
                    parts.append(float(part) if part.ndim == 0 else part)
                elif i in chosen:
                    inner = np.moveaxis(np.empty(shape), axis, -1).shape
                    block = sums[row : row + size].reshape(inner)
                    parts.append(np.moveaxis(block, -1, axis).copy())
                place += size
                row += 0 if axis is None else size
            if i in chosen:
                grads[i] = rebuild(parts)
        return (
            tuple(grads[i] for i in chosen) if isinstance(self.argnums, tuple) else grads[chosen[0]]
        )

    @property
    def source(self) -> str:
        """The program as readable lines, forward and backward."""
        from autodiff.programs.source import source

        return source(self.recordings[0])

    def __getstate__(self) -> dict[str, Any]:
        state = {k: v for k, v in self.__dict__.items() if k != "lock"}
        try:
            pickle.dumps(self.f)
        except (pickle.PicklingError, AttributeError, TypeError):
            state["f"] = None  # a lambda or a local function: the program goes without it
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.lock = RLock()


def _input(x: Any) -> Value:
    return constant(float(x))


def _as_values(x: Any, make: Any, inputs: list[Value]) -> Any:
    """Return a number as a node, an array as an array of nodes; both are noted as inputs."""
    array = np.asarray(x, dtype=float)
    nodes = [make(number) for number in array.ravel().tolist()]
    inputs += nodes
    if not array.ndim:
        return nodes[0]
    out = np.empty(array.size, dtype=object)
    out[:] = nodes
    return out.reshape(array.shape)


def _sample(arg: Any, axis: int | None, i: int) -> Any:
    """Return sample i of an argument with lanes, or the argument."""
    return arg if axis is None else tree.map_tree(lambda x: np.take(x, i, axis=axis), arg)


def _map_shapes(part: Any, shape: Any) -> Any:
    if isinstance(shape, list):
        return [_map_shapes(part, x) for x in shape]
    if isinstance(shape, dict):
        return {k: _map_shapes(part, x) for k, x in shape.items()}
    if isinstance(shape, tuple) and not all(isinstance(x, int) for x in shape):
        return tuple(_map_shapes(part, x) for x in shape)
    return part(shape)
