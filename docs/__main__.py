"""`./run docs`: put the pages together in build/docs/pages and build the site, warnings as errors."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable

from autodiff.interop.extras import install
from autodiff.player.playground import playground_page
from autodiff.player.typed import formula_page
from autodiff.table.language import say, speaking

try:
    from docs.alive import digit_pages, with_live_pictures, with_the_page_to_type
    from docs.books import book_pages
    from docs.parameters import numpy_page
    from docs.reference import CORE, ROOT, api_page, module_page, operation_table, wings
    from docs.scrolled import unboxed
    from notebooks.cells import unbroken
except ImportError as e:
    raise SystemExit(
        f"docs: this needs {e.name}, which is not installed: {install('docs')}"
    ) from None

PAGES = ROOT / "build" / "docs" / "pages"
WRITTEN = ROOT / "docs"
SITE = ROOT / "build" / "docs" / "mkdocs.yml"
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
BOOK = re.compile(r"\]\((?:\.\./)?notebooks/([\w.]+)\.ipynb\)")
# The order of the pages; others come behind them.
ORDER = (
    "index.md", "tutorial.md", "tutorial.ja.md",
    "explaining.md", "explaining.ja.md", "course.md", "course.ja.md", "teaching.md",
    "teaching.ja.md", "notation.md", "notation.ja.md", "concordance.md", "concordance.ja.md",
    "companion/errata.md", "companion/errata.ja.md", "gallery/index.md", "operations.md", "numpy.md",
    "api/index.md",
    "api_nets.md", "api_layers.md", "coming_from.md", "ecosystem.md", "layers.md", "gpt.md",
    "scaling.md", "performance.md", "trust.md",
    "results.md", "results.ja.md",
    "index.ja.md",
)  # fmt: skip
TITLES = {
    "index.md": "Overview", "api_nets.md": "API of nets", "api_layers.md": "API of nets.layers",
    "index.ja.md": "日本語",
}  # fmt: skip


def assemble() -> None:
    """Write every page of the site into build/docs/pages."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(WRITTEN, PAGES, ignore=shutil.ignore_patterns("*.py", "__pycache__", "_build"))
    if (PAGES / "gallery" / "README.md").exists():
        (PAGES / "gallery" / "README.md").rename(PAGES / "gallery" / "index.md")
    for name, target in (("README.md", "index.md"), ("README.ja.md", "index.ja.md")):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, PAGES / target)
    for page in PAGES.rglob("*.md"):
        page.write_text(unbroken(unboxed(page.read_text(encoding="utf-8"))), encoding="utf-8")
    for name, text in book_pages(PAGES / "notebooks").items():
        _write(f"notebooks/{name}.md", text.replace("](../docs/", "](../"))
    for name in ("tutorial", "explaining"):
        with_live_pictures(PAGES / f"{name}.md", PAGES / "alive")
        with speaking("ja"):
            with_live_pictures(PAGES / f"{name}.ja.md", PAGES / "alive")
    for page in [*PAGES.glob("*.md"), *PAGES.glob("gallery/*.md")]:
        page.write_text(_for_the_site(page.read_text(encoding="utf-8")), encoding="utf-8")
    for name, page in (("index", "play"), ("index.ja", "play.ja")):
        with speaking("ja" if name.endswith("ja") else "en"):
            _write(f"{page}.html", formula_page())
            with_the_page_to_type(PAGES / f"{name}.md", f"{page}.html")
    _write("playground.html", playground_page())
    digit_pages(PAGES)
    _write("operations.md", operation_table(PAGES / "plots"))
    _write("numpy.md", numpy_page())
    for wing, names in wings().items():
        _write(f"api/{wing}.md", api_page("autodiff", f"autodiff: {wing}", names))
    _write("api/index.md", api_page("autodiff", "autodiff", []) + _links(wings()))
    _write("api_nets.md", api_page("nets", "nets"))
    _write("api_layers.md", api_page("nets.layers", "nets.layers"))
    for stem in CORE:
        _write(f"modules/{stem}.md", module_page(stem))
    _write(
        "modules/index.md",
        "# How it works\n\nThe core from the ground up: each page is a module's own prose, and its "
        f"code.\n{_links(CORE)}",
    )
    SITE.write_text(
        f"INHERIT: {(ROOT / 'mkdocs.yml').as_posix()}\ndocs_dir: pages\nsite_dir: site\n"
        f"{_navigation()}",
        encoding="utf-8",
    )


