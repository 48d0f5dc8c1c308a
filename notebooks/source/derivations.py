# %% [markdown] lang="en"
# # 4. The derivations in full
#
# What chapter 2 derives, with every sum written out and every step beside its number: the indices, the
# two printed vectors, the demon, BP1 to BP4, and how one could have found them. About 40 minutes.

# %% [markdown] lang="ja"
# # 4. 導出のすべて
#
# 第 2 章の導出を、和をすべて書き、各段階に数を添えてたどります。添字、印刷された 2 つのベクトル、悪魔、BP1 から BP4、
# そしてどうすれば発見できたか。約 40 分。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from nets import Network, closed_form
from nets.data import load_digits
from nets.experiments import derivations
from nets.pages.neurons import draw_neurons
from nets.scalar import MLP

split = load_digits()

# %% [markdown] lang="en"
# ## Indices
#
# $w^3_{24}$ leads from neuron 4 of layer 2 to neuron 2 of layer 3: the destination comes first, so that
# (25) is $a^l = \sigma(w^l a^{l-1} + b^l)$ without a transpose. The price is the transpose in BP2.

# %% [markdown] lang="ja"
# ## 添字
#
# $w^3_{24}$ は第 2 層の 4 番目のニューロンから第 3 層の 2 番目のニューロンへの重みです。行き先が先に来るので、(25) は
# 転置なしで $a^l = \sigma(w^l a^{l-1} + b^l)$ と書けます。その代わりに BP2 に転置が現れます。

# %%
net = MLP(4, [4, 3, 2], activation="sigmoid", named=True)
out = net([0.5, -1.0, 0.25, 1.0])
C = 0.5 * (out[0] ** 2 + out[1] ** 2)
C.backward()
nodes = {n.name: n.live for n in ad.Graph(C) if n.name}
w, a, z = nodes["w^3_24"], nodes["a^2_4"], nodes["z^3_2"]
print("dC/dw^3_24 = a^2_4 delta^3_2:", np.isclose(w.grad, a.data * z.grad, rtol=1e-14))
for line in derivations.indices(split):
    print(line)

figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
draw_neurons(axes, [4, 4, 3, 2], lit=(3, 2, 4))
plt.show()

# %% [markdown] lang="en"
# (24) and (28), as printed:

# %% [markdown] lang="ja"
# (24) と (28) を印刷されたとおりに：

# %%
v = ad.Tensor([2.0, 3.0])
print(
    "f([2, 3]) =",
    (v * v).data,
    "  [1, 2] (*) [3, 4] =",
    (ad.Tensor([1.0, 2.0]) * ad.Tensor([3.0, 4.0])).data,
)

# %% [markdown] lang="en"
# ## The demon
#
# The demon is good: it adds $\Delta z^l_j$ of the sign opposite to $\partial C / \partial z^l_j$.
# **Predict:** for how many of 12 neurons does the cost fall? Where is there little to gain?
#
# One could let the demon change $a^l_j$ instead and call $\partial C / \partial a^l_j$ the error. It would do
# as well, but $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ is where weights and biases enter: with $\delta$ defined
# by z, BP3 and BP4 have no factor, with a each of them has $\sigma'(z^l_j)$ in it.

# %% [markdown] lang="ja"
# ## 悪魔
#
# この悪魔 (demon) は善良で、$\partial C / \partial z^l_j$ と逆の符号の $\Delta z^l_j$ を加えます。
# **予想してください：** 12 個のニューロンのうち、いくつでコストが下がるでしょうか。得るものが少ないのはどこでしょうか。
#
# 悪魔に $a^l_j$ のほうを変えさせ、$\partial C / \partial a^l_j$ を誤差と呼ぶこともできます。しかし重みとバイアスが現れるのは
# $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ です。$\delta$ を z で定義すれば BP3 と BP4 に余分な因子は付きませんが、a で定義すると
# どちらにも $\sigma'(z^l_j)$ が付きます。

# %%
for line in derivations.good_demon(split):
    print(line)

# %% [markdown] lang="en"
# ## BP1, with its sum
#
# (36) $\delta^L_j = \partial C / \partial z^L_j$. C depends on $z^L_j$ through ALL outputs, so
# (37) $\delta^L_j = \sum_k \frac{\partial C}{\partial a^L_k} \frac{\partial a^L_k}{\partial z^L_j}$.
# The matrix $\partial a_k / \partial z_j$ tells which terms stay:

# %% [markdown] lang="ja"
# ## 和を含めた BP1
#
# (36) $\delta^L_j = \partial C / \partial z^L_j$。C はすべての出力を通して $z^L_j$ に依存するので、
# (37) $\delta^L_j = \sum_k \frac{\partial C}{\partial a^L_k} \frac{\partial a^L_k}{\partial z^L_j}$ です。
# どの項が残るかは行列 $\partial a_k / \partial z_j$ を見ればわかります：

