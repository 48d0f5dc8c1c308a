# %% [markdown] lang="en"
# # A GPT whose every number is a node
#
# A language model of 4,192 weights, written with lists, loops, `sum`, `+` and `*` on single numbers. It
# reads first names, letter by letter, and learns to go on with them. Nothing is hidden in matrices: each
# weight is a `Value`, each product and each sum a node, so that pictures and explanations reach all of it.

# %% [markdown] lang="ja"
# # すべての数がノードである GPT
#
# 4,192 個の重みをもつ言語モデルを、1 個ずつの数の上にリスト、ループ、`sum`、`+`、`*` で書いたものです。
# 名前を 1 文字ずつ読み、続きを学びます。行列に隠れたものはありません。どの重みも `Value` で、どの積もどの和も
# ノードなので、図と説明がそのすべてに届きます。

# %%
import inspect
import random

import numpy as np

import autodiff as ad
from nets.closed_form import gpt as by_hand
from nets.gpt import GPT, SIZES, encode, names
from nets.optim import Adam

documents = names()
print(len(documents), documents[:8])
print(encode("ada"))

# %% [markdown] lang="en"
# ## The model
#
# A token's row is added to the row of its place. Four heads of attention let a place gather from those
# before it, a layer of ReLU works on each place by itself, and a product with 27 rows says how likely each
# letter comes next. Attention, as it is written:

# %% [markdown] lang="ja"
# ## モデル
#
# トークンの行に位置の行を足します。4 つのヘッドのアテンションで、各位置はそれより前の位置から集めます。ReLU の
# 層は位置ごとに働き、27 行との積が、次に来る文字のもっともらしさを与えます。書かれたとおりのアテンションです。

# %%
gpt = GPT(seed=0)
print(SIZES, len(gpt.parameters()))
print(inspect.getsource(GPT.attention))

# %% [markdown] lang="en"
# ## One document
#
# The cost of a document is the mean of $-\ln p$ over its letters (the book's eq. 80). Even of a short name it is a
# graph of 27,000 nodes; folded by its parts it can be looked at. The numbers in the boxes say how many
# operations of each kind lie in them.

# %% [markdown] lang="ja"
# ## 1 つの文書
#
# 文書のコストは、その文字にわたる $-\ln p$ の平均です (本の式 80)。短い名前でも 27,000 ノードのグラフになりますが、
# 部分ごとに折りたたむと見渡せます。箱の中の数は、それぞれの演算がいくつ入っているかを示します。

# %%
C = gpt.cost(encode("ed"), part=ad.scope)
C.backward()
print(round(C.data, 12), len(ad.Graph(C)))
ad.draw(C)

# %% [markdown] lang="en"
# Before training each of 27 tokens is about equally likely: the cost is near $\ln 27 = 3.296$. The gradient
# of every weight is that of the equations written by hand on matrices.

# %% [markdown] lang="ja"
# 訓練の前は 27 個のトークンがほぼ同じくらいもっともらしく、コストは $\ln 27 = 3.296$ に近くなります。どの重みの
# 勾配も、行列の上に手で書いた式のものと一致します。

# %%
arrays = {k: np.array([[w.data for w in row] for row in m]) for k, m in gpt.weights.items()}
cost, gradient = by_hand.cost_and_gradient(arrays, encode("ed"))
errors = [
    abs(w.grad - gradient[k][i, j])
    for k, m in gpt.weights.items()
    for i, row in enumerate(m)
    for j, w in enumerate(row)
]
assert np.isclose(cost, C.data, rtol=1e-12)
assert max(errors) < 1e-12
print(round(cost, 12))

# %% [markdown] lang="en"
# ## One attention weight, explained
#
# Two places, one head of two numbers. `a1` says how much of the second place is gathered. A change of the
# query `q0` reaches it along these paths: through both scores, and through the sum that all powers are
# divided by.

# %% [markdown] lang="ja"
# ## 1 つのアテンションの重みを説明する
#
# 2 つの位置と、2 つの数からなる 1 つのヘッドです。`a1` は 2 番目の位置からどれだけ集めるかを表します。クエリ `q0` の
# 変化は次のパスを通ってそこに届きます。両方のスコアを通り、またすべてのべきを割る和を通ります。

# %%
q0, q1 = ad.Value(0.8, "q0"), ad.Value(-0.3, "q1")
keys = [(0.5, 1.0), (-1.0, 0.4)]
scores = [q0 * k0 + q1 * k1 for k0, k1 in keys]
a0, a1 = gpt.softmax(scores)
print(a1.explain(q0))

# %%
a1.backward()
ad.draw(a1)

# %% [markdown] lang="en"
# The paths cancel in part: what raises one score raises the sum below it too. In the whole model a single
# weight of the queries reaches the cost of `ed` along more than a thousand million paths; `explain` counts
# them and finds the largest all the same.

# %% [markdown] lang="ja"
# パスは部分的に打ち消し合います。あるスコアを上げるものは、分母の和も上げるからです。モデル全体では、クエリの重み
# 1 個が `ed` のコストに 10 億本を超えるパスで届きますが、`explain` はそれを数え、最大のものを見つけます。

# %%
account = C.explain(gpt.weights["query"][0][0], top=1)
print(account.count)

# %% [markdown] lang="en"
# ## Learning
#
# First what it says untrained. Then Adam, in one call for all parameters, one name a step.

# %% [markdown] lang="ja"
# ## 学習
#
# まず訓練前に何を言うかを見ます。それから Adam で、全パラメータを 1 回の呼び出しで、1 ステップに 1 つの名前です。


# %%
def samples(model, count=8):
    draw = random.Random(1)
    return [model.sample(draw) for _ in range(count)]


print(samples(gpt))

# %%
random.Random(0).shuffle(documents)
adam, costs = Adam(eta=0.01, beta1=0.85, beta2=0.99), []
for step in range(250):
    C = gpt.cost(encode(documents[step % len(documents)]))
    C.backward()
    adam.eta = 0.01 * (1 - step / 250)
    adam.update(gpt.parameters())
    costs.append(C.data)
assert sum(costs[-50:]) < sum(costs[:50])
print([round(sum(costs[k : k + 50]) / 50, 1) for k in range(0, 250, 50)])

# %%
print(samples(gpt))
