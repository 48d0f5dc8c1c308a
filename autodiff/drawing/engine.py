"""Run Graphviz where it is asked for: `dot` on PATH, else `pygraphviz`, and never for too long.

Either way the layout is a process of its own that is killed, with all that it started, when its
time is up. It reads DOT on its standard input and writes the result on its standard output; no file name
and no shell are involved.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys

from autodiff._engine import install, there

TIMEOUT = 20.0
ADVICE = (
    "engine='dot' needs a program that is not here: install Graphviz (the program `dot`) or the "
    f"package `pygraphviz` ({install('dot')}), or leave engine= out, and the "
    "picture is drawn without it."
)

_CHILD = """
import sys, warnings
warnings.simplefilter("ignore")
import pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""


class DrawingError(RuntimeError):
    """A picture could not be laid out; the message says why and what to do."""


def command(form: str) -> list[str] | None:
    """Return the command that lays out DOT into `form`, None where there is no engine."""
    program = shutil.which("dot")
    if program is not None:
        return [program, f"-T{form}"]
    if there("pygraphviz"):
        return [sys.executable, "-c", _CHILD, form]
    return None


def available() -> bool:
    """Return whether there is a layout engine on this machine."""
    return command("svg") is not None


def run(source: str, form: str, boxes: int, timeout: float = TIMEOUT) -> bytes:
    """Return what the engine makes of DOT text, as svg, png, pdf or json0.

    Raises DrawingError where there is no engine, where it fails, and where `timeout` seconds
    are not enough.
    """
    argv = command(form)
    if argv is None:
        raise DrawingError(ADVICE)
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(source.encode(), timeout)
    except subprocess.TimeoutExpired:
        raise DrawingError(
            f"The layout of {boxes:,} boxes was stopped after {timeout:g} s; draw less with "
            f"max_nodes=, depth=, collapse= or focus=, or save the picture as .dot."
        ) from None
    finally:
        _kill(process)
    if process.returncode or not out:
        words = err.decode(errors="replace").strip().splitlines()
        reason = words[-1] if words else f"it ended with code {process.returncode}"
        raise DrawingError(f"The layout engine {argv[0]} failed: {reason}")
    return out


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything it started, and let go of its pipes."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
