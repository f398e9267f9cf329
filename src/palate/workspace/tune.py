"""Learns the weight of a model's opinion on the workspace's own events: needs both wings.

The newest liked item of each person is held back, a snapshot is made without it, and the model is
asked about those cases whose truth is among the candidates that it would be shown: no order of its
makes a difference to the others. Every call goes into a log, so that a tune that was cut off goes
on where it stopped and pays for nothing twice.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from palate.agent.rankers import make_ranker, template_of
from palate.agent.rankers.logprobs import label_logprobs, lean_of
from palate.agent.tuning import Heard
from palate.agent.tuning_store import Key, Tuned
from palate.domain import Completion, Model, ModelCall, Opinion, Usage
from palate.errors import EvalError, PrerequisiteError
from palate.eval.cases import Case, write_cases
from palate.eval.runs.answer import Progress
from palate.eval.runs.config import EvalConfig, Limits, ModelSpec, Split
from palate.eval.runs.folder import RunFolder, digest
from palate.eval.runs.labels import labelled
from palate.eval.runs.ledger import Recorded, asking
from palate.eval.runs.log import Log
from palate.eval.runs.pace import Pace
from palate.eval.runs.simulated import PREFIX, make_simulated
from palate.eval.runs.variants import Variant, variants_of
from palate.retrieval.files import private_folder
from palate.settings import Settings
from palate.workspace.dry import Counting, count_calls
from palate.workspace.entrants import Watched, WorkspaceFactory
from palate.workspace.evaluate import cases_of, runs_of
from palate.workspace.palate import Palate
from palate.workspace.snapshot import open_snapshot
from palate.workspace.tuned import TuneReport, prior_digest, read_weights, weights_file
from palate.workspace.weighing import weigh

Steps = Callable[[str], None]
Notify = Callable[[Progress], None]
#: Fewer cases cannot show anything.
FEWEST = 20
_SILENT = Opinion(())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a tune is to do.

    Attributes:
        ranker: How the model is asked; ``None`` follows the settings.
        users: People at most whose newest like is held back.
        limit: Cases at most that the model is asked about.
        seed: Of the draw of people and of the parts.
        price_in: US dollars a million prompt tokens, and ``price_out`` completion tokens.
    """

    ranker: str | None = None
    users: int = 2000
    limit: int = 400
    seed: int = 0
    price_in: float = 0.0
    price_out: float = 0.0
    concurrency: int = 8


@dataclass(frozen=True)
class Bench:
    """Everything that a tune needs, over an open snapshot."""

    factory: WorkspaceFactory
    variant: Variant
    cases: Sequence[Case]
    drawn: int
    settings: Settings
    sha256: str
    template: str


def tune(palate: Palate, wanted: Wanted, *, steps: Steps, notify: Notify) -> TuneReport:
    """Learns the weight for the template, model and ranker in force, and keeps it.

    Raises:
        PrerequisiteError: There is no model.
        EvalError: The events make too few cases, or the model answered none of them.
    """
    with _ready(palate, wanted, steps) as bench:
        folder, log = _log(palate, bench, wanted)
        try:
            tuned, usage = _learn(palate, bench, wanted, log, notify)
        finally:
            log.close()
    steps("keeping the weight")
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    tuned = replace(tuned, prior=prior_digest(palate), at=now)
    name = bench.variant.model.label
    key = Key(bench.template, bench.sha256, name, bench.variant.ranker)
    weights = read_weights(palate).with_one(key, tuned)
    weights.write(weights_file(palate))
    if not name.startswith(PREFIX):
        palate.engine.weights = weights
    shutil.rmtree(folder.root)
    return TuneReport(key, tuned, bench.drawn, usage)


def dry_run(palate: Palate, wanted: Wanted, steps: Steps) -> dict[str, float | str]:
    """Counts cases, calls, tokens and cost, without calling a model.

    A ranker that asks again where it is not sure is counted with one call a case.

    Raises:
        PrerequisiteError: There is no model.
        EvalError: The events make too few cases.
    """
    with _ready(palate, wanted, steps) as bench:
        steps("counting")
        [row] = count_calls(bench.factory, bench.cases, [bench.variant])
        return row | {"cases": len(bench.cases), "people": bench.drawn}


