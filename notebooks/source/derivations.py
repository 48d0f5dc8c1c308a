# %% [markdown] lang="en"
# # The derivations in full
#
# What chapter 2 derives, with every sum written out and every step beside its number: the indices, the
# two printed vectors, the demon, BP1 to BP4, and how one could have found them. About 40 minutes.

# %% [markdown] lang="ja"
# # 導出のすべて
#
# 第 2 章の導出を、和をすべて書き、各段階に数を添えてたどります。添字、印刷された 2 つのベクトル、悪魔、BP1 から BP4、
# そしてどうすれば発見できたか。約 40 分。

# %%
import numpy as np

import autodiff as ad
from nets import Network, closed_form
from nets.data import load_digits
from nets.experiments import derivations
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
print(np.isclose(w.grad, a.data * z.grad, rtol=1e-14))
for line in derivations.indices(split):
    print(line.measured)

# %% [markdown] lang="en"
# (24) and (28), as printed:

# %% [markdown] lang="ja"
# (24) と (28) を印刷されたとおりに:

# %%
v = ad.Tensor([2.0, 3.0])
print((v * v).data, (ad.Tensor([1.0, 2.0]) * ad.Tensor([3.0, 4.0])).data)

# %% [markdown] lang="en"
# ## The demon
#
# The demon is good: it adds $\Delta z^l_j$ of the sign opposite to $\partial C / \partial z^l_j$.
# **Predict:** for how many of 12 neurons does the cost fall? Where is there little to gain?

# %% [markdown] lang="ja"
# ## 悪魔
#
# この悪魔 (demon) は善良で、$\partial C / \partial z^l_j$ と逆の符号の $\Delta z^l_j$ を加えます。
# **予想してください:** 12 個のニューロンのうち、いくつでコストが下がるでしょうか。得るものが少ないのはどこでしょうか。

# %%
for line in derivations.good_demon(split):
    print(line.what, "->", line.measured)

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
# どの項が残るかは行列 $\partial a_k / \partial z_j$ を見ればわかります:

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
# BP1 になります (39)。softmax では対角にならず、和が残ります:

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
# (40) to (42): $\delta^l_j = \sum_k \delta^{l+1}_k \, \partial z^{l+1}_k / \partial z^l_j$. Since
# $z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k$ (43), each factor is
# $w^{l+1}_{kj} \sigma'(z^l_j)$ (44), and the sum over k is BP2 (45): row k of w, column j of its transpose.
# BP3 and BP4: $\partial z_j / \partial b_j = 1$, $\partial z_j / \partial w_{jk} = a_k$, both by one chain rule.

# %% [markdown] lang="ja"
# ## BP2
#
# (40) から (42): $\delta^l_j = \sum_k \delta^{l+1}_k \, \partial z^{l+1}_k / \partial z^l_j$。
# $z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k$ (43) なので各因子は $w^{l+1}_{kj} \sigma'(z^l_j)$ (44)、
# k について足すと BP2 (45) になります。w の第 k 行は、転置の第 k 列です。
# BP3 と BP4: $\partial z_j / \partial b_j = 1$、$\partial z_j / \partial w_{jk} = a_k$。どちらも連鎖律 1 回です。

# %%
for line in derivations.in_full(split):
    print(line.what, "->", line.measured)

# %% [markdown] lang="en"
# **Your turn.** This BP2 has a slip. Run it, read the verdict, mend it, run it again.

# %% [markdown] lang="ja"
# **あなたの番です。** この BP2 には誤りがあります。実行して判定を読み、直してもう一度実行してください。

# %%
run = closed_form.backprop_batch(list(net.weights), list(net.biases), x, y)
run.delta[0][:] = net.weights[1].T @ run.delta[1]  # your turn
print(ad.compare(autograd=record.cost, by_hand=run).verdict)

# %% [markdown] lang="en"
# ## The second riddle: how could one find this?
#
# Add up the products over ALL paths (53). Then see that paths share their ends, and add up what they share
# only once: the merged sum is BP2.

# %% [markdown] lang="ja"
# ## 第 2 の謎:どうすれば発見できるか
#
# すべての経路について積を足します (53)。次に、経路どうしが終わりの部分を共有していることに気づき、共有部分を 1 度だけ
# 足します。まとめた (merged) 和が BP2 です。

# %%
print(derivations.second_riddle(split)[0].measured)

# %% [markdown] lang="en"
# ## The naive gradient, counted
#
# (4.1) multiplies out $\partial y / \partial w$ for every weight. **Predict:** ten layers of four neurons have
# 180 weights and biases. How many operations does the naive way take, how many back-propagation?

# %% [markdown] lang="ja"
# ## 素朴な (naive) 勾配の計算量
#
# (4.1) はすべての重みについて $\partial y / \partial w$ を展開します。**予想してください:** 4 ニューロンの層が 10 ある
# ネットワークには重みとバイアスが 180 個あります。素朴な方法と逆伝播では、演算は何回になるでしょうか。

# %%
for line in derivations.naive_gradient(split):
    print(line.measured)

# %% [markdown] lang="en"
# Next: [in what sense is it fast?](how_fast.ipynb)

# %% [markdown] lang="ja"
# 次は[どういう意味で速いのか](how_fast.ja.ipynb)です。
