"""The file of an experiment: what was measured, part by part, and with which command.

It is written whole after every part, so whatever stops the run, the parts that are done stay; the
same command then measures only what is missing.
"""

import contextlib
import datetime
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from autodiff.graphs import files
from nets.experiments.kit import Done, Part, Result
from nets.extras import MissingExtraError, UsageError, require

PACKAGES = ("numpy", "scikit-learn")


@dataclass
class Record:
    """What NAME.json holds."""

    experiment: str
    data: str | None
    seeds: int | None
    command: str
    measured: dict[str, Any] = field(default_factory=dict)
    done: list[Done] = field(default_factory=list)

    def find(self, part: Part) -> Done | None:
        """Return the part as it was measured, None if it was not yet."""
        return next((d for d in self.done if d.part == part), None)

    def add(self, part: Part, result: Result, seconds: float) -> None:
        """Keep the result of a part, and add with what it was measured to what the others were."""
        self.done.append(Done(part, result, round(seconds, 3)))
        for name, with_what in surroundings().items():
            before = self.measured.get(name)
            each = before.split(" and ") if before else []
            self.measured[name] = " and ".join(dict.fromkeys([*each, with_what]))

    @property
    def seconds(self) -> float:
        """How long all parts took together."""
        return sum(d.seconds for d in self.done)

    def save(self, path: Path) -> None:
        """Write the file, atomically."""
        content = {
            "experiment": self.experiment,
            "command": self.command,
            "data": self.data,
            "seeds": self.seeds,
            "measured": self.measured,
            "parts": [
                {"part": d.part, "seconds": d.seconds, "result": d.result} for d in self.done
            ],
        }
        lines = json.dumps(content, allow_nan=False)
        files.write(path, _one_part_a_line(lines) + "\n")


def _one_part_a_line(text: str) -> str:
    return text.replace('"parts": [', '"parts": [\n').replace('{"part": ', '\n{"part": ')


def surroundings() -> dict[str, str]:
    """Return the date and what the last digits of a measurement depend on.

    A network that learns amplifies the rounding of a sum, and the order of that sum is one of BLAS's
    kernels, which it chooses by the processor: the same seed gives other scores on another machine.

    >>> list(surroundings())[:3]
    ['date', 'python', 'numpy']
    """
    found = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    with contextlib.suppress(MissingExtraError):
        pools = require("threadpoolctl").threadpool_info()
        kernels = {pool["architecture"] for pool in pools if "architecture" in pool}
        if kernels:
            found["BLAS kernel"] = ", ".join(sorted(kernels))
    return found


def load(path: Path) -> Record:
    """Read such a file; a UsageError says in one sentence that it is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        done = [
            Done(dict(p["part"]), dict(p["result"]), float(p["seconds"])) for p in kept["parts"]
        ]
        return Record(
            str(kept["experiment"]), kept["data"], kept["seeds"], str(kept["command"]),
            dict(kept["measured"]), done,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{path} is not the file of an experiment: give --out another folder"
        ) from None


def in_order(record: Record, parts: Sequence[Part]) -> list[Done]:
    """Return what was measured of these parts, in their order."""
    found = [record.find(part) for part in parts]
    return [d for d in found if d is not None]
