"""Print the loops of numpy ufuncs over kernels: `_ufuncs.pxd`, with the kernels as C in it."""

import inspect

from autodiff.printers.native.kernels import c_kernels
from autodiff.printers.native.pulls import PULLED, printed
from autodiff.table import array_kernels

UFUNCS = """# Printed from the kernels and the table by autodiff/printers/native; not for editing.
cimport numpy as cnp
from autodiff.table._libm cimport power_of_two
from autodiff.table._loops cimport alike, like, size, start, whole

cdef extern from *:
    \"\"\"
    #include <fenv.h>
    #include <math.h>
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define CLONED __attribute__((target_clones("avx512f", "avx2", "default")))
    #else
    #define CLONED
    #endif
    // Numbers that lie together are read so that the compiler sees it; a kernel warns of nothing.
    #define LOOP1(NAME, T)                                                                          \\
    CLONED static void NAME##_##T(char **args, const npy_intp *n, const npy_intp *steps, void *p) {  \\
        const char *a = args[0];                                                                    \\
        char *y = args[1];                                                                          \\
        if (steps[0] == sizeof(T) && steps[1] == sizeof(T)) {                                       \\
            for (npy_intp i = 0; i < n[0]; i++) ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i]);        \\
        } else                                                                                      \\
            for (npy_intp i = 0; i < n[0]; i++, a += steps[0], y += steps[1])                       \\
                *(T *)y = (T)u_##NAME(*(const T *)a);                                               \\
        feclearexcept(FE_ALL_EXCEPT);                                                               \\
    }
    #define LOOP2(NAME, T)                                                                          \\
    CLONED static void NAME##_##T(char **args, const npy_intp *n, const npy_intp *steps, void *p) {  \\
        const char *a = args[0], *b = args[1];                                                      \\
        char *y = args[2];                                                                          \\
        const npy_intp w = sizeof(T);                                                               \\
        if (steps[2] == w && steps[0] == w && steps[1] == w) {                                      \\
            for (npy_intp i = 0; i < n[0]; i++)                                                     \\
                ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], ((const T *)b)[i]);                     \\
        } else if (steps[2] == w && steps[0] == w && steps[1] == 0 && n[0] > 0) {                    \\
            const T one = *(const T *)b;                                                            \\
            for (npy_intp i = 0; i < n[0]; i++) ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], one);   \\
        } else                                                                                      \\
            for (npy_intp i = 0; i < n[0]; i++, a += steps[0], b += steps[1], y += steps[2])        \\
                *(T *)y = (T)u_##NAME(*(const T *)a, *(const T *)b);                                \\
        feclearexcept(FE_ALL_EXCEPT);                                                               \\
    }
    #define LOOP3(NAME, T)                                                                          \\
    CLONED static void NAME##_##T(char **args, const npy_intp *n, const npy_intp *steps, void *p) {  \\
        const char *a = args[0], *b = args[1], *c = args[2];                                        \\
        char *y = args[3];                                                                          \\
        const npy_intp w = sizeof(T);                                                               \\
        if (steps[3] == w && steps[0] == w && steps[1] == w && steps[2] == w) {                     \\
            for (npy_intp i = 0; i < n[0]; i++)                                                     \\
                ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], ((const T *)b)[i], ((const T *)c)[i]);  \\
        } else if (steps[3] == w && steps[0] == w && !(steps[1] | steps[2]) && n[0] > 0) {           \\
            const T one = *(const T *)b, two = *(const T *)c;                                       \\
            for (npy_intp i = 0; i < n[0]; i++)                                                     \\
                ((T *)y)[i] = (T)u_##NAME(((const T *)a)[i], one, two);                             \\
        } else                                                                                      \\
            for (npy_intp i = 0; i < n[0]; i++, a += steps[0], b += steps[1], c += steps[2], y += steps[3]) \\
                *(T *)y = (T)u_##NAME(*(const T *)a, *(const T *)b, *(const T *)c);                 \\
        feclearexcept(FE_ALL_EXCEPT);                                                               \\
    }
@kernels
    static const char KINDS[] = {
        NPY_FLOAT, NPY_FLOAT, NPY_FLOAT, NPY_FLOAT, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE
    };
    static void *NONE[] = {0, 0};
@loops
@bodies
    static PyObject *made(PyUFuncGenericFunction *loops, int width, const char *name) {
        return PyUFunc_FromFuncAndData(
            loops, NONE, KINDS + 3 - width, 2, width, 1, PyUFunc_None, name, "", 0
        );
    }
    \"\"\"
    ctypedef void (*inner)(char **args, const cnp.npy_intp *n, const cnp.npy_intp *steps, void *p)
    object made(inner *loops, int width, const char *name)
@declared
@pulls

cdef extern from "numpy/ufuncobject.h":
    pass

cdef inline object ufunc_of(str name):
    cnp.import_array()
    cnp.import_umath()
@cases
    return None
"""


def ufuncs_source() -> str:
    """Return the text of `_ufuncs.pxd`."""
    looped = array_kernels.LOOPED
    names = sorted(looped)
    widths = {n: len(inspect.signature(looped[n]).parameters) for n in names}
    pulls = printed()
    kernels = c_kernels([*looped.values(), *pulls.kernels])
    parts = {
        "kernels": kernels.values(),
        "loops": [
            f"    LOOP{widths[n]}({n}, float) LOOP{widths[n]}({n}, double)\n"
            f"    static PyUFuncGenericFunction of_{n}[] = {{{n}_float, {n}_double}};"
            for n in names
        ],
        "bodies": pulls.bodies,
        "declared": [f"    inner *of_{n}" for n in names],
        "pulls": [PULLED],
        "cases": [
            f'    if name == "{n}":\n        return made(of_{n}, {widths[n]}, "{n}")' for n in names
        ],
    }
    text = UFUNCS
    for what, lines in parts.items():
        text = text.replace(f"@{what}", "\n".join(lines))
    return text
