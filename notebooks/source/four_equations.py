# %% [markdown] lang="en"
# # 3. The four equations of back-propagation
#
# Back-propagation rests on four equations, BP1 to BP4. We derive each with the chain rule, compute it
# by hand with numpy, and ask autograd, which knows none of the four, for the same numbers.
#
# Layers are counted from 1, the input, to $L$, the output. $w^l_{jk}$ leads from neuron $k$ of layer
# $l-1$ to neuron $j$ of layer $l$; an example is a column.

# %% [markdown] lang="ja"
# # 3. 誤差逆伝播の 4 つの式
#
# 誤差逆伝播は、BP1 から BP4 までの 4 つの式に支えられています。それぞれを連鎖律から導き、numpy で手計算し、
# そして、4 つの式を一切知らない自動微分に同じ数を尋ねてみましょう。
#
# 層は、入力層を 1、出力層を $L$ と数えます。
# $w^l_{jk}$ は第 $l-1$ 層のニューロン $k$ から第 $l$ 層のニューロン $j$ への重みです。
# 訓練例は列ベクトルで表します。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from autodiff.sources.lines import beside

sizes = {1: 3, 2: 5, 3: 4, 4: 2}  # layer: how many neurons
L = 4
rng = np.random.default_rng(2)
w = {l: rng.normal(size=(sizes[l], sizes[l - 1])) for l in range(2, L + 1)}
b = {l: rng.normal(size=(sizes[l], 1)) for l in range(2, L + 1)}
x, y = rng.normal(size=(3, 1)), np.array([[1.0], [0.0]])


def sigma(z):
    return 1 / (1 + np.exp(-z))


def sigma_prime(z):
    return sigma(z) * (1 - sigma(z))


# %% [markdown] lang="en"
# ## Forward, in matrix form
#
# One line a layer (eq. 23 to 25):
#
# $$z^l = w^l a^{l-1} + b^l, \qquad a^l = \sigma(z^l), \qquad C = \tfrac12 \lVert y - a^L \rVert^2 .$$
#
# The matrix form is only shorthand for the sums $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$. Here are
# both.

# %% [markdown] lang="ja"
# ## 順伝播を行列で
#
# 1 つの層が 1 行になります (式 23〜25):
#
# $$z^l = w^l a^{l-1} + b^l, \qquad a^l = \sigma(z^l), \qquad C = \tfrac12 \lVert y - a^L \rVert^2 .$$
#
# 行列の形は、
# 和 $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ を短く書いたものにすぎません。
# 両方を計算して比べます。

# %%
z, a = {}, {1: x}
for l in range(2, L + 1):
    z[l] = w[l] @ a[l - 1] + b[l]
    a[l] = sigma(z[l])
C = 0.5 * np.sum((y - a[L]) ** 2)

for l in range(2, L + 1):
    for j in range(sizes[l]):
        z_j = sum(w[l][j, k] * a[l - 1][k, 0] for k in range(sizes[l - 1])) + b[l][j, 0]
        assert abs(z_j - z[l][j, 0]) < 1e-12
    print(f"layer {l}: a = {np.round(a[l].ravel(), 3)}")
print(f"C = {C:.6f}")

# %% [markdown] lang="en"
# ## The same network as a graph
#
# We write the forward pass once more, with nodes in place of arrays, and ask for the gradient. The
# picture shows the last layer: values flow down, gradients flow back up.

# %% [markdown] lang="ja"
# ## 同じネットワークを計算グラフで
#
# 順伝播を、配列の代わりにノードを使ってもう一度書き、勾配を求めます。図は最後の層です。値は下へ、勾配は上へと流れます。

# %%
W = {l: ad.Tensor(w[l], f"w^{l}") for l in w}
B = {l: ad.Tensor(b[l], f"b^{l}") for l in b}
Z, A = {}, {1: ad.constant(x, "x")}
for l in range(2, L + 1):
    Z[l] = W[l] @ A[l - 1] + B[l]
    A[l] = ad.sigmoid(Z[l])
    Z[l].name, A[l].name = f"z^{l}", f"a^{l}"
cost = ad.square(y - A[L]).sum() * 0.5
cost.name = "C"
cost.backward()
ad.draw(cost, focus=Z[L], hops=2)

