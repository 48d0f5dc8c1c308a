"""Make the gallery: `python -m docs.gallery` draws every picture of this folder and its page.

Each picture is a function below; its docstring is the text beside it. With a name as argument only
that picture is made.
"""

import inspect
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.drawing import Picture
from autodiff.graphs.files import write
from docs.scrolled import scrolled
from nets import Network
from nets.data import load_digits
from nets.scalar import MLP

HERE = Path(__file__).parent
GALLERY: list[Callable[[], Picture]] = []
IN_JAPANESE = ("neuron",)  # which a Japanese page shows


def shown(make: Callable[[], Picture]) -> Callable[[], Picture]:
    """Add a picture to the gallery."""
    GALLERY.append(make)
    return make


@shown
def neuron() -> Picture:
    """One neuron, `a = sigmoid(w·x + b)`, and its quadratic cost.

    On each edge stand the local derivative and `upstream × local = contribution`; what arrives at a
    node adds up to its gradient.
    """
    w, b = ad.Value(2.0, name="w"), ad.Value(-1.0, name="b")
    x, y = ad.constant(0.5, name="x"), ad.constant(1.0, name="y")
    with ad.scope("neuron"):
        z = w * x + b
        a = ad.sigmoid(z)
    C = (a - y) ** 2 / 2
    C.backward()
    return ad.draw(C)


@shown
def logistic_regression() -> Picture:
    """Logistic regression with two features and the cross-entropy of one example."""
    w1, w2, b = (ad.Value(v, name=n) for v, n in ((0.4, "w1"), (-0.7, "w2"), (0.1, "b")))
    x1, x2 = ad.constant(1.5, name="x1"), ad.constant(-2.0, name="x2")
    with ad.scope("model"):
        z = w1 * x1 + w2 * x2 + b
        a = ad.sigmoid(z)
    with ad.scope("cost"):
        L = -ad.log(a)  # the example's label is 1
    L.backward()
    return ad.draw(L)


@shown
def network() -> Picture:
    """A [2, 3, 1] network of single numbers, one box a neuron: `draw(C, depth=1)`.

    Scopes are drawn as frames; here the neurons' own are closed. `depth=2` opens them. Layer 1 is the input.
    """
    rng = np.random.default_rng(0)
    a: list[Any] = [ad.constant(0.5, name="x1"), ad.constant(-1.0, name="x2")]
    for layer, (m, n) in enumerate(((2, 3), (3, 1)), start=2):
        out = []
        for j in range(1, n + 1):
            w = [ad.Value(float(rng.normal()), name=f"w^{layer}_{j}{k}") for k in range(1, m + 1)]
            b = ad.Value(0.0, name=f"b^{layer}_{j}")
            with ad.scope(f"layer {layer}"), ad.scope(f"neuron {j}"):
                z = ad.dot(w, a) + b
                z.name = f"z^{layer}_{j}"
                out.append(ad.sigmoid(z))
                out[-1].name = f"a^{layer}_{j}"
        a = out
    C = (a[0] - 1.0) ** 2 / 2
    C.backward()
    return ad.draw(C, names={"C": C}, depth=1)


@shown
def strongest_paths() -> Picture:
    """The five strongest paths through a [2, 3, 1] network: `draw(C, top_k=5)`.

    A path's strength is the product of the local derivatives along it; what is left out is said.
    """
    import random

    random.seed(3)
    model = MLP(2, [3, 1], activation="tanh")
    C = (model([ad.Value(0.5, name="x1"), ad.Value(-1.0, name="x2")]) - 1.0) ** 2
    C.backward()
    return ad.draw(C, names={"C": C}, top_k=5)


