"""Lanes: many samples in one run of a program, each on the course that its own numbers take.

A course runs all samples that are left, side by side; those for which its guards hold are answered,
the others go on to the next course, and for what is left in the end the function is recorded on the
first sample of it. So samples may take different courses, as long as they return the same structure.

`Bound` is a call with its memory, for a loop that calls a program again and again: the arguments are
arrays that lie in the program's own memory, so nothing is flattened, copied or made.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.derivatives import calls
from autodiff.programs.course import Space, machine
from autodiff.programs.gate import NUMBERS, STATIC, Entry
from autodiff.table import tree

if TYPE_CHECKING:
    from autodiff.programs.replay import Program


class Run:
    """The samples of one call: the numbers that all share, and a row of lanes for each other input."""

    def __init__(self, entry: Entry, numbers: list[Any]) -> None:
        self.shared: list[Any] = []
        rows, counts = [], set()
        for leaf, x in zip(entry.look.leaves, numbers, strict=True):
            if leaf.kind is STATIC:
                continue
            if leaf.axis is None:
                self.shared.append(x)
                continue
            x = axis_last(np.asarray(x, dtype=float), leaf.axis)
            counts.add(x.shape[-1])
            rows.append(x.reshape(math.prod(x.shape[:-1]), x.shape[-1]))
            self.shared.append(np.zeros(len(rows[-1])))
        if len(counts) > 1:
            raise ValueError(f"the arguments have {' and '.join(map(str, sorted(counts)))} samples")
        self.count = counts.pop()
        self.rows = np.concatenate(rows)


def axis_last(x: Any, axis: int) -> Any:
    """Return an array with one of its axes moved to the end (what np.moveaxis does, at less cost)."""
    n = x.ndim
    axis %= n
    return x if axis == n - 1 else x.transpose([*range(axis), *range(axis + 1, n), axis])


def axis_back(x: Any, axis: int) -> Any:
    """Return an array with its last axis moved to where it was."""
    n = x.ndim
    axis %= n
    return x if axis == n - 1 else x.transpose([*range(axis), n - 1, *range(axis, n - 1)])


def inner_shape(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """Return a shape with one of its axes moved to the end."""
    axis %= len(shape)
    return (*shape[:axis], *shape[axis + 1 :], shape[axis])


def answer_lanes(program: "Program", call: Any, grads: bool) -> tuple[Any, Any]:
    """Return the answer to a call with lanes, and the entry that was used last."""
    fitting = list(program.gate.fitting(call, False))
    fresh = not fitting
    if fresh:
        look = program.look(call, NUMBERS)
        numbers = look.take(call)
        assert numbers is not None
        fitting = [(Entry(look, False, None), numbers)]
    first, numbers = fitting[0]
    run = Run(first, numbers)
    if not run.count and fresh:
        raise ValueError(
            "the program was given no samples, and nothing is recorded for arguments of this shape; "
            "call it on one sample or more first"
        )
    parts = Parts(program, first, numbers, run.count, grads)
    left = np.arange(run.count)
    entries = iter([] if fresh else [entry for entry, _ in fitting])
    entry = first
    while len(left) or not parts.added:
        known = next(entries, None)
        entry = known or program.record(first.look, one(first, numbers, int(left[0])))
        left = _run(parts, entry, run, left, known is None)
    program.gate.put_first(entry)
    alike = run.count and len(parts.added) == 1 and not entry.course.own
    program.quick = program._answering(entry, numbers, run.count) if alike else None
    answer = parts.answer()
    if grads and entry.course.own:
        entry.course.check_known(answer[1])
    return answer, entry


def one(entry: Entry, numbers: list[Any], lane: int) -> list[Any]:
    """Return the numbers of one sample."""
    return [
        x if leaf.axis is None else np.take(x, lane, axis=leaf.axis)
        for x, leaf in zip(numbers, entry.look.leaves, strict=True)
    ]


def _run(parts: "Parts", entry: Entry, run: Run, left: Any, fresh: bool) -> Any:
    """Run the samples that are left, add the answers for which the course holds, return the others."""
    course = entry.course
    space = course.space()
    try:
        n = len(left)
        if not n:
            parts.add_none(entry)
            return left
        course.forward(space, run.shared, n, run.rows[:, left] if n < run.count else run.rows)
        if not course.guards:
            parts.add(entry, space, left)
            return left[:0]
        held = np.array(np.broadcast_to(course.holds(space, n), n))
        if fresh:
            held[0] = True  # it was recorded on this very sample
        if not held.all():
            if not held.any():
                return left
            course.forward(space, run.shared, int(held.sum()), run.rows[:, left[held]])
        parts.add(entry, space, left[held])
        return left[~held]
    finally:
        course.done(space)


def views(entry: Entry, numbers: list[Any], space: Space) -> tuple[list[Any], list[Any]]:
    """Return for each leaf its array among a run's values, and that of its gradient."""
    place = row = 0
    values: list[Any] = []
    gradients: list[Any] = []
    for leaf, x in zip(entry.look.leaves, numbers, strict=True):
        if leaf.kind is STATIC:
            values.append(x)
            gradients.append(None)
            continue
        size = math.prod(leaf.shape)
        for parts, flat, many in (
            (values, space.values, space.many), (gradients, space.grads, space.sums),
        ):  # fmt: skip
            if leaf.axis is None:
                parts.append(flat[place : place + size].reshape(leaf.shape))
            else:
                inner = inner_shape(np.shape(x), leaf.axis)
                parts.append(axis_back(many[row : row + size].reshape(inner), leaf.axis))
        place += size
        row += 0 if leaf.axis is None else size
    return values, gradients


