# %% [markdown] lang="en"
# # Two layers by hand, then L layers, then a whole mini-batch
#
# Before any library, back-propagation is a page of sums. Here are the sums of the lecture notes,
# written out index by index, then for any number of layers, then as matrices for a mini-batch; and
# at the end the lecture's six equations. After each step autograd says the same to 1e-12.
#
# The notes count the input as layer 1 and write $u$ for the weighted input, $z$ for the activation
# and $d$ for the target.

# %% [markdown] lang="ja"
# # 2 層を手で、次に L 層、最後にミニバッチ全体
#
# ライブラリを使う前の誤差逆伝播は、1 ページ分の和の式です。ここでは講義ノートの和を添字どおりに書き下し、
# 次に層の数を一般にし、さらにミニバッチを行列でまとめ、最後に講義の 6 つの式を確かめます。どの段階でも、
# 自動微分の結果と 1e-12 まで一致します。
#
# ノートの記号では、入力を第 1 層と数え、重み付き入力を $u$、活性を $z$、目標を $d$ と書きます。

# %%
import numpy as np

import autodiff as ad
from nets import closed_form as cf


def agree(by_hand, autograd, tolerance=1e-12):
    """Compare two gradients, print the largest relative difference and insist on it."""
    by_hand, autograd = np.asarray(by_hand), np.asarray(autograd)
    assert by_hand.shape == autograd.shape
    worst = np.max(np.abs(by_hand - autograd)) / np.max(np.abs(autograd))
    assert worst <= tolerance
    return f"{by_hand.shape}: largest difference {worst:.1e}"


rng = np.random.default_rng(4)
P, M, K = 3, 4, 2  # inputs, hidden neurons, outputs
w2, w3 = rng.normal(size=(M, P)), rng.normal(size=(K, M))
x, d = rng.normal(size=P), rng.normal(size=K)

# %% [markdown] lang="en"
# ## Forward: identity at the output
#
# $u_j^{(2)} = \sum_i w_{ji}^{(2)} x_i$ and $z_j^{(2)} = f(u_j^{(2)})$ with the sigmoid as $f$; the
# output is not squashed (4.3):
#
# $$y_j = u_j^{(3)} = \sum_i w_{ji}^{(3)} z_i^{(2)}, \qquad E = \tfrac12 \lVert y - d \rVert^2.$$

# %% [markdown] lang="ja"
# ## 順伝播: 出力層は恒等写像
#
# $u_j^{(2)} = \sum_i w_{ji}^{(2)} x_i$、$z_j^{(2)} = f(u_j^{(2)})$ で、$f$ はシグモイドです。出力は
# そのまま出します (4.3):
#
# $$y_j = u_j^{(3)} = \sum_i w_{ji}^{(3)} z_i^{(2)}, \qquad E = \tfrac12 \lVert y - d \rVert^2.$$

# %%
u2 = [sum(w2[j, i] * x[i] for i in range(P)) for j in range(M)]
z2 = [1 / (1 + np.exp(-u)) for u in u2]
y = [sum(w3[j, i] * z2[i] for i in range(M)) for j in range(K)]
E = sum((y[j] - d[j]) ** 2 for j in range(K)) / 2
print(f"y = {np.round(y, 4)}, E = {E:.6f}")

# %% [markdown] lang="en"
# ## Backward: two sums
#
# For the output layer (4.4) and, through the hidden neuron $j$, for the first (4.5 to 4.8):
#
# $$\frac{\partial E}{\partial w_{ji}^{(3)}} = (y_j - d_j)\, z_i^{(2)}, \qquad
# \frac{\partial E}{\partial w_{ji}^{(2)}} =
# \Bigl( f'(u_j^{(2)}) \sum_k w_{kj}^{(3)} (u_k^{(3)} - d_k) \Bigr) x_i .$$
#
# A hidden neuron reaches the error through *every* output, hence the sum over $k$.

