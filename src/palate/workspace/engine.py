"""From a request to a slate: profile, pool, ranking, reasons, trace."""

from __future__ import annotations

import asyncio
import copy
import secrets
import time
import warnings
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from palate.agent.budget import rank_within
from palate.agent.rankers import Ranker, RankTask, make_ranker, prior_ranking, template_of
from palate.agent.reasons import write_reasons
from palate.agent.tuning_store import Weights
from palate.domain import (
    Budget,
    Item,
    Model,
    Pool,
    Profile,
    RankBy,
    Ranked,
    Ranking,
    Recommendation,
    RenderedPrompt,
    Request,
)
from palate.errors import PalateError
from palate.eval.ordering import strictly_decreasing
from palate.prompts.library import Library
from palate.prompts.render import Brief, render
from palate.prompts.tokens import Counter, make_counter
from palate.retrieval.pool import Retriever
from palate.retrieval.profile import build_profile
from palate.retrieval.store import Store, Trace
from palate.settings import BudgetSettings, Settings
from palate.stages import stage
from palate.workspace.slate import Slate
from palate.workspace.traces import TraceLog

_T = TypeVar("_T")
#: Characters of a request's text that a trace keeps: as many as the search reads.
_KEPT_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request with everything that ranking needs."""

    request: Request
    asked: RankBy
    profile: Profile
    pool: Pool
    items: Mapping[str, Item]
    started: float


class Engine:
    """Answers requests over one workspace."""

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        library: Library,
        settings: Settings,
        model: Model | None,
    ) -> None:
        self.store, self.retriever, self.library = store, retriever, library
        self.settings, self.model = settings, model
        #: What `palate tune` has learnt.
        self.weights = Weights({})
        self.traces = TraceLog(store)

    def over(self, retriever: Retriever) -> Engine:
        """Returns an engine with another retriever, which shares the rest with this one."""
        other = copy.copy(self)
        other.retriever = retriever
        return other

    @cached_property
    def count(self) -> Counter:
        """Counts tokens; its tokenizer is loaded when a prompt is first rendered."""
        return make_counter(self.settings.prompts.tokenizer)

    def close(self) -> None:
        """Writes the last traces and closes the model's connections."""
        try:
            self.traces.flush()
        except PalateError as error:
            warnings.warn(f"The last traces were lost: {error}", RuntimeWarning, stacklevel=2)
        if self.model is not None:
            run(self.model.aclose())

    def recommend(self, request: Request) -> Slate:
        """Answers a request; blocks until the slate is there."""
        prepared = self.prepare(request)
        if not self._asks_model(prepared):
            # No event loop for what never waits: it would cost more than the ranking.
            return self._slate(prepared, prior_ranking(prepared.pool.candidates))
        return run(self._with_model(prepared), self.model)

    async def arecommend(self, request: Request, profile: Profile | None = None) -> Slate:
        """Answers a request without blocking the event loop; a given profile goes first."""
        prepared = await asyncio.to_thread(self.prepare, request, profile=profile)
        if not self._asks_model(prepared):
            return self._slate(prepared, prior_ranking(prepared.pool.candidates))
        return await self._with_model(prepared)

    def prepare(
        self, request: Request, *, prompt: bool = False, profile: Profile | None = None
    ) -> Prepared:
        """Builds profile and pool.

        Args:
            request: What is asked.
            prompt: Gather the candidates of a prompt, also where no model will be asked.
            profile: Takes this one instead of what is known of the person.
        """
        started = time.perf_counter()
        asked = request.rank_by or self.settings.ranking.rank_by
        with stage("profile"):
            profile = profile or self.profile(request)
        asks = prompt or (self.model is not None and asked != "prior")
        shown = max(request.n, self.settings.ranking.candidates if asks else 1)
        with stage("pool"):
            pool = self.retriever.pool(request, profile, shown)
        named = {item for c in pool.candidates for e in c.evidence for item in e.items}
        named |= {entry.item for entry in profile.history[-self.settings.prompts.history :]}
        items = self.retriever.items(sorted(named))
        return Prepared(request, asked, profile, pool, items, started)

    def profile(self, request: Request) -> Profile:
        """Builds the profile behind a request."""
        return build_profile(self.store, request, self.settings, self.retriever.items)

    def _asks_model(self, prepared: Prepared) -> bool:
        wanted = prepared.asked != "prior" and len(prepared.pool.candidates) > 1
        return wanted and self.model is not None

    async def _with_model(self, prepared: Prepared) -> Slate:
        assert self.model is not None
        ranker = make_ranker(prepared.request.ranker or self.settings.ranking.ranker)
        task = self.task(prepared, ranker, prepared.asked, self.settings)
        if (why := idle(task, ranker)) is not None:
            return self._slate(prepared, prior_ranking(task.candidates, cause=why))
        deadline = time.monotonic() + self.settings.model.timeout
        budget = prepared.request.budget or budget_of(self.settings.budget)
        if budget and budget.ms is not None:
            left = budget.ms / 1000 - (time.perf_counter() - prepared.started)
            deadline = min(deadline, time.monotonic() + left)
        with stage("rank"):
            if budget:
                name = ranker.name
                ranking = await rank_within(task, name, self.model, budget, deadline=deadline)
            else:
                ranking = await ranker.rank(task, self.model, deadline=deadline)
        return self._slate(prepared, ranking)

    def task(
        self, prepared: Prepared, ranker: Ranker, rank_by: RankBy, settings: Settings
    ) -> RankTask:
        """Returns what a ranker is given of a prepared request.

        Raises:
            PromptError: There is no template of the name that the settings give.
        """
        return RankTask(
            candidates=prepared.pool.candidates,
            profile=prepared.profile,
            request=prepared.request,
            rank_by=rank_by,
            items=prepared.items,
            settings=settings,
            template=template_of(ranker, settings, self.library),
            count=self.count,
            library=self.library,
            tuned=self.weights.of_model(self.model.name) if self.model else {},
        )

    def _slate(self, prepared: Prepared, ranking: Ranking) -> Slate:
        request, pool = prepared.request, prepared.pool
        by_id = {candidate.item.id: candidate for candidate in pool.candidates}
        place = {item: rank for rank, item in enumerate(by_id, start=1)}
        top = [by_id[item] for item in ranking.order[: request.n]]
        language = request.language or prepared.profile.language
        with stage("reasons"):
            reasons = write_reasons(
                top, ranking.opinion, prepared.profile, prepared.items,
                language=language or self.settings.catalogue.language, request=request.text or "",
            )  # fmt: skip
        recommendations = tuple(
            Recommendation(
                rank, c.item, ranking.scores[c.item.id], place[c.item.id],
                reasons[c.item.id], c.evidence,
            )
            for rank, c in enumerate(top, start=1)
        )  # fmt: skip
        slate = Slate(
            id="r" + secrets.token_hex(6),
            recommendations=recommendations,
            ranked_by=ranking.ranked_by,
            asked=prepared.asked,
            start=prepared.profile.start,
            constraints=request.constraints,
            cause=ranking.cause,
            model=self.model.name if self.model and ranking.opinion else None,
            fitted=pool.fitted,
            weight=ranking.weight,
            tuned=ranking.tuned,
            repairs=ranking.opinion.repairs if ranking.opinion else (),
            relax=pool.relax,
            notes=(*pool.notes, *ranking.notes),
            ranker=ranking.ranker,
            usage=ranking.usage,
            seconds=time.perf_counter() - prepared.started,
            titles=prepared.items,
            facts=self.settings.catalogue.facts,
        )
        return self._keep(slate, request)

    def _keep(self, slate: Slate, request: Request) -> Slate:
        now = datetime.now(UTC)

        def trace() -> Trace:
            text = request.text and request.text[:_KEPT_TEXT]
            scene = request.scene and request.scene[:_KEPT_TEXT]
            payload = slate.to_dict() | {
                "text": text, "scene": scene, "language": request.language,
                "history": request.history,
            }  # fmt: skip
            return Trace(slate.id, request.user, now, payload)

        if self.settings.privacy.keep_traces:
            lost = self.traces.save(trace)
            if lost is not None:
                told = f"How earlier recommendations were made could not be kept: {lost}"
                slate = replace(slate, notes=(*slate.notes, told))
        return slate

    def render(self, request: Request, template: str | None = None) -> RenderedPrompt:
        """Renders the prompt for a request."""
        prepared = self.prepare(request, prompt=True)
        brief = Brief(
            prepared.pool.candidates, prepared.profile, request, prepared.items, self.settings
        )
        ranker = make_ranker(request.ranker or self.settings.ranking.ranker)
        chosen = self.library.get(template) if template else None
        chosen = chosen or template_of(ranker, self.settings, self.library)
        return render(chosen, brief, self.count)

    def recommender(self, rank_by: RankBy) -> WorkspaceRecommender:
        """Returns itself as something that can be evaluated."""
        return WorkspaceRecommender(self, rank_by)


