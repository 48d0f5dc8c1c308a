"""Sums of products in C: what the compiler can turn into wide instructions, made twice on x86.

Without lanes a product of a matrix and a vector runs four sums at a time; with lanes a layer keeps a
block of each sum in registers. The order of adding is always that of one product after the other.
"""

# A neuron's weights are shared by the lanes and its inputs are not. Four products a pass over the sum,
# and pointers that the compiler may take as apart, are twice as fast; the order of adding is the same.
# Rows of a product take turns four by four, since each sum waits for the one before it.
HELPERS = """
cdef extern from *:
    \"\"\"
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define LOOP __attribute__((target_clones("avx512f", "avx2", "default"))) static
    #else
    #define LOOP static
    #endif
    typedef double *__restrict Out;
    typedef const double *__restrict In;

    LOOP void weigh(Out Y, double t, In B, double t1, In B1, double t2, In B2, double t3, In B3, int lanes) {
        for (int l = 0; l < lanes; l++) Y[l] = (((Y[l] + t * B[l]) + t1 * B1[l]) + t2 * B2[l]) + t3 * B3[l];
    }
    LOOP void add_weighed(Out Y, double t, In B, int lanes) {
        for (int l = 0; l < lanes; l++) Y[l] += t * B[l];
    }
    // Backward a cotangent of zero sends nothing, whatever it is multiplied with.
    #define SENT(g, p) ((g) != 0.0 ? (p) : 0.0)
    LOOP void send_weighed(Out T, double t, In G, int lanes) {
        for (int l = 0; l < lanes; l++) T[l] += SENT(G[l], G[l] * t);
    }
    LOOP void send_weighed_4(Out T, double t, In G, double t1, In G1, double t2, In G2, double t3, In G3,
                             int lanes) {
        for (int l = 0; l < lanes; l++)
            T[l] = (((T[l] + SENT(G[l], G[l] * t)) + SENT(G1[l], G1[l] * t1)) + SENT(G2[l], G2[l] * t2))
                 + SENT(G3[l], G3[l] * t3);
    }
    LOOP double product(In G, In B, int whole, int rest) {
        double s[4] = {0.0, 0.0, 0.0, 0.0};
        for (int l = 0; l < whole; l += 4)
            for (int e = 0; e < 4; e++) s[e] += SENT(G[l + e], G[l + e] * B[l + e]);
        for (int l = whole; l < whole + rest; l++) s[0] += SENT(G[l], G[l] * B[l]);
        return (s[0] + s[1]) + (s[2] + s[3]);
    }
    LOOP void product_4(In G, In B, In B1, In B2, In B3, int whole, int rest, double *y) {
        double s[4] = {0.0}, s1[4] = {0.0}, s2[4] = {0.0}, s3[4] = {0.0};
        for (int l = 0; l < whole; l += 4)
            for (int e = 0; e < 4; e++) {
                s[e] += SENT(G[l + e], G[l + e] * B[l + e]);
                s1[e] += SENT(G[l + e], G[l + e] * B1[l + e]);
                s2[e] += SENT(G[l + e], G[l + e] * B2[l + e]);
                s3[e] += SENT(G[l + e], G[l + e] * B3[l + e]);
            }
        for (int l = whole; l < whole + rest; l++) {
            s[0] += SENT(G[l], G[l] * B[l]);
            s1[0] += SENT(G[l], G[l] * B1[l]);
            s2[0] += SENT(G[l], G[l] * B2[l]);
            s3[0] += SENT(G[l], G[l] * B3[l]);
        }
        y[0] = (s[0] + s[1]) + (s[2] + s[3]);
        y[1] = (s1[0] + s1[1]) + (s1[2] + s1[3]);
        y[2] = (s2[0] + s2[1]) + (s2[2] + s2[3]);
        y[3] = (s3[0] + s3[1]) + (s3[2] + s3[3]);
    }
    // A layer: weights that all lanes share, the same inputs with lanes for each of its sums.
    static int is_layer(const int *I, const int *rows) {
        if (I[7] != 0 || I[10] == 0 || I[2] < 2) return 0;
        for (int k = 0; k < I[8]; k++) {
            const int x = I[6] + k * I[10];
            if (rows[x] < 0) return 0;
            for (int j = 0; j < I[2]; j++)
                if (rows[I[4] + j * I[5] + k * I[9]] >= 0 || (I[11] >= 0 && I[11] + j * I[12] == x)) return 0;
        }
        return 1;
    }
    LOOP void layer(const double *v, double *many, const int *I, const int *rows, int lanes) {
        const int n = I[8];
        for (int j = 0; j < I[2]; j++) {
            double *Y = many + (size_t)rows[I[3] + j] * lanes;
            const int s = I[11] < 0 ? -1 : I[11] + j * I[12];
            const double *W = v + I[4] + j * I[5];
            const double *S = s >= 0 && rows[s] >= 0 ? many + (size_t)rows[s] * lanes : NULL;
            const double first = s >= 0 && !S ? v[s] : 0.0;
            int b = 0;
            for (; b + 16 <= lanes; b += 16) {
                double y[16];
                for (int e = 0; e < 16; e++) y[e] = S ? S[b + e] : first;
                for (int k = 0; k < n; k++) {
                    const double t = W[k * I[9]];
                    const double *X = many + (size_t)rows[I[6] + k * I[10]] * lanes + b;
                    for (int e = 0; e < 16; e++) y[e] += t * X[e];
                }
                for (int e = 0; e < 16; e++) Y[b + e] = y[e];
            }
            for (; b < lanes; b++) {
                double y = S ? S[b] : first;
                for (int k = 0; k < n; k++)
                    y += W[k * I[9]] * many[(size_t)rows[I[6] + k * I[10]] * lanes + b];
                Y[b] = y;
            }
        }
    }
    static void layer_back(const double *v, double *g, const double *many, double *sums, const int *I,
                           const int *rows, const char *wanted, int lanes) {
        const int n = I[8], count = I[2], whole = lanes - lanes % 4, rest = lanes % 4;
        #define ROW(M, slot) ((M) + (size_t)rows[slot] * lanes)
        #define X_AT(k) (I[6] + (k) * I[10])
        for (int k = n - 1; k >= 0; k--) {
            const int x = X_AT(k);
            if (!wanted[x]) continue;
            double *T = ROW(sums, x);
            const double *W = v + I[4] + k * I[9];
            int j = count - 1;
            for (; j >= 3; j -= 4)
                send_weighed_4(T, W[j * I[5]], ROW(sums, I[3] + j), W[(j - 1) * I[5]],
                               ROW(sums, I[3] + j - 1), W[(j - 2) * I[5]], ROW(sums, I[3] + j - 2),
                               W[(j - 3) * I[5]], ROW(sums, I[3] + j - 3), lanes);
            for (; j >= 0; j--) send_weighed(T, W[j * I[5]], ROW(sums, I[3] + j), lanes);
        }
        for (int j = count - 1; j >= 0; j--) {
            const double *G = ROW(sums, I[3] + j);
            int k = n - 1;
            for (; k >= 3; k -= 4) {
                double y[4];
                product_4(G, ROW(many, X_AT(k)), ROW(many, X_AT(k - 1)), ROW(many, X_AT(k - 2)),
                          ROW(many, X_AT(k - 3)), whole, rest, y);
                for (int e = 0; e < 4; e++) g[I[4] + j * I[5] + (k - e) * I[9]] += y[e];
            }
            for (; k >= 0; k--)
                g[I[4] + j * I[5] + k * I[9]] += product(G, ROW(many, X_AT(k)), whole, rest);
            if (I[11] >= 0) {
                const int s = I[11] + j * I[12];
                if (rows[s] >= 0) {
                    double *T = ROW(sums, s);
                    if (wanted[s]) for (int l = 0; l < lanes; l++) T[l] += G[l];
                } else if (wanted[s]) {
                    double y[4] = {0.0};
                    for (int l = 0; l < whole; l += 4)
                        for (int e = 0; e < 4; e++) y[e] += G[l + e];
                    for (int l = whole; l < lanes; l++) y[0] += G[l];
                    g[s] += (y[0] + y[1]) + (y[2] + y[3]);
                }
            }
        }
    }
    // The fields of an instruction: count, out, w and its step, x and its step, length and both inner steps,
    // what the sums start from and its step.
    LOOP void multiply(double *v, const int *I) {
        const int count = I[2], w = I[4], wj = I[5], x = I[6], xj = I[7], n = I[8], wk = I[9], xk = I[10];
        double *y = v + I[3];
        for (int j = 0; j < count; j++) y[j] = I[11] < 0 ? 0.0 : v[I[11] + j * I[12]];
        if (wj == 1 && xj == 0 && count > 3) {
            for (int k = 0; k < n; k++) {
                const double t = v[x + k * xk];
                In W = v + w + k * wk;
                Out Y = y;
                for (int j = 0; j < count; j++) Y[j] += W[j] * t;
            }
            return;
        }
        int j = 0;
        for (; j + 3 < count; j += 4) {
            const double *W0 = v + w + j * wj, *W1 = W0 + wj, *W2 = W1 + wj, *W3 = W2 + wj;
            const double *X0 = v + x + j * xj, *X1 = X0 + xj, *X2 = X1 + xj, *X3 = X2 + xj;
            double y0 = y[j], y1 = y[j + 1], y2 = y[j + 2], y3 = y[j + 3];
            for (int k = 0; k < n; k++) {
                y0 += W0[k * wk] * X0[k * xk];
                y1 += W1[k * wk] * X1[k * xk];
                y2 += W2[k * wk] * X2[k * xk];
                y3 += W3[k * wk] * X3[k * xk];
            }
            y[j] = y0; y[j + 1] = y1; y[j + 2] = y2; y[j + 3] = y3;
        }
        for (; j < count; j++) {
            double y0 = y[j];
            for (int k = 0; k < n; k++) y0 += v[w + j * wj + k * wk] * v[x + j * xj + k * xk];
            y[j] = y0;
        }
    }
    // A chain: n factors, n others, and what the sum of their products begins with.
    static void chain(double *v, const int *I, const int *A) {
        const int n = I[8], *B = A + n;
        double y = v[A[2 * n]];
        for (int k = 0; k < n; k++) y += v[A[k]] * v[B[k]];
        v[I[3]] = y;
    }
    // What comes back to a factor that stands in several products is added up before it is written.
    static void chain_back(const double *v, double *g, const int *I, const int *A) {
        const int n = I[8], *B = A + n;
        const double h = g[I[3]];
        if (h == 0.0) return;
        int a = A[n - 1];
        double s = g[a];
        for (int k = n - 1; k >= 0; k--) {
            const int b = B[k];
            if (A[k] != a) {
                g[a] = s;
                a = A[k];
                s = g[a];
            }
            s += h * v[b];
            if (b == a) s += h * v[a];
            else g[b] += h * v[a];
        }
        g[a] = s;
        g[A[2 * n]] += h;
    }
    LOOP void multiply_back(const double *v, double *g, const int *I) {
        const int w = I[4], wj = I[5], x = I[6], xj = I[7], n = I[8], wk = I[9], xk = I[10];
        for (int j = I[2] - 1; j >= 0; j--) {
            const double h = g[I[3] + j];
            if (h == 0.0) continue;
            const int W = w + j * wj, X = x + j * xj;
            if (wk == 1 && xk == 1 && (W + n <= X || X + n <= W)) {
                Out gw = g + W, gx = g + X;
                In vw = v + W, vx = v + X;
                for (int k = 0; k < n; k++) {
                    gw[k] += h * vx[k];
                    gx[k] += h * vw[k];
                }
            } else if (xk == 0 && (X < W || X > W + (n - 1) * wk) && wk > 0) {
                const double u = v[X];
                double t = g[X];
                for (int k = 0; k < n; k++) g[W + k * wk] += h * u;
                for (int k = n - 1; k >= 0; k--) t += h * v[W + k * wk];
                g[X] = t;
            } else {
                for (int k = n - 1; k >= 0; k--) {
                    g[W + k * wk] += h * v[X + k * xk];
                    g[X + k * xk] += h * v[W + k * wk];
                }
            }
            if (I[11] >= 0) g[I[11] + j * I[12]] += h;
        }
    }
    \"\"\"
    void weigh(double *Y, double t, double *B, double t1, double *B1, double t2, double *B2, double t3,
               double *B3, int lanes) noexcept nogil
    void add_weighed(double *Y, double t, double *B, int lanes) noexcept nogil
    double product(double *G, double *B, int whole, int rest) noexcept nogil
    void send_weighed(double *T, double t, double *G, int lanes) noexcept nogil
    int is_layer(int *I, int *rows) noexcept nogil
    void layer(double *v, double *many, int *I, int *rows, int lanes) noexcept nogil
    void layer_back(double *v, double *g, double *many, double *sums, int *I, int *rows, char *wanted,
                    int lanes) noexcept nogil
    void chain(double *v, int *I, int *A) noexcept nogil
    void chain_back(double *v, double *g, int *I, int *A) noexcept nogil
    void multiply(double *v, int *I) noexcept nogil
    void multiply_back(double *v, double *g, int *I) noexcept nogil

cdef inline int factor(int *I, int *more, int j, int k, int c, int side) noexcept:
    if I[0] == PRODUCT:
        return I[4] + j * I[5] + k * I[9] if side == 0 else I[6] + j * I[7] + k * I[10]
    return more[I[4] + side * c + k]

cdef inline int start(int *I, int *more, int j, int c) noexcept:
    if I[0] == PRODUCT:
        return I[11] + j * I[12] if I[11] >= 0 else -1
    return more[I[4] + 2 * c] if I[0] == CHAIN else -1

"""
