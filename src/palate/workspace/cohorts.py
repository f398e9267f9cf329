"""Cohorts of cases: how much is known of the person, and how well known the truth is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from palate.workspace.user_cohorts import user_traits

if TYPE_CHECKING:
    from palate.eval.cases import Case
    from palate.eval.runs.config import EvalConfig
    from palate.workspace.palate import Palate

#: Up to how many, and what to call them; sorted as text, they stand in this order.
_LENGTHS = ((0, "0"), (4, "1-4"), (19, "5-19"), (49, "20-49"))


def traits_of(palate: Palate, config: EvalConfig, cases: Sequence[Case]) -> list[Mapping[str, str]]:
    """Returns cohort -> value for each case.

    ``history``: items that the person had. ``truth``: whether anybody had a relevant item (else it
    is cold), and whether it is among the fifth that most people had. ``released``: on which side
    of the last year a model knows, where the configuration names one. And every field of
    `config.cohorts`, by `palate.workspace.user_cohorts`.
    """
    engine = palate.engine
    people = engine.retriever.behaviour.popularity.people
    position = engine.retriever.index.items.position
    counts = sorted((float(count) for count in people), reverse=True)
    head = counts[len(counts) // 5] if counts else 0.0
    years = {m.knows_until for m in config.models if m.knows_until is not None}
    found: list[Mapping[str, str]] = []
    for case in cases:
        profile = engine.profile(case.request())
        truth = [item for item, gain in case.truth.items() if gain > 0]
        known = [float(people[position[item]]) for item in truth if item in position]
        traits = {"history": _length(len(profile.seen)), "truth": _fame(known, head)}
        if years and truth:
            traits["released"] = _side(palate, truth[0], min(years))
        found.append(traits)
    if config.cohorts:
        fields = user_traits(palate, config.cohorts, cases)
        return [{**traits, **own} for traits, own in zip(found, fields, strict=True)]
    return found


def _length(count: int) -> str:
    return next((name for most, name in _LENGTHS if count <= most), "50 and more")


def _fame(known: Sequence[float], head: float) -> str:
    best = max(known, default=0.0)
    if best == 0:
        return "cold item"
    return "popular item" if best >= head else "rare item"


def _side(palate: Palate, item: str, last: int) -> str:
    found = palate.engine.retriever.items([item]).get(item)
    year = found.fields.get("year") if found else None
    if not isinstance(year, int):
        return "year unknown"
    return f"up to {last}" if year <= last else f"after {last}"
