"""Graphs in other people's tools: SymPy, NetworkX, ONNX, PyTorch, JAX and JSON.

Each export starts from the snapshot, so it carries the user's names, and each needs an optional
extra of its own that is imported when it is called. Read `programs` first, which prints a graph for PyTorch
and JAX; the other modules are one export each. `formulas` says once what every operation is in
terms of elementary functions; a *dialect* says how the other library spells those. Graphs come in here by
their methods, and nobody else.
"""

from autodiff.interop.json_export import to_json
from autodiff.interop.networkx_export import to_networkx
from autodiff.interop.onnx_export import to_onnx
from autodiff.interop.programs import to_jax, to_torch
from autodiff.interop.sympy_export import to_sympy

__all__ = ["to_jax", "to_json", "to_networkx", "to_onnx", "to_sympy", "to_torch"]
