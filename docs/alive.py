"""Live pictures in the documents: what a page's own code has built, as a page of its own in a frame.

A document says `<!-- alive: C -->`. For the site, the Python blocks above it are run, the graph of C
becomes a live page, and a frame shows it in place of the image that follows, if there is one. Where
the document is read as it is, its image stands there.
"""

import contextlib
import io
import os
import re
from pathlib import Path
from typing import Any

import autodiff as ad
import nets
from nets.data import load_digits
from nets.pages.digits import digit_page

MARK = re.compile(r"<!-- alive: (\w+) -->\n+(!\[[^\]]*\]\([^)]+\)\n)?")
PHOTOGRAPH = re.compile(r"!\[[^\]]*\]\((?:docs/)?live(?:\.ja)?\.png\)\n?")
BLOCK = re.compile(r"^```python\n(.*?)^```", re.S | re.M)


def with_live_pictures(page: Path, folder: Path) -> None:
    """Write the live pages of a document into `folder`, beside it, and show them in frames."""
    text = page.read_text(encoding="utf-8")
    if not MARK.search(text):
        return
    known: dict[str, Any] = {}
    seen = 0

    def frame(mark: re.Match[str]) -> str:
        nonlocal seen
        for block in BLOCK.findall(text[seen : mark.start()]):
            _run(block, page, known)
        seen = mark.start()
        name = mark[1]
        target = folder / f"{page.stem}_{name}.html"
        names = {n: x for n, x in known.items() if isinstance(x, ad.Value | ad.Tensor)}
        target.parent.mkdir(exist_ok=True)
        ad.play(known[name], names=names).save(target)
        source = target.relative_to(page.parent).as_posix()
        return _frame(source, ad.say("site.alive", name=name))

    page.write_text(MARK.sub(frame, text), encoding="utf-8")


def with_the_page_to_type(page: Path, source: str) -> None:
    """Show the page where one types a formula in place of its photograph, which stands in the README."""
    text = page.read_text(encoding="utf-8")
    shown, count = PHOTOGRAPH.subn(_frame(source, ad.say("page.typed_title")), text)
    if count != 1:
        raise ValueError(f"docs: {page.name} has {count} pictures of the live page, not one")
    page.write_text(shown, encoding="utf-8")


def digit_pages(folder: Path) -> None:
    """Train a network on the 8 x 8 digits and write the page in which one draws to it, in both languages."""
    split = load_digits()
    net = nets.Network([64, 30, 10], cost="cross_entropy", seed=0)
    with contextlib.redirect_stdout(io.StringIO()):
        net.SGD(split.training, 20, 10, 0.5)
    for language, name in (("en", "digits.html"), ("ja", "digits.ja.html")):
        with ad.speaking(language):
            page = digit_page(net, split.test.inputs[:, :20])
        (folder / name).write_text(page, encoding="utf-8")


def _frame(source: str, title: str) -> str:
    return (
        f'<iframe class="alive" src="{source}" title="{title}" loading="lazy"></iframe>\n\n'
        f"[{ad.say('site.alone')}]({source})\n"
    )


def _run(block: str, page: Path, known: dict[str, Any]) -> None:
    here = Path.cwd()
    os.chdir(page.parent)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(block, str(page), "exec"), known)
    finally:
        os.chdir(here)
        ad.language("en")  # a Japanese page asks for Japanese
