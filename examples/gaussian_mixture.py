"""A mixture of Gaussians, fitted by gradients of its log likelihood."""

from scipy.optimize import minimize

import autodiff.numpy as np
import autodiff.numpy.random as npr
from autodiff import grad, value_and_grad
from autodiff.scipy.special import logsumexp


def init_params(num_components, dims, scale, rs):
    return [
        rs.randn(num_components) * scale,
        rs.randn(num_components, dims) * scale,
        np.zeros((num_components, dims, dims)) + np.eye(dims),
    ]


def flatten(params):
    return np.concatenate([np.ravel(p) for p in params])


def unflatten(flat, num_components, dims):
    k, d = num_components, dims
    weights, means = flat[:k], np.reshape(flat[k : k + k * d], (k, d))
    return weights, means, np.reshape(flat[k + k * d :], (k, d, d))


def log_normalize(x):
    return x - logsumexp(x)


def log_gaussian(data, mean, root):
    """Log density of rows of data, where root @ root.T is the covariance."""
    chol = np.tril(root) + 1e-3 * np.eye(root.shape[0])
    away = np.linalg.solve(chol, (data - mean).T)
    logdet = np.sum(np.log(np.abs(np.diag(chol))))
    return -0.5 * np.sum(away**2, axis=0) - logdet - 0.5 * root.shape[0] * np.log(2 * np.pi)


def mixture_log_likelihood(params, data):
    log_weights, means, roots = params
    components = [
        log_weight + log_gaussian(data, mean, root)
        for log_weight, mean, root in zip(log_normalize(log_weights), means, roots)
    ]
    return np.sum(logsumexp(np.vstack(components), axis=0))


def make_pinwheel(radial_std, tangential_std, num_classes, num_per_class, rate, rs):
    rads = np.linspace(0, 2 * np.pi, num_classes, endpoint=False)
    features = rs.randn(num_classes * num_per_class, 2) * np.array([radial_std, tangential_std])
    features[:, 0] += 1
    labels = np.repeat(np.arange(num_classes), num_per_class)
    angles = rads[labels] + rate * np.exp(features[:, 0])
    rotations = np.stack([np.cos(angles), -np.sin(angles), np.sin(angles), np.cos(angles)])
    rotations = np.reshape(rotations.T, (-1, 2, 2))
    return np.einsum("ti,tij->tj", features, rotations)


def main(steps=40):
    rs = npr.RandomState(0)
    data = make_pinwheel(0.3, 0.05, 3, 40, 0.4, rs)
    k, d = 4, 2
    start = flatten(init_params(k, d, 0.5, rs))

    def objective(flat):
        return -mixture_log_likelihood(unflatten(flat, k, d), data) / len(data)

    first = grad(objective)(start)
    found = minimize(
        value_and_grad(objective), start, jac=True, method="CG", options={"maxiter": steps}
    )
    return float(objective(start)), first, found.fun


if __name__ == "__main__":
    before, _, after = main()
    print(f"negative log likelihood a point: {before:.4f} at first, {after:.4f} fitted")
