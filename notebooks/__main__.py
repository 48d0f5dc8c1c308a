"""`python -m notebooks`: execute the notebooks; `--store` keeps the outputs."""

import argparse

from autodiff._engine import install

try:
    from notebooks.build import build, names
except ImportError as e:
    raise SystemExit(
        f"notebooks: this needs {e.name}, which is not installed: {install('notebooks')}"
    ) from None


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="notebooks", description=__doc__)
    parser.add_argument("names", nargs="*", help="which ones (default: all)")
    parser.add_argument("--store", action="store_true", help="write the executed notebooks")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"no notebook {', '.join(unknown)}; there are {', '.join(names())}")
    for line in build(options.names or names(), options.store):
        print(line, flush=True)


main()
