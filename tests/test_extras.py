"""Optional tools that are not installed: one sentence says which, and which extra installs it.

Each tool is made absent in a fresh Python, where everything that needs it is called. What needs
which tool is read from the sources as well, so that a new use without a case here is noticed.
"""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autodiff._engine import install
from nets.extras import require
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
NAMED = re.compile(r"autodiff(?:-nets)?\[([\w,]+)\]")
ASKED = re.compile(r"""(?<!session\.)install\(["'](\w+)["']\)""")

# The package that brings a module, where it is not called like the module.
BRINGS = {
    "sklearn": "scikit-learn", "scipy": "scikit-learn", "threadpoolctl": "scikit-learn",
    "distributed": "dask", "resvg_py": "resvg-py",
    "vl_convert": "vl-convert-python", "py_mini_racer": "mini-racer",
}  # fmt: skip

Y = "ad.sigmoid(ad.Value(2.0, name='x'))"
STEP = "[{'epoch': 1, 'correct': 1, 'total': 2, 'cost': 0.5}]"
FLOW = "gradient_flow(nets.Network([2, 1], seed=0), np.ones((2, 1)), np.ones((1, 1)))"
DIGITS = "Examples(np.eye(4), np.array([0, 1, 2, 3]))"

# For each tool, the extra that installs it and what is called without it: Python, or a command line.
CASES: dict[tuple[str, str], list[str]] = {
    ("sympy", "sympy"): [f"ad.to_sympy({Y})"],
    ("networkx", "networkx"): [f"ad.to_networkx({Y})"],
    ("onnx", "onnx"): [f"ad.to_onnx({Y})"],
    ("torch", "torch"): [f"ad.to_torch({Y})"],
    ("jax", "jax"): [f"ad.to_jax({Y})"],
    ("pygraphviz", "dot"): [
        "ad.draw(ad.Value(1.0), engine='dot').save('y.svg')",
        "ad.draw(ad.Value(1.0), engine='dot').svg()",
    ],
    ("resvg_py", "images"): [
        "ad.draw(ad.Value(1.0)).save('y.png')",
        "autodiff draw x*x --at x=2 -o y.png",
    ],
    ("vl_convert", "images"): [
        "ad.draw(ad.Value(1.0)).save('y.pdf')",
        "autodiff draw x*x --at x=2 -o y.pdf",
        "autodiff teach sheet graph --student Ada -o y.pdf",
    ],
    ("anywidget", "widget"): ["ad.play(ad.Value(1.0, name='x') * 2).widget()"],
    ("distributed", "distributed"): [
        "nets train --scheduler 127.0.0.1:8786 --out out",
        "nets sweep --scheduler 127.0.0.1:8786 --out out",
    ],
    ("sklearn", "nets"): [
        "nets.MLPClassifier()",
        "nets.MLPRegressor()",
        "from nets import MLPClassifier",
        "nets.data.load_digits()",
        f"nets.baselines.svm({DIGITS}, {DIGITS})",
        "nets train --out out",
        "nets sweep --out out",
        "nets search --out out",
        "nets experiment digits --out out",
        "nets check --data digits",
        "nets demo --out out",
    ],
    ("scipy", "scipy"): [
        "ad.jacobian(lambda x: x * x, sparse=True)(np.ones(2))",
        "import autodiff.scipy.integrate",
        "import autodiff.scipy.linalg",
        "import autodiff.scipy.optimize",
        "import autodiff.scipy.signal",
        "import autodiff.scipy.special",
        "import autodiff.scipy.stats",
        "from autodiff.scipy import incomplete; incomplete.gammainc_slope(2.0, 1.0)",
    ],
    ("scipy", "nets"): [
        f"nets.runs.expand.expand({DIGITS}, 'rotations')",
        "nets train --expand rotations --out out",
    ],
    ("py_mini_racer", "test"): ["nets.pages.digits.answers(None, [])"],
    ("threadpoolctl", "nets"): [
        "nets.experiments.how_fast.measure({'sizes': [1, 1], 'examples': 1, 'seed': 0}, None)",
    ],
    ("tqdm", "nets"): [
        "nets train --out out",
        "nets sweep --out out",
        "nets search --out out",
        "nets experiment digits --out out",
        "nets demo --out out",
    ],
    ("matplotlib", "nets"): [
        f"nets.pages.curve.draw_learning_curve({STEP}, 'curve.png', 'a curve')",
        f"{FLOW}.plot('flow.png')",
        "nets.pages.page.grey_png(np.eye(2))",
        "nets.pages.fonts.japanese_font()",
        "nets.pages.charts.chart([1, 2], [1.0, 2.0], 'cost', 0, 'a curve')",
        "nets train --out out",
        "nets sweep --out out",
        "nets experiment digits --out out",
        "nets demo --out out",
    ],
}

