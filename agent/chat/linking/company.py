"""What the other titles of a list tell about one: their years, their people, their kinds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palate.agent.chat.linking.names import Name

#: Titles further away are no company: a long list is many.
_FAR = 40
#: How many of the nearest titles tell the time that is spoken of.
_NEAR = 6
#: Years that count as an e-fold of fame: a multiple of how far the list's own are apart, in bounds.
_SPREADS, _LEAST_YEARS, _MOST_YEARS = 2.0, 5.0, 20.0
#: E-folds that years count at most.
_MOST_OFF = 2.0
#: How much the likeness of kinds counts, from 0 (none shared) to 1.
_TAGS = 4.0


@dataclass(frozen=True, slots=True)
class Company:
    """Other titles of a list.

    Attributes:
        years: Of the nearest ones.
        people: How many of them have each.
        tags: How many of them have each kind, times its rarity.
        rarity: Of each kind in the catalogue.
    """

    years: tuple[int, ...] = ()
    people: Counter[str] = field(default_factory=Counter)
    tags: Mapping[str, float] = field(default_factory=dict)
    rarity: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, place: int, names: Sequence[Name | None], rarity: Mapping[str, float]) -> Company:
        """Collects what stands around a place of a list.

        Args:
            place: Of the title that is asked about; it is no company of its own.
            names: What the lines mean; ``None`` where that is not known for sure.
            rarity: Of each kind in the catalogue; a rare one tells more.
        """
        others = [name for other in around(place, len(names), _FAR) if (name := names[other])]
        years = [name.year for name in others if name.year is not None]
        return cls(
            tuple(years[:_NEAR]),
            Counter(one for name in others for one in set(name.people)),
            _weighed(others, rarity),
            rarity,
        )

    def fits(self, name: Name) -> float:
        """Returns how well an item fits, in e-folds of fame."""
        shared = sum(self.people[one] for one in set(name.people))
        return math.log1p(shared) + _TAGS * self._likeness(name) - self._years_off(name)

    def _likeness(self, name: Name) -> float:
        """Returns the cosine of the kinds of an item and those of the others together."""
        own = {tag: self.rarity.get(tag, 0.0) for tag in name.tags}
        length = math.hypot(*self.tags.values()) * math.hypot(*own.values())
        return sum(self.tags.get(tag, 0.0) * rare for tag, rare in own.items()) / (length or 1.0)

    def _years_off(self, name: Name) -> float:
        if not self.years or name.year is None:
            return 0.0
        middle = median(self.years)
        spread = _SPREADS * median(abs(year - middle) for year in self.years)
        scale = min(max(spread, _LEAST_YEARS), _MOST_YEARS)
        return min(abs(name.year - middle) / scale, _MOST_OFF)


def around(place: int, length: int, far: int) -> list[int]:
    """Returns the places of a list that are so near to one, but for itself, the nearest first."""
    near = range(max(place - far, 0), min(place + far + 1, length))
    return sorted((one for one in near if one != place), key=lambda one: abs(one - place))


def rarities(names: Sequence[Name]) -> dict[str, float]:
    """Returns how rare each kind is: the log of how many times more items there are."""
    count = Counter(tag for name in names for tag in set(name.tags))
    return {tag: math.log(len(names) / held) for tag, held in count.items()}


def _weighed(names: Sequence[Name], rarity: Mapping[str, float]) -> dict[str, float]:
    count = Counter(tag for name in names for tag in set(name.tags))
    return {tag: held * rarity.get(tag, 0.0) for tag, held in count.items()}
