"""`nets sweep`: train with every combination of eta, hidden neurons and seed, and compare them.

Each run is a task of its own, here, on local processes or on a cluster. What is done is kept in
sweep.json after every run, so a sweep that was stopped goes on where it was.
"""

import argparse
import csv
import io
import itertools
import json
import math
from pathlib import Path
from typing import Any

from autodiff import say
from autodiff.graphs import files
from autodiff.sources.lines import fitted
from autodiff.table.language import padded
from nets.extras import UsageError, at_least, output_folder, require
from nets.pages.fonts import new_figure, written
from nets.runs.engines import EngineError, add_options, engine_of
from nets.runs.settings import DEFAULTS, data_folder, listed, load_split, start

COLUMNS = ("eta", "hidden", "seed", "best", "best_epoch", "last", "total", "cost")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add(
        "--eta",
        type=listed(float, "rates such as 0.01,3"),
        default=[3.0],
        help=say("cli.nets.sweep.eta"),
    )
    add(
        "--hidden",
        type=listed(int, "sizes such as 30,100"),
        default=[30],
        help=say("cli.nets.sweep.hidden"),
    )
    add("--seeds", type=int, default=1, help=say("cli.nets.sweep.seeds"))
    add("--data", choices=("digits", "mnist"), default="digits", help=say("cli.nets.search.data"))
    add("--data-dir", type=Path, help=say("cli.nets.search.data_dir"))
    add("--epochs", type=int, default=10, help=say("cli.nets.sweep.epochs"))
    add("--batch", type=int, default=10, help=say("cli.nets.sweep.batch"))
    add("--out", type=Path, default=Path("out/sweep"), help=say("cli.nets.sweep.out"))
    add_options(parser)


def one_run(settings: dict[str, Any], folder: str | None) -> dict[str, Any]:
    """Train once with these settings and return the row of the table. Runs on a worker."""
    split = load_split(settings["data"], Path(folder) if folder else None)
    hidden = settings["hidden"]
    inputs, outputs = len(split.training.inputs), len(split.training.targets)
    chosen = {k: v for k, v in settings.items() if k in DEFAULTS}
    run = start(DEFAULTS | chosen | {"sizes": [inputs, hidden, outputs]}, split)
    run.run()
    last = run.history[-1]
    return {
        "eta": settings["eta"],
        "hidden": hidden,
        "seed": settings["seed"],
        "best": run.best_epoch["correct"],
        "best_epoch": run.best_epoch["epoch"],
        "last": last["correct"],
        "total": last["total"],
        "cost": last["cost"] if math.isfinite(last["cost"]) else None,
    }


def run(args: argparse.Namespace) -> int:
    """Run what is not done yet, and write table, plot and CSV."""
    at_least(1, vars(args), "seeds", "epochs", "batch")
    for hidden in args.hidden:
        at_least(1, {"hidden": hidden}, "hidden")
    for eta in args.eta:
        if not 0 < eta < math.inf:
            raise UsageError(f"--eta has {eta:g} in it: each must be a positive number")
    folder = data_folder(args.data, args.data_dir)
    bars = require("tqdm")
    require("matplotlib")
    out = output_folder(args.out)
    common = {"data": args.data, "epochs": args.epochs, "batch": args.batch}
    done = _load(out / "sweep.json", common)
    every = itertools.product(args.eta, args.hidden, range(args.seeds))
    wanted = list(dict.fromkeys(every))  # what is given twice is one run
    tasks = [
        (
            common | {"eta": eta, "hidden": hidden, "seed": seed},
            str(folder) if args.data == "mnist" else None,
        )
        for eta, hidden, seed in wanted
        if (eta, hidden, seed) not in done
    ]

    with bars.tqdm(total=len(wanted), initial=len(wanted) - len(tasks), disable=None) as bar:

        def keep(_: int, row: dict[str, Any]) -> None:
            done[row["eta"], row["hidden"], row["seed"]] = row
            text = json.dumps({"settings": common, "runs": list(done.values())}, indent=1)
            files.write(out / "sweep.json", text + "\n")
            bar.update()

        with engine_of(args) as engine:
            if engine is None:
                for i, task in enumerate(tasks):
                    keep(i, one_run(*task))
            else:
                try:
                    engine.run(one_run, tasks, keep)
                except EngineError as error:
                    raise UsageError(f"{error}; {out / 'sweep.json'} holds what is done") from None
    rows = [done[key] for key in wanted]
    _write(rows, out)
    return 0


def _load(path: Path, common: dict[str, Any]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the runs that are done, by eta, hidden and seed."""
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        settings = kept["settings"]
        done = {
            (r["eta"], r["hidden"], r["seed"]): {c: r[c] for c in COLUMNS} for r in kept["runs"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is not a sweep: give --out another folder") from None
    if settings != common:
        raise UsageError(f"{path} is a sweep with {settings}: give --out another folder")
    return done


def _write(rows: list[dict[str, Any]], out: Path) -> None:
    """Print the table, and write the CSV and the plot."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    table = files.write(out / "sweep.csv", text.getvalue())
    print(summary(rows))
    wrote = f"{table}, {_plot(_groups(rows), out / 'sweep.png')}"
    print(fitted(say("cli.nets.wrote", what=wrote)))


def summary(rows: list[dict[str, Any]]) -> str:
    """Lay the best, mean and worst share of every setting out as a table."""
    named = (("hidden", 7), ("runs", 5), ("best", 8), ("mean", 8), ("worst", 8))
    columns = [padded(say(f"cli.nets.sweep.col_{name}"), -wide) for name, wide in named]
    head = " ".join([f"{'eta':>8}", *columns])
    lines = [
        f"{eta:>8g} {hidden:>7} {len(shares):>5} {max(shares):>8.2f} "
        f"{sum(shares) / len(shares):>8.2f} {min(shares):>8.2f}"
        for (eta, hidden), shares in _groups(rows).items()
    ]
    return "\n".join([head, *lines])


def _groups(rows: list[dict[str, Any]]) -> dict[tuple[float, int], list[float]]:
    """Return the shares of right answers, in per cent, of every setting."""
    groups: dict[tuple[float, int], list[float]] = {}
    for row in rows:
        share = 100.0 * row["best"] / row["total"]
        groups.setdefault((row["eta"], row["hidden"]), []).append(share)
    return groups


def _plot(groups: dict[tuple[float, int], list[float]], path: Path) -> Path:
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    for hidden in dict.fromkeys(h for _, h in groups):
        points = sorted((eta, shares) for (eta, h), shares in groups.items() if h == hidden)
        means = [sum(shares) / len(shares) for _, shares in points]
        below = [m - min(shares) for m, (_, shares) in zip(means, points, strict=True)]
        above = [max(shares) - m for m, (_, shares) in zip(means, points, strict=True)]
        axes.errorbar(
            [eta for eta, _ in points], means, yerr=[below, above], fmt="o-", capsize=3,
            label=say("plot.hidden", n=hidden),
        )  # fmt: skip
    axes.set(xscale="log", xlabel=say("plot.eta"), ylabel=say("plot.best"))
    axes.grid(alpha=0.3)
    axes.legend()
    return files.write(path, written(figure, format="png", dpi=120))
