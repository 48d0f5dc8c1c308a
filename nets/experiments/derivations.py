"""What chapter 2 argues, in figures: indices, the demon, derivations, the two riddles (S31 to S36).

Each function measures what the documents derive or argue and returns lines: what, the documents'
words or figure, the measured one.
"""

import itertools
from typing import Any

import numpy as np

import autodiff as ad
from nets import closed_form
from nets.data import Split
from nets.experiments.counting import paths, ways
from nets.experiments.kit import Line, at_most
from nets.network import Network
from nets.runs.check import relative
from nets.scalar import MLP


def indices(split: Split) -> list[Line]:
    """Find w^3_24 in a network of single numbers; write eq. 25 with the indices turned (S31)."""
    net = MLP(4, [4, 3, 2], activation="sigmoid", named=True)
    out = net([0.5, -1.0, 0.25, 1.0])
    C = 0.5 * (out[0] ** 2 + out[1] ** 2)
    C.backward()
    nodes = {n.name: n.live for n in ad.Graph(C) if n.name}
    w, a, z = nodes["w^3_24"], nodes["a^2_4"], nodes["z^3_2"]
    delta = ad.gradient(C, z)
    matrices = Network([4, 4, 3, 2], seed=0)
    turned = [v.T.copy() for v in matrices.weights]  # w_kj: from j to k
    x = np.array([[0.5], [-1.0], [0.25], [1.0]])
    signal = x
    for v, b in zip(turned, matrices.biases, strict=True):
        signal = closed_form.sigmoid(v.T @ signal + b)
    return [
        Line(
            "w^3_24 leads from neuron 4 of layer 2 to neuron 2 of layer 3: dC/dw and a^2_4 delta^3_2",
            "equal (eq. 32)",
            f"differ by {at_most(abs(w.grad - a.data * delta) / abs(w.grad))}",
        ),
        Line(
            "with the indices turned (w_kj) eq. 25 needs the transpose: sigma(w^T a + b)",
            "a transpose in every layer",
            f"{len(turned)} of {len(turned)}; differs by "
            f"{at_most(relative(matrices.feedforward(x), signal))}",
        ),
    ]


def element_by_element(split: Split) -> list[Line]:
    """Apply f to a vector and multiply element by element, as eq. 24 and 28 print it (S32)."""
    v, s, t = ad.Tensor([2.0, 3.0]), ad.Tensor([1.0, 2.0]), ad.Tensor([3.0, 4.0])
    f, product = v * v, s * t
    return [
        Line(
            "f([2, 3]) with f(x) = x^2 (eq. 24); [1, 2] (*) [3, 4] (eq. 28)",
            "[4, 9]; [3, 8]",
            f"{_listed(f.data)}; {_listed(product.data)}",
        )
    ]


def good_demon(split: Split) -> list[Line]:
    """Let the demon choose the sign, and see what it gains where delta is near 0 (S33)."""
    x, y = split.training.inputs[:, :1], split.training.targets[:, :1]
    net = Network([len(x), 12, len(y)], seed=0)
    arrays = list(net.weights), list(net.biases)
    run = closed_form.backprop_batch(*arrays, x, y)
    delta, step = run.delta[0][:, 0], 0.01
    gains = []
    for j, d in enumerate(delta):
        z = run.z[0].copy()
        z[j] -= step * np.sign(d)
        a = closed_form.sigmoid(net.weights[1] @ closed_form.sigmoid(z) + net.biases[1])
        gains.append(float(run.cost - 0.5 * np.sum((y - a) ** 2)))
    order = np.argsort(np.abs(delta))
    least, most = order[0], order[-1]
    nabla_a = (net.weights[1].T @ run.delta[1])[:, 0]
    slopes = closed_form.sigmoid_prime(run.z[0][:, 0])
    return [
        Line(
            f"the demon moves one z^2_j by {step} against the sign of delta: neurons where C falls",
            "a good demon lowers C",
            f"{sum(g > 0 for g in gains)} of {len(gains)}",
        ),
        Line(
            "what it gains where |delta| is largest and smallest",
            "little to gain where delta is near 0",
            f"{gains[most]:.1e} with delta = {delta[most]:.1e}; "
            f"{at_most(gains[least], 1e-7)} with |delta| {at_most(abs(delta[least]), 1e-5)}",
        ),
        Line(
            "with dC/da for the error instead, delta = dC/da (*) sigma'(z) comes back by",
            "possible, but the equations get a factor more",
            at_most(float(np.max(np.abs(nabla_a * slopes - delta)))),
        ),
    ]


