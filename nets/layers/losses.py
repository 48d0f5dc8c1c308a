"""Losses: how far outputs are from what is wanted, as functions and as modules.

Each computes a loss for every number or example and takes their mean; `reduction="sum"` adds them up,
`reduction="none"` leaves them as they are. Classes stand along the last axis. Labels are whole numbers
or, what a recorded program can take as an input, rows of probabilities (see `one_hot`).
"""

from typing import Any, ClassVar

import numpy as np

import autodiff as ad
from nets.layers.linear import tokens_below
from nets.layers.module import Module, given

REDUCTIONS = ("mean", "sum", "none")


def reduced(each: Any, reduction: str) -> Any:
    """Return the mean or the sum of the losses, or all of them.

    >>> float(reduced(np.array([1.0, 3.0]), "mean"))
    2.0
    """
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"no reduction is called {reduction!r:.60}: choose one of {', '.join(REDUCTIONS)}"
        )
    if reduction == "none":
        return each
    return np.mean(each) if reduction == "mean" else np.sum(each)


def alike(name: str, y: Any, target: Any) -> tuple[Any, Any]:
    """Return outputs and targets as arrays or nodes of one shape, or raise a ValueError."""
    y, target = given(y, f"{name}: outputs"), given(target, f"{name}: targets")
    if y.shape != target.shape:
        raise ValueError(
            f"{name}: the outputs have shape {y.shape}, and the targets {target.shape}"
        )
    return y, target


