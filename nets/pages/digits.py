"""A trained network carried into one page: draw a digit, see what it says and why.

The weights lie in the page as numbers of 64 bits (of 32 where that would be too much), and the
activations as JavaScript that `autodiff` prints, so the page answers as Python does. The gradient of
the answer with respect to the pixels shows which of them would change it.
"""

import base64
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.drawing.escape import script as as_json
from autodiff.graphs import files
from autodiff.player import bundle
from autodiff.table.language import language
from nets.extras import UsageError, require
from nets.network import Network
from nets.pages.page import digest

MOST = 360_000  # bytes of weights that lie in the page as they are; more are rounded to 32 bits
SIDES = {64: 8, 784: 28}
DATA = 'const data = JSON.parse(document.getElementById("data").textContent);'
ATOB = """const atob = (text) => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bytes = [];
  let held = 0, bits = 0;
  for (const c of text.replace(/=+$/, "")) {
    held = (held << 6) | letters.indexOf(c);
    bits += 6;
    if (bits >= 8) { bits -= 8; bytes.push(String.fromCharCode((held >> bits) & 255)); }
    held &= 65535;
  }
  return bytes.join("");
};"""  # a browser has it, V8 alone has not
END_OF_CORE = "// Here the numbers end and the drawing begins."


def digit_page(net: Network, examples: Any = None) -> str:
    """Return the page of a network of 64 or 784 pixels and 10 outputs.

    `examples` (inputs as columns) can be shown instead of a drawing. A ValueError says what does not
    fit, such as an activation that does not work on each number alone.

    >>> digit_page(Network([64, 5, 10], seed=0))[:15]
    '<!doctype html>'
    """
    if net.sizes[0] not in SIDES or net.sizes[-1] != 10:
        raise UsageError(
            f"a network of sizes {net.sizes} cannot be drawn to: it needs 64 (8 x 8) or 784 "
            f"(28 x 28) inputs and 10 outputs"
        )
    arrays = [a for pair in zip(net.weights, net.biases, strict=True) for a in pair]
    wide = 8 * sum(a.size for a in arrays) <= MOST
    kind = "<f8" if wide else "<f4"
    shown = np.zeros((0, 0)) if examples is None else np.asarray(examples, dtype=float)
    data = {
        "sizes": list(net.sizes),
        "bits": 64 if wide else 32,
        "weights": [_packed(a, kind) for a in arrays],
        "examples": [[round(float(v), 4) for v in x] for x in shown.T],
        "softmax": net.output.name == "softmax",
        "texts": bundle.texts("digit_page"),
        "language": language(),
    }
    functions = [net.activation, net.output] if len(net.sizes) > 2 else [net.output, net.output]
    scripts = [_function(f, f"activation{i}") for i, f in enumerate(functions)]
    code = "\n".join(
        ['"use strict";', "(() => {", DATA, *scripts,
         "const activations = [activation0, activation1];", _part("digits_core.js"), END_OF_CORE,
         _part("digits.js"), "})();"]
    )  # fmt: skip
    style = _part("digits.css")
    parts = {
        "@STYLE@": style, "@STYLE_HASH@": digest(style), "@SCRIPT@": code,
        "@SCRIPT_HASH@": digest(code), "@DATA@": as_json(data),
    }  # fmt: skip
    return re.sub("@[A-Z_]+@", lambda mark: parts[mark.group()], _part("digits.html"))


def answers(page: str, inputs: Any) -> tuple[Any, Any]:
    """Run a page's own script in V8 and return its outputs and the slopes of output 0, as columns.

    `inputs` are columns. What draws is left out. An ImportError says how to install mini-racer.
    """
    racer = require("py_mini_racer", "test", "running a page without a browser").MiniRacer()
    found = re.search(r'id="data">(.*?)</script>', page, re.S)
    script = re.search(f"({re.escape(DATA)}.*?){re.escape(END_OF_CORE)}", page, re.S)
    if not found or not script:
        raise UsageError("the page is none of those in which a digit is drawn")
    plain = script[1].replace(DATA, f"const data = {found[1]};")
    racer.eval(f"{ATOB}\n{plain}\n0")
    runs = [
        json.loads(racer.eval(
            f"(() => {{ const run = forward({json.dumps([float(v) for v in column])}); "
            "return JSON.stringify([run.a[L], gradient(run, 0)]); })()"
        ))
        for column in np.asarray(inputs, dtype=float).T
    ]  # fmt: skip
    outputs, slopes = zip(*runs, strict=True)
    return np.array(outputs).T, np.array(slopes).T


def save(net: Network, path: Path | str, examples: Any = None) -> Path:
    """Write the page to a file and return its path."""
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{target}: the name of the page must end in .html")
    return files.write(target, digit_page(net, examples))


def _function(activation: Any, name: str) -> str:
    """Return the activation and its slope at a number as JavaScript: (z) => {value, gradient}."""
    if activation.name == "softmax":  # of a whole layer: the page shares exp out itself
        activation = ad.exp
    try:
        y = activation(ad.Value(0.5, name="z"))
        source = ad.to_js_source(y, function=name)
    except (TypeError, ValueError) as e:
        raise UsageError(f"the activation {activation.name} cannot go to a page: {e}") from None
    head, _, body = source.rpartition(f"function {name}")
    return f"const {name} = (() => {{\n{head}return function {body};\n}})();"


def _packed(array: Any, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode()


def _part(name: str) -> str:
    return resources.files("nets.pages").joinpath(name).read_text(encoding="utf-8")
