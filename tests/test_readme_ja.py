"""The Japanese README says what the English one says: the same code, links, names and figures."""

import re
from collections import Counter
from pathlib import Path

from tests.snippets import BLOCK, blocks

ROOT = Path(__file__).resolve().parent.parent
ENGLISH, JAPANESE = ROOT / "README.md", ROOT / "README.ja.md"


def prose(path: Path) -> str:
    """Return a document without its blocks, each paragraph in one line."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", BLOCK.sub("", path.read_text(encoding="utf-8")))


def found(pattern: str) -> tuple[Counter[str], Counter[str]]:
    """Return how often each match stands in the prose of either language."""
    english, japanese = (Counter(re.findall(pattern, prose(p))) for p in (ENGLISH, JAPANESE))
    return english, japanese


def test_commands_and_snippets_are_equal() -> None:
    assert len(blocks(ENGLISH)) > 5
    assert blocks(JAPANESE) == blocks(ENGLISH)


def test_links_and_pictures_are_equal() -> None:
    english, japanese = found(r"\]\(([^)]+)\)")
    assert english.pop("README.ja.md") == japanese.pop("README.md") == 1
    assert japanese == english


def test_names_in_the_prose_are_equal() -> None:
    english, japanese = found(r"`([^`]+)`")
    assert japanese == english


def test_figures_in_the_prose_are_equal() -> None:
    english, japanese = found(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
    assert set(japanese) >= {f for f in english if "." in f}
    assert {f for f in japanese if "." in f} == {f for f in english if "." in f}


def test_headings_are_as_many() -> None:
    english, japanese = found(r"(?m)^(#+) ")
    assert japanese == english
