"""Linear layers, of vectors and of tokens, and what holds layers together."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff as ad
from nets.layers.module import Array, Module, generator, given, uniform, whole


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """Compute y = x w^T + b for vectors along the last axis.

    Shapes: x (..., n), weight (m, n), bias (m,), y (..., m). A ValueError names both shapes that do
    not fit.

    >>> linear(np.array([1.0, 2.0]), np.array([[3.0, 4.0]]), np.array([0.5]))
    array([11.5])
    """
    x = given(x, "linear: x")
    if weight.ndim != 2 or not x.ndim or x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"linear: the weight of shape {weight.shape} takes (..., {weight.shape[-1]}), and x has "
            f"shape {x.shape}"
        )
    y = x @ weight.T
    return y if bias is None else y + bias


class Linear(Module):
    """y = x w^T + b with weight (outputs, inputs), drawn from U(-1, 1)/sqrt(inputs).

    >>> Linear(3, 2, rng=0)(np.ones((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self, inputs: int, outputs: int, bias: bool = True, rng: Any = None, dtype: Any = np.float64
    ) -> None:
        self.inputs = whole(inputs, "Linear: inputs")
        self.outputs = whole(outputs, "Linear: outputs")
        drawn = generator(rng)
        self.weight = uniform(drawn, (outputs, inputs), inputs, dtype, "weight")
        self.bias = uniform(drawn, (outputs,), inputs, dtype, "bias") if bias else None

    def forward(self, x: Any) -> Any:
        """Compute y (..., outputs) for x (..., inputs)."""
        return linear(x, self.weight, self.bias)


def one_hot(labels: Any, classes: int, dtype: Any = np.float64) -> Array:
    """Return a 1 at the place of each label: whole numbers as arrays that programs take as inputs.

    Shapes: labels (...), result (..., classes). A ValueError says which label is no class.

    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    labels = tokens_below(labels, whole(classes, "one_hot: classes"), "one_hot")
    y = np.zeros((*labels.shape, classes), dtype)
    np.put_along_axis(y, labels[..., None], 1.0, -1)
    return y


def tokens_below(tokens: Any, size: int, what: str) -> Array:
    """Return whole numbers from 0 to size - 1 as an array, or raise a ValueError that says which is not."""
    found = np.asarray(tokens)
    if found.dtype.kind not in "iu":
        raise ValueError(f"{what}: takes whole numbers below {size}, not {found.dtype}")
    wrong = found[(found < 0) | (found >= size)]
    if wrong.size:
        raise ValueError(f"{what}: {wrong.flat[0]} is not a whole number from 0 to {size - 1}")
    return found


def embedding(tokens: Any, weight: Any) -> Any:
    """Return the row of the weight for each token; one-hot rows choose as whole numbers do.

    Shapes: tokens (...) of whole numbers, or (..., size) of floats; weight (size, n); result (..., n).
    A ValueError says which token has no row.

    >>> embedding(np.array([1, 1]), np.array([[0.0, 1.0], [2.0, 3.0]]))
    array([[2., 3.],
           [2., 3.]])
    """
    tokens = given(tokens, "embedding: tokens")
    if isinstance(tokens, ad.Tensor) or np.asarray(tokens).dtype.kind == "f":
        if not tokens.ndim or tokens.shape[-1] != weight.shape[0]:
            raise ValueError(
                f"embedding: the weight of shape {weight.shape} takes one-hot rows "
                f"(..., {weight.shape[0]}), and these have shape {tokens.shape}"
            )
        return tokens @ weight
    return weight[tokens_below(tokens, weight.shape[0], "embedding")]


class Embedding(Module):
    """A row of numbers for each of `size` tokens, drawn from N(0, 1).

    >>> Embedding(27, 8, rng=0)(np.array([[0, 5, 26]])).shape
    (1, 3, 8)
    """

    def __init__(self, size: int, width: int, rng: Any = None, dtype: Any = np.float64) -> None:
        self.size, self.width = whole(size, "Embedding: size"), whole(width, "Embedding: width")
        self.weight = ad.Tensor(
            generator(rng).standard_normal((size, width)).astype(dtype), name="weight"
        )

    def forward(self, tokens: Any) -> Any:
        """Return (..., width) for tokens (...), or for one-hot rows (..., size)."""
        return embedding(tokens, self.weight)


class Flatten(Module):
    """All axes but the first as one: (n, ...) becomes (n, m).

    >>> Flatten()(np.zeros((2, 3, 4))).shape
    (2, 12)
    """

    def forward(self, x: Any) -> Any:
        """Return x (n, ...) as (n, m)."""
        x = given(x, "Flatten: x")
        if not x.ndim:
            raise ValueError("Flatten: takes (n, ...), and x is a single number")
        return x.reshape(x.shape[0], int(np.prod(x.shape[1:])))


class Sequential(Module):
    """Modules and functions of one array, one after the other; an index gives one of them.

    >>> net = Sequential(Linear(3, 4, rng=0), ad.tanh, Linear(4, 1, rng=1))
    >>> net(np.ones((2, 3))).shape, [*net.named_parameters()][0], len(net)
    ((2, 1), 'layers.0.weight', 3)
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        for layer in layers:
            if not callable(layer):
                raise TypeError(f"Sequential: {layer!r:.60} is neither a module nor a function")
        self.layers = layers

    def forward(self, x: Any) -> Any:
        """Return what the last makes of what the others made of x."""
        for i, layer in enumerate(self.layers):
            with ad.scope(f"{i} {_name(layer)}"):
                x = layer(x)
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, i: int) -> Any:
        return self.layers[i]

    def __repr__(self) -> str:
        named = (repr(f) if isinstance(f, Module) else _name(f) for f in self.layers)
        return f"Sequential({', '.join(named)})"


def _name(layer: Any) -> str:
    """Return what a layer is called: a module by its class, a function by its name."""
    if isinstance(layer, Module):
        return type(layer).__name__
    return str(getattr(layer, "name", None) or getattr(layer, "__name__", type(layer).__name__))
