"""`nets demo`: the whole road once, on real digits: graph, gradient, picture and network.

Three stations: logistic regression as a graph, with the lecture's hand-derived da, dz, dw, db
beside autograd's; a [2, 3, 1] network node by node, with BP1 to BP4; and the sigmoid network
trained on handwritten digits.
"""

import argparse
import random
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
from autodiff import say
from autodiff.explanations.comparison import apart
from autodiff.sources.lines import WIDTH, fitted
from autodiff.table.language import padded
from autodiff.table.language import width as places
from nets import closed_form
from nets.data import load_digits
from nets.extras import at_least, numbers, output_folder, require
from nets.network import Network
from nets.optim import SGD
from nets.pages.curve import draw_learning_curve
from nets.pages.report import write_report
from nets.parts.batches import as_rows
from nets.runs.check import BOUND, Difference, compare, table
from nets.runs.training import Training
from nets.scalar import Layer


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add = parser.add_argument
    add("--out", type=Path, default=Path("out"), help=say("cli.nets.demo.out"))
    add("--epochs", type=int, default=30, help=say("cli.nets.demo.epochs"))
    add("--seed", type=int, default=0, help=say("cli.nets.demo.seed"))


def run(args: argparse.Namespace) -> int:
    """Walk the three stations; return 0 if autograd and the hand agree everywhere."""
    at_least(1, vars(args), "epochs")
    at_least(0, vars(args), "seed")
    require("tqdm")
    require("matplotlib")
    require("sklearn")
    out = output_folder(args.out)
    agreements = [
        logistic_regression(out / "logistic.svg"),
        small_network(out / "network.svg", args.seed),
        digits(out, args.epochs, args.seed),
    ]
    good = all(away <= BOUND for away in agreements)
    print()
    if good:
        print(say("cli.nets.demo.good", bound=f"{BOUND:.0e}"))
    else:
        print(say("cli.nets.demo.bad"), file=sys.stderr)
    return 0 if good else 1


def logistic_regression(path: Path) -> float:
    """Show the lecture's logistic regression; return the largest relative difference."""
    print(say("cli.nets.demo.one"))
    print("   z = w.x + b, a = sigmoid(z), L = cross-entropy(a, y)")
    x, y, w_now, b_now = np.array([1.5, -2.0]), 1.0, np.array([0.5, -0.25]), 0.1
    w = [ad.Value(v, name=f"w{k}") for k, v in enumerate(w_now, start=1)]
    b = ad.Value(b_now, name="b")
    inputs = [ad.constant(v, name=f"x{k}") for k, v in enumerate(x, start=1)]
    z = w[0] * inputs[0] + w[1] * inputs[1] + b
    a = ad.sigmoid(z)
    L = -(y * ad.log(a) + (1 - y) * ad.log(1 - a))
    z.name, a.name, L.name = "z", "a", "L"
    L.backward()
    hand = closed_form.logistic_regression(w_now, b_now, x, y)
    rows = [
        ("z", z.data, hand.z),
        ("a", a.data, hand.a),
        ("L", L.data, hand.loss),
        ("da = -y/a + (1-y)/(1-a)", a.grad, hand.da),
        ("dz = a - y", z.grad, hand.dz),
        ("dw = dz x", np.array([v.grad for v in w]), hand.dw),
        ("db = dz", b.grad, hand.db),
    ]
    away = _compare_rows(rows)
    _draw(L, path)
    return away


def small_network(path: Path, seed: int) -> float:
    """Show a [2, 3, 1] network node by node, then BP1 to BP4; return the largest difference."""
    print(fitted(f"\n{say('cli.nets.demo.two')}"))
    net = Network([2, 3, 1], seed=seed)
    x, y = np.array([[0.5], [-1.0]]), np.array([[1.0]])
    random.seed(seed)
    layers = [
        Layer(2, 3, number=2, activation="sigmoid"),
        Layer(3, 1, number=3, activation="sigmoid"),
    ]
    for layer, w, b in zip(layers, net.weights, net.biases, strict=True):
        for neuron, row, bias in zip(layer.neurons, w, b[:, 0], strict=True):
            neuron.b.data = float(bias)
            for node, number in zip(neuron.w, row, strict=True):
                node.data = float(number)
    signal: Any = [ad.constant(float(v), name=f"x{k}") for k, v in enumerate(x[:, 0], start=1)]
    for layer in layers:
        signal = layer(signal)
    C = 0.5 * (float(y[0, 0]) - signal) ** 2
    C.name = "C"
    C.backward()
    hand = closed_form.backprop_batch(list(net.weights), list(net.biases), x, y)
    rows: list[tuple[str, Any, Any]] = [("C = (y - a)^2 / 2", C.data, hand.cost)]
    for number, layer in enumerate(layers, start=2):
        grads = np.array([[v.grad for v in n.w] for n in layer.neurons])
        biases = np.array([[n.b.grad] for n in layer.neurons])
        rows.append((f"dC/db^{number} = delta^{number}", biases, hand.nabla_b[number - 2]))
        before = f"(a^{number - 1})" if number > 2 else "x"
        rows.append(
            (f"dC/dw^{number} = delta^{number} {before}^T", grads, hand.nabla_w[number - 2])
        )
    away = _compare_rows(rows)
    print(say("cli.nets.demo.same"))
    differences = compare(net, x, y)
    _print_table(differences)
    _draw(C, path)
    return max(away, _worst(differences))


