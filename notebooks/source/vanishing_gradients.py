# %% [markdown] lang="en"
# # 8. Why deep sigmoid networks learn slowly: the gradient vanishes
#
# Going forward, a network bends its signal in every layer. Going back, it does not bend at all: the
# backward pass is a *linear* map of the error at the output (section 4.5 of the notes). A linear map
# that shrinks a little in every layer shrinks exponentially with depth, and the first layers learn
# next to nothing.

# %% [markdown] lang="ja"
# # 8. 深いシグモイドのネットワークはなぜ学習が遅いのか：勾配消失
#
# 順伝播では、各層が信号に非線形な関数を適用します。逆伝播には非線形なところがありません。逆伝播は、出力での誤差に
# 対する *線形* 写像です (ノート 4.5 節)。各層で少しずつ縮む線形写像は、深さとともに指数関数的に縮み、
# 最初のほうの層はほとんど学習しません。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from nets.network import Network
from nets.pages.flow import gradient_flow

rng = np.random.default_rng(0)
net = Network([4, 6, 6, 3], output="identity", seed=1)
x, y = rng.random((4, 5)), rng.random((3, 5))
record = net.record(x, y)
output = record.z[-1]

# %% [markdown] lang="en"
# ## Backward is linear, forward is not
#
# Feed two errors $s$ and $t$ into the output and go back. If backward is linear, going back from
# $2s - 3t$ must give twice the one minus three times the other, in every weight of every layer. It
# does, but for rounding. The forward pass of a sum of two inputs is *not* the sum of the outputs.

# %% [markdown] lang="ja"
# ## 逆伝播は線形、順伝播は非線形
#
# 出力に 2 つの誤差 $s$、$t$ を与えて逆にたどります。逆伝播が線形なら、$2s - 3t$ から戻した結果は、すべての
# 層のすべての重みで、一方の 2 倍から他方の 3 倍を引いたものになるはずです。実際、丸めを除いて一致します。
# 一方、2 つの入力の和の順伝播は、出力の和には *なりません*。

# %%
s, t = rng.normal(size=(2, *output.shape))
of_s, of_t, of_both = (ad.gradient(output, net.w, seed=e) for e in (s, t, 2 * s - 3 * t))
for layer, (a, b, c) in enumerate(zip(of_s, of_t, of_both, strict=True), start=2):
    difference = np.max(np.abs(2 * a - 3 * b - c)) / np.max(np.abs(c))
    print(f"layer {layer}: backward of 2 s - 3 t differs by less than 1e-12")
    assert difference < 1e-12

u, v = x[:, :2], x[:, 2:4]
together, apart = net.feedforward(u + v), net.feedforward(u) + net.feedforward(v)
bent = np.max(np.abs(together - apart)) / np.max(np.abs(apart))
print(f"forward of a sum differs by {bent:.0%}")
assert bent > 0.05

# %% [markdown] lang="en"
# ## By hand: one product a layer
#
# $\delta^l = \sigma'(z^l) \odot \bigl(W^{(l+1)T} \delta^{l+1}\bigr)$ (BP2). Written with matrices it is
# $\mathrm{diag}(\sigma'(z^l))\, W^{(l+1)T} \delta^{l+1}$, so the error at layer 2 is the output error times a
# product of matrices. Autograd agrees.

# %% [markdown] lang="ja"
# ## 手計算：1 層につき積が 1 つ
#
# $\delta^l = \sigma'(z^l) \odot \bigl(W^{(l+1)T} \delta^{l+1}\bigr)$ (BP2)。行列で書けば
# $\mathrm{diag}(\sigma'(z^l))\, W^{(l+1)T} \delta^{l+1}$ なので、第 2 層の誤差は、出力の誤差に行列の積を掛けたものです。自動微分と一致します。

# %%
z = [np.asarray(node.data) for node in record.z]
delta = (z[-1] - y) / y.shape[1]  # identity output: grad_a C times 1
for layer in (1, 0):
    a = 1 / (1 + np.exp(-z[layer]))
    delta = a * (1 - a) * (np.asarray(net.weights[layer + 1]).T @ delta)
    found = ad.gradient(record.cost, record.z[layer])
    assert np.max(np.abs(delta - found)) <= 1e-12 * np.max(np.abs(found))
print("delta of layers 3 and 2: by hand = autograd")

# %% [markdown] lang="en"
# **Your turn.** Here is $\delta^3$ of the same network by somebody who took the slope at the wrong place. Mend it; the
# solution follows.

# %% [markdown] lang="ja"
# **あなたの番です。** 同じネットワークの $\delta^3$ ですが、傾きを取る場所が間違っています。直してください。その後に解答があります。

# %%
last = (z[-1] - y) / y.shape[1]
a = 1 / (1 + np.exp(-z[1]))
mine = (np.asarray(net.weights[2]).T @ last) * ad.elementwise_grad(ad.sigmoid)(a)  # your turn
print(ad.compare(autograd=record.cost, by_hand={"z^3": mine}).verdict)

# %%
mine = (np.asarray(net.weights[2]).T @ last) * a * (1 - a)  # the solution
print(ad.compare(autograd=record.cost, by_hand={"z^3": mine}).verdict)

# %% [markdown] lang="en"
# ## From 2 to 20 layers
#
# $\sigma'(z)$ is at most $1/4$. Unless the weights make up for it, each layer takes at least three
# quarters of the error away. `gradient_flow` measures the length of the error of every layer, and the
# most that BP2 allows it to be. **Predict:** after 20 sigmoid layers, what is left of the error, about?