# Run in the fresh Python: each call's exit code or exception, what it printed, and where it asked.
DRIVER = """
import contextlib, importlib, io, json, os, pathlib, shlex, sys, traceback, warnings
tool, calls = sys.argv[1], json.loads(sys.argv[2])
os.environ["PATH"] = os.getcwd()
sys.modules[tool] = None
import numpy as np
import autodiff as ad, autodiff.interop, autodiff.drawing.images, nets
pages = "pages.charts", "pages.curve", "pages.fonts", "pages.digits", "pages.page"
for name in ("baselines", "data", "experiments.how_fast", "runs.expand", *pages):
    importlib.import_module(f"nets.{name}")
from nets.data import Examples
from nets.pages.flow import gradient_flow

asked = []
real = autodiff.interop.extras.require
def require(module, *rest):
    if module.partition(".")[0] == tool:
        frames = [pathlib.Path(f.filename) for f in traceback.extract_stack()[:-1]]
        asked.append(next(p for p in reversed(frames) if p.name != "extras.py"))
    return real(module, *rest)
for module in list(sys.modules.values()):
    if getattr(module, "require", None) is real:
        module.require = require

told = []
for call in calls:
    out, err = io.StringIO(), io.StringIO()
    asked.clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        words = shlex.split(call)
        if words[0] in ("nets", "autodiff") and len(words) > 1:
            try:
                how = importlib.import_module(f"{words[0]}.cli").main(words[1:])
            except SystemExit as end:
                how = end.code
            said = err.getvalue()
        else:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    exec(call)
                except Exception as error:
                    how, said = [c.__name__ for c in type(error).__mro__], str(error)
                else:
                    how, said = ["warning"], " ".join(str(w.message) for w in caught)
    root = pathlib.Path(ad.__file__).parents[1]  # of the packages, wherever they are installed
    where = [p.relative_to(root).as_posix() for p in asked]
    told.append([call, how, out.getvalue(), said, where])
print(json.dumps(told))
"""

Told = list[tuple[str, int | list[str], str, str, list[str]]]