# %%
rng = np.random.default_rng(0)
net = Network([3, 4, 3], seed=0)
x, y = rng.random((3, 1)), rng.random((3, 1))
record = net.record(x, y)
jacobian = np.hstack(
    [ad.gradient(record.a[1], record.z[1], seed=np.eye(3)[:, [k]]) for k in range(3)]
)
print(jacobian.round(4))
assert np.array_equal(jacobian, np.diag(np.diag(jacobian)))
ad.draw(record.cost)

# %% [markdown] lang="en"
# Diagonal, because $a_k = \sigma(z_k)$ works element by element: only $k = j$ stays (38), and with
# $a_j = \sigma(z_j)$ that is BP1 (39). With softmax it is not diagonal and the sum stays:

# %% [markdown] lang="ja"
# 対角行列です。$a_k = \sigma(z_k)$ が要素ごとの関数だからで、$k = j$ の項だけが残り (38)、$a_j = \sigma(z_j)$ を使えば
# BP1 になります (39)。softmax では対角にならず、和が残ります：

# %%
soft = Network([3, 4, 3], output="softmax", seed=0).record(x, y)
print(
    np.hstack([ad.gradient(soft.a[1], soft.z[1], seed=np.eye(3)[:, [k]]) for k in range(3)]).round(
        4
    )
)

# %% [markdown] lang="en"
# ## BP2
#
# (40) to (42): C depends on $z^l_j$ through ALL weighted inputs of the next layer, so
# $\delta^l_j = \sum_k \frac{\partial C}{\partial z^{l+1}_k} \frac{\partial z^{l+1}_k}{\partial z^l_j}
# = \sum_k \frac{\partial z^{l+1}_k}{\partial z^l_j} \delta^{l+1}_k$. Since
# $z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k$ (43), each factor is
# $w^{l+1}_{kj} \sigma'(z^l_j)$ (44), and with it
# $\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)$ (45). The sum over k takes the
# elements of column j of $w^{l+1}$, and that column is row j of the transpose: this is BP2.
#
# ## BP3 and BP4
#
# In $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ the bias $b^l_j$ and the weights $w^l_{jk}$ belong to neuron j alone, so
# the chain rule has ONE term (102 to 105):
#
# $$\frac{\partial C}{\partial b^l_j} = \frac{\partial C}{\partial z^l_j} \frac{\partial z^l_j}{\partial b^l_j}
# = \delta^l_j \cdot 1, \qquad
# \frac{\partial C}{\partial w^l_{jk}} = \frac{\partial C}{\partial z^l_j} \frac{\partial z^l_j}{\partial w^l_{jk}}
# = \delta^l_j\, a^{l-1}_k .$$
#
# ## The slope of sigma
#
# $\sigma(z) = (1 + e^{-z})^{-1}$, so $\sigma'(z) = (1 + e^{-z})^{-2} e^{-z}$
# $= \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}}$ $= \sigma(z) (1 - \sigma(z))$, for
# $1 - \sigma(z) = \frac{1 + e^{-z} - 1}{1 + e^{-z}}$. In the lecture's letters, with $a = \sigma(z)$ and the
# cross-entropy: $da = -\frac{y}{a} + \frac{1 - y}{1 - a} = \frac{a - y}{a (1 - a)}$, and
# $dz = da \cdot \sigma'(z)$ $= \frac{a - y}{a (1 - a)} \cdot a (1 - a)$ $= a - y$. Each step in numbers:

# %% [markdown] lang="ja"
# ## BP2
#
# (40) から (42): C は次の層の *すべての* 重み付き入力を通して $z^l_j$ に依存するので、
# $\delta^l_j = \sum_k \frac{\partial C}{\partial z^{l+1}_k} \frac{\partial z^{l+1}_k}{\partial z^l_j}
# = \sum_k \frac{\partial z^{l+1}_k}{\partial z^l_j} \delta^{l+1}_k$ です。
# $z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k$ (43) なので各因子は $w^{l+1}_{kj} \sigma'(z^l_j)$ (44)、
# したがって $\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)$ です (45)。k についての和は、
# $w^{l+1}$ の第 j 列の要素にわたる和です。その列は転置行列の第 j 行なので、BP2 になります。
#
# ## BP3 と BP4
#
# $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ で、バイアス $b^l_j$ と重み $w^l_{jk}$ はニューロン j だけのものです。ですから連鎖律の項は
# 1 つだけです (102 から 105):
#
# $$\frac{\partial C}{\partial b^l_j} = \frac{\partial C}{\partial z^l_j} \frac{\partial z^l_j}{\partial b^l_j}
# = \delta^l_j \cdot 1, \qquad
# \frac{\partial C}{\partial w^l_{jk}} = \frac{\partial C}{\partial z^l_j} \frac{\partial z^l_j}{\partial w^l_{jk}}
# = \delta^l_j\, a^{l-1}_k .$$
#
# ## シグモイドの傾き
#
# $\sigma(z) = (1 + e^{-z})^{-1}$ なので $\sigma'(z) = (1 + e^{-z})^{-2} e^{-z}$
# $= \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}}$ $= \sigma(z) (1 - \sigma(z))$ です
# ($1 - \sigma(z) = \frac{1 + e^{-z} - 1}{1 + e^{-z}}$ だからです)。講義の記号で $a = \sigma(z)$ とし、損失をクロスエントロピーとすれば、
# $da = -\frac{y}{a} + \frac{1 - y}{1 - a} = \frac{a - y}{a (1 - a)}$、そして
# $dz = da \cdot \sigma'(z)$ $= \frac{a - y}{a (1 - a)} \cdot a (1 - a)$ $= a - y$ です。各段階を数で確かめます：

