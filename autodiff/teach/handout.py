"""A sheet as a hand-out on paper: one page of HTML, SVG, PDF or text, with the answers or with blanks.

A graph exercise comes with its picture. The page needs nothing beside it, so it can be sent as it is.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from autodiff.graphs import files
from autodiff.interop.extras import require
from autodiff.sources.lines import broken
from autodiff.table.language import language, say
from autodiff.teach.sheets import Sheet

WIDTH, HEIGHT, MARGIN = 794, 1123, 60  # A4 at 96 pixels an inch
LINE, LETTERS = 20, 92  # the height of a line of 14 pixels, and how many narrow letters fit in it
FORMS = (".html", ".svg", ".pdf", ".txt")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em; }
pre { font-size: 15px; overflow-x: auto; }
li { margin: .4em 0; }
.blank { border-bottom: 1px solid; display: block; height: 1.9em; max-width: 30em; }
.answer { display: block; font-family: ui-monospace, monospace; }
svg { max-width: 100%; height: auto; }
@media print { body { margin: 0; } }
"""


def save(sheet: Sheet, path: str | Path, solved: bool = False) -> Path:
    """Write a sheet as .html, .svg, .pdf or .txt; a ValueError lists the forms.

    A PDF needs the extra `images`; an ImportError says so.
    """
    form = Path(path).suffix.lower()
    if form not in FORMS:
        forms = ", ".join(FORMS)
        raise ValueError(
            f"{path}: a sheet is written as {forms}, not {form}"
            if form
            else f"{path}: the name of a sheet ends in one of {forms}"
        )
    if form == ".pdf":
        vl_convert = require("vl_convert", "images", "A sheet as PDF")
        return files.write(path, bytes(vl_convert.svg_to_pdf(page(sheet, solved))))
    make = {".html": html, ".svg": page, ".txt": text}[form]
    return files.write(path, make(sheet, solved))


def text(sheet: Sheet, solved: bool = False) -> str:
    """Return a sheet as plain text."""
    return "\n".join(_lines(sheet, solved)) + "\n"


def html(sheet: Sheet, solved: bool = False) -> str:
    """Return a sheet as a page of HTML."""
    picture = "" if sheet.graph is None else _picture(sheet, solved)
    facts = "\n".join(sheet.facts)
    asked = "\n".join(
        f"<li>{escape(q.asked)}"
        + (
            f'<span class="answer">{escape(q.shown)}</span></li>'
            if solved
            else '<span class="blank"></span></li>'
        )
        for q in sheet.questions
    )
    return f"""<!doctype html>
<html lang="{language()}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(_title(sheet, solved))}</title>
<style>{STYLE}</style>
<h1>{escape(_title(sheet, solved))}</h1>
<p>{escape(say("teach.student", student=sheet.student))}</p>
<p>{escape(sheet.intro)}</p>
{picture}
<h2>{escape(say("teach.given"))}</h2>
<pre>{escape(facts)}</pre>
<ol>
{asked}
</ol>
</html>
"""


def page(sheet: Sheet, solved: bool = False) -> str:
    """Return a sheet as one SVG page of the size A4."""
    parts, y = [], MARGIN
    for number, line in enumerate(_lines(sheet, solved)):
        for piece in broken(line, LETTERS, "    ") or [""]:
            size = 20 if number == 0 else 14
            parts.append(
                f'<text x="{MARGIN}" y="{y}" font-size="{size}" xml:space="preserve">'
                f"{escape(piece)}</text>"
            )
            y += LINE
    if sheet.graph is not None:
        parts.append(_placed(_picture(sheet, solved), y))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="\'Noto Sans CJK JP\', sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _title(sheet: Sheet, solved: bool) -> str:
    return f"{sheet.title} ({say('teach.answers')})" if solved else sheet.title


def _lines(sheet: Sheet, solved: bool) -> Iterator[str]:
    yield _title(sheet, solved)
    yield say("teach.student", student=sheet.student)
    yield ""
    yield sheet.intro
    yield ""
    yield from sheet.facts
    yield ""
    for number, question in enumerate(sheet.questions, start=1):
        yield f"{number}. {question.asked}"
        yield f"    {question.shown}" if solved else f"    {question.name} = ____"


def _picture(sheet: Sheet, solved: bool) -> str:
    assert sheet.graph is not None
    svg = sheet.graph.picture(solved).svg(theme="light")
    return svg[svg.index("<svg") :]


def _placed(svg: str, top: float) -> str:
    """Return a picture as a part of the page, below `top`, no larger than the room that is left."""
    wide, high = WIDTH - 2 * MARGIN, HEIGHT - MARGIN - top
    head = re.sub(r'\s(?:width|height|x|y)="[^"]*"', "", svg[: svg.index(">")])
    start = f'<svg x="{MARGIN}" y="{top}" width="{wide}" height="{high}"'
    return f"{start}{head.removeprefix('<svg')}{svg[svg.index('>') :]}"