class Parts:
    """The answers of all samples, put together course by course."""

    def __init__(
        self, program: "Program", entry: Entry, numbers: list[Any], count: int, grads: bool
    ) -> None:
        self.program, self.entry, self.numbers, self.count, self.grads = (
            program, entry, numbers, count, grads,
        )  # fmt: skip
        self.added: list[tuple[Any, Any, Any]] = []  # structure, leaves, lanes
        self.total: Any = 0.0
        self.sums: Any = None

    def add_none(self, entry: Entry) -> None:
        """Add what a course returns for no sample."""
        course = entry.course
        empty = [np.zeros((0, *out.shape)) for out in course.results]
        self.added.append((course.structure, empty, np.arange(0)))
        if self.grads:
            height = int((course.rows[: course.size] >= 0).sum())
            self.total, self.sums = np.zeros(course.size), np.zeros((height, 0))

    def add(self, entry: Entry, space: Any, lanes: Any) -> None:
        """Add what a run computed for some lanes."""
        course, n = entry.course, len(lanes)
        self.added.append((course.structure, course.results_of(space, n), lanes))
        if not self.grads:
            return
        course.backward(space, n)
        self.total = self.total + space.grads[: course.size]
        height = int((course.rows[: course.size] >= 0).sum())
        if self.sums is None:
            self.sums = np.zeros((height, self.count))
        self.sums[:, lanes] = space.sums[:height, :n]

    def answer(self) -> Any:
        """Return the results, with an axis of samples in front, or values and gradients."""
        structure, leaves, _ = self.added[0]
        if any(s != structure for s, _, _ in self.added):
            raise ValueError(
                "the samples do not all return the same structure; let the function return the same "
                "keys and shapes on every course, or call the program sample by sample"
            )
        if len(self.added) > 1:
            leaves = [self._joined(k) for k in range(len(leaves))]
        if not self.grads:
            return structure(leaves)
        return leaves[0], self.program.gradients(self.entry, self.numbers, self.total, self.sums)

    def _joined(self, k: int) -> Any:
        found = [(leaves[k], lanes) for _, leaves, lanes in self.added]
        shapes = {x.shape[1:] for x, _ in found}
        if len(shapes) > 1:
            raise ValueError(f"the samples return arrays of the different shapes {sorted(shapes)}")
        whole = np.zeros((self.count, *shapes.pop()), dtype=np.result_type(*(x for x, _ in found)))
        for x, lanes in found:
            whole[lanes] = x
        return whole


class Bound(machine.BoundCall):  # type: ignore[misc]  # compiled, or its plain twin
    """Value and gradient of a program at `arguments`, each call written into the same arrays.

    `arguments` are the bound call's arrays, in the structure of the call (a number is an array without
    axes), `gradient` those of the gradient, in the structure that `value_and_grad` returns. A bound call
    belongs to one thread.

    >>> import autodiff as ad
    >>> import numpy as np
    >>> call = ad.trace(lambda w, x: ad.sum(w * x), np.ones(2), np.ones(2)).bind(np.ones(2), np.ones(2))
    >>> call.arguments[1][:] = [3.0, 4.0]
    >>> call(), call.gradient
    (7.0, array([3., 4.]))
    """

    def __init__(self, program: "Program", args: tuple[Any, ...]) -> None:
        program.value_and_grad(*args)  # records where need be, and refuses what has no gradient
        self.program = program
        self.entry, numbers = next(program.gate.fitting((args, {}), False))
        self.course = course = self.entry.course
        self.lanes = 0
        shared: list[Any] = [
            x for x, leaf in zip(numbers, self.entry.look.leaves, strict=True) if leaf.kind is not STATIC
        ]  # fmt: skip
        rows: Any = ()
        if any(leaf.axis is not None for leaf in self.entry.look.leaves):
            run = Run(self.entry, numbers)
            shared, rows, self.lanes = run.shared, run.rows, run.count
            if not self.lanes:
                raise ValueError("bind: needs one sample or more")
        self.space = course.space()
        course.forward(self.space, shared, self.lanes, rows)
        values, gradients = views(self.entry, numbers, self.space)
        self.arguments: tuple[Any, ...] = self.entry.look.structure(values)[0]
        self.gradient: Any = program.picked(self.entry.look.structure(gradients)[0])
        steady = not (course.captured or self.entry.arrays or course.gathers or course.own)
        plain = course.plain_guards and not (self.lanes and course.guards)
        if steady and plain and course.outputs:
            self.steady(self.space.runner, course.outputs[0])
        self()

    def general(self) -> Any:
        """Return the value at `arguments`, with its gradient in `gradient`."""
        if calls.nested():
            raise TypeError(
                "a bound call computes numbers, through which no gradient flows; call the program "
                "itself inside a transform or a trace"
            )
        if not self.entry.stands():
            return self._anew()
        self.course.renew(self.space)
        self.space.runner.forward()
        if self.course.guards and not np.all(self.course.holds(self.space, self.lanes)):
            return self._anew()
        y = self.course.results_of(self.space, self.lanes)[0]
        self.course.backward(self.space, self.lanes)
        return y

    def _anew(self) -> Any:
        """Return the answer where the numbers take another course than those that were bound."""
        copies = tree.map_tree(
            lambda x: np.array(x) if isinstance(x, np.ndarray) else x, self.arguments
        )
        value, gradient = self.program.value_and_grad(*copies)
        found, wanted = (tree.flatten(x)[0] for x in (gradient, self.gradient))
        for new, view in zip(found, wanted, strict=True):
            if view is not None:
                view[...] = new
        return value
