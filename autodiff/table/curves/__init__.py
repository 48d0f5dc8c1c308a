"""Kernels of curves that are not elementary, each with its loop over arrays: slopes, gamma functions.

Read `slopes` first, the derivatives of the inverse trigonometric functions, in forms that neither overflow
nor call another function, so that a loop over them runs in wide registers; `normal` is the
normal distribution, `gammas` has what SciPy's functions lack for their derivatives, `arrays` the same on
arrays.
"""
