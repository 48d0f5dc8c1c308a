# %% [markdown] lang="en"
# # 6. In what sense is back-propagation fast?
#
# There is a way to get a gradient without deriving anything: change one weight a little, run the
# network again, and see what the cost does (eq. 46),
#
# $$\frac{\partial C}{\partial w_j} \approx \frac{C(w + \epsilon e_j) - C(w)}{\epsilon} .$$
#
# It needs one forward pass for every weight, and one more. A million weights take 1,000,001 passes.
# Back-propagation takes about as long as two or three passes, however many weights there are. Let us
# measure it.

# %% [markdown] lang="ja"
# # 6. 逆伝播は、どういう意味で速いのか
#
# 何も導出せずに勾配を得る方法があります。重みを 1 つだけ少し変え、ネットワークをもう一度実行し、コストの変化を
# 見るのです (式 46):
#
# $$\frac{\partial C}{\partial w_j} \approx \frac{C(w + \epsilon e_j) - C(w)}{\epsilon} .$$
#
# これには、重み 1 つにつき 1 回、さらにもう 1 回の順伝播が必要です。重みが 100 万個なら 1,000,001 回です。
# 誤差逆伝播なら、重みがいくつあっても順伝播 2〜3 回分ほどの時間で済みます。測ってみましょう。

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

import autodiff as ad
from autodiff.table.language import padded
from nets.closed_form import backprop_batch, finite_differences
from nets.network import Network

# %% [markdown] lang="en"
# ## The same gradient, three ways
#
# A small network and one mini-batch: finite differences, the equations by hand, and autograd. The
# first is right to about half of its digits only, because $\epsilon$ can be neither large (the formula
# is a tangent's) nor tiny (the costs are rounded before they are subtracted).

# %% [markdown] lang="ja"
# ## 同じ勾配を 3 通りで
#
# 小さなネットワークとミニバッチ 1 つについて、有限差分、手で書いた式、自動微分を比べます。有限差分は、桁の半分ほど
# しか正しくありません。$\epsilon$ は大きすぎても (接線の式なので)、小さすぎても (引き算の前にコストが丸められる
# ので) いけないからです。

# %%
rng = np.random.default_rng(0)
net = Network([4, 5, 2], seed=0)
x, y = rng.random((4, 3)), rng.random((2, 3))

nudged = finite_differences(net.weights, net.biases, x, y)
by_hand = backprop_batch(net.weights, net.biases, x, y)
autograd = ad.gradient(net.graph(x, y), net.w)
parameters = sum(p.size for p in (*net.w, *net.b))
print(f"{parameters} weights and biases took {nudged.passes} forward passes")
assert nudged.passes == parameters + 1


def apart(a, b):
    """Return the largest difference of two lists of arrays, relative to the largest number."""
    return max(np.max(np.abs(p - q)) for p, q in zip(a, b, strict=True)) / max(
        np.max(np.abs(q)) for q in b
    )


print("by hand and autograd differ by less than 1e-12")
print("finite differences are off by less than 1e-6, and by more than 1e-12")
assert apart(by_hand.nabla_w, autograd) < 1e-12
assert 1e-12 < apart(nudged.nabla_w, autograd) < 1e-6

# %%
epsilons = 10.0 ** np.arange(-14, 0)
errors = {
    central: [
        apart(
            finite_differences(net.weights, net.biases, x, y, epsilon=e, central=central).nabla_w,
            autograd,
        )
        for e in epsilons
    ]
    for central in (False, True)
}
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
axes.loglog(epsilons, errors[False], "o-", color="#D55E00", label="one side (eq. 46)")
axes.loglog(epsilons, errors[True], "s-", color="#0072B2", label="both sides, twice the passes")
axes.set(
    xlabel="epsilon", ylabel="relative error", title="Finite differences lose digits at both ends"
)
axes.grid(alpha=0.3)
axes.legend()
plt.show()
assert min(errors[False]) > 1e-10
assert min(errors[True]) > 1e-13
assert errors[False][0] > 1e-4
assert errors[False][-1] > 1e-4

# %% [markdown] lang="en"
# ## From ten to a hundred thousand weights, counted
#
# How much work is it? A clock is noisy; operations are not. The graph tells how many multiplications,
# additions and values of sigma a pass takes, and its gradient is recorded as a graph, too. **Predict** for
# [512, 200, 10]: how many forward passes is back-propagation worth, and how many are finite differences?

# %% [markdown] lang="ja"
# ## 重み 10 個から 10 万個まで、演算の数で
#
# どれだけの計算量でしょうか。時計はぶれますが、演算の数はぶれません。グラフを見れば、1 回の計算に必要な掛け算、足し算、
# σ の値の数がわかり、勾配もグラフとして記録されます。[512, 200, 10] について**予想してください**。逆伝播は順伝播の
# 何回分で、有限差分は何回分でしょうか。

# %%
from nets.experiments.counting import ways

