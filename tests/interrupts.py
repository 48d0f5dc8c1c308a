"""An error at any moment: a call is interrupted, and what it leaves is the state before or the state after.

Each case is a call with a *state*: gradients, numbers, modes, numpy's settings, locks. In the suite the
moments are all those at which Python looks for signals (the start of a function, the end of a call of C,
a jump back): a tracing function raises there, so every moment is tried, one by one. By command, real
signals come at random moments, on whichever engine runs: `python -m tests.interrupts 10000`.
"""

import dis
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.derivatives import sweep
from autodiff.nodes import modes
from autodiff.nodes.leaving import INSIDE

PACKAGE = os.path.dirname(ad.__file__)  # noqa: PTH120  compared with names of code
CALLS = {"CALL", "CALL_FUNCTION_EX", "CALL_KW"}
SETTINGS = np.geterr()


class Interrupt(BaseException):
    """What comes in between, as KeyboardInterrupt does."""


class Case:
    """Something to do that changes a state, and everything by which the state can be told."""

    def __init__(self) -> None:
        self.x = ad.Value(1.5)
        self.t = ad.Tensor([1.0, -2.0])
        self.x.grad, self.t.grad = 0.25, np.array([0.5, 0.75])

    def do(self) -> Any:
        raise NotImplementedError

    def state(self) -> Any:
        """Return all that can be seen of the state, as numbers."""
        return (self.x.data, self.x.grad, self.t.data.tolist(), self.t.grad.tolist())


class Numbers(Case):
    def __init__(self) -> None:
        super().__init__()
        y = self.x * self.x + ad.sin(self.x)
        self.middle = y * 2.0
        self.y = ad.sum([self.middle, y, self.x * 3.0])
        self.y.backward()

    def do(self) -> Any:
        self.y.backward()

    def state(self) -> Any:
        return (*super().state(), self.middle.grad)


class Arrays(Case):
    """Arrays and numbers in one graph: both gradients are new, or neither is."""

    def __init__(self) -> None:
        super().__init__()
        self.y = (ad.tanh(self.t) * self.x * self.t).sum()

    def do(self) -> Any:
        self.y.backward()


class Pure(Case):
    def do(self) -> Any:
        return ad.grad(lambda x: ad.grad(lambda z: z * z * ad.sin(x))(x))(0.5)


class Blocks(Case):
    def do(self) -> Any:
        with ad.no_grad(), ad.scope("a"):
            self.x * 2.0
            with ad.anomaly():
                ad.exp(self.t)


class Programs(Case):
    """What is recorded when is nobody's business; what it answers is."""

    def __init__(self) -> None:
        super().__init__()
        self.program = ad.trace(lambda x: x * x if x > 0.0 else -x, 1.0)
        self.arrays = ad.trace(lambda t: (t * t).sum(), ad.Tensor([1.0, 2.0]))
        self.jitted = ad.jit(lambda x, i: x[i] * x[0])

    def do(self) -> Any:
        self.program.value_and_grad(-2.0)
        self.arrays.value_and_grad(np.array([3.0, 1.0]))
        self.jitted([2.0, 3.0], 1)

    def state(self) -> Any:
        return (
            *super().state(),
            self.program.value_and_grad(-2.0),
            self.program.value_and_grad(3.0),
            [np.asarray(p).tolist() for p in self.arrays.value_and_grad(np.array([3.0, 1.0]))],
            self.jitted.value_and_grad([2.0, 3.0], 1),
        )


class Forward(Case):
    def do(self) -> Any:
        ad.jvp(lambda t: ad.exp(t * 1e3), (np.ones(2),), (np.ones(2),))
        ad.hessian(lambda t: (t * t * t).sum())(np.ones(2))
        ad.vmap(lambda x: x * x)(np.ones(3))


class Descent(Case):
    def do(self) -> Any:
        self.t.assign_sub(self.t.grad, 0.5)


CASES: dict[str, Callable[[], Case]] = {
    c.__name__: c for c in (Numbers, Arrays, Pure, Blocks, Programs, Forward, Descent)
}


def around() -> Any:
    """Return what surrounds every call: modes, numpy's settings, locks, transforms, listeners."""
    mode = modes.MODE.get()
    return (
        mode.recording, mode.scopes, mode.anomaly, mode.guards, len(modes._traces), INSIDE.get(),
        np.geterr(), sweep._busy.locked(), works(),
    )  # fmt: skip


def works() -> Any:
    """Return what an outsider computes afterwards."""
    x = ad.Value(3.0)
    y = x * x
    y.backward()
    return type(ad.grad(lambda v: v * v)(2.0)), x.grad, y.scope, len(y.parents)