def mse_loss(y: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute (y - t)^2; shapes of y and t are the same, or a ValueError names them.

    >>> float(mse_loss(np.array([1.0, 3.0]), np.array([1.0, 1.0])))
    2.0
    """
    y, target = alike("mse_loss", y, target)
    return reduced(ad.square(y - target), reduction)


def l1_loss(y: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute |y - t|; shapes of y and t are the same.

    >>> float(l1_loss(np.array([1.0, 3.0]), np.array([1.0, 1.0])))
    1.0
    """
    y, target = alike("l1_loss", y, target)
    return reduced(ad.abs(y - target), reduction)


def huber_loss(y: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """Compute (y - t)^2 / 2 where |y - t| < delta, and delta (|y - t| - delta/2) elsewhere.

    >>> float(huber_loss(np.array([3.0]), np.array([0.0])))
    2.5
    """
    if not delta > 0:
        raise ValueError(f"huber_loss: delta is {delta!r:.60}: it must be positive")
    y, target = alike("huber_loss", y, target)
    away = ad.abs(y - target)
    near = ad.minimum(away, delta)
    return reduced(near * (away - 0.5 * near), reduction)


def smooth_l1_loss(y: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """Compute the `huber_loss` of delta = beta, divided by beta.

    >>> float(smooth_l1_loss(np.array([3.0]), np.array([0.0]), beta=2.0))
    2.0
    """
    if not beta > 0:
        raise ValueError(f"smooth_l1_loss: beta is {beta!r:.60}: it must be positive")
    return huber_loss(y, target, reduction, beta) * (1.0 / beta)


def binary_cross_entropy(p: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute -t log p - (1 - t) log(1 - p) for probabilities p.

    >>> round(float(binary_cross_entropy(np.array([0.5]), np.array([1.0]))), 6)
    0.693147
    """
    p, t = alike("binary_cross_entropy", p, target)
    return reduced(-(ad.xlogy(t, p) + ad.xlogy(1.0 - t, 1.0 - p)), reduction)


def binary_cross_entropy_with_logits(z: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute log(1 + e^z) - t z, the cross-entropy of sigmoid(z), which overflows nowhere.

    >>> float(binary_cross_entropy_with_logits(np.array([1000.0]), np.array([1.0])))
    0.0
    """
    z, t = alike("binary_cross_entropy_with_logits", z, target)
    near = ad.relu(z) - z * t
    return reduced(near + ad.log1p(ad.exp(-ad.abs(z))), reduction)


def nll_loss(log_p: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute -log_p at the label of each example, or -sum t log_p for rows of probabilities t.

    Shapes: log_p (..., classes), target (...) of whole numbers or (..., classes) of floats. A ValueError
    names the shapes, or the label that is no class.

    >>> float(nll_loss(np.array([[-1.0, -2.0]]), np.array([1])))
    2.0
    """
    return reduced(-_at(log_p, target, "nll_loss"), reduction)


def cross_entropy(z: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute logsumexp(z - z_y), y being the label of each example: the `nll_loss` of log_softmax(z).

    Shapes: z (..., classes), target (...) of whole numbers or (..., classes) of probabilities. With
    labels no digits are lost where the right class has won by far.

    >>> round(float(cross_entropy(np.zeros((2, 4)), np.array([0, 3]))), 6)
    1.386294
    >>> f"{float(cross_entropy(np.array([60.0, 0.0]), 0)):.3e}"
    '8.757e-27'
    """
    z, name = given(z, "cross_entropy: outputs"), "cross_entropy"
    if _labels(given(target, "cross_entropy: targets")):
        return reduced(ad.logsumexp(z - _at(z, target, name)[..., None], axis=-1), reduction)
    return reduced(-_at(ad.log_softmax(z, axis=-1), target, name), reduction)


def _labels(target: Any) -> bool:
    """Return whether targets are whole numbers, not rows of probabilities."""
    return not isinstance(target, ad.Tensor | ad.Value) and np.asarray(target).dtype.kind != "f"


def _at(log_p: Any, target: Any, name: str) -> Any:
    """Return log_p at the labels, or its mean under rows of probabilities."""
    log_p, target = given(log_p, f"{name}: outputs"), given(target, f"{name}: targets")
    shape = target.shape
    if not _labels(target):
        if shape == log_p.shape:
            return np.sum(log_p * target, axis=-1)
    elif log_p.ndim and shape == log_p.shape[:-1]:
        labels = tokens_below(target, log_p.shape[-1], name)
        return log_p[(*np.indices(shape, sparse=True), labels)]
    raise ValueError(
        f"{name}: for outputs of shape {log_p.shape} the targets are whole numbers of shape "
        f"{log_p.shape[:-1]} or rows of probabilities of the outputs' shape, and these have {shape}"
    )


def kl_div(log_p: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute t (log t - log_p), 0 where t is 0; the sum over classes is the divergence of p from t.

    >>> float(kl_div(np.log([0.5, 0.5]), np.array([0.5, 0.5]), "sum"))
    0.0
    """
    log_p, t = alike("kl_div", log_p, target)
    return reduced(ad.xlogy(t, t) - t * log_p, reduction)


def hinge_loss(score: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute max(0, 1 - t score) for targets t of 1 and -1.

    >>> float(hinge_loss(np.array([0.25, 3.0]), np.array([1.0, 1.0])))
    0.375
    """
    score, target = alike("hinge_loss", score, target)
    return reduced(ad.relu(1.0 - score * target), reduction)


class Loss(Module):
    """A loss as a module: called with outputs and targets, with the options that it was made with."""

    function: ClassVar[Any]

    def __init__(self, reduction: str = "mean", **options: float) -> None:
        reduced(np.zeros(1), reduction)
        self.reduction, self.options = reduction, tuple(options.items())
        type(self).function(np.zeros((1, 2)), np.zeros((1, 2)), **options)  # what it refuses

    def forward(self, y: Any, target: Any) -> Any:
        """Return the loss of outputs and targets."""
        return type(self).function(y, target, self.reduction, **dict(self.options))


class MSELoss(Loss):
    """`mse_loss` as a module.

    >>> float(MSELoss()(np.array([1.0, 3.0]), np.array([1.0, 1.0])))
    2.0
    """

    function = staticmethod(mse_loss)


class L1Loss(Loss):
    """`l1_loss` as a module.

    >>> float(L1Loss("sum")(np.array([1.0, 3.0]), np.array([1.0, 1.0])))
    2.0
    """

    function = staticmethod(l1_loss)


class HuberLoss(Loss):
    """`huber_loss` as a module, with `delta`.

    >>> float(HuberLoss(delta=2.0)(np.array([3.0]), np.array([0.0])))
    4.0
    """

    function = staticmethod(huber_loss)


class SmoothL1Loss(Loss):
    """`smooth_l1_loss` as a module, with `beta`.

    >>> float(SmoothL1Loss(beta=2.0)(np.array([3.0]), np.array([0.0])))
    2.0
    """

    function = staticmethod(smooth_l1_loss)


class BCELoss(Loss):
    """`binary_cross_entropy` as a module.

    >>> round(float(BCELoss()(np.array([0.5]), np.array([1.0]))), 6)
    0.693147
    """

    function = staticmethod(binary_cross_entropy)


class BCEWithLogitsLoss(Loss):
    """`binary_cross_entropy_with_logits` as a module.

    >>> float(BCEWithLogitsLoss()(np.array([-1000.0]), np.array([0.0])))
    0.0
    """

    function = staticmethod(binary_cross_entropy_with_logits)


class NLLLoss(Loss):
    """`nll_loss` as a module.

    >>> float(NLLLoss()(np.array([[-1.0, -2.0]]), np.array([1])))
    2.0
    """

    function = staticmethod(nll_loss)


class CrossEntropyLoss(Loss):
    """`cross_entropy` as a module.

    >>> round(float(CrossEntropyLoss()(np.zeros((2, 4)), np.array([0, 3]))), 6)
    1.386294
    """

    function = staticmethod(cross_entropy)


class KLDivLoss(Loss):
    """`kl_div` as a module.

    >>> float(KLDivLoss("sum")(np.log([0.5, 0.5]), np.array([0.5, 0.5])))
    0.0
    """

    function = staticmethod(kl_div)


class HingeLoss(Loss):
    """`hinge_loss` as a module.

    >>> float(HingeLoss()(np.array([0.25, 3.0]), np.array([1.0, 1.0])))
    0.375
    """

    function = staticmethod(hinge_loss)
