# %% [markdown] lang="en"
# # 12. Exercises of the documents, marked by the machine
#
# The book's exercises to chapters 1 and 2, the lecture's "random, not zero", and the blog post's network.
# Each is a statement, a cell for your answer that is marked as soon as it runs (a first try with a slip stands in
# it), and the solution. About 45 minutes.

# %% [markdown] lang="ja"
# # 12. 文書の演習問題と自動採点
#
# 本の第 1 章と第 2 章の演習問題、講義の「ゼロでなくランダムに」、ブログ記事のネットワークです。それぞれに、問題文、実行するとすぐに
# 採点される解答用のセル (間違いのある最初の試みが入っています)、そして解答があります。約 45 分。

# %%
import time

import numpy as np

import autodiff as ad
from nets import Network, closed_form
from nets.data import load_digits
from nets.experiments import asked

split = load_digits()
rng = np.random.default_rng(0)
x, y = rng.random((6, 7)), rng.random((4, 7))
net = Network([6, 5, 4], seed=0)
w, b = list(net.weights), list(net.biases)
C = net.graph(x[:, :1], y[:, :1])  # one example


def marked(names, **mine):
    """Hold answers against the graph of one example, under the names of its nodes."""
    named = dict(zip(names.split(), mine.values(), strict=True))
    return ad.compare(autograd=C, by_hand=named).verdict


# %% [markdown] lang="en"
# ## 1. BP1 with a matrix
#
# Write BP1 as $\delta^L = \Sigma'(z^L) \nabla_a C$, where $\Sigma'(z^L)$ is a square matrix. **Your turn:**
# which matrix?

# %% [markdown] lang="ja"
# ## 1. 行列で書いた BP1
#
# BP1 を $\delta^L = \Sigma'(z^L) \nabla_a C$ と書いてください。$\Sigma'(z^L)$ は正方行列です。**あなたの番です：** どんな
# 行列でしょうか。

# %%
run = closed_form.backprop_batch(w, b, x[:, :1], y[:, :1])
nabla_a = run.a[-1] - y[:, :1]
Sigma = np.diag(run.a[-1][:, 0])  # your turn
print(marked("z^3", delta=Sigma @ nabla_a))

# %%
Sigma = np.diag(closed_form.sigmoid_prime(run.z[1])[:, 0])  # the solution
print(marked("z^3", delta=Sigma @ nabla_a))
assert np.allclose(Sigma @ nabla_a, run.delta[1], rtol=1e-14)

# %% [markdown] lang="en"
# ## 2. BP2 with a matrix, and all of it as one product
#
# $\delta^l = \Sigma'(z^l) (w^{l+1})^T \delta^{l+1}$, and so
# $\delta^l = \Sigma'(z^l) (w^{l+1})^T \cdots$ $\Sigma'(z^{L-1}) (w^L)^T$ $\Sigma'(z^L) \nabla_a C$. **Your turn:** write
# $\delta^2$ as such a product.

# %% [markdown] lang="ja"
# ## 2. 行列で書いた BP2 と、全体を 1 つの積で
#
# $\delta^l = \Sigma'(z^l) (w^{l+1})^T \delta^{l+1}$、したがって
# $\delta^l = \Sigma'(z^l) (w^{l+1})^T \cdots$ $\Sigma'(z^{L-1}) (w^L)^T$ $\Sigma'(z^L) \nabla_a C$ です。**あなたの番です：**
# $\delta^2$ をこの形の積で書いてください。

# %%
product = w[1].T @ Sigma @ nabla_a  # your turn
print(marked("z^2", delta=product))

# %%
first = np.diag(closed_form.sigmoid_prime(run.z[0])[:, 0])
product = first @ w[1].T @ Sigma @ nabla_a  # the solution
print(marked("z^2", delta=product))
assert np.allclose(product, run.delta[0], rtol=1e-13)

