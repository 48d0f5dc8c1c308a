"""`nets experiment`: reproduce an experiment of the documents, with their figures beside the measured.

Every part that is measured is kept at once in NAME.json, so a run that was stopped goes on where it
was; the table is printed and written to NAME.txt, the picture to NAME.png.
"""

import argparse
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from autodiff import say
from autodiff.graphs import files
from autodiff.sources.lines import WIDTH, beside, fitted
from nets.data import DataError, Split
from nets.experiments.kit import Done, Experiment, Line, Work
from nets.experiments.page import drawings, write_up
from nets.experiments.record import Record, in_order, load
from nets.experiments.registry import EXPERIMENTS
from nets.experiments.words import spoken
from nets.extras import UsageError, output_folder, require
from nets.pages.fonts import new_figure, written
from nets.runs.settings import load_split
from nets.runs.stopping import noted_signals


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add(
        "name", nargs="?", choices=EXPERIMENTS, metavar="NAME", help=say("cli.nets.experiment.name")
    )
    add("--list", action="store_true", help=say("cli.nets.experiment.list"))
    add("--write", type=Path, metavar="PAGE", help=say("cli.nets.experiment.write"))
    add("--seeds", type=int, metavar="N", help=say("cli.nets.experiment.seeds"))
    add("--data", type=Path, metavar="DIR", help=say("cli.nets.experiment.data"))
    add("--out", type=Path, default=Path("out/experiments"), help=say("cli.nets.experiment.out"))


def run(args: argparse.Namespace) -> int:
    """Measure what is missing, and write table and picture."""
    if args.list:
        print(fitted(listing()))
        return 0
    if args.write is not None:
        folder = args.write.with_name(args.write.name.partition(".")[0])
        text = write_up(args.write, folder)
        for path, experiment, done in drawings(folder):
            files.write(path, picture(experiment, done))
        print(say("cli.nets.wrote", what=files.write(args.write, text)))
        return 0
    if args.name is None:
        raise UsageError("give the NAME of an experiment: nets experiment --list says which")
    experiment = EXPERIMENTS[args.name]
    seeds = _seeds(experiment, args.seeds)
    if args.data is not None and not experiment.takes_data:
        raise UsageError(f"{args.name} reads no digits: leave --data away")
    bars = require("tqdm")
    require("matplotlib")
    out = output_folder(args.out)
    split, data = _split(experiment, args.data)
    record = _record(experiment, out / f"{args.name}.json", seeds, args.data, data)
    parts = experiment.parts(record.seeds or 0, data or "")
    missing = [part for part in parts if record.find(part) is None]
    sizes = [experiment.size(part) for part in parts]
    left = sum(experiment.size(part) for part in missing)
    with (
        noted_signals() as caught,
        bars.tqdm(total=sum(sizes), initial=sum(sizes) - left, disable=None) as bar,
    ):
        for part in missing:
            work = Work(
                split, args.data, out / f"{args.name}.npz", bar.update, lambda: bool(caught)
            )
            try:
                work.tick(0)
                result = experiment.measure(part, work)
            except KeyboardInterrupt:
                return _stopped(record, len(parts), out / f"{args.name}.json")
            record.add(part, result, work.seconds)
            record.save(out / f"{args.name}.json")
    done = in_order(record, parts)
    text = table(experiment.lines(done), record.data)
    print(text)
    told = spoken(experiment.remarks(done))
    print(textwrap.fill(told, WIDTH) if told.isascii() else fitted(told))
    written = files.write(out / f"{args.name}.txt", text + "\n")
    drawn = ""
    if experiment.draw is not None:
        drawn = f"{files.write(out / f'{args.name}.png', picture(experiment, done))}, "
    wrote = f"{drawn}{written}, {out / f'{args.name}.json'}"
    print(fitted(say("cli.nets.wrote", what=wrote)))
    return 0


def listing() -> str:
    """Name the experiments, one a line."""
    wide = max(map(len, EXPERIMENTS))
    return "\n".join(
        f"{e.name:{wide}}  {spoken(f'{e.title}: {e.about}')}" for e in EXPERIMENTS.values()
    )


def table(lines: Sequence[Line], data: str | None) -> str:
    """Lay the lines out in three columns, no wider than a terminal."""
    head = say(f"results_page.{'documents_mnist' if data == 'digits' else 'documents'}")
    rows = [("", head, say("results_page.measured"))]
    rows += [(spoken(x.what), spoken(x.documents), spoken(x.measured)) for x in lines]
    return beside(rows)


def picture(experiment: Experiment, done: Sequence[Done]) -> bytes:
    """Draw what was measured, as PNG."""
    assert experiment.draw is not None
    figure = new_figure(10, 3.6)
    experiment.draw(figure, done)
    return written(figure, format="png", dpi=100, metadata={"Software": None})


def _seeds(experiment: Experiment, given: int | None) -> int | None:
    if experiment.seeds is None and given is not None:
        raise UsageError(f"nothing of {experiment.name} is drawn at random: leave --seeds away")
    if given is not None and given < 1:
        raise UsageError(f"--seeds is {given}: it must be at least 1")
    return experiment.seeds if given is None else given


def _split(experiment: Experiment, folder: Path | None) -> tuple[Split | None, str | None]:
    """Load the digits that the experiment asks for, and say which they are."""
    if not experiment.takes_data:
        return None, None
    data = "digits" if folder is None else "mnist"
    try:
        return load_split(data, folder), data
    except DataError as error:
        raise UsageError(f"--data {folder}: {error}" if folder else str(error)) from None


def _record(
    experiment: Experiment, path: Path, seeds: int | None, folder: Path | None, data: str | None
) -> Record:
    """Go on with what was measured, or start anew."""
    words = ["nets experiment", experiment.name]
    kept = load(path) if path.exists() else Record(experiment.name, data, seeds, "")
    if kept.experiment != experiment.name or kept.data != data:
        raise UsageError(
            f"{path} was measured on {kept.data or kept.experiment}: give --out another folder"
        )
    if seeds is not None:
        kept.seeds = max(seeds, kept.seeds or 0)
        words.append(f"--seeds {kept.seeds}")
    if folder is not None:
        words.append(f"--data {folder}")
    kept.command = " ".join(words)
    return kept


def _stopped(record: Record, total: int, path: Path) -> int:
    if record.done:
        told = say("cli.nets.experiment.stopped", path=path, done=len(record.done), total=total)
    else:
        told = say("cli.nets.experiment.stopped_first")
    print(told, file=sys.stderr)
    return 130
