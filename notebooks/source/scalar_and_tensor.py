# %% [markdown] lang="en"
# # 2. The same network twice: number by number, and as arrays
#
# A `Value` is one number of a graph, a `Tensor` a whole array. They obey the same rules, so a network
# built of single weights and the same network as matrices have the same gradients. The first shows
# every step, the second is fast; a lens leads from one to the other.

# %% [markdown] lang="ja"
# # 2. 同じネットワークを 2 通りに：数 1 つずつと、配列と
#
# `Value` はグラフの中の 1 つの数、`Tensor` は配列全体です。どちらも同じ規則に従うので、重み 1 個ずつで組んだ
# ネットワークと、同じものを行列で書いたネットワークは、同じ勾配を持ちます。前者ではすべての計算が見え、後者は
# 高速です。そして、後者から前者へはレンズで移れます。

# %%
import time

import numpy as np

import autodiff as ad
from nets.lens import neuron
from nets.network import Network
from nets.perceptron import Perceptron

# %% [markdown] lang="en"
# ## From the perceptron to the sigmoid neuron
#
# A `Perceptron` jumps from 0 to 1, so its derivative is 0 wherever it has one: nothing to learn from.
# The sigmoid neuron is the same thing with a smooth step. Multiply all weights and the bias by a large
# number, and it becomes the perceptron again, except where $w \cdot x + b = 0$: there it stays at 1/2.

# %% [markdown] lang="ja"
# ## パーセプトロンからシグモイドニューロンへ
#
# `Perceptron` は 0 から 1 に跳ぶので、導関数は跳ぶところ以外ではどこでも 0 で、学習の手がかりがありません。シグモイドニューロンは、
# 同じものの段差を滑らかにしたものです。すべての重みとバイアスに大きな数を掛けると、パーセプトロンに戻ります
# (ただし $w \cdot x + b = 0$ のところは 1/2 のままです)。

# %%
step = Perceptron((6.0, 2.0, 2.0), -5.0)
for x in ((1, 0, 0), (0, 1, 1)):
    z = 6.0 * x[0] + 2.0 * x[1] + 2.0 * x[2] - 5.0
    smooth = [float(ad.sigmoid(c * z)) for c in (1, 10, 100)]
    print(x, "perceptron", step(*x), "  sigmoid, weights times 1, 10, 100:", np.round(smooth, 4))
    assert abs(smooth[-1] - step(*x)) < 1e-12
assert ad.grad(ad.step)(0.3) == 0.0
assert ad.grad(ad.sigmoid)(0.3) > 0.2

# %% [markdown] lang="en"
# ## A network of single numbers
#
# Three inputs, four hidden neurons, two outputs. Every weight is a `Value`; every product, every sum
# and every sigmoid is a node.
#
# **Predict:** how many nodes has this graph, about, and how many has that of the same network as arrays?

# %% [markdown] lang="ja"
# ## 数 1 つずつのネットワーク
#
# 入力 3、隠れニューロン 4、出力 2 です。重みはすべて `Value` で、積も和もシグモイドもすべてノードになります。
#
# **予想してください：** このグラフのノードはおよそ何個でしょうか。同じネットワークを配列で書けば何個になるでしょうか。

# %%
net = Network([3, 4, 2], seed=2)
x, y = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0])

w = [[[ad.Value(v, f"w^{l}_{j}{k}") for k, v in enumerate(row, 1)]
      for j, row in enumerate(matrix, 1)] for l, matrix in enumerate(net.weights, start=2)]  # fmt: skip
b = [[ad.Value(float(v), f"b^{l}_{j}") for j, v in enumerate(column[:, 0], 1)]
     for l, column in enumerate(net.biases, start=2)]  # fmt: skip

a = list(x)
for l, (matrix, column) in enumerate(zip(w, b, strict=True), start=2):
    a = [
        ad.sigmoid(sum(w_jk * a_k for w_jk, a_k in zip(row, a, strict=True)) + b_j)
        for row, b_j in zip(matrix, column, strict=True)
    ]
    for j, a_j in enumerate(a, 1):
        a_j.name = f"a^{l}_{j}"
C = sum((a_j - y_j) ** 2 for a_j, y_j in zip(a, y, strict=True)) * 0.5
C.backward()
scalar_graph = ad.Graph(C)
print(f"C = {C.data:.6f}, {len(scalar_graph.nodes)} nodes")

# %% [markdown] lang="en"
# ## The same as arrays

# %% [markdown] lang="ja"
# ## 配列で同じことを

# %%
record = net.record(x[:, None], y[:, None])
record.cost.backward()
tensor_graph = ad.Graph(record.cost)
print(f"C = {float(record.cost.data):.6f}, {len(tensor_graph.nodes)} nodes")
assert abs(C.data - float(record.cost.data)) < 1e-15

for matrix, column, W, B in zip(w, b, net.w, net.b, strict=True):
    one_by_one = np.array([[v.grad for v in row] for row in matrix])
    biases = np.array([[v.grad] for v in column])
    for ours, theirs in ((one_by_one, W.grad), (biases, B.grad)):
        difference = np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs))
        assert difference < 1e-12
print(f"all {sum(v.size for v in (*net.w, *net.b))} derivatives agree to 1e-12")

# %%
ad.draw(record.cost)

# %% [markdown] lang="en"
# ## By hand, for one weight
#
# $\partial C / \partial w^2_{jk} = a^1_k \, \delta^2_j$ with
# $\delta^2_j = \sigma'(z^2_j) \sum_i w^3_{ij} \delta^3_i$: BP4 and BP2, read off for the first
# neuron. The documents count neurons from 1, numpy counts from 0: `w^2[0,0]` is $w^2_{11}$.

