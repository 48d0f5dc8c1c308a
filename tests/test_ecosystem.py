"""The pages of other tools and of the tutorial: every snippet prints what the page says."""

import importlib.util
import re
from pathlib import Path

import pytest

from tests.snippets import Snippet, run, snippets

PAGE = Path(__file__).resolve().parent.parent / "docs" / "ecosystem.md"


@pytest.mark.parametrize("snippet", snippets(PAGE), ids=lambda s: f"line{s.line}")
def test_the_snippet_prints_what_the_page_says(snippet: Snippet) -> None:
    for module in re.findall(r"^(?:import|from) (\w+)", snippet.code, re.MULTILINE):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    assert run(snippet, PAGE, {"__name__": "snippet"}) == snippet.output


def test_the_tutorial_is_one_session() -> None:
    session: dict[str, object] = {}
    for snippet in snippets(PAGE.with_name("tutorial.md")):
        assert run(snippet, PAGE, session) == snippet.output, f"line {snippet.line}"


@pytest.mark.parametrize("page", ["tutorial", "explaining"])
def test_the_japanese_page_has_the_same_headings_and_pictures(page: str) -> None:
    english, japanese = (PAGE.with_name(f"{page}{end}") for end in (".md", ".ja.md"))
    for pattern in (r"^#+ ", r"!\[[^\]]*\]\(([^)]*)\)", r"`ad\.\w+"):
        found = [
            sorted(
                re.findall(pattern, p.read_text(encoding="utf-8").replace(".ja.svg", ".svg"), re.M)
            )
            for p in (english, japanese)
        ]
        assert set(found[0]) <= set(found[1]), pattern
        assert pattern != r"^#+ " or found[0] == found[1]


def test_every_tool_has_a_snippet() -> None:
    code = "\n".join(s.code for s in snippets(PAGE))
    for tool in ("numpy", "scipy", "sklearn", "sympy", "networkx", "graphviz", "onnxruntime", "torch", "jax",
                 "concurrent.futures", "to_json"):  # fmt: skip
        assert tool in code, tool
