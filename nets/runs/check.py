"""`nets check`: autograd against BP1 to BP4 worked out by hand, layer by layer.

Both sides get the same weights and the same mini-batch. Autograd's side is read off the graph (the
errors delta as derivatives with respect to the nodes z); the other side comes from
`nets.closed_form`, which knows nothing of graphs.
"""

import argparse
import importlib.util
import inspect
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

import autodiff as ad
from autodiff import say
from autodiff.explanations.comparison import apart
from autodiff.sources.lines import fitted
from autodiff.table.language import width
from nets import closed_form
from nets.extras import UsageError, at_least
from nets.network import Network
from nets.parts.batches import as_rows
from nets.parts.costs import COSTS
from nets.runs.marking import mark, told
from nets.runs.saved import load_run
from nets.runs.settings import check_cost, check_ends, listed, load_split, output_of, start

BOUND = 1e-12
# What is checked, where no checkpoint decides it.
CHOSEN: dict[str, Any] = {
    "sizes": None,
    "activation": "sigmoid",
    "output": None,
    "cost": "quadratic",
    "seed": 0,
    "data": "digits",
}


class Difference(NamedTuple):
    """The largest difference in one equation of one layer, relative to its largest element."""

    layer: int
    equation: str
    relative: float


def compare(net: Network, x: Any, y: Any) -> list[Difference]:
    """Compare autograd with the closed form for every layer and each of BP1, BP2, BP3 and BP4.

    Shapes: x (n_1, m), y (n_L, m). Layers are counted from the input, layer 1. A ValueError if
    the closed form does not know the network's activation or cost.

    >>> net = Network([2, 3, 1], seed=0)
    >>> found = compare(net, np.ones((2, 5)), np.zeros((1, 5)))
    >>> [d[:2] for d in found]
    [(2, 'BP2'), (2, 'BP3'), (2, 'BP4'), (3, 'BP1'), (3, 'BP3'), (3, 'BP4')]
    >>> max(d.relative for d in found) < 1e-12
    True
    """
    equations = {"nabla_b": "BP3", "nabla_w": "BP4"}
    found = []
    for row in against_hand(net, x, y).rows:
        kind = row.name.partition("^")[0]
        if row.layer is not None and kind in ("delta", *equations):
            first = "BP1" if row.layer == net.num_layers else "BP2"
            name = equations.get(kind, first)
            found.append(Difference(row.layer, name, relative(row.autograd, row.by_hand)))
    return sorted(found, key=lambda d: (d.layer, d.equation))


@np.errstate(all="ignore")  # numbers that are not finite are told in words
def against_hand(net: Network, x: Any, y: Any) -> ad.Comparison:
    """Hold every z, a, delta and gradient against the closed form; a slip is named by its layer.

    Shapes: x (n_1, m), y (n_L, m).
    """
    record = net.record(x, y)
    layers, m = len(net.w), record.x.shape[1]
    found = ad.gradient(record.cost, [*record.z, *net.b, *net.w])
    autograd = SimpleNamespace(
        z=[z.data for z in record.z],
        a=[record.x.data, *(a.data for a in record.a)],
        # The graph's cost is the average over the m columns; delta belongs to each column alone.
        delta=[m * g for g in found[:layers]],
        nabla_b=found[layers : 2 * layers],
        nabla_w=found[2 * layers :],
    )
    by_hand = closed_form.backprop_batch(
        list(net.weights), list(net.biases), np.asarray(record.x.data), np.asarray(y),
        net.cost.name, net.activation.name, net.output.name,
    )  # fmt: skip
    names = [net.activation.name] * (layers - 1) + [net.output.name]
    return ad.compare(
        autograd=autograd, by_hand=by_hand, weights=list(net.weights), activation=names, rtol=BOUND
    )


def relative(ours: Any, theirs: Any) -> float:
    """Return max |ours - theirs| / max |theirs|, NaN if any element is not finite.

    >>> relative(np.array([1.0, 2.5]), np.array([1.0, 2.0]))
    0.25
    """
    scale = float(np.max(np.abs(theirs)))
    away = float(np.max(np.abs(np.asarray(ours) - theirs)))
    return away / scale if scale else away


def finite(differences: list[Difference]) -> bool:
    """Say whether all that was compared are finite numbers."""
    return all(math.isfinite(d.relative) for d in differences)


def table(differences: list[Difference]) -> str:
    """Lay the differences out as a table, a line for each layer."""
    rows: dict[int, dict[str, float]] = {}
    for d in differences:
        rows.setdefault(d.layer, {})[d.equation] = d.relative
    names = ("BP1", "BP2", "BP3", "BP4")
    first = say("plot.layer")
    wide = width(first)
    lines = [first + "".join(f"{name:>11}" for name in names)]
    for layer, row in rows.items():
        cells = (f"{apart(row[name]):>11}" if name in row else f"{'-':>11}" for name in names)
        lines.append(f"{layer:{wide}}" + "".join(cells))
    return "\n".join(lines)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add(
        "--sizes",
        type=listed(int, "sizes such as 784,30,10"),
        help=say("cli.nets.check.sizes"),
    )
    known = ", ".join(closed_form.ACTIVATIONS)
    add(
        "--activation",
        metavar="NAME",
        choices=closed_form.ACTIVATIONS,
        help=say("cli.nets.of_every_layer", known=known),
    )
    add(
        "--output",
        metavar="NAME",
        choices=closed_form.ACTIVATIONS,
        help=say("cli.nets.train.output"),
    )
    add("--cost", choices=COSTS, help=say("cli.nets.train.cost"))
    add("--batch", type=int, default=10, help=say("cli.nets.check.batch"))
    add("--seed", type=int, help=say("cli.nets.check.seed"))
    add("--checkpoint", type=Path, help=say("cli.nets.check.checkpoint"))
    add("--code", help=say("cli.nets.check.code"))
    add("--data", choices=("digits", "mnist"), help=say("cli.nets.train.data"))
    add("--data-dir", type=Path, help=say("cli.nets.search.data_dir"))


