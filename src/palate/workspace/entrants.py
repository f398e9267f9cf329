"""Makes the recommenders of a run: variants over a snapshot's engine, and the controls."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from palate.agent.models import make_model
from palate.agent.rankers import make_ranker, template_of
from palate.agent.reasons import write_reasons
from palate.agent.reasons.cited import cited_history, evidence_named
from palate.agent.reasons.world import World
from palate.domain import Completion, Message, Model, ModelCall, Ranking, Reason, Recommender
from palate.errors import EvalError
from palate.eval.metrics.beyond import Shelf
from palate.eval.metrics.names import PROBABILITY
from palate.eval.runs.answer import Answer, ItemFacts, Told
from palate.eval.runs.labels import slots_of
from palate.prompts.render import title_line
from palate.settings import ModelSettings, Settings
from palate.workspace.engine import Engine, Prepared
from palate.workspace.probes import Prober

if TYPE_CHECKING:
    from palate.domain import HistoryEntry, Profile
    from palate.eval.cases import Case
    from palate.eval.runs.config import EvalConfig
    from palate.eval.runs.variants import Variant
    from palate.workspace.palate import Palate

#: Prepared cases kept: the variants of a case come one after the other.
_KEPT = 128
#: Reasons written for the report, of each answer.
_TOLD = 3


class WorkspaceFactory:
    """Recommenders over an open snapshot.

    Args:
        palate: The snapshot, without a model.
        config: Of the run.
        cases: All that are asked.
    """

    def __init__(self, palate: Palate, config: EvalConfig, cases: Sequence[Case]) -> None:
        self._palate, self._config = palate, config
        self._prober = Prober(palate.engine, cases)
        self._own: list[Recommender] | None = None
        self._prepared: OrderedDict[tuple[str, str], Prepared] = OrderedDict()

    def model(self, variant: Variant) -> Model:
        """Makes the model of a variant, as the settings would.

        Raises:
            SettingsError: Its base URL or key cannot be used.
        """
        return served_model(variant)

    def entrant(self, variant: Variant, model: Model) -> WorkspaceEntrant:
        """Makes a variant."""
        engine = self._palate.engine
        settings = _settings(engine.settings, variant)
        # Both are looked up now: a wrong name is known before the first call.
        ranker = make_ranker(variant.ranker)
        template_of(ranker, settings, engine.library)
        return WorkspaceEntrant(self, variant, model, settings)

    def prepared(self, case: Case, probe: str) -> Prepared:
        """Returns profile and pool of a case, as a probe leaves them."""
        key = (case.id, probe)
        if key not in self._prepared:
            request = case.request(self._config.retrieval.n)
            profile = self._prober.profile(case, request, probe)
            made = self._palate.engine.prepare(request, prompt=True, profile=profile)
            self._prepared[key] = self._prober.disguised(made, probe)
            if len(self._prepared) > _KEPT:
                self._prepared.popitem(last=False)
        return self._prepared[key]

    def retagged(self, profile: Profile, history: tuple[HistoryEntry, ...]) -> Profile:
        """Returns a profile as another history of the same person makes it."""
        return self._prober.retagged(profile, replace(profile, history=history))

    @property
    def foretells(self) -> bool:
        """Whether probabilities are wanted."""
        return any(name in PROBABILITY for name in self._config.metrics)

    @property
    def known(self) -> Collection[str]:
        """Ids of the catalogue."""
        return self._palate.engine.retriever.index.items.position.keys()

    @property
    def engine(self) -> Engine:
        """That of the snapshot."""
        return self._palate.engine

    def controls(self, names: Sequence[str], seed: int) -> Sequence[Recommender]:
        """Makes controls over the snapshot's events."""
        from palate.workspace.controls import make_controls

        return make_controls(self._palate, names, seed)

    def own(self) -> Sequence[Recommender]:
        """Returns the recommenders that the configuration names, made once."""
        if self._own is None:
            from palate.workspace.own_recommenders import make_own

            self._own = make_own(self._palate, self._config.recommenders)
        return self._own

    def facts(self, ids: Sequence[str]) -> Mapping[str, ItemFacts]:
        """Returns titles as prompts show them, tags and years."""
        items = self._palate.engine.retriever.items(ids)
        return {
            item: ItemFacts(title_line(known), known.tags, _year(known.fields.get("year")))
            for item, known in items.items()
        }

    def ceiling(self, cases: Sequence[Case]) -> Sequence[tuple[int, int]]:
        """Returns how many relevant items are shown and retrieved, a case."""
        engine = self._palate.engine
        ids = engine.retriever.index.items.ids
        found = []
        for case in cases:
            request = case.request(self._config.retrieval.n)
            scored = engine.retriever.scored(request, engine.profile(request))
            rows = [ids[row] for row in scored.rows.tolist()]
            shown = rows[: self._config.retrieval.shown]
            found.append((_hits(case, shown), _hits(case, rows)))
        return found

    def count(self, messages: Sequence[Message]) -> int:
        """Counts the tokens of a prompt with the snapshot's tokenizer."""
        return self._palate.engine.count("\n".join(one.content for one in messages)).tokens

    def shelf(self) -> Shelf:
        """Returns the popularity and the tags of the catalogue's items."""
        retriever = self._palate.engine.retriever
        ids, people = retriever.index.items.ids, retriever.behaviour.popularity.people
        return Shelf(
            {item: int(count) for item, count in zip(ids, people.tolist(), strict=True)},
            {item.id: frozenset(item.tags) for item in self._palate.store.all_items()},
            self._palate.store.user_count,
        )

    def pasts(self, cases: Sequence[Case]) -> Sequence[tuple[str, ...]]:
        """Returns what each case's person had before."""
        found = (self._palate.engine.profile(case.request()) for case in cases)
        return [tuple(sorted(profile.seen)) for profile in found]

    def traits(self, cases: Sequence[Case]) -> Sequence[Mapping[str, str]]:
        """Returns cohort -> value, a case."""
        from palate.workspace.cohorts import traits_of

        return traits_of(self._palate, self._config, cases)


