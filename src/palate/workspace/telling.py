"""Reasons asked for later: a model phrases those of a slate that was given already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from palate.agent.allowance import Allowance, prices_of
from palate.agent.explain import Explaining
from palate.domain import Candidate, Evidence, Item, Reason, Usage
from palate.errors import PalateError
from palate.prompts.render import Brief
from palate.retrieval.store import Trace
from palate.workspace.engine import budget_of, run
from palate.workspace.why import evidence_of, reason_lines
from palate.workspace.why_not import request_of
from palate.workspace.words import shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.domain import Model
    from palate.workspace.answering import Answering


@dataclass(frozen=True, slots=True)
class Told:
    """A reason of a slate. ``rank`` starts at 1."""

    rank: int
    item: Item
    reason: Reason

    def __rich__(self) -> RenderableType:
        """Returns the title, the sentence and, where one was refused, that one."""
        return reason_view(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        item = {"id": self.item.id, "title": self.item.title}
        return {"rank": self.rank, "item": item, "reason": asdict(self.reason)}


def reason_view(told: Mapping[str, Any]) -> RenderableType:
    """Returns what `Told.to_dict` returned, for a terminal."""
    from rich.console import Group
    from rich.text import Text

    title = Text(f"{told['rank']}. {shown(told['item']['title'])}", style="bold")
    reason = told["reason"]
    return Group(title, *reason_lines(reason["text"], reason["written_by"], reason["replaced"]))


class Telling:
    """Reasons of a slate, as soon as each is written and checked; iterate with ``async for``.

    What was told is kept in the slate's trace. `cause` (why the model wrote nothing) and `usage`
    are known at the end.

    Args:
        palate: The workspace.
        trace: Of the slate.
        items: Item ids to explain; all of the slate where there are none.
        language: BCP 47; ``None`` is the one that the slate was given in.

    Raises:
        PalateError: An item is not in the slate, or no longer in the catalogue.
    """

    def __init__(
        self,
        palate: Answering,
        trace: Trace,
        items: Sequence[str] = (),
        language: str | None = None,
    ) -> None:
        self.cause: str | None = None
        self.usage = Usage()
        self._palate, self._trace = palate, trace
        self._ranks = _ranks(trace, items)
        self._language = language

    async def __aiter__(self) -> AsyncIterator[Told]:
        engine, model = self._palate.engine, self._model()
        brief = await asyncio.to_thread(self._brief)
        explaining = Explaining(
            brief, engine.library.get("explain"), engine.count, model,
            deadline=time.monotonic() + engine.settings.model.timeout,
        )  # fmt: skip
        held = {candidate.item.id: candidate.item for candidate in brief.candidates}
        told: dict[str, Reason] = {}
        try:
            async for item, reason in explaining:
                told[item] = reason
                yield Told(self._ranks[item], held[item], reason)
        finally:
            self.usage = explaining.usage
            self.cause = explaining.cause if model else "no model is configured."
            self._keep(told)

    @property
    def model(self) -> Model | None:
        """The model that is asked; without one the evidence writes."""
        return self._palate.engine.model

    def _model(self) -> Model | None:
        engine = self._palate.engine
        budget = budget_of(engine.settings.budget)
        if engine.model is None or not budget:
            return engine.model
        return Allowance(
            engine.model, budget, prices_of(engine.settings.model, budget), engine.count
        )

    def _brief(self) -> Brief:
        engine = self._palate.engine
        asked = request_of(self._trace)
        request = replace(asked, language=self._language or asked.language)
        profile = engine.profile(request)
        evidence = {
            one["item"]["id"]: tuple(evidence_of(found) for found in one["evidence"])
            for one in self._trace.payload["recommendations"]
        }
        named = {item for i in self._ranks for found in evidence[i] for item in found.items}
        named |= {entry.item for entry in profile.history[-engine.settings.prompts.history :]}
        items = self._palate.store.items(sorted(named | self._ranks.keys()))
        # Labels in the order of the slate: nothing is ranked here that a place could sway.
        return Brief(
            [_candidate(items, item, evidence[item]) for item in self._ranks],
            profile, request, items, engine.settings, shuffle=False,
        )  # fmt: skip

    def _keep(self, told: Mapping[str, Reason]) -> None:
        """Puts the reasons into the trace, so that nobody pays for them twice."""
        given = [
            one | {"reason": asdict(told[one["item"]["id"]])}
            if one["item"]["id"] in told and told[one["item"]["id"]].written_by == "model"
            else one
            for one in self._trace.payload["recommendations"]
        ]
        payload = dict(self._trace.payload) | {"recommendations": given}
        self._palate.store.save_trace(replace(self._trace, payload=payload))


def tell(telling: Telling, hear: Callable[[Told], None] = lambda _: None) -> tuple[Told, ...]:
    """Hears all reasons, in the order of the slate, and leaves no connection behind.

    Args:
        telling: Not iterated over before.
        hear: Is told each as it comes.
    """

    async def whole() -> list[Told]:
        heard = []
        async for one in telling:
            hear(one)
            heard.append(one)
        return heard

    return tuple(sorted(run(whole(), telling.model), key=lambda one: one.rank))


def _ranks(trace: Trace, items: Sequence[str]) -> dict[str, int]:
    ranks = {one["item"]["id"]: int(one["rank"]) for one in trace.payload["recommendations"]}
    strange = [item for item in items if item not in ranks]
    if strange:
        held = ", ".join(ranks) or "nothing"
        raise PalateError(f"{strange[0]!r} is not in {trace.id}. It holds: {held}.")
    return {item: rank for item, rank in ranks.items() if not items or item in items}


def _candidate(items: Mapping[str, Item], item: str, evidence: tuple[Evidence, ...]) -> Candidate:
    if item not in items:
        raise PalateError(f"{item!r} is no longer in the catalogue: nothing is known to say of it.")
    return Candidate(items[item], 0.0, evidence=evidence)