@shown
def attention() -> Picture:
    """One head of attention over four tokens of three features, on arrays.

    A box shows shape, range, mean and the norm of the gradient; an edge the kind of its Jacobian
    and its norm. The parts of the softmax are one box: `collapse="head/softmax"`.
    """
    rng = np.random.default_rng(1)
    X = ad.constant(rng.normal(size=(4, 3)), name="X")
    Wq, Wk, Wv = (ad.Tensor(rng.normal(size=(3, 3)), name=n) for n in ("Wq", "Wk", "Wv"))
    with ad.scope("head"):
        Q, K, V = X @ Wq, X @ Wk, X @ Wv
        S = Q @ K.T / 3**0.5
        with ad.scope("softmax"):
            A = ad.softmax(S)
        Y = A @ V
    C = (Y * Y).mean()
    C.backward()
    return ad.draw(C, collapse="head/softmax")


@shown
def recurrent() -> Picture:
    """A recurrent network unrolled over four steps, one box a step: `draw(C, collapse=True)`.

    The two matrices are shared by all steps, and the gradient comes back to them from each.
    """
    rng = np.random.default_rng(2)
    W = ad.Tensor(rng.normal(size=(3, 3)) / 2, name="W")
    U = ad.Tensor(rng.normal(size=(3, 2)) / 2, name="U")
    h: Any = ad.constant(np.zeros((3, 1)), name="h0")
    for t in range(1, 5):
        x = ad.constant(rng.normal(size=(2, 1)), name=f"x{t}")
        with ad.scope(f"step {t}"):
            h = ad.tanh(W @ h + U @ x)
            h.name = f"h{t}"
    C = (h * h).sum()
    C.backward()
    return ad.draw(C, names={"C": C}, collapse=True)


@shown
def digits() -> Picture:
    """The [64, 30, 10] network on a mini-batch of ten handwritten digits, one box a layer.

    Each layer shows the shapes and the gradients' norms of its weights `w`, biases `b`, weighted
    inputs `z` (whose gradient is the error δ) and activations `a`.
    """
    training_data, _, _ = load_digits()
    X = np.hstack([x for x, _ in training_data[:10]])
    Y = np.hstack([y for _, y in training_data[:10]])
    C = Network([64, 30, 10], seed=0).graph(X, Y)
    C.backward()
    return ad.draw(C, collapse=True)


@shown
def folded() -> Picture:
    """Fifty examples through a [2, 16, 16, 1] network of single numbers: 7,038 nodes.

    Equal siblings are drawn as one box, and each box states how many nodes it stands for.
    """
    import random

    random.seed(0)
    model = MLP(2, [16, 16, 1], activation="tanh")
    points = [(random.uniform(-1, 1), random.uniform(-1, 1)) for _ in range(50)]
    C = ad.sum([(model([x, y]) - x * y) ** 2 for x, y in points])
    C.backward()
    return ad.draw(C, names={"C": C}, max_nodes=60)


def main(names: list[str]) -> int:
    """Draw the pictures with these names, or all of them and the page."""
    known = {make.__name__: make for make in GALLERY}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"gallery: no picture is called {unknown[0]}; there are {', '.join(known)}",
              file=sys.stderr)  # fmt: skip
        return 2
    for name in names or known:
        path = known[name]().save(HERE / f"{name}.svg")
        print(f"{path.name}: {path.stat().st_size:,} bytes")
        if name in IN_JAPANESE:
            with ad.speaking("ja"):
                known[name]().save(HERE / f"{name}.ja.svg")
    if not names:
        write(HERE / "README.md", page())
    return 0


def page() -> str:
    """Return the page that shows all pictures."""
    parts = [
        "# Gallery\n\nEvery picture was drawn by `draw` and is made again by `python -m docs.gallery`. "
        "Opened by itself, a picture shows a tooltip on each node and edge.\n"
    ]
    for make in GALLERY:
        text = inspect.getdoc(make) or ""
        title = make.__name__.replace("_", " ").capitalize()
        code = textwrap.dedent(inspect.getsource(make)).split('"""')[2]
        alt = text.split("\n")[0].replace("`", "").rstrip(".")
        image = scrolled(f"![{alt}]({make.__name__}.svg)")
        parts.append(
            f"## {title}\n\n{text}\n\n{image}\n\n<details><summary>Code</summary>"
            f"\n\n```python\n{textwrap.dedent(code).strip()}\n```\n\n</details>\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
