"""What a command is given: argparse, whose own words are said in the language that is asked for.

Its messages are English where they are raised, as all errors are, and find their twins among the
sentences under `error.`; a line of help breaks as all text for a terminal does (`lines.py`).
"""

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

from autodiff.sources.lines import broken
from autodiff.table.language import retold, say, width

HEADINGS = {"positional arguments": "cli.positional", "options": "cli.options"}


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one sentence.

    >>> from autodiff.table.language import speaking
    >>> with speaking("ja"):
    ...     print(Parser(prog="autodiff").format_help())
    使い方: autodiff [-h]
    <BLANKLINE>
    オプション:
      -h, --help  この説明を表示して終わる
    <BLANKLINE>
    """

    def __init__(self, **how: Any) -> None:
        super().__init__(formatter_class=Formatter, add_help=False, **how)
        self.add_argument("-h", "--help", action="help", help=say("cli.help"))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with exit code 2."""
        told = say("cli.see_help", what=retold(one_line(message)), command=self.prog)
        self.exit(2, f"{self.prog}: {told}\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse; a command itself complains about what it does not know."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found, rest


class Formatter(argparse.HelpFormatter):
    """The help of a command: headings in the language that is spoken, lines that fit the terminal."""

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:  # fmt: skip
        """Add the line of usage under its Japanese or English word."""
        super().add_usage(
            usage, actions, groups, _Wide(say("cli.usage")) if prefix is None else prefix
        )

    def start_section(self, heading: str | None) -> None:
        """Begin what argparse calls "options" or "positional arguments"."""
        super().start_section(say(HEADINGS[heading]) if heading in HEADINGS else heading)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return broken(" ".join(text.split()), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = broken(" ".join(text.split()), width - len(indent))
        return "\n".join(indent + line for line in lines)


class _Wide(str):
    """A word that is as long as the places it takes on a terminal, for what is set in below it."""

    __slots__ = ()

    def __len__(self) -> int:
        return width(str(self))


def one_line(text: str) -> str:
    """Return a message as one line that a terminal can show.

    >>> one_line("broken\\n  here")
    'broken here'
    """
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else "\ufffd" for c in line)