@contextmanager
def _ready(palate: Palate, wanted: Wanted, steps: Steps) -> Iterator[Bench]:
    """Makes cases and snapshot, and closes the snapshot afterwards."""
    config = _config(palate, wanted)
    [variant] = variants_of(config)
    steps("making the cases")
    everything, guard = cases_of(palate, config.split)
    settings = palate.settings.model_copy(
        update={"privacy": palate.settings.privacy.model_copy(update={"keep_traces": 0})}
    )
    with open_snapshot(palate, guard, settings, steps) as snapshot:
        factory = WorkspaceFactory(snapshot, config, everything)
        steps("looking which cases can tell")
        cases = _telling(factory, everything, wanted, settings)
        if len(cases) < FEWEST:
            raise EvalError(
                f"Of {len(everything)} people's newest likes, {len(cases)} are among the "
                f"candidates that the model would be shown, and tuning needs {FEWEST}. Add events, "
                "raise --users, or show more candidates."
            )
        used = factory.entrant(variant, Counting(variant.model.label, factory)).settings
        template = template_of(make_ranker(variant.ranker), used, snapshot.library)
        named = f"{template.name}@{template.version}"
        yield Bench(factory, variant, cases, len(everything), used, template.sha256, named)


def _config(palate: Palate, wanted: Wanted) -> EvalConfig:
    model, ranking = palate.settings.model, palate.settings.ranking
    # A simulated model is made by the harness: the settings could not make it.
    used = None if model.name.startswith(PREFIX) else palate.engine.model
    name = used.name if used is not None else model.name
    if not name:
        raise PrerequisiteError(
            "Tuning asks a model, and none is configured. Set model.base_url and model.name, or "
            "name one with --model."
        )
    spec = ModelSpec(
        name=name, base_url=model.base_url, api_key_env=model.api_key_env, timeout=model.timeout,
        retries=model.retries, price_in=wanted.price_in, price_out=wanted.price_out,
    )  # fmt: skip
    ranker = wanted.ranker or ranking.ranker
    return EvalConfig(
        name="tune",
        split=Split(users=wanted.users, seed=wanted.seed),
        models=(spec,),
        rankers=(make_ranker(ranker).name,),
        axes={"order": (ranking.order,), "seed": (ranking.seed,)},
        limits=Limits(concurrency=wanted.concurrency),
    )


def _telling(
    factory: WorkspaceFactory, cases: Sequence[Case], wanted: Wanted, settings: Settings
) -> list[Case]:
    """Returns cases whose truth the model would be shown, in a seeded order, at most the limit."""
    mixed, found = list(cases), list[Case]()
    random.Random(wanted.seed).shuffle(mixed)
    for case in mixed:
        candidates = factory.prepared(case, "none").pool.candidates
        shown = {one.item.id for one in candidates[: settings.ranking.candidates]}
        if any(gain > 0 and item in shown for item, gain in case.truth.items()):
            found.append(case)
        if len(found) == wanted.limit:
            break
    return found


def _log(palate: Palate, bench: Bench, wanted: Wanted) -> tuple[RunFolder, Log]:
    """Opens the log of this tune: the one that was begun, if it was cut off."""
    state = digest(
        bench.variant.key, bench.sha256, bench.settings.model_dump_json(), wanted.seed,
        [(case.id, sorted(case.truth), str(case.at)) for case in bench.cases],
    )  # fmt: skip
    folder = RunFolder(private_folder(private_folder(runs_of(palate)) / f"tune-{state}"))
    if not folder.cases.is_file():
        write_cases(folder.cases, bench.cases)
    return folder, Log.open(folder.log, {"run": "tune", "state": state}, retry_errors=True)


def _learn(
    palate: Palate, bench: Bench, wanted: Wanted, log: Log, notify: Notify
) -> tuple[Tuned, Usage]:
    """Asks, learns the leans of the slots, reads the replies again without them, and weighs."""
    model = _model(palate, bench)
    pace = Pace(Limits(concurrency=wanted.concurrency))
    listener = _Listener(Recorded(model, bench.variant, log, pace))
    asked = _Asked(bench, listener, pace, notify)
    heard, usage = asyncio.run(asked.twice())
    if not any(case.opinion.order for case in heard):
        raise EvalError(
            f"{model.name} gave no order that can be read in {len(heard)} cases: {asked.cause} "
            "`palate doctor` tells how the model is."
        )
    tuned = weigh(heard, leans=asked.leans, seed=wanted.seed, lift_cap=bench.settings.lift_cap)
    return tuned, usage