# %% [markdown] lang="en"
# ## 3. Prove BP3 and BP4
#
# $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$. By the chain rule, with $\partial z^l_j / \partial b^l_j$ and
# $\partial z^l_j / \partial w^l_{jk}$. **Your turn:** give both, the second for all k as a row.

# %% [markdown] lang="ja"
# ## 3. BP3 と BP4 の証明
#
# $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ です。連鎖律を使い、$\partial z^l_j / \partial b^l_j$ と
# $\partial z^l_j / \partial w^l_{jk}$ から示してください。**あなたの番です：** 両方を求めてください。後者はすべての k について行ベクトルで書きます。

# %%
dz_db, dz_dw = 1.0, w[0]  # your turn: for layer 2
print(marked("b^2 w^2", bias=run.delta[0] * dz_db, weights=run.delta[0] * dz_dw))

# %%
dz_db, dz_dw = 1.0, x[:, :1].T  # the solution
print(marked("b^2 w^2", bias=run.delta[0] * dz_db, weights=run.delta[0] * dz_dw))

# %% [markdown] lang="en"
# The proof in words: $b^l_j$ and $w^l_{jk}$ occur in $z^l_j$ alone, and C depends on them through it alone. So the chain
# rule has one term, $\frac{\partial C}{\partial b^l_j} = \frac{\partial C}{\partial z^l_j} \cdot 1 = \delta^l_j$ and
# $\frac{\partial C}{\partial w^l_{jk}} = \frac{\partial C}{\partial z^l_j} \cdot a^{l-1}_k = \delta^l_j a^{l-1}_k$.
#
# ## 4. One modified neuron
#
# One neuron computes $f(z)$ instead of $\sigma(z)$; here f is tanh, in the first neuron of the hidden layer.
# **Predict:** how many factors of back-propagation change? **Your turn:** which activation does it need there?

# %% [markdown] lang="ja"
# 証明を言葉で書けば：$b^l_j$ と $w^l_{jk}$ は $z^l_j$ だけに現れ、C はそれを通してだけ依存します。ですから連鎖律の項は 1 つで、
# $\frac{\partial C}{\partial b^l_j} = \frac{\partial C}{\partial z^l_j} \cdot 1 = \delta^l_j$、
# $\frac{\partial C}{\partial w^l_{jk}} = \frac{\partial C}{\partial z^l_j} \cdot a^{l-1}_k = \delta^l_j a^{l-1}_k$ です。
#
# ## 4. 1 個だけ変えたニューロン
#
# ニューロン 1 個が $\sigma(z)$ の代わりに $f(z)$ を計算します。ここでは、隠れ層の最初のニューロンの f を tanh とします。
# **予想してください：** 逆伝播の因子はいくつ変わるでしょうか。**あなたの番です：** そこに必要な活性化関数は何でしょうか。

# %%
changed = Network([6, 5, 4], asked.modified, seed=0, output="sigmoid")
own = closed_form.Activation("modified", asked.by_hand, closed_form.sigmoid_prime)  # your turn
run = closed_form.backprop_batch(w, b, x, y, "quadratic", own, "sigmoid")
print(ad.compare(autograd=changed.graph(x, y), by_hand=run).verdict)

# %%
own = closed_form.Activation("modified", asked.by_hand, asked.by_hand_prime)  # the solution
run = closed_form.backprop_batch(w, b, x, y, "quadratic", own, "sigmoid")
found = ad.compare(autograd=changed.graph(x, y), by_hand=run, rtol=1e-12)
print(found.verdict)
assert found.agrees
ad.draw(changed.graph(x[:, :1], y[:, :1]))

# %% [markdown] lang="en"
# One factor changes: $f'(z)$ stands where $\sigma'(z)$ stood, for this neuron.
#
# ## 5. Linear neurons
#
# With $\sigma(z) = z$ all $\sigma' = 1$, and BP1 to BP4 lose that factor. The whole network is then ONE matrix and one
# column. **Your turn:** which?

