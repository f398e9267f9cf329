"""Asks every variant every case, as far as the log does not hold the answer yet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from palate.domain import Model
from palate.errors import PalateError
from palate.eval.cases import Case
from palate.eval.runs.answer import Entrant, Maker, Notify, Progress
from palate.eval.runs.config import Limits
from palate.eval.runs.ledger import Recorded, Replayed, asking
from palate.eval.runs.log import Log
from palate.eval.runs.pace import Pace, usd
from palate.eval.runs.simulated import PREFIX, make_simulated
from palate.eval.runs.variants import Variant

#: Answers between two looks at the clock of the progress.
_TELL_SECONDS = 0.25
Replies = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done.

    Attributes:
        replies: Answers of the models from another run's log; ``None`` asks the models.
        beside: Others whose recorded calls were paid of the same money.
    """

    cases: Sequence[Case]
    variants: Sequence[Variant]
    limits: Limits
    replies: Replies | None = None
    source: str = ""
    beside: Sequence[Variant] = ()


def carry_out(work: Work, factory: Maker, log: Log, notify: Notify) -> Progress:
    """Does what is left of a run.

    Raises:
        EvalError: The money is spent, or a replayed log lacks a reply. What was answered is kept.
    """
    pace = Pace(work.limits, spent=_spent((*work.variants, *work.beside), log))
    models = {one.key: _model(work, one, factory) for one in work.variants}
    entrants = {
        one.key: factory.entrant(one, Recorded(models[one.key], one, log, pace))
        for one in work.variants
    }
    teller = _Teller(work, log, pace, notify)
    asyncio.run(_all(work, entrants, list(models.values()), log, teller))
    teller.tell(final=True)
    return teller.progress()


def _spent(variants: Sequence[Variant], log: Log) -> float:
    models = {one.key: one.model for one in variants}
    return sum(
        usd(models[key], cost.prompt_tokens, cost.completion_tokens)
        for key, cost in log.spent.items()
        if key in models
    )


def _model(work: Work, variant: Variant, factory: Maker) -> Model:
    if work.replies is not None:
        return Replayed(variant.model.label, work.replies, work.source)
    if variant.model.name.startswith(PREFIX):
        name, label = variant.model.name, variant.model.label
        return make_simulated(name, label, factory.facts, variant.repeat)
    return factory.model(variant)


async def _all(
    work: Work,
    entrants: Mapping[str, Entrant],
    models: Sequence[Model],
    log: Log,
    teller: _Teller,
) -> None:
    left = _left(work, log)
    many = work.limits.concurrency
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(many):
                group.create_task(_worker(left, entrants, log, teller))
    except* PalateError as group_error:
        raise _first(group_error) from None
    finally:
        for model in models:
            await model.aclose()


def _left(work: Work, log: Log) -> Iterator[tuple[Case, Variant]]:
    """Yields what has no answer yet, case by case: what a case needs is then made once."""
    for case in work.cases:
        for variant in work.variants:
            if (variant.key, case.id) not in log.answered:
                yield case, variant


async def _worker(
    left: Iterator[tuple[Case, Variant]],
    entrants: Mapping[str, Entrant],
    log: Log,
    teller: _Teller,
) -> None:
    for case, variant in left:
        with asking(case) as asked:
            answer = await entrants[variant.key].answer(case)
        record = answer.record()
        record |= dict.fromkeys(sorted(asked.kinds), True)
        log.write_answer((variant.key, case.id), record)
        teller.tell()


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class _Teller:
    """Tells how far the run is, a few times a second."""

    def __init__(self, work: Work, log: Log, pace: Pace, notify: Notify) -> None:
        self._log, self._pace, self._notify = log, pace, notify
        self._total = len(work.cases) * len(work.variants)
        keys, ids = {one.key for one in work.variants}, {case.id for case in work.cases}
        own = sum(key in keys and case in ids for key, case in log.answered)
        self._others = len(log.answered) - own
        self._start, self._before = time.monotonic(), own
        self._last = self._start

    def tell(self, *, final: bool = False) -> None:
        now = time.monotonic()
        if final or now - self._last > _TELL_SECONDS:
            self._last = now
            self._notify(self.progress())

    def progress(self) -> Progress:
        pace, done = self._pace, len(self._log.answered) - self._others
        passed = max(time.monotonic() - self._start, 1e-6)
        return Progress(
            done, self._total, pace.calls, pace.retries, pace.failures, pace.spent,
            int(pace.width), (done - self._before) / passed,
        )  # fmt: skip
