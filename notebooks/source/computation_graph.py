# %% [markdown] lang="en"
# # 1. A gradient is a sum of products on a graph
#
# Logistic regression is a neural network with one neuron. We build it as a computation graph, derive
# each derivative by hand, and hold the two against each other. The letters are those of the lecture
# on computation graphs: `z = w.x + b`, `a = sigma(z)`, and the loss
# $L(a, y) =$ $-y \log a$ $- (1 - y) \log(1 - a)$; `dvar` is short for $\partial L / \partial var$.

# %% [markdown] lang="ja"
# # 1. 勾配は、グラフ上の積の和である
#
# ロジスティック回帰は、ニューロンが 1 個のニューラルネットワークです。これを計算グラフとして組み立て、
# 導関数を手で求め、自動微分の結果と突き合わせます。記号は講義に従います：`z = w.x + b`、
# `a = sigma(z)`、損失 $L(a, y) =$ $-y \log a$ $- (1 - y) \log(1 - a)$。`dvar` は
# $\partial L / \partial var$ の略記です。

# %%
import math

import autodiff as ad

w1, w2, w3 = ad.Value(0.8, "w1"), ad.Value(-0.5, "w2"), ad.Value(-0.3, "w3")
x1, x2, x3 = ad.constant(1.5, "x1"), ad.constant(2.0, "x2"), ad.constant(-1.0, "x3")
b, y = ad.Value(0.1, "b"), ad.constant(1.0, "y")

z = w1 * x1 + w2 * x2 + w3 * x3 + b
a = ad.sigmoid(z)
L = -(y * ad.log(a) + (1 - y) * ad.log(1 - a))
z.name, a.name, L.name = "z", "a", "L"
round(L.data, 12)

# %% [markdown] lang="en"
# ## Forward: one number a node
#
# Each operation made a node that remembers its operands. The forward pass is already done: every
# node holds its value. Going backward fills in the derivatives.
#
# **Predict.** The target is $y = 1$ and $a$ is about 0.65. Which of $w_1, w_2, w_3, b$ must grow for the
# loss to fall, that is, whose derivative is negative?

# %% [markdown] lang="ja"
# ## 順伝播：ノードごとに 1 つの数
#
# 演算のたびにノードが 1 つ作られ、自分の入力を覚えています。順伝播はもう終わっていて、どのノードも値を
# 持っています。逆向きにたどると、導関数が埋まります。
#
# **予想してください。** 目標は $y = 1$ で、$a$ は約 0.65 です。損失を下げるために大きくすべきなのは
# $w_1, w_2, w_3, b$ のうちどれでしょうか。つまり、導関数が負なのはどれでしょうか。

# %%
L.backward()
ad.draw(L)

# %% [markdown] lang="en"
# On every edge stands the local derivative; what flows back through a node is the sum, over the
# edges that leave it, of (gradient at the far end) × (local derivative).
#
# ## By hand
#
# $da = -\frac{y}{a} + \frac{1-y}{1-a} = \frac{a - y}{a (1 - a)}$. The slope of the sigmoid is
# $\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a)$, so $dz = da \cdot \sigma'(z) = a - y$; then
# $dw_i = dz \cdot x_i$ and $db = dz$.

# %% [markdown] lang="ja"
# 辺の上に書かれているのは局所的な導関数です。ノードに戻ってくる量は、そこから出る辺についての
# 「先の勾配 × 局所的な導関数」の和です。
#
# ## 手計算
#
# $da = -\frac{y}{a} + \frac{1-y}{1-a} = \frac{a - y}{a (1 - a)}$ です。シグモイドの傾きは
# $\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a)$ なので $dz = da \cdot \sigma'(z) = a - y$、そして
# $dw_i = dz \cdot x_i$、$db = dz$ です。

# %%
x1, x2, x3, y = x1.data, x2.data, x3.data, y.data  # from here on plain numbers
by_hand_a = 1 / (1 + math.exp(-(0.8 * 1.5 - 0.5 * 2.0 + 0.3 * 1.0 + 0.1)))
da = -y / by_hand_a + (1 - y) / (1 - by_hand_a)
dz = da * by_hand_a * (1 - by_hand_a)
assert math.isclose(dz, by_hand_a - y, rel_tol=1e-14)
by_hand = {"da": da, "dz": dz, "dw1": dz * x1, "dw2": dz * x2, "dw3": dz * x3, "db": dz}
autograd = {
    "da": a.grad,
    "dz": z.grad,
    "dw1": w1.grad,
    "dw2": w2.grad,
    "dw3": w3.grad,
    "db": b.grad,
}