def without(tool: str, calls: list[str], folder: Path) -> Told:
    """Return what each call says in a Python that lacks the tool."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, tool, json.dumps(calls)],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [tuple(line) for line in json.loads(done.stdout)]


def installs(extra: str) -> set[str]:
    """Return the names of the packages that an extra asks for."""
    found = set()
    for requirement in EXTRAS[extra]:
        inner = NAMED.match(requirement)
        if inner:
            found |= {p for e in inner[1].split(",") for p in installs(e)}
        else:
            found.add(re.match(r"[\w-]+", requirement)[0])  # type: ignore[index]
    return found


def uses() -> set[tuple[str, str]]:
    """Return each (file, module) of the packages where a module is imported that may be absent."""
    found = set()
    own = {"autodiff", "nets", "numpy", "graphviz", "cython"}
    for path in [*ROOT.glob("autodiff/**/*.py"), *ROOT.glob("nets/**/*.py")]:
        modules: list[str] = []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules += [alias.name for alias in names]
                case ast.ImportFrom(module=str(name), level=0):
                    modules.append(name)
                case ast.Call(
                    func=ast.Name(id=called) | ast.Attribute(attr=called),
                    args=[ast.Constant(value=str(name)), *_],
                ) if called in ("require", "import_module", "find_spec", "there"):
                    modules.append(name)
        roots = {name.partition(".")[0] for name in modules}
        found |= {
            (path.relative_to(ROOT).as_posix(), root)
            for root in roots - own - sys.stdlib_module_names
        }
    return found - {
        ("nets/digits/download.py", "tqdm"),  # a download goes without a bar
        ("nets/experiments/record.py", "threadpoolctl"),  # the kernel's name goes unsaid
        ("autodiff/scipy/stats.py", "scipy"),  # which imports special first
        ("autodiff/scipy/several.py", "scipy"),  # so does it
        ("autodiff/player/widget.py", "traitlets"),  # which anywidget, asked for first, is made of
    }


def test_every_sentence_that_installs_an_extra_is_made_by_one_function() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "*.md", "*.py", "*.yml", "*.json", "*.ipynb"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    written = []
    for name in listed:
        if not name.startswith("tests/test_"):
            for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
                if "pip install" in line and "autodiff-nets[" in line:
                    written += [
                        (name, found)
                        for found in re.findall(r"[^`\"(]*pip install [^`\"\n)]*", line)
                    ]
    assert len(written) >= 3
    assert [w for w in written if w[1] not in {install(extra) for extra in EXTRAS}] == []


@pytest.mark.parametrize(("tool", "extra"), CASES, ids=["-".join(case) for case in CASES])
def test_without_a_tool_one_sentence_names_the_extra(tool: str, extra: str, tmp_path: Path) -> None:
    if extra in ("nets", "distributed"):  # the others of `nets` may be asked for first
        for module in ("tqdm", "matplotlib", "sklearn"):
            pytest.importorskip(module, reason="the extra nets is not installed")
    assert {tool, BRINGS.get(tool)} & installs(extra)
    reached = set()
    for call, how, out, said, where in without(tool, CASES[tool, extra], tmp_path):
        sentence = said.strip()
        assert "\n" not in sentence, (call, said)
        assert tool in sentence, (call, said)
        assert install(extra) in sentence, (call, said)
        assert len(re.findall(r"[.!?](?= |$)", sentence)) <= 1, (call, said)
        if tool == "pygraphviz":  # and without the program `dot`
            assert "DrawingError" in how, (call, how)
            continue
        assert out == "", (call, out)
        assert how == 1 or (isinstance(how, list) and "ImportError" in how), (call, how)
        reached |= set(where)
    if tool != "pygraphviz":
        wings = "nets/" if extra in ("nets", "distributed", "test") else "autodiff/"
        assert reached == {f for f, module in uses() if module == tool and f.startswith(wings)}
        assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_tool_that_is_installed_but_broken_is_not_said_to_be_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_tool.py").write_text("raise ImportError('libtool.so: cannot be opened')")
    (tmp_path / "bare_tool.py").write_text("import its_other_part")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=r"needs broken_tool, which cannot be loaded \(libtool"):
        require("broken_tool")
    with pytest.raises(ImportError, match="needs its_other_part, which is not installed"):
        require("bare_tool")


def test_what_is_always_installed_is_used() -> None:
    """No requirement is asked of users that nothing imports."""
    sources = [p.read_text(encoding="utf-8") for p in ROOT.glob("autodiff/**/*.py")]
    for requirement in PROJECT["dependencies"]:
        package = re.match(r"[\w-]+", requirement)[0]  # type: ignore[index]
        used = re.compile(rf"^\s*(import|from) {package}\b", re.MULTILINE)
        assert any(used.search(text) for text in sources), package


def test_every_tool_that_may_be_absent_has_a_case() -> None:
    assert {module for _, module in uses()} == {tool for tool, _ in CASES}


def test_every_extra_that_is_named_exists() -> None:
    """In sentences of the library, in documents and in the requirements themselves."""
    if not (ROOT / ".git").exists():
        pytest.skip("git lists the project's files, and this is no checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    named = {}
    for name in listing.stdout.split("\0"):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".yml", "") and path.is_file():
            text = path.read_text(encoding="utf-8")
            for extras in NAMED.findall(text) + ASKED.findall(text):
                named |= dict.fromkeys(extras.split(","), name)
    assert {"nets", "dot", "sympy", "distributed", "notebooks"} <= set(named)
    assert {extra: name for extra, name in named.items() if extra not in EXTRAS} == {}
