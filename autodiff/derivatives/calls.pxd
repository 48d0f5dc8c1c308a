# Types for the compiled build of calls.py.
cimport autodiff.nodes.modes as modes
from autodiff.nodes.tensor cimport Tensor
from autodiff.nodes.value cimport Value

cpdef bint is_node(object x)
cpdef bint of_nodes(object x)
cpdef object lift(object x)
cpdef object differentiated(str what, object x)
cpdef object plain(object x)
cpdef tuple apart(object x)