@dataclass(frozen=True)
class WorkspaceRecommender:
    """A workspace behind the `Recommender` protocol."""

    engine: Engine
    rank_by: RankBy

    @property
    def log_probabilities(self) -> bool:
        """Whether its scores are log-probabilities: those of the prior are."""
        return self.rank_by == "prior"

    @property
    def name(self) -> str:
        """Name in tables."""
        model = self.engine.model
        return (
            "prior" if self.rank_by == "prior" or model is None else f"{self.rank_by} {model.name}"
        )

    def rank(self, requests: Sequence[Request]) -> list[Ranked]:
        """Ranks each request's candidates, or retrieves ``n`` items."""
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Ranked:
        if self.rank_by != "prior":
            slate = self.engine.recommend(replace(request, rank_by=self.rank_by, n=1000))
            order = tuple(one.item.id for one in slate)
            return Ranked(order, tuple(one.score for one in slate))
        profile = self.engine.profile(request)
        scored = self.engine.retriever.scored(request, profile)
        ids = self.engine.retriever.index.items.ids
        order = tuple(ids[row] for row in scored.rows)
        return Ranked(order, strictly_decreasing(scored.logp.tolist()))


def idle(task: RankTask, ranker: Ranker) -> str | None:
    """Returns why a model need not be asked: its order counts nothing, and it gives no reasons."""
    learnt = task.tuned.get((task.template.sha256, ranker.name))
    silent = not int(task.template.header["max_tokens_per_reason"])
    if learnt is None or learnt.weight or task.rank_by != "fused" or not silent:
        return None
    return " ".join(learnt.remarks)


def budget_of(settings: BudgetSettings) -> Budget:
    """Returns the budget of the settings, where 0 is without bound."""
    return Budget(settings.tokens or None, settings.usd or None, settings.ms or None)


def run(work: Coroutine[Any, Any, _T], model: Model | None = None) -> _T:
    """Runs a coroutine to its end, also where an event loop runs already (a notebook).

    Args:
        work: Gets a loop of its own.
        model: Whose connections in that loop are closed afterwards: they could serve no other.
    """
    whole = work if model is None else _closing(work, model)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(whole)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, whole).result()


async def _closing(work: Coroutine[Any, Any, _T], model: Model) -> _T:
    try:
        return await work
    finally:
        await model.aclose()
