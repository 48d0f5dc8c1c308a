"""`nets search`: hyper-parameters by the documents' heuristics, chosen on the validation data.

Chapter 3 turns one knob at a time, on few examples and few epochs, so that every try is quick. First
eta: the largest order of magnitude with which the cost still falls from epoch to epoch, and half of
it. Then lambda, in powers of ten around n/50,000. Then the size of the mini-batch. Every try is kept
in search.json, so a search that was stopped goes on where it was.
"""

import argparse
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autodiff import say
from autodiff.graphs import files
from nets.data import Split
from nets.extras import UsageError, at_least, output_folder, require
from nets.runs.settings import DEFAULTS, load_split, start
from nets.runs.stopping import noted_signals
from nets.runs.training import storable

ETAS = (0.01, 0.1, 1.0, 10.0, 100.0)
LAMBDAS = (0.0, 0.1, 1.0, 10.0)
BATCHES = (5, 10, 20, 50)
Settings = dict[str, Any]
Try = Callable[[Settings], dict[str, Any]]


def falls(costs: list[float | None]) -> bool:
    """Return whether the cost goes down in every epoch: no oscillation, no saturation, always finite.

    >>> falls([3.0, 2.0, 1.5]), falls([3.0, 1.0, 2.0])
    (True, False)
    """
    finite = [cost for cost in costs if cost is not None]
    return finite == costs and all(after < before for before, after in itertools.pairwise(finite))


def search(attempt: Try, base: Settings, n: int) -> Settings:
    """Return the settings that the heuristics arrive at; `attempt` trains and scores one try."""
    falling = [eta for eta in ETAS if falls(attempt(base | {"eta": eta})["cost"])]
    threshold = max(falling, default=min(ETAS))
    refined = [threshold * factor for factor in (0.25, 0.5, 1.0, 2.0, 5.0)]
    found = _best(attempt, base, "eta", refined)
    found = _best(attempt, found, "lmbda", [v * n / 50_000 for v in LAMBDAS])
    return _best(attempt, found, "batch", BATCHES)


def _best(attempt: Try, settings: Settings, name: str, values: Any) -> Settings:
    """Return the settings with the value that scores best, the first of several."""
    tries = [settings | {name: value} for value in values]
    return max(tries, key=lambda one: attempt(one)["correct"])


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add("--data", choices=("digits", "mnist"), default="digits", help=say("cli.nets.search.data"))
    add("--data-dir", type=Path, help=say("cli.nets.search.data_dir"))
    add("--hidden", type=int, default=30, help=say("cli.nets.search.hidden"))
    add("--epochs", type=int, default=5, help=say("cli.nets.search.epochs"))
    add("--examples", type=int, default=1000, help=say("cli.nets.search.examples"))
    add("--out", type=Path, default=Path("out/search"), help=say("cli.nets.search.out"))


def run(args: argparse.Namespace) -> int:
    """Search as asked, print each try and what was found, and return the exit code."""
    at_least(1, vars(args), "hidden", "epochs", "examples")
    bars = require("tqdm")
    out = output_folder(args.out)
    whole = load_split(args.data, args.data_dir)
    split = Split(whole.training[: args.examples], whole.validation, whole.test)
    n = len(split.training)
    base = DEFAULTS | {
        "data": args.data, "monitor": "validation", "cost": "cross_entropy", "start": "scaled",
        "sizes": [len(split.training.inputs), args.hidden, len(split.training.targets)],
        "epochs": args.epochs,
    }  # fmt: skip
    kept = _load(out / "search.json", n)
    print(say("cli.nets.search.head"))
    with noted_signals() as caught, bars.tqdm(unit="try", disable=None) as bar:

        def attempt(settings: Settings) -> dict[str, Any]:
            key = json.dumps(settings, sort_keys=True)
            if key not in kept:
                if caught:
                    raise KeyboardInterrupt
                training = start(settings, split)
                if not training.run(should_stop=lambda: bool(caught)):
                    raise KeyboardInterrupt
                history = training.history
                kept[key] = {
                    "correct": max(entry["correct"] for entry in history),
                    "total": history[-1]["total"],
                    "cost": [entry["cost"] for entry in storable(history)],
                }
                text = json.dumps({"examples": n, "tries": kept}, indent=1)
                files.write(out / "search.json", text + "\n")
                bar.write(_line(settings, kept[key]))
            bar.update()
            result: dict[str, Any] = kept[key]
            return result

        found = search(attempt, base, n)
    reached = _line(found, kept[json.dumps(found, sort_keys=True)])
    print(say("cli.nets.search.found", line=reached))
    command = (
        f"nets train --data {args.data} --cost cross_entropy \\\n"
        f"    --start scaled --eta {found['eta']:g} "
        f"--lmbda {found['lmbda'] * len(whole.training) / n:g} --batch {found['batch']}"
    )
    print(say("cli.nets.search.then", command=command))
    return 0


def _load(path: Path, n: int) -> dict[str, Any]:
    """Return the tries that were made before; a UsageError if the file is of something else."""
    if not path.exists():
        return {}
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        tries: dict[str, Any] = saved["tries"]
        if saved["examples"] != n or any(
            t.keys() != {"correct", "total", "cost"} for t in tries.values()
        ):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path} holds another search: give --out another folder") from None
    return tries


def _line(settings: Settings, result: dict[str, Any]) -> str:
    share = 100 * result["correct"] / result["total"]
    first, last = (math.nan if c is None else c for c in (result["cost"][0], result["cost"][-1]))
    return (
        f"{settings['eta']:7g} {settings['lmbda']:7g} {settings['batch']:6}   {share:8.2f} %   "
        f"{first:10.4f} {last:8.4f}"
    )
