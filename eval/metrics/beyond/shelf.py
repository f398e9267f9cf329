"""What the metrics of what is shown need to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shelf:
    """The catalogue, as far as these metrics look at it.

    Attributes:
        people: Item id -> people who had it; 0 where it is missing.
        tags: Item id -> its tags.
        users: People in all.
    """

    people: Mapping[str, int]
    tags: Mapping[str, frozenset[str]]
    users: int

    def share(self, item: str) -> float:
        """Returns the share of people who had an item, in [0, 1]."""
        return self.people.get(item, 0) / max(self.users, 1)


@dataclass(frozen=True, slots=True)
class Shown:
    """The first places of one case.

    Attributes:
        items: Best first, at most ``k``.
        k: The cut-off.
        past: What the person had.
        relevant: Item ids.
        candidates: What was to be ordered; ``None`` where the catalogue was.
    """

    items: Sequence[str]
    k: int
    past: Sequence[str] = ()
    relevant: frozenset[str] = frozenset()
    candidates: Sequence[str] | None = None


@dataclass
class Exposed:
    """How often each item of a catalogue was shown.

    Attributes:
        size: Items that could be shown.
        counts: Item id -> lists whose first places held it.
    """

    size: int
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, items: Sequence[str]) -> None:
        """Counts one list."""
        for item in items:
            self.counts[item] = self.counts.get(item, 0) + 1