def _links(names: Iterable[str]) -> str:
    return "\n" + "".join(f"- [{name}]({name}.md)\n" for name in names)


def _for_the_site(text: str) -> str:
    """Let links lead to pages; what is a file of the checkout and no page is named, not linked."""
    for place, page in (("docs/gallery/README.md", "gallery/index.md"), ("README.ja.md", "index.ja.md"),
                        ("](gallery/README.md)", "](gallery/index.md)"), ("](README.md)", "](index.md)"),
                        ("](docs/", "](")):  # fmt: skip
        text = text.replace(place, page)
    text = BOOK.sub(r"](notebooks/\1.md)", text)

    def link(m: re.Match[str]) -> str:
        foreign = m[2].startswith(("http://", "https://", "#"))
        return (
            m[0] if foreign or (PAGES / m[2]).exists() or m[2].split("#")[0] in GENERATED else m[1]
        )

    return LINK.sub(link, text)


def _navigation() -> str:
    """Return the list of pages as mkdocs takes it: the pages by hand, then sections."""
    pages = {p.relative_to(PAGES).as_posix() for p in PAGES.rglob("*.md")}
    books = sorted(p for p in pages if p.startswith("notebooks/"))
    japanese = [p for p in books if p.endswith(".ja.md")]
    sections = {
        "Notebooks": [p for p in books if p not in japanese],
        "ノートブック": japanese,
        "API of autodiff": ["api/index.md", *(f"api/{wing}.md" for wing in wings())],
        "How it works": [f"modules/{stem}.md" for stem in ("index", *CORE)],
    }
    listed = [
        p for p in ORDER if p in pages and not any(p in members for members in sections.values())
    ]
    rest = sorted(pages - {*listed}.union(*sections.values()))
    translated = [p for p in [*listed, *rest] if p.endswith(".ja.md")]
    sections["日本語"] = [p for p in translated if p == "index.ja.md"] + [
        p for p in translated if p != "index.ja.md"
    ]
    listed = [p for p in listed if p not in translated]
    rest = [p for p in rest if p not in translated]
    lines = [f"  - {TITLES[p]}: {p}" if p in TITLES else f"  - {p}" for p in [*listed, *rest]]
    lines[1:1] = _alive("en")  # at once behind the overview
    for title, members in sections.items():
        lines += [f"  - {title}:", *(f"      - {p}" for p in members)]
        lines += [f"    {line}" for line in _alive("ja") if title == "日本語"]
    return "nav:\n" + "\n".join(lines) + "\n"


def _alive(tongue: str) -> list[str]:
    """Return the lines of the menu that lead to the pages which are no prose: a formula, a network."""
    with speaking(tongue):
        typed, playground, digits = map(
            say, ("page.typed_title", "page.playground", "digit_page.title")
        )
    end = ".html" if tongue == "en" else f".{tongue}.html"
    return [
        f'  - "{typed}": play{end}',
        f'  - "{playground}": playground.html',
        f'  - "{digits}": digits{end}',
    ]


GENERATED = {
    "play.html",
    "play.ja.html",
    "playground.html",
    "digits.html",
    "digits.ja.html",
    "operations.md",
    "numpy.md",
    "api/index.md",
    "api_nets.md",
    "api_layers.md",
    "modules/index.md",
}


def _write(name: str, text: str) -> None:
    path = PAGES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Build the site and say where it is."""
    if importlib.util.find_spec("zensical") is None:
        print(
            f"docs: this needs zensical, which is not installed: {install('docs')}", file=sys.stderr
        )
        return 1
    assemble()
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "-f", str(SITE)],
        cwd=ROOT,
    )
    if done.returncode == 0:
        print(f"open {(PAGES.parent / 'site' / 'index.html').relative_to(ROOT)}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
