"""The README tells the truth: its snippets run and print what it says, and its links lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]


@pytest.mark.filterwarnings("ignore:No layout engine was found")
def test_the_python_snippets_print_what_stands_below_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    followers = [*BLOCKS[1:], ("", "")]
    ran = 0
    for (kind, block), (next_kind, said) in zip(BLOCKS, followers, strict=True):
        if kind == "python":
            exec(compile(block, "README.md", "exec"), names)
            assert capsys.readouterr().out == (said if next_kind == "text" else "")
            ran += 1
    assert ran == TEXT.count("```python") >= 4
    assert {p.stem for p in tmp_path.iterdir()} == {"cost"}


def test_what_leads_is_what_the_snippets_print() -> None:
    printed = " ".join(block for kind, block in BLOCKS if kind == "text")
    rows = re.findall(r"^\| `(?:cost\.|ad\.).*?\| (.*) \|$", TEXT, re.MULTILINE)
    said = [words for row in rows for words in re.findall(r"`([^`]+)`", row)]
    assert len(said) >= 4
    assert [words for words in said if words not in printed] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_work(command: str, tmp_path: Path) -> None:
    program, *arguments = shlex.split(command)
    if program == "./run":  # the tests of ./run itself call them
        told = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True)
        assert f"\n  {arguments[0]} " in told.stdout
        return
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments], cwd=tmp_path, env=os.environ,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("page", "name"), [("README.md", "backward"), ("README.ja.md", "backward.ja")]
)
def test_the_picture_is_what_its_command_draws(page: str, name: str, tmp_path: Path) -> None:
    lines = (ROOT / page).read_text("utf-8").splitlines()
    command = next(line for line in lines if line.startswith("autodiff draw"))
    arguments = shlex.split(command)[1:-1]
    subprocess.run(
        [sys.executable, "-m", "autodiff", *arguments, str(tmp_path / f"{name}.svg")],
        check=True, capture_output=True,
    )  # fmt: skip
    shown = (ROOT / "docs" / f"{name}.svg").read_text("utf-8")
    assert shown == (tmp_path / f"{name}.svg").read_text("utf-8")


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(links) >= 5
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
