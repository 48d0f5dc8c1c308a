# %% [markdown] lang="en"
# # Exercises of the documents, marked by the machine
#
# The book's exercises to chapters 1 and 2, the lecture's "random, not zero", and the blog post's network.
# Each is a statement, a blank, and a cell that marks it; the solution follows. About 45 minutes.

# %% [markdown] lang="ja"
# # 文書の演習問題と自動採点
#
# 本の第 1 章と第 2 章の演習問題、講義の「ゼロでなくランダムに」、ブログ記事のネットワーク。それぞれに問題文、空欄、
# 採点するセルがあり、その後に解答が続きます。約 45 分。

# %%
import numpy as np

import autodiff as ad
from nets import Network, closed_form
from nets.data import load_digits
from nets.experiments import asked

split = load_digits()
rng = np.random.default_rng(0)
x, y = rng.random((6, 7)), rng.random((4, 7))
net = Network([6, 5, 4], seed=0)

# %% [markdown] lang="en"
# ## 1. BP1 with a matrix
#
# Write BP1 as $\delta^L = \Sigma'(z^L) \nabla_a C$, where $\Sigma'(z^L)$ is a square matrix. **Your turn:**
# which matrix? The first try below is wrong; mend it.

# %% [markdown] lang="ja"
# ## 1. 行列で書いた BP1
#
# BP1 を $\delta^L = \Sigma'(z^L) \nabla_a C$ と書いてください。$\Sigma'(z^L)$ は正方行列です。**あなたの番です:** どんな
# 行列でしょうか。最初の試みは誤りです。直してください。

# %%
run = closed_form.backprop_batch(list(net.weights), list(net.biases), x[:, :1], y[:, :1])
Sigma = np.diag(run.a[-1][:, 0])  # your turn
mine = Sigma @ (run.a[-1] - y[:, :1])
print(ad.compare(autograd={"delta^3": run.delta[1]}, by_hand={"delta^3": mine}).verdict)

# %%
Sigma = np.diag(closed_form.sigmoid_prime(run.z[1])[:, 0])  # the solution
mine = Sigma @ (run.a[-1] - y[:, :1])
print(ad.compare(autograd={"delta^3": run.delta[1]}, by_hand={"delta^3": mine}).verdict)

# %% [markdown] lang="en"
# ## 2. All of it as one product
#
# $\delta^l = \Sigma'(z^l) (w^{l+1})^T \cdots \Sigma'(z^{L-1}) (w^L)^T \Sigma'(z^L) \nabla_a C$.

# %% [markdown] lang="ja"
# ## 2. 全体を 1 つの積で
#
# $\delta^l = \Sigma'(z^l) (w^{l+1})^T \cdots \Sigma'(z^{L-1}) (w^L)^T \Sigma'(z^L) \nabla_a C$。

# %%
first = np.diag(closed_form.sigmoid_prime(run.z[0])[:, 0])
product = first @ net.weights[1].T @ Sigma @ (run.a[-1] - y[:, :1])
print(ad.compare(autograd={"delta^2": run.delta[0]}, by_hand={"delta^2": product}).verdict)

# %% [markdown] lang="en"
# ## 3. One modified neuron
#
# One neuron computes $f(z)$ instead of $\sigma(z)$. **Predict:** how many factors of back-propagation change?
# Here f is tanh, in the first neuron of the hidden layer.

# %% [markdown] lang="ja"
# ## 3. 1 個だけ変えたニューロン
#
# ニューロン 1 個が $\sigma(z)$ の代わりに $f(z)$ を計算します。**予想してください:** 逆伝播の因子はいくつ変わるで
# しょうか。ここでは隠れ層の最初のニューロンの f を tanh とします。

# %%
own = closed_form.Activation("modified", asked.by_hand, asked.by_hand_prime)
changed = Network([6, 5, 4], asked.modified, seed=0, output="sigmoid")
run = closed_form.backprop_batch(
    list(changed.weights), list(changed.biases), x, y, "quadratic", own, "sigmoid"
)
found = ad.compare(autograd=changed.graph(x, y), by_hand=run, rtol=1e-12)
print(found.verdict)
assert found.agrees
ad.draw(changed.graph(x[:, :1], y[:, :1]))

# %% [markdown] lang="en"
# ## 4. Linear neurons
#
# With $\sigma(z) = z$ all $\sigma' = 1$ and the whole network is ONE matrix:

# %% [markdown] lang="ja"
# ## 4. 線形ニューロン
#
# $\sigma(z) = z$ ならすべての $\sigma' = 1$ で、ネットワーク全体は行列 1 つになります:

# %%
linear = Network([6, 5, 4], "identity", seed=0)
w, b = linear.weights, linear.biases
print(np.allclose(linear.feedforward(x), (w[1] @ w[0]) @ x + (w[1] @ b[0] + b[1]), rtol=1e-13))

# %% [markdown] lang="en"
# ## 5. The mini-batch as one matrix, sigmoids times c, four bits
#
# The last three: the same numbers from one matrix as from a loop; multiplying all weights and biases by
# $c \to \infty$ gives perceptrons, except where $w \cdot x + b = 0$; ten outputs become four bits by one
# more layer.

# %% [markdown] lang="ja"
# ## 5. 行列 1 つのミニバッチ、c 倍のシグモイド、4 ビット
#
# 残りの 3 題です。行列 1 つでもループでも同じ数になること。すべての重みとバイアスを $c \to \infty$ 倍すると、
# $w \cdot x + b = 0$ のところを除いてパーセプトロンになること。層を 1 つ足せば 10 個の出力が 4 ビットになること。

# %%
lines = asked.exercises(split)
print(lines[3].measured.rpartition(";")[0])  # the time is another matter
for line in lines[4:]:
    print(line.what, "->", line.measured)

# %% [markdown] lang="en"
# ## Random, not zero
#
# **Predict:** a network that starts at zero, after 600 steps on XOR: which loss, and how different are its
# hidden neurons? ($\ln 2 = 0.6931$)

# %% [markdown] lang="ja"
# ## ゼロでなくランダムに
#
# **予想してください:** ゼロから始めたネットワークは、XOR で 600 歩進んだ後、損失はいくつで、隠れニューロンはどれだけ
# 違っているでしょうか。($\ln 2 = 0.6931$)

# %%
for line in asked.zero_start(split):
    print(line.measured)

# %% [markdown] lang="en"
# ## The blog post's network
#
# Two layers, [784, 10]: 7850 parameters (here [64, 10] on 8 x 8 digits), 1000 images to learn from and 100
# to be tested on. The post also applies sigma to the pixels; on MNIST that costs 62 against 13 of 100, since
# all pixels then lie between 0.5 and 0.73 and their common part drowns the rest.

# %% [markdown] lang="ja"
# ## ブログ記事のネットワーク
#
# 2 層の [784, 10]、パラメータは 7850 個 (ここでは 8 × 8 の数字で [64, 10])、1000 枚で学習し 100 枚でテストします。
# 記事は画素にも σ を適用しますが、MNIST では 100 枚中 62 枚の正解が 13 枚に下がります。すべての画素が 0.5 から 0.73 の
# 間に入り、共通の部分が残りを埋もれさせるからです。

# %%
for line in asked.blog_network(split):
    print(line.what, "->", line.measured)
