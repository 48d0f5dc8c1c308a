"""No command prints English prose where Japanese was asked for: neither its help nor what it says.

The commands are those that the parsers have, so a new one is asked, too. Words that may stand in a line are
names: of options and their choices, of functions, files and quantities.
"""

import argparse
import ast
import contextlib
import importlib
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autodiff as ad
from autodiff import cli
from autodiff.graphs.expression import functions
from autodiff.sources.options import Parser
from autodiff.table.language import retold, speaking
from autodiff.teach.sheets import SUBJECTS
from nets.cli import COMMANDS
from nets.cli import main as nets_main
from nets.closed_form import ACTIVATIONS
from nets.experiments.registry import EXPERIMENTS
from nets.parts.costs import COSTS
from nets.parts.initializers import INITIALIZERS

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# What is called so in Japanese text, too. "Epoch 0: 9129 / 10000" is the documents' own line.
NAMES = {
    "autodiff", "nets", "teach", "nbgrader", "otter", "grader", "sweep", "digits", "mnist", "python",
    "grad", "delta", "eta", "lambda", "sigma", "sigmoid", "epoch", "backward", "numpy", "grads",
    "out", "inf", "mine", "dask", "cross", "entropy", *INITIALIZERS, *SUBJECTS,
    *(word for name in EXPERIMENTS for word in name.split("-")),
    *functions(), *ACTIVATIONS, *COSTS, *COMMANDS, *(n.partition("_")[0] for n in ad.TABLE),
}  # fmt: skip
# A name that is written as one: with signs inside or a bracket behind, in capitals, between quotation marks;
# and what an option is where it is not given, in brackets.
WRITTEN = re.compile(
    r"""'[^']*'|"[^"]*"|`[^`]*`|https?://\S+|\S*[/\\_^=]\S*|[\w-]*\.\w[\w.]*|-{1,2}[a-z][\w-]*
    |\b[A-Za-z]\w*(?=\()|\([a-z]+\)|\{[\w,]+\}|\b[A-Z][A-Z\d]+\b|\b[A-Z]\w*[A-Z]\w*\b""",
    re.VERBOSE,
)


def english(text: str, *allowed: str) -> list[str]:
    """Return the words of a text that are English prose; beside names, words that `allowed` has are none."""
    known = NAMES | {word.lower() for a in allowed for word in re.findall(r"[A-Za-z]+", a)}
    words = re.findall(r"(?<![A-Za-z\d'])[A-Za-z][a-z]{2,}(?![\w·'])", WRITTEN.sub(" ", text))
    return [w for w in words if w.lower() not in known]


def test_a_word_of_english_would_be_seen() -> None:
    assert english("layer        BP1") == ["layer"]
    assert english("usage: nets check [-h] [--sizes SIZES]") == ["usage"]
    assert english("2 個の graph.svg を output に書きました") == ["output"]
    assert english("show this help message and exit")
    assert english("graph.svg を書きました: dC/dw = 2 * sigmoid(z), --top、BP1") == []
    assert english("out/net.svg と history.json") == []


def parsers() -> Iterator[argparse.ArgumentParser]:
    """Yield the parser of every command and of every command of it, in the language that is spoken."""
    pending: list[argparse.ArgumentParser] = [cli._parser(teach=True)]
    for name, module in COMMANDS.items():
        parser = Parser(prog=f"nets {name}", description=ad.say(f"cli.nets.about.{name}"))
        importlib.import_module(module).configure(parser)
        pending.append(parser)
    while pending:
        parser = pending.pop()
        yield parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                pending += action.choices.values()


def test_every_option_of_every_command_is_explained_in_japanese() -> None:
    seen = 0
    with speaking("ja"):
        for parser in parsers():
            allowed = [*(str(c) for a in parser._actions for c in a.choices or ()), parser.prog]
            assert english(parser.format_help(), *allowed) == [], parser.prog
            for action in parser._actions:
                seen += 1
                listed = isinstance(action, argparse._SubParsersAction)
                assert listed or JAPANESE.search(action.help or ""), (parser.prog, action.dest)
    assert seen > 90


def test_the_help_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from autodiff.table.language import width

    monkeypatch.setenv("COLUMNS", "80")
    for tongue in ("en", "ja"):
        with speaking(tongue):
            wide = [
                line for parser in parsers() for line in parser.format_help().splitlines()
                if width(line) > 80
            ]  # fmt: skip
        assert wide == []


@pytest.mark.parametrize(
    ("main", "arguments"),
    [(cli.main, []), (nets_main, []), (cli.main, ["teach"]), *((nets_main, [c]) for c in COMMANDS)],
)
def test_help_asked_for_is_japanese(main: Any, arguments: list[str], capsys: Any) -> None:
    with contextlib.suppress(SystemExit):
        main([*arguments, "--help", "--lang", "ja"])
    told = capsys.readouterr().out
    assert told.startswith("使い方: ")
    assert "\nオプション:\n" in told
    assert "この説明を表示して終わる" in told


