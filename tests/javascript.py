"""A JavaScript runtime for tests: V8 through mini-racer, loaded with what the pages are made of."""

import json
import math
from typing import Any

import pytest

from autodiff._engine import install
from autodiff.player import bundle
from autodiff.printers.javascript import rows_source, table


class Runtime:
    """V8 with the rows and the given files of the player; `call` passes and returns JSON."""

    def __init__(self, *files: str) -> None:
        racer = pytest.importorskip(
            "py_mini_racer", reason=f"mini-racer is missing ({install('test')})"
        )
        self.v8 = racer.MiniRacer()
        self.v8.eval(
            "\n".join([rows_source(), bundle.drawing_source(), *map(bundle.part, files), "0"])
        )
        self.v8.eval(f"const TABLE = {json.dumps(table())}; 0")

    def call(self, source: str, *arguments: Any) -> Any:
        """Return what a JavaScript function gives for the arguments, numbers to the last bit."""
        given = ", ".join(json.dumps(_out(a)).replace("\u2028", "\\u2028") for a in arguments)
        return _back(json.loads(self.v8.eval(
            "((keep) => JSON.stringify((" + source + ")(" + given + "), keep))"
            "((k, x) => typeof x === 'number' && (!Number.isFinite(x) || Object.is(x, -0)) "
            "? { number: Object.is(x, -0) ? '-0' : String(x) } "
            ": typeof x === 'bigint' ? Number(x) : x === undefined ? null : x)"
        )))  # fmt: skip


def _out(x: Any) -> Any:
    if isinstance(x, float) and not math.isfinite(x):
        return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"
    if isinstance(x, list | tuple):
        return [_out(a) for a in x]
    return {k: _out(v) for k, v in x.items()} if isinstance(x, dict) else x


def _back(x: Any) -> Any:
    if isinstance(x, dict):
        if set(x) == {"number"}:
            return float(x["number"].replace("Infinity", "inf"))
        return {k: _back(v) for k, v in x.items()}
    return [_back(a) for a in x] if isinstance(x, list) else x
