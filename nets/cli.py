"""The `nets` command: each subcommand is a module with `configure(parser)` and `run(args)`.

A module is imported when its command is called, so a command costs only what it uses. Whatever is
wrong with what was given ends in one sentence on stderr and a non-zero exit.
"""

import importlib
import os
import sys
from collections.abc import Sequence

COMMANDS = {
    "train": "nets.commands.train",
    "sweep": "nets.commands.sweep",
    "experiment": "nets.experiments.command",
    "search": "nets.commands.search",
    "check": "nets.runs.check",
    "export": "nets.commands.export",
    "demo": "nets.commands.demo",
}

STOPPED = "interrupted; no file was left half written"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _open_streams()
    try:
        from autodiff.table.language import asked

        with asked(sys.argv[1:] if arguments is None else arguments) as rest:
            return _answered(rest)
    except KeyboardInterrupt:  # while that was loaded
        return _fail(STOPPED, 130)
    except ValueError as error:  # the language that was asked for is none
        return _fail(str(error), 1)


def _answered(arguments: list[str]) -> int:
    """Run the command and tell what went wrong, in the language that was asked for."""
    from autodiff.table.language import retold

    try:
        code = _run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _fail(retold(STOPPED), 130)
    except BrokenPipeError:  # whoever read the output has gone; nothing more can be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MemoryError:
        return _fail(retold("there is not enough memory for this"), 1)
    except (ValueError, OSError) as error:
        return _fail(retold(" ".join(str(error).split()) or type(error).__name__), 1)
    return code


def _run(arguments: list[str]) -> int:
    from autodiff import say
    from autodiff.sources.options import Parser
    from autodiff.table.language import LANGUAGES

    chosen = arguments[0] if arguments and arguments[0] in COMMANDS else None
    parser = Parser(prog="nets", description=say("cli.nets.cli.about"))
    version = importlib.import_module("autodiff").__version__
    parser.add_argument(
        "--version", action="version", version=f"nets {version}", help=say("cli.version")
    )
    parser.add_argument("--lang", choices=LANGUAGES, help=say("cli.lang"))  # read by `asked`
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        text = say(f"cli.nets.about.{name}")
        command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}")
        if name == chosen:
            module = importlib.import_module(COMMANDS[name])
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
