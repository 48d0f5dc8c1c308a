"""`nets export`: carry a trained network into one page, in which a digit can be drawn."""

import argparse
from pathlib import Path

from autodiff import say
from autodiff.sources.lines import fitted
from nets.extras import UsageError
from nets.pages.digits import save
from nets.runs.saved import load_run
from nets.runs.settings import load_split, start


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `nets export`."""
    parser.add_argument("page", type=Path, metavar="PAGE", help=say("cli.nets.export.page"))
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", required=True,
        help=say("cli.nets.export.checkpoint"),
    )  # fmt: skip
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help=say("cli.nets.export.data_dir")
    )


def run(args: argparse.Namespace) -> int:
    """Write the page and say where it is."""
    saved = load_run(args.checkpoint)
    settings = saved.meta["settings"]
    if settings["data"] not in ("digits", "mnist"):
        raise UsageError(f"{args.checkpoint}: it learned {settings['data']}, which is not drawn")
    split = load_split(settings["data"], args.data_dir)
    training = start(settings, split)
    training.restore(saved.meta["training"], saved.arrays)
    path = save(training.net, args.page, split.test.inputs[:, :20])
    size = path.stat().st_size
    about = {"path": path, "sizes": training.net.sizes, "size": f"{size / 1000:.0f}"}
    print(fitted(say("cli.nets.export.wrote", **about)))
    return 0
