# %% [markdown] lang="en"
# # 10. Small changes, smooth costs, and a poll
#
# Chapter 1 argues why neurons are smooth, why the cost is not the score, and why a few examples are
# enough for a step. Here each argument becomes a number. About 25 minutes.

# %% [markdown] lang="ja"
# # 10. 小さな変化、滑らかなコスト、世論調査
#
# 第 1 章は、ニューロンが滑らかである理由、コストが正解数ではない理由、少しの訓練例で 1 歩進める理由を論じています。
# ここではそれぞれの議論を数で確かめます。約 25 分。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from nets import Network
from nets.data import load_digits
from nets.experiments import arguments

split = load_digits()

# %% [markdown] lang="en"
# ## Perceptrons flip
#
# **Predict:** one weight of a 3-4-1 network moves by 0.1. By how much can the output of perceptrons
# change, and that of sigmoid neurons?

# %% [markdown] lang="ja"
# ## パーセプトロンは反転する
#
# **予想してください：** 3-4-1 のネットワークの重みを 1 つ 0.1 だけ動かします。パーセプトロンの出力と、シグモイド
# ニューロンの出力は、どれだけ変わり得るでしょうか。

# %%
for line in arguments.small_changes(split):
    print(line)
z = np.linspace(-6, 6, 241)
figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
for name, label, style in (("step", "perceptron", "--"), ("sigmoid", "sigmoid neuron", "-")):
    axes.plot(z, Network([1, 1], name).activation(ad.Tensor(z)).data, style, label=label)
axes.set(xlabel="weighted input z", ylabel="output a")
axes.legend()
plt.show()

# %% [markdown] lang="en"
# ## Why not count the right answers?
#
# **Predict:** with a tiny learning rate, does the score (right answers) of the test data rise while the
# cost falls?

# %% [markdown] lang="ja"
# ## なぜ正解数を使わないのか
#
# **予想してください：** 学習率がとても小さいとき、コストが下がる間に、テストデータの正解数 (score) は上がるでしょうか。

# %%
print(arguments.smooth_cost(split)[0])

# %% [markdown] lang="en"
# The cost falls in every epoch, the score does not follow: it is constant almost everywhere, so it has no
# gradient to go down.
#
# ## A ball in a valley
#
# $\Delta C \approx -\eta \|\nabla C\|^2$ (eq. 7 to 12). **Predict** for which of eta = 0.001, 3 and 100 it
# holds.

# %% [markdown] lang="ja"
# コストは毎エポック下がりますが、正解数はついてきません。ほとんど至るところで一定なので、下るための勾配がないのです。
#
# ## 谷を転がるボール (valley)
#
# $\Delta C \approx -\eta \|\nabla C\|^2$ (式 7 から 12)。η = 0.001、3、100 のどれで成り立つか**予想してください**。

# %%
for line in arguments.ball_in_a_valley(split):
    print(line)


def valley(eta, steps=20):
    """Roll down C(v1, v2) = v1^2/2 + 2 v2^2 from (2, 1)."""
    v = np.array([2.0, 1.0])
    path = [v]
    for _ in range(steps):
        a = ad.Tensor(v)
        v = v - eta * ad.gradient((a * a * np.array([0.5, 2.0])).sum(), a)
        path.append(v)
    return np.array(path)


for eta in (0.1, 0.45, 0.51):
    path = valley(eta)
    print(f"eta = {eta}: C = {0.5 * path[-1, 0] ** 2 + 2 * path[-1, 1] ** 2:.2e} after 20 steps")

# %%
figure = plt.figure(figsize=(10, 4), layout="constrained")
surface, plane = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
v1, v2 = np.meshgrid(np.linspace(-2.5, 2.5, 80), np.linspace(-1.5, 1.5, 80))
surface.plot_surface(v1, v2, 0.5 * v1**2 + 2 * v2**2, cmap="Greys", alpha=0.5)
plane.contour(v1, v2, 0.5 * v1**2 + 2 * v2**2, 12, alpha=0.4)
for eta, color in ((0.1, "#0072B2"), (0.45, "#D55E00")):
    path = valley(eta)
    height = 0.5 * path[:, 0] ** 2 + 2 * path[:, 1] ** 2
    surface.plot(*path.T, height, "o-", ms=3, color=color)
    plane.plot(*path.T, "o-", ms=3, color=color, label=f"eta = {eta}")
