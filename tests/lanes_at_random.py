"""Random functions in lanes: each sample as eager evaluation has it, whatever courses the samples take.

The functions are those of `programs_at_random`, with the samples of both arguments, or of the second alone,
along an axis. Values are compared to the bit, slopes of samples to rounding, and the slope of what all
samples share with the sum of theirs. Samples whose results differ in structure are refused in a sentence.
`python -m tests.lanes_at_random 5000` tries as many functions.
"""

import sys
from typing import Any

import numpy as np

import autodiff as ad
from autodiff.table import tree
from tests.programs_at_random import Plan, as_given, check, eager_gradient, inputs, plain, single

REFUSED = ("same structure", "different shapes")


def one_by_one(f: Plan, samples: list[tuple[Any, Any]]) -> tuple[list[Any], list[Any] | None]:
    """Return each sample's result, and each one's slopes by both arguments where it is a number."""
    results, slopes = [], []
    for args in samples:
        x, y = as_given(args, False)
        found = f(x, y)
        results.append(found)
        if single(found):
            slopes.append((eager_gradient(found, x), [eager_gradient(found, v) for v in y]))
    return results, slopes if len(slopes) == len(samples) else None


def stacked(results: list[Any]) -> Any:
    """Return the results of all samples as one, None where their structures differ."""
    flat = [tree.flatten(r) for r in results]
    leaves, spec = flat[0]
    if any(s != spec for _, s in flat):
        return None
    columns = [[plain(found[0][k]) for found in flat] for k in range(len(leaves))]
    if any(isinstance(p, str) != isinstance(c[0], str) or p is None for c in columns for p in c):
        return None
    return spec, columns


def compare(seed: int, rounds: int = 4) -> dict[str, int]:
    """Compare a program in lanes with its function, sample by sample; return how much, or raise."""
    f, draw = Plan(seed, arrays=False), np.random.default_rng(seed + 10**6)
    count = {"samples": 0, "slopes": 0, "refused": 0}
    both = bool(seed % 2)
    x, y = inputs(draw, False)
    axis = 1 if seed % 3 == 0 else 0
    first = (np.array([x]) if both else x, np.stack([y], axis))
    program = ad.trace(f, *first, in_axes=(0 if both else None, axis), argnums=(0, 1))
    for _ in range(rounds):
        f.change(draw)
        n = int(draw.integers(1, 6))
        drawn = [inputs(draw, False) for _ in range(40)]
        drawn = [d for d in drawn if len(d[1]) == len(drawn[0][1])][:n]
        samples = [d if both else (drawn[0][0], d[1]) for d in drawn]
        given = (
            np.array([s[0] for s in samples]) if both else samples[0][0],
            np.stack([s[1] for s in samples], axis),
        )
        results, slopes = one_by_one(f, samples)
        wanted = stacked(results)
        try:
            found = program(*given)
        except ValueError as error:
            if wanted is not None or not any(words in str(error) for words in REFUSED):
                raise
            count["refused"] += 1
            continue
        if wanted is None:
            continue
        leaves, spec = tree.flatten(found)
        assert spec == wanted[0], (f.__name__, given)
        for leaf, column in zip(leaves, wanted[1], strict=True):
            if isinstance(column[0], str):
                assert np.broadcast_to(leaf, len(samples)).tolist() == column
                continue
            value = np.broadcast_to(leaf, len(samples))
            for got, exact in zip(value, column, strict=True):
                check(f, given, "value in lanes", float(got), float(exact))
            count["samples"] += len(samples)
        if slopes is not None:
            dx, dy = program.value_and_grad(*given)[1]
            xs = np.array([s[0] for s in slopes])
            if both or not {np.inf, -np.inf} <= set(xs.tolist()):  # those have no sum
                close(f, given, dx, xs if both else xs.sum())
            close(f, given, np.moveaxis(dy, axis, 0), np.array([s[1] for s in slopes]))
            count["slopes"] += 1
    assert len(program.gate.entries) <= 32
    return count


def close(f: Plan, given: Any, got: Any, wanted: Any) -> None:
    """Hold slopes to rounding; an infinity or NaN is one in both."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.shape == wanted.shape, (f.__name__, given, got, wanted)
    near = np.isclose(got, wanted, rtol=1e-11, atol=1e-13 * largest(wanted), equal_nan=True)
    assert np.all(near), (f.__name__, given, got, wanted)


def largest(x: Any) -> float:
    return float(np.max(np.abs(x), where=np.isfinite(x), initial=0.0))


def main(count: int) -> None:
    total = {"samples": 0, "slopes": 0, "refused": 0}
    for seed in range(count):
        for key, n in compare(seed).items():
            total[key] += n
    print(f"{count} random functions in lanes on {'the compiled' if ad.compiled else 'the plain'} "
          f"engine: {total}")  # fmt: skip


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
