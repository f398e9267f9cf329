"""Evidence: for each feature that moved a candidate up, the facts behind it.

The amounts are the prior's exact shares; the facts are the history items, tags and words that made
the feature large. Nothing here writes sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from palate.domain import Evidence, Item, Request, Wish
from palate.retrieval.entries import Entries
from palate.retrieval.features import LONG, NAMES, SHORT, Context, Rows, Values
from palate.retrieval.filler import is_filler, stated
from palate.retrieval.texts import LONGEST_FIELD
from palate.retrieval.words import words

#: A share below this, in log-odds, is not worth a word.
LEAST = 0.05
#: Texts less alike than this share no more than a language.
LEAST_ALIKE = 0.2
#: Words up to this length say too little.
SHORT_WORD = 2
MOST = 4
_ITEMS = 3


@dataclass(frozen=True, slots=True)
class _Spot:
    """One feature of one candidate, and its share of the score."""

    feature: str
    row: int
    item: Item
    share: float


def item_words(item: Item) -> frozenset[str]:
    """Returns the index words of everything that is told of an item."""
    texts = (item.title, item.text, *item.tags, *_texts(item))
    return frozenset(words(" ".join(texts)[:10_000]))


class Witness:
    """Finds the facts behind the features of one request.

    Args:
        context: What the features looked at.
        request: Its text is searched for answered words.
        rows: Every row that will be asked about: what they share is looked up once.
        wishes: Stated by the person.
        words_of: Does what `item_words` does, perhaps from memory.
    """

    def __init__(
        self,
        context: Context,
        request: Request,
        rows: Rows,
        wishes: Sequence[Wish] = (),
        words_of: Callable[[Item], Collection[str]] = item_words,
    ) -> None:
        self._context, self._request, self._wishes = context, request, wishes
        self._words_of = words_of
        self._column = {row: column for column, row in enumerate(rows.tolist())}
        self._rows = rows
        self._finders: dict[str, Callable[[_Spot], Evidence | None]] = {
            "neighbours": self._neighbours,
            "regression": self._neighbours,
            "factors": self._neighbours,
            "sequence": self._neighbours,
            "similar": self._similar,
            "tags": self._tags,
            "request": self._request_words,
            "wish": self._wish_words,
            "popularity": self._popularity,
            "liked": self._popularity,
        }

    def evidence(self, row: int, item: Item, shares: NDArray[np.float64]) -> tuple[Evidence, ...]:
        """Returns what speaks for an item, the strongest first.

        Args:
            row: Its row in the item table.
            item: The item.
            shares: Share of each feature in its score, in the order of ``NAMES``.
        """
        found: list[Evidence] = []
        amounts = shares.tolist()
        for place in np.argsort(-shares).tolist():
            if amounts[place] < LEAST or len(found) == MOST:
                break
            finder = self._finders.get(NAMES[place])
            one = finder(_Spot(NAMES[place], row, item, amounts[place])) if finder else None
            if one is not None and not any(_same(one, other) for other in found):
                found.append(one)
        return tuple(found)

    @cached_property
    def _together(self) -> list[tuple[str, ...]]:
        """For each row, the history items that people had together with it."""
        return self._best(self._context.together.at(self._rows), LONG)

    @cached_property
    def _after(self) -> list[tuple[str, ...]]:
        """For each row, the history items that it follows."""
        counts = self._context.behaviour.followers.counts
        return self._best(Entries.of(counts, self._context.history).at(self._rows), SHORT)

    @cached_property
    def _alike(self) -> list[tuple[str, ...]]:
        """For each row, the history items whose texts are like its own."""
        cosine = self._context.past_vectors @ self._context.table.vectors[self._rows].T
        return self._best(np.maximum(cosine - LEAST_ALIKE, 0), LONG)

    @cached_property
    def _liked(self) -> Values:
        """Strength of what was liked: what was merely seen is no reason to name."""
        return np.maximum(self._context.strength, 0)

    def _neighbours(self, spot: _Spot) -> Evidence | None:
        sequence = spot.feature == "sequence"
        items = (self._after if sequence else self._together)[self._column[spot.row]]
        feature = "sequence" if sequence else "neighbours"
        return Evidence(feature, spot.share, items) if items else None

    def _similar(self, spot: _Spot) -> Evidence | None:
        items = self._alike[self._column[spot.row]]
        return Evidence(spot.feature, spot.share, items) if items else None

    def _best(self, amounts: Values, half_life: float) -> list[tuple[str, ...]]:
        """Returns, for each row, the history items that weigh most, the heaviest first.

        Args:
            amounts: What each history item has to do with each row, shape (h, len(rows)).
            half_life: Of the recency that counts.
        """
        if not len(amounts):
            return [()] * len(self._rows)
        weights = amounts.T * (self._liked * self._context.recency(half_life))
        places = np.argsort(-weights, axis=1, kind="stable")[:, :_ITEMS]
        heaviest = np.take_along_axis(weights, places, axis=1)
        fine = heaviest > np.maximum(0.3 * heaviest[:, :1], 1e-6)
        rows, ids = self._context.history[places].tolist(), self._context.table.ids
        return [
            tuple(ids[row] for row, good in zip(*pair, strict=True) if good)
            for pair in zip(rows, fine.tolist(), strict=True)
        ]

    def _tags(self, spot: _Spot) -> Evidence | None:
        facet = self._context.table.facets["tags"]
        lean = {tag: self._context.tag_lean[facet.index[tag]] for tag in facet.of(spot.row)}
        liked = [tag for tag in spot.item.tags if lean.get(tag.strip().casefold(), 0) > 0.05]
        liked.sort(key=lambda tag: -lean[tag.strip().casefold()])
        return Evidence(spot.feature, spot.share, fields=tuple(liked[:3])) if liked else None

    def _request_words(self, spot: _Spot) -> Evidence:
        met = _met(self._request.text or "", self._words_of(spot.item))
        return Evidence(spot.feature, spot.share, words=met)

    def _wish_words(self, spot: _Spot) -> Evidence:
        there = self._words_of(spot.item)
        met = [
            word for wish in self._wishes if wish.likes for word in _met(stated(wish.text), there)
        ]
        return Evidence(spot.feature, spot.share, words=tuple(dict.fromkeys(met))[:6])

    def _popularity(self, spot: _Spot) -> Evidence | None:
        people = int(self._context.behaviour.popularity.people[spot.row])
        return Evidence("popularity", spot.share, words=(str(people),)) if people else None


def _met(text: str, there: Collection[str]) -> tuple[str, ...]:
    """Returns the telling words of a request that are among an item's own."""
    asked = dict.fromkeys(re.findall(r"\w+", text[:LONGEST_FIELD]))
    found = [word for token in asked for word in _answered(token, there)]
    return tuple(dict.fromkeys(found))[:6]


def _answered(token: str, there: Collection[str]) -> list[str]:
    """Returns what of a request's token an item holds: the token, or pairs of its characters."""
    parts = words(token)
    if token.isascii() or len(parts) == 1:
        empty = len(token) <= SHORT_WORD or is_filler(token)
        return [token] if not empty and any(part in there for part in parts) else []
    return [part for part in parts if len(part) > 1 and part in there]


def _texts(item: Item) -> list[str]:
    return [
        part
        for value in item.fields.values()
        for part in (value if isinstance(value, tuple) else (value,))
        if isinstance(part, str)
    ]


def _same(one: Evidence, other: Evidence) -> bool:
    """Two features may rest on the same facts: they are told once."""
    same_facts = (one.items, one.fields, one.words) == (other.items, other.fields, other.words)
    return one.feature == other.feature or same_facts
