# Types for the compiled build of tensor.py.
cimport autodiff.table._loops as loops
cimport cython
cimport autodiff.nodes.modes as modes
cimport autodiff.table.structure as structure
from autodiff.nodes.array_node cimport ArrayNode, fill
from autodiff.nodes.value cimport Value


@cython.final
cdef class Tensor(ArrayNode):
    pass

cpdef object operand(object x, object dtype, object row)
@cython.locals(node=Tensor)
cdef Tensor of_array(object array)
@cython.locals(t=Tensor, u=Tensor, needs=bint, parents=list, arrays=list)
cdef tuple operands(tuple args, object row)
@cython.locals(node=Tensor, needs=bint, parents=tuple, arrays=tuple)
cpdef object record(object row, tuple args, object params=*)
