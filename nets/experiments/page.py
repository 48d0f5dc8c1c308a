"""The page of results, written from the files of the experiments and from nothing else.

Each experiment has a section: the command that measured it, the table, the picture and the remarks.
Before them stands one line for each of the documents' rows. Files of `nets train`, of `nets sweep` and
of the best recipe beside them get a section too.
"""

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nets.commands.sweep import summary
from nets.experiments.kit import Done, Experiment, Line
from nets.experiments.record import Record, in_order, load
from nets.experiments.registry import EXPERIMENTS
from nets.experiments.rows import ROWS, Place, Row
from nets.experiments.rows_argued import ARGUED
from nets.extras import UsageError

INTRODUCTION = """# Results

What the documents report, measured by this project. The page is written by

```sh
nets experiment --write {page}
```

from the files in `{folder}`, each of which a command has measured: `nets experiment --list` names the
experiments, and `nets experiment NAME --out {folder}` measures one anew, keeping what is done when it
is stopped. Accuracies are means over the seeds 0, 1, ... with the best and the worst run; that of a run
is its best epoch on the test data, as the documents count it. Times are of one core of a shared
machine.
"""
MISSING = "not measured yet"


def write_up(page: Path, folder: Path) -> str:
    """Return the page for the files in this folder."""
    records = {
        name: load(folder / f"{name}.json")
        for name in EXPERIMENTS
        if (folder / f"{name}.json").exists()
    }
    if not records:
        raise UsageError(
            f"{folder} holds no file of an experiment: measure one with --out {folder}"
        )
    place = folder.relative_to(page.parent).as_posix()
    head = INTRODUCTION.format(page=page.as_posix(), folder=folder.as_posix())
    sections = [head, _rows({name: _table(name, r) for name, r in records.items()})]
    sections += [_section(EXPERIMENTS[name], r, place) for name, r in records.items()]
    sections += [_other(folder / name) for name in OTHERS if (folder / name).exists()]
    return "\n".join(sections)


def _other(path: Path) -> str:
    try:
        return OTHERS[path.name](json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path} does not hold what a file of this name should") from None


def _done(name: str, record: Record) -> list[Done]:
    parts = EXPERIMENTS[name].parts(record.seeds or 0, record.data or "")
    done = in_order(record, parts)
    if len(done) < len(parts):
        raise UsageError(
            f"{name}.json holds {len(done)} of {len(parts)} parts: measure the others with "
            f"{record.command}"
        )
    return done


def _table(name: str, record: Record) -> list[Line]:
    return EXPERIMENTS[name].lines(_done(name, record))


def _rows(tables: dict[str, list[Line]]) -> str:
    """Return the table of the documents' rows."""
    lines = [_rows_line(row, tables) for row in (*ROWS, *ARGUED)]
    head = ("", "what", "in the code", "in the tests", "notebook", "documents", "measured")
    return f"## Row by row\n\n{_markdown(head, lines)}"


def _rows_line(row: Row, tables: dict[str, list[Line]]) -> tuple[str, ...]:
    line = next(
        (x for x in tables.get(row.experiment, ()) if x.what.startswith(row.line)),
        Line(row.line, MISSING, MISSING),
    )
    about = line.what.removeprefix(f"{row.name}: ")
    return (
        row.name, row.what, _places(row.code), _places(row.tests),
        f"[{Path(row.notebook[0]).stem}](../{row.notebook[0]})",
        line.documents or "no figure", f"{about}: {line.measured}",
    )  # fmt: skip


def _places(places: Sequence[Place]) -> str:
    """Return links to files with the names in them."""
    return ", ".join(f"`{name.split()[-1]}` in [{path}](../{path})" for path, name in places)


def _section(experiment: Experiment, record: Record, place: str) -> str:
    """Return the section of one experiment."""
    done = _done(experiment.name, record)
    lines = [(x.what, x.documents or "no figure", x.measured) for x in experiment.lines(done)]
    documents = "documents, on MNIST" if record.data == "digits" else "documents"
    with_what = ", ".join(
        f"{package} {version}" for package, version in record.measured.items() if package != "date"
    )
    picture = f"![{experiment.title}]({place}/{experiment.name}.png)\n\n" if experiment.draw else ""
    told = _wrapped(
        f"{experiment.row}: {experiment.about}. Measured on {record.measured['date']} in "
        f"{record.seconds:,.1f} s with {with_what}:"
    )
    return (
        f"## {experiment.title}\n\n{told}\n```sh\n{record.command}\n```\n\n"
        f"{_markdown(('', documents, 'measured'), lines)}\n{picture}"
        f"{_wrapped(experiment.remarks(done))}"
    )


def _wrapped(text: str) -> str:
    """Break a paragraph into lines."""
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False) + "\n"


def _markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "".join(
        f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |\n" for row in rows
    )


def _best(kept: dict[str, Any]) -> str:
    """Return the section of the best recipe that was found."""
    told = "\n".join(f"- {line}" for line in kept["recipe"])
    return (
        f"## The best network\n\nS19, all techniques together, with hyper-parameters chosen on the "
        f"validation data. Measured in {float(kept['seconds']):,.0f} s:\n\n"
        f"```sh\n{kept['command']}\n```\n\n"
        + _markdown(
            ("", "documents", "measured"),
            [
                ("validation data", "no figure", str(kept["validation"])),
                ("test data", "95.42 % and 96.59 % to improve on", str(kept["test"])),
            ],
        )
        + f"\n{told}\n"
    )


def _train(kept: dict[str, Any]) -> str:
    """Return the section of one run of `nets train`."""
    settings, history = kept["settings"], kept["history"]
    best = max(history, key=lambda entry: entry["correct"])
    options = f"--sizes {','.join(map(str, settings['sizes']))}" + "".join(
        f" --{name} {settings[name]:g}" for name in ("eta", "epochs", "batch", "seed")
    )
    return (
        f"## The 8 x 8 digits\n\nThe digits that come with scikit-learn, 1200 for training, 297 for "
        f"validation and 300 for testing:\n\n"
        f"```sh\nnets train --data {settings['data']} {options}\n```\n\n"
        f"The best epoch, number {best['epoch']}, has {best['correct']} of the {best['total']} test "
        f"digits right ({100 * best['correct'] / best['total']:.2f} %).\n"
    )


def _sweep(kept: dict[str, Any]) -> str:
    """Return the section of one run of `nets sweep`."""
    runs, settings = kept["runs"], kept["settings"]
    chosen = [
        f"--{key} {','.join(f'{v:g}' for v in _values(runs, key))}" for key in ("eta", "hidden")
    ]
    options = " ".join([*chosen, f"--seeds {len(_values(runs, 'seed'))}"])
    return (
        f"The learning rates of chapter 1 on them, {len(runs)} networks:\n\n"
        f"```sh\nnets sweep {options} --epochs {settings['epochs']}\n```\n\n"
        f"```text\n{summary(runs)}\n```\n\n"
        "Too small a rate learns nothing in so few epochs, and with too large a one the neurons "
        "saturate. With 100 hidden neurons and weights drawn from N(0, 1) the seeds differ widely, "
        "because most hidden neurons begin saturated.\n"
    )


def _values(runs: Sequence[dict[str, Any]], key: str) -> list[Any]:
    return list(dict.fromkeys(run[key] for run in runs))


OTHERS = {"best.json": _best, "train.json": _train, "sweep.json": _sweep}
