"""A character LSTM on the first names that come with the library: which letter comes next.

A name is a row of one-hot letters; token 0 stands before and behind it and fills what is left of the
longest. The cost counts no filling. A tenth of the names is held out, beside what the pairs of letters
in the others (each counted once more) say of them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

import autodiff as ad
from autodiff import say
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work, spread
from nets.gpt import encode, names
from nets.layers import LSTM, Linear, Module, Step, nll_loss, one_hot
from nets.optim import Adam, cosine_rate

SETTINGS = {"width": 64, "epochs": 12, "batch": 32, "eta": 0.01}
LETTERS = "." + "abcdefghijklmnopqrstuvwxyz"


class Speller(Module):
    """Log-probabilities of the next letter, from an LSTM along a name."""

    def __init__(self, width: int, rng: np.random.Generator) -> None:
        self.lstm = LSTM(len(LETTERS), width, rng=rng, dtype=np.float32)
        self.letter = Linear(width, len(LETTERS), rng=rng, dtype=np.float32)

    def forward(self, x: Any, states: Any = None) -> tuple[Any, Any]:
        """Return log-probabilities (..., t, letters) and the last state, for one-hot letters x."""
        y, states = self.lstm(x, states)
        return ad.log_softmax(self.letter(y), axis=-1), states


def cost(model: Any, x: Any, y: Any) -> Any:
    """Return the mean cost of a letter; rows of y without a letter do not count."""
    log_p, _ = model(x)
    return nll_loss(log_p, y, "sum") / ad.sum(y)


def rows(chosen: Sequence[str], length: int) -> tuple[Any, Any]:
    """Return names as one-hot letters and the letters that follow, (names, length, letters) each.

    >>> x, y = rows(["ada"], 5)
    >>> x[0].argmax(axis=1), y[0].argmax(axis=1), y[0].sum(axis=1)
    (array([0, 1, 4, 1, 0]), array([1, 4, 1, 0, 0]), array([1., 1., 1., 1., 0.], dtype=float32))
    """
    x, y = (np.zeros((len(chosen), length, len(LETTERS)), np.float32) for _ in range(2))
    for i, name in enumerate(chosen):
        tokens = one_hot(encode(name), len(LETTERS), np.float32)
        x[i, : len(tokens) - 1], y[i, : len(tokens) - 1] = tokens[:-1], tokens[1:]
        x[i, len(tokens) - 1 :, 0] = 1.0
    return x, y


def pairs(training: Sequence[str], held_out: Sequence[str]) -> float:
    """Return the cost of a letter where the pairs of letters are counted, each once more."""
    counts = np.ones((len(LETTERS), len(LETTERS)))
    for name in training:
        tokens = encode(name)
        np.add.at(counts, (tokens[:-1], tokens[1:]), 1.0)
    log_p = np.log(counts / counts.sum(axis=1, keepdims=True))
    found = [
        log_p[a, b]
        for name in held_out
        for a, b in zip(encode(name), encode(name)[1:], strict=False)
    ]
    return -float(np.mean(found))


def spelled(model: Speller, most: int, rng: np.random.Generator) -> str:
    """Draw a name letter by letter."""
    name, token, states = "", 0, None
    while len(name) < most:
        with ad.no_grad():
            log_p, states = model(one_hot([token], len(LETTERS), np.float32), states)
        p = np.exp(np.asarray(log_p.data, float).ravel())
        token = int(rng.choice(len(LETTERS), p=p / p.sum()))
        if not token:
            break
        name += LETTERS[token]
    return name


def parts(seeds: int, data: str) -> list[Part]:
    """List a run for each seed."""
    return [SETTINGS | {"seed": seed} for seed in range(seeds)]


def measure(part: Part, work: Work) -> Result:
    """Train on nine tenths of the names and measure the others."""
    rng = np.random.default_rng(part["seed"])
    known = names()
    order = rng.permutation(len(known))
    held = [known[i] for i in order[: len(known) // 10]]
    rest = [known[i] for i in order[len(known) // 10 :]]
    length = max(map(len, known)) + 1
    model = Speller(part["width"], rng)
    step = Step(model, cost, Adam(part["eta"]), clip=1.0)
    (x, y), others = rows(rest, length), rows(held, length)
    history = [_cost(model, others)]
    every = len(x) // part["batch"]
    for epoch in range(part["epochs"]):
        step.optimiser.eta = part["eta"] * cosine_rate(epoch, part["epochs"])
        order = rng.permutation(len(x))
        for i in range(every):
            chosen = order[i * part["batch"] : (i + 1) * part["batch"]]
            step(x[chosen], y[chosen])
            work.tick(0)
        history.append(_cost(model, others))
        work.tick()
    return {
        "parameters": sum(p.size for p in model.parameters()),
        "cost": [round(c, 6) for c in history],
        "training": round(_cost(model, (x, y)), 6),
        "pairs": round(pairs(rest, held), 6),
        "spelled": [spelled(model, length, rng) for _ in range(8)],
    }


def _cost(model: Speller, batch: tuple[Any, Any]) -> float:
    with ad.no_grad():
        return float(cost(model, *batch))


def lines(done: Sequence[Done]) -> list[Line]:
    """Tell the cost of a letter before and after, beside that of counted pairs."""

    def of(value: Any) -> str:
        return spread([-value(d) for d in done], "{:.3f}", "").replace("-", "")

    return [
        Line("parameters", "", f"{done[0].result['parameters']:,}"),
        Line("cost of a letter held out, before", "", of(lambda d: d.result["cost"][0])),
        Line("cost of a letter held out, last epoch", "", of(lambda d: d.result["cost"][-1])),
        Line("cost of a letter held out, pairs of letters counted", "", of(lambda d: d.result["pairs"])),
        Line("cost of a letter of the training names", "", of(lambda d: d.result["training"])),
    ]  # fmt: skip


def draw(figure: Any, done: Sequence[Done]) -> None:
    """Draw the cost of a letter held out after each epoch, and that of counted pairs."""
    axes = figure.subplots()
    for i, d in enumerate(done):
        axes.plot(d.result["cost"], f"C{i}.-")
        axes.axhline(d.result["pairs"], color=f"C{i}", ls="--", lw=0.8)
    axes.set(xlabel=say("plot.epoch"), ylabel=say("plot.cost"))
    axes.grid(alpha=0.3)


def remarks(done: Sequence[Done]) -> str:
    """Say what the model is and what it spells."""
    part = done[0].part
    return (
        f"An LSTM of {part['width']} cells over one-hot letters and a linear layer, Adam, gradients "
        f"clipped at norm 1; {part['epochs']} epochs in mini-batches of {part['batch']} names. Saying "
        f"all letters alike would cost {np.log(len(LETTERS)):.3f}. Names that it spells stand in the file."
    )


SPELLING = Experiment(
    name="letters",
    row="nets/layers",
    title="A character LSTM",
    about="which letter of a first name comes next, by an LSTM",
    parts=parts,
    measure=measure,
    lines=lines,
    draw=draw,
    remarks=remarks,
    size=lambda part: int(part["epochs"]),
    seeds=3,
)