# %% [markdown] lang="ja"
# ## 2 層から 20 層まで
#
# $\sigma'(z)$ は最大でも $1/4$ です。重みがそれを補わないかぎり、各層で誤差の少なくとも 4 分の 3 が失われ
# ます。`gradient_flow` は、各層の誤差の大きさ (ノルム) と、BP2 が許す上限を測ります。
# **予想してください：** シグモイドの層を 20 個さかのぼると、誤差はおよそどれだけ残るでしょうか。


# %%
def flows(activation, start, depth, width=30):
    """Measure a network of `depth` hidden layers on random inputs."""
    draw = np.random.default_rng(7)
    network = Network(
        [20, *[width] * depth, 5], activation, output="identity", initializer=start, seed=3
    )
    return gradient_flow(network, draw.normal(size=(20, 40)), draw.normal(size=(5, 40)))


example = flows("sigmoid", "scaled", 6)
print(example)
assert all(row.factor <= row.bound * (1 + 1e-12) for row in example.layers[:-1])

# %% [markdown] lang="en"
# `factor` is what a layer multiplies the error by on the way back. For the sigmoid it is about a
# quarter times what the weights give; it never exceeds `bound`.

# %% [markdown] lang="ja"
# 倍率 (`factor`) は、逆向きに 1 層たどるごとに誤差に掛かる数です。シグモイドでは、約 4 分の 1 に重みの効果を
# 掛けたものになり、上界 (`bound`) を超えることはありません。

# %%
depths = (2, 4, 8, 12, 16, 20)
kinds = {
    "sigmoid": ("sigmoid", "scaled"),
    "tanh": ("tanh", "xavier"),
    "relu": ("relu", "he"),
}
ratios = {
    name: [f.layers[0].delta / f.layers[-1].delta for f in (flows(*kind, d) for d in depths)]
    for name, kind in kinds.items()
}

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
colours = {"sigmoid": "#D55E00", "tanh": "#0072B2", "relu": "#009E73"}
marks = {"sigmoid": "o", "tanh": "s", "relu": "^"}
for name, kind in kinds.items():
    left.semilogy(depths, ratios[name], marks[name] + "-", color=colours[name], label=name)
    layers = flows(*kind, 20).layers
    right.semilogy(
        [r.layer for r in layers], [r.gradient for r in layers], marks[name] + "-",
        color=colours[name], markersize=4, label=name,
    )  # fmt: skip
left.set(xlabel="hidden layers", ylabel="error of layer 2 / error of the output",
         title="What is left of the error after going back")  # fmt: skip
right.set(xlabel="layer (2 is next to the input)", ylabel="length of dC/dw",
          title="The gradient in a network of 20 hidden layers")  # fmt: skip
right.xaxis.set_major_locator(plt.MaxNLocator(integer=True))
for axes in (left, right):
    axes.grid(alpha=0.3)
    axes.legend()
plt.show()

# %%
for name, values in ratios.items():
    per_layer = values[-1] ** (1 / depths[-1])
    print(
        f"{name:8} 20 layers leave {values[-1]:.1e} of the error: a factor of {per_layer:.2f} a layer"
    )
assert ratios["sigmoid"][-1] < 1e-9
assert all(
    later < earlier / 2
    for earlier, later in zip(ratios["sigmoid"], ratios["sigmoid"][1:], strict=False)
)
assert ratios["tanh"][-1] > 1e-3
assert ratios["relu"][-1] > 1e-3

# %% [markdown] lang="en"
# ## What the four equations say about it
#
# They hold for any activation that works element by element. The sigmoid's slope is never above $1/4$ and dies away on both sides;
# tanh has slope 1 at 0; relu has slope 1 wherever it is on. With a start that fits (weights of
# variance about $1/n$ for tanh, $2/n$ for relu) the factor a layer is near 1, and the error arrives.
#
# The other danger is the opposite one. Draw relu's weights from N(0, 1), and the error *explodes*:

# %% [markdown] lang="ja"
# ## 4 つの式が教えること
#
# 4 つの式は、要素ごとに働く活性化関数なら、どれでも成り立ちます。シグモイドの傾きは 1/4 を超えず、両側で消えていきます。tanh は
# 0 での傾きが 1、relu は正の側でつねに傾き 1 です。適切な初期値 (tanh なら分散が約 $1/n$、relu なら $2/n$)
# を選べば、1 層あたりの倍率は 1 に近く、誤差は最初の層まで届きます。
#
# 反対の危険もあります。relu の重みを N(0, 1) から取ると、誤差は *爆発* します：

# %%
exploding = flows("relu", "normal", 20)
growth = exploding.layers[0].delta / exploding.layers[-1].delta
print(f"relu from N(0, 1): the error grows by a factor of {growth:.1e}")
assert growth > 1e6

slopes = {f.name: ad.elementwise_grad(f)(np.linspace(-6, 6, 1201)) for f in (ad.sigmoid, ad.tanh)}
assert np.isclose(slopes["sigmoid"].max(), 0.25)
assert np.isclose(slopes["tanh"].max(), 1.0)

# %% [markdown] lang="en"
# Next: [the learning slowdown](learning_slowdown.ipynb).

# %% [markdown] lang="ja"
# 次は[学習の遅れ](learning_slowdown.ja.ipynb)です。
