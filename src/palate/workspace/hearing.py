"""Hears what a model says of cases: every call goes into a log, and none is made twice."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from palate.agent.rankers import make_ranker
from palate.agent.rankers.first_token import FirstTokenRanker
from palate.agent.rankers.logprobs import label_logprobs, lean_of
from palate.agent.tuning import Heard
from palate.agent.tuning_store import Tuned
from palate.domain import Completion, Model, ModelCall, Opinion, Usage
from palate.errors import PalateError
from palate.eval.cases import Case
from palate.eval.runs.answer import Notify, Progress
from palate.eval.runs.config import Limits
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.labels import labelled
from palate.eval.runs.ledger import Recorded, asking
from palate.eval.runs.log import Log, Spent
from palate.eval.runs.pace import Pace
from palate.eval.runs.variants import Variant
from palate.settings import Settings
from palate.workspace.entrants import Watched, WorkspaceFactory

_SILENT = Opinion(())


@dataclass(frozen=True)
class Bench:
    """What is asked, over an open snapshot.

    Attributes:
        drawn: People whose newest like is held back; ``cases`` are those that can tell something.
        settings: As the variant has them.
        sha256: Of the text of the template, which is called ``template``.
    """

    factory: WorkspaceFactory
    variant: Variant
    cases: Sequence[Case]
    drawn: int
    settings: Settings
    sha256: str
    template: str


class Hearing:
    """Asks the ranker about every case, a few at once.

    Attributes:
        leans: What the model adds to each slot, as learnt from its replies.
        cause: Why it was silent, where it was, the last time.
        usage: Calls and tokens of all that is in the log, earlier starts included.
    """

    def __init__(
        self, bench: Bench, model: Model, folder: RunFolder, concurrency: int, notify: Notify
    ) -> None:
        self._bench, self._model, self._folder, self._notify = bench, model, folder, notify
        self._pace = Pace(Limits(concurrency=concurrency))
        self.leans: tuple[float, ...] = ()
        self.cause, self.usage = "", Usage()
        self._replies: list[dict[str, float]] = []

    async def twice(self) -> list[Heard]:
        """Asks, learns the leans of the slots, and hears the replies again without them.

        Only a case that is no longer sure calls the model again; the others are in the log.

        Returns:
            What was heard, in the order of the cases.
        """
        try:
            # What failed in an earlier start is tried again, once.
            first = await self._once(retry_errors=True)
            if self._leans():
                self.leans = lean_of(self._replies)
            return await self._once(retry_errors=False) if self.leans else first
        finally:
            await self._model.aclose()

    def _leans(self) -> bool:
        """Tells whether the lean of a slot can be learnt, and is taken off by the ranker.

        In the prior's order a slot is a place by the prior: what it earns is no lean.
        """
        by_chance = self._bench.settings.ranking.order == "shuffled"
        return by_chance and self._bench.variant.ranker == FirstTokenRanker.name

    async def _once(self, *, retry_errors: bool) -> list[Heard]:
        header = {"run": "tune", "state": self._folder.id}
        log = Log.open(self._folder.log, header, retry_errors=retry_errors)
        listener = _Listener(Recorded(self._model, self._bench.variant, log, self._pace))
        try:
            return await self._all(listener)
        finally:
            log.close()
            self._replies = listener.replies
            spent = log.spent.get(self._bench.variant.key, Spent())
            self.usage = Usage(spent.calls, spent.prompt_tokens, spent.completion_tokens)

    async def _all(self, model: Model) -> list[Heard]:
        left = iter(enumerate(self._bench.cases))
        found: dict[int, Heard] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._pace.limits.concurrency):
                    group.create_task(self._work(left, found, model))
        except* PalateError as errors:
            raise _first(errors) from None
        return [found[place] for place in range(len(found))]

    async def _work(
        self,
        left: Iterator[tuple[int, Case]],
        found: dict[int, Heard],
        model: Model,
    ) -> None:
        for place, case in left:
            found[place] = await self._one(case, model)
            self._notify(self._progress(len(found)))

    async def _one(self, case: Case, model: Model) -> Heard:
        bench = self._bench
        prepared = bench.factory.prepared(case, "none")
        ranker = make_ranker(bench.variant.ranker)
        settings = _dealt(bench.settings, case)
        task = bench.factory.engine.task(prepared, ranker, "model", settings)
        leaning = Tuned(0, 0, 0, 0, 0, 0, leans=self.leans)
        task = replace(task, tuned={(bench.sha256, ranker.name): leaning})
        watched = Watched(model)
        deadline = time.monotonic() + bench.settings.model.timeout
        with asking(case):
            ranking = await ranker.rank(task, watched, deadline=deadline)
        # A ranker that stepped down is another one, with a weight of its own.
        heard = ranking.opinion if ranking.ranker == ranker.name else None
        if heard is None:
            self.cause = ranking.cause or " ".join(ranking.notes)
        candidates, opinion = prepared.pool.candidates, heard or _SILENT
        shown = _shown(watched, opinion, [one.item.id for one in candidates], bench.settings)
        return Heard(case.user or case.id, candidates, opinion, shown, case.truth)

    def _progress(self, done: int) -> Progress:
        pace = self._pace
        return Progress(
            done, len(self._bench.cases), pace.calls, pace.retries, pace.failures, pace.spent,
            int(pace.width),
        )  # fmt: skip


def _first(group: BaseExceptionGroup[PalateError]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _dealt(settings: Settings, case: Case) -> Settings:
    """Returns settings that deal a case its letters by a seed of its own.

    One seed puts the n-th id of every pool into the same slot, and ids may run with fame: then the
    mean over many cases would not be the slot's alone.
    """
    seed = zlib.crc32(f"{settings.ranking.seed}|{case.id}".encode("utf-8", "surrogatepass"))
    ranking = settings.ranking.model_copy(update={"seed": seed})
    return settings.model_copy(update={"ranking": ranking})


def _shown(
    watched: Watched, opinion: Opinion, ids: Sequence[str], settings: Settings
) -> Sequence[str]:
    """Returns those that the model was shown: the first by the prior, fewer on a tight budget."""
    # Rankers of long pools show a part in each call.
    lines = len({line for call in watched.calls for line in labelled(call).values()})
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
