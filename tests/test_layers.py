"""`nets.layers`: every layer and loss against PyTorch, as functions, modules and recorded programs."""

import copy
import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from nets import layers
from nets.layers import (
    GRU,
    LSTM,
    RNN,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv1d,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    Linear,
    MaxPool2d,
    Module,
    MultiheadAttention,
    Sequential,
    Step,
    cross_entropy,
    mse_loss,
    one_hot,
)
from nets.layers.losses import Loss
from nets.optim import SGD, AdaDelta, AdaGrad, Adam, AdamW, clip_by_norm
from tests.snippets import run, snippets

torch = pytest.importorskip("torch")
nn = torch.nn
F = torch.nn.functional


@dataclass(frozen=True)
class Case:
    """A layer, PyTorch's of the same name, and the shape of what both are given."""

    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    shape: tuple[int, ...]
    order: Callable[[list[Any]], list[Any]] = lambda ps: ps  # their parameters in our order
    batched: bool = False  # looks at the whole batch, so it is no map over examples


def by_kind(ps: list[Any]) -> list[Any]:
    """Return w_x of all layers, then w_h, b_x and b_h, as our recurrent layers have them."""
    return [p for k in range(4) for p in ps[k::4]]


CASES = {
    "Linear": Case(lambda: Linear(5, 3, rng=1), lambda: nn.Linear(5, 3), (4, 5)),
    "Conv1d": Case(
        lambda: Conv1d(2, 3, 3, stride=2, padding=1, rng=1),
        lambda: nn.Conv1d(2, 3, 3, stride=2, padding=1), (4, 2, 9),
    ),
    "Conv2d": Case(
        lambda: Conv2d(2, 3, (3, 2), padding=1, dilation=2, rng=1),
        lambda: nn.Conv2d(2, 3, (3, 2), padding=1, dilation=2), (4, 2, 7, 8),
    ),
    "MaxPool2d": Case(
        lambda: MaxPool2d(3, 2, 1), lambda: nn.MaxPool2d(3, 2, 1), (4, 2, 7, 8)
    ),
    "AvgPool2d": Case(
        lambda: AvgPool2d((2, 3), 2, (1, 1)), lambda: nn.AvgPool2d((2, 3), 2, (1, 1)), (4, 2, 7, 8)
    ),
    "BatchNorm1d": Case(lambda: BatchNorm1d(5), lambda: nn.BatchNorm1d(5), (4, 5), batched=True),
    "BatchNorm2d": Case(
        lambda: BatchNorm2d(3), lambda: nn.BatchNorm2d(3), (4, 3, 2, 5), batched=True
    ),
    "LayerNorm": Case(lambda: LayerNorm((3, 5)), lambda: nn.LayerNorm((3, 5)), (4, 3, 5)),
    "MultiheadAttention": Case(
        lambda: MultiheadAttention(6, 3, rng=1),
        lambda: nn.MultiheadAttention(6, 3, batch_first=True), (4, 5, 6),
    ),
    "RNN": Case(
        lambda: RNN(3, 4, layers=2, rng=1), lambda: nn.RNN(3, 4, 2, batch_first=True), (2, 5, 3),
        by_kind,
    ),
    "LSTM": Case(
        lambda: LSTM(3, 4, layers=2, rng=1), lambda: nn.LSTM(3, 4, 2, batch_first=True), (2, 5, 3),
        by_kind,
    ),
    "GRU": Case(
        lambda: GRU(3, 4, layers=2, rng=1), lambda: nn.GRU(3, 4, 2, batch_first=True), (2, 5, 3),
        by_kind,
    ),
    "Embedding": Case(lambda: Embedding(7, 4, rng=1), lambda: nn.Embedding(7, 4), (3, 5)),
    "Dropout": Case(lambda: Dropout(0.0), lambda: nn.Dropout(0.0), (3, 5)),
    "Flatten": Case(Flatten, nn.Flatten, (3, 2, 4)),
    "Sequential": Case(
        lambda: Sequential(Linear(5, 4, rng=1), ad.tanh, Linear(4, 2, rng=2)),
        lambda: nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)), (3, 5),
    ),
}  # fmt: skip
APART = {"Module", "Step"}  # what is no layer


