# %% [markdown] lang="en"
# # 11. Handwritten digits: from a threshold to a network that reads
#
# The story of chapter 1, run from top to bottom: a perceptron, the network and its cost, stochastic
# gradient descent, and what a classifier has to beat. The images are the 1,797 real digits of 8 x 8
# pixels that scikit-learn brings, so nothing is downloaded. The same experiments on the full MNIST set,
# with the documents' figures beside them, stand in [the results](../docs/results.md).

# %% [markdown] lang="ja"
# # 11. 手書き数字：しきい値から、文字を読むネットワークまで
#
# 第 1 章の流れを最初から最後まで実行します。パーセプトロン、ネットワークとコスト、確率的勾配降下法、そして
# 分類器が超えるべき基準です。画像は scikit-learn に付属する 8 × 8 画素の実際の手書き数字 1,797 枚なので、
# ダウンロードは要りません。MNIST 全体での同じ実験と、文書の数値との比較は
# [結果のページ](../docs/results.ja.md) にあります。

# %%
import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from autodiff.sources.lines import beside
from nets import baselines
from nets.closed_form import backprop_batch
from nets.data import load_digits
from nets.network import Network
from nets.optim import as_optimiser
from nets.perceptron import AND, NAND, OR, Perceptron, xor
from nets.runs.expand import shifted
from nets.runs.training import Training

# %% [markdown] lang="en"
# ## A perceptron decides
#
# It answers 1 if $w \cdot x + b > 0$, with $b$ = minus the threshold. Weights 6, 2, 2 and threshold 5:
# the first input alone decides. With threshold 3, the first input or the other two together give 1.

# %% [markdown] lang="ja"
# ## パーセプトロンの判断
#
# $w \cdot x + b > 0$ なら 1 を出します ($b$ はしきい値の符号を変えたもの)。重み 6, 2, 2、しきい値 5 では、
# 第 1 入力だけで決まります。しきい値が 3 なら、第 1 入力か、残りの 2 つがそろえば 1 になります。

# %%
strict = Perceptron.with_threshold((6, 2, 2), 5)
easy = Perceptron.with_threshold((6, 2, 2), 3)
inputs = [(x1, x2, x3) for x1 in (0, 1) for x2 in (0, 1) for x3 in (0, 1)]
for x in inputs:
    print(x, "threshold 5:", strict(*x), "  threshold 3:", easy(*x))
assert [strict(*x) for x in inputs] == [x[0] for x in inputs]
assert [easy(*x) for x in inputs] == [x[0] or (x[1] and x[2]) for x in inputs]

gates = {"AND": AND, "OR": OR, "NAND": NAND, "XOR of four NANDs": xor}
answers = {name: [gate(a, b) for a in (0, 1) for b in (0, 1)] for name, gate in gates.items()}
print(beside([(name, str(answer)) for name, answer in answers.items()]))
assert [xor(a, b) for a in (0, 1) for b in (0, 1)] == [0, 1, 1, 0]

# %% [markdown] lang="en"
# ## The data
#
# A training example is a pair: the image as a column of numbers between 0 and 1, and a one-hot column.
# Validation and test data carry the label itself.

# %% [markdown] lang="ja"
# ## データ
#
# 訓練データは、画像を 0 から 1 の数の列にしたものと、one-hot の列の組です。検証用とテスト用のデータには、
# ラベルそのものが付いています。

# %%
training_data, validation_data, test_data = load_digits(seed=0)
x, y = training_data[0]
print("image", x.shape, " target", y.ravel().astype(int), " test label", test_data[0][1])
assert x.shape == (64, 1)
assert y.sum() == 1

figure, axes = plt.subplots(1, 10, figsize=(11, 1.5), layout="constrained")
for digit, box in enumerate(axes):
    first = np.flatnonzero(training_data.labels == digit)[0]
    box.imshow(training_data.inputs[:, first].reshape(8, 8), cmap="gray_r")
    box.set(title=digit, xticks=[], yticks=[])
