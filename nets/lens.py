"""One neuron of a matrix network as single numbers: its weights, its bias and what comes in.

A layer is one matrix product; `neuron` takes it apart with the lens of `autodiff` and returns the
one sum that belongs to a neuron and an example, ready to be drawn, explained or derived.
"""

from typing import Any

import autodiff as ad
from nets.network import Network


def neuron(network: Network, x: Any, layer: int, j: int, example: int = 0) -> Any:
    """Return a^l_j as a Value computed from w^l_jk, b^l_j and the inputs a^(l-1)_k (eq. 23).

    Layers are counted as in the documents: 1 is the input, so `layer` is 2 or more; neurons and
    examples are counted from 0. Shapes: x (n_1, m). A ValueError says what is out of range.

    >>> net = Network([3, 4, 2], seed=0)
    >>> a = neuron(net, [[1.0], [0.0], [-1.0]], layer=2, j=1)
    >>> a.backward()
    >>> [n.name for n in ad.Graph(a) if n.kind == "parameter"]
    ['w^2[1,0]', 'w^2[1,1]', 'w^2[1,2]', 'b^2[1,0]']
    """
    if not 2 <= layer <= network.num_layers:
        raise ValueError(f"layer {layer} has no weights: choose one from 2 to {network.num_layers}")
    columns = ad.constant(x).data
    if not 0 <= j < network.sizes[layer - 1]:
        raise ValueError(f"layer {layer} has the neurons 0 to {network.sizes[layer - 1] - 1}")
    if not 0 <= example < columns.shape[1]:
        raise ValueError(f"the batch has the examples 0 to {columns.shape[1] - 1}")
    with ad.no_grad():
        a = columns
        for w, b in zip(network.w[: layer - 2], network.b[: layer - 2], strict=True):
            a = network.activation(w @ a + b).data
    w, b = network.w[layer - 2], network.b[layer - 2]
    a_in = ad.constant(a[:, [example]], name=f"a^{layer - 1}" if layer > 2 else "x")
    f = network.output if layer == network.num_layers else network.activation
    return ad.expand(f(w @ a_in + b), inputs=[w, b]).output[j, 0]