def digits(out: Path, epochs: int, seed: int) -> float:
    """Train on the 8 x 8 digits; return the largest difference of BP1 to BP4 on what was learnt."""
    split = load_digits()
    sizes = [64, 30, 10]
    print(fitted(f"\n{say('cli.nets.demo.three', sizes=sizes, n=len(split.training))}"))
    net = Network(sizes, seed=seed)
    training = Training(net, split.training, SGD(3.0), epochs, 10, split.test)
    bar = require("tqdm").tqdm(total=epochs * training.steps, unit="batch", disable=None)
    with bar:
        training.run(on_step=bar.update)
    for entry in training.history[:: max(1, epochs // 6)]:
        print(f"   Epoch {entry['epoch']}: {entry['correct']} / {entry['total']}")
    best = training.best_epoch
    share = f"{100 * best['correct'] / best['total']:.1f}"
    right = {"right": best["correct"], "total": best["total"], "share": share}
    print(say("cli.nets.demo.best", epoch=best["epoch"], **right))
    rows = as_rows(split.training[:10], sizes[0], sizes[-1])
    differences = compare(net, rows.inputs.T, rows.targets.T)
    print(say("cli.nets.demo.trained"))
    _print_table(differences)
    about = say("cli.nets.demo.about")
    title = say("report.title", sizes=sizes, about=about)
    path = draw_learning_curve(training.history, out / "learning_curve.png", title)
    print(fitted(say("cli.nets.demo.curve", path=path)))
    report = write_report(out / "report.html", training, about)
    print(fitted(say("cli.nets.demo.report", path=report)))
    return _worst(differences)


def _compare_rows(rows: list[tuple[str, Any, Any]]) -> float:
    """Print each quantity by autograd and by hand; return the largest relative difference."""
    heads = say("compare.autograd"), say("cli.nets.demo.by_hand")
    lines = [("", *heads)]
    lines += [(name, numbers(ours), numbers(theirs)) for name, ours, theirs in rows]
    wide, wider = (max(places(line[k]) for line in lines) for k in (0, 1))
    beside = all(3 + wide + wider + len(line[2]) + 4 <= WIDTH for line in lines)
    for name, ours, theirs in lines if beside else lines[1:]:
        if beside:
            print(f"   {padded(name, wide)}  {padded(ours, wider)}  {theirs}")
        else:  # arrays, one below the other
            head = max(map(places, heads))
            each = (
                f"     {padded(h, head)}  {v}" for h, v in zip(heads, (ours, theirs), strict=True)
            )
            print(fitted("\n".join([f"   {name}", *each])))
    worst = 0.0
    for _, ours, theirs in rows:
        away = np.max(np.abs(np.asarray(ours) - theirs)) / np.max(np.abs(theirs))
        worst = max(worst, float(away))
    print(say("cli.nets.demo.largest", worst=apart(worst)))
    return worst


def _print_table(differences: list[Difference]) -> None:
    print("   " + table(differences).replace("\n", "\n   "))


def _worst(differences: list[Difference]) -> float:
    return max(d.relative for d in differences)


def _draw(y: Any, path: Path) -> None:
    """Draw the backward graph; without a layout engine its DOT text is written instead."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        written = ad.draw(y).save(path)
    if written.suffix == path.suffix:
        print(fitted(f"   {say('cli.nets.demo.drawn', path=written)}"))
    for warning in caught:
        print(fitted(f"   {warning.message}"))
