"""Every equation of the documents that is no experiment of its own, each held against autograd."""

from collections.abc import Callable, Sequence

from nets.data import Split
from nets.experiments import arguments, asked, chapter1, chapter2, derivations, notes
from nets.experiments.kit import Done, Experiment, Line, Part, Result, Work

ROWS: dict[str, Callable[[Split], list[Line]]] = {
    "S1": chapter1.perceptron,
    "S2": chapter1.sigmoid_neuron,
    "S3": chapter1.network,
    "S4": chapter1.quadratic_cost,
    "S5": chapter1.mini_batches,
    "S6": chapter1.examples,
    "S9": chapter2.matrix_form,
    "S10": chapter2.demon,
    "S11": chapter2.four_equations,
    "S12": chapter2.slow_weights,
    "S13": chapter2.algorithm,
    "S15": chapter2.paths,
    "S16": chapter2.any_activation,
    "S20": notes.two_layers,
    "S21": notes.many_layers,
    "S22": notes.matrices,
    "S24": notes.lecture,
    "S25": arguments.small_changes,
    "S26": arguments.digits_otherwise,
    "S28": arguments.ball_in_a_valley,
    "S29": arguments.a_poll,
    "S30": arguments.one_digit_for_all,
    "S31": derivations.indices,
    "S32": derivations.element_by_element,
    "S33": derivations.good_demon,
    "S34": derivations.in_full,
    "S35": derivations.second_riddle,
    "S36": derivations.naive_gradient,
    "S37": asked.zero_start,
    "S38": asked.blog_network,
    "S39": asked.digits_in_the_browser,
    "S40": asked.exercises,
}


def parts(seeds: int, data: str) -> list[Part]:
    """List the rows."""
    return [{"data": data, "row": row} for row in ROWS]


def measure(part: Part, work: Work) -> Result:
    """Measure one row's lines."""
    found = ROWS[part["row"]](work.split)
    work.tick()
    return {"lines": [[line.what, line.documents, line.measured] for line in found]}


def lines(done: Sequence[Done]) -> list[Line]:
    """Put the row's name before its lines."""
    return [
        Line(f"{d.part['row']}: {what}", documents, measured)
        for d in done
        for what, documents, measured in d.result["lines"]
    ]


def remarks(done: Sequence[Done]) -> str:
    """Say what a difference is."""
    return (
        "Where two computations are compared, the figure bounds the largest difference relative to the "
        "largest element; 1e-16 is the rounding of one operation. In which order a sum is added depends "
        "on the machine, and so do the digits of such a difference; its bound does not."
    )


EQUATIONS = Experiment(
    name="equations",
    row="S1 to S6, S9 to S13, S15, S16, S20 to S22, S24 to S26, S28 to S40",
    title="The equations and the arguments, one by one",
    about="what the documents state in equations and argue in words, by hand and on the graph",
    parts=parts,
    measure=measure,
    lines=lines,
    remarks=remarks,
    takes_data=True,
)
