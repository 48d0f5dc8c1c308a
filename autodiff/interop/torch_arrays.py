"""PyTorch's functions on whole arrays under numpy's names, as `interop.arrays` asks for them."""

from types import SimpleNamespace
from typing import Any

import numpy as np


def along_one(torch: Any, x: Any, z: Any, padding: int) -> Any:
    """Return the sums of products of x with z moved along it."""
    kind = torch.promote_types(x.dtype, z.dtype)
    x, z = x.to(kind)[None, None], z.to(kind)[None, None]
    return torch.nn.functional.conv1d(x, z, padding=padding)[0, 0]


def arrays(torch: Any) -> Any:
    """Return a namespace that reads like numpy and computes on tensors."""
    t = torch
    linalg = SimpleNamespace(
        inv=t.linalg.inv, solve=t.linalg.solve, det=t.linalg.det, slogdet=t.linalg.slogdet,
        cholesky=t.linalg.cholesky, eigh=t.linalg.eigh, svd=t.linalg.svd, qr=t.linalg.qr,
        pinv=lambda a, rcond: t.linalg.pinv(a, rtol=rcond),
    )  # fmt: skip
    return SimpleNamespace(
        linalg=linalg,
        fft=SimpleNamespace(rfft=lambda x, n, axis: t.fft.rfft(x, n, dim=axis)),
        matmul=t.matmul,
        einsum=t.einsum, real=t.real, imag=t.imag, tril=t.tril, stack=t.stack, min=t.amin, max=t.amax,
        zeros_like=t.zeros_like, swapaxes=t.swapaxes, moveaxis=t.moveaxis, cumsum=t.cumsum,
        cumprod=t.cumprod, broadcast_arrays=t.broadcast_tensors,
        asarray=lambda x, dtype: t.as_tensor(x).to(dtype),
        concatenate=lambda xs, axis: t.cat(xs, dim=axis),
        flip=lambda x, axis: t.flip(x, (axis,)),
        prod=lambda x, axis, keepdims: t.prod(x, axis, keepdim=keepdims),
        argsort=lambda x, axis: t.argsort(x, dim=axis, stable=True),
        take=lambda x, places, axis: t.index_select(x, axis, t.as_tensor(np.asarray(places))),
        take_along_axis=lambda x, places, axis: t.take_along_dim(x, places, dim=axis),
        convolve=lambda x, z: along_one(t, x, z.flip(0), z.shape[0] - 1),
        correlate=lambda x, z: along_one(t, x, z, 0),
    )  # fmt: skip
