# The compiled twin of places.py: an array of addresses. References to those that wait are borrowed.
from cpython.ref cimport Py_INCREF, PyObject
from libc.stdlib cimport realloc
from libc.string cimport memcpy, memset

cdef extern from "Python.h":
    Py_ssize_t references "Py_REFCNT" (object node)
    void release "Py_DECREF" (PyObject *node)

cdef struct Row:
    Py_ssize_t size
    PyObject **nodes

ctypedef Row *Places

cdef inline Py_hash_t address(object node) noexcept:
    return <Py_hash_t>(<size_t><void *>node >> 4)

cdef inline Places places() noexcept:
    cdef Places row = <Places>realloc(NULL, sizeof(Row))
    row.size = 0
    row.nodes = NULL
    return row

cdef inline bint widen(Places row, Py_ssize_t place) except -1:
    cdef Py_ssize_t size = place + place // 4 + 1024
    cdef PyObject **nodes = <PyObject **>realloc(row.nodes, size * sizeof(PyObject *))
    if nodes == NULL:
        raise MemoryError("no memory to put the graph in order")
    memset(nodes + row.size, 0, (size - row.size) * sizeof(PyObject *))
    row.nodes = nodes
    row.size = size
    return True

cdef inline Py_ssize_t put(Places row, Py_ssize_t place, object node) except -1:
    if place >= row.size:
        widen(row, place)
    row.nodes[place] = <PyObject *>node
    return place + 1

cdef inline object take(Places row, Py_ssize_t place, object nobody):
    cdef PyObject *node = row.nodes[place]
    if node == NULL:
        return None
    row.nodes[place] = NULL
    return <object>node

cdef inline void shift(Places row, Py_ssize_t place, Py_ssize_t end) noexcept:
    """Let the row begin at `place`; nobody waits before it, nor beyond `end`, at most twice as far."""
    memcpy(row.nodes, row.nodes + place, (end - place) * sizeof(PyObject *))
    memset(row.nodes + place, 0, (end - place) * sizeof(PyObject *))

cdef inline bint keep(Places row, Py_ssize_t place, object node) except -1:
    """Put a node and a reference to it in its place."""
    put(row, place, node)
    Py_INCREF(node)
    return True

cdef inline bint drop(Places row, Py_ssize_t place) noexcept:
    """Give up the reference to the node that waits at `place`, if one does."""
    cdef PyObject *node = row.nodes[place]
    if node == NULL:
        return False
    row.nodes[place] = NULL
    release(node)
    return True

cdef inline void forget(Places row) noexcept:
    """Empty all places; a wide row gives its memory back."""
    if row.size > 262144:
        row.nodes = <PyObject **>realloc(row.nodes, sizeof(PyObject *))
        row.size = 0
    else:
        memset(row.nodes, 0, row.size * sizeof(PyObject *))