# %% [markdown] lang="ja"
# ## 逆伝播: 2 つの和
#
# 出力層は (4.4)、隠れニューロン $j$ を通る第 1 層は (4.5)〜(4.8) です:
#
# $$\frac{\partial E}{\partial w_{ji}^{(3)}} = (y_j - d_j)\, z_i^{(2)}, \qquad
# \frac{\partial E}{\partial w_{ji}^{(2)}} =
# \Bigl( f'(u_j^{(2)}) \sum_k w_{kj}^{(3)} (u_k^{(3)} - d_k) \Bigr) x_i .$$
#
# 隠れニューロンは *すべての* 出力を通じて誤差に影響するので、$k$ についての和になります。

# %%
dw3 = np.zeros((K, M))
dw2 = np.zeros((M, P))
for j in range(K):
    for i in range(M):
        dw3[j, i] = (y[j] - d[j]) * z2[i]
for j in range(M):
    slope = z2[j] * (1 - z2[j])
    delta = slope * sum(w3[k, j] * (y[k] - d[k]) for k in range(K))
    for i in range(P):
        dw2[j, i] = delta * x[i]

# %% [markdown] lang="en"
# The same network as a graph. Nothing is derived here: the forward pass is written down, and the
# gradient is asked for.

# %% [markdown] lang="ja"
# 同じネットワークを計算グラフで書きます。ここでは何も導出しません。順伝播を書き、勾配を求めるだけです。

# %%
W2, W3 = ad.Tensor(w2, "W2"), ad.Tensor(w3, "W3")
U2 = W2 @ x
Z2 = ad.sigmoid(U2)
Y = W3 @ Z2
loss = ad.square(Y - d).sum() * 0.5
auto2, auto3 = ad.gradient(loss, [W2, W3])
print("dE/dw3", agree(dw3, auto3))
print("dE/dw2", agree(dw2, auto2))

library = cf.two_layers(w2, w3, x, d)
print("the library's own hand-written form", agree(library.dw2, auto2))
loss.backward()
ad.draw(loss, names=locals(), rankdir="TB")

# %% [markdown] lang="en"
# ## L layers
#
# What was a bracket above gets a name, $\delta_j^{(l)} = \partial E / \partial u_j^{(l)}$, and the
# two formulas become one rule that is used layer after layer (4.12, 4.13):
#
# $$\delta_j^{(l)} = \sum_k \delta_k^{(l+1)} w_{kj}^{(l+1)} f'(u_j^{(l)}), \qquad
# \frac{\partial E}{\partial w_{ji}^{(l)}} = \delta_j^{(l)} z_i^{(l-1)} .$$

# %% [markdown] lang="ja"
# ## L 層
#
# 上で括弧の中にあった量に $\delta_j^{(l)} = \partial E / \partial u_j^{(l)}$ という名前を付けると、2 つの
# 式は、層ごとに繰り返し使う 1 つの規則になります (4.12, 4.13):
#
# $$\delta_j^{(l)} = \sum_k \delta_k^{(l+1)} w_{kj}^{(l+1)} f'(u_j^{(l)}), \qquad
# \frac{\partial E}{\partial w_{ji}^{(l)}} = \delta_j^{(l)} z_i^{(l-1)} .$$

# %%
sizes = [5, 7, 6, 4, 3]
weights = [rng.normal(size=(n, m)) / np.sqrt(m) for m, n in zip(sizes, sizes[1:], strict=False)]
biases = [rng.normal(size=n) for n in sizes[1:]]
x, d = rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])

u, z = [], [x]
for w, b in zip(weights, biases, strict=True):
    u.append(w @ z[-1] + b)
    z.append(1 / (1 + np.exp(-u[-1])))
z[-1] = u[-1]  # identity at the output

deltas = [z[-1] - d]
for layer in range(len(weights) - 2, -1, -1):
    slope = z[layer + 1] * (1 - z[layer + 1])
    deltas.insert(0, (deltas[0] @ weights[layer + 1]) * slope)
