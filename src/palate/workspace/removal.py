"""Asks variants over a snapshot once more, with less of the history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from palate.eval.judge.docket import drawn
from palate.eval.removal.stage import (
    RemovalMaker,
    original,
    read_cited,
    removal_variants,
    untried,
)
from palate.eval.runs.runner import Work, carry_out
from palate.prompts.render import SEEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palate.domain import Candidate, Evidence, Model, Profile, Usage
    from palate.eval.cases import Case
    from palate.eval.runs.answer import Notify
    from palate.eval.runs.folder import RunFolder
    from palate.eval.runs.log import Log
    from palate.eval.runs.variants import Variant
    from palate.workspace.engine import Prepared
    from palate.workspace.entrants import WorkspaceFactory


def ask_without_evidence(
    folder: RunFolder, work: Work, factory: WorkspaceFactory, log: Log, notify: Notify
) -> list[Variant]:
    """Asks again without what reasons cited, as far as the log does not hold it yet.

    Returns:
        What the log calls it; nothing where the configuration does not want it.

    Raises:
        EvalError: As of `carry_out`.
    """
    spec = folder.config().evidence_removed
    if spec is None:
        return []
    asked = original(work.variants)
    again = removal_variants(asked)
    cases = drawn(work.cases, spec.cases, spec.seed)
    originals = {two.key: one for one, two in zip(asked, again, strict=True)}
    docket = read_cited(folder.log, cases, asked)
    log.answered -= set(untried(folder.log, originals, docket))
    maker = RemovalMaker(factory, originals, docket, WorkspaceAsker(factory), spec.seed)
    carry_out(replace(work, cases=cases, variants=again, beside=work.variants), maker, log, notify)
    return again


class WorkspaceAsker:
    """Asks as the variants of a run are asked.

    Args:
        factory: Of the run.
    """

    def __init__(self, factory: WorkspaceFactory) -> None:
        self._factory = factory

    def shown(self, case: Case, variant: Variant) -> list[str]:
        """Returns the liked items among the newest of the history, as the prompt shows them."""
        prepared = self._factory.prepared(case, variant.probe)
        window = self._window(variant)
        newest = prepared.profile.history[-window:] if window else ()
        return [one.item for one in newest if one.strength > SEEN]

    async def ask(
        self, case: Case, variant: Variant, model: Model, without: Sequence[str]
    ) -> tuple[tuple[str, ...], Usage]:
        """Returns the model's own order without some of the history."""
        prepared = self._factory.prepared(case, variant.probe)
        shorter = self._without(prepared, frozenset(without), self._window(variant))
        ranking = await self._factory.entrant(variant, model).rank(shorter, model)
        own = ranking.opinion.order if ranking.opinion and not ranking.cause else ()
        return own, ranking.usage

    def _window(self, variant: Variant) -> int:
        settings = self._factory.engine.settings
        return settings.prompts.history if variant.history is None else variant.history

    def _without(self, prepared: Prepared, gone: frozenset[str], window: int) -> Prepared:
        """Takes items out of the history and of the evidence; no older ones move up for them."""
        profile = prepared.profile
        newest = {one.item for one in profile.history[-window:]} if window else set()
        left = tuple(one for one in profile.history if one.item not in gone)
        retagged: Profile = self._factory.retagged(profile, left)
        kept = tuple(one for one in left if one.item in newest)
        pool = replace(
            prepared.pool,
            candidates=tuple(_forgetful(one, gone) for one in prepared.pool.candidates),
        )
        return replace(prepared, profile=replace(retagged, history=kept), pool=pool)


def _forgetful(candidate: Candidate, gone: frozenset[str]) -> Candidate:
    evidence = tuple(filter(None, (_left(one, gone) for one in candidate.evidence)))
    return replace(candidate, evidence=evidence)


def _left(one: Evidence, gone: frozenset[str]) -> Evidence | None:
    items = tuple(item for item in one.items if item not in gone)
    if one.items and not items:
        return None
    return replace(one, items=items)