def after(make: Callable[[], Case]) -> tuple[Any, Any, Any]:
    """Return the state before a call, the state after it, and what surrounds it."""
    case = make()
    before = case.state()
    case.do()
    return before, case.state(), around()


class Moments:
    """A tracing function that raises at the moment number `at` at which Python looks for signals."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0
        # By the frame's place in memory: what holds a frame holds its variables.
        self.last: dict[int, tuple[str, Any]] = {}

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            name, handler = names(frame.f_code)[frame.f_lasti]
            before, caught_by = self.last.get(id(frame), ("", None))
            self.last[id(frame)] = name, handler
            # The error of a signal that comes in a call is one of the call, and caught as such.
            ended = before in CALLS and handler == caught_by
            if name == "RESUME" or ended or before == "JUMP_BACKWARD":
                self.count += 1
                if self.count == self.at:
                    sys.settrace(None)
                    raise Interrupt
        return self


_names: dict[Any, dict[int, tuple[str, Any]]] = {}


def names(code: Any) -> dict[int, tuple[str, Any]]:
    """Return the instructions of a function by their places, each with the handler of its errors."""
    if code not in _names:
        table = dis._parse_exception_table(code)  # type: ignore[attr-defined]
        _names[code] = {
            i.offset: (
                i.opname,
                next((e.target for e in table if e.start <= i.offset < e.end), None),
            )
            for i in dis.get_instructions(code)
        }
    return _names[code]


def interrupted(case: Case, at: int) -> bool:
    """Make the call with an interrupt at this moment; return whether the call got that far."""
    moments, tracer = Moments(at), sys.gettrace()  # coverage's, if it is measured
    sys.settrace(moments)
    try:
        case.do()
    except Interrupt:
        return True
    finally:
        sys.settrace(tracer)
    return False


def fault(case: Case, expected: tuple[Any, Any, Any]) -> str:
    """Say what is wrong with the state that an interrupted call has left; "" where nothing is."""
    before, then, surroundings = expected
    try:
        found = around()
        if found != surroundings:
            return f"around it is {found}, not {surroundings}"
        state = case.state()
    except Exception as error:
        return f"afterwards {type(error).__name__}: {error}"
    return "" if state in (before, then) else f"{state} is neither {before} nor {then}"


def every_moment(make: Callable[[], Case], step: int = 1) -> tuple[int, list[str]]:
    """Interrupt a call at every moment, one by one; return how many there are, and the faults."""
    expected, found, at = after(make), [], 1
    while True:
        case = make()
        if not interrupted(case, at):
            return at, found
        said = fault(case, expected)
        if said:
            found.append(f"moment {at}: {said}")
            reset()
        at += step


def reset() -> None:
    """Put the surroundings right after a fault, so that the next one is told apart."""
    modes.MODE.set(modes.Mode())
    INSIDE.set(None)
    modes.watch((), modes._traces)
    np.seterr(**SETTINGS)
    if sweep._busy.locked():
        sweep._busy.release()


def raise_interrupt(*_: Any) -> None:
    raise Interrupt


def at_random(count: int, seed: int = 0) -> tuple[int, list[str]]:
    """Send so many signals at random moments of calls; return how many met one, and the faults."""
    draw, met, found = random.Random(seed), 0, []
    expected = {name: after(make) for name, make in CASES.items()}
    lasts = {name: duration(make) for name, make in CASES.items()}
    before = signal.signal(signal.SIGALRM, raise_interrupt)
    while met < count:
        name = draw.choice(list(CASES))
        case = CASES[name]()
        try:
            signal.setitimer(signal.ITIMER_REAL, max(draw.random() * lasts[name] * 1.1, 1e-6))
            case.do()
            signal.setitimer(signal.ITIMER_REAL, 0)
            continue
        except Interrupt:
            met += 1
        said = fault(case, expected[name])
        if said:
            found.append(f"{name}: {said}")
            reset()
    signal.signal(signal.SIGALRM, before)
    return met, found


def duration(make: Callable[[], Case]) -> float:
    """Return how long a call takes, in seconds."""
    found = []
    for _ in range(5):
        case = make()
        start = time.perf_counter()
        case.do()
        found.append(time.perf_counter() - start)
    return min(found)


def main(count: int) -> int:
    met, found = at_random(count)
    print(*found[:20], sep="\n")
    engine = "compiled" if ad.compiled else "plain"
    print(f"{met} interrupts on the {engine} engine: {len(found)} left a state that is neither")
    return len(found)


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1])) else 0)