plt.show()

# %% [markdown] lang="en"
# ## The network and its first gradient
#
# Weights and biases are drawn from N(0, 1); the quadratic cost of a mini-batch is
# $C = \frac{1}{2m} \sum_x \lVert y - a \rVert^2$ (eq. 6). Before trusting any training, look at one
# gradient: autograd's against back-propagation written by hand.

# %% [markdown] lang="ja"
# ## ネットワークと最初の勾配
#
# 重みとバイアスは N(0, 1) から取ります。ミニバッチの 2 次コストは
# $C = \frac{1}{2m} \sum_x \lVert y - a \rVert^2$ (式 6) です。訓練の前に、勾配を 1 つ確かめます。
# 自動微分の結果と、手で書いた逆伝播とを比べます。

# %%
net = Network([64, 30, 10], seed=0)
some = training_data[:10]
nabla_b, nabla_w = net.backprop(some.inputs, some.targets)
hand = backprop_batch(net.weights, net.biases, some.inputs, some.targets)
for layer, (a, b) in enumerate(zip(nabla_w + nabla_b, hand.nabla_w + hand.nabla_b, strict=True)):
    assert np.max(np.abs(a - b)) <= 1e-12 * np.max(np.abs(b)), layer
C = net.graph(some.inputs, some.targets)
print("quadratic cost of ten examples:", round(float(C.data), 4))

# %% [markdown] lang="en"
# **Your turn.** The same back-propagation by somebody who forgot what ten examples ask for. Mend it; the solution
# follows.

# %% [markdown] lang="ja"
# **あなたの番です。** 同じ逆伝播ですが、訓練例が 10 個あるときに必要なことを忘れています。直してください。その後に解答があります。

# %%
mine = {"w^3": hand.delta[1] @ hand.a[1].T}  # your turn
print(ad.compare(autograd=C, by_hand=mine).verdict)

# %%
mine = {"w^3": hand.delta[1] @ hand.a[1].T / 10}  # the solution
print(ad.compare(autograd=C, by_hand=mine).verdict)

# %% [markdown] lang="en"
# ## Stochastic gradient descent
#
# Shuffle, take mini-batches of 10, and move each weight against its gradient (eq. 20, 21). After each
# epoch the test score is printed, in the documents' own form.

# %% [markdown] lang="ja"
# ## 確率的勾配降下法
#
# 並べ替えて 10 個ずつのミニバッチに分け、各重みを勾配と逆の向きに動かします (式 20, 21)。エポックごとに
# テストの正解数を、文書と同じ形で表示します。

# %%
net.SGD(training_data, 30, 10, 3.0, test_data=test_data)
score = net.evaluate(test_data) / len(test_data)
assert score > 0.9

# %% [markdown] lang="en"
# ## What a classifier must beat
#
# Guessing gets one in ten. *Average darkness* compares the amount of ink with the mean ink of each
# digit: on MNIST it gets exactly 2225 of 10,000 (here the digits are smaller and fewer, so the figure
# is another). A support vector machine is the serious opponent.

# %% [markdown] lang="ja"
# ## 超えるべき基準
#
# でたらめに答えれば 10 回に 1 回当たります。*平均の暗さ* (average darkness) は、インクの量を各数字の平均と
# 比べる方法で、MNIST ではちょうど 10,000 枚中 2225 枚正解します (ここでは画像が小さく枚数も少ないので、別の
# 値になります)。本格的な相手はサポートベクターマシンです。

# %%
n = len(test_data)
rivals = {
    "random guess": baselines.random_guess(test_data) / n,
    "average darkness": baselines.average_darkness(training_data, test_data) / n,
    "[64, 30, 10], chapter 1": score,
    "SVM, scikit-learn's defaults": baselines.svm(training_data, test_data, gamma="scale") / n,
}
print(beside([(name, f"{value:6.1%}") for name, value in rivals.items()]))
assert rivals["random guess"] < rivals["average darkness"] < rivals["[64, 30, 10], chapter 1"]

