"""Sums of products in C: what the compiler can turn into wide instructions, made three times on x86.

A product of a matrix and a vector runs four sums at a time; with lanes it is a layer (`native.layers`).
The order of adding is always that of one product after the other.
"""

from autodiff.printers.native.layers import layers_source

# A neuron's weights are shared by the lanes and its inputs are not. Four products a pass over the sum,
# and pointers that the compiler may take as apart, are twice as fast; the order of adding is the same.
# Rows of a product take turns four by four, since each sum waits for the one before it.
HELPERS = """
cdef extern from *:
    \"\"\"
    #include <float.h>
    #include <math.h>
    #include <string.h>
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
    #define TOTAL(s) ((((s)[0] + (s)[1]) + ((s)[2] + (s)[3])) + (((s)[4] + (s)[5]) + ((s)[6] + (s)[7])))
    LOOP double product(In G, In B, int stride) {
        double s[8] = {0.0};
        for (int l = 0; l < stride; l += 8)
            for (int e = 0; e < 8; e++) s[e] += SENT(G[l + e], G[l + e] * B[l + e]);
        return TOTAL(s);
    }
@layers
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
    static void chain_back(const double *v, double *g, const int *I, const int *A, const char *wanted) {
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
            else if (wanted[b]) g[b] += h * v[a];
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
    double TOTAL(double *s) noexcept nogil
    double product(double *G, double *B, int stride) noexcept nogil
    void send_weighed(double *T, double t, double *G, int lanes) noexcept nogil
    int is_layer(int *I, int *rows) noexcept nogil
    void layer(double *v, double *many, int *I, int *rows, int stride) noexcept nogil
    void layer_back(double *v, double *g, double *many, double *sums, int *I, int *rows, char *wanted,
                    int stride) noexcept nogil
    void chain(double *v, int *I, int *A) noexcept nogil
    void chain_back(double *v, double *g, int *I, int *A, char *wanted) noexcept nogil
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

""".replace("@layers", layers_source().strip("\n"))
