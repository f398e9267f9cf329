"""Makes cases of an event log: what people came to like, held back.

``last``: the newest liked item of each person. ``per-user``: the liked ones among the newest share
of each person's events. ``global``: the liked ones at or after one moment, for everybody. An item
is liked where the person's strongest event with it says so, and new to them at that moment.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from palate.domain import Event
from palate.errors import EvalError
from palate.eval.cases import Case
from palate.eval.runs.config import Split

#: Strengths above this are likes.
LIKED = 0.15


@dataclass(frozen=True, slots=True)
class Past:
    """One person's events, oldest first, each with its strength in [-1, 1]."""

    user: str
    events: Sequence[Event]
    strengths: Sequence[float]


def cut_off(split: Split, times: Sequence[datetime]) -> datetime:
    """Returns the moment of a global split.

    Args:
        split: Names the moment, or the share of events after it.
        times: Of all events that have one.

    Raises:
        EvalError: There are no times.
    """
    if split.at is not None:
        return split.at if split.at.tzinfo else split.at.replace(tzinfo=UTC)
    if not times:
        raise EvalError("No event has a time, and a global split cuts at one. Split by last.")
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, math.floor(len(ordered) * (1 - split.share)))]


def make_cases(
    split: Split, pasts: Sequence[Past], items: Sequence[str], at: datetime | None = None
) -> list[Case]:
    """Makes the cases of a split, at most one a person.

    Args:
        split: What is held back, and of whom.
        pasts: Of everybody, in any order.
        items: Ids of the catalogue, from which further candidates are drawn.
        at: The moment of a global split, as of `cut_off`.

    Raises:
        EvalError: Nobody has a case.
    """
    made: list[Case] = []
    for past in sorted(pasts, key=lambda one: one.user):
        case = _case(split, past, at)
        if case is not None and _wanted(split, past, case):
            made.append(case)
    if not made:
        raise EvalError(
            f"A split by {split.kind!r} makes no case of these events: nobody came to like "
            "anything in the part that it holds. Hold a larger share, or another cohort."
        )
    rng = random.Random(split.seed)
    rng.shuffle(made)
    chosen = sorted(made[: split.users], key=lambda case: case.id)
    if not split.candidates:
        return chosen
    had = {past.user: {event.item for event in past.events} for past in pasts}
    catalogue = sorted(items)
    return [_listed(split, case, catalogue, had[str(case.user)]) for case in chosen]


def _case(split: Split, past: Past, at: datetime | None) -> Case | None:
    start = _held_from(split, past, at)
    if start is None or start >= len(past.events):
        return None
    before = {event.item for event in past.events[:start]}
    truth: dict[str, float] = {}
    for event, strength in zip(past.events[start:], past.strengths[start:], strict=True):
        if strength > LIKED and event.item not in before:
            truth[event.item] = 1.0
    if not truth:
        return None
    moment = at if split.kind == "global" else past.events[start].at
    return Case(id=past.user, truth=truth, user=past.user, at=moment)


def _held_from(split: Split, past: Past, at: datetime | None) -> int | None:
    """Returns the place of the first event that is held back."""
    events = past.events
    if split.kind == "global":
        assert at is not None
        return next((n for n, e in enumerate(events) if e.at is not None and e.at >= at), None)
    if split.kind == "per-user":
        return len(events) - max(1, math.ceil(len(events) * split.share))
    seen = _first_places(events)
    liked = (
        n for n in range(len(events) - 1, -1, -1)
        if past.strengths[n] > LIKED and seen[events[n].item] == n
    )  # fmt: skip
    return next(liked, None)


def _first_places(events: Sequence[Event]) -> Mapping[str, int]:
    places: dict[str, int] = {}
    for place, event in enumerate(events):
        places.setdefault(event.item, place)
    return places


def _wanted(split: Split, past: Past, case: Case) -> bool:
    if split.cohort == "all":
        return True
    known = sum(_before(event, case) for event in past.events)
    return (known < split.cold) == (split.cohort == "cold")


def _before(event: Event, case: Case) -> bool:
    timed = event.at is None or case.at is None or event.at < case.at
    return timed and event.item not in case.truth


def _listed(split: Split, case: Case, catalogue: Sequence[str], had: set[str]) -> Case:
    """Adds candidates: the truth among items that the person never met, in an order by chance."""
    rng = random.Random(f"{split.seed}|{case.id}")
    truth = list(case.truth)[: split.candidates]
    drawn = list(_drawn(rng, catalogue, had | case.truth.keys(), split.candidates - len(truth)))
    listed = truth + drawn
    rng.shuffle(listed)
    gains = {item: case.truth[item] for item in truth}
    return Case(id=case.id, truth=gains, user=case.user, at=case.at, candidates=tuple(listed))


def _drawn(
    rng: random.Random, catalogue: Sequence[str], barred: set[str], count: int
) -> Iterator[str]:
    found = 0
    for item in rng.sample(catalogue, len(catalogue)):
        if found == count:
            return
        if item not in barred:
            found += 1
            yield item
