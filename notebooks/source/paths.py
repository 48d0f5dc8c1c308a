# %% [markdown] lang="en"
# # 5. The sum over all paths
#
# The big picture of back-propagation (eq. 47 to 53): a small change of a weight runs along every path
# that leads to the cost. Along one path it is multiplied by the factor of each edge; the derivative is
# the sum over all paths.
#
# $$\frac{\partial C}{\partial w^l_{jk}} = \sum_{m n p \ldots q}
# \frac{\partial C}{\partial a^L_m} \frac{\partial a^L_m}{\partial a^{L-1}_n}
# \cdots \frac{\partial a^{l+1}_q}{\partial a^l_j} \frac{\partial a^l_j}{\partial w^l_{jk}} .$$

# %% [markdown] lang="ja"
# # 5. すべてのパスの和
#
# 誤差逆伝播の全体像です (式 47〜53)。重みの小さな変化は、コストに至るすべてのパスを伝わります。1 本のパスに
# 沿っては各辺の因子が掛けられ、導関数はすべてのパスの和になります。
#
# $$\frac{\partial C}{\partial w^l_{jk}} = \sum_{m n p \ldots q}
# \frac{\partial C}{\partial a^L_m} \frac{\partial a^L_m}{\partial a^{L-1}_n}
# \cdots \frac{\partial a^{l+1}_q}{\partial a^l_j} \frac{\partial a^l_j}{\partial w^l_{jk}} .$$

# %%
import math
import random

import autodiff as ad
from nets.scalar import MLP

# %% [markdown] lang="en"
# ## Two paths
#
# The weight `w` is used twice: in the neuron, and in a penalty on its size.

# %% [markdown] lang="ja"
# ## 2 本のパス
#
# 重み `w` は 2 か所で使われています。ニューロンの中と、大きさへの罰則の中です。

# %%
w, x = ad.Value(2.0, "w"), 0.5
z = w * x - 1.5
a = ad.sigmoid(z)
penalty = 0.1 * w * w
C = (a - 1.0) ** 2 + penalty
C.backward()
ad.draw(C)

# %% [markdown] lang="en"
# By hand: through the neuron $2(a - 1) \cdot \sigma'(z) \cdot x$; along the penalty
# $0.1\, w + 0.1\, w$, for `w` enters the product twice. The sum is the gradient.

# %% [markdown] lang="ja"
# 手計算では、ニューロンを通るパスが $2(a - 1) \cdot \sigma'(z) \cdot x$、罰則を通るのが $0.1\, w + 0.1\, w$
# です (`w` は積に 2 回現れます)。その和が勾配です。

# %%
e = math.exp(-(2.0 * 0.5 - 1.5))
sigma, slope = 1 / (1 + e), e / (1 + e) ** 2
products = [2 * (sigma - 1) * slope * x, 0.1 * 2.0, 0.1 * 2.0]
account = C.explain(w)
print(account)
assert account.count == 3
assert math.isclose(sum(products), w.grad, rel_tol=1e-12)
for by_hand, found in zip(sorted(products), sorted(path.product for path in account), strict=True):
    assert math.isclose(by_hand, found, rel_tol=1e-12)

# %% [markdown] lang="en"
# **Your turn.** Somebody added up two of the three products. `compare` sees which is missing. Mend it; the
# solution follows.

# %% [markdown] lang="ja"
# **あなたの番です。** だれかが 3 つの積のうち 2 つだけを足しました。何が抜けているかを `compare` が教えます。直してください。その後に
# 解答があります。

# %%
mine = products[0] + products[1]  # your turn
print(ad.compare(autograd=C, by_hand={"w": mine}).verdict)

# %%
print(ad.compare(autograd=C, by_hand={"w": sum(products)}).verdict)  # the solution

# %% [markdown] lang="en"
# ## Every path of a network
#
# A network of sizes [2, 3, 2, 1] with named weights. From the weight $w^2_{11}$ a change goes to one
# neuron of layer 2, from there to both of layer 3, and from both to the output: two paths.

# %% [markdown] lang="ja"
# ## ネットワークのすべてのパス
#
# 大きさ [2, 3, 2, 1] のネットワークです。重み $w^2_{11}$ の変化は、第 2 層のニューロン 1 つに伝わり、そこから
# 第 3 層の 2 つへ、そして出力へ届きます。パスは 2 本です。

# %%
random.seed(3)
net = MLP(2, [3, 2, 1], activation="sigmoid", named=True)
output = net([0.5, -1.0])
cost = (output - 1.0) ** 2
cost.name = "C"
cost.backward()
weight = net.layers[0].neurons[0].w[0]
account = cost.explain(weight)
print(account)
assert account.count == 2
assert math.isclose(sum(path.product for path in account), weight.grad, rel_tol=1e-12)

