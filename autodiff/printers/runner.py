"""The class `Runner` of the compiled machine, the memory of one run, and calls in one go.

A runner asks for the arrays' memory once, when it is made, so that a run of a small program costs no more
than its arithmetic; its plain twin stands in `interpreter`. `BoundCall` is what a bound call is made of, and
`Quick` a call that looks as the one before: both cross from Python once a call.
"""

RUNNER = """
cimport numpy as cnp
from cpython.contextvars cimport get_value
from libc.string cimport memcpy
from autodiff.nodes.modes cimport Mode
from autodiff.table.tree cimport _follow, _put_together
import numpy as np
from numpy import copyto
from autodiff.nodes.leaving import INSIDE
from autodiff.nodes.modes import MODE
from autodiff.nodes.tensor import Tensor
from autodiff.nodes.value import Value

cnp.import_array()
NODES = (Value, Tensor)

cdef inline bint nested() except -1:
    \"\"\"Return whether this is inside a transform or a trace, where results are nodes again.\"\"\"
    return get_value(INSIDE) is not None or (<Mode>get_value(MODE)).guards is not None

@cython.final
cdef class Runner:
    \"\"\"One run's memory, bound to a program; `step` is a run forward and backward in one call.

    `guards` are rows of sign, slot, slot and outcome, a slot being -1 where the number in `against`
    stands; they are looked at without lanes only.
    \"\"\"
    cdef int lanes, width, height
    cdef int[:, ::1] work, guards
    cdef int[::1] more, rows
    cdef char[::1] wanted
    cdef double[::1] values, grads
    cdef double[:, ::1] many, sums, against
    cdef double *V
    cdef double *G

    def __init__(self, work, more, wanted, rows, int height, guards, against, values, grads, int lanes,
                 many, sums):
        self.work, self.more, self.wanted, self.rows, self.height = work, more, wanted, rows, height
        self.guards, self.against = guards, against
        self.values, self.grads, self.lanes, self.many, self.sums = values, grads, lanes, many, sums
        self.width = self.many.shape[1]
        self.V, self.G = &self.values[0] if len(values) else NULL, &self.grads[0] if len(grads) else NULL

    cpdef forward(self):
        if self.work.shape[0]:
            _forward(self.work.shape[0], &self.work[0, 0], &self.more[0], &self.values[0], &self.grads[0],
                     &self.wanted[0], self.lanes, self.width, &self.rows[0], &self.many[0, 0],
                     &self.sums[0, 0], self.height)

    cpdef bint holds(self):
        cdef int i, sign
        cdef double x, z
        cdef bint outcome
        for i in range(self.guards.shape[0]):
            sign = self.guards[i, 0]
            x = self.values[self.guards[i, 1]] if self.guards[i, 1] >= 0 else self.against[i, 0]
            z = self.values[self.guards[i, 2]] if self.guards[i, 2] >= 0 else self.against[i, 1]
            if sign == 5:  # whether a number that was read is the same, -0.0 and NaN included
                outcome = ((x == z or (x != x and z != z))
                           and copysign(1.0, x) == copysign(1.0, z))
            else:
                outcome = (x < z if sign == 0 else x <= z if sign == 1 else x > z if sign == 2
                           else x >= z if sign == 3 else x != z)
            if outcome != self.guards[i, 3]:
                return False
        return True

    cdef object result(self, int slot):
        \"\"\"Return the value of a slot: a float, or an array with the lanes.\"\"\"
        cdef cnp.npy_intp n = self.lanes
        if not n:
            return self.V[slot]
        y = cnp.PyArray_EMPTY(1, &n, cnp.NPY_DOUBLE, 0)
        cdef double *Y = <double *>cnp.PyArray_DATA(<cnp.ndarray>y)
        cdef int l
        for l in range(self.lanes):
            Y[l] = self.many[self.rows[slot], l] if self.rows[slot] >= 0 else self.V[slot]
        return y

    cpdef backward(self, int slot):
        if self.grads.shape[0]:
            memset(&self.grads[0], 0, self.grads.shape[0] * sizeof(double))
        cdef int l
        if self.lanes:
            memset(&self.sums[0, 0], 0, self.sums.shape[0] * self.sums.shape[1] * sizeof(double))
        if self.lanes and self.rows[slot] >= 0:
            for l in range(self.lanes):
                self.sums[self.rows[slot], l] = 1.0
        else:
            self.grads[slot] = self.lanes if self.lanes else 1.0
        if self.work.shape[0]:
            _backward(self.work.shape[0], &self.work[0, 0], &self.more[0], &self.values[0],
                      &self.grads[0], &self.wanted[0], self.lanes, self.width, &self.rows[0],
                      &self.many[0, 0], &self.sums[0, 0], self.height)


cdef class BoundCall:
    \"\"\"A bound call: a steady one is answered here, whatever it takes more by `general`.\"\"\"
    cdef Runner runner
    cdef int slot

    def steady(self, Runner runner, int slot):
        \"\"\"Let calls be runs of a program whose guards and numbers are its own.\"\"\"
        self.runner, self.slot = runner, slot

    def __call__(self):
        if self.runner is not None and not nested():
            self.runner.forward()
            if self.runner.holds():
                self.runner.backward(self.slot)
                return self.runner.result(self.slot)
        return self.general()


@cython.final
cdef class Quick:
    \"\"\"A call that looks as the call before it: checked, run and answered in one go.

    `views` and `sent` have for each leaf of the arguments its place among the run's values and gradients,
    None where it is static; `parts` has for each argument that gets a gradient its branch, and its first
    leaf and the one beyond. Floats and whole arrays of doubles are taken as they are; what anything else
    is, the gate's leaf says. What looks different, or where a guard does not hold, is answered None.
    \"\"\"
    cdef Runner runner
    cdef object space, course, entry, branch, gathers
    cdef list leaves, views, sent, parts
    cdef int[::1] places
    cdef char[::1] doubles
    cdef bint several, busy, renews, single, reads, plain
    cdef int slot
    cdef readonly int lanes

    def __init__(self, entry, space, list views, list sent, list parts, bint several, int lanes):
        look, course = entry.look, entry.course
        self.entry, self.course, self.space, self.runner = entry, course, space, space.runner
        self.branch = look.structure.branch[3][0]
        self.leaves = list(look.leaves)
        self.views, self.sent, self.parts, self.several, self.lanes = views, sent, parts, several, lanes
        self.places = np.full(len(views) + 1, -1, dtype=np.int32)
        self.doubles = np.zeros(len(views) + 1, dtype=np.int8)
        place = 0
        for i, (leaf, view) in enumerate(zip(look.leaves, views)):
            if view is not None:
                if leaf.number:
                    self.places[i] = place
                self.doubles[i] = view.flags.c_contiguous and not leaf.whole
                place += int(np.prod(leaf.shape))
        self.gathers = course.gathers
        self.renews = bool(course.captured or course.gathers)
        self.reads = bool(entry.arrays)
        self.plain = course.plain_guards and not lanes
        self.single = course.structure.branch is None and course.single and bool(course.outputs)
        self.slot = course.outputs[0] if self.single else -1

    cpdef object answer(self, tuple args, bint grads):
        if self.busy or nested():  # where a leaf is asked what it is, other threads may run
            return None
        self.busy = True
        try:
            return self.found(args, grads)
        finally:
            self.busy = False

    cdef object found(self, tuple args, bint grads):
        cdef int i
        cdef list given = []
        if not _follow(self.branch, args, given):
            return None
        for i in range(len(given)):
            x = given[i]
            if self.places[i] >= 0 and isinstance(x, float):
                self.runner.V[self.places[i]] = x
            elif not self.taken(i, x):
                return None
        if self.reads and not self.entry.stands():
            return None
        if self.renews:
            self.course.renew(self.space)
        self.runner.forward()
        if not (self.runner.holds() if self.plain else np.all(self.course.holds(self.space, self.lanes))):
            return None
        if not grads and not (self.single and not self.lanes):
            return (self.course.structure(self.course.results_of(self.space, self.lanes)),)
        if not self.single:
            return None
        y = self.course.results_of(self.space, self.lanes)[0] if self.lanes else self.runner.V[self.slot]
        if not grads:
            return (y,)
        self.runner.backward(self.slot)
        if self.gathers is not None:
            self.gathers.send(self.space.values, self.space.grads)
        found = [self.gradient(part[0], part[1], part[2]) for part in self.parts]
        return y, tuple(found) if self.several else found[0]

    cdef bint taken(self, int i, object x) except -1:
        \"\"\"Write a leaf into its place; return False if it is not what the gate lets through.\"\"\"
        cdef cnp.ndarray view, given
        if self.doubles[i] and type(x) is cnp.ndarray:
            view, given = self.views[i], x
            if (
                cnp.PyArray_TYPE(given) == cnp.NPY_DOUBLE
                and cnp.PyArray_ISCARRAY_RO(given)
                and cnp.PyArray_SAMESHAPE(given, view)
            ):
                memcpy(cnp.PyArray_DATA(view), cnp.PyArray_DATA(given), cnp.PyArray_NBYTES(given))
                return True
        if isinstance(x, NODES):
            return False
        found = self.leaves[i].take(x)
        if found is None:
            return False
        if self.views[i] is not None:
            if found.shape != self.views[i].shape:
                return False
            copyto(self.views[i], found)
        return True

    cdef object gradient(self, object branch, int first, int beyond):
        cdef int i
        if branch is None:
            return self.part(first)
        return _put_together(branch, iter([self.part(i) for i in range(first, beyond)]))

    cdef object part(self, int i):
        cdef cnp.ndarray kept, new
        if self.places[i] >= 0:
            return self.runner.G[self.places[i]]
        kept = self.sent[i]
        if kept is None:
            return None
        if kept.ndim == 0 or not cnp.PyArray_IS_C_CONTIGUOUS(kept):
            new = cnp.PyArray_NewCopy(kept, cnp.NPY_CORDER)
            return new if new.ndim else float(new)
        new = cnp.PyArray_EMPTY(kept.ndim, kept.shape, cnp.NPY_DOUBLE, 0)
        memcpy(cnp.PyArray_DATA(new), cnp.PyArray_DATA(kept), cnp.PyArray_NBYTES(new))
        return new
"""
