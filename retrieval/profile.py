"""Who is asking: history, tags, wishes and scene - or one of the cold starts.

The profile is read from the store at each request, so that feedback counts at once. The weight of
a history item decays with the number of newer items (not with days: a person who comes back after
a year has the same last film): ``0.5 ** (age / half_life)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

from palate.domain import (
    Action,
    Event,
    HistoryEntry,
    Item,
    Profile,
    Request,
    Start,
    TagWeight,
    Wish,
)
from palate.retrieval.strength import RatingScale, event_strengths

if TYPE_CHECKING:
    from palate.retrieval.store import Store
    from palate.settings import Settings

LookUp = Callable[[Sequence[str]], Mapping[str, Item]]
#: An item named in a request stands for something liked, a little less surely than a "like".
REQUEST_STRENGTH = 0.8


def build_profile(
    store: Store, request: Request, settings: Settings, look_up: LookUp | None = None
) -> Profile:
    """Gathers what is known about the person behind a request.

    Args:
        store: The system of record.
        request: ``user``, ``history``, ``text``, ``scene`` and ``language`` are read.
        settings: Strengths of actions, half-life, and how much history is looked at.
        look_up: Returns items by id; ``store.items`` if not given.

    Returns:
        A profile whose ``start`` names what it could be made of.
    """
    with store.reading():
        user = store.user(request.user) if request.user else None
        events = _events(store, request)
        wishes = tuple(store.wishes(request.user)) if request.user else ()
        scale = store.rating_scale() if events else None
    past = _merge(_entries(events, scale, settings), request.history or ())
    history = past[-settings.retrieval.history :]
    items = (look_up or store.items)([entry.item for entry in history])
    return Profile(
        user=request.user,
        start=_start(request, events, wishes),
        history=tuple(entry for entry in history if entry.item in items),
        tags=tag_weights(history, items, settings.retrieval.half_life),
        wishes=wishes,
        hidden=hidden_items(events),
        scene=request.scene,
        language=request.language or (user.language if user else None),
        seen=frozenset(entry.item for entry in past),
    )


def _events(store: Store, request: Request) -> list[Event]:
    events = store.user_events(request.user) if request.user else []
    if request.at is not None:
        events = [event for event in events if event.at is None or event.at < request.at]
    return events


def _start(request: Request, events: Sequence[Event], wishes: Sequence[Wish]) -> Start:
    if events:
        return Start.WARM
    if request.history:
        return Start.REQUEST_ONLY
    if wishes:
        return Start.WISHES_ONLY
    return Start.NO_EVENTS if request.user else Start.NO_USER


def _entries(
    events: Sequence[Event], scale: RatingScale | None, settings: Settings
) -> list[HistoryEntry]:
    """One entry an item: the strongest opinion about it, at the place of the newest event.

    A later opinion of at least half the weight replaces an earlier one, so that people can
    change their minds: a film once liked and disliked today is disliked.
    """
    entries: dict[str, HistoryEntry] = {}
    strengths = event_strengths(events, settings.strengths, scale).tolist() if events else []
    for event, strength in zip(events, strengths, strict=True):
        item = event.item
        before = entries.pop(item, None)
        if before is not None and abs(strength) < abs(before.strength) / 2:
            entries[item] = replace(before, at=event.at)
            continue
        entries[item] = HistoryEntry(item, strength, event.action, event.value, event.at)
    return list(entries.values())


def _merge(stored: Sequence[HistoryEntry], named: Sequence[str]) -> list[HistoryEntry]:
    """Puts the items that the request names after the stored ones: they are the newest."""
    fresh = dict.fromkeys(named)
    kept = [entry for entry in stored if entry.item not in fresh]
    return kept + [HistoryEntry(item, REQUEST_STRENGTH, Action.LIKE) for item in fresh]


def hidden_items(events: Iterable[Event]) -> frozenset[str]:
    """Returns ids that were dismissed and not touched kindly since."""
    hidden: set[str] = set()
    for event in events:
        if event.action is Action.DISMISS:
            hidden.add(event.item)
        elif event.action in (Action.LIKE, Action.SAVE, Action.PURCHASE, Action.PLAY):
            hidden.discard(event.item)
    return frozenset(hidden)


def recency_weights(count: int, half_life: float) -> list[float]:
    """Returns the weight of each of ``count`` history items, oldest first; the newest has 1."""
    return [0.5 ** ((count - 1 - index) / half_life) for index in range(count)]


def tag_weights(
    history: Sequence[HistoryEntry], items: Mapping[str, Item], half_life: float
) -> tuple[TagWeight, ...]:
    """Measures how a person leans to each tag.

    The weight is ``sum(w_i s_i) / (sum(w_i) + 2)`` over the history items with the tag, with
    recency ``w_i`` and strength ``s_i``: two pseudo-items without an opinion keep a single like
    from looking like a passion.

    Returns:
        Strongest lean first, in either direction; each with the items behind it, the
        weightiest first.
    """
    parts: dict[str, list[tuple[float, float, str]]] = {}
    weights = recency_weights(len(history), half_life)
    for entry, weight in zip(history, weights, strict=True):
        item = items.get(entry.item)
        if item is not None and item.tags:
            part = (weight * entry.strength, weight, entry.item)
            for tag in item.tags:
                parts.setdefault(tag, []).append(part)
    leans = [_lean(tag, found) for tag, found in parts.items()]
    return tuple(sorted(leans, key=lambda lean: (-abs(lean.weight), lean.tag)))


def _lean(tag: str, parts: Sequence[tuple[float, float, str]]) -> TagWeight:
    total = sum([part[0] for part in parts]) / (sum([part[1] for part in parts]) + 2)
    agreeing = [(abs(part[0]), part[2]) for part in parts if part[0] * total > 0]
    agreeing.sort(key=itemgetter(0), reverse=True)  # stable: equal ones stay in order
    return TagWeight(tag, total, tuple([item for _, item in agreeing[:5]]))
