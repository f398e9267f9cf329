"""Evidence: for each feature that moved a candidate up, the facts behind it.

The amounts are the prior's exact shares; the facts are the history items, tags and words that made
the feature large. Nothing here writes sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from palate.domain import Evidence, Item, Request
from palate.retrieval.features import LONG, NAMES, SHORT, Context, Values
from palate.retrieval.words import words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: A share below this, in log-odds, is not worth a word.
LEAST = 0.05
#: Words that carry no wish are at most this long.
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
    """Finds the facts behind the features of one request."""

    def __init__(self, context: Context, request: Request) -> None:
        self._context, self._request = context, request
        self._finders: dict[str, Callable[[_Spot], Evidence | None]] = {
            "neighbours": self._neighbours,
            "recent": self._neighbours,
            "sequence": self._neighbours,
            "similar": self._similar,
            "tags": self._tags,
            "request": self._request_words,
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

    def _neighbours(self, spot: _Spot) -> Evidence | None:
        context = self._context
        sequence = spot.feature == "sequence"
        matrix = context.behaviour.followers if sequence else context.behaviour.neighbours
        half_life = LONG if spot.feature == "neighbours" else SHORT
        weight = context.interest * context.recency(half_life)
        # Only what was liked or bought is a reason to name; what was merely seen is not.
        weight = np.where(context.strength > 0, weight, 0)
        items = self._best(weight * _entries(matrix, context.history, spot.row))
        return (
            Evidence("sequence" if sequence else "neighbours", spot.share, items) if items else None
        )

    def _similar(self, spot: _Spot) -> Evidence | None:
        context = self._context
        cosine = context.table.vectors[context.history] @ context.table.vectors[spot.row]
        weight = np.where(context.strength > 0, context.recency(LONG) * context.strength, 0)
        items = self._best(weight * np.maximum(cosine - 0.2, 0))
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
        texts = (spot.item.title, spot.item.text, *spot.item.tags, *_texts(spot.item))
        there = set(words(" ".join(texts)[:10_000]))
        asked = dict.fromkeys(re.findall(r"\w+", self._request.text or ""))
        found = [word for token in asked for word in _answered(token, there)]
        return Evidence(spot.feature, spot.share, words=tuple(dict.fromkeys(found))[:6])

    def _popularity(self, spot: _Spot) -> Evidence | None:
        people = int(self._context.behaviour.popularity.people[spot.row])
        return Evidence("popularity", spot.share, words=(str(people),)) if people else None


def _answered(token: str, there: Collection[str]) -> list[str]:
    """Returns what of a request's token an item holds: the token, or pairs of its characters."""
    parts = words(token)
    if token.isascii() or len(parts) == 1:
        return [token] if len(token) > SHORT_WORD and any(part in there for part in parts) else []
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


def _entries(matrix: csr_matrix, rows: NDArray[np.intp], column: int) -> Values:
    """Returns ``matrix[rows, column]``; each row's columns are sorted."""
    out = np.zeros(len(rows), np.float32)
    for place, row in enumerate(rows.tolist()):
        start, end = matrix.indptr[row], matrix.indptr[row + 1]
        found = start + int(np.searchsorted(matrix.indices[start:end], column))
        if found < end and matrix.indices[found] == column:
            out[place] = matrix.data[found]
    return out