# What argparse says of a parser that was made wrongly; no command's user meets it.
OF_PROGRAMMERS = (
    "conflicting", ".__call__", "'required' is an invalid", "mutually exclusive", "%r is not callable",
    "cannot merge", "invalid option string", "dest= is", "invalid conflict", "cannot have multiple",
    "%(prog)s: error", "argument \"-\" with", "usage: ", "positional arguments", "options", "show this",
    "%(heading)s:", "command '%(parser_name)s' is deprecated", "option '%(option)s' is deprecated",
    "argument '%(argument_name)s' is deprecated", "subcommand",
)  # fmt: skip


def sentences_of_argparse() -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        match node:
            case ast.Call(func=ast.Name(id="_" | "ngettext"), args=args):
                yield from (str(a.value) for a in args if isinstance(a, ast.Constant))


def test_every_sentence_of_argparse_has_its_twin() -> None:
    with speaking("ja"):
        missing = [
            said
            for said in sentences_of_argparse()
            if not said.startswith(OF_PROGRAMMERS)
            and not JAPANESE.search(retold(re.sub(r"%\(\w+\)[sr]|%[sr]", "7", said)))
            and not JAPANESE.search(
                retold(re.sub(r"%\(\w+\)[sr]|%[sr]", "7", f"argument 7: {said}"))
            )
        ]
    assert missing == []
    assert len(list(sentences_of_argparse())) > 20


RUNS = [
    (cli.main, ["ops"]), (cli.main, ["explain", "(w*x-1)**2", "--at", "w=2,x=0.5"]),
    (cli.main, ["explain", "log(x)", "--at", "x=0"]), (cli.main, ["draw", "w*x", "w=2", "x=1", "-o", "-"]),
    (cli.main, ["draw", "w*x", "--at", "w=2,x=1"]), (cli.main, ["play", "w*x", "--at", "w=2,x=1"]),
    (cli.main, ["exercise"]), (cli.main, ["exercise", "--key", "-o", "e.svg"]),
    (cli.main, ["exercise", "--check", "y=1"]),
    *((cli.main, ["teach", "sheet", s, "--student", "a", *solved])
      for s in ("graph", "neuron", "network", "matrices") for solved in ([], ["--solved"])),
    (cli.main, ["teach", "check", "neuron", "answers.py", "--student", "a"]),
    (nets_main, ["experiment", "--list"]), (nets_main, ["experiment", "slowdown"]),
    (nets_main, ["experiment", "vanishing"]), (nets_main, ["check"]),
    (nets_main, ["check", "--code", "mine.py"]),
    (nets_main, ["sweep", "--eta", "3", "--hidden", "5", "--epochs", "1"]),
    (nets_main, ["train", "--sizes", "64,5,10", "--epochs", "1", "--out", "out", "--checkpoint", "run.ckpt"]),
    (nets_main, ["search", "--examples", "100", "--epochs", "1", "--hidden", "5"]),
    (nets_main, ["demo", "--epochs", "1"]),
]  # fmt: skip
ANSWERS = 'z = 1.0\na = 0.5\ndelta = "x"\nformula_b = "exp(1000*a) - y"\nformula_w1 = "(a-y"\n'
MINE = """
import nets
class Mine(nets.Network):
    def cost_derivative(self, output_activations, y):
        return y - output_activations
"""


@pytest.fixture
def ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Any, list[str]], str]:
    """Run a command in Japanese, in a folder of its own; return what it printed."""

    def asked(main: Any, arguments: list[str]) -> str:
        if main is nets_main:
            for module in ("sklearn", "matplotlib", "tqdm"):
                pytest.importorskip(module, reason="the extra nets is not installed")
        monkeypatch.chdir(tmp_path)
        (tmp_path / "answers.py").write_text(ANSWERS)
        (tmp_path / "mine.py").write_text(textwrap.dedent(MINE))
        with contextlib.suppress(SystemExit):
            main([*arguments, "--lang", "ja"])
        out, err = capsys.readouterr()
        return str(out + err)

    return asked


def first_operations() -> str:
    """Return the table of operations in a process that has not asked for those of scipy."""
    command = [sys.executable, "-m", "autodiff", "ops", "--lang", "ja"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


@pytest.mark.parametrize(
    ("main", "arguments"), RUNS, ids=[" ".join(arguments) for _, arguments in RUNS]
)
def test_a_run_says_nothing_in_english(ask: Any, main: Any, arguments: list[str]) -> None:
    told = ask(main, arguments) if arguments != ["ops"] else first_operations()
    operands = ["slope", "low", "high", "alpha", "reverse"] * ("ops" in arguments)
    assert JAPANESE.search(told)
    lines = {line: english(line, *arguments, *operands) for line in told.splitlines()}
    assert {line: words for line, words in lines.items() if words} == {}


def test_every_command_is_run() -> None:
    ran = {(main, arguments[0]) for main, arguments in RUNS}
    with_page = {"export"}  # what it prints is held by tests/test_digit_page.py
    assert {(nets_main, c) for c in COMMANDS if c not in with_page} <= ran
    with speaking("ja"):
        (own,) = (a for a in cli._parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert {(cli.main, c) for c in own.choices} <= ran
