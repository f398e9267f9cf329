"""How fast the harness is by itself: given candidates, an instant model, batched controls.

    python -m benchmarks.evaluation [CASES]

Makes cases of 20 candidates (100,000 unless told otherwise), asks a simulated model once a case
with a prompt of the candidates' titles, runs the controls, and prints the rate over everything,
the summary included, and the largest resident memory.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palate.domain import Message, Model, ModelCall, Recommender
from palate.errors import EvalError
from palate.eval.cases import Case, write_cases
from palate.eval.controls import Identity, ItemKNN, Popularity, Random
from palate.eval.guard import Guard
from palate.eval.metrics.beyond import Shelf
from palate.eval.runs.answer import Answer, ItemFacts
from palate.eval.runs.config_file import config_from
from palate.eval.runs.finish import Finished, finish
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.log import Log
from palate.eval.runs.runner import Work, carry_out
from palate.eval.runs.variants import Variant, variants_of
from palate.prompts.parse import parse_listwise

ITEMS, LISTED, PEOPLE, EACH = 2000, 20, 5000, 20
LETTERS = "ABCDEFGHIJKLMNOPQRST"
IDS = [f"item-{n}" for n in range(ITEMS)]


@dataclass(frozen=True)
class Log0:
    """Interactions of a made-up shop."""

    users: tuple[str, ...]
    items: tuple[str, ...]
    user: NDArray[np.int32]
    item: NDArray[np.int32]


@dataclass(frozen=True)
class Bare:
    """Asks with titles alone."""

    model: Model

    async def answer(self, case: Case) -> Answer:
        """Asks once, fills with the given order."""
        listed = case.candidates or ()
        labels = dict(zip(LETTERS, listed, strict=False))
        text = "\n".join(f"{label} {title_of(item)}" for label, item in labels.items())
        call = ModelCall((Message("user", f"Rank these for one person:\n{text}"),), 64)
        said = await self.model.complete(call, deadline=time.monotonic() + 60)
        opinion = parse_listwise(said.text, labels)
        rest = [item for item in listed if item not in opinion.order]
        return Answer((*opinion.order, *rest), opinion.order, usage=said.usage, reached=(1, 1))


class Shop:
    """A factory without a workspace."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        user = np.repeat(np.arange(PEOPLE, dtype=np.int32), EACH)
        item = (ITEMS * rng.random(len(user)) ** 2).astype(np.int32)
        self.log = Log0(tuple(f"p{n}" for n in range(PEOPLE)), tuple(IDS), user, item)

    def entrant(self, variant: Variant, model: Model) -> Bare:
        """Makes the one that asks."""
        del variant
        return Bare(model)

    def model(self, variant: Variant) -> Model:
        """There are simulated models only."""
        raise EvalError(f"{variant.name}: this benchmark has simulated models only.")

    def controls(self, names: Sequence[str], seed: int) -> list[Recommender]:
        """Makes those that need no texts; popularity stands in for the prior."""
        del names
        log = self.log
        return [Random(seed), Identity(), Popularity(log), ItemKNN(log),
                Popularity(log, name="prior")]  # fmt: skip

    def facts(self, ids: Sequence[str]) -> Mapping[str, ItemFacts]:
        """Titles."""
        return {item: ItemFacts(title_of(item)) for item in ids}

    def own(self) -> list[Recommender]:
        """None."""
        return []

    @property
    def known(self) -> frozenset[str]:
        """All of them."""
        return frozenset(IDS)

    def shelf(self) -> Shelf:
        """Nobody had anything, and nothing has a tag."""
        return Shelf({}, {}, 1)

    def pasts(self, cases: Sequence[Case]) -> list[tuple[str, ...]]:
        """Nobody has a past."""
        return [()] * len(cases)

    def traits(self, cases: Sequence[Case]) -> list[Mapping[str, str]]:
        """One cohort."""
        return [{"history": "20-49"}] * len(cases)

    def ceiling(self, cases: Sequence[Case]) -> list[tuple[int, int]]:
        """The truth is always given."""
        return [(1, 1)] * len(cases)

    def count(self, messages: Sequence[Message]) -> int:
        """Four characters a token."""
        return sum(len(one.content) // 4 for one in messages)


def title_of(item: str) -> str:
    """Returns the title of an item of the shop."""
    return f"The {item.replace('-', ' ')} story;"


def main(count: int) -> None:
    """Runs and prints."""
    rng = random.Random(0)
    cases = []
    for n in range(count):
        listed = tuple(rng.sample(IDS, LISTED))
        cases.append(Case(id=f"c{n}", user=f"p{n}", truth={listed[3]: 1.0}, candidates=listed))
    config = config_from({"models": ["simulated:skill=0.5"], "limits": {"concurrency": 8}})
    shop = Shop()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        run = RunFolder(Path(folder) / "run")
        run.write_start(config, {"created": "now", "version": "benchmark", "repeat": 1})
        write_cases(run.cases, cases)
        variants = variants_of(config)
        log = Log.open(run.log, {"cases": count})
        carry_out(Work(cases, variants, config.limits), shop, log, lambda _: None)
        log.close()
        asked = time.perf_counter() - started
        finish(Finished(run, config, cases, variants, Guard("own-truth", cases)), shop)
        seconds = time.perf_counter() - started
        size = run.log.stat().st_size / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} cases of {LISTED} candidates: {seconds:.0f} s, of these {asked:.0f} s asking")
    print(f"{count / seconds:,.0f} cases/s, {memory:,.0f} MB resident at most, log {size:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
