"""Neural networks as the documents describe them, built on the public API of `autodiff`.

`Network` is the documents' network of matrices, `nets.scalar` the same of single Values,
`nets.closed_form` the documents' equations by hand, and `nets.data` brings real digits.
"""

from nets.network import Network

__all__ = ["Network"]
