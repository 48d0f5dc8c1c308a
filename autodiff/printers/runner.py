"""The class `Runner` of the compiled machine: the memory of one run, and a run in one call.

It asks for the arrays' memory once, when it is made, so that a run of a small program costs no more
than its arithmetic. Its plain twin stands in `interpreter`.
"""

RUNNER = """
import numpy as np
from numpy import copyto, ndarray

FLOAT64 = np.dtype(np.float64)

cdef class Runner:
    \"\"\"One run's memory, bound to a program; `step` is a run forward and backward in one call.

    `guards` are rows of sign, slot, slot and outcome, a slot being -1 where the number in `against`
    stands; they are looked at without lanes only.
    \"\"\"
    cdef int lanes, height
    cdef int[:, ::1] work, guards
    cdef int[::1] more, rows
    cdef char[::1] wanted
    cdef double[::1] values, grads
    cdef double[:, ::1] many, sums, against

    def __init__(self, work, more, wanted, rows, int height, guards, against, values, grads, int lanes,
                 many, sums):
        self.work, self.more, self.wanted, self.rows, self.height = work, more, wanted, rows, height
        self.guards, self.against = guards, against
        self.values, self.grads, self.lanes, self.many, self.sums = values, grads, lanes, many, sums

    cpdef forward(self):
        if self.work.shape[0]:
            _forward(self.work.shape[0], &self.work[0, 0], &self.more[0], &self.values[0], &self.grads[0],
                     &self.wanted[0], self.lanes, &self.rows[0], &self.many[0, 0], &self.sums[0, 0],
                     self.height)

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
                      &self.grads[0], &self.wanted[0], self.lanes, &self.rows[0], &self.many[0, 0],
                      &self.sums[0, 0], self.height)

    cpdef object step(self, int slot):
        \"\"\"Return the value of a slot, its gradient computed, or None where a guard does not hold.\"\"\"
        self.forward()
        if not self.holds():
            return None
        self.backward(slot)
        return self.values[slot]


cdef class Quick:
    \"\"\"A call of plain floats and whole arrays of doubles, checked and answered in one go.

    `shapes` has for each argument None, for a float, or the shape of an array; `chosen` the numbers of the
    arguments that get a gradient. What looks different, or where a guard does not hold, is answered None.
    \"\"\"
    cdef Runner runner
    cdef list shapes, views, sent
    cdef tuple chosen
    cdef bint several, busy
    cdef int slot

    def __init__(self, Runner runner, int slot, list shapes, tuple chosen, bint several):
        cdef int place = 0, size
        self.runner, self.slot, self.shapes, self.chosen, self.several = runner, slot, shapes, chosen, several
        self.views, self.sent = [], []
        for shape in shapes:
            size = 1
            for n in shape or ():
                size *= n
            for views, numbers in ((self.views, runner.values), (self.sent, runner.grads)):
                block = np.asarray(numbers)[place : place + size]
                views.append(place if shape is None else block.reshape(shape))
            place += size

    cpdef object answer(self, tuple args, bint grads):
        if self.busy:  # copying a large array lets other threads run
            return None
        self.busy = True
        try:
            return self.found(args, grads)
        finally:
            self.busy = False

    cdef object found(self, tuple args, bint grads):
        cdef int i, place
        cdef int n = len(self.shapes)
        if len(args) != n:
            return None
        for i in range(n):
            x = args[i]
            shape = self.shapes[i]
            if type(x) is float:
                if shape is not None:
                    return None
                place = self.views[i]
                self.runner.values[place] = x
            elif shape is None or type(x) is not ndarray or x.dtype is not FLOAT64 or x.shape != shape:
                return None
            else:
                copyto(self.views[i], x)
        self.runner.forward()
        if not self.runner.holds():
            return None
        y = self.runner.values[self.slot]
        if not grads:
            return (y,)
        self.runner.backward(self.slot)
        if not self.several:
            return y, self.part(self.chosen[0])
        return y, tuple([self.part(k) for k in self.chosen])

    cdef object part(self, int k):
        cdef int place
        if self.shapes[k] is None:
            place = self.sent[k]
            return self.runner.grads[place]
        return self.sent[k].copy()
"""
