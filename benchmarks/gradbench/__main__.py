"""`python -m benchmarks.gradbench`: answer GradBench's messages, or hold all twelve against others."""

import argparse
import sys

from benchmarks.gradbench.protocol import answers


def main() -> int:
    """Read messages from standard input until it ends; with `--check` ask ourselves."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gradbench", description=(__doc__ or "").strip()
    )
    parser.add_argument(
        "--check", action="store_true", help="draw inputs, compare and time all twelve"
    )
    parser.add_argument("names", nargs="*", help="of evaluations to check; all by default")
    arguments = parser.parse_args()
    if arguments.check:
        from benchmarks.gradbench.check import check

        return check(arguments.names)
    for line in answers(sys.stdin):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
