"""Controls: simple recommenders that anything worth its cost must beat.

They learn from the interactions alone, count each (user, item) pair once, and do not ask whether
somebody liked an item. Ties fall by a hash of the item id, never by the order of the candidates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from palate.domain import Ranked, Request
from palate.errors import EvalError
from palate.eval.knn import ItemKNN
from palate.eval.ordering import ranked, strictly_decreasing, tie_key
from palate.eval.pairs import PairTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palate.eval.leave import Arrays

__all__ = ["Identity", "ItemKNN", "Popularity", "Random", "in_order", "oracle_order"]


class Popularity:
    """Orders items by the number of people who have them: score(i) = n_i.

    An item that nobody has scores 0. Without candidates the ``n`` most popular items that are not
    in the person's history.
    """

    def __init__(self, arrays: Arrays, *, name: str = "popularity") -> None:
        self.name = name
        self._table = PairTable(arrays)
        self._counts: NDArray[np.float64] = self._table.counts()

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Ranks each request's candidates, or else retrieves."""
        return [self._table.ordered(self._counts, request) for request in requests]


class Random:
    """A random order that depends on the seed and on what is asked, and on nothing else.

    Neither the order of the candidates nor the place of the request in a batch matters; two equal
    requests get the same order. Without candidates it draws ``n`` of the given items.
    """

    def __init__(self, seed: int = 0, *, items: Sequence[str] = (), name: str = "random") -> None:
        self.name = name
        self._seed = seed
        # Sorted: what is drawn must not depend on the order of the catalogue.
        self._items = tuple(sorted(set(items)))

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Orders each request's candidates at random, or else draws ``n`` items."""
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Ranked:
        listed = request.candidates
        if listed is None and not self._items:
            raise EvalError(
                "A random order needs items to draw from. Give the cases candidates, or the "
                "control the ids of the catalogue."
            )
        asked = (self._seed, request.user, request.history, request.text, request.scene)
        salt = tie_key(json.dumps([*asked, sorted(listed or ())])).to_bytes(8)
        if listed is None:
            return in_order(self._drawn(salt, request.n))
        return in_order(sorted(listed, key=lambda item: tie_key(item, salt)))

    def _drawn(self, salt: bytes, n: int) -> list[str]:
        """Draws items without putting them back: a catalogue is too long to be sorted each time."""
        found: dict[str, None] = {}
        turn = 0
        while len(found) < min(n, len(self._items)):
            place = tie_key(str(turn), salt) % len(self._items)
            found[self._items[place]] = None
            turn += 1
        return list(found)


class Identity:
    """Keeps the order in which the candidates came: well above random, it shows a leak.

    Args:
        items: The catalogue in its own order, for requests without candidates; empty: these are
            refused.
        name: What tables call it.
    """

    def __init__(self, items: Sequence[str] = (), *, name: str = "identity") -> None:
        self.name = name
        self._items = tuple(items)

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Returns each request's candidates as they are."""
        if not self._items and any(request.candidates is None for request in requests):
            raise EvalError("The given order needs candidates. Use cases that list them.")
        return [
            in_order(self._items[: one.n] if one.candidates is None else one.candidates)
            for one in requests
        ]


def oracle_order(truth: Mapping[str, float], candidates: Sequence[str] | None) -> Ranked:
    """Returns the best order there is: no recommender can be above it.

    Args:
        truth: Item id -> gain, which no recommender is told.
        candidates: To be ordered; ``None`` returns the truth itself.
    """
    if candidates is None:
        return ranked(list(truth), truth.values())
    return ranked(candidates, (truth.get(one, 0.0) for one in candidates))


def in_order(ids: Sequence[str]) -> Ranked:
    """Returns items in the order given, with scores from ``len(ids)`` down to 1."""
    return Ranked(tuple(ids), strictly_decreasing(range(len(ids), 0, -1)))
