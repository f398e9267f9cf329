"""How many people had an item, and how many of them lately."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.interactions import Interactions

#: The newest share of each person's history that counts as "lately".
LATE_SHARE = 0.3


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
        return np.log1p(self.people)

    def lateness(self) -> NDArray[np.float32]:
        """``log((late + 1) / (share * people + 1))``: above 0, the item comes late in histories."""
        return np.log((self.late + 1) / (LATE_SHARE * self.people + 1)).astype(np.float32)


def count_popularity(interactions: Interactions) -> Popularity:
    """Counts people, late people and opinions by item."""
    n, items = interactions.n_items, interactions.items
    place = np.arange(len(items)) - interactions.start[:-1][interactions.user]
    late = place >= (1 - LATE_SHARE) * interactions.lengths()[interactions.user]
    people = np.bincount(items, minlength=n).astype(np.float32)
    opinion = np.bincount(items, weights=interactions.strength, minlength=n)
    return Popularity(
        people,
        np.bincount(items[late], minlength=n).astype(np.float32),
        (opinion / (people + 5)).astype(np.float32),
    )