def only(y: Any) -> Any:
    """Return the outputs alone, of what returns states or weights beside them."""
    return y[0] if isinstance(y, tuple) else y


def given_to(name: str, rng: np.random.Generator, dtype: Any = np.float64) -> Any:
    shape = CASES[name].shape
    if name == "Embedding":
        return rng.integers(0, 7, shape)
    return rng.standard_normal(shape).astype(dtype)


def their_call(module: Any, x: Any) -> Any:
    return only(module(x, x, x) if isinstance(module, nn.MultiheadAttention) else module(x))


def pair(name: str, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return our layer and PyTorch's with the same parameters, all drawn anew."""
    case = CASES[name]
    ours, theirs = case.ours(), case.theirs().double()
    others = case.order(list(theirs.parameters()))
    assert len(others) == len(ours.parameters())
    for p, q in zip(ours.parameters(), others, strict=True):
        p.data = rng.standard_normal(p.shape)
        with torch.no_grad():
            q.copy_(torch.tensor(np.array(p.data)))
    return ours, theirs


def weights_for(y: Any) -> Any:
    return np.cos(np.arange(math.prod(y.shape))).reshape(y.shape)


def test_every_layer_has_a_case() -> None:
    found = {
        n for n in layers.__all__
        if isinstance(getattr(layers, n), type) and not issubclass(getattr(layers, n), Loss)
    }  # fmt: skip
    assert found - APART == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_outputs_and_gradients_are_pytorchs(name: str, rng: np.random.Generator) -> None:
    ours, theirs = pair(name, rng)
    x = given_to(name, rng)
    node = x if name == "Embedding" else ad.Tensor(x)
    other = torch.tensor(x, requires_grad=name != "Embedding")
    y, wanted = only(ours(node)), their_call(theirs, other)
    np.testing.assert_allclose(y.data, wanted.detach(), rtol=1e-11, atol=1e-12)
    assert sum(p.size for p in ours.parameters()) == sum(q.numel() for q in theirs.parameters())
    weights = weights_for(y)
    (y * weights).sum().backward()
    (wanted * torch.tensor(weights)).sum().backward()
    pairs = list(zip(ours.parameters(), CASES[name].order(list(theirs.parameters())), strict=True))
    for p, q in [*pairs, *([] if name == "Embedding" else [(node, other)])]:
        np.testing.assert_allclose(p.grad, q.grad, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", CASES)
def test_a_module_goes_through_transforms_and_programs(name: str, rng: np.random.Generator) -> None:
    ours, _ = pair(name, rng)
    x = given_to(name, rng)
    x = one_hot(x, 7) if name == "Embedding" else x
    weights = weights_for(only(ours(x)))

    def cost(model: Any, x: Any) -> Any:
        return (only(model(x)) * weights).sum()

    value, gradient = ad.value_and_grad(cost)(ours, x)
    again, recorded = ad.jit(cost).value_and_grad(ours, x)
    assert math.isclose(value, again, rel_tol=1e-12)
    assert type(gradient) is type(ours)
    cost(ours, x).backward() if ours.parameters() else None
    found = [g.named_parameters() for g in (gradient, recorded)]
    for path, p in ours.named_parameters().items():
        for g in found:
            np.testing.assert_allclose(g[path], p.grad, rtol=1e-10, atol=1e-12)
    ad.check_grads(lambda x: cost(ours, x), (x,), order=1)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if not case.batched])