# %% [markdown] lang="ja"
# 変わる因子は 1 つです。このニューロンの $\sigma'(z)$ が $f'(z)$ になります。
#
# ## 5. 線形ニューロン
#
# $\sigma(z) = z$ ならすべての $\sigma' = 1$ で、BP1 から BP4 はその因子を失います。するとネットワーク全体は、行列 1 つと列ベクトル 1 つになります。
# **あなたの番です：** それは何でしょうか。

# %%
linear = Network([6, 5, 4], "identity", seed=0)
right = closed_form.backprop_batch(w, b, x, y, "quadratic", "identity")


def marked_as_one(matrix, column):
    """Hold ONE matrix and ONE column against the linear network's output, which is its z^3."""
    mine = {"z^3": matrix @ x + column}
    return ad.compare(autograd=right, by_hand=mine, weights=w, activation="identity").verdict


matrix, column = w[1] @ w[0], b[1]  # your turn
print(marked_as_one(matrix, column))

# %%
matrix, column = w[1] @ w[0], w[1] @ b[0] + b[1]  # the solution
print(marked_as_one(matrix, column))
assert np.allclose(matrix @ x + column, linear.feedforward(x), rtol=1e-13)

# %% [markdown] lang="en"
# ## 6. The mini-batch as one matrix
#
# The examples are the columns of one matrix, and so are their errors $\delta$. **Your turn:** what are
# $\partial C / \partial b^3$ and $\partial C / \partial w^3$ of the mini-batch of 7?

# %% [markdown] lang="ja"
# ## 6. 行列 1 つのミニバッチ
#
# 訓練例は 1 つの行列の列で、誤差 $\delta$ も同じです。**あなたの番です：** 訓練例 7 個のミニバッチの $\partial C / \partial b^3$ と
# $\partial C / \partial w^3$ は何でしょうか。

# %%
run = closed_form.backprop_batch(w, b, x, y)
whole = net.graph(x, y)
mine = {
    "b^3": run.delta[1].sum(axis=1, keepdims=True),
    "w^3": run.delta[1] @ run.a[1].T,
}  # your turn
print(ad.compare(autograd=whole, by_hand=mine).verdict)

# %%
mine = {name: gradient / 7 for name, gradient in mine.items()}  # the solution
print(ad.compare(autograd=whole, by_hand=mine).verdict)

# %% [markdown] lang="en"
# How much faster is it than a loop over the examples? The multiplications are as many (row S40 of
# [the results](../docs/results.md) has the ratio by the clock, too). Here only that it is faster, by more than
# five times, with 200 examples of 8 x 8 pixels:

# %% [markdown] lang="ja"
# 訓練例についてのループより、どれだけ速いでしょうか。乗算の数は同じです (時計で測った比は[結果のページ](../docs/results.ja.md)の S40 に
# あります)。ここでは、8 × 8 画素の訓練例 200 個で 5 倍より速いことだけを見ます：

# %%
digits = Network([64, 30, 10], seed=0)
layers = list(digits.weights), list(digits.biases)
images, targets = split.training.inputs[:, :200], split.training.targets[:, :200]
ratios = []
for _ in range(5):
    start = time.perf_counter()
    for i in range(200):
        closed_form.backprop(*layers, images[:, [i]], targets[:, [i]])
    middle = time.perf_counter()
    closed_form.backprop_batch(*layers, images, targets)
    ratios.append((middle - start) / (time.perf_counter() - middle))
print("more than five times as fast:", sorted(ratios)[2] > 5)

# %% [markdown] lang="en"
# ## 7. From sigmoid neurons to perceptrons
#
# Multiply all weights and biases by $c > 0$. A network of perceptrons does not change. Let $c \to \infty$ in one
# of sigmoid neurons: it becomes the network of perceptrons, except where $w \cdot x + b = 0$. **Your turn:** what does
# a sigmoid neuron answer there, whatever c?

