"""SciPy's functions on nodes, under SciPy's names: special, stats, linalg, signal, optimize.

SciPy computes the values (an extra: `python -m pip install 'autodiff-nets[scipy]'`); the derivatives are
rows of the table, entered when a module here is first imported. From then on `scipy.special`'s own ufuncs
answer nodes, too. Read `special` first; users come in here, no wing does.

>>> import autodiff as ad
>>> from autodiff.scipy.special import gammaln
>>> round(ad.grad(gammaln)(3.0), 12) == round(1.5 - 0.5772156649015329, 12)
True
"""
