"""Layers: convolution, pooling, normalisation, dropout, attention, recurrence, losses.

Read `module` first: what a `Module` is. Every layer is a function of arrays or nodes (`conv2d`) and a
module that holds what the function needs (`Conv2d`); the module calls the function. Examples stand along
the first axis, as in PyTorch, whose names and parameters these are. `Step` makes a training step of a
model and a cost a recorded program.
"""

from nets.layers.activations import glu, selu, silu
from nets.layers.attention import MultiheadAttention, attention, causal_mask
from nets.layers.convolution import Conv1d, Conv2d, conv1d, conv2d, convolution
from nets.layers.dropout import Dropout, dropout
from nets.layers.linear import Embedding, Flatten, Linear, Sequential, embedding, linear, one_hot
from nets.layers.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from nets.layers.module import Module
from nets.layers.normalisation import (
    BatchNorm1d,
    BatchNorm2d,
    LayerNorm,
    batch_norm,
    layer_norm,
    moments,
)
from nets.layers.pooling import AvgPool2d, MaxPool2d, avg_pool2d, max_pool2d
from nets.layers.recurrent import GRU, LSTM, RNN, gru_cell, lstm_cell, rnn_cell
from nets.layers.step import Step

__all__ = [
    "GRU", "LSTM", "RNN", "AvgPool2d", "BCELoss", "BCEWithLogitsLoss", "BatchNorm1d", "BatchNorm2d",
    "Conv1d", "Conv2d", "CrossEntropyLoss", "Dropout", "Embedding", "Flatten", "HingeLoss", "HuberLoss",
    "KLDivLoss", "L1Loss", "LayerNorm", "Linear", "MSELoss", "MaxPool2d", "Module",
    "MultiheadAttention", "NLLLoss", "Sequential", "SmoothL1Loss", "Step", "attention", "avg_pool2d",
    "batch_norm", "binary_cross_entropy", "binary_cross_entropy_with_logits", "causal_mask", "conv1d",
    "conv2d", "convolution", "cross_entropy", "dropout", "embedding", "glu", "gru_cell", "hinge_loss",
    "huber_loss", "kl_div", "l1_loss", "layer_norm", "linear", "lstm_cell", "max_pool2d", "moments",
    "mse_loss", "nll_loss", "one_hot", "rnn_cell", "selu", "silu", "smooth_l1_loss",
]  # fmt: skip