# %% [markdown] lang="en"
# `cost.backward()` left in every node the derivative
# of $C$ with respect to it. These are the numbers that we now find by hand.
#
# ## The error, as a demon sees it
#
# A demon sits at neuron $j$ of layer $l$ and adds a little $\Delta z$ to its weighted input. The cost
# changes by about $\frac{\partial C}{\partial z^l_j} \Delta z$. So the derivative tells how much there
# is to gain at this neuron, and it gets a name, the *error* (eq. 29):
#
# $$\delta^l_j = \frac{\partial C}{\partial z^l_j} .$$
#
# Let us be the demon, at every neuron, and compare with the gradients in the nodes $z^l$.

# %% [markdown] lang="ja"
# `cost.backward()` によって、どのノードにも「$C$ をそのノードで微分した値」が入りました。これから、
# この数を手で求めていきます。
#
# ## 誤差：悪魔の目で見る
#
# 第 $l$ 層のニューロン $j$ に悪魔 (demon) が住んでいて、
# 重み付き入力に小さな $\Delta z$ を足します。
# するとコストはおよそ $\frac{\partial C}{\partial z^l_j} \Delta z$ だけ変わります。
# つまりこの導関数は、そのニューロンにどれだけ改善の余地があるかを教えてくれます。
# そこで名前を付けて *誤差* と呼びます (式 29):
#
# $$\delta^l_j = \frac{\partial C}{\partial z^l_j} .$$
#
# すべてのニューロンで悪魔になってみて、ノード $z^l$ の勾配と比べましょう。


# %%
def cost_with_demon(layer, j, dz):
    activation = x
    for l in range(2, L + 1):
        weighted = w[l] @ activation + b[l]
        if l == layer:
            weighted[j] += dz
        activation = sigma(weighted)
    return 0.5 * np.sum((y - activation) ** 2)


dz = 1e-5
worst = 0.0
for l in range(2, L + 1):
    for j in range(sizes[l]):
        seen = (cost_with_demon(l, j, dz) - cost_with_demon(l, j, -dz)) / (2 * dz)
        worst = max(worst, abs(seen - Z[l].grad[j, 0]))
print("the demon and the graph differ by less than 1e-9")
assert worst < 1e-9

# %% [markdown] lang="en"
# ## BP1: the error of the output layer
#
# The chain rule sums over all outputs, $\delta^L_j = \sum_k \frac{\partial C}{\partial a^L_k}
# \frac{\partial a^L_k}{\partial z^L_j}$ (eq. 37). Because $a^L_k = \sigma(z^L_k)$ reads its own $z$ alone, the
# terms with $k \ne j$ are 0 and one is left (eq. 38, 39):
#
# $$\delta^L_j = \frac{\partial C}{\partial a^L_j} \frac{\partial a^L_j}{\partial z^L_j}
# = \frac{\partial C}{\partial a^L_j}\, \sigma'(z^L_j),
# \qquad\text{or}\qquad \delta^L = \nabla_a C \odot \sigma'(z^L). \tag{BP1}$$
#
# $\odot$ is the product element by element, which numpy writes `*`. For the quadratic cost
# $\nabla_a C = a^L - y$ (eq. 30).

# %% [markdown] lang="ja"
# ## BP1: 出力層の誤差
#
# 連鎖律はすべての出力について和を取ります：$\delta^L_j = \sum_k \frac{\partial C}{\partial a^L_k}
# \frac{\partial a^L_k}{\partial z^L_j}$ (式 37)。$a^L_k = \sigma(z^L_k)$ は自分の $z$ だけに依存するので、
# $k \ne j$ の項は 0 で、1 つだけが残ります (式 38, 39):
#
# $$\delta^L_j = \frac{\partial C}{\partial a^L_j} \frac{\partial a^L_j}{\partial z^L_j}
# = \frac{\partial C}{\partial a^L_j}\, \sigma'(z^L_j),
# \qquad\text{すなわち}\qquad \delta^L = \nabla_a C \odot \sigma'(z^L). \tag{BP1}$$
#
# $\odot$ は要素ごとの積 (アダマール積) で、numpy では `*` と書きます。
# 2 次コストでは $\nabla_a C = a^L - y$ です (式 30)。


# %%
def check(what, by_hand, autograd):
    assert by_hand.shape == autograd.shape
    difference = np.max(np.abs(by_hand - autograd)) / np.max(np.abs(by_hand))
    print(f"{what:18} shape {by_hand.shape!s:7} differs from autograd by less than 1e-12")
    assert difference < 1e-12


