"""The `autodiff` command: draw, play and explain the graph of a formula, and practise on others.

Each subcommand imports what it needs when it is called. Whatever is wrong with what was given ends
in one sentence on stderr and a non-zero exit; files appear whole or not at all.
"""

import argparse
import contextlib
import itertools
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import autodiff
from autodiff.sources.options import Parser, one_line
from autodiff.table.language import LANGUAGES, asked, retold, say

TAKING = ("-o", "--at", "--theme", "--wrt", "--top")  # options that a value follows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        with asked(sys.argv[1:] if arguments is None else arguments) as rest:
            return _answered(rest)
    except ValueError as error:  # the language that was asked for is none
        _say(str(error))
        return 1


def _answered(arguments: Sequence[str]) -> int:
    """Run the command and tell what went wrong, in the language that was asked for."""
    try:
        try:
            return _run(arguments)
        finally:
            if sys.stdout is not None:  # it is where the caller closed it
                sys.stdout.flush()
    except KeyboardInterrupt:
        _say(say("cli.stopped"))
        return 130
    except BrokenPipeError:
        _give_up_output()  # whoever read it has gone
        return 1
    except (ValueError, TypeError, OSError, RuntimeError, MemoryError, ImportError) as error:
        if isinstance(error, OSError) and error.errno and error.filename is None:
            _give_up_output()
            _say(f"the output cannot be written: {error.strerror}")
        else:
            _say(str(error) or "there is not enough memory for this")
        return 1


