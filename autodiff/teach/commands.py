"""`autodiff teach`: hand out sheets, mark files of answers, export to nbgrader and otter-grader.

A file of answers is Python that gives the names of the questions their values: numbers, arrays,
formulas as text, functions. It is run, as every submission of code is, so mark what you would run.
"""

import argparse
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autodiff.table.language import say
from autodiff.teach import handout, nbgrader, otter, prairielearn
from autodiff.teach.sheets import SUBJECTS, Sheet, sheet

LONGEST = 60  # letters of a file's name: of three bytes each they still fit a folder


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int | None]) -> argparse.ArgumentParser:
        about = say(f"cli.teach_{name}")
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(run=run)
        return added

    handed = command("sheet", _sheet)
    handed.add_argument("subject", choices=SUBJECTS, help=say("cli.teach_subject"))
    whose = handed.add_mutually_exclusive_group(required=True)
    whose.add_argument("--student", metavar="NAME", help=say("cli.teach_student"))
    whose.add_argument("--students", metavar="FILE", type=Path, help=say("cli.teach_students"))
    handed.add_argument("--solved", action="store_true", help=say("cli.teach_solved"))
    handed.add_argument("-o", dest="out", metavar="PATH", type=Path, help=say("cli.teach_out"))
    forms = [form.removeprefix(".") for form in handout.FORMS]
    handed.add_argument("--form", choices=forms, default=forms[0], help=say("cli.teach_form"))
    checked = command("check", _check)
    checked.add_argument("subject", choices=SUBJECTS, help=say("cli.teach_subject"))
    checked.add_argument("file", metavar="FILE", type=Path, help=say("cli.teach_file"))
    checked.add_argument("--student", metavar="NAME", required=True, help=say("cli.teach_student"))
    for name, run in (("nbgrader", _nbgrader), ("otter", _otter), ("prairielearn", _prairielearn)):
        exported = command(name, run)
        exported.add_argument("folder", metavar="FOLDER", type=Path, help=say("cli.teach_folder"))
        exported.add_argument(
            "subjects",
            nargs="*",
            metavar="SUBJECT",
            help=f"{', '.join(SUBJECTS)} ({say('cli.all')})",
        )


def _sheet(args: Any) -> None:
    if args.students is None:
        page = sheet(args.subject, _named(args.student))
        if args.out is None:
            print(handout.text(page, args.solved), end="")
        else:
            print(handout.save(page, args.out, args.solved))
        return
    names = [n.strip() for n in args.students.read_text(encoding="utf-8").splitlines() if n.strip()]
    if not names:
        raise ValueError(f"--students {args.students}: the file has no names, one a line")
    folder = Path("sheets") if args.out is None else args.out
    folder.mkdir(parents=True, exist_ok=True)
    for name, own in zip(names, _file_names(names), strict=True):
        place = folder / f"{own}{'-solved' if args.solved else ''}.{args.form}"
        print(handout.save(sheet(args.subject, name), place, args.solved))


def _named(student: str) -> str:
    """Refuse a sheet for nobody, whose numbers everybody would have."""
    if not student.strip():
        raise ValueError(
            "--student is empty: give the name from which the numbers of the sheet follow"
        )
    return student


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name).lstrip(".") or "_"


def _file_names(names: list[str]) -> list[str]:
    """Return a file's name for each student, none twice, also where a disk takes `Taro` for `taro`."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        start = own = _file_name(name)[:LONGEST]
        number = 1
        while own.casefold() in taken:
            number += 1
            own = f"{start}-{number}"
        taken.add(own.casefold())
        found.append(own)
    return found


def _check(args: Any) -> int:
    page = sheet(args.subject, _named(args.student))
    return 0 if all(_marks(page, answers_of(args.file, page))) else 1


def answers_of(path: Path, page: Sheet) -> dict[str, Any]:
    """Run a file of answers and return those of the sheet; a ValueError says what is wrong with it."""
    if not path.is_file():
        raise ValueError(f"{path} is no file of answers")
    try:
        # What a sheet gives is there under its names, as in the notebooks.
        given: dict[str, Any] = {"sheet": page}
        exec(page.setup, given)
        scope = runpy.run_path(str(path), init_globals=given)
    except (Exception, SystemExit) as e:  # whatever a student's code may raise
        told = f"{type(e).__name__}: {e}".splitlines()[0]
        raise ValueError(f"{path} cannot be run: {told}") from None
    asked = {q.name for q in page.questions}
    answers = {k: v for k, v in scope.items() if k in asked}
    if not answers:
        raise ValueError(f"{path} answers nothing; asked are {', '.join(sorted(asked))}")
    return answers


def _marks(page: Sheet, answers: dict[str, Any]) -> list[bool]:
    marks = page.mark({q.name: answers.get(q.name) for q in page.questions})
    for name, mark in marks.items():
        print(f"{name}: {mark.said}")
    found = [mark.counts for mark in marks.values()]
    print(say("teach.score", right=sum(found), n=len(found)))
    return found


def _chosen(subjects: list[str]) -> list[str]:
    for name in subjects:
        sheet(name)
    return subjects or list(SUBJECTS)


def _nbgrader(args: Any) -> None:
    for path in nbgrader.export(args.folder, _chosen(args.subjects)):
        print(path)


def _otter(args: Any) -> None:
    for path in otter.export(args.folder, _chosen(args.subjects)):
        print(path)


def _prairielearn(args: Any) -> None:
    for path in prairielearn.export(args.folder, _chosen(args.subjects)):
        print(path)