for name in by_hand:
    print(f"{name:4} by hand {by_hand[name]: .12f}   autograd {autograd[name]: .12f}")
    assert math.isclose(by_hand[name], autograd[name], rel_tol=1e-12)

# %% [markdown] lang="en"
# Only $w_3$ must fall: its input is negative.
#
# **Your turn.** Below are $dz$, $dw_1$ and $db$ as somebody derived them, with one slip that went through all
# three. Run the cell, read what is said, mend it, run it again. The solution follows.

# %% [markdown] lang="ja"
# 小さくすべきなのは $w_3$ だけです。その入力が負だからです。
#
# **あなたの番です。** 次は、だれかが導いた $dz$、$dw_1$、$db$ です。1 つの間違いが 3 つすべてに及んでいます。セルを実行して
# 判定を読み、直してもう一度実行してください。その後に解答があります。

# %%
mine = {"z": y - a.data, "w1": (y - a.data) * x1, "b": y - a.data}  # your turn
print(ad.compare(autograd=L, by_hand=mine).verdict)

# %%
mine = {"z": a.data - y, "w1": (a.data - y) * x1, "b": a.data - y}  # the solution
print(ad.compare(autograd=L, by_hand=mine).verdict)

# %% [markdown] lang="en"
# `dz = a - y` is worth a second look: the slope $\sigma'(z)$ that makes a saturated neuron learn
# slowly has cancelled. That is the whole point of the cross-entropy cost, and the subject of the
# notebook on the learning slowdown.
#
# ## The linear response (eq. 5)
#
# A gradient predicts what a small change does:
# $\Delta a \approx \sum_j \frac{\partial a}{\partial w_j} \Delta w_j + \frac{\partial a}{\partial b} \Delta b$.
# The error of the prediction shrinks with the square of the step.

# %% [markdown] lang="ja"
# `dz = a - y` には注目する価値があります。飽和したニューロンの学習を遅くする傾き $\sigma'(z)$ が
# 打ち消されています。これがクロスエントロピーの狙いであり、「学習の遅れ」のノートブックの主題です。
#
# ## 線形の応答 (式 5)
#
# 勾配は、小さな変化の影響を予測します：
# $\Delta a \approx \sum_j \frac{\partial a}{\partial w_j} \Delta w_j + \frac{\partial a}{\partial b} \Delta b$。
# 予測の誤差は、変化の 2 乗で小さくなります。

# %%
from nets.closed_form.functions import sigmoid

gw1, gw2, gw3, gb = ad.gradient(a, (w1, w2, w3, b))
errors = []
for step in (1e-1, 1e-2, 1e-3):
    moved = (0.8 + step) * x1 + (-0.5 - step) * x2 + (-0.3 + step) * x3 + 0.1 + step
    actual = sigmoid(moved) - a.data
    predicted = gw1 * step + gw2 * -step + gw3 * step + gb * step
    error = abs(actual - predicted)
    errors.append(error)
    print(f"step {step:5.3f}: actual {actual: .9f}  predicted {predicted: .9f}  error {error:.1e}")
assert errors[1] < errors[0] / 50
assert errors[2] < errors[1] / 50

# %% [markdown] lang="en"
# ## At the ends of the sigmoid
#
# For large $|z|$ the sigmoid is the step function of the perceptron, and its derivative is tiny but
# never zero. Many libraries return exactly 0 at z = 40; the rule here keeps every digit.

# %% [markdown] lang="ja"
# ## シグモイドの両端
#
# $|z|$ が大きいとき、シグモイドはパーセプトロンの階段関数に近づき、導関数はごく小さくなりますが、決して
# 0 にはなりません。z = 40 でちょうど 0 を返すライブラリは多いのですが、ここでは桁が失われません。

# %%
for at in (0.0, 5.0, 40.0, -40.0):
    slope = ad.grad(ad.sigmoid)(at)
    exact = math.exp(-abs(at)) / (1 + math.exp(-abs(at))) ** 2
    print(f"sigma'({at:5.1f}) = {slope:.6e}")
    assert math.isclose(slope, exact, rel_tol=1e-15)

# %% [markdown] lang="en"
# Next: [numbers and arrays](scalar_and_tensor.ipynb).

# %% [markdown] lang="ja"
# 次は[数と配列](scalar_and_tensor.ja.ipynb)です。
