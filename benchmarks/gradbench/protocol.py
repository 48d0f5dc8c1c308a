"""GradBench's protocol: a message a line, an answer a line.

`start` is answered with the tool's name, `define` with whether the evaluation is there, `evaluate` with its
output and the nanoseconds of each run, `analysis` with nothing more.
"""

import json
import math
import time
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.gradbench.evaluations import FUNCTIONS


def answer(message: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one message.

    >>> answer({"id": 2, "kind": "define", "module": "hello"})
    {'id': 2, 'success': True}
    >>> found = answer(
    ...     {"id": 3, "kind": "evaluate", "module": "hello", "function": "double", "input": 3.0}
    ... )
    >>> found["output"], found["timings"][0]["name"]
    (6.0, 'evaluate')
    """
    kind = message["kind"]
    found: dict[str, Any] = {"id": message["id"]}
    if kind == "start":
        return found | {"tool": "autodiff"}
    if kind == "define":
        return found | {"success": message["module"] in FUNCTIONS}
    if kind == "evaluate":
        try:
            return found | {"success": True} | evaluated(message)
        except Exception as error:
            return found | {"success": False, "error": f"{type(error).__name__}: {error}"}
    return found


def evaluated(message: dict[str, Any]) -> dict[str, Any]:
    """Run a function as often and as long as its input asks for, once at least."""
    given = message["input"]
    call = FUNCTIONS[message["module"]][message["function"]](given)
    runs, seconds = (
        (given.get("min_runs", 1), given.get("min_seconds", 0))
        if isinstance(given, dict)
        else (1, 0)
    )
    timings: list[dict[str, Any]] = []
    taken = 0
    while len(timings) < max(runs, 1) or taken < seconds * 1e9:
        start = time.perf_counter_ns()
        output = call()
        timings.append({"name": "evaluate", "nanoseconds": time.perf_counter_ns() - start})
        taken += timings[-1]["nanoseconds"]
    return {"output": strict(output), "timings": timings}


def strict(output: Any) -> Any:
    """JSON has no infinity and no NaN: say so instead of writing what nobody can read."""
    if isinstance(output, float) and not math.isfinite(output):
        raise ValueError("the result is not a finite number")
    for part in (
        output.values() if isinstance(output, dict) else output if isinstance(output, list) else ()
    ):
        strict(part)
    return output


def answers(lines: Iterable[str]) -> Iterator[str]:
    """Yield the answer to each line, as a line; what is no message is answered with what is wrong."""
    for line in lines:
        if not line.strip():
            continue
        try:
            message = json.loads(line)
            found = answer(message)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            found = {"id": None, "success": False, "error": f"no message of the protocol: {error}"}
        if isinstance(found["id"], int) and message.get("kind") == "end":
            return
        yield json.dumps(found)