dw = [np.outer(delta, below) for delta, below in zip(deltas, z[:-1], strict=True)]

W = [ad.Tensor(w, f"W{i}") for i, w in enumerate(weights, start=2)]
B = [ad.Tensor(b, f"b{i}") for i, b in enumerate(biases, start=2)]
a = ad.constant(x, "x")
for i, (w, b) in enumerate(zip(W, B, strict=True)):
    a = w @ a + b
    if i < len(W) - 1:
        a = ad.sigmoid(a)
loss = ad.square(a - d).sum() * 0.5
found = ad.gradient(loss, [*W, *B])
library = cf.multi_layer(weights, biases, x, d)
for i in range(len(W)):
    print(f"layer {i + 2}: dE/dw", agree(dw[i], found[i]), " dE/db", agree(deltas[i], found[len(W) + i]))
    agree(library.dw[i], found[i])

# %% [markdown] lang="en"
# ## A mini-batch: matrices and their shapes
#
# $N$ samples become $N$ columns, and the average of their errors is what is minimised (4.14, 4.15):
#
# $$U^{(l)} = W^{(l)} Z^{(l-1)} + b^{(l)} 1_N^T, \quad
# \Delta^{(l)} = f'(U^{(l)}) \odot \bigl(W^{(l+1)T} \Delta^{(l+1)}\bigr), \quad
# \partial W^{(l)} = \tfrac1N \Delta^{(l)} Z^{(l-1)T}, \quad
# \partial b^{(l)} = \tfrac1N \Delta^{(l)} 1_N .$$
#
# A derivative has the shape of what it belongs to. Checking shapes finds most mistakes before any
# number is looked at, so the table below prints them.

# %% [markdown] lang="ja"
# ## ミニバッチ: 行列とその形
#
# $N$ 個のサンプルを $N$ 本の列に並べ、誤差の平均を最小にします (4.14, 4.15):
#
# $$U^{(l)} = W^{(l)} Z^{(l-1)} + b^{(l)} 1_N^T, \quad
# \Delta^{(l)} = f'(U^{(l)}) \odot \bigl(W^{(l+1)T} \Delta^{(l+1)}\bigr), \quad
# \partial W^{(l)} = \tfrac1N \Delta^{(l)} Z^{(l-1)T}, \quad
# \partial b^{(l)} = \tfrac1N \Delta^{(l)} 1_N .$$
#
# 導関数は、元の変数と同じ形を持ちます。形を確かめるだけで、数値を見る前に大半の間違いが見つかります。
# そこで、下の表には形を並べました。

# %%
N = 8
X, D = rng.normal(size=(sizes[0], N)), rng.normal(size=(sizes[-1], N))
columns = [b[:, None] for b in biases]
ones = np.ones((N, 1))

U, Z = [], [X]
for w, b in zip(weights, columns, strict=True):
    U.append(w @ Z[-1] + b @ ones.T)
    Z.append(1 / (1 + np.exp(-U[-1])))
Z[-1] = U[-1]
Delta = [Z[-1] - D]
for layer in range(len(weights) - 2, -1, -1):
    Delta.insert(0, Z[layer + 1] * (1 - Z[layer + 1]) * (weights[layer + 1].T @ Delta[0]))

B = [ad.Tensor(b, f"b{i}") for i, b in enumerate(columns, start=2)]
a = ad.constant(X, "X")
for i, (w, b) in enumerate(zip(W, B, strict=True)):
    a = w @ a + b
    if i < len(W) - 1:
        a = ad.sigmoid(a)
found = ad.gradient(ad.square(a - D).sum() * (0.5 / N), [*W, *B])
library = cf.mini_batch(weights, columns, X, D)
print("layer   W        Z below  Delta    dW       db")
for i in range(len(W)):
    dW, db = Delta[i] @ Z[i].T / N, Delta[i] @ ones / N
    shapes = [weights[i].shape, Z[i].shape, Delta[i].shape, dW.shape, db.shape]
    print(f"{i + 2:<7}", *(f"{s!s:8}" for s in shapes))
    agree(dW, found[i])
    agree(db, found[len(W) + i])
    agree(library.dw[i], found[i])