# %% [markdown] lang="en"
# ## The learning rate decides
#
# **Predict** what thirty epochs bring with $\eta$ = 0.001, 0.1, 3 and 100: which of the four learn, and why do the
# others not? Scores on the validation data, which are there for such choices; the test data would be spent by
# them.

# %% [markdown] lang="ja"
# ## 学習率が結果を決める
#
# $\eta$ = 0.001、0.1、3、100 で 30 エポック学習するとどうなるか、**予想してください**。学習できるのはどれで、ほかはなぜ学習できないの
# でしょうか。正解率は検証用データで測ります。選ぶのに使ったデータでは、選んだものが実際よりよく見えます。ですから選択には
# 検証用データを使い、テスト用データは最後の評価のために取っておきます。


# %%
def curve(eta, l1=0.0, l2=0.0, data=training_data, **settings):
    """Train once from a fixed start and return the validation score after each epoch."""
    network = Network([64, 30, 10], seed=0, **settings)
    optimiser = as_optimiser("sgd", eta, l1=l1, l2=l2)
    run = Training(network, data, optimiser, 30, 10, monitor=validation_data)
    run.run()
    return [entry["correct"] / entry["total"] for entry in run.history]


rates = {eta: curve(eta) for eta in (0.001, 0.1, 3.0, 100.0)}
styles = {
    0.001: ("#0072B2", ":"),
    0.1: ("#56B4E9", "--"),
    3.0: ("#009E73", "-"),
    100.0: ("#D55E00", "-."),
}
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
for eta, values in rates.items():
    colour, line = styles[eta]
    axes.plot(range(1, 31), values, line, color=colour, label=f"eta = {eta:g}")
axes.set(xlabel="epoch", ylabel="correct on the validation data", ylim=(0, 1),
         title="[64, 30, 10] with four learning rates")  # fmt: skip
axes.grid(alpha=0.3)
axes.legend()
plt.show()
assert rates[3.0][-1] > 0.9
assert rates[0.001][-1] < 0.3
assert rates[100.0][-1] < 0.3

# %% [markdown] lang="en"
# With $\eta = 0.001$ the network hardly moves, with $\eta = 100$ it jumps into saturation and stays there: both
# stay near guessing. Only $\eta = 3$ gets far in thirty epochs.
#
# ## What the techniques of chapter 3 bring
#
# The cross-entropy cancels the factor $\sigma'(z)$ in the output error; the *scaled* start divides the
# weights by $\sqrt{n_{in}}$, so that no neuron begins saturated; L2 keeps all weights small, and L1 draws those that
# do not help to 0; drop-out leaves out each hidden neuron with a probability in each step, so that none can rely
# on another; and with copies of the images, moved by a pixel, there are five times as many to learn from. The cross-entropy learns more in
# the first epoch; with the scaled start, whose weights are small, the first epoch learns less. On so few digits the
# differences are small, and not every technique pays: drop-out takes neurons from a network that has only 30, and
# a digit of 8 x 8 pixels that is moved by one has lost an eighth of itself. On MNIST L2, L1 and the copies pay, and
# drop-out of 10 % costs a little there, too ([the results](../docs/results.md)).

# %% [markdown] lang="ja"
# $\eta = 0.001$ ではほとんど動かず、$\eta = 100$ では一気に飽和して戻れません。どちらも、でたらめとあまり変わりません。30 エポックで
# 十分に学習するのは $\eta = 3$ だけです。
#
# ## 第 3 章の技法の効果
#
# クロスエントロピーは出力の誤差から $\sigma'(z)$ を消します。*scaled* の初期化は重みを $\sqrt{n_{in}}$ で割り、
# 最初から飽和したニューロンをなくします。L2 はすべての重みを小さく保ち、L1 は役に立たない重みを 0 に近づけます。
# ドロップアウトは、1 歩ごとに隠れニューロンをある確率で休ませ、互いに頼れなくします。そして、1 画素ずらした画像の写しを加えれば、
# 学ぶ材料は 5 倍になります。クロスエントロピーは最初のエポックで多くを学びます。scaled の初期化では、重みが小さいので最初の
# エポックに学ぶ量は減ります。数字の枚数が少ないので差はわずかで、どの技法も得になるわけではありません。ドロップアウトは、30 個しかない
# ニューロンをさらに減らします。8 × 8 画素の数字は、1 画素ずらすと 8 分の 1 を失います。MNIST では L2、L1、
# 画像の写しに効果があり、10 % のドロップアウトはそこでも少し損をします ([結果のページ](../docs/results.ja.md))。

