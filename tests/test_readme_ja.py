"""The Japanese README says what the English one says: the same code, links, names and figures.

What its code prints, and its pictures, are Japanese, as on the other Japanese pages with a twin.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="the extra nets is not installed")

from docs import twins
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


@pytest.mark.parametrize("page", twins.PAGES)
def test_a_japanese_page_has_the_code_of_its_twin_and_what_it_prints(page: str) -> None:
    """`python -m docs.twins` writes both anew."""
    assert blocks(twins.pair(page)[1]) == twins.blocks(page)


def test_another_page_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "ROOT", tmp_path)
    code = 'import autodiff as ad\n\nprint(ad.Value(2.0, name="w"))\n'
    (tmp_path / "page.md").write_text(f"```python\n{code}```\n\n```text\n```\n")
    (tmp_path / "page.ja.md").write_text("```python\n```\n")
    with pytest.raises(ValueError, match="has the blocks"):
        twins.written("page")
    assert 'ad.language("ja")' in twins.japanese("python", code)


def twin(link: str) -> str:
    """Return the Japanese file of the same name where there is one."""
    path = ROOT / link
    japanese = path.with_name(f"{path.stem}.ja{path.suffix}")
    return japanese.relative_to(ROOT).as_posix() if japanese.is_file() else link


def test_links_and_pictures_lead_to_the_japanese_twins() -> None:
    english, japanese = found(r"\]\(([^)]+)\)")
    assert english.pop("README.ja.md") == japanese.pop("README.md") == 1
    assert japanese == Counter({twin(link): n for link, n in english.items()})
    assert sum(".ja." in link for link in japanese) > 6


def test_what_leads_is_what_the_snippets_print() -> None:
    printed = " ".join(block for kind, block in blocks(JAPANESE) if kind == "text")
    rows = re.findall(
        r"^\| `(?:cost\.|ad\.).*?\| (.*) \|$", JAPANESE.read_text("utf-8"), re.MULTILINE
    )
    said = [words for row in rows for words in re.findall(r"`([^`]+)`", row)]
    assert len(said) >= 4
    assert [words for words in said if words not in printed] == []


def test_names_in_the_prose_are_equal() -> None:
    """But those of the table, which are printed, and of files that have a Japanese twin."""
    table = re.compile(r"(?m)^\|.*$")
    english, japanese = (
        Counter(
            name.replace(".ja.", ".") for name in re.findall(r"`([^`]+)`", table.sub("", prose(p)))
        )
        for p in (ENGLISH, JAPANESE)
    )
    assert japanese == english


def test_figures_in_the_prose_are_equal() -> None:
    english, japanese = found(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
    assert set(japanese) >= {f for f in english if "." in f}
    assert {f for f in japanese if "." in f} == {f for f in english if "." in f}


def test_headings_are_as_many() -> None:
    english, japanese = found(r"(?m)^(#+) ")
    assert japanese == english
