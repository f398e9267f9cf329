"""How far items and people lean to an action: means and biases, pulled to nothing by few answers.

``answer(u, i) = mean + b_i + b_u + rest`` with

    b_i = sum of (answer - mean - b_u) over i's answers / (their number + ITEM)
    b_u = sum of (answer - mean - b_i) over u's answers / (their number + PERSON)

solved by turns (Koren, *Factorization meets the neighborhood*, KDD 2008, section 2.1, with
pseudo-answers for the ridge). ``b_u`` is not stored: it is worked out from a person's own past when
it is asked for, so that it knows what happened a moment ago.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.items import TAGS, ItemTable

#: Answers of nobody in particular that stand in for what is not known yet.
ITEM, PERSON, TAG = 10.0, 5.0, 20.0
_TURNS = 5


@dataclass(frozen=True)
class Leaning:
    """Biases to one action.

    Attributes:
        mean: Of all answers.
        item: ``b_i``, shape (n_items,).
        kind: Mean rest by the item's tags, shape (n_items,): all there is of an item without
            answers.
        count: Answers of each item, shape (n_items,).
    """

    mean: float
    item: NDArray[np.float32]
    kind: NDArray[np.float32]
    count: NDArray[np.float32]

    def expected(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Returns ``mean + b_i``, shape (len(rows),)."""
        return np.asarray(self.mean + self.item[rows], np.float32)

    def person(self, rows: NDArray[np.intp], answers: NDArray[np.float32]) -> float:
        """Returns ``b_u`` of somebody with these answers, all of them finite."""
        rest = answers - self.expected(rows)
        return float(rest.sum() / (len(rest) + PERSON))


def learn_leaning(
    user: NDArray[np.int32],
    items: NDArray[np.int32],
    answers: NDArray[np.float32],
    table: ItemTable,
) -> Leaning:
    """Solves the biases.

    Args:
        user: Codes, shape (n,).
        items: Rows of the item table, shape (n,).
        answers: Shape (n,); those that are nan do not take part.
        table: The items.
    """
    said = np.isfinite(answers)
    user, items, given = user[said], items[said], answers[said].astype(np.float64)
    size = len(table)
    mean = float(given.mean()) if len(given) else 0.0
    people = int(user.max(initial=-1)) + 1
    count, past = np.bincount(items, minlength=size), np.bincount(user, minlength=people)
    item, person = np.zeros(size), np.zeros(people)
    for _ in range(_TURNS):
        item = np.bincount(items, given - mean - person[user], size) / (count + ITEM)
        person = np.bincount(user, given - mean - item[items], people) / (past + PERSON)
    rest = np.bincount(items, given - mean - person[user], size)
    return Leaning(
        mean,
        item.astype(np.float32),
        _by_tag(table, np.asarray(rest, np.float64), count),
        count.astype(np.float32),
    )


def _by_tag(
    table: ItemTable, rest: NDArray[np.float64], count: NDArray[np.intp]
) -> NDArray[np.float32]:
    facet, size = table.facets[TAGS], len(table)
    width = len(table.tag_names)
    owner = np.repeat(np.arange(size), np.diff(facet.starts))
    total = np.bincount(facet.columns, rest[owner], width)
    lean = total / (np.bincount(facet.columns, count[owner], width) + TAG)
    tags = np.maximum(np.bincount(owner, minlength=size), 1)
    return (np.bincount(owner, lean[facet.columns], size) / tags).astype(np.float32)