def _run(arguments: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that lacks a character shows a question mark
            reconfigure(errors="replace")
    parser = _parser(teach="teach" in arguments[:1])
    args = parser.parse_args(_formulas_apart([_read(a) for a in arguments]))
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: _say(str(message))
        warnings.simplefilter("always", UserWarning)
        return int(args.run(args) or 0)


def _give_up_output() -> None:
    """Let what is left of the output go nowhere, so that Python's end is not one more error."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _formulas_apart(arguments: list[str]) -> list[str]:
    """Put a blank before a formula that begins with a minus, so that it is not read as an option."""
    if arguments[:1] not in (["draw"], ["play"], ["explain"]):
        return arguments
    apart = arguments[:1]
    for before, argument in itertools.pairwise(arguments):
        option = re.match(r"--?$|--[^\W\d]|-h$|-o", argument) or before in TAKING
        apart.append(f" {argument}" if argument.startswith("-") and not option else argument)
    return apart


def _read(argument: str) -> str:
    """Return an argument as it was typed, also in a locale that knows no UTF-8."""
    try:
        return os.fsencode(argument).decode()
    except ValueError:
        return argument


def _parser(teach: bool = False) -> Parser:
    parser = Parser(prog="autodiff", description=say("cli.about"))
    version = autodiff.__version__
    parser.add_argument(
        "--version", action="version", version=f"autodiff {version}", help=say("cli.version")
    )
    parser.add_argument("--lang", choices=LANGUAGES, help=say("cli.lang"))  # read by `asked`
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int | None]) -> argparse.ArgumentParser:
        text = say(f"cli.{name}")
        added = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}")
        added.set_defaults(run=run)
        return added

    def formula(name: str, run: Callable[[Any], int | None]) -> argparse.ArgumentParser:
        added = command(name, run)
        added.add_argument("formula", metavar="EXPR", help=say("cli.formula"))
        added.add_argument("numbers", nargs="*", metavar="NAME=NUMBER", help=say("cli.numbers"))
        added.add_argument("--at", metavar="VALUES", default="", help=say("cli.at"))
        return added

    drawn = formula("draw", _draw)
    drawn.add_argument(
        "-o", dest="out", metavar="FILE", default="graph.svg", help=say("cli.draw_out")
    )
    themes = ("auto", "light", "dark", "print")
    drawn.add_argument("--theme", choices=themes, default="auto", help=say("cli.theme"))
    played = formula("play", _play)
    played.add_argument(
        "-o", dest="out", metavar="FILE", default="player.html", help=say("cli.play_out")
    )
    explained = formula("explain", _explain)
    explained.add_argument("--wrt", metavar="NAME", help=say("cli.wrt"))
    explained.add_argument("--top", type=int, default=10, help=say("cli.top"))
    exercise = command("exercise", _exercise)
    exercise.add_argument("--depth", type=int, default=3, help=say("cli.depth"))
    exercise.add_argument("--reuse", type=int, default=1, help=say("cli.reuse"))
    exercise.add_argument("--seed", type=int, default=0, help=say("cli.seed"))
    exercise.add_argument("-o", dest="out", metavar="FILE", help=say("cli.exercise_out"))
    what = exercise.add_mutually_exclusive_group()
    what.add_argument("--check", metavar="ANSWERS", help=say("cli.check"))
    what.add_argument("--key", action="store_true", help=say("cli.key"))
    command("ops", _ops)
    taught = command("teach", _ops)
    if teach:
        from autodiff.teach import commands as teaching

        teaching.configure(taught)
    return parser


def _recorded(args: Any) -> tuple[Any, dict[str, Any]]:
    from autodiff.graphs.expression import parse, parse_values

    args.formula = args.formula.strip()
    return parse(args.formula).record(
        parse_values(",".join(filter(None, [args.at, *args.numbers])))
    )


def _draw(args: Any) -> None:
    from autodiff.drawing import draw
    from autodiff.sources.lines import fitted

    y, names = _recorded(args)
    y.backward()
    drawn = draw(y, names=names, theme=args.theme)
    if args.out == "-":
        print(fitted(drawn.to_tree()), end="")
        return
    print(fitted(f"{drawn.save(args.out)}: {_summary(y, names)}"))


def _play(args: Any) -> None:
    from autodiff.player.live import play
    from autodiff.sources.lines import fitted

    y, names = _recorded(args)
    path = play(y, names=names, title=args.formula).save(args.out)
    y.backward()
    print(fitted(f"{path}: {_summary(y, names)}; {say('cli.open')}"))


def _summary(y: Any, names: dict[str, Any]) -> str:
    grads = ", ".join(f"d/d{n} = {names[n].grad:.6g}" for n in _leaves(names))
    return f"{say('cli.value', value=f'{y.data:.6g}')}, {grads}"


def _leaves(names: dict[str, Any]) -> list[str]:
    """Return the names of what values were given for, the first name of each."""
    first = {x: n for n, x in reversed(names.items()) if not x.parents}
    return [n for n, x in names.items() if first.get(x) == n]


def _explain(args: Any) -> int:
    from autodiff.derivatives.reverse import gradient
    from autodiff.explanations.derivation import derive
    from autodiff.explanations.paths import explain
    from autodiff.graphs.expression import ExpressionError
    from autodiff.sources.lines import fitted

    if args.top < 1:
        raise ExpressionError(f"--top is {args.top}: it must be at least 1")
    y, names = _recorded(args)
    unfit = []
    for name in [args.wrt] if args.wrt else _leaves(names):
        if name not in names:
            raise ExpressionError(
                f"--wrt {name:.60}: the expression has no such name, only {', '.join(names)}"
            )
        found = gradient(y, names[name])
        if not math.isfinite(found):
            unfit.append(say("cli.is", what=f"d/d{name}", value=f"{found:g}"))
            continue
        explanation = explain(y, names[name], top=args.top, names=names)
        print(fitted(explanation.text), end="\n\n")
        if explanation.count and (derived := derive(y, wrt=names[name], names=names).text):
            print(fitted(derived), end="\n\n")
    if unfit:
        print(fitted(f"{say('cli.no_sum', what=', '.join(unfit))}\n{_blame(y, names)}"))
    return 1 if unfit else 0


def _blame(y: Any, names: dict[str, Any]) -> str:
    """Return what blame_nan finds; where it stands in a formula is told by the numbers alone."""
    from autodiff.explanations.blame import blame_nan

    lines = str(blame_nan(y, names) or "").splitlines()
    return "\n".join(line for line in lines if not line.startswith(f"  {say('blame.where')}:"))


def _exercise(args: Any) -> int:
    from autodiff.teach.exercises import make_exercise

    exercise = make_exercise(args.depth, args.reuse, args.seed)
    if args.check is not None:
        found = exercise.check(_answers(args.check, exercise.questions))
        for question in exercise.questions:
            print(f"{question}: {found.get(question, say('exercise.not_answered'))}")
        return 0 if set(found.values()) <= {say("exercise.right")} else 1
    print(exercise.key if args.key else exercise.text)
    if args.out is not None:
        print(say("exercise.drawn", path=exercise.picture(solved=args.key).save(args.out)))
    return 0


def _answers(text: str, questions: Sequence[str]) -> dict[str, float]:
    """Read answers such as "u1=6, dy/da=-1/2"; one that is left empty is none."""
    answers: dict[str, float] = {}
    for part in filter(str.strip, text.split(",")):
        question, _, answer = (p.strip() for p in part.partition("="))
        if question not in questions:
            raise ValueError(
                f"--check: {question!r:.60} was not asked; asked are {', '.join(questions)}"
            )
        if not answer:
            continue
        try:
            answers[question] = _number("".join(answer.split()))
        except (ValueError, ZeroDivisionError, OverflowError):
            raise ValueError(
                f"--check: {question}={answer:.60} is not a number: write one such as 6 or -1/2"
            ) from None
    if not answers:
        raise ValueError(f"--check: no answers; write them as {questions[0]}=1,{questions[-1]}=2")
    return answers


def _number(text: str) -> float:
    return float(Fraction(text)) if "/" in text else float(text)


def _ops(args: Any) -> None:
    from autodiff.sources.reference import operations

    print(operations())


def _say(text: str) -> None:
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(f"autodiff: {retold(one_line(text))}", file=sys.stderr)
