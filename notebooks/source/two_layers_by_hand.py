# %% [markdown] lang="en"
# # 7. Two layers by hand, then L layers, then a whole mini-batch
#
# Before any library, back-propagation is a page of sums. Here are the sums of the lecture notes,
# written out index by index, then for any number of layers, then as matrices for a mini-batch; and
# at the end the lecture's six equations. After each step autograd says the same to 1e-12.
#
# The notes count the input as layer 1 and write $u$ for the weighted input, $z$ for the activation
# and $d$ for the target.

# %% [markdown] lang="ja"
# # 7. 2 層を手で、次に L 層、最後にミニバッチ全体
#
# ライブラリを使う前の誤差逆伝播は、1 ページ分の和の式です。ここでは講義ノートの和を添字どおりに書き下し、
# 次に層の数を一般にし、さらにミニバッチを行列でまとめ、最後に講義の 6 つの式を確かめます。どの段階でも、
# 自動微分の結果と 1e-12 まで一致します。
#
# ノートの記号では、入力を第 1 層と数え、重み付き入力を $u$、活性を $z$、目標を $d$ と書きます。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from autodiff.sources.lines import beside
from nets import closed_form as cf


def sigma(u):
    return 1 / (1 + np.exp(-u))


def agree(what, by_hand, autograd):
    assert by_hand.shape == autograd.shape
    worst = np.max(np.abs(by_hand - autograd)) / np.max(np.abs(autograd))
    print(f"{what:10} shape {by_hand.shape!s:7} differs from autograd by less than 1e-12")
    assert worst <= 1e-12


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
# ## 順伝播：出力層は恒等写像
#
# $u_j^{(2)} = \sum_i w_{ji}^{(2)} x_i$、
# $z_j^{(2)} = f(u_j^{(2)})$ で、$f$ はシグモイドです。出力はそのまま出します (4.3):
#
# $$y_j = u_j^{(3)} = \sum_i w_{ji}^{(3)} z_i^{(2)}, \qquad E = \tfrac12 \lVert y - d \rVert^2.$$

# %%
u2 = [sum(w2[j, i] * x[i] for i in range(P)) for j in range(M)]
z2 = [sigma(u) for u in u2]
y = [sum(w3[j, i] * z2[i] for i in range(M)) for j in range(K)]
E = sum((y[j] - d[j]) ** 2 for j in range(K)) / 2
print(f"y = {np.round(y, 4)}, E = {E:.6f}")

# %% [markdown] lang="en"
# ## Before any trick: every weight by itself
#
# The notes begin by writing out what is wanted (4.1). $E$ depends on $w$ through the outputs alone, so
# for **every** weight $w$ of the network
#
# $$\frac{\partial E}{\partial w} = \sum_j (y_j - d_j) \frac{\partial y_j}{\partial w} ,$$
#
# and $\partial y_j/\partial w$ would have to be multiplied out anew for each $w$ and each output, along
# every path that leads from $w$ to $y_j$. It is right, and much work. Here it is, with the
# multiplications counted.

# %% [markdown] lang="ja"
# ## 工夫をする前に：重みを 1 つずつ
#
# ノートは、求めたいものをそのまま書くことから始まります (4.1)。$E$ は出力を通じてだけ $w$ に依存するので、
# ネットワークの **どの** 重み $w$ についても
#
# $$\frac{\partial E}{\partial w} = \sum_j (y_j - d_j) \frac{\partial y_j}{\partial w}$$
#
# です。しかし $\partial y_j/\partial w$ は、重みごと、出力ごとに、$w$ から $y_j$ へ至るすべてのパスをたどって、
# 初めから掛け直さなければなりません。正しいのですが、計算が膨大です。掛け算を数えながら、実際にやってみます。

# %%
naive2, naive3, products = np.zeros((M, P)), np.zeros((K, M)), 0
for j in range(K):
    for i in range(M):  # w3_ji reaches one output, by one path
        naive3[j, i] = (y[j] - d[j]) * z2[i]
        products += 1
