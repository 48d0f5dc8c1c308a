"""The page of results, written from the files of the experiments and from nothing else.

Each experiment has a section: the command that measured it, the table, the picture and the remarks.
Before them stands one line for each of the documents' rows. Files of `nets train`, of `nets sweep` and
of the best recipe beside them get a section too. The page is in the language that is spoken.
"""

import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autodiff import say
from autodiff.table.language import language
from nets.commands.sweep import summary
from nets.experiments.kit import Done, Experiment, Line
from nets.experiments.record import Record, in_order, load
from nets.experiments.registry import EXPERIMENTS
from nets.experiments.rows import ROWS, Place, Row
from nets.experiments.rows_argued import ARGUED
from nets.experiments.words import spoken
from nets.extras import UsageError


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
    head = say("results_page.intro", page=page.as_posix(), folder=folder.as_posix()) + _stop("\n")
    sections = [head, _rows({name: _table(name, r) for name, r in records.items()})]
    sections += [_section(EXPERIMENTS[name], r, place) for name, r in records.items()]
    sections += [_other(folder / name) for name in OTHERS if (folder / name).exists()]
    return "\n".join(sections)


def drawings(folder: Path) -> Iterator[tuple[Path, Experiment, list[Done]]]:
    """Yield, for each picture of the page that its language has for itself, what it is drawn from."""
    for name, experiment in EXPERIMENTS.items():
        kept = folder / f"{name}.json"
        if language() != "en" and experiment.draw is not None and kept.exists():
            yield folder / _picture(name), experiment, _done(name, load(kept))


def _picture(name: str) -> str:
    return f"{name}.png" if language() == "en" else f"{name}.{language()}.png"


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
    heads = ("what", "code", "tests", "notebook", "documents", "measured")
    head = ("", *(say(f"results_page.{name}") for name in heads))
    return f"## {say('results_page.rows')}\n\n{_markdown(head, lines)}"


def _rows_line(row: Row, tables: dict[str, list[Line]]) -> tuple[str, ...]:
    line = next(
        (x for x in tables.get(row.experiment, ()) if x.what.startswith(row.line)),
        Line(row.line, *2 * (say("results_page.missing"),)),
    )
    about = line.what.removeprefix(f"{row.name}: ")
    book = Path(row.notebook[0])
    ending = ".ipynb" if language() == "en" else f".{language()}.ipynb"
    return (
        row.name, spoken(row.what), _places(row.code), _places(row.tests),
        f"[{book.stem}](../{book.with_suffix(ending).as_posix()})",
        spoken(line.documents) or say("results_page.no_figure"),
        spoken(f"{about}: {line.measured}"),
    )  # fmt: skip


def _places(places: Sequence[Place]) -> str:
    """Return links to files with the names in them."""
    return ", ".join(
        say("results_page.name_in_file", name=name.split()[-1], path=path) for path, name in places
    )


def _section(experiment: Experiment, record: Record, place: str) -> str:
    """Return the section of one experiment."""
    done = _done(experiment.name, record)
    lines = [
        (spoken(x.what), spoken(x.documents) or say("results_page.no_figure"), spoken(x.measured))
        for x in experiment.lines(done)
    ]
    documents = "documents_mnist" if record.data == "digits" else "documents"
    tools = ", ".join(f"{k} {version}" for k, version in record.measured.items() if k != "date")
    title = spoken(experiment.title)
    picture = f"![{title}]({place}/{_picture(experiment.name)})\n\n" if experiment.draw else ""
    rows = experiment.row.replace(" to ", say("results_page.through"))
    told = say(
        "results_page.told", row=rows, about=spoken(experiment.about), tools=tools,
        date=record.measured["date"], seconds=f"{record.seconds:,.1f}",
    )  # fmt: skip
    return (
        f"## {title}\n\n{_wrapped(told)}\n```sh\n{record.command}\n```\n\n"
        f"{_table_of(documents, lines)}\n{picture}"
        f"{_wrapped(spoken(experiment.remarks(done)))}"
    )


def _table_of(documents: str, lines: Sequence[Sequence[str]]) -> str:
    heads = (say(f"results_page.{documents}"), say("results_page.measured"))
    return _markdown(("", *heads), lines)


def _stop(after: str = "") -> str:
    """Return what ends a sentence, and what follows it."""
    return ("." if language() == "en" else "。") + after


def _wrapped(text: str) -> str:
    """Break a paragraph into lines; one without blanks between its words stays one line."""
    if language() != "en":
        return text + "\n"
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False) + "\n"


def _markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "".join(
        f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |\n" for row in rows
    )


def _best(kept: dict[str, Any]) -> str:
    """Return the section of the best recipe that was found."""
    told = "\n".join(f"- {spoken(line)}" for line in kept["recipe"])
    rows = [
        (say("results_page.validation"), say("results_page.no_figure"), spoken(kept["validation"])),
        (say("results_page.test"), spoken("95.42 % and 96.59 % to improve on"), spoken(kept["test"])),
    ]  # fmt: skip
    said = say("results_page.best_told", seconds=f"{float(kept['seconds']):,.0f}")
    return (
        f"## {say('results_page.best')}\n\n{said}\n\n```sh\n{kept['command']}\n```\n\n"
        f"{_table_of('documents', rows)}\n{told}\n"
    )


def _train(kept: dict[str, Any]) -> str:
    """Return the section of one run of `nets train`."""
    settings, history = kept["settings"], kept["history"]
    best = max(history, key=lambda entry: entry["correct"])
    options = f"--sizes {','.join(map(str, settings['sizes']))}" + "".join(
        f" --{name} {settings[name]:g}" for name in ("eta", "epochs", "batch", "seed")
    )
    reached = say(
        "results_page.small_best", epoch=best["epoch"], correct=best["correct"],
        total=best["total"], share=f"{100 * best['correct'] / best['total']:.2f}",
    )  # fmt: skip
    return (
        f"## {say('results_page.small')}\n\n{say('results_page.small_told')}\n\n"
        f"```sh\nnets train --data {settings['data']} {options}\n```\n\n{reached}{_stop()}\n"
    )


def _sweep(kept: dict[str, Any]) -> str:
    """Return the section of one run of `nets sweep`."""
    runs, settings = kept["runs"], kept["settings"]
    chosen = [
        f"--{key} {','.join(f'{v:g}' for v in _values(runs, key))}" for key in ("eta", "hidden")
    ]
    options = " ".join([*chosen, f"--seeds {len(_values(runs, 'seed'))}"])
    return (
        f"{say('results_page.sweep_told', networks=len(runs))}\n\n"
        f"```sh\nnets sweep {options} --epochs {settings['epochs']}\n```\n\n"
        f"```text\n{summary(runs)}\n```\n\n{say('results_page.sweep_said')}{_stop()}\n"
    )


def _values(runs: Sequence[dict[str, Any]], key: str) -> list[Any]:
    return list(dict.fromkeys(run[key] for run in runs))


OTHERS = {"best.json": _best, "train.json": _train, "sweep.json": _sweep}