delta = {L: (a[L] - y) * sigma_prime(z[L])}
check(f"BP1, delta^{L}", delta[L], Z[L].grad)

# %% [markdown] lang="en"
# ## BP2: from one layer to the layer before
#
# A hidden $z^l_j$ changes *every* weighted input of the next layer, so the chain rule sums over them
# (eq. 40 to 45):
#
# $$\delta^l_j = \sum_k \frac{\partial C}{\partial z^{l+1}_k} \frac{\partial z^{l+1}_k}{\partial z^l_j}
# = \sum_k \delta^{l+1}_k \frac{\partial z^{l+1}_k}{\partial z^l_j} .$$
#
# Because $z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k$, the last factor is
# $w^{l+1}_{kj} \sigma'(z^l_j)$. The sum over $k$ takes the elements of column $j$ of $w^{l+1}$, and
# that column is row $j$ of the transpose:
#
# $$\delta^l = \bigl((w^{l+1})^T \delta^{l+1}\bigr) \odot \sigma'(z^l). \tag{BP2}$$
#
# Start from BP1 and apply BP2 until the first hidden layer is reached.

# %% [markdown] lang="ja"
# ## BP2: 1 つ前の層へ
#
# 隠れ層の $z^l_j$ は、次の層の *すべての* 重み付き入力を変えます。
# ですから連鎖律はその和になります (式 40〜45):
#
# $$\delta^l_j = \sum_k \frac{\partial C}{\partial z^{l+1}_k} \frac{\partial z^{l+1}_k}{\partial z^l_j}
# = \sum_k \delta^{l+1}_k \frac{\partial z^{l+1}_k}{\partial z^l_j} .$$
#
# $z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k$ なので、
# 最後の因子は $w^{l+1}_{kj} \sigma'(z^l_j)$ です。
# $k$ についての和は、$w^{l+1}$ の第 $j$ 列の要素にわたる和です。その列は転置行列の第 $j$ 行なので：
#
# $$\delta^l = \bigl((w^{l+1})^T \delta^{l+1}\bigr) \odot \sigma'(z^l). \tag{BP2}$$
#
# BP1 から出発し、最初の隠れ層に着くまで BP2 を繰り返します。

# %%
for l in range(L - 1, 1, -1):
    delta[l] = (w[l + 1].T @ delta[l + 1]) * sigma_prime(z[l])
    check(f"BP2, delta^{l}", delta[l], Z[l].grad)

# %% [markdown] lang="en"
# **Your turn.** This BP2 has a slip. `compare` says what it takes it for; mend it and run it again. The
# solution is in the cell above.

# %% [markdown] lang="ja"
# **あなたの番です。** この BP2 には間違いがあります。`compare` の判定を読み、直してもう一度実行してください。解答は上のセルにあります。

# %%
mine = w[3].T @ delta[3]  # your turn
print(ad.compare(autograd=cost, by_hand={"z^4": delta[4], "z^3": delta[3], "z^2": mine}).verdict)

# %% [markdown] lang="en"
# ## BP3 and BP4: the gradient itself
#
# The hard part is done. In $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ the bias and the weight of neuron j
# reach C through $z^l_j$ alone, with $\partial z^l_j / \partial b^l_j = 1$ and
# $\partial z^l_j / \partial w^l_{jk} = a^{l-1}_k$. The chain rule,
# $\frac{\partial C}{\partial b^l_j} = \frac{\partial C}{\partial z^l_j} \frac{\partial z^l_j}{\partial b^l_j}$ and the
# same for the weight, gives
#
# $$\frac{\partial C}{\partial b^l_j} = \delta^l_j, \tag{BP3}$$
#
# $$\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k\, \delta^l_j, \tag{BP4}$$
#
# or, to remember it, $\partial C / \partial w = a_{\text{in}}\, \delta_{\text{out}}$ (eq. 32). All
# the weights of a layer are one outer product.

