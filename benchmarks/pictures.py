"""How long a picture takes, from a built graph to its SVG: in full, folded, and of a million nodes."""

import itertools
import random
import time
from collections.abc import Callable

import autodiff as ad
from autodiff.drawing import draw
from autodiff.drawing.layout import lay_out


def random_layers(layers: int, width: int) -> ad.Value:
    """Return a graph in layers of Values, each made of three in the layer before."""
    choose = random.Random(0)
    row = [ad.Value(choose.uniform(-1, 1)) for _ in range(width)]
    for _ in range(layers):
        row = [choose.choice(row) + v * choose.choice(row) for v in row]
    y = ad.sum(row)
    y.backward()
    return y


def neurons(samples: int) -> ad.Value:
    """Return the cost of a [2, 16, 16, 1] network of Values over some examples: 143 nodes each."""
    choose = random.Random(0)
    sizes = (2, 16, 16, 1)
    layers = [
        [([ad.Value(choose.gauss(0, 1)) for _ in range(m)], ad.Value(0.0)) for _ in range(n)]
        for m, n in itertools.pairwise(sizes)
    ]
    costs = []
    for _ in range(samples):
        a = [ad.constant(choose.random()) for _ in range(2)]
        for layer in layers:
            a = [ad.tanh(ad.dot(w, a) + b) for w, b in layer]
        costs.append((a[0] - 1.0) ** 2)
    y = ad.sum(costs)
    y.backward()
    return y


def chain(n: int) -> ad.Value:
    """Return a chain of n sines."""
    y = ad.Value(1.0, name="x")
    for _ in range(n):
        y = ad.sin(y)
    y.backward()
    return y


def drawing() -> dict[str, float]:
    """Return the milliseconds of work to an SVG, the best of three, by the number of nodes."""
    scene = draw(random_layers(2, 11), names={}, rankdir="TB").scene
    placing = [work(lambda: lay_out(scene)) for _ in range(3)]
    return {
        "60 nodes, the layout": min(placing),
        "60 nodes": milliseconds(random_layers(2, 11), 150),
        "1,000 nodes in full": milliseconds(random_layers(10, 47), 1500),
        "5,000 nodes folded": milliseconds(neurons(50), 150),
        "1,000,000 nodes": milliseconds(chain(1_000_000), 150, 1),
    }


def milliseconds(y: ad.Value, most: int, runs: int = 3) -> float:
    """Return the milliseconds of one picture."""
    return min(work(lambda: draw(y, names={}, max_nodes=most).svg()) for _ in range(runs))


def work(call: Callable[[], object]) -> float:
    """Return the milliseconds for which a call keeps this process busy."""
    start = time.process_time()
    call()
    return 1e3 * (time.process_time() - start)