for j in range(M):
    for i in range(P):
        for k in range(K):  # w2_ji reaches every output k: one path each, multiplied out anew
            naive2[j, i] += (y[k] - d[k]) * w3[k, j] * z2[j] * (1 - z2[j]) * x[i]
            products += 4
print(f"(4.1), every weight by itself: {products} multiplications")

# %% [markdown] lang="en"
# ## Backward: two sums
#
# A weight of the last layer appears in one output only, $y_j$, with the factor $z_i^{(2)}$ (4.4):
#
# $$\frac{\partial E}{\partial w_{ji}^{(3)}} = (y_j - d_j)\, z_i^{(2)} .$$
#
# A weight $w_{ji}^{(2)}$ enters $u_j^{(2)}$ alone, with the factor $x_i$. So the chain rule begins (4.5):
#
# $$\frac{\partial E}{\partial w_{ji}^{(2)}} =
# \frac{\partial E}{\partial u_j^{(2)}} \frac{\partial u_j^{(2)}}{\partial w_{ji}^{(2)}}
# = \frac{\partial E}{\partial u_j^{(2)}}\, x_i .$$
#
# From there a hidden neuron reaches the error through *every* output, hence a sum over $k$ (4.6, 4.7):
#
# $$\frac{\partial E}{\partial u_j^{(2)}} = \sum_k
# \frac{\partial E}{\partial u_k^{(3)}} \frac{\partial u_k^{(3)}}{\partial u_j^{(2)}},
# \qquad \frac{\partial u_k^{(3)}}{\partial u_j^{(2)}} = w_{kj}^{(3)} f'(u_j^{(2)}) .$$
#
# Put together (4.8):
#
# $$\frac{\partial E}{\partial w_{ji}^{(2)}} =
# \Bigl( f'(u_j^{(2)}) \sum_k w_{kj}^{(3)} (u_k^{(3)} - d_k) \Bigr) x_i .$$
#
# In code each sum is a loop, and the slope of the sigmoid is $f' = f (1 - f)$.

# %% [markdown] lang="ja"
# ## 逆伝播：2 つの和
#
# 出力層の重みは、ただ 1 つの出力 $y_j$ に、係数 $z_i^{(2)}$ で現れます (4.4):
#
# $$\frac{\partial E}{\partial w_{ji}^{(3)}} = (y_j - d_j)\, z_i^{(2)} .$$
#
# 重み $w_{ji}^{(2)}$ は $u_j^{(2)}$ だけに、係数 $x_i$ で現れます。連鎖律はここから始まります (4.5):
#
# $$\frac{\partial E}{\partial w_{ji}^{(2)}} =
# \frac{\partial E}{\partial u_j^{(2)}} \frac{\partial u_j^{(2)}}{\partial w_{ji}^{(2)}}
# = \frac{\partial E}{\partial u_j^{(2)}}\, x_i .$$
#
# 隠れニューロンは *すべての* 出力を通じて誤差に影響するので、$k$ についての和になります (4.6、4.7):
#
# $$\frac{\partial E}{\partial u_j^{(2)}} = \sum_k
# \frac{\partial E}{\partial u_k^{(3)}} \frac{\partial u_k^{(3)}}{\partial u_j^{(2)}},
# \qquad \frac{\partial u_k^{(3)}}{\partial u_j^{(2)}} = w_{kj}^{(3)} f'(u_j^{(2)}) .$$
#
# まとめると (4.8):
#
# $$\frac{\partial E}{\partial w_{ji}^{(2)}} =
# \Bigl( f'(u_j^{(2)}) \sum_k w_{kj}^{(3)} (u_k^{(3)} - d_k) \Bigr) x_i .$$
#
# コードでは、和はそれぞれ 1 つのループです。シグモイドの傾きは $f' = f (1 - f)$ です。