def served_model(variant: Variant) -> Model:
    """Makes the model that a variant names, as the settings would.

    Raises:
        SettingsError: Its base URL or key cannot be used.
    """
    spec = variant.model
    settings = ModelSettings(
        name=spec.name, base_url=spec.base_url, api_key_env=spec.api_key_env,
        timeout=spec.timeout, retries=spec.retries,
    )  # fmt: skip
    made = make_model(settings, os.environ)
    if made is None:
        raise EvalError("A model needs a name. Write one under models in eval.yaml.")
    return made


@dataclass
class WorkspaceEntrant:
    """A variant over the engine of a snapshot."""

    factory: WorkspaceFactory
    variant: Variant
    model: Model
    settings: Settings

    async def answer(self, case: Case) -> Answer:
        """Ranks the case's pool with the variant's model."""
        prepared = self.factory.prepared(case, self.variant.probe)
        candidates = prepared.pool.candidates
        if not candidates:
            return Answer((), cause="there was no candidate")
        watched = Watched(self.model)
        ranking = await self.rank(prepared, watched)
        shown = [one.item.id for one in candidates[: self.settings.ranking.candidates]]
        return Answer(
            order=ranking.order,
            own=ranking.opinion.order if ranking.opinion else (),
            cause=ranking.cause,
            repairs=ranking.opinion.repairs if ranking.opinion else (),
            shown=self._slots(prepared, watched),
            reached=(_hits(case, shown), _hits(case, [one.item.id for one in candidates])),
            reasons=self._reasons(prepared, ranking),
            notes=ranking.notes,
            usage=ranking.usage,
            **self._sure(ranking),
        )

    def _sure(self, ranking: Ranking) -> dict[str, Any]:
        """Returns log-probabilities, where the run has a metric that wants them."""
        if not self.factory.foretells:
            return {}
        own = ranking.opinion.logprobs if ranking.opinion else {}
        return {
            "sure": tuple(round(ranking.scores[item], 4) for item in ranking.order),
            "own_sure": {item: round(value, 4) for item, value in own.items()},
        }

    async def rank(self, prepared: Prepared, model: Model) -> Ranking:
        """Ranks a prepared case as this variant does."""
        ranker = make_ranker(self.variant.ranker)
        task = self.factory.engine.task(prepared, ranker, "fused", self.settings)
        deadline = time.monotonic() + self.settings.model.timeout
        return await ranker.rank(task, model, deadline=deadline)

    def _slots(self, prepared: Prepared, watched: Watched) -> tuple[str, ...]:
        """Several calls show several orders: then no slot is anybody's."""
        if len(watched.calls) != 1:
            return ()
        titles = {one.item.id: title_line(one.item) for one in prepared.pool.candidates}
        return slots_of(watched.calls[0], titles)

    def _reasons(self, prepared: Prepared, ranking: Ranking) -> tuple[Told, ...]:
        if not ranking.opinion or not ranking.opinion.reasons:
            return ()
        by_id = {one.item.id: one for one in prepared.pool.candidates}
        top = [by_id[item] for item in ranking.order[:_TOLD] if item in ranking.opinion.reasons]
        language = prepared.profile.language or self.settings.catalogue.language
        made = write_reasons(
            top, ranking.opinion, prepared.profile, prepared.items,
            language=language, request=prepared.request.text or "",
        )  # fmt: skip
        return tuple(_told(World(one, prepared.profile, prepared.items), made[one.item.id])
                     for one in top)  # fmt: skip


class Watched:
    """A model whose calls are looked at on their way."""

    def __init__(self, inner: Model) -> None:
        self.name = inner.name
        self.calls: list[ModelCall] = []
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Passes the call on."""
        self.calls.append(call)
        return await self._inner.complete(call, deadline=deadline)

    async def aclose(self) -> None:
        """Closes the model."""
        await self._inner.aclose()


def _settings(settings: Settings, variant: Variant) -> Settings:
    prompts = settings.prompts.model_copy(
        update={
            "rank": variant.prompt or settings.prompts.rank,
            "history": settings.prompts.history if variant.history is None else variant.history,
        }
    )
    ranking = settings.ranking.model_copy(
        update={"ranker": variant.ranker, "seed": variant.seed, "order": variant.order}
    )
    model = settings.model.model_copy(
        update={"name": variant.model.label, "timeout": variant.model.timeout}
    )
    return settings.model_copy(update={"prompts": prompts, "ranking": ranking, "model": model})


def _told(world: World, reason: Reason) -> Told:
    claims = tuple((claim.text, claim.supported) for claim in reason.claims)
    return Told(
        world.candidate.item.id, reason.text, reason.written_by, claims, reason.replaced,
        cited_history(reason.text, world), evidence_named(reason.text, world),
    )  # fmt: skip


def _hits(case: Case, ids: Sequence[str]) -> int:
    return sum(case.truth.get(item, 0) > 0 for item in ids)


def _year(value: object) -> int | None:
    return value if isinstance(value, int) else None
