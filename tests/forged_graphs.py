"""Forged graph files: a fuzzer that knows the format, and how a mutant is judged.

A mutant is an honest file in which some parts of the description or some arrays are replaced: by values
of every type, by shapes and indices that would fill the memory, by other operations, nodes and arrays. It
is refused with the library's own error, or what it says is a graph like any other: it saves, loads, draws
its snapshot and goes backward. `python -m tests.forged_graphs 10000` tries as many in a memory cap.
"""

import copy
import io
import json
import random
import resource
import sys
import tempfile
import time
import tracemalloc
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.graphs import storage
from autodiff.table.primitive import TABLE
from autodiff.table.recipes import Recipe
from tests.rows import CORE

CAP = 1 << 24  # what a mutant may take, in bytes
BAD: list[Any] = [
    -1, 0, 1, 2, 3, 10**9, 10**100, None, True, False, "x", "", "\ud800", 1.5, float("nan"), float("inf"), [],
    {}, [1], [[0, 1], [1, 0]], "a,b->ab", "ij,ij->i", "float32", "object", {"array": 0}, {"array": 10**6},
    {"array": -1}, {"tuple": []}, {"tuple": [2, 3]}, {"tuple": [10**6, 10**6]}, {"tuple": [3000, 3000]}, 2500,
    {"tuple": [10**9] * 9},
    {"tuple": [0, -1]}, {"list": [0, 0, 1] * 50}, {"list": [0] * 20_000}, {"slice": [None, None, -1]},
    {"slice": [0, 10**18, 10**18]}, {"slice": ["a", None, 0]}, {"ellipsis": True}, {"dtype": "float32"},
    {"dtype": "complex128"}, {"tuple": [{"list": [0] * 9999}, {"ellipsis": True}]}, {"eval": "1"},
    {"tuple": [{"tuple": [{"tuple": [{"array": 0}]}]}]}, {"array": 1, "tuple": []},
]  # fmt: skip
ARRAYS: list[Any] = [
    np.zeros(0), np.array(1.0), np.ones((3, 7)), np.ones(3, np.float32), np.ones(3, np.float16), np.arange(4),
    np.array([True, False]), np.array(["a"]), np.ones(2, complex), np.array([np.nan, np.inf]),
    np.ones((1,) * 32),
    np.zeros(3, [("a", float)]), np.array(["2020"], "M8[D]"), np.ones(3, ">f8"), np.ones((2, 3)).T,
    np.ones(3, np.longdouble), np.ones(1000),
]  # fmt: skip


