"""scikit-learn estimators over the documents' network, for pipelines, grid search and the rest.

Here examples are rows, as everywhere in scikit-learn; inside they become columns. A classifier has
one output neuron a class, softmax and log-likelihood (chapter 3); a regressor has linear outputs and
the quadratic cost, on targets brought to mean 0 and deviation 1. Loading this module needs
scikit-learn, which the extra `nets` installs.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nets.extras import require
from nets.network import Network
from nets.optim import as_optimiser
from nets.parts.batches import Rows, batches, check_batch_size

Array = NDArray[Any]
_base: Any = require("sklearn.base")
BaseEstimator: Any = _base.BaseEstimator
ClassifierMixin: Any = _base.ClassifierMixin
RegressorMixin: Any = _base.RegressorMixin
_utils = require("sklearn.utils")
_validation = require("sklearn.utils.validation")
_multiclass = require("sklearn.utils.multiclass")


class _MLP(BaseEstimator):  # type: ignore[misc]
    """What both estimators share: their parameters, and training on rows."""

    def __init__(
        self,
        hidden: Sequence[int] = (30,),
        activation: str = "tanh",
        start: str = "xavier",
        optimiser: str = "adam",
        eta: float = 0.01,
        lmbda: float = 0.0,
        epochs: int = 100,
        mini_batch_size: int = 32,
        dropout: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.start = start
        self.optimiser = optimiser
        self.eta = eta
        self.lmbda = lmbda
        self.epochs = epochs
        self.mini_batch_size = mini_batch_size
        self.dropout = dropout
        self.random_state = random_state

    def _train(self, inputs: Array, targets: Array, output: str, cost: str) -> None:
        """Train a network on rows, and keep its arrays as fitted attributes."""
        if not isinstance(self.epochs, int | np.integer) or self.epochs < 1:
            raise ValueError(f"epochs is {self.epochs!r}: it must be a whole number of at least 1")
        self._how = {"output": output, "cost": cost}
        self._sizes = [inputs.shape[1], *self.hidden, targets.shape[1]]
        seed = int(_utils.check_random_state(self.random_state).randint(2**31 - 1))
        net = self._network(seed)
        n = len(inputs)
        optimiser = as_optimiser(self.optimiser, self.eta, self.lmbda / n)
        size, rows = check_batch_size(self.mini_batch_size), Rows(inputs, targets)
        self.loss_curve_ = []
        for _ in range(self.epochs):
            cost_sum = 0.0
            for x, y in batches(rows, net.rng.permutation(n), size):
                cost_sum += net.step(x, y, optimiser) * x.shape[1]
            self.loss_curve_.append(cost_sum / n)
        self.coefs_ = [np.array(w) for w in net.weights]
        self.intercepts_ = [np.array(b) for b in net.biases]
        self.n_iter_ = self.epochs

    def _network(self, seed: int | None = None) -> Network:
        return Network(
            self._sizes, self.activation, initializer=self.start, seed=seed, dropout=self.dropout,
            **self._how,
        )  # fmt: skip

    @property
    def network_(self) -> Network:
        """The trained network: draw its graph, or explain a gradient."""
        _validation.check_is_fitted(self)
        net = self._network()
        net.weights, net.biases = self.coefs_, self.intercepts_
        return net

    def _outputs(self, X: Any) -> Array:
        """Return the network's output for each row."""
        _validation.check_is_fitted(self)
        inputs = _validation.validate_data(self, X, reset=False, dtype=np.float64)
        return self.network_.feedforward(inputs.T).T


class MLPClassifier(ClassifierMixin, _MLP):  # type: ignore[misc]
    """A network that classifies: one softmax output a class, trained on the log-likelihood.

    `hidden` lists the neurons of the hidden layers; the other parameters are those of `Network` and
    of the optimisers. After `fit`: `classes_`, `coefs_` (w of each layer), `intercepts_` (b),
    `loss_curve_` (cost of each epoch) and `network_`.

    >>> X, y = np.array([[0.0], [1.0], [0.1], [0.9]]), np.array(["low", "high", "low", "high"])
    >>> model = MLPClassifier(hidden=(4,), random_state=0).fit(X, y)
    >>> model.predict([[0.05], [0.95]])
    array(['low', 'high'], dtype='<U4')
    """

    def fit(self, X: Any, y: Any) -> "MLPClassifier":
        """Train on rows X (n, features) with labels y (n,)."""
        inputs, labels = _validation.validate_data(self, X, y, dtype=np.float64)
        _multiclass.check_classification_targets(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        targets = np.eye(len(self.classes_))[numbers]
        self._train(inputs, targets, "softmax", "log_likelihood")
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, one row an example."""
        return self._outputs(X)

    def predict(self, X: Any) -> Array:
        """Return the most probable class of each row."""
        outputs = self._outputs(X)
        return np.asarray(self.classes_[np.argmax(outputs, axis=1)])


class MLPRegressor(RegressorMixin, _MLP):  # type: ignore[misc]
    """A network that predicts numbers: linear outputs, trained on the quadratic cost (eq. 6).

    The parameters and fitted attributes are those of `MLPClassifier`, without `classes_`.

    >>> X = np.linspace(-1.0, 1.0, 40).reshape(-1, 1)
    >>> model = MLPRegressor(epochs=300, random_state=0).fit(X, X.ravel() ** 2)
    >>> bool(abs(model.predict([[0.5]])[0] - 0.25) < 0.05)
    True
    """

    def fit(self, X: Any, y: Any) -> "MLPRegressor":
        """Train on rows X (n, features) with targets y (n,) or (n, outputs)."""
        inputs, targets = _validation.validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True
        )
        self._single = targets.ndim == 1
        targets = np.asarray(targets, dtype=np.float64).reshape(len(inputs), -1)
        self._mean = targets.mean(axis=0)
        deviation = targets.std(axis=0)
        self._scale = np.where(deviation > 0, deviation, 1.0)
        self._train(inputs, (targets - self._mean) / self._scale, "identity", "quadratic")
        return self

    def predict(self, X: Any) -> Array:
        """Return the predicted number, or numbers, of each row."""
        values: Array = self._outputs(X) * self._scale + self._mean
        return values.ravel() if self._single else values

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that several targets at once are fine."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