surface.set(xlabel="v1", ylabel="v2", zlabel="C")
plane.set(xlabel="v1", ylabel="v2")
plane.legend()
plt.show()

# %% [markdown] lang="en"
# **Your turn.** The gradient of $C(v_1, v_2) = v_1^2/2 + 2 v_2^2$ by hand, with a slip in it. Mend it; the solution
# follows.

# %% [markdown] lang="ja"
# **あなたの番です。** $C(v_1, v_2) = v_1^2/2 + 2 v_2^2$ の勾配を手で求めましたが、間違いが 1 つあります。直してください。その後に解答が
# あります。

# %%
v1, v2 = ad.Value(2.0, "v1"), ad.Value(1.5, "v2")
C = ad.square(v1) / 2 + 2 * ad.square(v2)
mine = {"v1": v1.data, "v2": 2 * v2.data}  # your turn
print(ad.compare(autograd=C, by_hand=mine).verdict)

# %%
mine = {"v1": v1.data, "v2": 4 * v2.data}  # the solution
print(ad.compare(autograd=C, by_hand=mine).verdict)

# %% [markdown] lang="en"
# ## The mini-batch as a poll
#
# **Predict:** how near to the direction of the whole gradient is that of 10 examples, and that of 100? (A
# cosine of 1 is the same direction, 0 a right angle.)

# %% [markdown] lang="ja"
# ## 世論調査としてのミニバッチ (poll)
#
# **予想してください：** 訓練例 10 個の勾配は、全体の勾配の向きにどれくらい近いでしょうか。100 個ならどうでしょう。
# (余弦 (cosine) が 1 なら同じ向き、0 なら直角です。)

# %%
for line in arguments.a_poll(split):
    print(line)

# %% [markdown] lang="en"
# Leaving out $1/m$ is nothing but another eta: the last line is rounding.
#
# ## One digit for all
#
# With eta = 100 the documents' scores are 1009, 1009, 1009, ..., 982, 982, 982. **Your turn:** what are
# these numbers? Count the test set's digits (MNIST: 1135 ones, 1032 twos, 982 fours, 1009 nines); here
# are those of the 8 x 8 digits, and a network that says 9 to everything:

# %% [markdown] lang="ja"
# $1/m$ を省くことは、別の学習率を使うことと同じです。最後の行は丸め誤差です。
#
# ## すべてに同じ数字を答える
#
# 学習率 100 のとき、文書の正解数は 1009, 1009, 1009, ..., 982, 982, 982 です。**あなたの番です：** これらは何の数で
# しょうか。テストデータの数字を数えてください (MNIST では 1 が 1135 枚、2 が 1032 枚、4 が 982 枚、9 が 1009 枚)。
# 次は 8 × 8 の数字での枚数と、すべてに 9 と答えるネットワークです：

# %%
print(np.bincount(split.test.labels, minlength=10))
stubborn = Network([64, 10], seed=0)
stubborn.weights = [np.zeros((10, 64))]
stubborn.biases = [np.eye(10)[:, [9]]]
print(stubborn.evaluate(split.test))
assert stubborn.evaluate(split.test) == np.sum(split.test.labels == 9)

# %% [markdown] lang="en"
# ## Digits otherwise
#
# One output ("is it a 9?"), four outputs that are bits, 15 hidden neurons, and a row of digits that is cut
# up by scoring windows (`segment`).

# %% [markdown] lang="ja"
# ## 別の答え方
#
# 出力 1 つ (「9 ですか」)、ビットを表す出力 4 つ、隠れニューロン 15 個、そして窓を採点して数字の列を切り分ける方法
# (`segment`) です。

# %%
for line in arguments.digits_otherwise(split):
    print(line)

# %% [markdown] lang="en"
# Next: [digits](digits.ipynb).

# %% [markdown] lang="ja"
# 次は[手書き数字](digits.ja.ipynb)です。
