"""Regression by a Gaussian process, whose kernel is learnt from the marginal likelihood."""

from scipy.optimize import minimize

import autodiff.numpy as np
import autodiff.numpy.random as npr
from autodiff import value_and_grad


def rbf_covariance(params, x, xp):
    output_scale, lengthscales = np.exp(params[0]), np.exp(params[1:])
    diffs = np.expand_dims(x / lengthscales, 1) - np.expand_dims(xp / lengthscales, 0)
    return output_scale * np.exp(-0.5 * np.sum(diffs**2, axis=2))


def unpack(params):
    return params[0], np.exp(params[1]) + 1e-4, params[2:]


def log_marginal_likelihood(params, x, y):
    mean, noise, kernel = unpack(params)
    covariance = rbf_covariance(kernel, x, x) + noise * np.eye(len(y))
    chol = np.linalg.cholesky(covariance)
    alpha = np.linalg.solve(chol, y - mean)
    return (
        -0.5 * np.dot(alpha, alpha)
        - np.sum(np.log(np.diag(chol)))
        - 0.5 * len(y) * np.log(2 * np.pi)
    )


def predict(params, x, y, xstar):
    mean, noise, kernel = unpack(params)
    across = rbf_covariance(kernel, x, xstar)
    covariance = rbf_covariance(kernel, x, x) + noise * np.eye(len(y))
    weights = np.linalg.solve(covariance, across)
    spread = rbf_covariance(kernel, xstar, xstar) - np.dot(across.T, weights)
    return mean + np.dot(weights.T, y - mean), spread


def main(steps=60):
    rs = npr.RandomState(0)
    x = np.reshape(np.linspace(-4.0, 4.0, 25), (25, 1))
    y = np.sin(x[:, 0]) + 0.1 * rs.randn(25)

    def objective(params):
        return -log_marginal_likelihood(params, x, y)

    start = 0.1 * rs.randn(4)
    value, slope = value_and_grad(objective)(start)
    found = minimize(
        value_and_grad(objective), start, jac=True, method="CG", options={"maxiter": steps}
    )
    mean, spread = predict(found.x, x, y, np.array([[0.5], [2.0]]))
    return float(value), slope, np.concatenate([mean, np.diag(spread)])


if __name__ == "__main__":
    _, _, found = main()
    print(f"at 0.5: {found[0]:.3f}, the sine {np.sin(0.5):.3f}")
    print(f"at 2.0: {found[1]:.3f}, the sine {np.sin(2.0):.3f}")
