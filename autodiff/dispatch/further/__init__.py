"""numpy's further functions on nodes: grids of numbers, polynomials, sets, histograms, loops over an axis.

Each is a short formula on functions of the modules around; a set or a histogram asks numpy itself which
elements it takes, and takes those of the node. Read `polynomials` first; `reasons` says why what is
left over is refused.
"""
