"""`./run docs`: put the pages together in build/docs/pages and build the site, warnings as errors."""

import importlib.util
import re
import shutil
import subprocess
import sys

from autodiff.interop.extras import install

try:
    from docs.reference import CORE, ROOT, api_page, module_page, operation_table
except ImportError as e:
    raise SystemExit(
        f"docs: this needs {e.name}, which is not installed: {install('docs')}"
    ) from None

PAGES = ROOT / "build" / "docs" / "pages"
WRITTEN = ROOT / "docs"
SITE = ROOT / "build" / "docs" / "mkdocs.yml"
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
# The order of the pages; others come behind them.
ORDER = (
    "index.md", "tutorial.md", "explaining.md", "gallery/index.md", "operations.md", "api.md",
    "api_nets.md", "ecosystem.md", "scaling.md", "performance.md", "trust.md", "results.md",
    "index.ja.md",
)  # fmt: skip
TITLES = {
    "index.md": "Overview", "api.md": "API of autodiff", "api_nets.md": "API of nets",
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
        page.write_text(_for_the_site(page.read_text(encoding="utf-8")), encoding="utf-8")
    _write("operations.md", operation_table(PAGES / "plots"))
    _write("api.md", api_page("autodiff", "autodiff"))
    _write("api_nets.md", api_page("nets", "nets"))
    for stem in CORE:
        _write(f"modules/{stem}.md", module_page(stem))
    listed = "\n".join(f"- [{stem}]({stem}.md)" for stem in CORE)
    _write(
        "modules/index.md",
        f"# How it works\n\nThe core from the ground up: each page is a module's own prose, and its "
        f"code.\n\n{listed}\n",
    )
    SITE.write_text(
        f"INHERIT: {(ROOT / 'mkdocs.yml').as_posix()}\ndocs_dir: pages\nsite_dir: site\n"
        f"{_navigation()}",
        encoding="utf-8",
    )


def _for_the_site(text: str) -> str:
    """Let links lead to pages; what is a file of the checkout and no page is named, not linked."""
    for place, page in (("docs/gallery/README.md", "gallery/index.md"), ("README.ja.md", "index.ja.md"),
                        ("](README.md)", "](index.md)"), ("](docs/", "](")):  # fmt: skip
        text = text.replace(place, page)

    def link(m: re.Match[str]) -> str:
        foreign = m[2].startswith(("http://", "https://", "#"))
        return m[0] if foreign or (PAGES / m[2]).exists() or m[2] in GENERATED else m[1]

    return LINK.sub(link, text)


def _navigation() -> str:
    """Return the list of pages as mkdocs takes it, the modules last."""
    pages = [p.relative_to(PAGES).as_posix() for p in PAGES.rglob("*.md")]
    modules = [f"modules/{stem}.md" for stem in ("index", *CORE)]
    rest = sorted(set(pages) - set(ORDER) - set(modules))
    listed = [p for p in ORDER if p in pages] + rest
    lines = [f"  - {TITLES[p]}: {p}" if p in TITLES else f"  - {p}" for p in listed]
    lines += ["  - How it works:", *(f"      - {p}" for p in modules)]
    return "nav:\n" + "\n".join(lines) + "\n"


GENERATED = {"operations.md", "api.md", "api_nets.md", "modules/index.md"}


def _write(name: str, text: str) -> None:
    path = PAGES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Build the site and say where it is."""
    if importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("material") is None:
        print(
            f"docs: this needs mkdocs-material, which is not installed: {install('docs')}",
            file=sys.stderr,
        )
        return 1
    assemble()
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", str(SITE)], cwd=ROOT
    )
    if done.returncode == 0:
        print(f"open {(PAGES.parent / 'site' / 'index.html').relative_to(ROOT)}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