# %% [markdown] lang="ja"
# ## BP3 と BP4: 勾配そのもの
#
# 難しいところは終わりました。$z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ のバイアスと重みが C に影響するのは、
# ニューロン j の $z^l_j$ を通してだけです。そして $\partial z^l_j / \partial b^l_j = 1$、
# $\partial z^l_j / \partial w^l_{jk} = a^{l-1}_k$ です。連鎖律
# $\frac{\partial C}{\partial b^l_j} = \frac{\partial C}{\partial z^l_j} \frac{\partial z^l_j}{\partial b^l_j}$
# と、重みについての同じ式から、
#
# $$\frac{\partial C}{\partial b^l_j} = \delta^l_j, \tag{BP3}$$
#
# $$\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k\, \delta^l_j \tag{BP4}$$
#
# となります。
# 覚えやすく書けば $\partial C / \partial w = a_{\text{in}}\, \delta_{\text{out}}$ です (式 32)。
# 1 つの層の重みは、まとめて 1 つの外積になります。

# %%
nabla_b, nabla_w = {}, {}
for l in range(2, L + 1):
    nabla_b[l] = delta[l]
    nabla_w[l] = delta[l] @ a[l - 1].T
    check(f"BP3, dC/db^{l}", nabla_b[l], B[l].grad)
    check(f"BP4, dC/dw^{l}", nabla_w[l], W[l].grad)

# %% [markdown] lang="en"
# Four equations, three layers, and no difference beyond rounding. Each derivative has the shape of
# what it belongs to.
#
# Here is what we computed, as a picture: for each layer the errors as bars and, to their right, the
# derivatives of the weights. Each is the product of the error of its row and the activation of its
# column, so a row is pale where the bar is short, and a column is pale where the activation is small.

# %% [markdown] lang="ja"
# 4 つの式を 3 つの層で確かめ、違いは丸め誤差だけでした。どの導関数も、元の変数と同じ形をしています。
#
# 計算した量を図にしてみましょう。層ごとに、左の棒が誤差、その右が重みの導関数です。重みの導関数は、
# その行の誤差とその列の活性との積です。ですから、棒が短い行は色が薄く、活性が小さい列も色が薄くなります。

