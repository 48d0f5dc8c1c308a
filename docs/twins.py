"""The code of the Japanese pages, and what it prints: `python -m docs.twins` writes both anew.

A page with a twin, `tutorial.md` and `tutorial.ja.md`, has its code once, in English. The blocks of the
Japanese page are those of the English one in the words of the catalogue, as in a notebook, and below each
stands what it prints then. A command that draws asks for `--lang ja`, and pictures have `.ja` in their names.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from notebooks.cells import spoken

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README", "docs/tutorial", "docs/explaining", "docs/notation", "docs/companion/errata")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Without a layout engine DOT is written, with a warning.
SESSION = """
import contextlib, io, json, sys, warnings
warnings.simplefilter("ignore", UserWarning)
scope, printed = {"__name__": "__main__"}, []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "page", "exec"), scope)
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
"""


def pair(page: str) -> tuple[Path, Path]:
    """Return the English page and the Japanese one."""
    return ROOT / f"{page}.md", ROOT / f"{page}.ja.md"


def japanese(kind: str, block: str) -> str:
    """Return a block of an English page as the Japanese one has it.

    >>> japanese("sh", 'autodiff draw "x" --at x=1 -o x.svg')
    'autodiff draw "x" --at x=1 --lang ja -o x.ja.svg'
    """
    if kind == "sh":
        return re.sub(
            r"(?m)^(autodiff draw .*) -o (\S+)\.svg$", r"\1 --lang ja -o \2.ja.svg", block
        )
    if kind == "python":
        return re.sub(r"(\.save\(\"[^\"]+)\.svg\"", r'\1.ja.svg"', spoken(block, "ja"))
    return block


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the kind and the text of each block that the Japanese page has, outputs among them."""
    english, _ = pair(page)
    found = [(m[1], japanese(m[1], m[2])) for m in BLOCK.finditer(english.read_text("utf-8"))]
    printed = iter(_printed([code for kind, code in found if kind == "python"]))
    told = ""
    for i, (kind, code) in enumerate(found):
        if kind == "python":
            told = next(printed)
        elif kind == "text" and found[i - 1][0] == "python":
            found[i] = kind, told
        elif kind != "text":
            found[i] = kind, code
    return found


def _printed(codes: list[str]) -> list[str]:
    """Run blocks one after the other, in a process and a folder of their own; return what each prints."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "explaining").mkdir()
        done = subprocess.run(
            [sys.executable, "-c", SESSION], cwd=folder, input=json.dumps(codes), check=True,
            stdout=subprocess.PIPE, encoding="utf-8",
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        )  # fmt: skip
    found: list[str] = json.loads(done.stdout)
    return found


def written(page: str) -> str:
    """Return the Japanese page with these blocks; a ValueError where it has other ones."""
    _, path = pair(page)
    text, found = path.read_text("utf-8"), blocks(page)
    kinds = [m[1] for m in BLOCK.finditer(text)]
    if kinds != [kind for kind, _ in found]:
        raise ValueError(f"{path.name} has the blocks {kinds}, its twin {[k for k, _ in found]}")
    new = iter(found)
    return BLOCK.sub(lambda m: "```{}\n{}```".format(*next(new)), text)


if __name__ == "__main__":
    for page in PAGES:
        pair(page)[1].write_text(written(page), encoding="utf-8")
