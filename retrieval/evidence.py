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
from palate.retrieval.features import LONG, NAMES, SHORT, Context, Rows, Values
from palate.retrieval.filler import is_filler
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


class Witness:
    """Finds the facts behind the features of one request.

    Args:
        context: What the features looked at.
        request: Its text is searched for answered words.
        rows: Every row that will be asked about: what they share is looked up once.
        wishes: Stated by the person.
    """

    def __init__(
        self, context: Context, request: Request, rows: Rows, wishes: Sequence[Wish] = ()
    ) -> None:
        self._context, self._request, self._wishes = context, request, wishes
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
        for place in np.argsort(-shares):
            if shares[place] < LEAST or len(found) == MOST:
                break
            finder = self._finders.get(NAMES[place])
            one = finder(_Spot(NAMES[place], row, item, float(shares[place]))) if finder else None
            if one is not None and not any(_same(one, other) for other in found):
                found.append(one)
        return tuple(found)

    @cached_property
    def _together(self) -> Values:
        """Neighbourhood of each history item and row, shape (h, len(rows))."""
        matrix = self._context.behaviour.neighbours
        return np.asarray(matrix[self._context.history][:, self._rows].toarray())

    @cached_property
    def _after(self) -> Values:
        """How each row follows each history item, shape (h, len(rows))."""
        matrix = self._context.behaviour.followers.counts
        return np.asarray(matrix[self._context.history][:, self._rows].toarray())

    @cached_property
    def _alike(self) -> Values:
        """Cosine of each history item and row, shape (h, len(rows))."""
        vectors = self._context.table.vectors
        return np.asarray(vectors[self._context.history] @ vectors[self._rows].T)

    @cached_property
    def _liked(self) -> Values:
        """Strength of what was liked: what was merely seen is no reason to name."""
        return np.maximum(self._context.strength, 0)

    def _neighbours(self, spot: _Spot) -> Evidence | None:
        context, column = self._context, self._column[spot.row]
        sequence = spot.feature == "sequence"
        amounts = (self._after if sequence else self._together)[:, column]
        recency = context.recency(SHORT if sequence else LONG)
        items = self._best(self._liked * recency * amounts)
        feature = "sequence" if sequence else "neighbours"
        return Evidence(feature, spot.share, items) if items else None

    def _similar(self, spot: _Spot) -> Evidence | None:
        alike = np.maximum(self._alike[:, self._column[spot.row]] - LEAST_ALIKE, 0)
        items = self._best(self._liked * self._context.recency(LONG) * alike)
        return Evidence(spot.feature, spot.share, items) if items else None

    def _best(self, weights: Values) -> tuple[str, ...]:
        rows = np.argsort(-weights, kind="stable")[:_ITEMS]
        history, ids = self._context.history, self._context.table.ids
        floor = 0.3 * weights.max(initial=0)
        return tuple(ids[history[r]] for r in rows if weights[r] > max(floor, 1e-6))

    def _tags(self, spot: _Spot) -> Evidence | None:
        facet = self._context.table.facets["tags"]
        lean = {tag: self._context.tag_lean[facet.index[tag]] for tag in facet.of(spot.row)}
        liked = [tag for tag in spot.item.tags if lean.get(tag.strip().casefold(), 0) > 0.05]
        liked.sort(key=lambda tag: -lean[tag.strip().casefold()])
        return Evidence(spot.feature, spot.share, fields=tuple(liked[:3])) if liked else None

    def _request_words(self, spot: _Spot) -> Evidence:
        return Evidence(spot.feature, spot.share, words=_met(self._request.text or "", spot.item))

    def _wish_words(self, spot: _Spot) -> Evidence:
        met = [word for wish in self._wishes if wish.likes for word in _met(wish.text, spot.item)]
        return Evidence(spot.feature, spot.share, words=tuple(dict.fromkeys(met))[:6])

    def _popularity(self, spot: _Spot) -> Evidence | None:
        people = int(self._context.behaviour.popularity.people[spot.row])
        return Evidence("popularity", spot.share, words=(str(people),)) if people else None


def _met(text: str, item: Item) -> tuple[str, ...]:
    """Returns the telling words of a request that an item's own words hold."""
    texts = (item.title, item.text, *item.tags, *_texts(item))
    there = set(words(" ".join(texts)[:10_000]))
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
