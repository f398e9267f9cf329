"""How many people had an item, and how many of them lately."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.interactions import Interactions

#: The newest part of a history counts as "lately": a fifth of it, at most this many items.
LATE_SHARE, LATE_MOST = 0.2, 20
#: An item that fewer people had is one that hardly anybody had.
RARE = 3


@dataclass(frozen=True)
class Popularity:
    """Counts by item.

    Attributes:
        people: How many people had the item, shape (n_items,).
        late: How many had it in the last part of their history, shape (n_items,).
        liked: Mean strength of opinion, pulled to 0 by five people without one, shape (n_items,).
    """

    people: NDArray[np.float32]
    late: NDArray[np.float32]
    liked: NDArray[np.float32]

    def log(self) -> NDArray[np.float32]:
        """``log(1 + people)``."""
        return self._log

    def lateness(self) -> NDArray[np.float32]:
        """``log((late + 2) / (expected + 2))``: above 0, the item comes late in histories."""
        return self._lateness

    # Every request reads these over the whole catalogue: they are worked out once.

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """Rows, those that many people had and liked first."""
        return np.argsort(-(self.people * (1 + self.liked)), kind="stable")

    @cached_property
    def _log(self) -> NDArray[np.float32]:
        return np.asarray(np.log1p(self.people), np.float32)

    @cached_property
    def _lateness(self) -> NDArray[np.float32]:
        share = self.late.sum() / max(self.people.sum(), 1)
        lift = np.log((self.late + 2) / (share * self.people + 2))
        return np.asarray(lift, np.float32)


def count_popularity(interactions: Interactions) -> Popularity:
    """Counts people, late people and opinions by item."""
    n, items = interactions.n_items, interactions.items
    place = np.arange(len(items)) - interactions.start[:-1][interactions.user]
    lengths = interactions.lengths()
    newest = np.clip((lengths * LATE_SHARE).astype(np.int64), 1, LATE_MOST)
    late = place >= (lengths - newest)[interactions.user]
    people = np.bincount(items, minlength=n).astype(np.float32)
    opinion = np.bincount(items, weights=interactions.strength, minlength=n)
    return Popularity(
        people,
        np.bincount(items[late], minlength=n).astype(np.float32),
        (opinion / (people + 5)).astype(np.float32),
    )
