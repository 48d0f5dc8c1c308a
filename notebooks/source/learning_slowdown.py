# %% [markdown] lang="en"
# # 9. The learning slowdown, and its cure
#
# People learn fastest when they are badly wrong. A sigmoid neuron with the quadratic cost does the
# opposite. Chapter 3 shows it on the smallest example there is: one neuron, the input 1, and the task
# to answer 0. The learning rate is 0.15, and there are 300 epochs.

# %% [markdown] lang="ja"
# # 9. 学習の遅れと、その解決
#
# 人は大きく間違えたときほど速く学びます。2 次コストを使うシグモイドニューロンは、その逆です。第 3 章は、これを
# 最も小さな例で示します。ニューロンは 1 個、入力は 1、答えるべき値は 0 です。学習率は 0.15、エポック数は 300 です。

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from nets.closed_form import train_neuron

ETA, EPOCHS = 0.15, 300

# %% [markdown] lang="en"
# ## The gradient by hand
#
# With $a = \sigma(z)$, $z = w x + b$ and the quadratic cost $C = \frac12 (y - a)^2$ (eq. 54):
#
# $$\frac{\partial C}{\partial w} = (a - y)\, \sigma'(z)\, x, \qquad
# \frac{\partial C}{\partial b} = (a - y)\, \sigma'(z).$$
#
# At $w = b = 2$ the neuron is almost as wrong as can be, and yet its gradient is small, because
# $\sigma'(z)$ is.

# %% [markdown] lang="ja"
# ## 手で求めた勾配
#
# $a = \sigma(z)$、$z = w x + b$、2 次コスト $C = \frac12 (y - a)^2$ (式 54) では：
#
# $$\frac{\partial C}{\partial w} = (a - y)\, \sigma'(z)\, x, \qquad
# \frac{\partial C}{\partial b} = (a - y)\, \sigma'(z).$$
#
# $w = b = 2$ のとき、ニューロンはほぼ最悪の間違いをしているのに、$\sigma'(z)$ が小さいので勾配も小さくなります。


# %%
def quadratic(a, y):
    return 0.5 * (y - a) ** 2


def cross_entropy(a, y):
    return -(y * ad.log(a) + (1 - y) * ad.log(1 - a))


def graph(w, b, cost, x=1.0, y=0.0):
    """Record the neuron; return its nodes."""
    w, b = ad.Value(w, "w"), ad.Value(b, "b")
    z = w * x + b
    a = ad.sigmoid(z)
    z.name, a.name = "z", "a"
    return w, b, z, a, cost(a, y)


for start in ((0.6, 0.9), (2.0, 2.0)):
    w, b, z, a, C = graph(*start, quadratic)
    C.backward()
    e = math.exp(-(start[0] + start[1]))
    output = 1 / (1 + e)
    slope = e / (1 + e) ** 2
    print(
        f"w = {start[0]}, b = {start[1]}: a = {a.data:.4f}, sigma' = {slope:.4f}, dC/dw = {w.grad:.4f}"
    )
    assert math.isclose(w.grad, output * slope, rel_tol=1e-12)
    assert math.isclose(b.grad, output * slope, rel_tol=1e-12)
assert round(a.data, 2) == 0.98
ad.draw(C)

# %% [markdown] lang="en"
# ## Learning
#
# The loop below records the graph anew in every epoch and walks against the gradient. From
# $w = 0.6$, $b = 0.9$ the output falls from 0.82 to 0.09. **Predict** what happens from $w = b = 2$, where the
# output is 0.98: after 150 epochs, and after 300?

# %% [markdown] lang="ja"
# ## 学習
#
# 下のループは、エポックごとにグラフを作り直し、勾配と逆の向きに進みます。$w = 0.6$、$b = 0.9$ からは、出力が
# 0.82 から 0.09 まで下がります。では出力が 0.98 である $w = b = 2$ からは、150 エポック後、300 エポック後にどうなるでしょうか。
# **予想してください。**


# %%
def learn(w, b, cost):
    """Return the output before each epoch and after the last."""
    outputs = []
    for _ in range(EPOCHS + 1):
        w_node, b_node, _, a, C = graph(w, b, cost)
        outputs.append(a.data)
        C.backward()
        w, b = w - ETA * w_node.grad, b - ETA * b_node.grad
    return np.array(outputs)


easy, hard = learn(0.6, 0.9, quadratic), learn(2.0, 2.0, quadratic)
print(f"from (0.6, 0.9): {easy[0]:.2f} -> {easy[-1]:.2f}")
print(f"from (2.0, 2.0): {hard[0]:.2f} -> {hard[150]:.2f} after 150 epochs -> {hard[-1]:.2f}")
assert (round(easy[0], 2), round(easy[-1], 2)) == (0.82, 0.09)
assert round(hard[0], 2) == 0.98
assert hard[0] - hard[150] < 0.06
assert np.allclose(easy, train_neuron(0.6, 0.9).a, rtol=1e-12)
assert np.allclose(hard, train_neuron(2.0, 2.0).a, rtol=1e-12)

