"""Replay: a function is recorded once for each kind of call, then run again and again as a program.

`trace(f, *examples)` calls f on nodes and keeps what it did as a *course*; a `Program` is all courses
of one function, behind one `gate`. A call that looks as the course was recorded, and for whose numbers
its guards hold, is answered by the course; any other is recorded anew, so a program never answers
wrongly, nor does it grow. Numbers give Values, which a small machine runs over flat arrays (`course`);
Tensors give a printed function of arrays (`array_program`). A program that is given nodes is part of
their graph: what it records stands in a scope of the program's name, and differentiates to any order.

What the function reads elsewhere: nodes are inputs, whatever they hold when the program is called;
arrays are read again; other Python objects are as they were when the function was recorded.
"""

import math
import pickle
from itertools import accumulate
from typing import Any

from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value, tick
from autodiff.nodes.watching import watch
from autodiff.programs.arguments import given_nodes, has_arrays, on_tensors
from autodiff.programs.arguments.numbers import REFUSED, NeedsTensorError, as_values
from autodiff.programs.array_program import ArrayProgram, trace_arrays
from autodiff.programs.calling import Traced, separate, values_like
from autodiff.programs.course import Recording, Space, machine
from autodiff.programs.gate import NUMBERS, STATIC, SWITCHES, Entry, Look
from autodiff.programs.lanes import Bound, answer_lanes, axis_back, inner_shape, one, views
from autodiff.table import tree

__all__ = ["ArrayProgram", "Program", "trace"]

ANSWERS = 8  # of one program, kept for calls to come


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
    Tensor, or f asks numpy for what it does with whole arrays alone (a median, a linear solve), f gets
    Tensors and the result is an `ArrayProgram`, which knows `donate_argnums`.

    Calls of another structure, shape or course are recorded when they come, up to a limit. Nodes that
    f uses from outside count as inputs, arrays are read again at every call; all other Python objects
    that f reads are as they were when it was recorded.

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
        return _of_graph(f, inputs)
    if not callable(f):
        raise TypeError(f"trace: needs a function or a Value, got {type(f).__name__}")
    axes = in_axes if isinstance(in_axes, tuple | list) else (in_axes,) * len(examples)
    if len(axes) != len(examples):
        raise ValueError(f"trace: in_axes has {len(axes)} entries for {len(examples)} arguments")
    program = Program(f, len(examples), tuple(axes), argnums)
    numbers = tree.map_tree(lambda x: x._data if type(x) is Value else x, examples)
    try:
        look = program.look((numbers, {}), NUMBERS)
        taken = look.take((numbers, {}))
        assert taken is not None
        program.record(look, one(Entry(look, False, None), taken, 0))
    except REFUSED as error:
        if axes != (None,) * len(axes):
            raise
        return recorded_on_tensors(program, numbers, error)
    return program


def recorded_on_tensors(
    program: "Program", args: Any, error: Exception, keywords: Any = None
) -> ArrayProgram:
    """Return the program of a function that does with arrays what single numbers do not, as `error` shows.

    Without arrays, and where that fails as well, it is raised, unless it speaks of single numbers.
    """
    if not (isinstance(error, NeedsTensorError) or has_arrays((args, keywords))):
        raise error
    try:
        examples = tree.map_tree(on_tensors, args)
        return ArrayProgram(program.f, examples, program.argnums, keywords=keywords)
    except Exception as second:
        raise (second if isinstance(error, NeedsTensorError) else error) from None


def _of_graph(y: Value, inputs: Any) -> "Program":
    """Return the program of a graph that is there already."""
    leaves, structure = tree.flatten(inputs if inputs is not None else ())
    for x in leaves:
        if type(x) is not Value or x.parents:
            raise TypeError(f"trace: inputs must be leaves of the graph, found {x!r:.60}")
    program = Program(None, 1, (None,), 0)
    program.names = ["inputs"]
    shown = structure([x._data for x in leaves])
    look = program.look(((shown,), {}), NUMBERS)
    program.gate.put_first(
        Entry(look, False, Recording(y, leaves, watch([]), [False] * len(leaves)))
    )
    return program