# %% [markdown] lang="ja"
# ## 7. シグモイドニューロンからパーセプトロンへ
#
# すべての重みとバイアスを $c > 0$ 倍します。パーセプトロンのネットワークは変わりません。シグモイドニューロンのネットワークで
# $c \to \infty$ とすると、$w \cdot x + b = 0$ のところを除いて、パーセプトロンのネットワークになります。**あなたの番です：** そこでは、
# c が何であれ、シグモイドニューロンは何と答えるでしょうか。

# %%
there = float(closed_form.sigmoid(1e6 * 0.0))
answer = 1.0  # your turn
print("right" if answer == there else "put z = c * 0 into 1 / (1 + e^-z)")

# %%
answer = 0.5  # the solution
print("right" if answer == there else "put z = c * 0 into 1 / (1 + e^-z)")
for line in asked.exercises(split)[4:6]:
    print(line)

# %% [markdown] lang="en"
# ## 8. Ten outputs as four bits
#
# The ten outputs are at least 0.99 for the digit and below 0.01 for the others. **Your turn:** find weights (4, 10) and
# biases (4, 1) of one more layer whose outputs are the four bits of the digit, the highest first.

# %% [markdown] lang="ja"
# ## 8. 10 個の出力を 4 ビットに
#
# 10 個の出力は、その数字では 0.99 以上、ほかでは 0.01 未満です。**あなたの番です：** もう 1 つの層の重み (4, 10) とバイアス (4, 1) を、出力が
# その数字の 4 ビット (上の桁から) になるように決めてください。

# %%
bits = np.array([[(digit >> k) & 1 for digit in range(10)] for k in (3, 2, 1, 0)])
old = np.where(np.eye(10) == 1, 0.99, 0.01)


def right_digits(weights, biases):
    said = closed_form.sigmoid(weights @ old + biases) > 0.5
    right = int(np.sum(np.all(said == (bits == 1), axis=0)))
    print(f"right: {right} of 10; bits that are 1 instead of 0: {np.sum(said & (bits == 0))}")
    return right


found = right_digits(10.0 * bits, np.zeros((4, 1)))  # your turn

# %%
found = right_digits(10.0 * bits, np.full((4, 1), -5.0))  # the solution
assert found == 10

# %% [markdown] lang="en"
# ## 9. Random, not zero
#
# **Predict:** a network that starts at zero, after 600 steps on XOR: which loss, and how different are its
# hidden neurons? ($\ln 2 = 0.6931$)

# %% [markdown] lang="ja"
# ## 9. ゼロでなくランダムに
#
# **予想してください：** ゼロから始めたネットワークは、XOR で 600 歩進んだ後、損失はいくつで、隠れニューロンはどれだけ
# 違っているでしょうか。($\ln 2 = 0.6931$)

# %%
for line in asked.zero_start(split):
    print(line)

# %% [markdown] lang="en"
# ## 10. The blog post's network
#
# Two layers, [784, 10]: 7850 parameters (here [64, 10] on 8 x 8 digits), 1000 images to learn from and 100
# to be tested on. The post also applies sigma to the pixels; on MNIST 62 right of 100 become 13, since
# all pixels then lie between 0.5 and 0.73 and their common part drowns the rest.

# %% [markdown] lang="ja"
# ## 10. ブログ記事のネットワーク
#
# 2 層の [784, 10]、パラメータは 7850 個 (ここでは 8 × 8 の数字で [64, 10])、1000 枚で学習し 100 枚でテストします。
# 記事は画素にも σ を適用しますが、MNIST では 100 枚中 62 枚の正解が 13 枚に下がります。すべての画素が 0.5 から 0.73 の
# 間に入り、共通の部分が残りを埋もれさせるからです。

# %%
for line in asked.blog_network(split):
    print(line)

# %% [markdown] lang="en"
# That was the course. [Its index](../docs/course.md) names what else there is.

# %% [markdown] lang="ja"
# これでこのコースは終わりです。ほかに何があるかは[目次](../docs/course.ja.md)にあります。
