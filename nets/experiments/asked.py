"""What the documents ask of the reader or claim in passing: zero start, a blog, a page, exercises.

Rows S37 (the lecture: random, not zero), S38 (the blog post's own network), S39 (the network carried
into a browser) and S40 (the book's exercises
to chapters 1 and 2). Each function returns lines: what, the documents' words or figure, the measured
one.
"""

import time
from typing import Any

import numpy as np

import autodiff as ad
from nets import closed_form
from nets.data import Split
from nets.experiments.arguments import train
from nets.experiments.counting import work_of
from nets.experiments.kit import Line, at_most
from nets.network import Network
from nets.optim import SGD
from nets.pages.digits import answers, digit_page
from nets.runs.check import compare, relative

XOR = [
    (np.array([[float(a)], [float(b)]]), np.array([[float(a ^ b)]])) for a in (0, 1) for b in (0, 1)
]
FOUR_BITS = np.array([[(d >> k) & 1 for d in range(10)] for k in (3, 2, 1, 0)], dtype=float)


def zero_start(split: Split) -> list[Line]:
    """Start at zero: all hidden neurons stay alike for ever (S37)."""
    found = []
    for zero in (True, False):
        net = Network([2, 4, 1], "tanh", "cross_entropy", seed=0, output="sigmoid")
        if zero:
            net.weights = [np.zeros_like(w) for w in net.weights]
            net.biases = [np.zeros_like(b) for b in net.biases]
        x, y = (np.hstack(columns) for columns in zip(*XOR, strict=True))
        for _ in range(600):
            loss = net.step(x, y, SGD(0.5))
        rows = net.weights[0]
        found.append((loss, float(np.max(np.abs(rows - rows[0])))))
    return [
        Line(
            "XOR, [2, 4, 1], 600 steps: the loss from zero weights; how far the neurons are apart",
            "random, not zero",
            f"{found[0][0]:.4f} (ln 2 = 0.6931); {found[0][1]:.1f}",
        ),
        Line(
            "the same from random weights",
            "random, not zero",
            f"{found[1][0]:.4f}; {found[1][1]:.2f}",
        ),
    ]


def blog_network(split: Split) -> list[Line]:
    """Train the blog post's network of two layers on 1000 images, and test it on 100 (S38)."""
    training, test = split.training[:1000], split.test[:100]
    n = len(training.inputs)
    net = Network([n, 10], seed=0)
    parameters = sum(v.size for v in (*net.weights, *net.biases))
    train(net, training, 30)
    squashed = Network([n, 10], seed=0)
    pixels = closed_form.sigmoid
    train(
        squashed,
        [(pixels(x), y) for x, y in zip(training.inputs.T, training.targets.T, strict=True)],
        30,
    )
    moved = [(pixels(x), int(d)) for x, d in zip(test.inputs.T, test.labels, strict=True)]
    return [
        Line(
            f"[{n}, 10]: parameters; right of 100 after 30 epochs on 1000 images",
            "784 * 10 weights and 10 biases; 97 of 100 as an example",
            f"{parameters}; {net.evaluate(test)}",
        ),
        Line(
            "with sigma applied to the pixels too, as the post says",
            "0 to 1 in every layer",
            f"{squashed.evaluate(moved)}",
        ),
    ]


def digits_in_the_browser(split: Split) -> list[Line]:
    """Carry a trained network into the page of `nets export` and run the page's script (S39)."""
    n = len(split.training.inputs)
    net = Network([n, 30, 10], seed=0)
    train(net, split.training[:2000], 5)
    x = split.test.inputs[:, :100]
    outputs, slopes = answers(digit_page(net), x)
    ours = net.feedforward(x)
    leaf = ad.Tensor(x)
    record = net.record(leaf, np.zeros_like(ours), outputs=True)
    wanted = ad.gradient(record.a[-1][0].sum(), leaf)
    same = int(np.sum(np.argmax(outputs, axis=0) == np.argmax(ours, axis=0)))
    return [
        Line(
            f"[{n}, 30, 10] in the page of nets export: answers as Python's; activations of the output; "
            "slopes by the pixels",
            "the weights carried over to JavaScript",
            f"{same} of {x.shape[1]}; differ by {at_most(relative(outputs, ours))}; "
            f"differ by {at_most(relative(slopes, wanted))}",
        )
    ]


def exercises(split: Split) -> list[Line]:
    """Answer the book's exercises to chapters 1 and 2 by numbers (S40)."""
    rng = np.random.default_rng(0)
    x, y = rng.random((6, 7)), rng.random((4, 7))
    net = Network([6, 5, 4], seed=0)
    w, b = list(net.weights), list(net.biases)
    run = closed_form.backprop_batch(w, b, x[:, :1], y[:, :1])
    sigma = [np.diag(closed_form.sigmoid_prime(z)[:, 0]) for z in run.z]
    last = sigma[1] @ (run.a[-1] - y[:, :1])
    whole = sigma[0] @ w[1].T @ last
    return [
        Line(
            "delta^L = Sigma'(z^L) grad_a C, and the product form with all (w^l)^T (exercise of ch. 2)",
            "equal; equal",
            f"differ by {at_most(relative(last, run.delta[1]))}; {at_most(relative(whole, run.delta[0]))}",
        ),
        *_modified(x, y),
        *_linear(x, y),
        *_matrix_based(split),
        *_limit(),
        *_four_bits(),
    ]


def modified(z: Any) -> Any:
    """Compute sigma in every neuron of a layer but the first, which computes tanh."""
    first = np.zeros(z.shape)
    first[0] = 1.0
    return ad.tanh(z) * first + ad.sigmoid(z) * (1.0 - first)