def test_a_layer_is_a_map_over_examples(name: str, rng: np.random.Generator) -> None:
    if name == "Flatten":
        return
    ours, _ = pair(name, rng)
    x = given_to(name, rng)
    x = one_hot(x, 7) if name == "Embedding" else x
    whole = np.asarray(getattr(only(ours(x)), "data", only(ours(x))))
    mapped = ad.vmap(lambda m, x: only(m(x)), in_axes=(None, 0))(ours, x)
    np.testing.assert_allclose(mapped, whole, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_single_precision_stays(name: str, rng: np.random.Generator) -> None:
    ours = CASES[name].ours()
    for p in ours.parameters():
        p.data = np.asarray(p.data, np.float32)
    single = [copy.deepcopy(ours), ours]
    for module in single:
        for m in module.modules():
            for k, v in vars(m).items():
                if isinstance(v, ad.Tensor):
                    setattr(m, k, ad.Tensor(np.asarray(v.data, np.float32)))
                elif isinstance(v, list):
                    setattr(m, k, [ad.Tensor(np.asarray(t.data, np.float32)) for t in v])
                elif isinstance(v, np.ndarray):
                    setattr(m, k, v.astype(np.float32))
    x = given_to(name, rng, np.float32)
    y = only(single[0](x if name == "Embedding" else ad.Tensor(x)))
    assert y.dtype == np.float32
    y.sum().backward()
    assert {p.grad.dtype for p in single[0].parameters()} <= {np.dtype(np.float32)}


@pytest.mark.parametrize("name", CASES)
def test_a_module_is_saved_pickled_and_shown(name: str, rng: np.random.Generator) -> None:
    ours, _ = pair(name, rng)
    x = given_to(name, rng)
    fresh = CASES[name].ours()
    fresh.load_state_dict(ours.state_dict())
    wanted = np.asarray(only(ours.eval()(ad.Tensor(x) if x.dtype.kind == "f" else x)).data)
    for other in (fresh.eval(), pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours)):
        y = only(other(ad.Tensor(x) if x.dtype.kind == "f" else x))
        np.testing.assert_array_equal(y.data, wanted)
    assert type(ours).__name__ in repr(ours)