# %% [markdown] lang="en"
# ## The lecture's six equations
#
# One hidden layer (tanh), one sigmoid output, and the cross-entropy loss. `dvar` is short for
# $\partial J / \partial var$:
#
# $$dz_2 = a_2 - y,\quad dW_2 = dz_2\, a_1^T,\quad db_2 = dz_2,\quad
# dz_1 = W_2^T dz_2 \odot g_1'(z_1),\quad dW_1 = dz_1\, x^T,\quad db_1 = dz_1 .$$
#
# For $m$ examples as columns each product is divided by $m$, and $db$ is the mean of the columns.

# %% [markdown] lang="ja"
# ## 講義の 6 つの式
#
# 隠れ層 1 つ (tanh)、シグモイドの出力 1 つ、交差エントロピー損失です。`dvar` は
# $\partial J / \partial var$ の略記です:
#
# $$dz_2 = a_2 - y,\quad dW_2 = dz_2\, a_1^T,\quad db_2 = dz_2,\quad
# dz_1 = W_2^T dz_2 \odot g_1'(z_1),\quad dW_1 = dz_1\, x^T,\quad db_1 = dz_1 .$$
#
# $m$ 個の例を列に並べたときは、積を $m$ で割り、$db$ は列の平均になります。

# %%
n, h, m = 4, 5, 6
w1, b1 = rng.normal(size=(h, n)), rng.normal(size=(h, 1))
w2, b2 = rng.normal(size=(1, h)), rng.normal(size=(1, 1))
X, y = rng.normal(size=(n, m)), (rng.random((1, m)) < 0.5).astype(float)

z1 = w1 @ X + b1
a1 = np.tanh(z1)
z2 = w2 @ a1 + b2
a2 = 1 / (1 + np.exp(-z2))
dz2 = a2 - y
dw2, db2 = dz2 @ a1.T / m, dz2.sum(axis=1, keepdims=True) / m
dz1 = (w2.T @ dz2) * (1 - a1**2)
dw1, db1 = dz1 @ X.T / m, dz1.sum(axis=1, keepdims=True) / m

W1, B1, W2, B2 = (ad.Tensor(v, k) for k, v in {"W1": w1, "b1": b1, "W2": w2, "b2": b2}.items())
J = ad.cross_entropy(ad.sigmoid(W2 @ ad.tanh(W1 @ X + B1) + B2), y)
found = ad.gradient(J, [W1, B1, W2, B2])
library = cf.six_equations_batch(w1, b1, w2, b2, X, y)
for name, hand, auto in zip(("dW1", "db1", "dW2", "db2"), (dw1, db1, dw2, db2), found, strict=True):
    print(name, agree(hand, auto))
    agree(getattr(library, name.lower()), auto)

# %% [markdown] lang="en"
# The inputs got no gradient: nobody asks how to change the picture of a digit. And the weights were
# drawn at random. Had they all been zero, every hidden neuron would compute the same, get the same
# derivative, and stay the same for ever:

# %% [markdown] lang="ja"
# 入力の勾配は計算されていません。数字の画像をどう変えるかは、誰も尋ねないからです。また、重みは乱数で
# 始めました。もしすべて同じ値だったら、隠れニューロンはみな同じ計算をし、同じ導関数を受け取り、いつまでも
# 同じままです:

# %%
same = [ad.Tensor(np.full_like(v, 0.3)) for v in (w1, b1, w2, b2)]
W1, B1, W2, B2 = same
dW1 = ad.gradient(ad.cross_entropy(ad.sigmoid(W2 @ ad.tanh(W1 @ X + B1) + B2), y), W1)
print(np.round(dW1, 4))
assert np.ptp(dW1, axis=0).max() == 0.0
