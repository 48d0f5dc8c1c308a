# %% [markdown] lang="en"
# # In what sense is back-propagation fast?
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
# # 逆伝播は、どういう意味で速いのか
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
from nets.closed_form import backprop_batch, finite_differences
from nets.closed_form.nielsen import total_cost
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


print(f"by hand and autograd differ by {apart(by_hand.nabla_w, autograd):.0e}")
print(f"finite differences are off by {apart(nudged.nabla_w, autograd):.0e}")
assert apart(by_hand.nabla_w, autograd) < 1e-12
assert 1e-12 < apart(nudged.nabla_w, autograd) < 1e-4

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
# ## From ten to a hundred thousand weights
#
# Each network gets the same mini-batch size. Finite differences are measured in full up to some
# thousand weights; above, one forward pass is measured and multiplied by the number of passes it would
# take (the open circles). Times are the best of several runs.

# %% [markdown] lang="ja"
# ## 重み 10 個から 10 万個まで
#
# ミニバッチの大きさは同じにします。有限差分は、重みが数千個までは実際に最後まで測り、それより大きいところでは、
# 順伝播 1 回の時間に必要な回数を掛けます (白抜きの丸)。時間は数回の最短値です。


# %%
def best(job, runs=7):
    """Return the shortest time of several runs in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


sizes = [
    [2, 2, 2],
    [5, 6, 4],
    [16, 16, 10],
    [64, 32, 10],
    [128, 96, 10],
    [256, 192, 10],
    [512, 200, 10],
]
table = []
print("    weights   passes needed   forward pass   back-propagation   finite differences")
for shape in sizes:
    net = Network(shape, seed=0)
    x, y = rng.random((shape[0], 10)), rng.random((shape[-1], 10))
    w, b = list(net.weights), list(net.biases)
    count = sum(p.size for p in (*w, *b))
    forward = best(lambda: total_cost(w, b, x, y))
    backward = best(lambda: backprop_batch(w, b, x, y))
    measured = count < 3000
    slow = best(lambda: finite_differences(w, b, x, y), 1) if measured else forward * (count + 1)
    table.append((count, forward, backward, slow, measured))
    print(
        f"{count:11,} {count + 1:15,} {forward * 1e6:11.0f} us {backward * 1e6:15.0f} us {slow:17.3f} s{'' if measured else ' (computed)'}"
    )

counts, forwards, backwards, slows, full = map(np.array, zip(*table, strict=True))
print(
    f"back-propagation over one forward pass: {np.min(backwards / forwards):.1f} to {np.max(backwards / forwards):.1f}"
)
assert np.all(backwards < 10 * forwards), "a few passes, whatever the size"
assert slows[-1] / backwards[-1] > 5000
assert slows[-1] / backwards[-1] > 50 * slows[0] / backwards[0], (
    "the more weights, the more it pays"
)

# %%
figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
axes.loglog(counts, slows, "-", color="#D55E00")
axes.loglog(counts[full], slows[full], "o", color="#D55E00", label="finite differences, measured")
axes.loglog(
    counts[~full], slows[~full], "o", color="#D55E00", mfc="white", label="one pass times passes"
)
axes.loglog(counts, backwards, "s-", color="#0072B2", label="back-propagation")
axes.loglog(counts, forwards, "^:", color="#009E73", label="one forward pass")
axes.set(xlabel="weights and biases", ylabel="seconds for one gradient",
         title="One gradient of a mini-batch of ten")  # fmt: skip
axes.grid(alpha=0.3)
axes.legend()
plt.show()

# %% [markdown] lang="en"
# The blue line runs along the green one: going back costs a few times going forward. The orange line is
# the product of both: more weights, and each of them asks for a longer pass. That is why the discovery
# of 1986 made networks of many weights possible.
#
# Finite differences are still useful, as a witness that needs no derivation: `ad.check_grads` is built
# on them. For exact agreement, look at the equations.

# %% [markdown] lang="ja"
# 青い線は緑の線に沿っています。逆伝播の時間は順伝播の数倍です。オレンジの線は 2 つの積です。重みが増えるほど
# 回数が増え、1 回の時間も延びます。1986 年の発見が、重みの多いネットワークを可能にしたのは、このためです。
#
# 有限差分にも使い道があります。導出のいらない証人になるからです。`ad.check_grads` はこれを使っています。正確な
# 一致を見るには、式と比べます。

# %%
ad.check_grads(lambda w: ad.sigmoid(w * 2.0 - 1.0) ** 2, (0.3,))  # raises where they disagree