def small(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


@given(st.data())
def test_convolutions_of_any_form_are_pytorchs(data: st.DataObject) -> None:
    n = data.draw(small(1, 2))
    each = [
        data.draw(st.tuples(small(1, 3), small(1, 3), small(0, 2), small(1, 2))) for _ in range(n)
    ]
    kernel, stride, padding, dilation = (tuple(e[k] for e in each) for k in range(4))
    sizes = [
        data.draw(small(max(1, d * (k - 1) + 1 - 2 * p), 8))
        for k, p, d in zip(kernel, padding, dilation, strict=True)
    ]
    channels, outputs, batch = data.draw(st.tuples(small(1, 3), small(1, 3), small(1, 3)))
    rng = np.random.default_rng(data.draw(small(0, 99)))
    x = rng.standard_normal((batch, channels, *sizes))
    w, b = rng.standard_normal((outputs, channels, *kernel)), rng.standard_normal(outputs)
    nodes = [ad.Tensor(v) for v in (x, w, b)]
    others = [torch.tensor(v, requires_grad=True) for v in (x, w, b)]
    y = (layers.conv1d, layers.conv2d)[n - 1](*nodes, stride, padding, dilation)
    wanted = (F.conv1d, F.conv2d)[n - 1](*others, stride, padding, dilation)
    assert y.shape == tuple(wanted.shape)
    np.testing.assert_allclose(y.data, wanted.detach(), rtol=1e-10, atol=1e-12)
    weights = weights_for(y)
    (y * weights).sum().backward()
    (wanted * torch.tensor(weights)).sum().backward()
    for p, q in zip(nodes, others, strict=True):
        np.testing.assert_allclose(p.grad, q.grad, rtol=1e-9, atol=1e-11)


@given(st.data())
def test_pooling_of_any_form_is_pytorchs(data: st.DataObject) -> None:
    window = data.draw(st.tuples(small(1, 3), small(1, 3)))
    stride = data.draw(st.none() | st.tuples(small(1, 3), small(1, 3)))
    padding = tuple(data.draw(small(0, k // 2)) for k in window)
    sizes = [data.draw(small(k, 7)) for k in window]
    x = np.random.default_rng(data.draw(small(0, 99))).standard_normal((2, 2, *sizes))
    for ours, theirs in (
        (layers.max_pool2d, F.max_pool2d),
        (layers.avg_pool2d, F.avg_pool2d),
    ):
        node, other = ad.Tensor(x), torch.tensor(x, requires_grad=True)
        y, wanted = ours(node, window, stride, padding), theirs(other, window, stride, padding)
        np.testing.assert_allclose(y.data, wanted.detach(), rtol=1e-12, atol=1e-13)
        (y * weights_for(y)).sum().backward()
        (wanted * torch.tensor(weights_for(y))).sum().backward()
        np.testing.assert_allclose(node.grad, other.grad, rtol=1e-12, atol=1e-13)


LOSSES: dict[str, tuple[str, dict[str, float]]] = {
    "mse_loss": ("real", {}),
    "l1_loss": ("real", {}),
    "huber_loss": ("real", {"delta": 0.7}),
    "smooth_l1_loss": ("real", {"beta": 0.7}),
    "binary_cross_entropy": ("share", {}),
    "binary_cross_entropy_with_logits": ("real", {}),
    "nll_loss": ("label", {}),
    "cross_entropy": ("label", {}),
    "kl_div": ("log", {}),
    "hinge_loss": ("sign", {}),
}
MODULES = {
    "mse_loss": "MSELoss", "l1_loss": "L1Loss", "huber_loss": "HuberLoss",
    "smooth_l1_loss": "SmoothL1Loss", "binary_cross_entropy": "BCELoss",
    "binary_cross_entropy_with_logits": "BCEWithLogitsLoss", "nll_loss": "NLLLoss",
    "cross_entropy": "CrossEntropyLoss", "kl_div": "KLDivLoss", "hinge_loss": "HingeLoss",
}  # fmt: skip


def test_every_loss_has_a_case() -> None:
    modules = {n for n in layers.__all__ if n.endswith("Loss")}
    assert modules == set(MODULES.values())
    assert set(MODULES) == set(LOSSES)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")  # their kl_div of that name is ours
def test_losses_are_pytorchs(name: str, reduction: str, rng: np.random.Generator) -> None:
    kind, options = LOSSES[name]
    y, target = 2.0 * rng.standard_normal((6, 4)), rng.random((6, 4))
    if kind == "share":
        y = rng.uniform(0.01, 0.99, (6, 4))
    if kind == "label":
        target = rng.integers(0, 4, 6)
    if kind == "log":
        target[0, 0] = 0.0
    if kind == "sign":
        target = np.sign(target - 0.5)
    node, other, wanted_of = ad.Tensor(y), torch.tensor(y, requires_grad=True), torch.tensor(target)
    if name == "hinge_loss":
        each = torch.clamp(1.0 - other * wanted_of, min=0.0)
        wanted = each if reduction == "none" else getattr(each, reduction)()
    else:
        wanted = getattr(F, name)(other, wanted_of, reduction=reduction, **options)
    function = getattr(layers, name)
    module = getattr(layers, MODULES[name])(reduction, **options)
    found = function(node, target, reduction, **options)
    np.testing.assert_allclose(found.data, wanted.detach(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(module(y, target), found.data, rtol=1e-13)
    found.sum().backward()
    wanted.sum().backward()
    np.testing.assert_allclose(node.grad, other.grad, rtol=1e-11, atol=1e-13)
    if kind == "label":
        rows = function(y, one_hot(target, 4), reduction)
        np.testing.assert_allclose(rows, found.data, rtol=1e-13)


def test_losses_of_saturated_outputs_keep_their_digits() -> None:
    z = ad.Tensor([800.0, -800.0])
    cost = layers.binary_cross_entropy_with_logits(z, np.array([0.0, 1.0]), "sum")
    cost.backward()
    assert float(cost.data) == 1600.0
    np.testing.assert_array_equal(z.grad, [1.0, -1.0])


@pytest.mark.parametrize(("name", "theirs"), [("selu", F.selu), ("silu", F.silu), ("glu", F.glu)])
def test_activations_are_pytorchs(name: str, theirs: Any, rng: np.random.Generator) -> None:
    x = 3.0 * rng.standard_normal((3, 6))
    node, other = ad.Tensor(x), torch.tensor(x, requires_grad=True)
    y, wanted = getattr(layers, name)(node), theirs(other)
    np.testing.assert_allclose(y.data, wanted.detach(), rtol=1e-12)
    y.sum().backward()
    wanted.sum().backward()
    np.testing.assert_allclose(node.grad, other.grad, rtol=1e-12)


def test_attention_looks_where_the_mask_lets_it(rng: np.random.Generator) -> None:
    q, k, v = (rng.standard_normal((2, 5, 4)) for _ in range(3))
    mask = layers.causal_mask(5)
    wanted = F.scaled_dot_product_attention(
        *(torch.tensor(x) for x in (q, k, v)), attn_mask=torch.tensor(mask)
    )
    np.testing.assert_allclose(layers.attention(q, k, v, mask), wanted, rtol=1e-12)
    ours, theirs = pair("MultiheadAttention", rng)
    x = rng.standard_normal((2, 5, 6))
    t = torch.tensor(x)
    causal = MultiheadAttention(6, 3, causal=True, rng=0)
    causal.load_state_dict(ours.state_dict())
    wanted = theirs(t, t, t, attn_mask=torch.tensor(~mask), need_weights=False)[0]
    np.testing.assert_allclose(causal(x).data, wanted.detach(), rtol=1e-10, atol=1e-12)


def test_batch_norm_in_training_and_after(rng: np.random.Generator) -> None:
    ours, theirs = BatchNorm2d(3, momentum=0.3), nn.BatchNorm2d(3, momentum=0.3).double()
    for _ in range(4):
        x = 2.0 + 3.0 * rng.standard_normal((5, 3, 4, 2))
        ours(ad.Tensor(x))
        theirs(torch.tensor(x))
    np.testing.assert_allclose(ours.running_mean, theirs.running_mean, rtol=1e-12)
    np.testing.assert_allclose(ours.running_var, theirs.running_var, rtol=1e-12)
    ours.eval()
    theirs.eval()
    x = rng.standard_normal((1, 3, 4, 2))
    np.testing.assert_allclose(ours(x).data, theirs(torch.tensor(x)).detach(), rtol=1e-11)
    assert type(ours.running_mean) is np.ndarray


def test_dropout_leaves_out_the_share_that_it_says() -> None:
    drop, x = Dropout(0.3, rng=0), np.ones((200, 500))
    y = drop(x)
    n, left = x.size, np.count_nonzero(y)
    assert abs(left - 0.7 * n) < 5.0 * math.sqrt(0.21 * n)
    np.testing.assert_allclose(y[y != 0.0], 1.0 / 0.7)
    assert np.any(drop(x) != y)
    assert np.array_equal(Dropout(0.3, rng=0)(x), y)
    assert drop.eval()(x) is x
    node = ad.Tensor(np.ones((3, 4)))
    drop.train()(node).sum().backward()
    np.testing.assert_allclose(node.grad, np.where(drop.noise >= 0.3, 1.0 / 0.7, 0.0))


def model_of_all() -> Sequential:
    """Return a net with buffers, noise and a shared layer."""
    shared = Linear(8, 8, rng=5)
    return Sequential(
        Conv2d(1, 4, 3, padding=1, rng=1), BatchNorm2d(4), ad.relu, MaxPool2d(2), Flatten(),
        Linear(64, 8, rng=2), Dropout(0.5, rng=3), shared, ad.tanh, shared, LayerNorm(8),
        Linear(8, 3, rng=4),
    )  # fmt: skip


def test_a_recorded_step_is_the_step_by_nodes(rng: np.random.Generator) -> None:
    """The same parameters, running means and noise, whether a step is recorded or not."""
    one, other = model_of_all(), model_of_all()

    def cost(model: Any, x: Any, y: Any) -> Any:
        return cross_entropy(model(x), y)

    step, by_nodes = Step(one, cost, Adam(0.01), clip=0.5), Adam(0.01)
    for k in range(6):
        n = 5 if k < 4 else 3  # another size of batch is recorded anew
        x, y = rng.standard_normal((n, 1, 8, 8)), one_hot(rng.integers(0, 3, n), 3)
        found = step(x, y)
        drop = other[6]
        drop.noise = one[6].noise
        drop._rng = Same(drop.noise)
        value = cost(other, ad.constant(x), y)
        value.backward()
        assert math.isclose(found, float(value.data), rel_tol=1e-10)
        parameters = other.parameters()
        by_nodes.apply(parameters, [p.grad for p in parameters], clip=0.5)
        other.zero_grad()
    for (path, a), (_, b) in zip(one.state_dict().items(), other.state_dict().items(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10, err_msg=path)
    assert step.program.recorded == 2


class Same:
    """A generator that draws the same numbers again."""

    def __init__(self, numbers: Any) -> None:
        self.numbers = numbers

    def random(self, shape: Any) -> Any:
        return self.numbers


@pytest.mark.parametrize("make", [lambda: Dropout(0.5, rng=0), lambda: BatchNorm1d(4)])
def test_what_a_program_would_do_once_is_refused(make: Callable[[], Any]) -> None:
    module, x = make(), np.ones((3, 4))
    with pytest.raises(ValueError, match=r"from outside would .* f\(model, x\)"):
        ad.jit(lambda x: module(x).sum())(x)
    assert ad.jit(lambda x: module.eval()(x).sum())(x) == pytest.approx(12.0, rel=1e-4)


def test_gradients_are_in_the_order_of_the_parameters(rng: np.random.Generator) -> None:
    net = model_of_all().eval()
    x = rng.standard_normal((5, 1, 8, 8))
    gradient = ad.grad(lambda m: m(x).sum())(net)
    net(x).sum().backward()
    found = net.gradients(gradient)
    for p, g in zip(net.parameters(), found, strict=True):
        np.testing.assert_allclose(g, p.grad, rtol=1e-10, atol=1e-12)
    with pytest.raises(ValueError, match="of other parameters"):
        net.gradients(ad.grad(lambda m: m(np.ones(3)).sum())(Linear(3, 1)))


def test_a_step_draws_new_noise_each_time() -> None:
    model = Sequential(Dropout(0.5, rng=0), Linear(20, 1, rng=1))
    step = Step(model, lambda m, x: m(x).sum(), SGD(1e-12))
    x = np.ones((4, 20))
    assert len({round(step(x), 6) for _ in range(5)}) == 5
    model.eval()
    assert len({round(step(x), 6) for _ in range(5)}) == 1


def test_dropout_in_a_program_of_ones_own_is_refused_or_an_input() -> None:
    drop = Dropout(0.5, rng=0)
    f = ad.jit(lambda m, x: m(x).sum())
    with pytest.raises(ValueError, match="inside a transform or a program the noise is an input"):
        f(drop, np.ones((3, 4)))
    drop(np.ones((3, 4)))
    first = f(drop, np.ones((3, 4)))
    assert first == pytest.approx(2.0 * np.sum(drop.noise >= 0.5))
    drop.redraw()
    assert f(drop, np.ones((3, 4))) == pytest.approx(2.0 * np.sum(drop.noise >= 0.5))


OPTIMISED = {
    "Adam": (lambda: Adam(0.05), lambda ps: torch.optim.Adam(ps, 0.05)),
    "AdamW": (
        lambda: AdamW(0.05, decay=0.1), lambda ps: torch.optim.AdamW(ps, 0.05, weight_decay=0.1)
    ),
    "AdaGrad": (lambda: AdaGrad(0.05), lambda ps: torch.optim.Adagrad(ps, 0.05)),
    "AdaDelta": (lambda: AdaDelta(0.5), lambda ps: torch.optim.Adadelta(ps, 0.5)),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIMISED)
@pytest.mark.parametrize("clip", [None, 0.3])
def test_optimisers_are_pytorchs(name: str, clip: float | None, rng: np.random.Generator) -> None:
    make, theirs = OPTIMISED[name]
    start, target = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    p, q = ad.Tensor(start), torch.tensor(start, requires_grad=True)
    ours, other = make(), theirs([q])
    for _ in range(20):
        g = ad.gradient(mse_loss(p, target), p)
        ours.apply([p], [g], clip)
        other.zero_grad()
        F.mse_loss(q, torch.tensor(target)).backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([q], clip)
        other.step()
    np.testing.assert_allclose(p.data, q.detach(), rtol=1e-5)


def test_update_and_apply_are_one_optimiser(rng: np.random.Generator) -> None:
    start = [rng.standard_normal(3), float(rng.standard_normal()), rng.standard_normal((2, 3))]

    def leaves() -> list[Any]:
        return [ad.Value(v) if isinstance(v, float) else ad.Tensor(v) for v in start]

    def cost(ps: list[Any]) -> Any:
        return ((ps[0] * ps[2]).sum() - ps[1]) ** 2

    one, other, mixed = leaves(), leaves(), leaves()
    optimisers = [Adam(0.1), Adam(0.1), Adam(0.1)]
    for k in range(4):
        for ps, adam, updates in zip(
            (one, other, mixed), optimisers, (True, False, k % 2), strict=True
        ):
            cost(ps).backward()
            if updates:
                adam.update(ps)
                continue
            adam.apply(ps, [p.grad for p in ps])
            for p in ps:
                p.zero_grad()
    for p, q, r in zip(one, other, mixed, strict=True):
        np.testing.assert_array_equal(p.data, q.data)
        np.testing.assert_array_equal(p.data, r.data)


def test_clipping_keeps_the_direction() -> None:
    g = [np.array([3.0, 0.0]), np.array([[4.0]])]
    (a, b), same = clip_by_norm(g, 2.5), clip_by_norm(g, 6.0)
    np.testing.assert_allclose([a[0], b[0, 0]], [1.5, 2.0])
    np.testing.assert_array_equal(same[0], g[0])


class Own(Module):
    """A module of one's own: parameters, a list of layers, a buffer and settings."""

    def __init__(self) -> None:
        self.scale = ad.Tensor(2.0)
        self.parts = [Linear(3, 3, rng=0), Linear(3, 3, rng=1)]
        self.shift = np.ones(3)
        self.names = ("a", "b")

    def forward(self, x: Any) -> Any:
        for part in self.parts:
            x = ad.tanh(part(x))
        return x * self.scale + self.shift


def test_a_module_of_ones_own(rng: np.random.Generator) -> None:
    own, x = Own(), rng.standard_normal((4, 3))
    assert [*own.named_parameters()] == [
        "scale", "parts.0.weight", "parts.0.bias", "parts.1.weight", "parts.1.bias",
    ]  # fmt: skip
    assert [*own.state_dict()][-1] == "shift"

    def cost(m: Any, x: Any) -> Any:
        return (m(x) ** 2).sum()

    gradient = ad.grad(cost)(own, x)
    recorded = ad.jit(cost).value_and_grad(own, x)[1]
    cost(own, x).backward()
    np.testing.assert_allclose(gradient.scale, own.scale.grad)
    np.testing.assert_allclose(recorded.parts[1].weight, own.parts[1].weight.grad)
    assert np.any(gradient.shift != 0.0)
    assert gradient.names == ("a", "b")
    away = Own()
    away.extra = [1, 2]  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="write it as a tuple"):
        ad.grad(cost)(away, x)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "Linear": (lambda: Linear(3, 2)(np.ones((4, 5))), r"\(2, 3\) takes .* shape \(4, 5\)"),
    "channels": (lambda: Conv2d(3, 2, 3)(np.ones((1, 4, 9, 9))), r"Conv2d: .*3 channels.*\(1, 4, 9, 9\)"),
    "window": (lambda: Conv2d(1, 2, 5)(np.ones((1, 1, 3, 9))), r"window of \(5, 5\) does not fit"),
    "stride": (lambda: Conv2d(1, 2, 5, stride=0), "Conv2d: stride is 0"),
    "two": (lambda: Conv2d(1, 2, (5, 5, 5)), "one whole number, or 2"),
    "weight": (lambda: layers.conv2d(np.ones((1, 1, 3)), np.ones((1, 1, 2))), "needs 4 axes"),
    "pool": (lambda: MaxPool2d(2)(np.ones(3)), r"max_pool2d: takes images .* \(3,\)"),
    "padding": (lambda: AvgPool2d(2, padding=2)(np.ones((4, 4))), "more than half"),
    "norm": (lambda: BatchNorm2d(3)(np.ones((2, 4, 5, 5))), r"BatchNorm2d\(3\): .*\(2, 4, 5, 5\)"),
    "one": (lambda: BatchNorm1d(3)(np.ones((1, 3))), "no variance"),
    "axes": (lambda: BatchNorm1d(3)(np.ones((2, 3, 4, 4))), "2 or 3 axes"),
    "momentum": (lambda: BatchNorm1d(3, momentum=2.0), "momentum is 2"),
    "layer": (lambda: LayerNorm(4)(np.ones((2, 3))), r"\(2, 3\)"),
    "drop": (lambda: Dropout(1.0), "p is 1.0"),
    "token": (lambda: Embedding(5, 2)(np.array([0, 5])), "5 is not a whole number from 0 to 4"),
    "rows": (lambda: Embedding(5, 2)(np.ones((2, 4))), r"\(2, 4\)"),
    "heads": (lambda: MultiheadAttention(5, 2), "cannot be shared among 2 heads"),
    "query": (lambda: MultiheadAttention(4, 2)(np.ones((2, 3))), r"shape \(2, 3\)"),
    "sequence": (lambda: LSTM(3, 4)(np.ones((2, 5, 2))), r"LSTM\(3, 4\): takes .*\(2, 5, 2\)"),
    "states": (lambda: GRU(3, 4)(np.ones((5, 3)), ()), "0 states are given for 1 layers"),
    "shapes": (lambda: mse_loss(np.ones(3), np.ones((3, 1))), r"\(3,\), and the targets \(3, 1\)"),
    "label": (lambda: cross_entropy(np.ones((2, 3)), np.array([0, 3])), "3 is not a whole number"),
    "labels": (lambda: cross_entropy(np.ones((2, 3)), np.array([0])), r"\(2, 3\) .*\(1,\)"),
    "reduction": (lambda: layers.MSELoss("average"), "no reduction is called 'average'"),
    "delta": (lambda: layers.HuberLoss(delta=0.0), "delta is 0"),
    "rng": (lambda: Linear(2, 2, rng=-1), "rng is -1"),
    "halves": (lambda: layers.glu(np.ones(3)), "no two halves"),
    "state": (lambda: Linear(2, 2).load_state_dict({"weight": 0}), "bias is on one side only"),
    "mask": (
        lambda: layers.attention(*[np.ones((2, 3))] * 3, np.ones((3, 3))), r"mask of shape \(3, 3\)"
    ),
    "blind": (lambda: layers.attention(*[np.ones((2, 3))] * 3, np.eye(2) * [0, 1]), "some key"),
    "batch": (
        lambda: Step(Linear(1, 1), mse_loss, SGD(0.1))(np.ones((1, 1)), np.array([1])), "as one_hot rows"
    ),
    "gradient": (lambda: SGD(0.1).apply([ad.Tensor([1.0])], [np.ones(2)]), r"\(1,\) .* \(2,\)"),
    "number": (lambda: Flatten()(1.0), "a single number"),
    "clip": (lambda: clip_by_norm([np.ones(2)], 0.0), "must be positive"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_said_in_a_sentence(what: str) -> None:
    call, said = REFUSED[what]
    with pytest.raises(ValueError, match=said) as told:
        call()
    assert "\n" not in str(told.value)


ROOMY = {n: case for n, case in CASES.items() if n not in ("Embedding", "Sequential")}


@pytest.mark.parametrize("name", ROOMY)
def test_masked_arrays_are_refused_and_lists_are_arrays(
    name: str, rng: np.random.Generator
) -> None:
    ours, x = CASES[name].ours().eval(), given_to(name, rng)
    with pytest.raises(TypeError, match="MaskedArray"):
        ours(np.ma.masked_array(x, x > 0))
    found = [only(ours(given)) for given in (x.tolist(), x)]
    np.testing.assert_array_equal(*(getattr(y, "data", y) for y in found))


@pytest.mark.parametrize("name", LOSSES)
def test_losses_refuse_masked_arrays_and_take_lists(name: str) -> None:
    y, target = np.full((2, 3), 0.5), np.eye(3)[:2]
    function = getattr(layers, name)
    for pair in ((np.ma.masked_array(y, y > 0), target), (y, np.ma.masked_array(target, y > 0))):
        with pytest.raises(TypeError, match="MaskedArray"):
            function(*pair)
    assert function(y.tolist(), target.tolist()) == function(y, target)


def test_a_layer_without_forward_or_that_is_none() -> None:
    class Empty(Module):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        Empty()(1.0)
    with pytest.raises(TypeError, match="neither a module nor a function"):
        Sequential(3)  # type: ignore[arg-type]


def test_the_page_runs_as_it_is_printed(root: Path) -> None:
    page, session = root / "docs" / "layers.md", {"__name__": "__main__"}
    for snippet in snippets(page):
        printed = run(snippet, page, session)
        if snippet.output is not None:
            assert printed == snippet.output


def test_the_page_names_everything(root: Path) -> None:
    text = (root / "docs" / "layers.md").read_text(encoding="utf-8")
    missing = {n for n in layers.__all__ if f"`{n}`" not in text and not n.endswith("Loss")}
    assert missing <= {"Module", "MSELoss"}
