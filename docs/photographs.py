"""`python -m docs.photographs`: take docs/live.png and docs/live.ja.png of the live page as it is today.

It needs Chromium and the extra `browser`. The graph is the README's first; the page is read at the
numbers that the README prints.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import autodiff as ad
from autodiff.interop.extras import require

HERE = Path(__file__).parent
SIZE = {"width": 1100, "height": 1034}
LANGUAGES = {"en": "live.png", "ja": "live.ja.png"}


def live() -> ad.Value:
    """Return the cost of the README's neuron."""
    w, x, b = ad.Value(2.0, name="w"), ad.Value(0.5, name="x"), ad.Value(-1.0, name="b")
    a = ad.sigmoid(w * x + b)
    a.name = "a"
    cost = 0.5 * (a - 1) ** 2
    cost.name = "cost"
    return cost


def main() -> int:
    """Take both and say where they are."""
    driver = require("playwright.sync_api", "browser", "A photograph of a page")
    path = next(filter(None, map(shutil.which, ("chromium", "google-chrome-stable"))), None)
    if path is None:
        print("docs: no Chromium is on PATH (on Debian: apt install chromium)", file=sys.stderr)
        return 1
    with driver.sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for language, name in LANGUAGES.items():
            with ad.speaking(language):
                page = ad.play(live()).save(Path(folder) / "live.html")
            shown = browser.new_page(viewport=SIZE, color_scheme="light")
            shown.goto(page.as_uri())
            shown.wait_for_timeout(300)
            shown.screenshot(path=HERE / name)
            print(HERE / name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
