# The compiled twin of places.py: an array of addresses. References to those that wait are borrowed.
from autodiff.nodes._memory cimport AHEAD, Node, soon
from cpython.ref cimport PyObject
from libc.stdlib cimport realloc
from libc.string cimport memcpy, memset

cdef struct Row:
    Py_ssize_t size
    Node **nodes

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
    cdef Node **nodes = <Node **>realloc(row.nodes, size * sizeof(Node *))
    if nodes == NULL:
        raise MemoryError("no memory to put the graph in order")
    memset(nodes + row.size, 0, (size - row.size) * sizeof(Node *))
    row.nodes = nodes
    row.size = size
    return True

cdef inline Py_ssize_t put(Places row, Py_ssize_t place, Node *node) except -1:
    if place >= row.size:
        widen(row, place)
    row.nodes[place] = node
    return place + 1

cdef inline Node *take(Places row, Py_ssize_t place) noexcept:
    cdef Node *node = row.nodes[place]
    if node != NULL:
        soon(<char *>node - AHEAD)
        row.nodes[place] = NULL
    return node

cdef inline bint nothing(Node *node) noexcept:
    return node == NULL or <PyObject *>node == <PyObject *>None

cdef inline Node *bare(object node) noexcept:
    return <Node *><PyObject *>node

cdef inline object whole(Node *node):
    return <object><PyObject *>node

cdef inline void shift(Places row, Py_ssize_t place, Py_ssize_t end) noexcept:
    """Let the row begin at `place`; nobody waits before it, nor beyond `end`, at most twice as far."""
    memcpy(row.nodes, row.nodes + place, (end - place) * sizeof(Node *))
    memset(row.nodes + place, 0, (end - place) * sizeof(Node *))

cdef inline void forget(Places row) noexcept:
    """Empty all places; a wide row gives its memory back."""
    if row.size > 262144:
        row.nodes = <Node **>realloc(row.nodes, sizeof(Node *))
        row.size = 0
    else:
        memset(row.nodes, 0, row.size * sizeof(Node *))
