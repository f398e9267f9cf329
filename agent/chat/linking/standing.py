"""How likely each of several films of one name is to be meant, before anything else is known.

Three things tell: how many people met it, how well its own people are known from other items (a
film of well-known actors is meant sooner than a student's film of the same name), and whether it is
the original of a remake.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from palate.agent.chat.linking.tokens import phrase, tokens_of

if TYPE_CHECKING:
    from palate.agent.chat.linking.names import Name

#: How much an e-fold of the acquaintance with its people counts, beside one of its own fame.
_PEOPLE = 2.0
#: How much sooner the original is meant than its remake.
_ORIGINAL = 2.0
#: How much less likely one of two twins is whose year fits its people worse: it is an error.
_ERROR = 3.0


class Standing:
    """Scores names by fame, people and age.

    Args:
        names: All of the catalogue.
    """

    def __init__(self, names: Sequence[Name]) -> None:
        # What is held twice counts once: its people are no better known by that.
        works = {(name.people, name.year) for name in names if name.people}
        self._works = Counter(one for people in {p for p, _ in works} for one in people)
        self._years: defaultdict[str, list[int]] = defaultdict(list)
        for people, year in works:
            for one in people if year is not None else ():
                self._years[one].append(year or 0)
        self._extra: dict[str, float] = {}
        for group in _of_one_name(names):
            self._compare(group)
        self._of = {name.item: self._standing(name) for name in names}
        self._median = median(self._of.values()) if names else 0.0

    def is_common(self, name: Name) -> bool:
        """Tells whether a name stands no lower than half of the catalogue."""
        return self.of(name) >= self._median

    def of(self, name: Name) -> float:
        """Returns how well a name of the catalogue stands, in e-folds of fame."""
        return self._of[name.item]

    def _standing(self, name: Name) -> float:
        known = sum(math.log(self._works[one]) for one in name.people)
        extra = self._extra.get(name.item, 0.0)
        return math.log1p(name.fame) + _PEOPLE * math.log1p(known) + extra

    def _compare(self, group: Sequence[Name]) -> None:
        famed = any(name.fame for name in group)
        for name in group:
            others = [one for one in group if one is not name and one.year is not None]
            if name.year is None:
                continue
            if (name.fame or not famed) and any(_is_remake(name, one) for one in others):
                self._extra[name.item] = _ORIGINAL
            elif any(self._fits_worse(name, one) for one in others if _is_twin(name, one)):
                self._extra[name.item] = -_ERROR

    def _fits_worse(self, name: Name, twin: Name) -> bool:
        years = {name.year, twin.year}
        return self._years_off(name, years) > self._years_off(twin, years)

    def _years_off(self, name: Name, twins: Container[int | None]) -> float:
        """Returns how far a year is from when its people worked, items of one name aside."""
        years = [year for one in name.people for year in self._years[one] if year not in twins]
        years.sort()
        return abs(years[len(years) // 2] - (name.year or 0)) if years else 0.0


def _of_one_name(names: Iterable[Name]) -> Iterable[Sequence[Name]]:
    groups: defaultdict[str, list[Name]] = defaultdict(list)
    for name in names:
        key = phrase(tokens_of(name.title)).removeprefix("the ")
        groups[key.replace(" ", "")].append(name)
    return (group for group in groups.values() if len(group) > 1)


def _is_remake(first: Name, later: Name) -> bool:
    """Tells whether a later item of the name has someone of the first, and others besides."""
    shared = set(first.people) & set(later.people)
    older = (first.year or 0) < (later.year or 0)
    return older and bool(shared) and set(first.people) != set(later.people)


def _is_twin(one: Name, other: Name) -> bool:
    """Tells whether two items that nobody met differ by the year alone."""
    same = bool(one.people) and set(one.people) == set(other.people)
    return same and not one.fame and not other.fame and one.year != other.year


def is_one_film(one: Name, other: Name) -> bool:
    """Tells whether two items are one film, held twice: the same people, and no other year."""
    same = bool(one.people) and set(one.people) == set(other.people)
    return one.item == other.item or (same and (None in (one.year, other.year)))