# %%
figure, panels = plt.subplots(3, 2, figsize=(3.3, 8.4), layout="constrained", width_ratios=[1, 1.7])
for l in range(2, L + 1):
    bars, heat = panels[l - 2]
    limit = np.max(np.abs(nabla_w[l]))
    shown = heat.imshow(nabla_w[l], cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto")
    heat.set_title(rf"$\partial C\,/\,\partial w^{l}$")
    heat.set_xticks(range(sizes[l - 1]), range(1, sizes[l - 1] + 1))
    heat.set_yticks([])
    heat.set_xlabel(f"from neuron k of layer {l - 1}")
    figure.colorbar(shown, ax=heat, location="bottom", ticks=[-limit, 0, limit], format="%.3f")
    bars.barh(range(sizes[l]), delta[l].ravel(), color="#0072B2")
    bars.set_title(rf"error $\delta^{l}_j$")
    bars.axvline(0, color="black", linewidth=0.8)
    bars.set_ylim(heat.get_ylim())
    bars.set_yticks(range(sizes[l]), range(1, sizes[l] + 1))
    bars.set_ylabel(f"neuron j of layer {l}")
    bars.locator_params(axis="x", nbins=2)
plt.show()

# %% [markdown] lang="en"
# ## What they tell
#
# A weight learns slowly when its derivative is small. By BP4 that happens when the input activation
# is near 0. By BP1 and BP2 it happens when $\sigma'(z)$ is near 0: the output is nearly 0 or nearly 1,
# and the neuron is *saturated*. One neuron, target 0, in three situations. **Predict** which of them learns
# most slowly: $z = 0$ with the input 1, $z = 0$ with the input 0.01, or $z = 10$ with the input 1?

# %% [markdown] lang="ja"
# ## 4 つの式が教えてくれること
#
# 導関数が小さい重みは、学習が遅くなります。BP4 によれば、入力の活性が 0 に近いときです。BP1 と BP2 によれば、
# $\sigma'(z)$ が 0 に近いとき、つまり出力がほぼ 0 かほぼ 1 で、
# ニューロンが *飽和* しているときです。目標 0 のニューロン 1 個を、3 つの状況で見てみましょう。
# **予想してください。** 最も学習が遅いのは、$z = 0$ で入力 1、$z = 0$ で入力 0.01、$z = 10$ で入力 1 のうちどれでしょうか。

# %%
slopes, rows = {}, []
for what, a_in, bias in [
    ("usual", 1.0, 0.0),
    ("input near 0", 0.01, 0.0),
    ("saturated", 1.0, 10.0),
]:
    weight = ad.Value(0.0, "w")
    out = ad.sigmoid(weight * a_in + bias)
    slopes[what] = ad.gradient(ad.square(out - 0.0) * 0.5, weight)
    by_hand = a_in * (sigma(bias) - 0.0) * sigma_prime(bias)
    rows.append((what, f"a_in = {a_in:4}, z = {bias:4}: dC/dw = {slopes[what]:.6f}"))
    assert abs(slopes[what] - by_hand) < 1e-12
print(beside(rows))
assert slopes["input near 0"] < slopes["usual"] / 50
assert slopes["saturated"] < slopes["usual"] / 1000

at = np.linspace(-8, 8, 200)
figure, axes = plt.subplots(figsize=(3.3, 3.0), layout="constrained")
axes.plot(at, sigma(at), color="#0072B2", label=r"$\sigma(z)$")
axes.plot(at, sigma_prime(at), color="#D55E00", linestyle="--", label=r"$\sigma'(z)$")
axes.set_xlabel("weighted input z")
axes.set_title("The slope is nearly 0 at both ends")
axes.legend()
plt.show()

# %% [markdown] lang="en"
# ## The algorithm
#
# Put in order, the equations are the algorithm of back-propagation: **1.** input, **2.**
# feed-forward, **3.** output error (BP1), **4.** back-propagate (BP2), **5.** output (BP3, BP4).
#
# It needs two things of the cost. It must be a function of the outputs $a^L$, so that $\nabla_a C$
# makes sense (eq. 27); and it must be an average over examples, $C = \frac1n \sum_x C_x$ (eq. 26), so
# that the gradient of a mini-batch is the mean of the gradients of its examples.

# %% [markdown] lang="ja"
# ## アルゴリズム
#
# 順に並べれば、4 つの式がそのまま誤差逆伝播のアルゴリズムです：**1.** 入力、**2.** 順伝播、
# **3.** 出力層の誤差 (BP1)、**4.** 誤差の逆伝播 (BP2)、**5.** 勾配の出力 (BP3、BP4)。
#
# コストには条件が 2 つあります。1 つは出力 $a^L$ の関数であること。
# だから $\nabla_a C$ に意味があります (式 27)。
# もう 1 つは訓練例についての平均 $C = \frac1n \sum_x C_x$ であること (式 26)。
# だからミニバッチの勾配は、各訓練例の勾配の平均になります。


# %%
def backprop(w, b, x, y):
    z, a = {}, {1: x}  # 1. input
    for l in range(2, L + 1):  # 2. feed-forward
        z[l] = w[l] @ a[l - 1] + b[l]
        a[l] = sigma(z[l])
    delta = {L: (a[L] - y) * sigma_prime(z[L])}  # 3. output error
    for l in range(L - 1, 1, -1):  # 4. back-propagate
        delta[l] = (w[l + 1].T @ delta[l + 1]) * sigma_prime(z[l])
    return delta, {l: delta[l] @ a[l - 1].T for l in delta}  # 5. output


m, eta = 8, 0.5
X = rng.normal(size=(sizes[1], m))
Y = (rng.random((sizes[L], m)) < 0.5).astype(float)
single = [backprop(w, b, X[:, [i]], Y[:, [i]]) for i in range(m)]
mean_b = {l: sum(one[0][l] for one in single) / m for l in w}
mean_w = {l: sum(one[1][l] for one in single) / m for l in w}

# %% [markdown] lang="en"
# Autograd takes the whole mini-batch at once: the examples are the columns of one matrix, and the
# cost is their average. One step of gradient descent, $w \to w - \eta\, \partial C/\partial w$ (eq.
# 20, 21), then lowers the cost.

# %% [markdown] lang="ja"
# 自動微分はミニバッチ全体を一度に扱います。訓練例は 1 つの行列の列で、コストはその平均です。
# そして勾配降下を 1 歩進めると ($w \to w - \eta\, \partial C/\partial w$、式 20、21)、コストが下がります。


# %%
def batch_cost():
    out = ad.constant(X, "X")
    for l in range(2, L + 1):
        out = ad.sigmoid(W[l] @ out + B[l])
    return ad.square(Y - out).sum() * (0.5 / m)


before = batch_cost()
gradients = ad.gradient(before, [*B.values(), *W.values()])
for i, l in enumerate(w):
    check(f"mean of dC_x/db^{l}", mean_b[l], gradients[i])
    check(f"mean of dC_x/dw^{l}", mean_w[l], gradients[len(w) + i])
for l in w:
    B[l].data -= eta * mean_b[l]
    W[l].data -= eta * mean_w[l]
after = batch_cost()
print(f"cost before the step {before.data:.6f}, after it {after.data:.6f}")
assert after.data < before.data

# %% [markdown] lang="en"
# ## Any activation
#
# Nothing in the derivation used that $\sigma$ is the sigmoid; only $\sigma'$ appears. One thing it did
# use, from (37) to (38): $a_j$ depends on $z_j$ alone. So the equations hold for any activation that
# works *element by element*. Softmax does not, since each of its outputs depends on every $z_k$: with the
# quadratic cost the sum in (37) stays, $\delta^L = \Sigma'(z^L)^T \nabla_a C$ with the full matrix
# $\Sigma'$, and the form (BP1) is wrong for it; the last cell shows by how much. The library has
# the four equations by hand for several activations, and compares them with autograd layer by layer.
# The relative difference from autograd is rounding in each:

# %% [markdown] lang="ja"
# ## どの活性化関数でも
#
# 導出では、$\sigma$ がシグモイドであることを一度も使っていません。現れるのは $\sigma'$ だけです。ただし
# (37) から (38) へ移るとき、$a_j$ が $z_j$ だけに依存することを使いました。ですから 4 つの式が成り立つのは、
# *要素ごとに* 働く活性化関数に対してです。softmax はそうではなく、各出力がすべての $z_k$ に依存します。2 次コスト
# なら (37) の和が残り、行列 $\Sigma'$ を使って $\delta^L = \Sigma'(z^L)^T \nabla_a C$ となります。(BP1) の形の
# ままでは間違いで、最後のセルがその差を示します。
# このライブラリには、いくつもの活性化関数について手で書いた 4 つの式があり、自動微分と層ごとに比べられます。
# 自動微分との相対的な差は、どれも丸めの範囲です：

# %%
from nets import Network
from nets.runs.check import compare

for activation in ("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "identity"):
    found = compare(Network([3, 5, 4, 2], activation, seed=1), X, Y)
    assert {d.equation for d in found} == {"BP1", "BP2", "BP3", "BP4"}
    assert max(d.relative for d in found) < 1e-12
    print(f"{activation:11} BP1 to BP4 and autograd differ by less than 1e-12")

# %% [markdown] lang="en"
# An activation whose slope never vanishes does not saturate. Compare the slopes far from 0:

# %% [markdown] lang="ja"
# 傾きが 0 に近づかない活性化関数は、飽和しません。0 から遠いところの傾きを比べてみましょう：

# %%
slopes = {}
for activation in ("sigmoid", "tanh", "leaky_relu"):
    slope = ad.grad(getattr(ad, activation))
    slopes[activation] = min(slope(-20.0), slope(20.0))
    print(f"{activation:10} smallest slope at z = -20 and z = 20: {slopes[activation]:.1e}")
assert slopes["sigmoid"] < 1e-8
assert slopes["tanh"] < 1e-8
assert slopes["leaky_relu"] > 1e-3

# %% [markdown] lang="en"
# And softmax, whose outputs hang together: (BP1) with the diagonal alone is wrong, the sum over $k$ right.

# %% [markdown] lang="ja"
# 最後に、出力どうしが結び付いている softmax です。対角成分だけの (BP1) は間違いで、$k$ についての和が正しい値です。

# %%
z = ad.Tensor(np.array([[0.5], [-1.0], [2.0]]))
a = ad.softmax(z, axis=0)
y = np.array([[0.0], [1.0], [0.0]])
autograd = ad.gradient(ad.square(a - y).sum() * 0.5, z)
s = a.data[:, 0]
full = np.diag(s) - np.outer(s, s)  # da_k/dz_j
diagonal = np.diag(full)[:, None] * (a.data - y)
assert np.allclose(full.T @ (a.data - y), autograd, rtol=1e-12)
print("with the sum over k: less than 1e-12 away")
print("the diagonal alone:", f"{np.max(np.abs(diagonal - autograd)):.3f} away")
assert np.max(np.abs(diagonal - autograd)) > 0.05

# %% [markdown] lang="en"
# Next: [the derivations in full](derivations.ipynb).

# %% [markdown] lang="ja"
# 次は[導出のすべて](derivations.ja.ipynb)です。