# %%
dw3 = np.zeros((K, M))
dw2 = np.zeros((M, P))
for j in range(K):
    for i in range(M):
        dw3[j, i] = (y[j] - d[j]) * z2[i]
for j in range(M):
    slope = z2[j] * (1 - z2[j])  # once for each neuron, whatever the number of weights
    delta = slope * sum(w3[k, j] * (y[k] - d[k]) for k in range(K))
    for i in range(P):
        dw2[j, i] = delta * x[i]
shared = K * M + M * (1 + K + 1 + P)  # dw3; then for each neuron: slope, sum, product, weights
print(f"(4.4) and (4.8), what is shared computed once: {shared} multiplications")
assert np.allclose(naive2, dw2, rtol=1e-13)
assert np.array_equal(naive3, dw3)
assert shared < products

# %% [markdown] lang="en"
# The same network as a graph. Nothing is derived here: the forward pass is written down, and the
# gradient is asked for.

# %% [markdown] lang="ja"
# 同じネットワークを計算グラフで書きます。ここでは何も導出しません。順伝播を書き、勾配を求めるだけです。

# %%
W2, W3 = ad.Tensor(w2, "w^(2)"), ad.Tensor(w3, "w^(3)")
U2 = W2 @ ad.constant(x, "x")
Z2 = ad.sigmoid(U2)
Y = W3 @ Z2
loss = ad.square(Y - ad.constant(d, "d")).sum() * 0.5
for node, name in ((U2, "u^(2)"), (Z2, "z^(2)"), (Y, "y"), (loss, "E")):
    node.name = name
loss.backward()

agree("dE/dw^(3)", dw3, W3.grad)
agree("dE/dw^(2)", dw2, W2.grad)
library = cf.two_layers(w2, w3, x, d)  # the same formulas, kept in the library
assert np.allclose(library.dw2, dw2, rtol=1e-12, atol=0)
assert np.allclose(library.dw3, dw3, rtol=1e-12, atol=0)
ad.draw(loss)

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
# 上で括弧の中にあった量に $\delta_j^{(l)} = \partial E / \partial u_j^{(l)}$ という名前を付けると、
# 2 つの式は、層ごとに繰り返し使う 1 つの規則になります (4.12, 4.13):
#
# $$\delta_j^{(l)} = \sum_k \delta_k^{(l+1)} w_{kj}^{(l+1)} f'(u_j^{(l)}), \qquad
# \frac{\partial E}{\partial w_{ji}^{(l)}} = \delta_j^{(l)} z_i^{(l-1)} .$$

# %%
sizes = {1: 5, 2: 7, 3: 6, 4: 4, 5: 3}  # layer: how many neurons
L = 5
w = {l: rng.normal(size=(sizes[l], sizes[l - 1])) for l in range(2, L + 1)}
b = {l: rng.normal(size=sizes[l]) for l in range(2, L + 1)}
x, d = rng.normal(size=sizes[1]), rng.normal(size=sizes[L])

u, z = {}, {1: x}
for l in range(2, L + 1):
    u[l] = w[l] @ z[l - 1] + b[l]
    z[l] = u[l] if l == L else sigma(u[l])

delta = {L: z[L] - d}
for l in range(L - 1, 1, -1):
    delta[l] = np.empty(sizes[l])
    for j in range(sizes[l]):
        back = sum(delta[l + 1][k] * w[l + 1][k, j] for k in range(sizes[l + 1]))
        delta[l][j] = back * z[l][j] * (1 - z[l][j])

# %% [markdown] lang="en"
# The graph of the same network, and the comparison layer by layer. The bias has the factor 1, so its
# derivative is $\delta$ itself.

# %% [markdown] lang="ja"
# 同じネットワークの計算グラフを作り、層ごとに比べます。バイアスの係数は 1 なので、
# その導関数は $\delta$ そのものです。