# One path by hand: dC/da^4 * sigma'(z^4) * w^4_11 * sigma'(z^3_1) * w^3_11 * sigma'(z^2_1) * x_1.
value = {n.name: n.value for n in ad.Graph(cost) if n.name}
slope = {name: value[name] * (1 - value[name]) for name in ("a^2_1", "a^3_1")}
by_hand = 2 * (output.data - 1.0)
by_hand *= value["w^4_11"] * slope["a^3_1"] * value["w^3_11"] * slope["a^2_1"] * 0.5
print(f"one path by hand: {by_hand:.12f};", [round(path.product, 12) for path in account])
assert any(math.isclose(by_hand, path.product, rel_tol=1e-12) for path in account)

# %% [markdown] lang="en"
# From an input there are as many paths as ways through the layers. **Predict** how many that is in
# [2, 3, 2, 1]. With `top_k=3` the picture shows the three paths with the largest products of the whole network.

# %% [markdown] lang="ja"
# 入力からは、層を通る道の数だけパスがあります。[2, 3, 2, 1] では何本でしょうか。**予想してください。** `top_k=3` とすると、
# ネットワーク全体で積の大きい 3 本のパスだけを描きます。

# %%
x1, x2 = ad.Value(0.5, "x1"), ad.Value(-1.0, "x2")
cost = (net([x1, x2]) - 1.0) ** 2
cost.name = "C"
cost.backward()
account = cost.explain(x1)
assert account.count == 3 * 2
products = [path.product for path in account]
print(f"{account.count} paths: {', '.join(f'{p:.4f}' for p in products)}")
print(f"their sum {sum(products):.12f}, the gradient {x1.grad:.12f}")
assert math.isclose(sum(products), x1.grad, rel_tol=1e-12)
ad.draw(cost, top_k=3)

# %% [markdown] lang="en"
# ## Counting without listing
#
# Three neurons times two: six paths. The number of paths multiplies from layer to layer, so for real networks nobody can list them. It can
# be counted in one sweep: the paths from a node are the paths of all nodes it leads to, added up. That
# is the backward pass with every factor replaced by 1!

# %% [markdown] lang="ja"
# ## 数え上げずに数える
#
# ニューロン 3 個 × 2 個で 6 本でした。パスの数は層ごとに掛け合わされるので、実際のネットワークでは列挙できません。しかし、1 回の走査で数えられます。
# あるノードからのパスの数は、その先のノードのパスの数の和です。これは、すべての因子を 1 に置き換えた逆伝播に
# ほかなりません!


# %%
def paths_by_hand(sizes):
    """Return the number of paths from one input through hidden layers of these sizes to one output."""
    return math.prod(sizes)


for hidden in ([3, 2], [10, 10], [5, 5, 5, 5]):
    random.seed(0)
    x = ad.Value(0.3, "x")
    y = MLP(1, [*hidden, 1], activation="sigmoid")([x])
    y.backward()
    count = y.explain(x, top=1).count
    print(f"{hidden!s:14} {count:,} paths")
    assert count == paths_by_hand(hidden)

doubled = x = ad.Value(1.0, "x")
for _ in range(100):
    doubled = 0.7 * doubled + 0.3 * doubled
account = doubled.explain(x, top=3)
print(f"a hundred forks in a row: {account.count:,} paths")
assert account.count == 2**100 > 10**30

# %% [markdown] lang="en"
# More than $10^{30}$ paths, counted exactly. And yet their sum is the gradient, which back-propagation
# finds in 401 backward steps through 300 operations: what has been added up at a node is multiplied once, for all paths that
# go on from there. That is the whole trick.

# %% [markdown] lang="ja"
# $10^{30}$ 本を超えるパスを、正確に数えました。それでも、その和である勾配を、逆伝播は 300 個の演算を 401 歩でさかのぼって求めます。ノード
# までに足し合わせたものを、その先のすべてのパスのために 1 回だけ掛けるからです。これが仕組みのすべてです。

# %%
doubled.backward()
whole = sum(path.product for path in account) + float(account.remainder)
print(
    f"gradient {x.grad:.12f}; the three largest paths {sum(p.product for p in account):.1e}, all others {float(account.remainder):.12f}"
)
assert math.isclose(x.grad, 1.0, rel_tol=1e-12)
assert math.isclose(whole, x.grad, rel_tol=1e-12)

# %% [markdown] lang="en"
# Next: [in what sense is it fast?](how_fast.ipynb)

# %% [markdown] lang="ja"
# 次は[どういう意味で速いのか](how_fast.ja.ipynb)です。
