"""Pictures in Markdown under GitHub's rules: no script, no style from outside, on a screen and a phone.

Pages are made of their Markdown with what GitHub's style sheet says of images and tables; each is
opened at 1440 and at 390 pixels, light and dark. The letters of every picture are 10 pixels high, and
the page never scrolls sideways. Screenshots are left in build/surfaces to be looked at.
"""

import re
from pathlib import Path
from typing import Any

import pytest

import autodiff as ad
from docs.scrolled import scrolled
from tests.browser import SCHEMES
from tests.test_surfaces import LEAST, SIDEWAYS, WIDTHS, forms, letters, opened

pytestmark = [pytest.mark.slow, pytest.mark.browser]
ROOT = Path(__file__).resolve().parent.parent
PICTURE = re.compile(r"!\[[^\]]*\]\([^)]+\.svg\)")
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if PICTURE.search(path.read_text(encoding="utf-8"))
)
# What GitHub's style sheet says of images and tables, and the page around the text.
RULES = """
:root { color-scheme: light dark }
body { margin: 0 auto; max-width: 1012px; padding: 16px; font: 16px/1.5 sans-serif;
  overflow-wrap: break-word }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #f0f6fc } }
img { max-width: 100%; box-sizing: content-box }
table { border-spacing: 0; border-collapse: collapse; display: block; width: max-content;
  max-width: 100%; overflow: auto }
th, td { padding: 6px 13px; border: 1px solid #88888866 }
pre { overflow: auto }
"""
POLICY = "default-src 'none'; img-src file:; style-src 'unsafe-inline'"
SCALES = """[...document.images].filter((i) => i.src.endsWith(".svg"))
  .map((i) => [decodeURI(i.src).replace("file://", ""), i.getBoundingClientRect().width / i.naturalWidth])"""


def shown(browser: Any, markdown: str, folder: Path, target: Path, scheme: str, width: int) -> Any:
    """Return the open page of a Markdown text whose images lie in a folder."""
    parser = pytest.importorskip("markdown_it", reason="markdown-it-py is missing")
    body = parser.MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    target.write_text(
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f'<meta http-equiv=Content-Security-Policy content="{POLICY}">'
        f"<base href='{folder.as_uri()}/'><style>{RULES}</style>{body}",
        encoding="utf-8",
    )
    page = opened(browser, target.as_uri(), width, scheme)
    page.wait_for_load_state("load")
    return page


def check(page: Any, pictures: int) -> None:
    """Hold the letters of every picture on a page, and the page."""
    found = page.evaluate(SCALES)
    assert len(found) >= pictures
    for path, scale in found:
        svg = Path(path).read_text(encoding="utf-8")
        if "<text" in svg:
            assert scale * letters(svg) >= LEAST, path
        else:  # a chart, whose letters are drawn
            assert scale >= 0.99, path
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page(
    browser: Any, shots: Path, tmp_path: Path, name: str, scheme: str, width: int
) -> None:
    source = ROOT / name
    text = source.read_text(encoding="utf-8")
    page = shown(browser, text, source.parent, tmp_path / "page.html", scheme, width)
    label = name.replace("/", "_").removesuffix(".md")
    page.locator('img[src$=".svg"]').first.scroll_into_view_if_needed()
    page.screenshot(path=shots / f"github_{label}_{width}_{scheme}.png")
    check(page, len(PICTURE.findall(text)))
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_everybody_draws_first(
    browser: Any, shots: Path, tmp_path: Path, scheme: str, width: int
) -> None:
    parts = []
    for name, y in forms().items():
        y.backward()
        ad.draw(y).save(tmp_path / f"{name}.svg")
        parts.append(f"## {name}\n\n{scrolled(f'![{name}]({name}.svg)')}\n")
    page = shown(browser, "\n".join(parts), tmp_path, tmp_path / "page.html", scheme, width)
    page.screenshot(path=shots / f"github_forms_{width}_{scheme}.png", full_page=True)
    check(page, 4)
    if width == min(WIDTHS):  # without the box it would be shrunk
        bare = shown(browser, "![n](neurons.svg)", tmp_path, tmp_path / "bare.html", scheme, width)
        assert bare.evaluate(SCALES)[0][1] < 0.8
        bare.close()
    page.close()