class Program(Traced):
    """A recorded function of numbers: call it, or its `value_and_grad`, on new arguments."""

    def __init__(self, f: Any, count: int, axes: tuple[Any, ...], argnums: Any) -> None:
        super().__init__(f, count, argnums)
        self.axes = axes
        self.quick: Any = None  # answers calls of plain numbers in one go: the last of `answers`
        self.answers: dict[tuple[int, int], Any] = {}  # by the course, which knows nothing of them

    def _answering(self, entry: Entry, numbers: list[Any], lanes: int = 0) -> Any:
        """Return what answers calls that look like this one in one go; None where there is no such thing."""
        course, (args, keywords) = entry.course, entry.look.structure.branch[3]
        if not hasattr(machine, "Quick") or course.own or course.left or keywords[3]:
            return None
        place = id(course), lanes  # an answer keeps its course, so the id is nobody else's
        found = self.answers.get(place)
        if found is None:  # compiled only
            space = Space(course)
            space.resize(course, lanes)
            values, gradients = views(entry, numbers, space)
            values = [x if g is not None else None for x, g in zip(values, gradients, strict=True)]
            ends = [0, *accumulate(map(tree.size, args[3]))]
            parts = [(args[3][i], ends[i], ends[i + 1]) for i in self.chosen]
            several = isinstance(self.argnums, tuple)
            found = machine.Quick(entry, space, values, gradients, parts, several, lanes)
            while len(self.answers) >= ANSWERS:
                self.answers.pop(next(iter(self.answers)), None)
            self.answers[place] = found
        return found  # compiled only

    def record(self, look: Look, numbers: list[Any]) -> Entry:
        """Record f on the numbers of one sample, and return the entry that was made of it."""
        function = self.function(look)
        self.recorded += 1
        start = tick()
        inputs: list[Value] = []
        batched: list[bool] = []
        given = []
        of_argument = self.arguments(look)
        for leaf, x, i in zip(look.leaves, numbers, of_argument, strict=True):
            if leaf.kind is STATIC:
                given.append(x)
                continue
            before = len(inputs)
            given.append(as_values(x, i in self.chosen, inputs))
            batched += [leaf.axis is not None] * (len(inputs) - before)
        args, keywords = look.structure(given)
        y, heard, gathers = self.recorded_by(function, args, keywords, inputs, look)
        batched += [False] * (len(inputs) - len(batched))
        course = Recording(y, inputs, heard, batched, start, gathers)
        entry = Entry(look, False, course, self.arrays_read())
        self.gate.put_first(entry)
        return entry

    def recorded_by(
        self, function: Any, args: Any, keywords: Any, inputs: list[Any], look: Look
    ) -> Any:
        """Return what the function returns, what was heard of it, and what its indices choose."""
        heard = watch([], inputs)
        with heard:
            y = self._called(function, args, keywords)
        return y, heard, None

    def bind(self, *args: Any) -> Any:
        """Return a bound call: value and gradient at arrays that are kept, for calls in a loop.

        >>> import autodiff as ad
        >>> call = ad.trace(lambda w, x: w * x, 2.0, 3.0).bind(2.0, 3.0)
        >>> call.arguments[1][...] = 5.0
        >>> call(), float(call.gradient)
        (10.0, 5.0)
        """
        return Bound(self, args)

    def _answer(self, args: tuple[Any, ...], keywords: dict[str, Any], grads: bool) -> Any:
        ready = self.quick
        if ready is not None and not keywords:  # compiled only
            found = ready.answer(args, grads)
            if found is not None:
                return found if grads else found[0]
        return super()._answer(args, keywords, grads)

    def run(self, call: Any, grads: bool) -> tuple[Any, Any]:
        """Return the answer to a call of numbers, and the entry that gave it."""
        if any(axis is not None for axis in self.axes):
            if given_nodes(call):
                return self.on_nodes(call, grads), None
            return answer_lanes(self, call, grads)
        for entry, numbers in self.gate.fitting(call, False):
            answer = self._ask(entry, numbers, grads, False)
            if answer is not None:
                self.gate.put_first(entry)
                self.quick = self._answering(entry, numbers)
                return answer[0], entry
        if given_nodes(call):
            return self.on_nodes(call, grads), None
        look = self.look(call, NUMBERS)
        taken = look.take(call)
        assert taken is not None
        entry = self.record(look, taken)
        found = self._ask(entry, taken, grads, True)
        assert found is not None
        return found[0], entry

    def _ask(self, entry: Entry, numbers: list[Any], grads: bool, fresh: bool) -> Any:
        """Return a course's answer in a tuple, or None where it has none.

        A course that is `fresh` was recorded on these very numbers: its guards hold.
        """
        course = entry.course
        space = course.space()
        try:
            course.forward(space, [x for x, leaf in zip(numbers, entry.look.leaves, strict=True)
                                   if leaf.kind is not STATIC])  # fmt: skip
            if not fresh and not course.holds(space):
                return None
            results = course.results_of(space)
            if not grads:
                return (course.structure(results),)
            course.backward(space)
            found = self.gradients(entry, numbers, space.grads, None)
            if course.own:
                course.check_known(found)
            return ((results[0], found),)
        finally:
            course.done(space)

    def gradients(self, entry: Entry, numbers: list[Any], total: Any, sums: Any) -> Any:
        """Return the gradient of the chosen arguments from the slots' gradients."""
        place = row = 0
        parts: list[Any] = []
        for leaf, x in zip(entry.look.leaves, numbers, strict=True):
            size = math.prod(leaf.shape)
            if leaf.kind is STATIC:
                parts.append(None)
                continue
            if leaf.axis is None:
                part = total[place : place + size].reshape(leaf.shape).copy()
                parts.append(float(part) if part.ndim == 0 else part)
            else:
                block = sums[row : row + size].reshape(inner_shape(x.shape, leaf.axis))
                parts.append(axis_back(block, leaf.axis).copy())
                row += size
            place += size
        args, _ = entry.look.structure(parts)
        return self.picked(args)

    def as_input(self, x: Any, alone: bool, keyword: bool) -> Any:
        if values_like(x) or isinstance(x, Tensor):
            return separate(x) if alone else x
        if isinstance(x, SWITCHES) or (keyword and isinstance(x, int)):
            return x
        return as_values(x, alone, [])

    @property
    def recordings(self) -> list[Recording]:
        """The courses that are kept, the one that was used last first."""
        return [entry.course for entry in self.gate.entries]

    @property
    def memory(self) -> int:
        """The bytes that a run of the course used last has at once."""
        course = self.recordings[0]
        space = course.space()
        course.done(space)
        lanes = space.many.base, space.sums.base
        return int(sum(x.nbytes for x in (space.values, space.grads, *lanes)))

    @property
    def source(self) -> str:
        """The program as readable lines, forward and backward."""
        from autodiff.programs.source import source

        return source(self.recordings[0])

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "quick": None, "answers": {}}
        try:
            pickle.dumps(self.f)
        except (pickle.PicklingError, AttributeError, TypeError):
            state["f"] = None  # a lambda or a local function: the program goes without it
        return state
