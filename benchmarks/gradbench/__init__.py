"""The twelve evaluations of GradBench, written from their formulas, in the form that its protocol asks for.

`python -m benchmarks.gradbench` reads messages, one JSON object a line, and answers each with one line;
`--check` asks all twelve ourselves and holds the answers against finite differences, known results and,
where these can do it, PyTorch and JAX. `formulas` has what works on arrays, each formula once for all
libraries; `scalars` what works on single numbers, nested derivatives among it; `evaluations` turns an
input into the call that is timed; `check` draws inputs and compares.
"""