def run(args: argparse.Namespace) -> int:
    """Print the table and return 0 if every difference is within the bound, else 1."""
    at_least(1, vars(args), "batch")
    at_least(0, vars(args), "seed")
    given = {k: v for k, v in vars(args).items() if k in CHOSEN and v is not None}
    if args.code is not None:
        return _mark(args, given)
    if args.checkpoint is None:
        chosen = CHOSEN | given
        data = chosen["data"]
        check_cost(chosen)
        split = load_split(data, args.data_dir)
        sizes = chosen["sizes"] or [len(split.training.inputs), 30, 20, 10]
        net = Network(
            check_ends(sizes, split, data),
            chosen["activation"],
            chosen["cost"],
            seed=chosen["seed"],
            output=output_of(chosen),
        )
        what = say("cli.nets.check.random", seed=chosen["seed"])
    else:
        if given:
            raise UsageError(
                f"--{next(iter(given))} beside --checkpoint would change nothing, since the "
                "checkpoint decides it: leave one of them away"
            )
        saved = load_run(args.checkpoint)
        settings = saved.meta["settings"]
        data = settings["data"]
        check_cost(settings)
        split = load_split(data, args.data_dir)
        training = start(settings, split)
        training.restore(saved.meta["training"], saved.arrays)
        net, what = training.net, say("cli.nets.check.trained", path=args.checkpoint)
    rows = as_rows(split.training[: args.batch], net.sizes[0], net.sizes[-1])
    differences = compare(net, rows.inputs.T, rows.targets.T)
    if not finite(differences):
        raise UsageError(f"{what}: some numbers are not finite, so there is nothing to compare")
    about = {"sizes": net.sizes, "activation": net.activation.name, "cost": net.cost.name}
    print(fitted(say("cli.nets.check.what", **about, what=what, n=len(rows.inputs), data=data)))
    print(table(differences))
    good = all(d.relative <= BOUND for d in differences)
    bound = f"{BOUND:.0e}"
    print(
        say("cli.nets.check.agree", bound=bound)
        if good
        else say("cli.nets.check.differ", bound=bound)
    )
    if not good:
        print(against_hand(net, rows.inputs.T, rows.targets.T).verdict)
    return 0 if good else 1


def _mark(args: argparse.Namespace, given: dict[str, Any]) -> int:
    """Mark a student's own network; return 0 if all that it has of its own is right, else 1."""
    if args.checkpoint is not None:
        raise UsageError("--code and --checkpoint: mark one thing at a time")
    kind = load_class(args.code)
    chosen = CHOSEN | given
    split = load_split(chosen["data"], args.data_dir)
    sizes = chosen["sizes"] or [len(split.training.inputs), 30, 20, 10]
    net = kind(check_ends(sizes, split, chosen["data"]))
    net.rng = np.random.default_rng(chosen["seed"])
    net.weights = [net.rng.standard_normal(w.shape) / w.shape[1] ** 0.5 for w in net.weights]
    net.biases = [net.rng.standard_normal(b.shape) for b in net.biases]
    rows = as_rows(split.training[: max(args.batch, 2)], net.sizes[0], net.sizes[-1])
    marks = mark(net, rows.inputs.T, rows.targets.T)
    if not marks:
        raise UsageError(ad.say("mark.nothing", name=kind.__name__))
    for m in marks:
        right, wrong = (
            ad.say("mark.right", method=m.method),
            ad.say("mark.wrong", method=m.method, said=m.said),
        )
        print(right if m.right else wrong)
    return 0 if all(m.right for m in marks) else 1


def load_class(place: str) -> type[Network]:
    """Load a subclass of Network from `file.py`, or `file.py:Name`; a UsageError says what is wrong."""
    name = ""
    path = Path(place)
    if not path.exists() and ":" in place:
        file, _, name = place.rpartition(":")
        path = Path(file)
    spec = importlib.util.spec_from_file_location("marked", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(f"--code {place} is not a Python file: give one, such as mine.py:Mine")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as e:
        raise UsageError(f"--code {path} cannot be run: {told(e)}") from None
    classes = {
        k: v for k, v in vars(module).items()
        if inspect.isclass(v) and issubclass(v, Network) and v.__module__ == "marked"
    }  # fmt: skip
    if name not in classes and (name or len(classes) != 1):
        listed = ", ".join(classes) or "none"
        raise UsageError(
            f"--code {place}: choose one class that derives from nets.Network, as in "
            f"{path}:Name; the file has {listed}"
        )
    return classes[name] if name else next(iter(classes.values()))
