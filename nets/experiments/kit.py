"""What an experiment is: parts to measure, a table of lines, a picture, and words about both.

A part is a small dictionary that says all that its measurement depends on, and its result is another,
so both can be kept as JSON and a part is never measured twice. `Work` is what a measurement is given:
the data, a way to show progress, and training that a stop does not lose.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from nets.data import Split
from nets.experiments.words import spoken
from nets.extras import UsageError
from nets.runs.checkpoint import load_checkpoint, save_checkpoint
from nets.runs.settings import DEFAULTS, start
from nets.runs.training import Training

Part: TypeAlias = dict[str, Any]
Result: TypeAlias = dict[str, Any]
EVERY = 2.0  # seconds of training between two checkpoints


@dataclass(frozen=True)
class Line:
    """A line of the table: what it is about, the documents' figure, and the measured one."""

    what: str
    documents: str
    measured: str

    def __str__(self) -> str:
        """Say what was measured, in the language that is spoken.

        >>> print(Line("the cost", "falls", "2.1784 to 0.2599"))
        the cost -> 2.1784 to 0.2599
        """
        return f"{spoken(self.what)} -> {spoken(self.measured)}"


@dataclass(frozen=True)
class Done:
    """A part that was measured, its result, and how many seconds it took."""

    part: Part
    result: Result
    seconds: float


class Work:
    """What the measurement of one part may use.

    `split` is the data, where the experiment asks for any. `tick` tells that one unit of the
    part's `size` is done, and raises `KeyboardInterrupt` if it is time to stop.
    """

    def __init__(
        self,
        split: Split | None,
        folder: Path | None,
        checkpoint: Path,
        on_tick: Callable[[int], Any],
        should_stop: Callable[[], bool],
    ) -> None:
        self._split, self.folder, self.checkpoint = split, folder, checkpoint
        self.on_tick, self.should_stop = on_tick, should_stop
        self.began = time.monotonic()

    @property
    def split(self) -> Split:
        """The training, validation and test data."""
        assert self._split is not None, "this experiment does not ask for data"
        return self._split

    @property
    def seconds(self) -> float:
        """How long this part has taken so far, that before a stop included."""
        return time.monotonic() - self.began

    def tick(self, units: int = 1) -> None:
        """Tell that so many units are done; a `KeyboardInterrupt` leaves the measurement."""
        if self.should_stop():
            raise KeyboardInterrupt
        self.on_tick(units)

    def train(self, settings: dict[str, Any]) -> Training:
        """Train to the end with the settings of `nets train`, one unit an epoch.

        A run that is stopped is kept in the checkpoint and goes on from there.
        """
        inputs, outputs = len(self.split.training.inputs), len(self.split.training.targets)
        hidden = settings.get("hidden", 30)
        chosen = DEFAULTS | {k: v for k, v in settings.items() if k in DEFAULTS}
        training = start(chosen | {"sizes": [inputs, hidden, outputs]}, self.split)
        if self.checkpoint.exists():
            saved = load_checkpoint(self.checkpoint)
            if not {"settings", "seconds", "training"} <= saved.meta.keys():
                raise UsageError(
                    f"{self.checkpoint} is no checkpoint of an experiment: give --out another folder"
                )
            if saved.meta["settings"] == settings:
                training.restore(saved.meta["training"], saved.arrays)
                self.on_tick(training.epoch)
                self.began -= saved.meta["seconds"]
        last = time.monotonic()

        def save() -> None:
            meta, arrays = training.state()
            head = {"settings": settings, "seconds": self.seconds, "training": meta}
            save_checkpoint(self.checkpoint, head, arrays)

        def on_epoch() -> None:
            nonlocal last
            self.on_tick(1)
            if time.monotonic() - last > EVERY:
                save()
                last = time.monotonic()

        if not training.run(on_epoch=on_epoch, should_stop=self.should_stop):
            save()
            raise KeyboardInterrupt
        self.checkpoint.unlink(missing_ok=True)
        return training


@dataclass(frozen=True)
class Experiment:
    """One experiment of the documents.

    `row` names what it reproduces and `about` tells it in a sentence or two. `parts(seeds, data)`
    lists what is to be measured, `data` being "mnist" or "digits"; `size(part)` counts its units of
    progress. `lines` and `draw` make the table and, if there is any, the picture of what is done;
    `remarks` says where and why it differs from the documents. `seeds` is how many are run unless told,
    None where nothing is random; `takes_data` says whether it reads digits.
    """

    name: str
    row: str
    title: str
    about: str
    parts: Callable[[int, str], list[Part]]
    measure: Callable[[Part, Work], Result]
    lines: Callable[[Sequence[Done]], list[Line]]
    remarks: Callable[[Sequence[Done]], str]
    draw: Callable[[Any, Sequence[Done]], None] | None = None
    size: Callable[[Part], int] = lambda part: 1
    seeds: int | None = None
    takes_data: bool = False


def spread(values: Sequence[float], form: str = "{:.2f}", unit: str = " %") -> str:
    """Write the mean of several runs with the best and the worst of them.

    >>> spread([95.0, 96.0]), spread([95.0])
    ('95.50 % (best 96.00, worst 95.00)', '95.00 %')
    """
    mean = form.format(sum(values) / len(values)) + unit
    if len(values) == 1:
        return mean
    best, worst = form.format(max(values)), form.format(min(values))
    return f"{mean} (best {best}, worst {worst})"


def at_most(away: float, bound: float = 1e-12) -> str:
    """Write a difference that is rounding by its bound: its digits are another machine's elsewhere.

    >>> at_most(2.2e-16), at_most(0.0), at_most(0.5)
    ('at most 1e-12', 'at most 1e-12', '5.0e-01')
    """
    return f"at most {bound:.0e}" if away <= bound else f"{away:.1e}"


def grouped(done: Sequence[Done], *keys: str) -> dict[tuple[Any, ...], list[Done]]:
    """Gather the parts that agree in these keys, in the order of their first appearance."""
    groups: dict[tuple[Any, ...], list[Done]] = {}
    for d in done:
        groups.setdefault(tuple(d.part.get(key) for key in keys), []).append(d)
    return groups
