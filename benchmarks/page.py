"""The tables of docs/performance.md, each between two marks and rewritten where all its lines were measured.

A mark names the group of lines; under its table stands the machine on which it was measured, and when.
What grows with the size is drawn as well.
"""

import os
import platform
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import sizes
from benchmarks.timing import ROOT

PAGE = ROOT / "docs" / "performance.md"
CURVES, GROWTH = ROOT / "docs" / "cost_against_size.svg", "cost against size"
SECTION = re.compile(r"(<!-- bench: (.+?) -->\n)(.*?)(<!-- end of bench -->)", re.DOTALL)


def machine() -> str:
    """Return in a sentence on what this runs, and how busy it is."""
    about = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", about.read_text()) if about.exists() else None
    model = found[1] if found else platform.processor() or platform.machine()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Measured on {time.strftime('%d %B %Y')}: {model}, {os.cpu_count()} cores{load}, "
        f"CPython {platform.python_version()}, numpy {np.__version__}."
    )


def figure(x: float) -> str:
    """Return a number with three digits, as it is read most easily."""
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of figures as a table."""
    lines = ["| what | bound | measured | |", "|---|---|---|---|"]
    for row in rows:
        shown = row["error"] if "error" in row else figure(row["measured"])
        bound = "" if row["bound"] is None else figure(row["bound"])
        lines.append(f"| {row['name']} | {bound} | {shown} | {row.get('verdict', '')} |")
    return "\n".join(lines)


def write(groups: Mapping[str, Sequence[Any]]) -> None:
    """Put the tables of the groups of which every line was measured into the page."""

    def anew(found: re.Match[str]) -> str:
        opening, group, _, closing = found.groups()
        lines = groups[group]
        if None in lines:
            return found[0]
        text = table([row for rows in lines for row in rows])
        return (
            f'{opening}{text}\n\n{machine()} `./run bench "{group}" --page` writes it.\n{closing}'
        )

    lines = groups[GROWTH]
    if None not in lines and not any("error" in row for rows in lines for row in rows):
        CURVES.write_bytes(sizes.picture(lines))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(SECTION.sub(anew, text), encoding="utf-8")
