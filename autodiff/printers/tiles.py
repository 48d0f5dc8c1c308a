"""The class `Tile` of the compiled machine: a stretch of pointwise rows over arrays, block by block.

A block of a few thousand numbers goes through all steps before the next one is begun, so what lies
between two steps stays in the cache. A step is the loop inside numpy's own ufunc, called without numpy's
preparations, so its bits are numpy's and its instructions the widest that the processor has; or the loop
of a kernel, printed from the table; or, where there is neither, the row's function of arrays, given the
block. Where the work is large, threads share the blocks: every number is computed by the same loop, so
their number changes no bit. The plain twin of the class stands in `graphs.blocks.tiles`.
"""

from autodiff.table.primitive import TABLE, Pointwise

# Rows whose loop is that of their kernel: on arrays they have the kernel's bits.
KERNELS = ("squared_error", "where")

TILE = """
from _thread import allocate_lock

cimport numpy as cnp
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from autodiff.programs._blocks cimport (
    Stretched, chain_all, chain_from, chain_with, stretch_block, stretch_weighed,
)
from autodiff.table._ufunc cimport PyUFuncObject
from autodiff.printers.interpreter import takes_out

ctypedef void (*inner_loop)(
    char **args, const cnp.npy_intp *n, const cnp.npy_intp *steps, void *data
) noexcept nogil

cdef struct Step:
    inner_loop loop  # NULL where a Python function is called
    void *data
    int width  # of operands and result
    int[4] slots
    Stretched[2] stretched  # of operands that are read so; no axes where they are not

cdef struct Slot:
    char *start
    Py_ssize_t length  # of what lies in it
    cnp.npy_intp stride, moving  # bytes from number to number; from block to block, a number of it


cdef class Tile:
    \"\"\"A stretch of rows on its own memory; see `graphs.blocks.tiles`.\"\"\"
    cdef Step *steps
    cdef Slot *slots
    cdef Py_ssize_t size, block, item
    cdef int kind, count
    cdef bint compiled  # every row has a loop
    cdef list arrays, functions, helpers
    cdef object given, fresh, like, plan, kept

    def __cinit__(self, plan, *kept):
        cdef int i, k
        self.steps = <Step *>PyMem_Malloc(max(1, len(plan.steps)) * sizeof(Step))
        self.slots = <Slot *>PyMem_Malloc(max(1, plan.slots) * sizeof(Slot))
        if self.steps == NULL or self.slots == NULL:
            raise MemoryError
        self.size, self.block, self.item = plan.size, plan.block, plan.like.itemsize
        for slot, length in enumerate(plan.lengths):
            self.slots[slot].length = length
        self.kind = plan.like.dtype.num
        self.given, self.fresh, self.like = plan.given, plan.fresh, plan.like
        self.arrays, self.functions = [None] * plan.slots, []
        self.plan, self.kept, self.helpers = plan, kept, []
        self.count, self.compiled = len(plan.steps), True
        for i, (row, places) in enumerate(plan.steps):
            self.steps[i].width = len(places)
            for k in range(len(places)):
                self.steps[i].slots[k] = places[k]
            self.steps[i].loop = NULL
            self.steps[i].stretched[0].axes = self.steps[i].stretched[1].axes = 0
            self.functions.append(getattr(row, "array", None))
            if self.functions[i] is None:
                for k, part in enumerate(row if len(row) == 2 else (row,)):
                    self.measure(&self.steps[i].stretched[k], part)
                continue
            self.find(&self.steps[i], row, plan.like.dtype.num)
            self.compiled = self.compiled and self.steps[i].loop != NULL
        for slot, x in zip(plan.kept, kept, strict=True):
            self.put(slot, x)
        for slot in plan.blocks:
            self.put(slot, np.empty(min(self.block, self.size) if plan.like.ndim else (), plan.like.dtype))
            self.slots[slot].moving = 0

    def __dealloc__(self):
        PyMem_Free(self.steps)
        PyMem_Free(self.slots)

    cdef int measure(self, Stretched *stretched, step) except -1:
        cdef int a
        stretched.axes, stretched.item = len(step.axes), self.item
        stretched.first, stretched.end = step.first, step.end
        for a, (extent, stride) in enumerate(step.axes):
            stretched.extents[a], stretched.strides[a] = extent, stride * self.item
        return 0

    cdef int find(self, Step *step, row, int kind) except -1:
        \"\"\"Find the loop of a row on numbers of one type.\"\"\"
        cdef PyUFuncObject *ufunc
        cdef int k, j
        found = getattr(row.array, "loop", row.ufunc)
        if found is not None:
            ufunc = <PyUFuncObject *>found
            for k in range(ufunc.ntypes):
                for j in range(step.width):
                    if ufunc.types[step.width * k + j] != kind:
                        break
                else:
                    step.loop, step.data = <inner_loop>ufunc.functions[k], ufunc.data[k]
                    return 0
        elif kind == cnp.NPY_DOUBLE:
            step.loop, step.data = <inner_loop>kernel_loop(row.code), NULL
        return 0

    cdef int put(self, int slot, x) except -1:
        cdef cnp.ndarray array = x
        self.arrays[slot] = x
        self.slots[slot].start = <char *>cnp.PyArray_DATA(array)
        self.slots[slot].stride = self.item if cnp.PyArray_SIZE(array) > 1 else 0
        self.slots[slot].moving = self.slots[slot].stride
        return 0

    def __call__(self, *arrays):
        \"\"\"Run on the arrays of this call; return the results that are arrays of their own.\"\"\"
        cdef Py_ssize_t at, k
        found = []
        for slot, x in zip(self.given, arrays):
            if cnp.PyArray_TYPE(x) != self.kind or cnp.PyArray_SIZE(x) != self.slots[slot].length:
                raise ValueError(f"the program was recorded for other arrays than one of shape {x.shape}")
            if not cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x):
                x = np.ascontiguousarray(x)
            self.put(slot, x)
        for slot in self.fresh:
            if slot < 0:  # an argument that was given up
                found.append(self.arrays[-slot - 1])
                continue
            x = np.empty(self.like.shape, self.like.dtype)
            self.put(slot, x)
            found.append(x)
        try:
            if self.compiled:
                self.share()
            else:
                for at in range(0, self.size, self.block):
                    self.run(at, min(self.block, self.size - at))
        finally:
            for slot in self.given:
                self.arrays[slot] = None
            for slot in self.fresh:
                if slot >= 0:
                    self.arrays[slot] = None
        return found[0] if len(found) == 1 else found

    cdef int share(self) except -1:
        \"\"\"Run all blocks, in threads where that pays.\"\"\"
        cdef Py_ssize_t n = self.size, part
        threads = self.plan.threads
        part = threads.part(n, self.count, self.block)
        if part >= n:
            self.stretch(0, n)
            return 0
        while len(self.helpers) < (n - 1) // part:
            self.helpers.append(Tile(self.plan, *self.kept))
        jobs = []
        try:
            for helper, at in zip(self.helpers, range(part, n, part)):
                running = allocate_lock()
                running.acquire()
                jobs.append(running)
                threads.jobs.put((helper.run_part, (self, at, min(at + part, n)), running))
            with nogil:
                self.stretch(0, part)
        finally:  # of C's calls alone, so that no signal comes between them
            self.settle(jobs)
        return 0

    cdef int settle(self, list jobs) except -1:
        \"\"\"Wait for threads, which write into arrays; what a signal raises meanwhile is raised then.\"\"\"
        stopped = None
        for running in jobs:
            while True:
                try:
                    running.acquire()
                    break
                except BaseException as error:
                    stopped = error
        if stopped is not None:
            raise stopped
        return 0

    def run_part(self, Tile whole, Py_ssize_t at, Py_ssize_t end):
        \"\"\"Run some blocks of another tile, with scratch memory of its own.\"\"\"
        for slot in (*self.given, *self.fresh):
            if slot >= 0:  # else an argument that was given up, which is among the given
                self.slots[slot] = whole.slots[slot]
        with nogil:
            self.stretch(at, end)

    cdef void step(self, Step *step, Py_ssize_t at, cnp.npy_intp n) noexcept nogil:
        \"\"\"Take one block through a step, by its loop.\"\"\"
        cdef int k
        cdef char *args[4]
        cdef cnp.npy_intp[4] strides
        cdef Slot *slot
        for k in range(step.width):
            slot = &self.slots[step.slots[k]]
            args[k] = slot.start + at * slot.moving
            strides[k] = slot.stride
        if step.stretched[1].axes:
            stretch_weighed(
                &step.stretched[0], <double *>self.slots[step.slots[0]].start, &step.stretched[1],
                <double *>self.slots[step.slots[1]].start, <double *>args[2], <double *>args[3], at, n,
            )
        elif step.stretched[0].axes:
            stretch_block(&step.stretched[0], self.slots[step.slots[0]].start, args[1], at, n)
        else:
            step.loop(args, &n, strides, step.data)

    cdef void stretch(self, Py_ssize_t at, Py_ssize_t end) noexcept nogil:
        \"\"\"Take blocks through all steps.\"\"\"
        cdef cnp.npy_intp n
        cdef int i
        while at < end:
            n = min(self.block, end - at)
            for i in range(self.count):
                self.step(&self.steps[i], at, n)
            at += n

    cdef int run(self, Py_ssize_t at, cnp.npy_intp n) except -1:
        \"\"\"Take one block through all steps, some of which are functions of Python's.\"\"\"
        cdef int i, k
        for i in range(self.count):
            step = &self.steps[i]
            if step.loop != NULL or step.stretched[0].axes:
                self.step(step, at, n)
                continue
            *xs, y = [self.view(step.slots[k], at, n) for k in range(step.width)]
            if takes_out(self.functions[i]):
                self.functions[i](*xs, out=y)
            else:
                y[...] = self.functions[i](*xs)
        return 0

    cdef view(self, int slot, Py_ssize_t at, Py_ssize_t n):
        x = self.arrays[slot]
        if not self.slots[slot].stride:
            return x.reshape(-1)
        if not self.slots[slot].moving:
            return x[:n]
        return x.reshape(-1)[at : at + n]
"""

