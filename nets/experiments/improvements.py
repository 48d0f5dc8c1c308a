"""What each technique of chapter 3 brings on the digits, against the runs of chapter 1.

From the documents' first network on, techniques are added: the cross-entropy instead of the quadratic
cost, weights drawn with 1/sqrt(n_in), and then, each by itself, L2, L1, drop-out, more images, momentum
and Adam. lambda is given per training example, so that it means the same for a small set of digits and
for a large one.
"""

from collections.abc import Sequence
from typing import Any

from autodiff import say
from nets.experiments.digits import BATCH, EPOCHS, best
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work, grouped, spread
from nets.experiments.words import spoken

FIRST = {"cost": "quadratic", "start": "normal", "eta": 3.0}
ENTROPY = {"cost": "cross_entropy", "start": "normal", "eta": 0.5}
BETTER = {"cost": "cross_entropy", "start": "scaled", "eta": 0.5}
SETTINGS: dict[str, dict[str, Any]] = {
    "chapter 1: quadratic cost, N(0, 1)": FIRST,
    "quadratic cost, 1/sqrt(n_in) start": FIRST | {"start": "scaled"},
    "cross-entropy": ENTROPY,
    "cross-entropy, 1/sqrt(n_in) start": BETTER,
    "... and L2, lambda/n = 1e-4": BETTER | {"l2": 1e-4},
    "... and L1, lambda/n = 1e-5": BETTER | {"l1": 1e-5},
    "... and drop-out of 10 %": BETTER | {"dropout": 0.1},
    "... and copies moved by one pixel": BETTER | {"expand": "shifts"},
    "... and momentum, mu = 0.9, eta a tenth": BETTER | {"optimiser": "momentum", "eta": 0.05},
    "... and Adam, eta = 0.001": BETTER | {"optimiser": "adam", "eta": 0.001},
    "chapter 1 with 100 hidden neurons": FIRST | {"hidden": 100},
    "100 hidden neurons, cross-entropy, 1/sqrt(n_in) start, L2": BETTER | {"l2": 1e-4, "hidden": 100},
}  # fmt: skip
DOCUMENTS = {30: "95.42 % to improve on", 100: "96.59 % to improve on"}


def parts(seeds: int, data: str) -> list[Part]:
    """List every setting with every seed."""
    common = {"data": data, "hidden": 30, "epochs": EPOCHS, "batch": BATCH}
    return [
        {"name": name} | common | settings | {"seed": seed}
        for name, settings in SETTINGS.items()
        for seed in range(seeds)
    ]


def measure(part: Part, work: Work) -> Result:
    """Train once and keep the score of each epoch."""
    n = len(work.split.training)
    strength = {"lmbda": n * part.get("l2", 0.0), "l1": n * part.get("l1", 0.0)}
    training = work.train(part | strength)
    return {
        "sizes": training.net.sizes,
        "total": training.history[-1]["total"],
        "correct": [entry["correct"] for entry in training.history],
    }


def mean(runs: Sequence[Done]) -> float:
    """Return the mean share of the best epochs in per cent."""
    return sum(best(d) for d in runs) / len(runs)


def lines(done: Sequence[Done]) -> list[Line]:
    """Lay the best epochs beside what is to be improved on."""
    table = []
    for (name,), runs in grouped(done, "name").items():
        documents = DOCUMENTS[runs[0].part["hidden"]]
        table.append(Line(name, documents, spread([best(d) for d in runs])))
    return table


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw what is still wrong in the best epochs: every run, and the mean."""
    axes = figure.subplots()
    groups = grouped(done, "name")
    for i, runs in enumerate(groups.values()):
        axes.plot([100 - best(d) for d in runs], [i] * len(runs), "C0.-")
        axes.plot(100 - mean(runs), i, "C3|", ms=14)
    axes.set_yticks(range(len(groups)), [spoken(name) for (name,) in groups])
    axes.invert_yaxis()
    axes.set(xlabel=say("plot.wrong"), xscale="log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("{x:g}")
    axes.grid(alpha=0.3, which="both")


def remarks(done: Sequence[Done]) -> str:
    """Say what each brought, in points of the mean."""
    means = {name: mean(runs) for (name,), runs in grouped(done, "name").items()}
    names = list(means)

    def gain(after: int, before: int) -> str:
        return f"{means[names[after]] - means[names[before]]:+.2f}"

    return (
        "In percentage points of the mean of the best epochs: the cross-entropy brings "
        f"{gain(2, 0)} over the quadratic cost, and the smaller start {gain(3, 2)} more ({gain(1, 0)} "
        f"with the quadratic cost). On top of both, L2 brings {gain(4, 3)}, L1 {gain(5, 3)}, drop-out "
        f"{gain(6, 3)}, five times as many images {gain(7, 3)}, momentum {gain(8, 3)} and Adam "
        f"{gain(9, 3)}. With 100 hidden neurons the cost, the start and L2 bring {gain(11, 10)} "
        "together."
    )


IMPROVEMENTS = Experiment(
    name="improvements",
    row="S19",
    title="What chapter 3's techniques bring",
    about="the digits with each technique of chapter 3, one by one",
    parts=parts,
    measure=measure,
    lines=lines,
    draw=draw,
    remarks=remarks,
    size=lambda part: int(part["epochs"]),
    seeds=3,
    takes_data=True,
)
