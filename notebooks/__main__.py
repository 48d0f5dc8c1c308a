"""`python -m notebooks`: execute the notebooks; `--store` keeps the outputs."""

from autodiff._engine import install
from autodiff.sources.options import Parser
from autodiff.table.language import say

try:
    from notebooks.build import build, names
except ImportError as e:
    raise SystemExit(
        f"notebooks: this needs {e.name}, which is not installed: {install('notebooks')}"
    ) from None


def main() -> None:
    """Run the command line."""
    parser = Parser(prog="notebooks", description=say("cli.notebooks.about"))
    parser.add_argument("names", nargs="*", help=say("cli.notebooks.names"))
    parser.add_argument("--store", action="store_true", help=say("cli.notebooks.store"))
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"no notebook {', '.join(unknown)}; there are {', '.join(names())}")
    for line in build(options.names or names(), options.store):
        print(line, flush=True)


main()