def in_full(split: Split) -> list[Line]:
    """Derive BP1 to BP4 term by term, sums included, and sigma' once (S34)."""
    rng = np.random.default_rng(0)
    net = Network([3, 4, 5], seed=0)
    x, y = rng.random((3, 1)), rng.random((5, 1))
    record = net.record(x, y)
    run = closed_form.backprop_batch(list(net.weights), list(net.biases), x, y)
    jacobian = _jacobian(record.a[1], record.z[1])  # da_k/dz_j, all k and j
    others = float(np.max(np.abs(jacobian - np.diag(np.diag(jacobian)))))
    summed = (run.a[-1] - y).T @ jacobian  # eq. 37, the sum over k
    links = net.weights[1] * closed_form.sigmoid_prime(run.z[0]).T  # eq. 43: dz^3_k/dz^2_j
    second = run.delta[1].T @ links  # eq. 42: the sum over k
    to_z = _jacobian(record.z[1], record.z[0])
    weights = np.einsum("j,k->jk", run.delta[0][:, 0], x[:, 0])
    z = np.linspace(-5.0, 5.0, 101)
    e = np.exp(-z)
    primed = e / (1.0 + e) ** 2
    a = closed_form.sigmoid(z)
    six = closed_form.six_equations(
        rng.standard_normal((4, 3)), np.zeros((4, 1)), rng.standard_normal((1, 4)),
        np.zeros((1, 1)), x, np.array([[1.0]]),
    )  # fmt: skip
    da2 = -1.0 / six.a2
    return [
        Line(
            "eq. 37: the sum over k; da_k/dz_j for k unlike j; what is left is BP1 (eq. 38, 39)",
            "only k = j stays",
            f"differs by {at_most(relative(summed.T, run.delta[1]))}; largest other term {at_most(others)}",
        ),
        Line(
            "eq. 42 to 45: dz^3_k/dz^2_j = w_kj sigma'(z_j) off the graph; the sum over k is BP2",
            "equal; equal",
            f"differ by {at_most(relative(to_z, links))}; {at_most(relative(second.T, run.delta[0]))}",
        ),
        Line(
            "BP3 and BP4 by the chain rule (eq. 102 to 105): dz_j/db_j = 1, dz_j/dw_jk = a_k",
            "equal",
            f"differ by {at_most(relative(run.nabla_b[0], run.delta[0]))}; "
            f"{at_most(relative(run.nabla_w[0], weights))}",
        ),
        Line(
            "sigma' = e^-z / (1 + e^-z)^2 = sigma (1 - sigma), 101 points",
            "equal",
            f"differ by {at_most(float(np.max(np.abs(primed - a * (1.0 - a)))))}",
        ),
        Line(
            "the lecture's steps: da2 = -y/a2 + (1-y)/(1-a2), and dz2 = da2 g'(z2) = a2 - y",
            "equal",
            f"differ by {at_most(relative(da2 * six.a2 * (1.0 - six.a2), six.dz2))}",
        ),
    ]


def second_riddle(split: Split) -> list[Line]:
    """Add up all paths, then merge what they share: back-propagation found (S35)."""
    sizes = [2, 3, 3, 3, 2]
    net = Network(sizes, seed=0)
    x, y = np.array([[0.5], [-1.0]]), np.array([[1.0], [0.0]])
    run = closed_form.backprop_batch(list(net.weights), list(net.biases), x, y)
    primes = [closed_form.sigmoid_prime(z)[:, 0] for z in run.z]
    nabla_a = (run.a[-1] - y)[:, 0]
    every = np.zeros(sizes[1])
    count = 0
    for way in itertools.product(*(range(n) for n in sizes[1:])):
        factor = primes[0][way[0]] * nabla_a[way[-1]]
        for layer, (j, k) in enumerate(itertools.pairwise(way), start=1):
            factor *= net.weights[layer][k, j] * primes[layer][k]
        every[way[0]] += factor
        count += 1
    merged = (sizes[1] * sizes[2] + sizes[2] * sizes[3] + sizes[3] * sizes[4]) + sum(sizes[1:])
    return [
        Line(
            f"delta^2 of {sizes} as the sum over {count} paths (eq. 53), and by BP2",
            "merging what the paths share gives BP2",
            f"differ by {at_most(relative(every[:, None], run.delta[0]))}; "
            f"{count * (2 * len(sizes) - 3)} multiplications against {merged}",
        )
    ]


def naive_gradient(split: Split) -> list[Line]:
    """Count the operations of dy/dw for every w, path by path, beside back-propagation's (S36)."""
    deep = [4] * 10
    figures = []
    for sizes in ([784, 30, 10], deep):
        counted = ways(sizes)
        figures.append(f"{counted.naive.total:,} and {counted.back_propagation.total:,} operations")
    return [
        Line(
            f"dE/dw for every w path by path (4.1), and by back-propagation: [784, 30, 10]; {deep}",
            "much work",
            "; ".join(figures),
        ),
        Line(
            f"paths of {deep} from all weights and biases to the outputs",
            "much work",
            f"{paths(deep):,}",
        ),
    ]


def _jacobian(y: Any, x: Any) -> Any:
    """Return dy_k/dx_j of two columns of one graph."""
    n = y.shape[0]
    return np.hstack([ad.gradient(y, x, seed=np.eye(n)[:, [k]]) for k in range(n)]).T


def _listed(array: Any) -> str:
    return f"[{', '.join(f'{v:g}' for v in array)}]"
