"""The chat's tools over a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from palate.agent.chat.desk import Ask, Facts, Found
from palate.agent.chat.events import Card, Spent
from palate.domain import Action, Constraint, HistoryEntry, Item, Profile, Request, Start, Wish
from palate.retrieval.constraints import Checker
from palate.retrieval.filler import telling
from palate.retrieval.lean import leaning as leaning_with
from palate.retrieval.masks import allowed_rows
from palate.retrieval.talk import Talk
from palate.retrieval.top import best_rows
from palate.retrieval.words import words
from palate.workspace.chat_facts import facts_of, ids_of, values_of
from palate.workspace.chat_lines import how_line, profile_lines, why_not_lines
from palate.workspace.why import Why
from palate.workspace.words import evidence_line, fact_value, shown

if TYPE_CHECKING:
    from palate.agent.chat.catalogue import Catalogue
    from palate.domain import Recommendation
    from palate.retrieval.pool import Retriever
    from palate.workspace.palate import Palate
    from palate.workspace.slate import Slate

#: How a title that was spoken ill of counts, beside a dislike that was recorded; and one that was
#: only named.
_DISLIKED, _NAMED = -0.8, 0.2
#: Items that are read to find those that meet constraints.
_READ = 1000
_FEELING = frozenset(
    words("love like hate dislike enjoy adore prefer want avoid stand no not don't")
)


@dataclass(frozen=True)
class WorkspaceDesk:
    """Does what the chat asks for, through the SDK."""

    palate: Palate

    async def recommend(self, ask: Ask) -> Found:
        """Recommends."""
        request = request_of(ask)
        engine = self.palate.engine
        profile = leaning(engine.profile(request), ask)
        slate = await engine.over(self._retriever(profile, ask)).arecommend(request, profile)
        model = self.palate.settings.model
        usage = Spent.of(slate.usage, model.price_in, model.price_out)
        cards = tuple(card_of(one, slate, ask.language) for one in slate)
        return Found(slate.id, cards, slate.relax, slate.how, tuple(slate.notes), usage)

    def _retriever(self, profile: Profile, ask: Ask) -> Retriever:
        """Of somebody with a past the prior knows more than any conversation says."""
        if profile.start is Start.WARM:
            return leaning_with(self.palate.retriever, ask.leans)
        talk = self.palate.talk_retriever.hearing(Talk(ask.talk, ask.tags))
        return leaning_with(talk, ask.leans)

    @property
    def noun(self) -> str:
        """What one thing is called."""
        return self.palate.settings.catalogue.noun

    @property
    def nouns(self) -> str:
        """The plural."""
        return self.palate.settings.catalogue.nouns

    @property
    def catalogue(self) -> Catalogue:
        """The vocabulary of the catalogue."""
        return self.palate.catalogue

    def items(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Returns items by id."""
        return self.palate.store.items(list(ids))

    def search(
        self, text: str, n: int, constraints: Sequence[Constraint] = ()
    ) -> Sequence[tuple[Item, float]]:
        """Returns the items that answer a text."""
        table, checker = self.palate.index.items, Checker(tuple(constraints))
        totals = self.palate.index.lexical.totals(telling(text))
        hits = np.flatnonzero((totals > 0) & allowed_rows(table, constraints))
        # Arrays cannot decide every constraint: more than are asked for are read and checked.
        best = hits[best_rows(totals[hits], max(n, _READ) if constraints else n)].tolist()
        scores = {table.ids[row]: float(totals[row]) for row in best}
        items = self.palate.store.items(list(scores)).values()
        return [(one, scores[one.id]) for one in items if checker.holds(one)][:n]

    def facts(
        self, constraints: Sequence[Constraint], field: str = "", *, least: bool = False, n: int = 5
    ) -> Facts:
        """Answers from the store."""
        return facts_of(self.palate.retriever, constraints, field, least=least, n=n)

    def meeting(self, constraints: Sequence[Constraint]) -> Sequence[str]:
        """Returns the ids of the items that meet constraints."""
        return ids_of(self.palate.retriever, constraints)

    def values(self, field: str, constraints: Sequence[Constraint]) -> Sequence[tuple[str, int]]:
        """Counts the values of a field of words, the commonest first."""
        return values_of(self.palate.retriever, field, constraints)

    def explain(self, recommendation: str, item: str, language: str) -> Sequence[str]:
        """Returns why an item stands in a slate."""
        trace = self.palate.trace(recommendation)
        why = Why.of(trace, item, self.palate.store, language)
        reason = shown(why.items[0]["reason"]["text"])
        how = how_line(trace.payload, why.how, language)
        return [line for line in (reason, why.evidence[item], how) if line]

    def why_not(self, ask: Ask, item: str) -> Sequence[str]:
        """Returns what keeps an item out."""
        from palate.workspace.why_not import why_not

        request = request_of(ask)
        profile = leaning(self.palate.engine.profile(request), ask)
        retriever = self._retriever(profile, ask)
        found = why_not(self.palate, request, item, profile, retriever)
        return why_not_lines(found, request.constraints, ask.language)

    def remember(self, user: str, text: str, *, likes: bool) -> int:
        """Keeps a wish."""
        return self.palate.wish(user, text, likes=likes)

    def forget_wish(self, user: str, text: str) -> Sequence[str]:
        """Takes back the wishes that share the most words with a text."""
        asked = _about(text)
        shares = [(len(asked & _about(wish.text)), wish) for wish in self.palate.store.wishes(user)]
        most = max((share for share, _ in shares), default=0)
        gone = [wish for share, wish in shares if share == most and most]
        for wish in gone:
            self.palate.unwish(user, wish.id or 0)
        return [shown(wish.text) for wish in gone]

    def forget_person(self, user: str) -> None:
        """Erases a person."""
        self.palate.forget(user)

    def feedback(self, user: str, item: str, action: Action, recommendation: str | None) -> None:
        """Records what a person did with an item."""
        self.palate.feedback(user, item, action, recommendation=recommendation)

    def profile(self, user: str, language: str) -> Sequence[str]:
        """Returns what is known of a person."""
        return profile_lines(self.palate.profile(user), language)


def _about(wish: str) -> set[str]:
    """Returns the words that tell one wish from another: nearly all of them love or hate."""
    return set(words(telling(wish))) - _FEELING


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


def card_of(one: Recommendation, slate: Slate, language: str) -> Card:
    """Returns a recommendation as a card, its evidence in the language of the talk."""
    facts = tuple((name, fact_value(one.item, name, language)) for name in slate.facts)
    evidence = tuple(evidence_line((fact,), slate.titles, language) for fact in one.evidence)
    return Card(
        one.item.id, shown(one.item.title), tuple(fact for fact in facts if fact[1]),
        shown(one.reason.text), evidence, one.rank,
    )  # fmt: skip
