"""Probes: what a personalised recommender must suffer from, and what memory may hide.

``history-removed``, ``history-shuffled`` and ``history-swapped`` (that of another case's person)
change the profile before anything is retrieved; ``titles-anonymous`` gives every item a number for
a title, and no text, so that what a model remembers of a title is of no use.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from palate.domain import Candidate, Item, Profile, Request, Start
from palate.eval.ordering import tie_key
from palate.retrieval.profile import tag_weights

if TYPE_CHECKING:
    from palate.eval.cases import Case
    from palate.workspace.engine import Engine, Prepared


class Prober:
    """Changes profiles and pools as a probe says.

    Args:
        engine: Of the snapshot.
        cases: Whose people lend each other their histories.
    """

    def __init__(self, engine: Engine, cases: Sequence[Case]) -> None:
        self._engine = engine
        self._next = {case.id: cases[(place + 1) % len(cases)] for place, case in enumerate(cases)}

    def profile(self, case: Case, request: Request, probe: str) -> Profile:
        """Returns the profile behind a request, as the probe leaves it."""
        profile = self._engine.profile(request)
        if probe == "history-removed":
            return replace(profile, history=(), tags=(), wishes=(), start=_start(request))
        if probe == "history-shuffled":
            entries = list(profile.history)
            random.Random(case.id).shuffle(entries)
            return self.retagged(profile, replace(profile, history=tuple(entries)))
        if probe == "history-swapped":
            other = self._engine.profile(self._next[case.id].request())
            # What the person had stays out of the pool, and so does the other's own past.
            return self.retagged(profile, replace(other, seen=profile.seen | other.seen))
        return profile

    def retagged(self, profile: Profile, changed: Profile) -> Profile:
        """Returns a changed profile with the tags of its own history."""
        items = self._engine.retriever.items([entry.item for entry in changed.history])
        tags = tag_weights(changed.history, items, self._engine.settings.retrieval.half_life)
        return replace(changed, user=profile.user, tags=tags, language=profile.language)

    def disguised(self, prepared: Prepared, probe: str) -> Prepared:
        """Returns a pool whose titles say nothing, for the probe ``titles-anonymous``."""
        if probe != "titles-anonymous":
            return prepared
        noun = self._engine.settings.catalogue.noun
        candidates = tuple(_masked(one, noun) for one in prepared.pool.candidates)
        items: Mapping[str, Item] = {i: _mask(item, noun) for i, item in prepared.items.items()}
        return replace(prepared, pool=replace(prepared.pool, candidates=candidates), items=items)


def _start(request: Request) -> Start:
    return Start.NO_EVENTS if request.user else Start.NO_USER


def _masked(candidate: Candidate, noun: str) -> Candidate:
    return replace(candidate, item=_mask(candidate.item, noun))


def _mask(item: Item, noun: str) -> Item:
    """Keeps tags and fields without names: what is asked is whether they suffice."""
    kept = {
        name: value for name, value in item.fields.items() if not isinstance(value, str | tuple)
    }
    number = tie_key(item.id) % 10**8
    return replace(item, title=f"{noun.capitalize()} {number}", text="", fields=kept)
