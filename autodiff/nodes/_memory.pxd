# Where compiled nodes live: a pool of those that were freed, and the order in which a graph is freed.
#
# A new node is the last that came to the pool. A graph is freed newest node first, so the next graph of
# the same shape lies in memory in the order in which it is recorded, and the caches can foresee it: each
# node that nobody else holds waits at its distance in creation from the newest. Nothing recurses, however
# deep the graph is. `Node` is a Value as C sees it; references to nodes that wait belong to the row.
from cpython.object cimport PyObject, PyTypeObject
from libc.stdlib cimport calloc, realloc
from libc.math cimport NAN
from libc.string cimport memset

ctypedef void (*Dealloc)(PyObject *node) noexcept
ctypedef PyObject *(*Alloc)(PyTypeObject *kind, Py_ssize_t n) noexcept
ctypedef PyObject *(*New)(PyTypeObject *kind, PyObject *args, PyObject *options) except NULL

cdef extern from *:
    """
    #if defined(__GNUC__)
    #define autodiff_soon(node) __builtin_prefetch(node, 1)
    #else
    #define autodiff_soon(node) ((void)(node))
    #endif
    #define autodiff_names(kind) ((kind)->tp_dict)
    static newfunc autodiff_replace(PyTypeObject *kind, destructor dealloc, allocfunc alloc, newfunc make) {
        newfunc before = kind->tp_new;
        kind->tp_dealloc = dealloc;
        kind->tp_alloc = alloc;
        kind->tp_new = make;
        if (kind->tp_as_sequence) kind->tp_as_sequence->sq_item = NULL;  /* `x[...]` makes no sequence of a number */
        PyType_Modified(kind);
        return before;
    }
    """
    void soon "autodiff_soon" (void *node) noexcept
    void lookup_again "PyType_Modified" (PyTypeObject *kind) noexcept
    PyObject *names "autodiff_names" (PyTypeObject *kind) noexcept
    New replace "autodiff_replace" (PyTypeObject *kind, Dealloc dealloc, Alloc alloc, New make) noexcept

cdef extern from "Python.h":
    Py_ssize_t references "Py_REFCNT" (void *node) noexcept
    void set_references "Py_SET_REFCNT" (void *node, Py_ssize_t n) noexcept
    void retain "Py_INCREF" (void *node) noexcept
    void release "Py_DECREF" (void *node) noexcept
    PyObject *nobody "Py_None"
    PyObject *generic "PyType_GenericAlloc" (PyTypeObject *kind, Py_ssize_t n) noexcept
    void free "PyObject_Free" (void *node) noexcept
    unsigned long HEAP "Py_TPFLAGS_HEAPTYPE"
    Py_ssize_t length "PyTuple_GET_SIZE" (PyObject *args) noexcept

cdef struct Node:
    PyObject head
    Node *_a
    Node *_b
    double _da
    double _db
    double _grad
    double _plain
    unsigned int _stamp
    short _code
    short _side
    long long _seq
    double _data
    PyObject *_more

cdef enum:
    KEPT = 131072  # nodes that the pool holds, at most
    NEAR = 65536  # places that may be empty
    AHEAD = 1024  # bytes to a node whose turn comes a little later
    LINE = 64  # bytes that a cache fetches at once

cdef struct Heap:
    PyTypeObject *kind
    New make  # how the compiler makes a node
    long long newest  # the first of the graph that is being freed; 0 between graphs
    Py_ssize_t kept, waiting, far, size, wide
    Node **row
    Node **distant
    Node *pool[131072]

cdef inline Heap *heap() noexcept:
    return <Heap *>calloc(1, sizeof(Heap))

cdef inline Node *fresh(Heap *h) except NULL:
    """Return room for a node, to which there is no reference yet."""
    cdef Node *node
    if h.kept > 0:
        h.kept -= 1
        node = h.pool[h.kept]
        soon(<char *>node + AHEAD)
        soon(<char *>node + AHEAD + LINE)
    else:
        node = <Node *>generic(h.kind, 0)
        if node == NULL:
            raise MemoryError("no memory for another node")
    set_references(node, 0)
    return node

cdef inline object node(
    Heap *h, long long seq, int code, double y, double da, double db, object a, object b, int side, double plain
):
    """Return a node that was computed; b is None where it has one operand."""
    cdef Node *n = fresh(h)
    retain(<void *>a)
    retain(<void *>b)
    retain(nobody)
    n._a = <Node *><void *>a
    n._b = <Node *><void *>b
    n._da = da
    n._db = db
    n._grad = 0.0
    n._plain = plain
    n._stamp = 0
    n._code = code
    n._side = side
    n._seq = seq
    n._data = y
    n._more = nobody
    return <object><PyObject *>n