# %%
W = {l: ad.Tensor(w[l], f"w^({l})") for l in w}
B = {l: ad.Tensor(b[l], f"b^({l})") for l in b}
out = ad.constant(x, "x")
for l in range(2, L + 1):
    out = W[l] @ out + B[l]
    if l < L:
        out = ad.sigmoid(out)
(ad.square(out - d).sum() * 0.5).backward()

library = cf.multi_layer(list(w.values()), list(b.values()), x, d)
for l in range(2, L + 1):
    dw = np.outer(delta[l], z[l - 1])
    agree(f"dE/dw^({l})", dw, W[l].grad)
    agree(f"dE/db^({l})", delta[l], B[l].grad)
    assert np.allclose(library.dw[l - 2], dw, rtol=1e-12, atol=1e-15)

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
# The neurons are the rows, the samples the columns. $1_N$ is a column of ones: on the right of a
# product it spreads the bias over the samples, or sums over them.

# %% [markdown] lang="ja"
# ## ミニバッチ：行列とその形
#
# $N$ 個のサンプルを $N$ 本の列に並べ、誤差の平均を最小にします (4.14, 4.15):
#
# $$U^{(l)} = W^{(l)} Z^{(l-1)} + b^{(l)} 1_N^T, \quad
# \Delta^{(l)} = f'(U^{(l)}) \odot \bigl(W^{(l+1)T} \Delta^{(l+1)}\bigr), \quad
# \partial W^{(l)} = \tfrac1N \Delta^{(l)} Z^{(l-1)T}, \quad
# \partial b^{(l)} = \tfrac1N \Delta^{(l)} 1_N .$$
#
# 行がニューロン、列がサンプルです。$1_N$ は 1 を縦に並べた列で、バイアスをすべてのサンプルに配ったり、
# サンプルについて和を取ったりします。

# %%
N = 8
X, D = rng.normal(size=(sizes[1], N)), rng.normal(size=(sizes[L], N))
b = {l: column.reshape(-1, 1) for l, column in b.items()}
ones = np.ones((N, 1))

U, Z = {}, {1: X}
for l in range(2, L + 1):
    U[l] = w[l] @ Z[l - 1] + b[l] @ ones.T
    Z[l] = U[l] if l == L else sigma(U[l])

Delta = {L: Z[L] - D}
for l in range(L - 1, 1, -1):
    Delta[l] = Z[l] * (1 - Z[l]) * (w[l + 1].T @ Delta[l + 1])
dW = {l: Delta[l] @ Z[l - 1].T / N for l in Delta}
db = {l: Delta[l] @ ones / N for l in Delta}

# %% [markdown] lang="en"
# Before any number, look at the shapes. A derivative has the shape of what it belongs to, and checking
# that finds most mistakes. **Predict** the shapes of $\Delta^{(3)}$, $\partial W^{(3)}$ and $\partial b^{(3)}$: the
# layers have 5, 7, 6, 4 and 3 neurons, and there are 8 samples.

# %% [markdown] lang="ja"
# 数値を見る前に、形を見ましょう。導関数は元の変数と同じ形を持ちます。これを確かめるだけで、大半の間違いが見つかります。
# $\Delta^{(3)}$、$\partial W^{(3)}$、$\partial b^{(3)}$ の形を**予想してください**。層のニューロンは 5、7、6、4、3 個、サンプルは
# 8 個です。

# %%
print("layer  W       Z below  Delta   dW      db")
for l in range(2, L + 1):
    shapes = [v.shape for v in (w[l], Z[l - 1], Delta[l], dW[l], db[l])]
    print("{:<6} {!s:7} {!s:8} {!s:7} {!s:7} {!s:7}".format(l, *shapes))
    assert shapes == [
        (sizes[l], sizes[l - 1]),
        (sizes[l - 1], N),
        (sizes[l], N),
        w[l].shape,
        b[l].shape,
    ]

# %%
B = {l: ad.Tensor(b[l], f"b^({l})") for l in b}
out = ad.constant(X, "X")
for l in range(2, L + 1):
    out = W[l] @ out + B[l]
    if l < L:
        out = ad.sigmoid(out)
