"""The chat's tools over a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from palate.agent.chat.desk import Ask, Found
from palate.agent.chat.events import Card, Spent
from palate.domain import Action, HistoryEntry, Item, Profile, Request, Start, Wish
from palate.retrieval.talk import Talk
from palate.settings import ModelSettings
from palate.workspace.words import evidence_line, fact_line, shown

if TYPE_CHECKING:
    from palate.domain import Recommendation, Usage
    from palate.workspace.palate import Palate
    from palate.workspace.slate import Slate

#: How a title that was spoken ill of counts, beside a dislike that was recorded; and one that was
#: only named.
_DISLIKED, _NAMED = -0.8, 0.2


@dataclass(frozen=True)
class WorkspaceDesk:
    """Does what the chat asks for, through the SDK."""

    palate: Palate

    async def recommend(self, ask: Ask) -> Found:
        """Recommends."""
        request = request_of(ask)
        engine = self.palate.engine
        profile = leaning(engine.profile(request), ask)
        if profile.start is not Start.WARM:
            # Of somebody with a past the prior knows more than any conversation says.
            engine = engine.over(self.palate.talk_retriever.hearing(Talk(ask.talk, ask.tags)))
        slate = await engine.arecommend(request, profile)
        usage = spent(slate.usage, self.palate.settings.model)
        cards = tuple(card_of(one, slate) for one in slate)
        return Found(slate.id, cards, slate.relax, slate.how, tuple(slate.notes), usage)

    def items(self, ids: tuple[str, ...]) -> Mapping[str, Item]:
        """Returns items by id."""
        return self.palate.store.items(ids)


def request_of(ask: Ask) -> Request:
    """Returns the request behind an ask."""
    return Request(
        ask.user, ask.liked or None, ask.text or None, ask.n, ask.constraints,
        language=ask.language,
    )  # fmt: skip


def leaning(profile: Profile, ask: Ask) -> Profile:
    """Returns a profile that also holds what the conversation said."""
    fresh = {item: HistoryEntry(item, _DISLIKED, Action.DISLIKE) for item in ask.disliked}
    fresh |= {item: HistoryEntry(item, _NAMED, Action.VIEW) for item in ask.known}
    kept = tuple(entry for entry in profile.history if entry.item not in fresh)
    wishes = [Wish(ask.user or "", words, likes=False) for words in ask.unwished]
    return replace(
        profile,
        history=(*fresh.values(), *kept),
        wishes=(*profile.wishes, *wishes),
        hidden=profile.hidden | set(ask.hidden),
        seen=profile.seen | fresh.keys(),
    )


def card_of(one: Recommendation, slate: Slate) -> Card:
    """Returns a recommendation as a card."""
    facts = tuple((name, fact_line(one.item, (name,))) for name in slate.facts)
    evidence = tuple(evidence_line((fact,), slate.titles) for fact in one.evidence)
    return Card(
        one.item.id, shown(one.item.title), tuple(fact for fact in facts if fact[1]),
        shown(one.reason.text), evidence, one.rank,
    )  # fmt: skip


def spent(usage: Usage, settings: ModelSettings) -> Spent:
    """Returns what calls cost, at the prices of the settings."""
    usd = usage.prompt_tokens * settings.price_in + usage.completion_tokens * settings.price_out
    return Spent(usage.calls, usage.prompt_tokens, usage.completion_tokens, usd / 1e6)