# %%
improved = {
    "chapter 1: quadratic, N(0, 1)": rates[3.0],
    "cross-entropy": curve(0.5, cost="cross_entropy"),
    "cross-entropy, scaled start": curve(0.5, cost="cross_entropy", initializer="scaled"),
}
better = {"cost": "cross_entropy", "initializer": "scaled"}
images = [training_data.inputs.T.reshape(-1, 8, 8)]
images += [shifted(images[0], *by) for by in ((1, 0), (-1, 0), (0, 1), (0, -1))]
moved = np.concatenate(images).reshape(-1, 64)
improved |= {
    "... and L2": curve(0.5, l2=1e-4, **better),
    "... and L1": curve(0.5, l1=1e-5, **better),
    "... and drop-out of 10 %": curve(0.5, dropout=0.1, **better),
    "... and copies moved by a pixel": curve(
        0.5, data=(moved, np.tile(training_data.labels, 5)), **better
    ),
}
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
for (name, values), colour, mark in zip(
    improved.items(),
    ("#999999", "#0072B2", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#E69F00"),
    "osv^DP*",
    strict=True,
):
    axes.plot(range(1, 31), values, color=colour, marker=mark, markersize=4, label=name)
axes.set(xlabel="epoch", ylabel="correct on the validation data", ylim=(0.75, 1),
         title="The same 30 neurons, learning better")  # fmt: skip
axes.grid(alpha=0.3)
axes.legend(loc="lower right")
plt.show()
rows = [(f"after 1 epoch {v[0]:6.1%}", f"best {max(v):6.1%}") for v in improved.values()]
print(beside([(name, *row) for name, row in zip(improved, rows, strict=True)]))
first = improved["chapter 1: quadratic, N(0, 1)"]
assert improved["cross-entropy"][0] > first[0]
assert max(improved["cross-entropy, scaled start"]) > max(first)
assert improved["... and copies moved by a pixel"][0] > improved["cross-entropy, scaled start"][0]

# %% [markdown] lang="en"
# The same on the full MNIST set, from several starts: `nets experiment improvements --data DIR`. The last of the
# study note's techniques, how to choose eta, lambda and the rest, is `nets search`: it tries them on the
# validation data, as chapter 3 advises.
#
# The study note carries its weights over to JavaScript and draws digits in a web page:
# `nets.pages.digits.digit_page(net)`, or `nets export PAGE.html --checkpoint RUN.npz`, writes that page,
# and its script gives the same numbers as Python (row S39 of [the results](../docs/results.md)).

# %% [markdown] lang="ja"
# MNIST 全体で、いくつもの初期値から始めた結果は `nets experiment improvements --data DIR` で得られます。学習ノートの最後の技法、η や λ
# などの選び方は `nets search` です。第 3 章の助言のとおり、検証用データで試します。
#
# 学習ノートは、重みを JavaScript に移し、ウェブページに数字を書いて試します。
# `nets.pages.digits.digit_page(net)`、または `nets export PAGE.html --checkpoint RUN.npz` でそのページができ、
# ページのスクリプトは Python と同じ数値を出します ([結果のページ](../docs/results.ja.md) の S39)。

# %% [markdown] lang="en"
# Next: [the exercises](exercises.ipynb).

# %% [markdown] lang="ja"
# 次は[演習問題](exercises.ja.ipynb)です。