CHAIN = """
cdef void loop_chain(char **args, const cnp.npy_intp *n, const cnp.npy_intp *steps, void *data) noexcept:
    cdef double *g = <double *>args[0]
    cdef double *d = <double *>args[1]
    if steps[1] == 0:
        chain_with(g, d[0], <double *>args[2], n[0])
    elif steps[0] == 0:
        chain_from(g[0], d, <double *>args[2], n[0])
    else:
        chain_all(g, d, <double *>args[2], n[0])
"""


def tile_source() -> str:
    """Return the text of the loops of kernels and of the class `Tile`."""
    lines, cases = (
        [CHAIN],
        [f"    if code == {TABLE['chain'].code}:", "        return <void *>loop_chain"],
    )
    for name in KERNELS:
        row = TABLE[name]
        assert isinstance(row, Pointwise)
        xs = ", ".join(f"(<double *>(args[{k}] + i * steps[{k}]))[0]" for k in range(row.arity))
        lines += [
            f"cdef void loop_{name}(char **args, const cnp.npy_intp *n, const cnp.npy_intp *steps, "
            f"void *data) noexcept:",
            "    cdef cnp.npy_intp i",
            "    for i in range(n[0]):",
            f"        (<double *>(args[{row.arity}] + i * steps[{row.arity}]))[0] = k_{name}({xs})",
        ]
        cases += [f"    if code == {row.code}:", f"        return <void *>loop_{name}"]
    head = ["cdef void *kernel_loop(int code) noexcept:", *cases, "    return NULL"]
    return "\n".join([TILE, "", *lines, *head, ""])