cdef inline PyObject *blank(Heap *h) noexcept:
    """Return room for a node that `__init__` or `__new__` makes, all zero."""
    cdef Node *node
    if h.kept == 0:
        return generic(h.kind, 0)
    h.kept -= 1
    node = h.pool[h.kept]
    memset(<char *>node + sizeof(PyObject), 0, sizeof(Node) - sizeof(PyObject))
    set_references(node, 1)
    return <PyObject *>node

cdef inline void keep(Heap *h, Node *node) noexcept:
    """Put a node that was freed into the pool."""
    cdef PyTypeObject *kind = h.kind
    if h.kept < KEPT:
        h.pool[h.kept] = node
        h.kept += 1
    else:
        free(node)
        if kind.tp_flags & HEAP:
            release(kind)

cdef inline bint widen(Node ***row, Py_ssize_t *size, Py_ssize_t place) noexcept:
    """Make room for a place in a row; return whether there was memory."""
    cdef Py_ssize_t wide = place + place // 4 + 1024
    cdef Node **found = <Node **>realloc(row[0], wide * sizeof(Node *))
    if found == NULL:
        return False
    memset(found + size[0], 0, (wide - size[0]) * sizeof(Node *))
    row[0] = found
    size[0] = wide
    return True

cdef inline void hand_over(Heap *h, Node *x) noexcept:
    """Give up a reference to an operand; where it is the last, put the operand in line for freeing."""
    cdef long long place
    if references(x) > 1 or x._a == NULL or <PyObject *>x._a == nobody:  # None has many
        release(x)
        return
    place = h.newest - x._seq
    if 0 < place <= 8 * h.waiting + NEAR:
        if place < h.size or widen(&h.row, &h.size, place):
            h.row[place] = x
            h.waiting += 1
            return
    elif h.far < h.wide or widen(&h.distant, &h.wide, h.far):
        h.distant[h.far] = x
        h.far += 1
        return
    release(x)

cdef inline void forsake(Heap *h, Node *node) noexcept:
    """Free a node that nobody holds: its operands are handed over, its room is kept."""
    cdef Node *a = node._a
    cdef Node *b = node._b
    if a != NULL:
        hand_over(h, a)
    if b != NULL:
        hand_over(h, b)
    if node._more != NULL:
        release(node._more)
    keep(h, node)

cdef inline void dealloc(Heap *h, Node *node) noexcept:
    """Free a node and all that only it holds, newest first."""
    cdef Py_ssize_t place = 1
    cdef Node *next
    if h.newest != 0:
        forsake(h, node)
        return
    h.newest = node._seq
    forsake(h, node)
    while True:
        while h.waiting > 0:
            next = h.row[place]
            if next != NULL:
                soon(<char *>next - AHEAD)
                h.row[place] = NULL
                h.waiting -= 1
                set_references(next, 0)
                forsake(h, next)
            place += 1
        if h.far == 0:
            break
        h.far -= 1
        next = h.distant[h.far]
        h.newest = next._seq
        place = 1
        set_references(next, 0)
        forsake(h, next)
    h.newest = 0
    if h.size > 262144:
        h.row = <Node **>realloc(h.row, sizeof(Node *))
        h.size = 0

cdef inline PyObject *made(Heap *h, PyTypeObject *kind, PyObject *args, PyObject *options, str unmade) except NULL:
    """Return room for a node that has been given its number, which `__init__` will put there."""
    cdef Node *node
    if length(args) == 0 and options == NULL:
        raise TypeError(unmade)
    node = <Node *>h.make(kind, args, options)
    node._code = -2  # a constant, and no number, until then
    node._data = NAN
    return <PyObject *>node

cdef inline bint rule(
    Heap *h, object kind, void (*dealloc)(Node *) noexcept, Alloc alloc, New make
) except -1:
    """Let the nodes of a class be made and freed here; its fields are those of `Node`."""
    if kind.__basicsize__ != sizeof(Node):
        raise SystemError(f"{kind.__name__} has {kind.__basicsize__} bytes, Node has {sizeof(Node)}")
    h.kind = <PyTypeObject *>kind
    h.make = replace(h.kind, <Dealloc>dealloc, alloc, make)
    return True

cdef inline bint given(object kind, dict attributes) except -1:
    """Give a class what Python's `setattr` would, which leaves classes written in C alone."""
    (<dict>names(<PyTypeObject *>kind)).update(attributes)
    lookup_again(<PyTypeObject *>kind)
    return True
