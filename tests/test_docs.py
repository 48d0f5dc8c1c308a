"""The documentation site builds without a warning, and its generated pages hold every fact."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="the extra nets is not installed")

from autodiff.dispatch.entries import ENTRIES, name_of
from autodiff.table.primitive import UFUNCS
from docs.parameters import numpy_page, refusals
from docs.reference import CORE, api_page, module_page, operation_table, wings
from tests.rows import CORE as CORE_ROWS
from tests.rows import POINTWISE


def test_every_operation_has_its_line_and_its_plot(tmp_path: Path) -> None:
    page = operation_table(tmp_path)
    own = POINTWISE
    for row in own:
        assert page.count(f"| `{row.name}` | ") == 1, row.name
        assert (tmp_path / f"{row.name}.svg").read_text().count("<path") > 5, row.name
    assert "d/dx = `sigmoid_prime(x)`" in page


def test_the_page_of_numpy_holds_every_function_and_every_refused_parameter(root: Path) -> None:
    rows = {line.split("|")[1].strip(" `"): line for line in numpy_page().splitlines()[6:]}
    assert set(rows) == {name_of(f) for f in ENTRIES} | {
        name_of(u) for u, row in UFUNCS.items() if row in CORE_ROWS
    }
    told = refusals((root / "docs" / "refused.txt").read_text(encoding="utf-8"))
    assert set(told) <= set(rows)
    for name, parameters in told.items():
        assert all(f"`{p}`" in rows[name].split("|")[3] for p in parameters)
    assert sum("choose with np.where" in line for line in rows.values()) > 20


@pytest.mark.parametrize("module", ["autodiff", "nets"])
def test_every_public_name_is_in_the_reference(module: str) -> None:
    package = __import__(module)
    if module == "autodiff":
        page = "".join(
            api_page(module, f"{module}: {wing}", names) for wing, names in wings().items()
        )
    else:
        page = api_page(module, module)
    for name in package.__all__:
        thing = getattr(package, name)
        if callable(thing):
            assert f"\n## {name}\n" in page or f"`{name}`" in page, name


@pytest.mark.parametrize("stem", CORE)
def test_a_module_page_holds_the_whole_code(stem: str, root: Path) -> None:
    page = module_page(stem)
    for line in (root / "autodiff" / f"{stem}.py").read_text().splitlines():
        if line.startswith(("def ", "class ", "    def ", "    return ")):
            assert line in page


def test_the_menu_leads_to_the_pages_that_are_alive() -> None:
    pytest.importorskip("nbformat", reason="the extra docs is not installed")
    from docs.__main__ import _alive

    pages = [link.split(": ")[-1] for link in [*_alive("en"), *_alive("ja")]]
    assert pages[:3] == ["play.html", "playground.html", "digits.html"]
    assert pages[3:] == ["play.ja.html", "playground.html", "digits.ja.html"]
    assert '"数式を入力して、勾配に手で触れる"' in _alive("ja")[0]


@pytest.mark.slow
def test_the_site_builds_with_warnings_as_errors(root: Path) -> None:
    pytest.importorskip("zensical", reason="the extra docs is not installed")
    done = subprocess.run([sys.executable, "-m", "docs"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    site = root / "build" / "docs" / "site"
    for page in (
        "index", "tutorial", "operations", "api/index", "api/explanations", "ecosystem", "scaling",
        "trust", "results", "performance", "gallery/index", "modules/derivatives/reverse",
        "notebooks/paths",
    ):  # fmt: skip
        menu = (site / f"{page}.html").read_text(encoding="utf-8")
        up = "../" * page.count("/") or "./"
        for alive in ("play", "play.ja", "playground"):
            assert f'href="{up}{alive}.html"' in menu, page
    for path in (site / "notebooks").glob("*.html"):
        text = re.sub(r"(?s)<(pre|code|script|style).*?</\1>", "", path.read_text("utf-8"))
        assert re.search(r"\$|\\[a-z]{3}", text) is None, path.name  # a formula that was not read
        assert re.search(r"</p>\s*<span class=.formula", text) is None, path.name  # nor one cut off
    for page in ("tutorial", "explaining", "tutorial.ja", "explaining.ja"):
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        assert f'src="alive/{page}_C.html"' in text
        assert "<!-- alive" not in text
        assert re.search(r"<img[^>]*explaining/neuron(\.ja)?\.svg", text) is None
        assert ("動く計算グラフ" in text) == (".ja" in page)
        alive = (site / "alive" / f"{page}_C.html").read_text(encoding="utf-8")
        assert "default-src 'none'" in alive