E = ad.square(out - D).sum() * (0.5 / N)
found = ad.gradient(E, [*W.values(), *B.values()])

library = cf.mini_batch(list(w.values()), list(b.values()), X, D)
for i, l in enumerate(w):
    agree(f"dW^({l})", dW[l], found[i])
    agree(f"db^({l})", db[l], found[len(w) + i])
    assert np.allclose(library.dw[i], dW[l], rtol=1e-12, atol=1e-15)

# %% [markdown] lang="en"
# **Your turn.** Somebody computed $\partial b^{(5)}$ and forgot something. What does `compare` say? Mend it; the solution
# is the line of `db` above.

# %% [markdown] lang="ja"
# **あなたの番です。** だれかが $\partial b^{(5)}$ を計算しましたが、何かを忘れました。`compare` は何と言うでしょうか。直してください。解答は上の
# `db` の行です。

# %%
mine = Delta[5] @ ones  # your turn
print(ad.compare(autograd=E, by_hand={"b^(5)": mine}).verdict)

# %% [markdown] lang="en"
# ## The lecture's six equations
#
# One hidden layer (tanh), one sigmoid output, and the cross-entropy loss. `dvar` is short for
# $\partial J / \partial var$:
#
# $$dz_2 = a_2 - y,\quad dW_2 = dz_2\, a_1^T,\quad db_2 = dz_2,\quad
# dz_1 = W_2^T dz_2 \odot g_1'(z_1),\quad dW_1 = dz_1\, x^T,\quad db_1 = dz_1 .$$
#
# Two steps lie between them: $da_2 = -\frac{y}{a_2} + \frac{1 - y}{1 - a_2}$, from which
# $dz_2 = da_2 \odot g_2'(z_2) = a_2 - y$, and $da_1 = W_2^T dz_2$, from which $dz_1 = da_1 \odot g_1'(z_1)$.
#
# First one example, a column.

# %% [markdown] lang="ja"
# ## 講義の 6 つの式
#
# 隠れ層 1 つ (tanh)、シグモイドの出力 1 つ、クロスエントロピー損失です。
# `dvar` は $\partial J / \partial var$ の略記です：
#
# $$dz_2 = a_2 - y,\quad dW_2 = dz_2\, a_1^T,\quad db_2 = dz_2,\quad
# dz_1 = W_2^T dz_2 \odot g_1'(z_1),\quad dW_1 = dz_1\, x^T,\quad db_1 = dz_1 .$$
#
# その間に 2 つの段階があります。$da_2 = -\frac{y}{a_2} + \frac{1 - y}{1 - a_2}$ から
# $dz_2 = da_2 \odot g_2'(z_2) = a_2 - y$ が、$da_1 = W_2^T dz_2$ から $dz_1 = da_1 \odot g_1'(z_1)$ が得られます。
#
# まず、例を 1 つ、列ベクトルで与えます。

# %%
n, h = 4, 5  # inputs, hidden neurons
w1, b1 = rng.normal(size=(h, n)), rng.normal(size=(h, 1))
w2, b2 = rng.normal(size=(1, h)), rng.normal(size=(1, 1))
x, y = rng.normal(size=(n, 1)), np.array([[1.0]])

a1 = np.tanh(w1 @ x + b1)
a2 = sigma(w2 @ a1 + b2)
da2 = -y / a2 + (1 - y) / (1 - a2)
dz2 = da2 * a2 * (1 - a2)
assert np.allclose(dz2, a2 - y, rtol=1e-14)
dw2 = dz2 @ a1.T
db2 = dz2
da1 = w2.T @ dz2
dz1 = da1 * (1 - a1**2)
dw1 = dz1 @ x.T
db1 = dz1

W1, B1, W2, B2 = ad.Tensor(w1), ad.Tensor(b1), ad.Tensor(w2), ad.Tensor(b2)