# %% [markdown] lang="en"
# The output hardly moves for 150 epochs, 0.98 to 0.93; behind it w and b go from 2.00 to 1.32 all the same.
#
# ## The cure: the cross-entropy
#
# $C = -\bigl(y \ln a + (1 - y) \ln(1 - a)\bigr)$ (the book's eq. 57, for one example). Its derivative with respect to $a$ is
# $\frac{a - y}{a(1 - a)}$, and $a (1 - a)$ is exactly $\sigma'(z)$: the factor cancels, and what is left
# is $\delta^L = a - y$,
#
# $$\frac{\partial C}{\partial w} = (a - y)\, x, \qquad \frac{\partial C}{\partial b} = a - y .$$

# %% [markdown] lang="ja"
# 出力は 150 エポックの間ほとんど動きません (0.98 から 0.93)。それでもその間に、w と b は 2.00 から 1.32 まで動いています。
#
# ## 解決：クロスエントロピー
#
# $C = -\bigl(y \ln a + (1 - y) \ln(1 - a)\bigr)$ (本の式 57、訓練例 1 つの場合)。$a$ についての導関数は $\frac{a - y}{a(1 - a)}$ で、
# $a (1 - a)$ はちょうど $\sigma'(z)$ です。因子が打ち消され、残るのは $\delta^L = a - y$ です：
#
# $$\frac{\partial C}{\partial w} = (a - y)\, x, \qquad \frac{\partial C}{\partial b} = a - y .$$

# %%
w, b, z, a, C = graph(2.0, 2.0, cross_entropy)
C.backward()
print(f"dC/dw = {w.grad:.4f} = a - y = {a.data - 0.0:.4f}")
assert math.isclose(w.grad, a.data, rel_tol=1e-12)
assert math.isclose(b.grad, a.data, rel_tol=1e-12)

# %% [markdown] lang="en"
# **Your turn.** The same derivative, by somebody who did not let the factor cancel. Mend it; the solution is the
# line above.

# %% [markdown] lang="ja"
# **あなたの番です。** 同じ導関数ですが、因子を打ち消していません。直してください。解答は上の行です。

# %%
mine = (a.data - 0.0) * a.data * (1 - a.data)  # your turn
print(ad.compare(autograd=C, by_hand={"w": mine}).verdict)

# %%
cured_easy, cured_hard = learn(0.6, 0.9, cross_entropy), learn(2.0, 2.0, cross_entropy)
print(f"after 300 epochs: {cured_easy[-1]:.4f} and {cured_hard[-1]:.4f}")
assert round(cured_easy[-1], 4) == 0.0116
assert round(cured_hard[-1], 4) == 0.0120

# %%
figure, panels = plt.subplots(1, 2, figsize=(11, 4), sharey=True, layout="constrained")
runs = {
    "w = 0.6, b = 0.9": (easy, cured_easy, "#0072B2", "-"),
    "w = b = 2.0": (hard, cured_hard, "#D55E00", "--"),
}
for axes, title, which in zip(panels, ("quadratic cost", "cross-entropy"), (0, 1), strict=True):
    for name, (*curves, colour, line) in runs.items():
        axes.plot(curves[which], line, color=colour, label=name)
    axes.set(xlabel="epoch", title=title)
    axes.grid(alpha=0.3)
    axes.legend()
panels[0].set_ylabel("output a (the answer is 0)")
plt.show()

# %% [markdown] lang="en"
# The orange curve on the left is the slowdown: badly wrong, it hardly moves at first. With the cross-entropy the
# weighted input $z$ of the worse start moves *faster* than that of the other, because its error is
# larger. How far $z$ moves in the first epoch:

# %% [markdown] lang="ja"
# 左のオレンジの曲線が学習の遅れです。大きく間違えているのに、はじめはほとんど動きません。クロスエントロピーでは、悪いほうの初期値の
# 重み付き入力 $z$ は、誤差が大きいぶん、もう一方より *速く* 動きます。最初のエポックで $z$ が動く量：

# %%
moves = {}
for name, (q, c, *_) in runs.items():
    logit = [np.log(curve[:2] / (1 - curve[:2])) for curve in (q, c)]
    moves[name] = [z[1] - z[0] for z in logit]
    print(f"{name:18} {moves[name][0]: .4f} (quadratic) {moves[name][1]: .4f} (cross-entropy)")
good, bad = moves["w = 0.6, b = 0.9"], moves["w = b = 2.0"]
assert bad[0] > good[0]  # quadratic: the worse start moves less
assert bad[1] < good[1]  # cross-entropy: it moves more
assert bad[1] < 50 * bad[0]

# %% [markdown] lang="en"
# Next: [small changes](small_changes.ipynb).

# %% [markdown] lang="ja"
# 次は[小さな変化](small_changes.ja.ipynb)です。
