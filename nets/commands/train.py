"""`nets train`: train a network on digits, with progress, a learning curve and checkpoints."""

import argparse
import json
import math
import sys
import zlib
from pathlib import Path
from typing import Any

from autodiff import say
from autodiff.graphs import files
from autodiff.sources.lines import fitted
from autodiff.table.language import retold
from nets.data import Split
from nets.extras import UsageError, at_least, output_folder, require
from nets.optim import OPTIMISERS, SCHEDULES
from nets.pages.curve import draw_learning_curve
from nets.parts.activations import ACTIVATIONS
from nets.parts.costs import COSTS
from nets.parts.initializers import INITIALIZERS
from nets.runs.checkpoint import Checkpoint, save_checkpoint, sweep_strays
from nets.runs.engines import add_options, engine_of
from nets.runs.expand import EXPANSIONS
from nets.runs.lock import held
from nets.runs.saved import load_run
from nets.runs.scalar_engine import ScalarEngine
from nets.runs.settings import (
    DEFAULTS,
    PRECISIONS,
    check_cost,
    listed,
    load_split,
    output_of,
    start,
)
from nets.runs.shards import on_engine
from nets.runs.stopping import noted_signals
from nets.runs.training import Training, storable


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options; those of the run are absent unless given."""
    parser.argument_default = argparse.SUPPRESS
    add = parser.add_argument
    add("--data", choices=("digits", "mnist"), help=say("cli.nets.train.data"))
    add("--data-dir", type=Path, default=None, help=say("cli.nets.search.data_dir"))
    add("--download", action="store_true", default=False, help=say("cli.nets.train.download"))
    add(
        "--sizes",
        type=listed(int, "sizes such as 784,30,10"),
        help=say("cli.nets.train.sizes"),
    )
    add("--eta", type=float, help=say("cli.nets.train.eta"))
    add("--epochs", type=int, help=say("cli.nets.train.epochs"))
    add("--batch", type=int, help=say("cli.nets.sweep.batch"))
    add("--seed", type=int, help=say("cli.nets.demo.seed"))
    known = ", ".join(ACTIVATIONS)
    add(
        "--activation",
        metavar="NAME",
        choices=ACTIVATIONS,
        help=say("cli.nets.of_every_layer", known=known),
    )
    add("--output", metavar="NAME", choices=ACTIVATIONS, help=say("cli.nets.train.output"))
    add("--cost", choices=COSTS, help=say("cli.nets.train.cost"))
    add("--start", choices=INITIALIZERS, help=say("cli.nets.train.start"))
    add("--optimiser", choices=OPTIMISERS, help=say("cli.nets.train.optimiser"))
    add("--schedule", choices=SCHEDULES, help=say("cli.nets.train.schedule"))
    add("--lmbda", type=float, help=say("cli.nets.train.lmbda"))
    add("--l1", type=float, help=say("cli.nets.train.l1"))
    add("--dropout", type=float, help=say("cli.nets.train.dropout"))
    add("--patience", type=int, help=say("cli.nets.train.patience"))
    add("--monitor", choices=("test", "validation"), help=say("cli.nets.train.monitor"))
    add("--expand", choices=EXPANSIONS, help=say("cli.nets.train.expand"))
    add("--precision", choices=PRECISIONS, help=say("cli.nets.train.precision"))
    add(
        "--final-test",
        action="store_true",
        default=False,
        help=say("cli.nets.train.final_test"),
    )
    add("--checkpoint", type=Path, default=None, help=say("cli.nets.train.checkpoint"))
    add(
        "--checkpoint-every",
        type=int,
        default=None,
        metavar="STEPS",
        help=say("cli.nets.train.checkpoint_every"),
    )
    add(
        "--resume",
        action="store_true",
        default=False,
        help=say("cli.nets.train.resume"),
    )
    add("--out", type=Path, default=Path("out"), help=say("cli.nets.train.out"))
    add(
        "--engine",
        choices=("tensor", "scalar"),
        default="tensor",
        help=say("cli.nets.train.engine"),
    )
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Train as asked and return the exit code; errors are sentences."""
    at_least(1, vars(args), "epochs", "batch", "checkpoint_every")
    at_least(0, vars(args), "seed", "lmbda", "l1", "patience")
    if args.checkpoint_every is not None and args.checkpoint is None:
        raise UsageError("--checkpoint-every needs --checkpoint FILE, where the run is kept")
    with held(args.checkpoint):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    given = {name: value for name, value in vars(args).items() if name in DEFAULTS}
    saved = _saved(args)
    settings = _settings(given, None if saved is None else saved.meta["settings"])
    check_cost(settings)
    bars = require("tqdm")
    require("matplotlib")
    out = output_folder(args.out)
    split = load_split(settings["data"], args.data_dir, args.download)
    training = start(settings, split)
    settings["sizes"] = training.net.sizes
    fingerprint = _fingerprint(split)
    if saved is not None:
        if saved.meta.get("data") != fingerprint:
            raise UsageError(f"{args.checkpoint} was made with other data than those given")
        training.restore(saved.meta["training"], saved.arrays)
        print(fitted(say("cli.nets.train.resuming", path=args.checkpoint, epoch=training.epoch)))

    def save() -> None:
        if args.checkpoint is not None:
            meta, arrays = training.state()
            whole = {"settings": settings, "data": fingerprint, "training": meta}
            save_checkpoint(args.checkpoint, whole, arrays)

    def on_step() -> None:
        bar.update()
        if args.checkpoint_every and training.position % args.checkpoint_every == 0:
            save()

    def on_epoch() -> None:
        entry = training.history[-1]
        bar.write(f"Epoch {entry['epoch']}: {entry['correct']} / {entry['total']}", sys.stdout)
        sys.stdout.flush()
        if training.diverged == entry["epoch"]:
            bar.write(_diverged(settings, entry["epoch"]), sys.stderr)
        save()
        _write_history(out, settings, training)

    save()  # an unwritable checkpoint is found now, not after the first epoch
    total = settings["epochs"] * training.steps

    def rescue() -> str:
        save()
        return (
            f"{args.checkpoint} holds the run" if args.checkpoint else "no --checkpoint was given"
        )

    if args.engine == "scalar":
        try:
            training.take_step = ScalarEngine(training).step
        except ValueError as error:
            raise UsageError(str(error)) from None
    with (
        engine_of(args) as engine,
        on_engine(training, engine, rescue),
        noted_signals() as caught,
        bars.tqdm(total=total, initial=training.steps_done, unit="batch", disable=None) as bar,
    ):
        finished = training.run(on_step, on_epoch, lambda: bool(caught))
    if not finished:
        save()
    code = _report(args, settings, training, out, finished)
    if finished and args.final_test:
        right, total = training.net.evaluate(split.test), len(split.test)
        share = f"{100 * right / total:.2f}"
        print(fitted(say("cli.nets.train.test", right=right, total=total, share=share)))
    return code


