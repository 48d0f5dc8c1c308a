"""The likely slips of a back-propagation by hand, as what each would have given instead.

A slip is a small change of the right formula: a transpose left out, a sign turned, the derivative of
the activation forgotten, `=` written for `+=`. For a quantity that came out wrong, each function
here yields slips with the number the slip leads to; the one that gives exactly the wrong number is
the likely cause. Read `network` first: `of_network` knows the formulas BP1 to BP4, `of_forward` those of
the forward pass, `of_graph` those of any graph's edges, `of_anything` what needs no formula.
"""

from autodiff.explanations.slips.anything import Slip as Slip
from autodiff.explanations.slips.anything import of_anything as of_anything
from autodiff.explanations.slips.anything import of_others as of_others
from autodiff.explanations.slips.forward import of_forward as of_forward
from autodiff.explanations.slips.graph import farther_on as farther_on
from autodiff.explanations.slips.graph import of_graph as of_graph
from autodiff.explanations.slips.network import of_cost as of_cost
from autodiff.explanations.slips.network import of_network as of_network
from autodiff.explanations.slips.rows import USUAL as USUAL
from autodiff.explanations.slips.rows import slopes as slopes
from autodiff.explanations.slips.rows import values as values
