"""The hand-written equations against finite differences, mpmath, and each other."""

import itertools

import mpmath
import numpy as np
import pytest

from nets import closed_form as cf
from nets.closed_form.functions import ACTIVATIONS, COSTS
from nets.perceptron import AND, NAND, OR, Perceptron, xor

DEPTHS = ([4, 3], [3, 5, 2], [4, 6, 5, 3], [3, 4, 5, 4, 3, 2])
HARD = [0.0, 1e-300, 1e-8, 1.0, 30.0, 40.0, 100.0, 700.0]


def network(rng, sizes):
    weights = [rng.standard_normal((n, m)) for m, n in itertools.pairwise(sizes)]
    return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]


def batch(rng, sizes, m):
    return rng.standard_normal((sizes[0], m)), np.eye(sizes[-1])[rng.integers(0, sizes[-1], m)].T


def assert_close(got, expected, relative=1e-12):
    """Compare arrays, relative to the largest element."""
    assert got.shape == expected.shape
    assert np.max(np.abs(got - expected)) <= relative * max(np.max(np.abs(expected)), 1e-300)


@pytest.mark.parametrize("z", [s * z for z in HARD for s in (1, -1)])
def test_sigmoid_keeps_its_digits_when_saturated(z):
    with mpmath.workdps(400):
        a = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        exact = [a, a * (1 - a), 1 - mpmath.tanh(mpmath.mpf(z)) ** 2]
        exact = [float(v) for v in exact]
    got = [f(np.array(z)) for f in (cf.sigmoid, cf.sigmoid_prime, cf.tanh_prime)]
    for computed, right in zip(got, exact, strict=True):
        assert abs(computed - right) <= 8 * np.spacing(right)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_activation_derivatives(name, rng):
    f = ACTIVATIONS[name]
    z = rng.standard_normal(200) * 3
    slope = (f.value(z + 1e-6) - f.value(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(f.prime(z), slope, atol=1e-8)


@pytest.mark.parametrize(
    ("cost", "prime"),
    [
        (cf.quadratic, cf.quadratic_prime),
        (cf.cross_entropy, cf.cross_entropy_prime),
        (cf.log_likelihood, cf.log_likelihood_prime),
    ],
)
def test_cost_derivatives(cost, prime, rng):
    a, y = rng.uniform(0.1, 0.9, (3, 4)), rng.uniform(0, 1, (3, 4))
    for j in range(3):
        push = np.zeros((3, 1))
        push[j] = 1e-6
        slope = (cost(a + push, y) - cost(a - push, y)) / 2e-6
        np.testing.assert_allclose(prime(a, y)[j], slope, rtol=1e-7)


def test_costs_from_probabilities_at_their_ends():
    ends = np.array([[1.0, 0.0, 1.0]])
    assert cf.cross_entropy(ends, np.array([[1.0, 0.0, 0.0]])).tolist() == [0, 0, np.inf]
    assert cf.log_likelihood(ends, np.array([[1.0, 0.0, 0.0]])).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("cost", "output", "f"),
    [
        ("cross_entropy", "sigmoid", cf.cross_entropy),
        ("log_likelihood", "softmax", cf.log_likelihood),
    ],
)
def test_simplified_pairs_equal_the_general_form(cost, output, f, rng):
    z, y = rng.standard_normal((4, 6)), np.eye(4)[[0, 1, 2, 3, 0, 1]].T
    a = ACTIVATIONS[output].value(z)
    assert_close(COSTS[cost].value(z, y, ACTIVATIONS[output]), f(a, y))
    assert_close(COSTS[cost].error(z, y, ACTIVATIONS[output]), a - y)


def test_cross_entropy_error_survives_saturation():
    z, y = np.array([[40.0, -40.0]]), np.array([[1.0, 0.0]])
    error = COSTS["cross_entropy"].error(z, y, ACTIVATIONS["sigmoid"])
    np.testing.assert_allclose(error, [[-np.exp(-40.0), np.exp(-40.0)]], rtol=1e-15)
    far = COSTS["cross_entropy"].value(
        np.array([[800.0]]), np.array([[0.0]]), cf.ACTIVATIONS["sigmoid"]
    )
    assert far == 800.0


COMBINATIONS = [
    ("quadratic", "sigmoid", None),
    ("quadratic", "tanh", "identity"),
    ("quadratic", "leaky_relu", "sigmoid"),
    ("quadratic", "softplus", "identity"),
    ("cross_entropy", "sigmoid", None),
    ("cross_entropy", "relu", "sigmoid"),
    ("cross_entropy", "tanh", "sigmoid"),
    ("log_likelihood", "sigmoid", "softmax"),
    ("log_likelihood", "sigmoid", None),
]


@pytest.mark.parametrize("sizes", DEPTHS, ids=str)
@pytest.mark.parametrize(("cost", "activation", "output"), COMBINATIONS)
def test_backprop_equals_finite_differences(cost, activation, output, sizes, rng):
    weights, biases = network(rng, sizes)
    x, y = batch(rng, sizes, 3)
    run = cf.backprop_batch(weights, biases, x, y, cost, activation, output)
    brute = cf.finite_differences(
        weights, biases, x, y, cost, activation, output, epsilon=1e-5, central=True
    )
    for got, expected in zip(run.nabla_b + run.nabla_w, brute.nabla_b + brute.nabla_w, strict=True):
        np.testing.assert_allclose(got, expected, atol=2e-9, rtol=2e-7)
    assert run.cost == cf.total_cost(weights, biases, x, y, cost, activation, output)


def test_cross_entropy_behind_another_activation_is_the_general_product(rng):
    weights, biases = network(rng, [2, 3])
    x, y = batch(rng, [2, 3], 1)
    weights[0] *= 0.01
    biases[0][:] = -1.0  # so that softplus stays between 0 and 1
    run = cf.backprop_batch(weights, biases, x, y, "cross_entropy", "softplus")
    a = run.a[-1]
    assert_close(run.delta[-1], cf.bp1(cf.cross_entropy_prime(a, y), run.z[-1], "softplus"))
    assert_close(np.array([run.cost]), cf.cross_entropy(a, y))


@pytest.mark.parametrize("sizes", DEPTHS, ids=str)
def test_the_error_is_what_the_demon_sees(sizes, rng):
    weights, biases = network(rng, sizes)
    x, y = batch(rng, sizes, 4)
    run = cf.backprop_batch(weights, biases, x, y)
    for delta, seen in zip(run.delta, cf.demon(weights, biases, x, y), strict=True):
        np.testing.assert_allclose(delta, seen, atol=1e-10, rtol=1e-6)


@pytest.mark.parametrize("sizes", DEPTHS, ids=str)
def test_a_mini_batch_is_the_average_of_its_examples(sizes, rng):
    weights, biases = network(rng, sizes)
    x, y = batch(rng, sizes, 7)
    run = cf.backprop_batch(weights, biases, x, y)
    single = [cf.backprop_batch(weights, biases, x[:, [k]], y[:, [k]]) for k in range(7)]
    for i in range(len(weights)):
        assert_close(run.delta[i], np.hstack([s.delta[i] for s in single]))
        assert_close(run.z[i], np.hstack([s.z[i] for s in single]))
        assert_close(run.nabla_b[i], np.mean([s.nabla_b[i] for s in single], axis=0))
        assert_close(run.nabla_w[i], np.mean([s.nabla_w[i] for s in single], axis=0))


def test_the_four_equations_element_by_element(rng):
    sizes = [3, 4, 2]
    weights, biases = network(rng, sizes)
    x, y = batch(rng, sizes, 1)
    run = cf.backprop_batch(weights, biases, x, y)
    for j in range(2):
        a = run.a[2][j, 0]
        assert run.delta[1][j, 0] == pytest.approx((a - y[j, 0]) * a * (1 - a), rel=1e-12)
        for k in range(4):
            dw = run.a[1][k, 0] * run.delta[1][j, 0]
            assert run.nabla_w[1][j, k] == pytest.approx(dw, rel=1e-15)
    for j in range(4):
        a = run.a[1][j, 0]
        total = sum(weights[1][k, j] * run.delta[1][k, 0] for k in range(2)) * a * (1 - a)
        assert run.delta[0][j, 0] == pytest.approx(total, rel=1e-12)
        assert run.nabla_b[0][j, 0] == run.delta[0][j, 0]
    nabla_b, nabla_w = cf.backprop(weights, biases, x, y)
    assert [b.shape for b in nabla_b] == [b.shape for b in biases]
    assert [w.shape for w in nabla_w] == [w.shape for w in weights]


def test_finite_differences_count_their_forward_passes(rng):
    sizes = [3, 4, 2]
    weights, biases = network(rng, sizes)
    kept = [w.copy() for w in weights]
    x, y = batch(rng, sizes, 1)
    parameters = 3 * 4 + 4 + 4 * 2 + 2
    forward = cf.finite_differences(weights, biases, x, y)
    assert forward.passes == parameters + 1
    assert cf.finite_differences(weights, biases, x, y, central=True).passes == 2 * parameters
    np.testing.assert_allclose(
        forward.nabla_w[0], cf.backprop(weights, biases, x, y)[1][0], atol=1e-6
    )
    assert all(np.array_equal(w, k) for w, k in zip(weights, kept, strict=True))


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("sizes", DEPTHS, ids=str)
def test_a_step_follows_the_gradient(cost, sizes, rng):
    weights, biases = network(rng, sizes)
    x, y = batch(rng, sizes, 5)
    run = cf.backprop_batch(weights, biases, x, y, cost)
    expected_w = [w - 0.7 * g for w, g in zip(weights, run.nabla_w, strict=True)]
    expected_b = [b - 0.7 * g for b, g in zip(biases, run.nabla_b, strict=True)]
    cf.sgd_step(weights, biases, x, y, 0.7, cost)
    for got, expected in zip(weights + biases, expected_w + expected_b, strict=True):
        assert_close(got, expected, 1e-13)


def test_a_saturated_step_gives_no_warning_and_no_nan():
    weights, biases = [np.array([[1000.0]]), np.array([[1.0]])], [np.zeros((1, 1))] * 2
    cf.sgd_step(weights, biases, np.array([[-1.0]]), np.array([[1.0]]), 1.0)
    assert np.isfinite(weights[0]).all()
    assert np.isfinite(weights[1]).all()


def test_an_epoch_is_a_row_of_steps_and_its_last_batch_may_be_short(rng):
    sizes = [6, 5, 3]
    weights, biases = network(rng, sizes)
    by_hand = [w.copy() for w in weights], [b.copy() for b in biases]
    x, y = batch(rng, sizes, 23)
    order = rng.permutation(23)
    cf.train_epoch(weights, biases, x, y, 5, 1.5, order)
    for start in range(0, 23, 5):
        chosen = order[start : start + 5]
        cf.sgd_step(*by_hand, x[:, chosen], y[:, chosen], 1.5)
    for got, expected in zip(weights + biases, by_hand[0] + by_hand[1], strict=True):
        assert_close(got, expected)


def test_float32_stays_float32(rng):
    weights, biases = network(rng, [4, 3, 2])
    weights, biases = [[v.astype(np.float32) for v in vs] for vs in (weights, biases)]
    x, y = (v.astype(np.float32) for v in batch(rng, [4, 3, 2], 6))
    cf.train_epoch(weights, biases, x, y, 3, 1.0)
    assert {v.dtype for v in weights + biases} == {np.dtype(np.float32)}
    assert cf.feedforward(weights, biases, x).dtype == np.float32


def test_evaluate_counts_the_largest_output(rng):
    outputs = rng.standard_normal((10, 50))
    labels = np.where(np.arange(50) < 20, outputs.argmax(axis=0), outputs.argmin(axis=0))
    assert cf.evaluate([np.eye(10)], [np.zeros((10, 1))], outputs, labels) == 20


@pytest.mark.mnist
def test_the_documents_network_learns_mnist(mnist_dir, rng):
    from nets.data import load_mnist

    training, _, test = load_mnist(mnist_dir)
    weights, biases = network(rng, [784, 30, 10])
    for _ in range(3):
        order = rng.permutation(len(training))
        cf.train_epoch(weights, biases, training.inputs, training.targets, 10, 3.0, order)
    assert cf.evaluate(weights, biases, test.inputs, test.labels) > 9_150


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_notes_forms_agree_with_the_four_equations(activation, rng):
    sizes = [4, 6, 5, 3]
    weights, biases = network(rng, sizes)
    x, d = rng.standard_normal((4, 5)), rng.standard_normal((3, 5))
    run = cf.backprop_batch(weights, biases, x, d, "quadratic", activation, "identity")
    notes = cf.mini_batch(weights, biases, x, d, activation)
    for i in range(3):
        assert_close(notes.u[i], run.z[i])
        assert_close(notes.delta[i], run.delta[i])
        assert_close(notes.dw[i], run.nabla_w[i])
        assert_close(notes.db[i], run.nabla_b[i])
    singles = [
        cf.multi_layer(weights, [b[:, 0] for b in biases], x[:, k], d[:, k], activation)
        for k in range(5)
    ]
    for i in range(3):
        assert_close(notes.dw[i], np.mean([s.dw[i] for s in singles], axis=0))
        assert_close(notes.db[i][:, 0], np.mean([s.db[i] for s in singles], axis=0))


def test_the_notes_two_layers(rng):
    w2, w3 = rng.standard_normal((5, 4)), rng.standard_normal((3, 5))
    x, d = rng.standard_normal(4), rng.standard_normal(3)
    run = cf.two_layers(w2, w3, x, d, "tanh")
    deep = cf.multi_layer([w2, w3], [np.zeros(5), np.zeros(3)], x, d, "tanh")
    for got, expected in ((run.dw2, deep.dw[0]), (run.dw3, deep.dw[1]), (run.y, deep.z[-1])):
        assert_close(got, expected)

    def error(j, i, push):
        w = w2.copy()
        w[j, i] += push
        return cf.two_layers(w, w3, x, d, "tanh").error

    slope = [[(error(j, i, 1e-5) - error(j, i, -1e-5)) / 2e-5 for i in range(4)] for j in range(5)]
    np.testing.assert_allclose(run.dw2, slope, atol=1e-8)


def test_the_lectures_logistic_regression(rng):
    w, b = rng.standard_normal(3), 0.3
    x, y = rng.standard_normal((3, 6)), rng.integers(0, 2, (1, 6)).astype(float)
    singles = [cf.logistic_regression(w, b, x[:, i], y[0, i]) for i in range(6)]
    for s, y_i in zip(singles, y[0], strict=True):
        assert s.dz == pytest.approx(s.da * s.a * (1 - s.a), rel=1e-12)
        assert s.dz == pytest.approx(s.a - y_i, rel=1e-12)
        plain = -y_i * np.log(s.a) - (1 - y_i) * np.log(1 - s.a)
        assert s.loss == pytest.approx(plain, rel=1e-12)
    run = cf.logistic_regression_batch(w[:, None], b, x, y)
    assert_close(run.dw[:, 0], np.mean([s.dw for s in singles], axis=0))
    assert run.db == pytest.approx(np.mean([s.db for s in singles]), rel=1e-12)
    four = cf.backprop_batch([w[None, :]], [np.array([[b]])], x, y, "cross_entropy")
    assert_close(run.dw.T, four.nabla_w[0])
    assert_close(run.dz, four.delta[0])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_lectures_six_equations(activation, rng):
    w1, b1 = rng.standard_normal((4, 3)), rng.standard_normal((4, 1))
    w2, b2 = rng.standard_normal((1, 4)), rng.standard_normal((1, 1))
    x, y = rng.standard_normal((3, 5)), rng.integers(0, 2, (1, 5)).astype(float)
    run = cf.six_equations_batch(w1, b1, w2, b2, x, y, activation)
    four = cf.backprop_batch([w1, w2], [b1, b2], x, y, "cross_entropy", activation, "sigmoid")
    pairs = [
        (run.dz1, four.delta[0]), (run.dz2, four.delta[1]), (run.dw1, four.nabla_w[0]),
        (run.dw2, four.nabla_w[1]), (run.db1, four.nabla_b[0]), (run.db2, four.nabla_b[1]),
    ]  # fmt: skip
    for got, expected in pairs:
        assert_close(got, expected)
    for name in ("w1", "b1", "w2", "b2", "z1", "z2"):  # dvar has the shape of var
        var = {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "z1": run.z1, "z2": run.z2}[name]
        assert getattr(run, f"d{name}").shape == var.shape
    singles = [cf.six_equations(w1, b1, w2, b2, x[:, [i]], y[:, [i]], activation) for i in range(5)]
    for name in ("dw1", "db1", "dw2", "db2"):
        assert_close(getattr(run, name), np.mean([getattr(s, name) for s in singles], axis=0))
    assert np.mean(run.loss) == pytest.approx(four.cost, rel=1e-12)


def test_the_neuron_that_learns_slowly():
    quick = cf.train_neuron(0.6, 0.9)
    slow = cf.train_neuron(2.0, 2.0)
    assert quick.a[[0, 300]] == pytest.approx([0.8176, 0.094], abs=5e-4)
    assert slow.a[[0, 150, 300]] == pytest.approx([0.982, 0.933, 0.203], abs=5e-4)
    assert slow.cost[0] == pytest.approx(slow.a[0] ** 2 / 2, rel=1e-14)


def test_the_cross_entropy_cures_it():
    ends = [cf.train_neuron(w, b, cost="cross_entropy").a[-1] for w, b in ((0.6, 0.9), (2.0, 2.0))]
    assert ends == pytest.approx([0.0116, 0.0120], abs=5e-5)


def test_perceptrons_decide_and_calculate():
    table = [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [AND(*x) for x in table] == [0, 0, 0, 1]
    assert [OR(*x) for x in table] == [0, 1, 1, 1]
    assert [NAND(*x) for x in table] == [1, 1, 1, 0]
    assert [xor(*x) for x in table] == [0, 1, 1, 0]
    for threshold, rule in ((5, lambda a, b, c: a), (3, lambda a, b, c: a or (b and c))):
        cinema = Perceptron.with_threshold((6, 2, 2), threshold)
        for x in np.ndindex(2, 2, 2):
            assert cinema(*x) == rule(*x)
    with pytest.raises(ValueError, match="3 weights and was given 2 inputs"):
        Perceptron((6, 2, 2), -5)(1, 0)


ONE = np.ones((1, 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cf.forward([ONE], [ONE], np.ones(1)), r"reshape\(-1, 1\)"),
        (lambda: cf.forward([ONE], [ONE], np.ones((1, 0))), "mini-batch is empty"),
        (lambda: cf.forward([ONE], [], ONE), "1 weight matrices and 0 bias columns"),
        (lambda: cf.forward([ONE], [ONE], np.ones((2, 1))), "layer 2: weights of shape"),
        (lambda: cf.forward([ONE], [np.ones(1)], ONE), "layer 2: biases have shape"),
        (lambda: cf.backprop([ONE], [ONE], ONE, np.ones(1)), "targets have shape"),
        (lambda: cf.total_cost([ONE], [ONE], ONE, np.ones((1, 2))), "targets have shape"),
        (lambda: cf.demon([ONE], [ONE], ONE, np.ones((1, 2))), "targets have shape"),
        (lambda: cf.backprop([ONE], [ONE], ONE, ONE, "quadric"), "no cost is called 'quadric'"),
        (lambda: cf.forward([ONE], [ONE], ONE, "sigmoyd"), "no activation is called 'sigmoyd'"),
        (lambda: cf.backprop([ONE], [ONE], ONE, ONE, "quadratic", "softmax"), "element-wise"),
        (lambda: cf.sgd_step([ONE], [ONE], ONE, np.ones((1, 2)), 1.0), "targets have shape"),
        (lambda: cf.sgd_step([ONE], [ONE], ONE, ONE, 1.0, "hinge"), "not 'hinge'"),
        (lambda: cf.train_epoch([ONE], [ONE], ONE, np.ones((1, 2)), 1, 1.0), "targets have"),
        (lambda: cf.train_epoch([ONE], [ONE], ONE, ONE, 0, 1.0), "at least 1"),
        (lambda: cf.two_layers(ONE, ONE, ONE, np.ones(1)), "do not fit"),
        (lambda: cf.multi_layer([ONE], [np.ones(1)], np.ones(1), ONE), "d has shape"),
        (lambda: cf.mini_batch([ONE], [ONE], ONE, np.ones(1)), "d has shape"),
        (lambda: cf.logistic_regression(ONE, 0.0, ONE, 1.0), "vectors of one length"),
        (lambda: cf.logistic_regression_batch(ONE, 0.0, ONE, np.ones(1)), "must be"),
        (lambda: cf.six_equations(ONE, ONE, ONE, ONE, np.ones((1, 2)), ONE), "one example"),
        (lambda: cf.six_equations(ONE, ONE, np.ones((2, 1)), ONE, ONE, ONE), "w2 has shape"),
    ],
)  # fmt: skip
def test_wrong_shapes_and_names_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_activation_and_a_cost_of_ones_own(rng):
    cube = cf.Activation("cube", lambda z: z**3, lambda z: 3 * z**2)
    sizes = [3, 4, 2]
    weights, biases = network(rng, sizes)
    x, y = batch(rng, sizes, 2)
    run = cf.backprop_batch(weights, biases, x, y, COSTS["quadratic"], cube, "identity")
    brute = cf.finite_differences(
        weights, biases, x, y, "quadratic", cube, "identity", epsilon=1e-5, central=True
    )
    for got, expected in zip(run.nabla_w, brute.nabla_w, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