# %% [markdown] lang="ja"
# ## 重み 1 つを手計算で
#
# $\partial C / \partial w^2_{jk} = a^1_k \, \delta^2_j$、ただし
# $\delta^2_j = \sigma'(z^2_j) \sum_i w^3_{ij} \delta^3_i$ です。BP4 と BP2 を最初のニューロンについて書き下しました。
# 文書はニューロンを 1 から数え、numpy は 0 から数えます。`w^2[0,0]` は $w^2_{11}$ です。

# %%
a2, a3 = (np.asarray(node.data)[:, 0] for node in record.a)
delta3 = (a3 - y) * a3 * (1 - a3)
delta2_0 = a2[0] * (1 - a2[0]) * sum(net.weights[1][i, 0] * delta3[i] for i in range(2))
for k in range(3):
    print(f"w^2[0,{k}]: by hand {x[k] * delta2_0: .12f}   Value {w[0][0][k].grad: .12f}   "
          f"Tensor {net.w[0].grad[0, k]: .12f}")  # fmt: skip
    assert abs(x[k] * delta2_0 - w[0][0][k].grad) <= 1e-12 * abs(w[0][0][k].grad)

# %% [markdown] lang="en"
# **Your turn.** The same derivative once more, by somebody who left a factor out. Which? Mend it, until `compare`
# says that it agrees. The solution follows.

# %% [markdown] lang="ja"
# **あなたの番です。** 同じ導関数ですが、因子が 1 つ抜けています。どれでしょうか。`compare` が一致すると言うまで直してください。
# その後に解答があります。

# %%
mine = x[0] * sum(net.weights[1][i, 0] * delta3[i] for i in range(2))  # your turn
print(ad.compare(autograd=C, by_hand={"w^2_11": mine}).verdict)

# %%
mine = mine * a2[0] * (1 - a2[0])  # the solution
print(ad.compare(autograd=C, by_hand={"w^2_11": mine}).verdict)

# %% [markdown] lang="en"
# ## The lens
#
# `neuron` takes one neuron out of the matrices and returns it as single numbers, ready to be drawn or
# explained. Here is the first neuron of layer 2 (`j=0`), with the local derivative on every edge.

# %% [markdown] lang="ja"
# ## レンズ
#
# `neuron` は、行列の中からニューロンを 1 つ取り出し、描いたり説明したりできる数のグラフとして返します。これは
# 第 2 層の最初のニューロン (`j=0`) です。辺の上に局所的な導関数が書かれています。

# %%
a_0 = neuron(net, x[:, None], layer=2, j=0)
a_0.backward()
assert abs(a_0.data - a2[0]) < 1e-15
ad.draw(a_0)

# %% [markdown] lang="en"
# `expand` does it for any result. The first output of the whole network, taken apart down to the
# weights of the last layer:

# %% [markdown] lang="ja"
# `expand` は、どんな計算結果にも使えます。ネットワークの第 1 出力を、最後の層の重みまで分解します：

# %%
lens = ad.expand(record.a[-1], inputs=[net.w[1], net.b[1], record.a[0]])
first = lens.output[0, 0]
first.backward()
slope = a3[0] * (1 - a3[0])
print([node.name for node in ad.Graph(first) if node.kind == "parameter"])
assert abs(first.data - a3[0]) < 1e-15
print(ad.explain(first, next(n.live for n in ad.Graph(first) if n.name == "w^3[0,1]")))
assert abs(next(n.grad for n in ad.Graph(first) if n.name == "w^3[0,1]") - slope * a2[1]) < 1e-12

# %% [markdown] lang="en"
# ## What the difference costs
#
# On the scale of digits the arrays win by far: one node for a matrix product instead of one for each
# multiplication. The gradients stay the same.

# %% [markdown] lang="ja"
# ## 違いの代償
#
# 数字認識の大きさになると、配列がはるかに速くなります。掛け算 1 回ごとではなく、行列の積 1 回ごとに 1 ノードで
# 済むからです。勾配は同じままです。

# %%
big = Network([64, 30, 10], seed=0)
rng = np.random.default_rng(0)
image, target = rng.random((64, 1)), np.eye(10)[:, [3]]

start = time.perf_counter()
arrays = ad.gradient(big.graph(image, target), big.w)
as_arrays = time.perf_counter() - start

start = time.perf_counter()
layers = [[[ad.Value(v) for v in row] for row in matrix] for matrix in big.weights]
out = list(image[:, 0])
for matrix, column in zip(layers, big.biases, strict=True):
    out = [
        ad.sigmoid(ad.dot(row, out) + float(bias[0]))
        for row, bias in zip(matrix, column, strict=True)
    ]
cost = sum((p - t) ** 2 for p, t in zip(out, target[:, 0], strict=True)) * 0.5
cost.backward()
as_values = time.perf_counter() - start

for matrix, found in zip(layers, arrays, strict=True):
    mine = np.array([[v.grad for v in row] for row in matrix])
    assert np.max(np.abs(mine - found)) <= 1e-12 * np.max(np.abs(found))
print("2,250 weights: equal gradients; the arrays took less time:", as_arrays < as_values)
assert as_arrays < as_values

# %% [markdown] lang="en"
# Next: [the four equations](four_equations.ipynb).

# %% [markdown] lang="ja"
# 次は[4 つの式](four_equations.ja.ipynb)です。