def honest(seed: int) -> bytes:
    """Return a file with a few rows of the table, drawn from their recipes."""
    draw = random.Random(seed)
    x, v = ad.Tensor(np.arange(6.0).reshape(2, 3) / 7, name="x"), ad.Value(0.5, name="v")
    outputs: list[Any] = [
        x @ x.T,
        ad.sigmoid(v) * x,
        x[np.array([1, 0]), ..., ::2],
        ad.dot([v], [v]),
    ]
    for row in draw.sample(CORE, 12):
        recipe: Any = row.recipe
        given = recipe.draw(draw.randrange)
        nodes = [
            node
            for name in recipe.operands
            for node in map(
                ad.Tensor, given[name] if isinstance(given[name], list) else [given[name]]
            )
        ]
        with suppress(IndexError, ValueError):  # an axis that is not there
            outputs.append(
                row(*nodes, **{k: p for k, p in given.items() if k not in recipe.operands})
            )
    for y in draw.sample(outputs, 2):
        with ad.scope(draw.choice("ab")):
            y = ad.sum(y) if isinstance(y, ad.Tensor) else y
            outputs.append(y * v)
    outputs[-1].backward()
    return storage.packed(outputs)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every part of a tree of dictionaries and lists."""
    items: Any = ()
    if isinstance(tree, dict | list):
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return [path, *(p for key, part in items for p in places(part, (*path, key)))]


def params(row: Any, draw: random.Random) -> dict[str, Any]:
    """Return parameters of a row as a file has them, some of them forged."""
    recipe = row.recipe or Recipe()
    given = recipe.draw(draw.randrange)
    mild = {k: p for k, p in given.items() if k not in recipe.operands}
    return {
        k: draw.choice(BAD) if draw.random() < 0.3 else storage._encode(p, [])
        for k, p in mild.items()
    }


def mutant(data: bytes, draw: random.Random) -> bytes:
    """Return an honest file with one to three parts forged."""
    with np.load(io.BytesIO(data)) as archive:
        arrays: dict[str, Any] = {k: archive[k] for k in archive.files}
    text = json.loads(arrays.pop("graph").tobytes())
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        kind = draw.randrange(6)
        nodes = text.get("nodes") if isinstance(text, dict) else None
        if kind < 3 or not isinstance(nodes, list) or not nodes:
            spots = [p for p in places(text) if p]
            if not spots:
                break
            *way, last = draw.choice(spots)
            part = text
            for key in way:
                part = part[key]
            if draw.random() < 0.15:
                del part[last]
            elif type(part[last]) is int and draw.random() < 0.5:
                part[last] += draw.choice((-1, 1))
            else:
                part[last] = copy.deepcopy(draw.choice(BAD))
        elif kind == 3:
            name = draw.choice(sorted(arrays)) if arrays else "a0"
            arrays[name] = draw.choice(ARRAYS)
        else:
            i = draw.randrange(len(nodes))
            node = nodes[i]
            if isinstance(node, dict):
                row = TABLE[draw.choice(sorted(TABLE))]
                count = len((row.recipe or Recipe()).operands) if draw.random() < 0.9 else 40
                node |= {"op": row.name, "kind": "tensor", "params": params(row, draw)}
                node["operands"] = [draw.randrange(max(1, i)) for _ in range(count)]
            if draw.random() < 0.3:
                nodes.append(copy.deepcopy(node))
    raw = json.dumps(text).encode()
    buffer = io.BytesIO()
    np.savez(buffer, graph=np.frombuffer(raw, np.uint8), **arrays)
    return buffer.getvalue()


def fault(data: bytes, path: Path) -> tuple[str, bool]:
    """Say what is wrong with how a file is taken ("" where nothing is), and whether it is refused."""
    path.write_bytes(data)
    tracemalloc.start()
    try:
        outputs = ad.load_graph(path, limit=CAP)
    except ad.GraphFileError as error:
        said = str(error)
        good = "not a graph that can be loaded" in said and len(said) < 600
        return ("" if good else f"refused without a sentence: {said:.200}") or too_much(), True
    except Exception as error:
        return f"another error, {type(error).__name__}: {error}"[:300], True
    finally:
        much = too_much()
        tracemalloc.stop()
    return much or "; ".join(filter(None, map(strange, outputs, [path] * len(outputs)))), False


def too_much() -> str:
    """Say that loading took more than twice what it may; numpy may hold two arrays while it works."""
    size = tracemalloc.get_traced_memory()[1] if tracemalloc.is_tracing() else 0
    return f"{size >> 20} MiB for a limit of {CAP >> 20}" if size > 2.5 * CAP else ""


def strange(y: Any, path: Path) -> str:
    """Say in what an output that was loaded is no node like any other."""
    try:
        (z,) = ad.load_graph(ad.save_graph(path, y))
        if np.asarray(y.data).tobytes() != np.asarray(z.data).tobytes():
            return f"{y!r:.80} is {z!r:.80} after it was saved again"
        ad.Graph(y)
        repr(y)
    except Exception as error:
        return f"accepted, but {type(error).__name__}: {error}"[:300]
    return ""


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(count: int, first: int = 0) -> int:
    """Try so many mutants; print what is wrong and return how many are."""
    wrong = refused = 0
    slowest = 0.0
    before = peak()
    resource.setrlimit(resource.RLIMIT_AS, (before + (2 << 30), before + (2 << 30)))
    with tempfile.TemporaryDirectory() as folder, np.errstate(all="ignore"):
        for seed in range(first, first + count):
            if seed % 50 == 0 or seed == first:
                whole = honest(seed)
            started = time.perf_counter()
            told, out = fault(mutant(whole, random.Random(seed)), Path(folder) / "x.npz")
            slowest = max(slowest, time.perf_counter() - started)
            refused += out
            if told:
                wrong += 1
                print(f"seed {seed}: {told}", flush=True)
    print(f"{count} forged graphs: {refused} refused, {wrong} taken wrongly; at most {slowest:.2f} s and "
          f"{(peak() - before) >> 20} MiB more")  # fmt: skip
    return wrong


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.exit(1 if main(*map(int, sys.argv[1:3])) else 0)