def forward(inputs, targets):
    Z1 = W1 @ inputs + B1
    Z2 = W2 @ ad.tanh(Z1) + B2
    return Z1, Z2, ad.cross_entropy(ad.sigmoid(Z2), targets)


Z1, Z2, J = forward(x, y)
by_hand = {"dz2": dz2, "dW2": dw2, "db2": db2, "dz1": dz1, "dW1": dw1, "db1": db1}
found = ad.gradient(J, [Z2, W2, B2, Z1, W1, B1])
library = cf.six_equations(w1, b1, w2, b2, x, y)
for (name, value), auto in zip(by_hand.items(), found, strict=True):
    agree(name, value, auto)
    assert np.allclose(getattr(library, name.lower()), value, rtol=1e-12, atol=1e-15)

# %% [markdown] lang="en"
# Now $m$ examples as columns, and $J$ is the average of their losses. The products
# get the factor $\frac1m$, and a bias gets the mean over the columns; `keepdims=True` keeps it a column:
#
# $$dZ_2 = A_2 - Y,\quad dW_2 = \tfrac1m\, dZ_2 A_1^T,\quad db_2 = \tfrac1m \textstyle\sum_i dz_2^{(i)},$$
#
# $$dZ_1 = W_2^T dZ_2 \odot g_1'(Z_1),\quad dW_1 = \tfrac1m\, dZ_1 X^T,\quad
# db_1 = \tfrac1m \textstyle\sum_i dz_1^{(i)} .$$

# %% [markdown] lang="ja"
# 次は $m$ 個の例を列に並べ、$J$ を損失の平均とします。積には $\frac1m$ が付き、
# バイアスは列の平均になります。`keepdims=True` は、それを列のまま保つためのものです：
#
# $$dZ_2 = A_2 - Y,\quad dW_2 = \tfrac1m\, dZ_2 A_1^T,\quad db_2 = \tfrac1m \textstyle\sum_i dz_2^{(i)},$$
#
# $$dZ_1 = W_2^T dZ_2 \odot g_1'(Z_1),\quad dW_1 = \tfrac1m\, dZ_1 X^T,\quad
# db_1 = \tfrac1m \textstyle\sum_i dz_1^{(i)} .$$

# %%
m = 6
X, Y = rng.normal(size=(n, m)), np.array([[1.0, 0.0, 0.0, 1.0, 0.0, 1.0]])

A1 = np.tanh(w1 @ X + b1)
A2 = sigma(w2 @ A1 + b2)
dZ2 = A2 - Y
dZ1 = (w2.T @ dZ2) * (1 - A1**2)
by_hand = {
    "dW2": dZ2 @ A1.T / m,
    "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    "dW1": dZ1 @ X.T / m,
    "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
}

inputs = ad.constant(X, "X")
*_, J = forward(inputs, Y)
J.backward()
library = cf.six_equations_batch(w1, b1, w2, b2, X, Y)
for (name, value), node in zip(by_hand.items(), (W2, B2, W1, B1), strict=True):
    agree(name, value, node.grad)
    assert np.allclose(getattr(library, name.lower()), value, rtol=1e-12, atol=1e-15)
assert not inputs.has_grad

# %% [markdown] lang="en"
# The inputs got no gradient, and need none: it is the weights that learn, not the data.
#
# ## Why the weights start at random
#
# The lecture says: random, *not zero*. Let all the weights start at zero. Then $a_1 = \tanh(0) = 0$
# and $W_2 = 0$, so $dW_2 = dz_2\, a_1^T = 0$ and $dz_1 = W_2^T dz_2 \odot g_1' = 0$: no weight ever
# moves, and with it nothing but $b_2$ can learn. On XOR, half ones and half zeros, the best that a
# constant can do is to say one half, and the loss stays at $\ln 2 = 0.6931$.
#
# Starting all weights *equal* but not at zero is another case. They move, but every hidden neuron computes
# the same, gets the same derivative and takes the same step, so it stays the same for ever: five neurons
# do the work of one. Only a random start breaks the tie.
#
# XOR shows what that costs, for one hidden neuron cannot learn it. Each line below is one hidden
# neuron; the loss after training is printed.