def by_hand(z: Any) -> Any:
    """Compute what `modified` does on plain arrays."""
    return np.vstack([np.tanh(z[:1]), closed_form.sigmoid(z[1:])])


def by_hand_prime(z: Any) -> Any:
    """Compute its derivative: f' in the one neuron, sigma' in the others."""
    return np.vstack([closed_form.tanh_prime(z[:1]), closed_form.sigmoid_prime(z[1:])])


def _modified(x: Any, y: Any) -> list[Line]:
    """Replace sigma by another f in one neuron (problem 1 of chapter 2)."""
    net = Network([6, 5, 4], modified, seed=0, output="sigmoid")
    own = closed_form.Activation("modified", by_hand, by_hand_prime)
    run = closed_form.backprop_batch(
        list(net.weights), list(net.biases), x, y, "quadratic", own, "sigmoid"
    )
    found = ad.compare(autograd=net.graph(x, y), by_hand=run, rtol=1e-12)
    return [
        Line(
            "one neuron with f = tanh: back-propagation with f' in its place, against autograd",
            "one factor changes",
            f"{len(found.rows)} quantities "
            + ("agree" if found.agrees else f"part: {found.verdict}"),
        )
    ]


def _linear(x: Any, y: Any) -> list[Line]:
    """Replace sigma by z throughout: the network is one matrix (problem 2 of chapter 2)."""
    net = Network([6, 5, 4], "identity", seed=0)
    w, b = net.weights, net.biases
    one = w[1] @ w[0] @ x + (w[1] @ b[0] + b[1])
    worst = max(d.relative for d in compare(net, x, y))
    return [
        Line(
            "linear neurons: BP1 to BP4 with sigma' = 1; the network and ONE matrix w^3 w^2",
            "equal; equal",
            f"differ by {at_most(worst)}; {at_most(relative(net.feedforward(x), one))}",
        )
    ]


def _matrix_based(split: Split) -> list[Line]:
    """Hold the mini-batch as one matrix against a loop over its examples (problem 3 of chapter 2)."""
    x, y = split.training.inputs[:, :100], split.training.targets[:, :100]
    net = Network([len(x), 30, len(y)], seed=0)
    w, b = list(net.weights), list(net.biases)

    def loop() -> Any:
        parts = [closed_form.backprop(w, b, x[:, [i]], y[:, [i]]) for i in range(100)]
        return [np.mean([p[1][i] for p in parts], axis=0) for i in range(2)]

    def matrix() -> Any:
        return closed_form.backprop_batch(w, b, x, y).nabla_w

    ratios = []
    for _ in range(9):
        began = time.process_time()  # of the processor: other work on the machine does not count
        parts = loop()
        middle = time.process_time()
        once = matrix()
        ratios.append((middle - began) / (time.process_time() - middle))
    one = work_of(net.graph(x[:, :1], y[:, :1])).multiplications
    both = work_of(net.graph(x, y)).multiplications
    away = max(relative(p, m) for p, m in zip(parts, once, strict=True))
    return [
        Line(
            "100 examples as one matrix and in a loop: difference; multiplications forward; processor time, "
            "loop over matrix (median of 9 pairs)",
            "equal; as many; faster, by how much is asked",
            f"{at_most(away)}; {both:,} and {100 * one:,}; {float(np.median(ratios)):.0f} times",
        )
    ]


def _limit() -> list[Line]:
    """Multiply all weights and biases by c (exercises of chapter 1)."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 1000))
    soft, hard = (Network([3, 4, 1], f, seed=0) for f in ("sigmoid", "step"))
    answers = hard.feedforward(x)
    away = []
    for c in (1.0, 100.0, 1e6):
        scaled = Network([3, 4, 1], "sigmoid", seed=0)
        scaled.weights = [c * w for w in soft.weights]
        scaled.biases = [c * b for b in soft.biases]
        away.append(float(np.mean(np.abs(scaled.feedforward(x) - answers) > 0.01)))
    same = Network([3, 4, 1], "step", seed=0)
    same.weights = [5.0 * w for w in hard.weights]
    same.biases = [5.0 * b for b in hard.biases]
    return [
        Line(
            "perceptrons times c = 5: outputs that change; sigmoid times c = 1, 100, 10^6: outputs that "
            "are not yet the perceptrons'",
            "none; the same in the limit",
            f"{int(np.sum(same.feedforward(x) != answers))} of 1000; "
            + ", ".join(f"{100 * share:.1f} %" for share in away),
        ),
        Line(
            "where w.x + b = 0: sigma(c 0) for every c, and the perceptron's answer",
            "the limit fails there",
            f"{float(closed_form.sigmoid(1e6 * 0.0)):g} and {float(closed_form.step(0.0)):g}",
        ),
    ]


def _four_bits() -> list[Line]:
    """Turn ten outputs into four bits by one more layer (exercise of chapter 1)."""
    w, b = 10.0 * FOUR_BITS, -5.0 * np.ones((4, 1))
    old = np.where(np.eye(10) == 1.0, 0.99, 0.01)  # at least 0.99 for the digit, below 0.01 else
    bits = closed_form.sigmoid(w @ old + b) > 0.5
    right = int(np.sum(np.all(bits == (FOUR_BITS == 1.0), axis=0)))
    return [
        Line(
            "weights 10 for the digits whose bit is set, biases -5: digits that come out right",
            "such weights exist",
            f"{right} of 10",
        )
    ]
