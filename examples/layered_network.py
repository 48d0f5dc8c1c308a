"""A network whose layers are a list of tuples (weights, biases) and whose activations are arguments."""

import autodiff.numpy as np
import autodiff.numpy.random as npr
from autodiff import grad


def init_random_params(scale, layer_sizes, rs):
    return [
        (scale * rs.randn(m, n), scale * rs.randn(n))
        for m, n in zip(layer_sizes[:-1], layer_sizes[1:])
    ]


def relu(x):
    return np.maximum(x, 0.0)


def predict(params, inputs, activations):
    for (weights, biases), activation in zip(params, activations):
        inputs = activation(np.dot(inputs, weights) + biases)
    return inputs


def log_prior(params, precision):
    return -0.5 * precision * sum(np.sum(w**2) + np.sum(b**2) for w, b in params)


def objective(params, inputs, targets, activations):
    away = predict(params, inputs, activations) - targets
    return np.sum(away**2) / len(inputs) - log_prior(params, 1e-4)


def adam(gradient, params, steps, step_size=0.02, b1=0.9, b2=0.999, eps=1e-8):
    m = [(np.zeros(w.shape), np.zeros(b.shape)) for w, b in params]
    v = [(np.zeros(w.shape), np.zeros(b.shape)) for w, b in params]
    for i in range(steps):
        g = gradient(params, i)
        m = [tuple((1 - b1) * x + b1 * y for x, y in zip(a, b)) for a, b in zip(g, m)]
        v = [tuple((1 - b2) * x**2 + b2 * y for x, y in zip(a, b)) for a, b in zip(g, v)]
        rate = step_size * np.sqrt(1 - b2 ** (i + 1)) / (1 - b1 ** (i + 1))
        params = [
            tuple(p - rate * x / (np.sqrt(y) + eps) for p, x, y in zip(*layer))
            for layer in zip(params, m, v)
        ]
    return params


def main(steps=150):
    rs = npr.RandomState(1)
    inputs = np.reshape(np.linspace(-3.0, 3.0, 40), (40, 1))
    targets = np.cos(inputs) + 0.05 * rs.randn(40, 1)
    activations = (np.tanh, relu, lambda x: x)
    start = init_random_params(0.4, [1, 12, 8, 1], rs)
    slope = grad(objective)(start, inputs, targets, activations)
    found = adam(lambda p, i: grad(objective)(p, inputs, targets, activations), start, steps)
    before, after = (objective(p, inputs, targets, activations) for p in (start, found))
    return (
        float(before),
        np.concatenate([np.ravel(p) for layer in slope for p in layer]),
        float(after),
    )


if __name__ == "__main__":
    before, _, after = main()
    print(f"cost {before:.4f} at first, {after:.4f} after training")
