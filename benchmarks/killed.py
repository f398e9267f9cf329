"""The run that `benchmarks.kills` kills: two models and a judge, who note what they are asked.

    python -m benchmarks.killed FOLDER CASES

begins the run in a folder, or goes on with it, and prints ``ready`` at its first step.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.evaluation import IDS, LISTED, Bare, Shop, title_of
from palate.domain import Completion, Model, ModelCall
from palate.errors import ModelError
from palate.eval.cases import Case, write_cases
from palate.eval.guard import Guard
from palate.eval.judge.bench import Bench, JudgeMaker, bench_of
from palate.eval.judge.docket import drawn, read_docket
from palate.eval.judge.exhibit import Exhibit
from palate.eval.judge.simulated import make_simulated_judge
from palate.eval.runs.answer import Answer, Told
from palate.eval.runs.config import EvalConfig
from palate.eval.runs.config_file import config_from
from palate.eval.runs.finish import Finished, finish
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.ledger import asked_case
from palate.eval.runs.log import Log
from palate.eval.runs.runner import Work, carry_out
from palate.eval.runs.simulated import make_simulated
from palate.eval.runs.variants import Variant, variants_of
from palate.prompts.calls import call_key
from palate.prompts.library import Library

READY = "ready"
_MODELS = {
    "steady": "simulated:skill=0.6,seed=1",
    "flaky": "simulated:skill=0.3,fault=flaky,seed=2",
}
_JUDGE = {
    "model": {"name": "judge", "id": "judge"}, "cases": 200, "pairs": "evidence",
}  # fmt: skip
_JUDGES_AS = "simulated-judge:noise=0.2,fault=flaky,seed=3"
#: Seconds that a model takes, so that calls are under way when the kill comes.
_TAKES = 0.01


class Heard:
    """A simulated model that writes down each call before it answers."""

    def __init__(self, inner: Model, asked: Path) -> None:
        self.name, self._inner = inner.name, inner
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = os.open(asked, flags, 0o600)

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Notes the call, waits a moment, answers."""
        line = f"{self.name} {asked_case().id} {call_key(call, self.name)}\n"
        os.write(self._descriptor, line.encode())
        await asyncio.sleep(_TAKES)
        return await self._inner.complete(call, deadline=deadline)

    async def aclose(self) -> None:
        """Closes the list."""
        os.close(self._descriptor)


class Patient(Bare):
    """Asks twice a case, so that a kill often finds one call recorded and no answer yet.

    Where a call fails, the given order stands and says why.
    """

    async def answer(self, case: Case) -> Answer:
        """Asks about the first half alone, then about all; the second reply counts."""
        half = replace(case, candidates=(case.candidates or ())[: LISTED // 2])
        try:
            await super().answer(half)
            found = await super().answer(case)
        except ModelError as error:
            return Answer(case.candidates or (), cause=str(error), reached=(1, 1))
        first, second = found.order[:2]
        told = Told(first, f"{title_of(first)} is close to {title_of(second)}", "model")
        return replace(found, reasons=(told,))


class Evidence:
    """What the judge is shown: a made-up shop knows titles."""

    def exhibit(self, case: Case, variant: Variant, item: str) -> Exhibit:
        """Shows the item, and what else was listed as liked."""
        del variant
        return Exhibit("story", title_of(item), liked=[title_of(i) for i in case.candidates or ()])

    def plain(self, case: Case, variant: Variant, item: str) -> str:
        """Says what anybody could."""
        del case, variant
        return f"{title_of(item)} is often read"


class WitnessedShop(Shop):
    """A factory whose models keep a list of what they were asked."""

    def __init__(self, asked: Path) -> None:
        super().__init__()
        self._asked = asked

    def entrant(self, variant: Variant, model: Model) -> Bare:
        """Makes the one that asks."""
        del variant
        return Patient(model)

    def model(self, variant: Variant) -> Model:
        """Makes the simulated model behind a name."""
        label = variant.model.label
        return Heard(make_simulated(_MODELS[label], label, self.facts), self._asked)

    def judge(self, variant: Variant) -> Model:
        """Makes the simulated judge."""
        label = variant.model.label
        return Heard(make_simulated_judge(_JUDGES_AS, label, {}), self._asked)


def work(folder: Path, count: int) -> None:
    """Begins the run in a folder, or goes on with it; this is the process that is killed."""
    rng = random.Random(0)
    cases = []
    for n in range(count):
        listed = tuple(rng.sample(IDS, LISTED))
        truth = {listed[rng.randrange(LISTED)]: 1.0}
        cases.append(Case(id=f"c{n}", user=f"p{n}", truth=truth, candidates=listed))
    config = killed_config()
    shop, run = WitnessedShop(folder / "asked.txt"), RunFolder(folder / "run")
    variants = variants_of(config)
    print(READY, flush=True)
    if not run.cases.exists():
        run.write_start(config, {"created": "now", "version": "benchmark", "repeat": 1})
        write_cases(run.cases, cases)
    log = Log.open(run.log, {"cases": count})
    asked = Work(cases, variants, config.limits)
    carry_out(asked, shop, log, lambda _: None)
    bench = bench_in(config)
    judged = drawn(cases, bench.spec.cases, bench.spec.seed)
    docket = read_docket(run.log, judged, variants, bench.spec.reasons)
    maker = JudgeMaker(bench, docket, Evidence(), shop.judge)
    to_judge = replace(asked, cases=judged, variants=(bench.variant,), beside=variants)
    carry_out(to_judge, maker, log, lambda _: None)
    log.close()
    finish(Finished(run, config, cases, variants, Guard("own-truth", cases), bench), shop)


def killed_config() -> EvalConfig:
    """Returns what is run."""
    return config_from({"models": list(_MODELS), "statistics": {"samples": 1000}, "judge": _JUDGE})


def bench_in(config: EvalConfig) -> Bench:
    """Returns the judge of a configuration."""
    assert config.judge is not None
    return bench_of(config.judge, Library.open())


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