def _model(palate: Palate, bench: Bench) -> Model:
    name = bench.variant.model.name
    if name.startswith(PREFIX):
        return make_simulated(name, name, bench.factory.facts)
    model = palate.engine.model
    assert model is not None
    return model


class _Asked:
    """Asks the ranker about every case, a few at once."""

    def __init__(self, bench: Bench, model: _Listener, pace: Pace, notify: Notify) -> None:
        self._bench, self._model, self._pace, self._notify = bench, model, pace, notify
        self.cause, self.leans = "", tuple[float, ...]()

    async def twice(self) -> tuple[list[Heard], Usage]:
        """Asks, learns the leans of the slots, and reads the replies again without them.

        Only a case that is no longer sure calls the model again; the others are in the log.
        """
        try:
            first = await self._all()
            self.leans = lean_of(self._model.replies)
            return await self._all() if self.leans else first
        finally:
            await self._model.aclose()

    async def _all(self) -> tuple[list[Heard], Usage]:
        """Returns what was heard, in the order of the cases, and what the replies cost."""
        left = iter(enumerate(self._bench.cases))
        found: dict[int, tuple[Heard, Usage]] = {}

        async def work() -> None:
            for place, case in left:
                found[place] = await self._one(case)
                self._tell(len(found))

        async with asyncio.TaskGroup() as group:
            for _ in range(self._pace.limits.concurrency):
                group.create_task(work())
        ordered = [found[place] for place in range(len(found))]
        return [heard for heard, _ in ordered], sum((cost for _, cost in ordered), Usage())

    async def _one(self, case: Case) -> tuple[Heard, Usage]:
        bench = self._bench
        prepared = bench.factory.prepared(case, "none")
        ranker = make_ranker(bench.variant.ranker)
        task = bench.factory.engine.task(prepared, ranker, "model", bench.settings)
        leaning = Tuned(0, 0, 0, 0, 0, 0, leans=self.leans)
        task = replace(task, tuned={(bench.sha256, ranker.name): leaning})
        watched = Watched(self._model)
        deadline = time.monotonic() + bench.settings.model.timeout
        with asking(case):
            ranking = await ranker.rank(task, watched, deadline=deadline)
        self.cause = ranking.cause or self.cause
        candidates = prepared.pool.candidates
        opinion = ranking.opinion or _SILENT
        shown = _shown(watched, opinion, [one.item.id for one in candidates], bench.settings)
        person = case.user or case.id
        return Heard(person, candidates, opinion, shown, case.truth), ranking.usage

    def _tell(self, done: int) -> None:
        pace = self._pace
        self._notify(
            Progress(
                done, len(self._bench.cases), pace.calls, pace.retries, pace.failures, pace.spent,
                int(pace.width),
            )
        )  # fmt: skip


def _shown(
    watched: Watched, opinion: Opinion, ids: Sequence[str], settings: Settings
) -> Sequence[str]:
    """Returns those that the model was shown: the first by the prior, fewer on a tight budget."""
    lines = max((len(labelled(call)) for call in watched.calls), default=0)
    named = max((ids.index(item) + 1 for item in opinion.order), default=0)
    return ids[: max(lines, named) or settings.ranking.candidates]


class _Listener:
    """A model whose log-probabilities are noted by slot on their way."""

    def __init__(self, inner: Model) -> None:
        self.name = inner.name
        self.replies: list[dict[str, float]] = []
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Passes the call on."""
        completion = await self._inner.complete(call, deadline=deadline)
        if call.labels and completion.top_logprobs:
            found = label_logprobs(completion.top_logprobs[0], call.labels)
            if found is not None:
                self.replies.append({label: found.values[label] for label in call.labels})
        return completion

    async def aclose(self) -> None:
        """Closes the model."""
        await self._inner.aclose()
