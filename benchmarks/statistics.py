"""Whether the statistics hold: simulated comparisons whose truth is known.

    python -m benchmarks.statistics [--comparisons 100000]

Per-user differences come from four simulated worlds. *A/A*: two recommenders that are alike; how
often is one called better? *Power*: a difference as large as a first run's stated minimum
detectable one is planted, and a second run of the same size tests it. *Coverage*: how often the
interval holds the true difference. The seed is part of the file, not an option.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from palate.eval.bootstrap import Method, intervals
from palate.eval.statistics.flips import p_values
from palate.eval.statistics.power import detectable
from palate.eval.statistics.spread import standard_errors

SEED = 20_240_229
SIZES = (50, 200, 1000)
LEVEL, SAMPLES = 0.95, 2000
METHODS: tuple[Method, ...] = ("percentile", "bca")
#: Comparisons that share their resamples.
TOGETHER = 250

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Array]


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Bell-shaped differences."""
    return rng.normal(scale=0.2, size=shape)


def ndcg(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """NDCG@10 of one relevant item among 20: two recommenders that agree on much."""
    shared = rng.normal(size=shape)
    return _gain(rng, shared) - _gain(rng, shared)


def _gain(rng: np.random.Generator, shared: Array) -> Array:
    taste = (shared + rng.normal(scale=0.7, size=shared.shape)) / np.sqrt(1.49)
    rank = 1 + np.floor(20 * ndtr(taste))
    return np.where(rank <= 10, 1 / np.log2(1 + rank), 0.0)


def zeros(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Six people in ten see no difference at all."""
    moved = rng.random(shape) < 0.4
    return moved * rng.uniform(-1, 1, size=shape)


def skewed(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Gains that are small for most and large for few, of both recommenders."""
    return 0.2 * (rng.exponential(size=shape) - rng.exponential(size=shape))


WORLDS: dict[str, Draw] = {
    "normal": normal, "NDCG@10": ndcg, "60 % zeros": zeros, "skewed": skewed
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """Shares of one world at one size."""

    decided: float
    power: float
    percentile: float
    bca: float


def held(world: str, people: int, comparisons: int, rng: np.random.Generator) -> Held:
    """Simulates one cell of the table."""
    draw = WORLDS[world]
    tallest = float(np.abs(draw(rng, (1000, 1000))).mean())
    counts = np.zeros(4)
    for size in _parts(comparisons):
        shape = (people, size)
        alike = draw(rng, shape)
        seed = int(rng.integers(2**31))
        counts[0] += (p_values(alike, seed=seed, n=SAMPLES) <= 1 - LEVEL).sum()
        errors, _ = standard_errors(alike)
        wanted = np.array([detectable(error, people, LEVEL) for error in errors.tolist()])
        other, true = _planted(world, draw(rng, shape), wanted, tallest, rng)
        counts[1] += (p_values(other, seed=seed + 1, n=SAMPLES) <= 1 - LEVEL).sum()
        if world == "skewed":  # one recommender's gains alone: the least even there is
            other, true = 0.2 * rng.exponential(size=shape), np.full(size, 0.2)
        for place, method in enumerate(METHODS, start=2):
            made = intervals(other, seed=seed + 2, n=SAMPLES, method=method, widen=True)
            counts[place] += sum(
                one.low <= mean <= one.high for one, mean in zip(made, true.tolist(), strict=True)
            )
    return Held(*(counts / comparisons).tolist())


def _parts(comparisons: int) -> Iterator[int]:
    for start in range(0, comparisons, TOGETHER):
        yield min(TOGETHER, comparisons - start)


def _planted(
    world: str, found: Array, wanted: Array, tallest: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Gives differences a mean: shifted if normal, else more of them in favour, sizes untouched."""
    if world == "normal":
        return found + wanted, wanted
    tilt = np.minimum(wanted / tallest, 1.0)
    favour = rng.random(found.shape) < (1 + tilt) / 2
    return np.where(favour, np.abs(found), -np.abs(found)), tilt * tallest


def _row(people: int, world: str, one: Held) -> str:
    shares = f"{one.decided:.2%} | {one.power:.1%} | {one.percentile:.1%} | {one.bca:.1%}"
    return f"| {people:,} | {world} | {shares} |"


def main(comparisons: int) -> None:
    """Prints the table, as Markdown."""
    rng = np.random.default_rng(SEED)
    started = time.perf_counter()
    print("| users | differences | A/A decided at 5 % | power at the stated MDE "
          "| percentile covers | BCa covers |")  # fmt: skip
    print("|--:|:--|--:|--:|--:|--:|")
    for people in SIZES:
        found = []
        for world in WORLDS:
            found.append(held(world, people, comparisons, rng))
            print(_row(people, world, found[-1]), flush=True)
        means = np.array([astuple(one) for one in found]).mean(axis=0)
        print(_row(people, "all four", Held(*means.tolist())))
    print(f"\n{comparisons:,} comparisons a row, {SAMPLES:,} resamples each, seed {SEED}; "
          f"{time.perf_counter() - started:.0f} s.")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Simulates comparisons whose truth is known.")
    parser.add_argument("--comparisons", type=int, default=100_000, help="a row of the table")
    main(parser.parse_args().comparisons)