# %%
for line in derivations.in_full(split):
    print(line)

# %% [markdown] lang="en"
# **Your turn.** This BP2 has a slip. Run it, read the verdict, mend it, run it again. The solution follows.

# %% [markdown] lang="ja"
# **あなたの番です。** この BP2 には間違いがあります。実行して判定を読み、直してもう一度実行してください。その後に解答があります。

# %%
run = closed_form.backprop_batch(list(net.weights), list(net.biases), x, y)
run.delta[0][:] = net.weights[1].T @ run.delta[1]  # your turn
print(ad.compare(autograd=record.cost, by_hand=run).verdict)

# %%
slope = closed_form.sigmoid_prime(run.z[0])
run.delta[0][:] = (net.weights[1].T @ run.delta[1]) * slope  # the solution
print(ad.compare(autograd=record.cost, by_hand=run).verdict)

# %% [markdown] lang="en"
# ## The second riddle: how could one find this?
#
# Take three layers behind $z^l_j$. A path goes from j to some k, to some m, to an output q (53):
#
# $$\delta^l_j = \sum_k \sum_m \sum_q \sigma'(z_j) w_{kj} \cdot \sigma'(z_k) w_{mk} \cdot \sigma'(z_m) w_{qm} \cdot
# \sigma'(z_q) \frac{\partial C}{\partial a_q} .$$
#
# All paths through the same k share what comes after k. Put it outside once, for m and q alike:
#
# $$\delta^l_j = \sigma'(z_j) \sum_k w_{kj} \Bigl[ \sigma'(z_k) \sum_m w_{mk} \Bigl[ \sigma'(z_m) \sum_q w_{qm}
# \Bigl[ \sigma'(z_q) \frac{\partial C}{\partial a_q} \Bigr] \Bigr] \Bigr] .$$
#
# The innermost bracket is $\delta_q$ (BP1), the next is $\delta_m$, and every bracket is made of the one inside it by
# the same rule: BP2. What was a product of the layers' sizes is a sum over the layers.

# %% [markdown] lang="ja"
# ## 第 2 の謎：どうすれば発見できるか
#
# $z^l_j$ の後に 3 つの層があるとします。パスは j からある k へ、ある m へ、そして出力 q へ進みます (53):
#
# $$\delta^l_j = \sum_k \sum_m \sum_q \sigma'(z_j) w_{kj} \cdot \sigma'(z_k) w_{mk} \cdot \sigma'(z_m) w_{qm} \cdot
# \sigma'(z_q) \frac{\partial C}{\partial a_q} .$$
#
# 同じ k を通るパスは、k より後の部分を共有します。それを 1 回だけくくり出し、m と q についても同じようにします：
#
# $$\delta^l_j = \sigma'(z_j) \sum_k w_{kj} \Bigl[ \sigma'(z_k) \sum_m w_{mk} \Bigl[ \sigma'(z_m) \sum_q w_{qm}
# \Bigl[ \sigma'(z_q) \frac{\partial C}{\partial a_q} \Bigr] \Bigr] \Bigr] .$$
#
# いちばん内側の括弧は $\delta_q$ (BP1)、その外は $\delta_m$ で、どの括弧もその内側の括弧から同じ規則で作られます。それが BP2
# です。層の大きさの積だけあった計算が、層についての和になりました。

# %%
print(derivations.second_riddle(split)[0])

# %% [markdown] lang="en"
# ## The naive gradient, counted
#
# (4.1) multiplies out $\partial y / \partial w$ for every weight. **Predict:** ten layers of four neurons have
# 180 weights and biases. How many operations does the naive way take, how many back-propagation?

# %% [markdown] lang="ja"
# ## 素朴な (naive) 勾配の計算量
#
# (4.1) はすべての重みについて $\partial y / \partial w$ を展開します。**予想してください：** 4 ニューロンの層が 10 ある
# ネットワークには重みとバイアスが 180 個あります。素朴な方法と逆伝播では、演算は何回になるでしょうか。

# %%
for line in derivations.naive_gradient(split):
    print(line)

# %% [markdown] lang="en"
# Next: [the sum over all paths](paths.ipynb).

# %% [markdown] lang="ja"
# 次は[すべてのパスの和](paths.ja.ipynb)です。