sizes = [
    [2, 2, 2],
    [5, 6, 4],
    [16, 16, 10],
    [64, 32, 10],
    [128, 96, 10],
    [256, 192, 10],
    [512, 200, 10],
]
table = [ways(shape, examples=10) for shape in sizes]
heads = ("weights and biases", "one pass", "back-propagation", "finite differences", "forward mode")
widths = (21, 15, 17, 20, 14)
print(" ".join(padded(head, -wide) for head, wide in zip(heads, widths, strict=True)))
for counted in table:
    print(
        f"{counted.parameters:21,} {counted.forward.total:15,} {counted.back_propagation.total:17,} "
        f"{counted.finite_differences.total:20,} {counted.forward_mode.total:14,}"
    )
passes = [counted.passes("back_propagation") for counted in table]
print(f"back-propagation in forward passes: {min(passes):.2f} to {max(passes):.2f}")
assert max(passes) < 3, "a few passes, whatever the size"
assert all(c.passes("finite_differences") == c.parameters + 1 for c in table)

# %%
counts = [counted.parameters for counted in table]
figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
for way, color, mark, label in (
    ("finite_differences", "#D55E00", "o-", "finite differences"),
    ("back_propagation", "#0072B2", "s-", "back-propagation"),
    ("forward", "#009E73", "^:", "one forward pass"),
):
    axes.loglog(counts, [getattr(c, way).total for c in table], mark, color=color, label=label)
axes.set(xlabel="weights and biases", ylabel="operations for one gradient",
         title="One gradient of a mini-batch of ten")  # fmt: skip
axes.grid(alpha=0.3)
axes.legend()
plt.show()

# %% [markdown] lang="en"
# Two ways more: the naive gradient (4.1), which multiplies out every path by itself, and back-propagation in a loop
# over the ten examples, whose ten gradients are then added up. The loop takes as many operations as the matrix, save
# a few; what it loses is not arithmetic but ten times as many calls. **Your turn:** how many forward passes do finite differences take
# for [784, 30, 10]? The first answer forgets something.

# %% [markdown] lang="ja"
# あと 2 つの方法があります。すべてのパスを 1 本ずつ掛け合わせる素朴な勾配 (4.1) と、10 個の訓練例についての逆伝播のループです
# (10 個の勾配は最後に足し合わせます)。ループの演算の数は、わずかな差を除けば行列と同じです。損をするのは計算ではなく、呼び出しの回数が 10 倍になることです。
# **あなたの番です：** [784, 30, 10] では、有限差分に順伝播が何回必要でしょうか。最初の答えは何かを忘れています。

# %%
for shape, counted in zip(sizes, table, strict=True):
    loop = 10 * ways(shape).back_propagation.total + 9 * counted.parameters
    print(f"{shape!s:15} naive {counted.naive.total:15,}   loop {loop:13,}   "
          f"matrix {counted.back_propagation.total:13,}")  # fmt: skip
    assert abs(loop / counted.back_propagation.total - 1) < 0.05

passes_needed = ways([784, 30, 10]).passes("finite_differences")
mine = 784 * 30 + 30 * 10 + 1  # your turn
print("right" if mine == passes_needed else f"not {mine:,}: which parameters were not nudged?")

# %%
mine = 784 * 30 + 30 * 10 + 30 + 10 + 1  # the solution: biases, too
print("right" if mine == passes_needed else f"not {mine:,}: which parameters were not nudged?")

# %% [markdown] lang="en"
# And the clock, as one ratio measured in one run, both on the same arrays: only its order is worth
# printing.

# %% [markdown] lang="ja"
# 時計でも確かめます。同じ配列を使い、1 回の測定での比だけを見ます。表示する価値があるのは桁だけです。

# %%
net = Network([64, 32, 10], seed=0)
x, y = rng.random((64, 10)), rng.random((10, 10))
w, b = list(net.weights), list(net.biases)
ratios = []
for _ in range(5):
    start = time.perf_counter()
    finite_differences(w, b, x, y)
    middle = time.perf_counter()
    backprop_batch(w, b, x, y)
    ratios.append((middle - start) / (time.perf_counter() - middle))
print("finite differences take more than 100 times as long:", sorted(ratios)[2] > 100)

# %% [markdown] lang="en"
# The blue line runs along the green one: going back costs about as much as going forward once more. The orange line is
# the product of both: more weights, and each of them asks for a longer pass. That is why the
# method, known since the 1970s and appreciated in 1986, made networks of many weights possible.
#
# Finite differences are still useful, as a witness that needs no derivation: `ad.check_grads` is built
# on them. For exact agreement, look at the equations.

# %% [markdown] lang="ja"
# 青い線は緑の線に沿っています。さかのぼる計算量は、順伝播をもう 1 回するのとほぼ同じです。オレンジの線は 2 つの積です。
# 重みが増えるほど回数が増え、1 回の計算量も増えます。1970 年代に知られ、1986 年に評価された方法が、重みの多いネットワークを可能にしたのは、このためです。
#
# 有限差分にも使い道があります。導出のいらない証人になるからです。`ad.check_grads` はこれを使っています。正確な
# 一致を見るには、式と比べます。

# %%
ad.check_grads(lambda w: ad.sigmoid(w * 2.0 - 1.0) ** 2, (0.3,))  # raises where they disagree

# %% [markdown] lang="en"
# Next: [two layers by hand](two_layers_by_hand.ipynb).

# %% [markdown] lang="ja"
# 次は[2 層を手で](two_layers_by_hand.ja.ipynb)です。
