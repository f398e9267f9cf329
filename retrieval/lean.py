"""Moods as a lean of the whole list: "less violent", "lighter", measured against a slate.

No field says how violent an item is. Its tags say something (war, horror), and so do the words of
its text. Both are added up for every item; whoever asks for less wants what lies below the slate
that was just shown, whoever asks for more what lies above it. That is a step, and beyond it a
slope: where nothing lies on the right side, the nearest comes first.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from palate.retrieval.index import Index
    from palate.retrieval.items import ItemTable
    from palate.retrieval.pool import Retriever

R = TypeVar("R", bound="Retriever")
#: What the first tag that goes with a mood counts, what the last one does, a tag that goes
#: against it, and a word of it; words beyond so many add nothing.
_FIRST, _LAST, _AGAINST, _WORD, _WORDS = 1.0, 0.5, -0.5, 0.4, 3
#: What it costs to lie on the wrong side of the slate, and to lie one further from the far end.
_STEP, _SLOPE, _REACH = 1.0, 0.3, 2.0


@dataclass(frozen=True, slots=True)
class Lean:
    """A mood that is wanted more or less.

    Attributes:
        words: Words that speak of it.
        tags: Tags of the catalogue that go with it, the strongest first.
        against: Tags that go against it.
        likes: Whether more of it is wanted.
        than: Item ids of the slate that it is measured against; empty for the whole catalogue.
    """

    words: str
    tags: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    likes: bool = True
    than: tuple[str, ...] = ()


def leaning(retriever: R, leans: Sequence[Lean]) -> R:
    """Returns a retriever that also leans with moods."""
    made = copy.copy(retriever)
    made.leans = tuple(leans)
    return made


def leant(wished: dict[int, float], index: Index, leans: Sequence[Lean]) -> dict[int, float]:
    """Returns how well rows answer wishes, with what moods take off."""
    if not leans:
        return wished
    values = lean_values(index, leans).tolist()
    return {row: value + wished.get(row, 0.0) for row, value in enumerate(values)}


def lean_values(index: Index, leans: Sequence[Lean]) -> NDArray[np.float64]:
    """Returns what moods take off every item, shape (n,): 0 is best, and a bad fit
        near -2.

    Args:
        index: The opened indexes.
        leans: The moods; their values are added up.
    """
    total = np.zeros(len(index.items))
    for lean in leans:
        total += _values(index, lean)
    return total


def _values(index: Index, lean: Lean) -> NDArray[np.float64]:
    degree = degrees(index, lean)
    rows = index.items.rows(list(lean.than))
    middle = float(np.median(degree[rows] if len(rows) else degree))
    beyond = (degree - middle) * (1 if lean.likes else -1)
    slope = np.clip(beyond, -_REACH, _REACH) - _REACH
    return np.asarray(_SLOPE * slope - _STEP * (beyond <= 0), np.float64)


def degrees(index: Index, lean: Lean) -> NDArray[np.float64]:
    """Returns how much of a mood every item has, by its tags and its words, shape (n,)."""
    table = index.items
    found = np.zeros(len(table))
    for word in dict.fromkeys(lean.words.split()):
        found += index.lexical.totals(word) > 0
    weights = np.linspace(_FIRST, _LAST, len(lean.tags)) if lean.tags else np.zeros(0)
    total = _WORD * np.minimum(found, _WORDS)
    for tag, weight in zip(lean.tags, weights.tolist(), strict=True):
        total += weight * _having(table, tag)
    for tag in lean.against:
        total += _AGAINST * _having(table, tag)
    return total


def _having(table: ItemTable, tag: str) -> NDArray[np.float64]:
    """Returns 1 for every item with a tag, else 0."""
    column = table.facets["tags"].index.get(tag.casefold())
    if column is None:
        return np.zeros(len(table))
    return np.asarray(table.tags[:, [column]].sum(axis=1) > 0, np.float64).ravel()
