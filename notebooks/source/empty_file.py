# %% [markdown] lang="en"
# # 0. From an empty file
#
# About 20 minutes; needs nothing but Python. We build the whole engine, a number that remembers where it
# came from, in three steps, and then import the library that does the same for arrays.
#
# **Predict first.** In $y = x \cdot x + x$ at $x = 4$, the number $x$ is used three times. What is
# $dy/dx$? And what comes out if every use writes its own part over that of the others?

# %% [markdown] lang="ja"
# # 0. 空のファイルから
#
# 約 20 分。Python だけで始めます。「自分がどこから来たかを覚えている数」というエンジン全体を 3 段階で作り、最後に
# 同じことを配列でも行うライブラリを読み込みます。
#
# **まず予想してください。** $y = x \cdot x + x$ を $x = 4$ で計算するとき、$x$ は 3 回使われます。$dy/dx$ は
# いくつでしょうか。また、使われるたびに前の分を上書きしてしまうと、何が出てくるでしょうか。


# %%
class Value:
    """A number, the numbers it was made of, and the local derivative for each of them."""

    def __init__(self, data, parents=(), local=()):
        self.data, self.parents, self.local = data, parents, local
        self.grad = 0.0

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __repr__(self):
        return f"Value({self.data:g}, grad={self.grad:g})"


x = Value(4.0)
y = x * x + x
print(y, [p.data for p in y.parents])

# %% [markdown] lang="en"
# Step 2, going back. The output has $dy/dy = 1$; each node hands on its gradient times the local
# derivative. A first try writes `=`:

# %% [markdown] lang="ja"
# 第 2 段階は逆向きの計算です。出力では $dy/dy = 1$ で、各ノードは自分の勾配に局所的な導関数を掛けて渡します。
# 最初の試みでは `=` と書きます：


# %%
def order(y):
    """Return the nodes of y's graph, every node after those it was made of."""
    found, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for p in v.parents:
                visit(p)
            found.append(v)

    visit(y)
    return found


def backward_wrong(y):
    y.grad = 1.0
    for v in reversed(order(y)):
        for p, d in zip(v.parents, v.local, strict=True):
            p.grad = v.grad * d


backward_wrong(y)
print(x.grad)

# %% [markdown] lang="en"
# Was this your prediction? Only the last use is left. The parts of ALL uses must be added, `+=`, and a
# node may hand on only when all of its own parts have come: that is what the order is for.
#
# **Your turn.** Change the one sign in `backward` below, run it, and let `compare` mark it.

# %% [markdown] lang="ja"
# 予想どおりでしたか。最後に使われたときの分しか残っていません。すべての使われ方の分を `+=` で足さなければならず、
# ノードは自分の分がすべて届いてから渡します。順序はそのためにあります。
#
# **あなたの番です。** 下の `backward` の記号を 1 つ直して実行し、`compare` に採点させてください。


# %%
def backward(y):
    for v in order(y):
        v.grad = 0.0
    y.grad = 1.0
    for v in reversed(order(y)):
        for p, d in zip(v.parents, v.local, strict=True):
            p.grad = v.grad * d  # your turn: one sign


import autodiff as ad

x = Value(4.0)
y = x * x + x
backward(y)
X = ad.Value(4.0, name="x")
print(ad.compare(autograd=X * X + X, by_hand={"x": x.grad}).verdict)

# %% [markdown] lang="en"
# The solution, and the check:

# %% [markdown] lang="ja"
# 解答と確認です：


# %%
def backward(y):
    for v in order(y):
        v.grad = 0.0
    y.grad = 1.0
    for v in reversed(order(y)):
        for p, d in zip(v.parents, v.local, strict=True):
            p.grad += v.grad * d


backward(y)
print(x, ad.compare(autograd=X * X + X, by_hand={"x": x.grad}).verdict)

# %% [markdown] lang="en"
# Step 3: a function of one number is one more line, its value and its slope. With it a neuron learns:

# %% [markdown] lang="ja"
# 第 3 段階。1 変数の関数は、値と傾きを書いた 1 行で増やせます。これでニューロンが学習します：

# %%
from math import exp


def sigmoid(z):
    a = 1.0 / (1.0 + exp(-z.data))
    return Value(a, (z,), (a * (1.0 - a),))


w, b = Value(0.6), Value(0.9)
for epoch in range(301):
    a = sigmoid(w * Value(1.0) + b)
    cost = a * a * Value(0.5)  # the target is 0
    if epoch % 100 == 0:
        print(f"epoch {epoch}: output {a.data:.4f}")
    backward(cost)
    w.data -= 0.15 * w.grad
    b.data -= 0.15 * b.grad

# %% [markdown] lang="en"
# 0.82 to 0.09, the figures of the study note's neuron. What is missing is what the library adds: an order
# that does not recurse, more functions, arrays, second derivatives, pictures. The same neuron with it:

# %% [markdown] lang="ja"
# 0.82 から 0.09 へ。学習ノートのニューロンの数値です。まだないのはライブラリが加えるもの、つまり再帰しない順序、多くの
# 関数、配列、2 階の導関数、図です。同じニューロンをライブラリで書くと：

# %%
w, b = ad.Value(0.6, name="w"), ad.Value(0.9, name="b")
C = 0.5 * ad.sigmoid(w * 1.0 + b) ** 2
C.backward()
print(round(w.grad, 12), round(b.grad, 12))
print(C.explain(w))
assert abs(w.grad - 0.12193833242754275) < 1e-12
ad.draw(C)

# %% [markdown] lang="en"
# Next: [computation graphs](computation_graph.ipynb).

# %% [markdown] lang="ja"
# 次は[計算グラフ](computation_graph.ja.ipynb)です。
