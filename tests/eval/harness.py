"""A small world for runs without a workspace: cases, a factory, entrants that ask one prompt."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from palate.domain import Message, Model, ModelCall
from palate.errors import ModelError
from palate.eval.cases import Case, write_cases
from palate.eval.controls import Identity, Popularity, Random
from palate.eval.guard import Guard
from palate.eval.metrics.beyond import Shelf
from palate.eval.runs.answer import Answer, ItemFacts
from palate.eval.runs.config import EvalConfig
from palate.eval.runs.config_file import config_from
from palate.eval.runs.finish import Finished, finish
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.log import Log
from palate.eval.runs.runner import Work, carry_out
from palate.eval.runs.variants import variants_of
from palate.prompts.parse import parse_listwise

LETTERS = "ABCDEFGHIJKLMNOPQRST"
ITEMS = [f"i{n}" for n in range(60)]


def make_cases(count: int, *, seed: int = 0, listed: int = 10) -> list[Case]:
    rng = random.Random(seed)
    made = []
    for n in range(count):
        candidates = tuple(rng.sample(ITEMS, listed))
        made.append(Case(id=f"c{n}", user=f"u{n}", candidates=candidates,
                         truth={rng.choice(candidates): 1.0}))  # fmt: skip
    return made


class PromptEntrant:
    """Lists the candidates with letters, asks once, fills with the order that it was given."""

    def __init__(self, model: Model, facts: Mapping[str, ItemFacts]) -> None:
        self.model, self.facts = model, facts

    async def answer(self, case: Case) -> Answer:
        listed = case.candidates or ()
        labels = dict(zip(LETTERS, listed, strict=False))
        lines = "\n".join(f"{label} {self.facts[item].title}" for label, item in labels.items())
        call = ModelCall((Message("user", f"Rank:\n{lines}"),), 64)
        try:
            said = await self.model.complete(call, deadline=1e18)
        except ModelError as error:
            return Answer(tuple(sorted(listed)), cause=str(error), reached=(1, 1))
        opinion = parse_listwise(said.text, labels)
        rest = [item for item in sorted(listed) if item not in opinion.order]
        cause = None if opinion.order else "no order could be read"
        return Answer((*opinion.order, *rest), opinion.order, cause, opinion.repairs,
                      listed, (1, 1), usage=said.usage)  # fmt: skip


class World:
    def __init__(self, arrays, extra=()):
        self.arrays, self.extra = arrays, extra

    def entrant(self, variant, model):
        return PromptEntrant(model, self.facts(ITEMS))

    def model(self, variant):
        raise AssertionError("only simulated models here")

    def controls(self, names, seed):
        known = {
            "random": Random(seed),
            "identity": Identity(),
            "popularity": Popularity(self.arrays),
            "prior": Popularity(self.arrays, name="prior"),
        }
        return [*(known[name] for name in names if name in known), *self.extra]

    def facts(self, ids: Sequence[str]) -> dict[str, ItemFacts]:
        return {item: ItemFacts(f"Title {item};") for item in ids}

    def own(self):
        return []

    def shelf(self):
        return Shelf({}, {}, 1)

    def pasts(self, cases):
        return [case.history or () for case in cases]

    def traits(self, cases):
        return [{"history": "0"} for _ in cases]

    def ceiling(self, cases):
        return [(1, 1) for _ in cases]

    known = frozenset(ITEMS)

    def count(self, messages):
        return sum(len(one.content) // 4 for one in messages)


def config(*models: str, **more) -> EvalConfig:
    return config_from(
        {"models": list(models), "metrics": ["NDCG@10"], "statistics": {"samples": 200}} | more
    )


def run(root: Path, world: World, asked: EvalConfig, cases: list[Case], *, stop=None, retry=False,
        replies=None):  # fmt: skip
    """Carries a run out; ``stop`` is called with every progress and may raise."""
    folder = RunFolder(root / "run")
    if not folder.root.exists():
        folder.write_start(asked, {"created": "2026-01-01T00:00:00Z", "version": "t", "repeat": 1})
        write_cases(folder.cases, cases)
    variants = variants_of(asked)
    log = Log.open(folder.log, {"cases": "fixed"}, retry_errors=retry)
    try:
        carry_out(
            Work(cases, variants, asked.limits, replies), world, log, stop or (lambda _: None)
        )
    finally:
        log.close()
    done = Finished(folder, asked, cases, variants, Guard("own-truth", cases))
    return folder, finish(done, world)