def _saved(args: argparse.Namespace) -> Checkpoint | None:
    """Return the checkpoint to go on from, if any; nothing is ever overwritten unasked."""
    path = args.checkpoint
    if path is None:
        if args.resume:
            raise UsageError("--resume needs --checkpoint FILE, the run to go on with")
        return None
    if path.is_dir():
        raise UsageError(f"--checkpoint {path} is a folder: add a file name, as in {path}/run.npz")
    if path.parent.is_dir():
        sweep_strays(path)
    if not path.exists():
        return None
    if not args.resume:
        raise UsageError(f"{path} exists: add --resume to go on with it, or give another name")
    return load_run(path)


def _settings(given: dict[str, Any], saved: dict[str, Any] | None) -> dict[str, Any]:
    """Put what was given over the defaults, or over what the checkpoint says if they agree."""
    settings = DEFAULTS | given
    if saved is None:
        return settings
    fixed = saved["patience"] or saved["schedule"] != "constant"
    used = saved | {"output": output_of(saved)}
    if used["sizes"] is None:  # a checkpoint of before sizes were kept: its arrays decide
        used["sizes"] = given.get("sizes")
    for name, value in given.items():
        if value != used[name] and (name != "epochs" or fixed):
            raise UsageError(
                f"the checkpoint was made with --{name} {_typed(used[name])}, not {_typed(value)}: "
                f"leave --{name} away, or start anew with another checkpoint"
            )
    return saved | given


def _typed(value: Any) -> str:
    """Return a setting as it is typed."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _fingerprint(split: Split) -> list[int]:
    """Return a checksum of what is trained and scored on, as a list of numbers."""
    return [zlib.crc32(array.tobytes()) for part in split for array in (part.inputs.T, part.labels)]


def _write_history(out: Path, settings: dict[str, Any], training: Training) -> None:
    text = json.dumps({"settings": settings, "history": storable(training.history)}, indent=1)
    files.write(out / "history.json", text + "\n")


def _diverged(settings: dict[str, Any], epoch: int) -> str:
    """Say that the run has left the numbers, and what to lower."""
    lower = [f"--{name} ({settings[name]:g})" for name in ("eta", "lmbda", "l1") if settings[name]]
    told = (
        f"the cost is not a finite number since epoch {epoch}, so what is learnt from there "
        f"on is worth nothing: lower {' or '.join(lower)}"
    )
    return f"nets: {retold(told)}"


def _report(
    args: argparse.Namespace,
    settings: dict[str, Any],
    training: Training,
    out: Path,
    finished: bool,
) -> int:
    """Write the curve, say what there is, and return the exit code."""
    written = ""
    if training.history:
        title = f"{training.net.sizes}, eta = {settings['eta']}, seed {settings['seed']}"
        curve = draw_learning_curve(training.history, out / "learning_curve.png", title)
        written = say("cli.nets.train.both", curve=curve, history=out / "history.json")
    if not finished:
        kept = (
            say("cli.nets.train.kept", path=args.checkpoint)
            if args.checkpoint
            else say("cli.nets.train.not_kept")
        )
        seen = f"; see {written}" if written else ""
        told = say("cli.nets.train.stopped", epoch=training.epoch, kept=kept)
        print(f"{told}{seen}", file=sys.stderr)
        return 130
    best = training.best_epoch
    share = 100 * best["correct"] / best["total"]
    if math.isfinite(best["cost"]):
        shown = {"right": best["correct"], "total": best["total"], "share": f"{share:.2f}"}
        print(fitted(say("cli.nets.train.best", epoch=best["epoch"], **shown)))
    else:
        print(fitted(say("cli.nets.train.none")))
    from nets.pages.report import write_report

    about = f"{settings['data']}, eta = {settings['eta']}, seed {settings['seed']}"
    report = write_report(out / "report.html", training, about)
    print(fitted(say("cli.nets.train.wrote", written=written, report=report)))
    return 0
