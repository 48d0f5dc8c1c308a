"""Print layers with lanes: weights that all lanes share, times inputs that have a row of lanes each.

A tile of sums stays in registers while the inputs go by. It is printed once for each width of the
processor's vectors, and the widest that the machine has is chosen when it runs. The order of adding is the
same for all: a sum takes its products one after the other, and a sum over the lanes is EIGHT sums, of the
lanes l, l + 8, l + 16, ..., which `total` adds. Rows of lanes are whole multiples of EIGHT long.
"""

from typing import Any

import numpy as np

EIGHT = 8  # lanes that a row is a multiple of, and sums of which a sum over the lanes is made


def rows_of_lanes(height: int, lanes: int) -> Any:
    """Return rows of zeros with room for so many lanes, made for the widest vectors.

    A row is a whole multiple of EIGHT numbers long and begins at one of 64 bytes.
    """
    width = -(-max(lanes, 1) // EIGHT) * EIGHT
    room = np.zeros(height * width + EIGHT)
    skipped = -(room.__array_interface__["data"][0] // room.itemsize) % EIGHT
    return room[skipped : skipped + height * width].reshape(height, width)


def total(names: list[str]) -> str:
    """Return the sum of names in pairs: ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))."""
    while len(names) > 1:
        names = [f"({a} + {b})" for a, b in zip(names[::2], names[1::2], strict=True)]
    return names[0]


def weigh_tile(vector: str, at: str, width: int, rows: int, vectors: int) -> str:
    """Return a loop body: `rows` rows from Y's j on get their products, in the lanes from b on."""
    each = [(r, u) for r in range(rows) for u in range(vectors)]
    offset = [f" + {width * u}" if u else "" for u in range(vectors)]
    rs, us = range(rows), range(vectors)
    return " ".join([
        *(f"double *y{r} = Y + (size_t)ry[(j + {r}) * yj] * stride + b;" for r in rs),
        *(f"const double *t{r} = t + (j + {r}) * (Py_ssize_t)tj;" for r in rs),
        *(f"{vector} s{r}{u} = {at}(y{r}{offset[u]});" for r, u in each),
        "for (int k = 0; k < n; k++) {",
        "const double *x = X + (size_t)rx[k * xk] * stride + b; const Py_ssize_t at = k * (Py_ssize_t)tk;",
        *(f"const {vector} x{u} = {at}(x{offset[u]});" for u in us),
        *(f"const double w{r} = t{r}[at];" for r in rs),
        *(f"s{r}{u} += w{r} * x{u};" for r, u in each),
        "}",
        *(f"{at}(y{r}{offset[u]}) = s{r}{u};" for r, u in each),
    ])  # fmt: skip


def product_tile(vector: str, at: str, width: int, rows: int, columns: int) -> str:
    """Return a loop body: y gets the sums over the lanes of `rows` rows of G times `columns` rows of X."""
    parts = range(EIGHT // width)
    each = [(r, c) for r in range(rows) for c in range(columns)]
    item = "{}" if width == 1 else "{}[{}]"

    def lanes(r: int, c: int) -> list[str]:
        return [item.format(f"s{r}{c}{p}", i) for p in parts for i in range(width)]

    zero = "0.0" if width == 1 else "{0.0}"
    return " ".join([
        *(f"const double *g{r} = G + (size_t)rg[j + {r}] * stride;" for r in range(rows)),
        *(f"const double *x{c} = X + (size_t)rx[(k + {c}) * xk] * stride;" for c in range(columns)),
        *(f"{vector} s{r}{c}{p} = {zero};" for r, c in each for p in parts),
        "for (int b = 0; b < stride; b += 8) {",
        *(f"const {vector} h{r}{p} = {at}(g{r} + b + {p * width});" for r in range(rows) for p in parts),
        *(f"const {vector} z{c}{p} = {at}(x{c} + b + {p * width});" for c in range(columns) for p in parts),
        *(f"s{r}{c}{p} += h{r}{p} * z{c}{p};" for r, c in each for p in parts),
        "}",
        "double y, *at;",
        *(f"y = {total(lanes(r, c))}; at = g + (j + {r}) * (Py_ssize_t)wj + (k + {c}) * (Py_ssize_t)wk; "
          f"*at += y == y ? y : product(g{r}, x{c}, stride);"
          for r, c in each),
    ])  # fmt: skip


def tiles(name: str, attribute: str, width: int) -> str:
    """Return the functions for one width of vectors: 8, 4, 2 or 1 numbers."""
    vector, at = f"Vector{width}", f"AT{width}"
    kind = f" __attribute__((vector_size({8 * width}), aligned(8), may_alias))" if width > 1 else ""
    rows, columns = {8: (4, 4), 4: (2, 2), 2: (1, 2), 1: (1, 1)}[width]

    def weighed(rows: int, vectors: int) -> str:
        return weigh_tile(vector, at, width, rows, vectors)

    def products(rows: int, columns: int) -> str:
        return product_tile(vector, at, width, rows, columns)

    step = 2 * width
    blocks = [
        f"        for (; b + {wide} <= stride; b += {wide}) {{\n"
        f"            int j = 0;\n"
        f"            for (; j + 4 <= count; j += 4) {{ {weighed(4, wide // width)} }}\n"
        f"            for (; j < count; j++) {{ {weighed(1, wide // width)} }}\n"
        f"        }}"
        for wide in (step, *([width] if step > EIGHT else []))
    ]
    return "\n".join([
        f"    typedef double {vector}{kind};",
        f"    #define {at}(p) (*({vector} *)(p))",
        f"    {attribute}static void weigh_{name}(WEIGH) {{",
        "        int b = 0;",
        *blocks,
        "    }",
        f"    {attribute}static void products_{name}(PRODUCTS) {{",
        "        int j = 0;",
        f"        for (; j + {rows} <= count; j += {rows}) {{",
        "            int k = 0;",
        f"            for (; k + {columns} <= n; k += {columns}) {{ {products(rows, columns)} }}",
        f"            for (; k < n; k++) {{ {products(rows, 1)} }}",
        "        }",
        f"        for (; j < count; j++) for (int k = 0; k < n; k++) {{ {products(1, 1)} }}",
        "    }",
    ])  # fmt: skip


DISPATCH = """
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
@avx512
@avx2
    static int width_of_vectors(void) {
        static int found = 0;
        if (!found) found = __builtin_cpu_supports("avx512f") ? 8 : __builtin_cpu_supports("avx2") ? 4 : 2;
        return found;
    }
    #define WIDEST(NAME, ...)                                  \\
        switch (width_of_vectors()) {                          \\
            case 8: NAME##_avx512(__VA_ARGS__); break;         \\
            case 4: NAME##_avx2(__VA_ARGS__); break;           \\
            default: NAME##_plain(__VA_ARGS__);                \\
        }
    #else
    #define WIDEST(NAME, ...) NAME##_plain(__VA_ARGS__);
    #endif
"""

# What is sent where a cotangent is 0 is 0, whatever it is multiplied with: of finite numbers the product is
# a zero, too, which changes no sum, so only what is not finite is looked at again.
LAYERS = """
    #define WEIGH                                                                                       \\
        double *Y, const int *ry, int yj, int count, const double *t, int tj, int tk, const double *X,  \\
        const int *rx, int xk, int n, int stride
    #define PRODUCTS                                                                                    \\
        const double *G, const int *rg, int count, const double *X, const int *rx, int xk, int n,       \\
        int stride, double *g, int wj, int wk
    #if defined(__GNUC__)
@plain
    #else
@single
    #endif
@dispatch
    // A layer: weights that all lanes share, the same inputs with lanes for each of its sums.
    static int is_layer(const int *I, const int *rows) {
        if (I[7] != 0 || I[10] == 0) return 0;
        for (int k = 0; k < I[8]; k++) {
            const int x = I[6] + k * I[10];
            if (rows[x] < 0) return 0;
            for (int j = 0; j < I[2]; j++)
                if (rows[I[4] + j * I[5] + k * I[9]] >= 0 || (I[11] >= 0 && I[11] + j * I[12] == x)) return 0;
        }
        return 1;
    }
    static void layer(const double *v, double *many, const int *I, const int *rows, int stride) {
        for (int j = 0; j < I[2]; j++) {
            double *Y = many + (size_t)rows[I[3] + j] * stride;
            const int s = I[11] < 0 ? -1 : I[11] + j * I[12];
            if (s >= 0 && rows[s] >= 0)
                memcpy(Y, many + (size_t)rows[s] * stride, stride * sizeof(double));
            else {
                const double first = s < 0 ? 0.0 : v[s];
                for (int l = 0; l < stride; l++) Y[l] = first;
            }
        }
        WIDEST(weigh, many, rows + I[3], 1, I[2], v + I[4], I[5], I[9], many, rows + I[6], I[10], I[8],
               stride)
    }
    static int are_finite(const double *W, int count, int wj, int n, int wk) {
        int odd = 0;
        for (int j = 0; j < count; j++)
            for (int k = 0; k < n; k++) odd |= !(fabs(W[j * (Py_ssize_t)wj + k * (Py_ssize_t)wk]) <= DBL_MAX);
        return !odd;
    }
    // Whether no two of the weights are one slot, and none of them is what a sum starts from.
    static int are_apart(const int *I) {
        const int count = I[2], n = I[8], wj = I[5], wk = I[9];
        if (wk <= 0 || (count > 1 && wj < n * wk)) return 0;
        for (int j = 0; j < count && I[11] >= 0; j++) {
            const int d = I[11] + j * I[12] - I[4], row = count > 1 ? d / wj : 0, rest = d - row * wj;
            if (d >= 0 && row < count && rest % wk == 0 && rest / wk < n) return 0;
        }
        return 1;
    }
    #define ROW(M, slot) ((M) + (size_t)rows[slot] * stride)
    static void start_back(double *g, double *sums, const int *rows, const char *wanted, int s,
                           const double *G, int stride) {
        if (!wanted[s]) return;
        if (rows[s] >= 0) {
            double *T = ROW(sums, s);
            for (int l = 0; l < stride; l++) T[l] += G[l];
        } else {
            double y[8] = {0.0};
            for (int l = 0; l < stride; l += 8)
                for (int e = 0; e < 8; e++) y[e] += G[l + e];
            g[s] += TOTAL(y);
        }
    }
    static void layer_back(const double *v, double *g, const double *many, double *sums, const int *I,
                           const int *rows, const char *wanted, int stride) {
        const int n = I[8], count = I[2], wj = I[5], wk = I[9], xk = I[10];
        const double *W = v + I[4];
        const int finite = are_finite(W, count, wj, n, wk), apart = are_apart(I);
        for (int k = 0, end; k < n; k = end) {
            const int x = I[6] + k * xk;
            end = k + 1;
            if (!wanted[x]) continue;
            if (finite) {
                while (end < n && wanted[I[6] + end * xk]) end++;
                WIDEST(weigh, sums, rows + x, xk, end - k, W + (count - 1) * wj + k * wk, wk, -wj, sums,
                       rows + I[3] + count - 1, -1, count, stride)
            } else
                for (int j = count - 1; j >= 0; j--)
                    send_weighed(ROW(sums, x), W[j * wj + k * wk], ROW(sums, I[3] + j), stride);
        }
        if (apart)
            WIDEST(products, sums, rows + I[3], count, many, rows + I[6], xk, n, stride, g + I[4], wj, wk)
        for (int j = count - 1; j >= 0; j--) {
            const double *G = ROW(sums, I[3] + j);
            for (int k = n - 1; k >= 0 && !apart; k--)
                g[I[4] + j * wj + k * wk] += product(G, ROW(many, I[6] + k * xk), stride);
            if (I[11] >= 0) start_back(g, sums, rows, wanted, I[11] + j * I[12], G, stride);
        }
    }
"""


def layers_source() -> str:
    """Return the C of layers; it stands behind `product` and `send_weighed`."""
    wide = {"avx512": ("avx512f", 8), "avx2": ("avx2", 4)}
    dispatch = DISPATCH.strip("\n")
    for name, (target, width) in wide.items():
        dispatch = dispatch.replace(
            f"@{name}\n", tiles(name, f'__attribute__((target("{target}"))) ', width) + "\n"
        )
    text = LAYERS.replace("@dispatch", dispatch)
    return text.replace("@plain", tiles("plain", "", 2)).replace("@single", tiles("plain", "", 1))
