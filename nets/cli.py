"""The `nets` command: each subcommand is a module with `configure(parser)` and `run(args)`.

A module is imported when its command is called, so a command costs only what it uses. Whatever is
wrong with what was given ends in one sentence on stderr and a non-zero exit.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

COMMANDS = {
    "train": ("nets.commands.train", "train a network on digits"),
    "sweep": ("nets.commands.sweep", "train with many settings and compare them"),
    "experiment": ("nets.experiments.command", "reproduce an experiment of the documents"),
    "search": ("nets.commands.search", "look for eta, lambda and the batch size"),
    "check": ("nets.runs.check", "compare autograd with BP1 to BP4 worked out by hand"),
    "export": ("nets.commands.export", "carry a trained network into a page to draw digits in"),
    "demo": ("nets.commands.demo", "the whole road once: graph, gradient, picture and network"),
}


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with exit code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


class Version(argparse.Action):
    """The option --version, which loads what knows it when it is asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        """Print the version and leave."""
        print(f"{parser.prog} {importlib.import_module('autodiff').__version__}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _open_streams()
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _fail("interrupted; no file was left half written", 130)
    except BrokenPipeError:  # whoever read the output has gone; nothing more can be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MemoryError:
        return _fail("there is not enough memory for this", 1)
    except (ValueError, OSError) as error:
        return _fail(" ".join(str(error).split()) or type(error).__name__, 1)
    return code


def _run(arguments: list[str]) -> int:
    chosen = arguments[0] if arguments and arguments[0] in COMMANDS else None
    parser = Parser(prog="nets", description="Neural networks on computation graphs.")
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name == chosen:
            module = importlib.import_module(COMMANDS[name][0])
            module.configure(command)
    args = parser.parse_args(arguments)
    return int(module.run(args))


def _open_streams() -> None:
    """Let a stream that was closed before the start (`>&-`) lead to nowhere."""
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _fail(sentence: str, code: int) -> int:
    print(f"nets: {sentence}", file=sys.stderr)
    return code