# %% [markdown] lang="ja"
# 入力には勾配がありませんし、必要もありません。学習するのは重みであって、データではないからです。
#
# ## 重みを乱数で始める理由
#
# 講義では「0 ではなく乱数で」と言います。すべての重みを 0 で始めてみます。すると $a_1 = \tanh(0) = 0$、
# $W_2 = 0$ なので、$dW_2 = dz_2\, a_1^T = 0$、$dz_1 = W_2^T dz_2 \odot g_1' = 0$ となり、どの重みも
# 決して動きません。学習できるのは $b_2$ だけです。1 と 0 が半分ずつの XOR では、定数にできる最善は 1/2 と答える
# ことで、損失は $\ln 2 = 0.6931$ のままです。
#
# 0 ではない *同じ値* で始めるのは、別の場合です。重みは動きますが、どの隠れニューロンも同じ計算をし、同じ導関数を
# 受け取り、同じ 1 歩を進むので、いつまでも同じままです。5 個のニューロンが 1 個分の仕事しかしません。
# この対称性を破るのは、乱数だけです。
#
# その代償は XOR でよくわかります。隠れニューロンが 1 個では、XOR を学習できないからです。下の図では、
# 1 本の線が隠れニューロン 1 個です。学習後の損失も表示します。


# %%
X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
Y = np.array([[0.0, 1.0, 1.0, 0.0]])  # XOR


def train(w1, b1, w2, b2, steps=400, eta=0.5):
    history = [w1[:, 0]]
    for _ in range(steps):
        run = cf.six_equations_batch(w1, b1, w2, b2, X, Y)
        w1, b1 = w1 - eta * run.dw1, b1 - eta * run.db1
        w2, b2 = w2 - eta * run.dw2, b2 - eta * run.db2
        history.append(w1[:, 0])
    return np.array(history), run.loss.mean()


shapes = [(h, 2), (h, 1), (1, h), (1, 1)]
zero, zero_loss = train(*(np.zeros(shape) for shape in shapes))
equal, equal_loss = train(*(np.full(shape, 0.3) for shape in shapes))
random, random_loss = train(*(rng.normal(size=shape) for shape in shapes))
apart = np.ptp(equal, axis=1).max()
rows = [
    ("zero start:", f"loss {zero_loss:.4f}, the weights have moved by {np.abs(zero).max():.1f}"),
    ("equal start:", f"loss {equal_loss:.3f}, neurons at most {apart:.1f} apart"),
    ("random start:", f"loss {random_loss:.3f}, neurons in the end {np.ptp(random[-1]):.1f} apart"),
]
print(beside(rows))
assert not zero.any()
assert abs(zero_loss - np.log(2)) < 1e-12
assert np.ptp(equal[:, 0]) > 0.1
assert apart < 1e-9
assert np.ptp(random[-1]) > 1
assert random_loss < equal_loss / 5

figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True, layout="constrained")
colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
styles = ("-", "--", "-.", ":", (0, (5, 1)))
runs = {"equal start: all on one line": equal, "random start": random}
for axes, (title, history) in zip(panels, runs.items(), strict=True):
    for j in range(h):
        axes.plot(history[:, j], color=colours[j], linestyle=styles[j], label=f"neuron {j + 1}")
    axes.set_title(title)
    axes.set_xlabel("step of gradient descent")
panels[0].set_ylabel("weight from the first input")
figure.legend(*panels[1].get_legend_handles_labels(), loc="outside right center")
plt.show()

# %% [markdown] lang="en"
# Next: [vanishing gradients](vanishing_gradients.ipynb).

# %% [markdown] lang="ja"
# 次は[勾配消失](vanishing_gradients.ja.ipynb)です。
