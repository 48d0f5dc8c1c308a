"""Hostile names: whatever a node is called, pictures stay well-formed, complete and inert."""

import base64
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import pytest

import autodiff as ad
from autodiff.drawing import Picture, available, clean, draw, engine
from autodiff.drawing.escape import dot as escaped
from autodiff.drawing.escape import script, xml
from tests.drawn import SVG, dot_counts, parsed, titles

NAMES = {
    "script": "<script>alert(1)</script>",
    "closing": "</title></style></svg><script>alert(1)</script>",
    "handler": '" onload="alert(1)" x="',
    "entity": "&lt;&#60;&amp;<![CDATA[]]>",
    "quotes": '"\'`\\"',
    "backslash": "ends with \\",
    "dot escapes": r"\N \G \E \l \r \n \T",
    "dot statement": 'x"]; evil [label="y',
    "record": "{a|b}|<p0> c|{d|{e}}",
    "html label": "<b>bold</b>",
    "angle": "<",
    "comment": "a--b--> /* c */ // d # e",
    "link": 'javascript:alert(1)" URL="javascript:alert(1)',
    "newline": "a\nb\r\nc\td",
    "nul": "a\0b",
    "escape": "\x1b[31mred\x1b[0m",
    "c1": "a\x85b\x9bc",
    "noncharacter": "a\ufffeb\uffffc\U0001fffed",
    "surrogate": "a\ud800b\udfffc",
    "separators": "a\u2028b\u2029c",
    "long": "x" * 100_000,
    "emoji": "👩‍🔬🏳️‍🌈",
    "right to left": "שלום \u202eevil\u202c عالم",
    "combining": "Z̸̡̢͉͓a̷lg̵o" * 5,
    "wide": "層の重み",
    "empty": "",
    "space": "   ",
    "number": "3.14",
    "keyword": "digraph",
    "style": "}*{display:none}</style>",
    "template": "${alert(1)} {{constructor}}",
}

needs_engine = pytest.mark.skipif(
    not available(), reason="neither dot nor pygraphviz is installed here"
)


def graph(name: str) -> Picture:
    """A graph in which the name is everywhere a name can be."""
    x = ad.Value(2.0, name=name)
    with ad.scope(name or "scope"):
        y = x * 3.0
    z = y - x
    z.backward()
    return draw(z, names={name: y})


def every(root: ET.Element) -> list[ET.Element]:
    return list(root.iter())


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_dot_keeps_its_nodes_and_edges(name: str) -> None:
    picture = graph(name)
    source = picture.source
    source.encode()  # no lone surrogate
    assert dot_counts(source) == (3, 3)  # the number 3 stands in its product's box
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', source, flags=re.S)
    for line in outside.splitlines():
        assert re.fullmatch(
            r"digraph autodiff \{|\}|  \}|  subgraph cluster_\d+ \{|"
            r"  (graph|node|edge|n\d+|n\d+ -> n\d+(:p\d+:[wn])?) \[[\w=\", .#-]*\];",
            line,
        ), line


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_svg_is_well_formed_complete_and_inert(name: str) -> None:
    picture = graph(name)
    root = parsed(picture.svg())
    assert len(titles(root, "node")) == 3
    assert len(titles(root, "edge")) == 3
    tags = {e.tag.removeprefix(SVG) for e in every(root)}
    assert tags <= {"svg", "title", "desc", "style", "rect", "g", "path", "text", "tspan", "circle"}
    for element in every(root):
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert "href" not in attribute
            assert "javascript" not in value
    styles = [e for e in every(root) if e.tag == f"{SVG}style"]
    assert len(styles) == 1
    assert name.strip() == "" or name not in (styles[0].text or "")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_text_comes_back(name: str) -> None:
    root = parsed(graph(name).svg())
    tooltip = titles(root, "node")[0]
    assert tooltip.startswith(f"{clean(name)}: parameter\n")
    if len(name) < 20 and name.strip():
        shown = [e.text for e in root.iter(f"{SVG}text") if "title" in e.get("class", "")]
        assert clean(name) in shown


@needs_engine
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_engine_reads_the_source_with_every_node(name: str) -> None:
    """The DOT text itself, read by Graphviz, has three nodes, three edges and no link."""
    picture = graph(name)
    drawn = engine.run(picture.source, "svg", 4).decode()
    assert drawn.count('class="node"') == 3
    assert drawn.count('class="edge"') == 3
    assert "<script" not in drawn
    assert not re.search(r'href="(?!\s*")', drawn)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_words_and_notebook(name: str) -> None:
    picture = graph(name)
    lines = picture.to_text().splitlines()
    assert lines[1].startswith(f"{clean(name)}: parameter")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", picture.to_text())
    for form, text in picture._repr_mimebundle_().items():
        text.encode()
        assert form == "text/plain" or text.count("<script") == 1  # ours
        for data in re.findall(r"base64,([^\"]*)", text):
            assert "<script" not in base64.b64decode(data).decode()


def test_saving_a_hostile_graph_runs_nothing(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    picture = graph(f'$(touch {trap}) `touch {trap}` "; touch {trap}')
    suffixes = [".svg", ".tikz", ".html", ".dot", ".txt"]
    if find_spec("resvg_py") and find_spec("vl_convert"):
        suffixes += [".png", ".pdf"]
    for suffix in suffixes:
        picture.save(tmp_path / f"a; touch trap{suffix}")
    assert not trap.exists()
    assert len(list(tmp_path.iterdir())) == len(suffixes)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_escapes(name: str) -> None:
    text = clean(name)
    assert ET.fromstring(f"<a b='{xml(text)}'>{xml(text)}</a>").text == (text or None)
    assert '"' not in re.sub(r"\\.", "", escaped(text))
    inside = script({"name": text})
    assert not re.search("[<>&\u2028\u2029]", inside)
    read = "import json, sys; sys.stdout.buffer.write(json.load(sys.stdin.buffer)['name'].encode())"
    if name == NAMES["script"]:
        out = subprocess.run(
            [sys.executable, "-c", read], input=inside.encode(), check=True, capture_output=True
        )
        assert out.stdout.decode() == text


def test_a_group_of_hostile_names_is_summed_up_safely() -> None:
    names = list(NAMES.values())
    leaves = [ad.Value(float(i), name=name) for i, name in enumerate(names)]
    with ad.scope("</title>|{x}"):
        y = ad.sum([v * 2.0 for v in leaves])
    y.backward()
    for picture in (draw(y, max_nodes=5), draw(y, collapse=True), draw(y, style="micrograd")):
        assert dot_counts(picture.source)[0] == len(picture.scene.boxes)
        assert len(titles(parsed(picture.svg()), "node")) == len(picture.scene.boxes)
