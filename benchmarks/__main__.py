"""`python -m benchmarks`: measure every bound on one core, print a table and write JSON.

Each line is a process of its own; the figures are ratios of medians taken in turns in one run, so
that a busy machine slows both sides alike. A name or a part of one as argument chooses lines, and so does
the name of a group of them. `--page` writes the tables of docs/performance.md whose lines were measured.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.page import write
from benchmarks.timing import in_a_fresh_process


class Line(NamedTuple):
    """A bound: what is measured, the call that measures it, and what it may be at most."""

    name: str
    call: str
    bound: float | None
    pure: bool = False


BESIDE = "benchmarks.against"
WIDE = "[256, 256, 256, 256, 256, 256, 10]"
LOOPS = (
    Line("two moons, compiled: build + backward + free / floats", "benchmarks.moons.eager()", 1.9),
    Line("two moons by loops: build + backward + free / floats", "benchmarks.loops.moons_by_loops()", 2.2),
    Line("Lorenz, 1,000 steps: value and gradient / floats", "benchmarks.loops.ode()", 4.5),
    Line("p.data -= 0.1 * p.grad; p.grad = 0 / plain slots", "benchmarks.loops.attributes()", 3.0),
    Line("character GPT, a step of 4,192 Values", "benchmarks.gpt.eager()", None),
    Line("character GPT, the cost on floats, ms", "benchmarks.gpt.floats()", None),
    Line("two moons, plain Python / floats", "benchmarks.moons.eager(6)", 25.0, True),
    Line("two moons, micrograd / floats", "benchmarks.moons.micrograd()", None),
)  # fmt: skip
PROGRAMS = (
    Line("one product, value and gradient, us", "benchmarks.loops.product()", None),
    Line("sum x log x + x'Cx, n = 16, bound / ddx-ad interpreted", "benchmarks.loops.entropy(16)", None),
    Line("sum x log x + x'Cx, n = 32, bound / ddx-ad interpreted", "benchmarks.loops.entropy(32)", None),
    Line("MLP 2-16-16-1, 100 lanes, all gradients / numpy by hand", "benchmarks.loops.lanes()", None),
    Line("MLP 2-16-16-1, one sample, all gradients, us", "benchmarks.loops.sample()", None),
    Line("character GPT, a step by jit", "benchmarks.gpt.jit()", None),
    Line("replay, value and gradients / CasADi VM", "benchmarks.moons.replay()", 0.9),
    Line("tracing / eager build", "benchmarks.moons.tracing()", 3.0),
    Line("replay, 100 lanes / CasADi VM", "benchmarks.moons.lanes()", 0.35),
)  # fmt: skip
SIZES = (
    Line("dot of 784 Values, one node / binary", "benchmarks.scalars.nary()", 1 / 3),
    Line("10,000,000 nodes", "benchmarks.scalars.ten_million()", None),
    Line("[784, 30, 10] as scalars / closed form", "benchmarks.scalars.mnist_step()", 8.0),
    Line("MNIST epoch as scalars / closed form", "benchmarks.scalars.mnist_epoch()", 8.0),
)  # fmt: skip
NETWORKS = (
    Line("[784, 30, 10], batch 10, eager / closed form", "benchmarks.arrays.step([784,30,10],10)", 1.35),
    Line("[784, 100, 10], batch 10, eager", "benchmarks.arrays.step([784,100,10],10)", 1.1),
    Line("[784, 100, 10], batch 100, eager", "benchmarks.arrays.step([784,100,10],100)", 1.1),
    Line("six layers of 256, batch 64, eager", f"benchmarks.arrays.step({WIDE},64)", 1.1),
    Line("[784, 30, 10], batch 10, by hand, anew", "benchmarks.arrays.by_hand([784,30,10],10)", None),
    Line("[784, 100, 10], batch 10, by hand, anew", "benchmarks.arrays.by_hand([784,100,10],10)", None),
    Line("[784, 30, 10], batch 10, nets.Network, named", "benchmarks.arrays.named([784,30,10],10)", None),
    Line("six layers of 256, batch 64, nets.Network", f"benchmarks.arrays.named({WIDE},64)", None),
    Line("[784, 30, 10], batch 10, replayed", "benchmarks.arrays.replayed([784,30,10],10)", 1.0),
    Line("[784, 100, 10], batch 100, replayed", "benchmarks.arrays.replayed([784,100,10],100)", None),
    Line("six layers of 256, batch 64, replayed", f"benchmarks.arrays.replayed({WIDE},64)", None),
    Line("[784, 30, 10], batch 10, PyTorch", "benchmarks.peers.torch()", None),
    Line("[784, 30, 10], batch 10, JAX jit", "benchmarks.peers.jax()", None),
    Line("[784, 30, 10], batch 10, MyGrad", "benchmarks.peers.mygrad()", None),
    Line("[784, 30, 10], batch 10, HIPS autograd", "benchmarks.peers.autograd()", None),
    Line("width 1024, batch 256: both / forward", "benchmarks.arrays.backward([1024]*4,256)", 3.2),
    Line("first layer dominates: both / forward", "benchmarks.arrays.backward([4096,64,10],256)", 2.3),
)  # fmt: skip
LAW = (Line("the law: value and gradient / numpy's call", "benchmarks.law.over()", 6.0),)
ARRAYS = (
    Line("arrays: Gaussian mixture, program", f"{BESIDE}.gradient('mixture','JAX','PyTorch')", 1.2),
    Line("arrays: Black-Scholes, program", f"{BESIDE}.gradient('black_scholes','JAX','PyTorch')", 1.1),
    Line("arrays: transformer block, program", f"{BESIDE}.gradient('transformer','JAX')", 0.8),
    Line("arrays: transformer block, eager", f"{BESIDE}.gradient('transformer','PyTorch',without=True)", 1.2),
    Line("arrays: logistic regression, program", f"{BESIDE}.gradient('logistic','JAX')", 0.8),
    Line("arrays: LSTM of 60 steps, program", f"{BESIDE}.gradient('lstm','JAX')", 0.8),
    Line("arrays: hvp of Rosenbrock, 10,000, program", f"{BESIDE}.hvp()", 2.5),
    Line("arrays: Hessian of Rosenbrock, 100, program", f"{BESIDE}.hessian()", 5.0),
    Line("arrays: Hessian of Rosenbrock, 100, by colouring", f"{BESIDE}.hessian(100,True)", 2.0),
    Line("arrays: Hessian of Rosenbrock by colouring", f"{BESIDE}.hessian_growth()", None),
    Line("arrays: ten numbers", f"{BESIDE}.small()", None),
    Line("arrays: peak memory, transformer block", f"{BESIDE}.memory('transformer')", 1.3),
    Line("arrays: peak memory, six layers of 1,024", f"{BESIDE}.memory('network')", 1.3),
    Line("arrays: Black-Scholes in threads", f"{BESIDE}.threads('black_scholes',4)", None),
    Line("arrays: Black-Scholes, an element / at n", f"{BESIDE}.growth('black_scholes')", 1.5),
    Line("arrays: logistic regression, an element / at n", f"{BESIDE}.growth('logistic')", 1.5),
)  # fmt: skip
GROWTH = (
    Line("arrays, ns an element: Black-Scholes, an option", "benchmarks.sizes.cost('options')", None),
    Line("arrays, ns an element: logistic regression, a row", "benchmarks.sizes.cost('rows')", None),
    Line("arrays, ns an element: Hessian times vector", "benchmarks.sizes.cost('product')", None),
    Line("arrays, ns an element: sparse Hessian, a variable", "benchmarks.sizes.cost('hessian')", None),
)  # fmt: skip
REST = (
    Line("a picture, ms", "benchmarks.pictures.drawing()", None),
    Line("import autodiff after numpy, ms", "benchmarks.arrays.import_time()", 60.0),
)  # fmt: skip
GROUPS = {
    "the loop you wrote": LOOPS, "the same loop as a program": PROGRAMS, "size": SIZES,
    "networks": NETWORKS, "arrays": ARRAYS, "the law": LAW,
    "cost against size": GROWTH, "pictures and import": REST,
}  # fmt: skip
BOUNDS: dict[str, dict[str, float | None]] = {  # of the parts of a line
    "the law: value and gradient / numpy's call": {"functions measured": None, "over the law": 0.0},
    "arrays: Hessian of Rosenbrock, 100, program": {"/ torch.func": 1.0},
    "arrays: Hessian of Rosenbrock, 100, by colouring": {"/ torch.func": 1.0},
    "arrays: Hessian of Rosenbrock by colouring": {"an element at 4 n": 1.2},
    "arrays: ten numbers": {
        "a product / numpy": 1.5,
        "np.sin / numpy": 2.0,
        "value and gradient, us": 6.0,
    },
    "a picture, ms": {
        "60 nodes, the layout": 30.0,
        "1,000 nodes in full": 2000.0,
        "5,000 nodes folded": 5000.0,
        "1,000,000 nodes": 5000.0,
    },
    "10,000,000 nodes": {"ratio": 1.3, "bytes": 120.0, "backward": 30.0},
    "character GPT, a step of 4,192 Values": {"ms, Adam by hand": 7.2, "/ micrograd's class": 0.05},
    "character GPT, a step by jit": {"us, called": 350.0},
    "one product, value and gradient, us": {"bound": 0.5, "called": 1.5},
    "sum x log x + x'Cx, n = 16, bound / ddx-ad interpreted": {"bound": 1.1},
    "sum x log x + x'Cx, n = 32, bound / ddx-ad interpreted": {"bound": 1.1},
    "MLP 2-16-16-1, 100 lanes, all gradients / numpy by hand": {"loops": 0.7, "dot": 0.7},
    "MLP 2-16-16-1, one sample, all gradients, us": {"called": 4.5, "bound": 4.5},
}

UNITS = ("ms", "MB")  # said beside a ratio


def verdict(measured: float, bound: float | None) -> str:
    return "" if bound is None else "pass" if measured <= bound else "short"


def measure(line: Line) -> list[dict[str, Any]]:
    """Return the rows of a line; a peer that is not installed is said to be missing."""
    environment = {"AUTODIFF_PURE": "1"} if line.pure else {}
    try:
        found = in_a_fresh_process(line.call, **environment)
    except RuntimeError as error:
        return [{"name": line.name, "line": line.name, "bound": line.bound, "error": str(error)}]
    if not isinstance(found, dict):
        found = {"": found}
    return [
        {
            "name": f"{line.name}{'' if not what else ' ' if what[0] == '/' else ', '}{what}",
            "line": line.name,
            "what": what,
            "bound": (
                bound := BOUNDS.get(line.name, {}).get(what, None if what in UNITS else line.bound)
            ),
            "measured": value,
            "verdict": verdict(value, bound),
        }
        for what, value in found.items()
    ]


def main() -> int:
    """Measure, print and write; the exit code tells whether every line passed."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", help="parts of the names of lines; all by default")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md's tables")
    parser.add_argument("--json", type=Path, default=Path("out/bench.json"), help="where JSON goes")
    args = parser.parse_args()
    rows = []
    chosen = [
        line for group, lines in GROUPS.items() for line in lines
        if not args.part or group in args.part or any(part in line.name for part in args.part)
    ]  # fmt: skip
    measured = {}
    for line in chosen:
        measured[line] = measure(line)
        for row in measured[line]:
            rows.append(row)
            bound = "" if row["bound"] is None else f"{row['bound']:.3g}"
            shown = row["error"] if "error" in row else f"{row['measured']:.3g}"
            print(f"{row['name']:<58} {bound:>6} {shown:>8} {row.get('verdict', '')}", flush=True)
    if args.page:
        write({g: [measured.get(x) for x in lines] for g, lines in GROUPS.items()})
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return int(any(row.get("verdict") == "short" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
