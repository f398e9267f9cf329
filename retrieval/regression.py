"""EASE: a linear regression of every item on all the others (H. Steck, WWW 2019).

``B = -P / diag(P)`` with ``P = (X'X + lambda I)^-1`` and a zero diagonal. Closed form, one inverse:
the most met items take part, and the inverse of a few thousand takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.interactions import Interactions

#: Items that take part at most: time grows with the cube of it, memory with the square.
MOST_ITEMS = 4000
#: Newest items of each person that are looked at.
LONGEST = 1000


@dataclass(frozen=True)
class Regression:
    """Weights among those m items that take part.

    Attributes:
        place: Row of the item table -> place among the m, -1 for the others, shape (n_items,).
        rows: Place -> row of the item table, shape (m,).
        weights: B, shape (m, m): row i, column j is what i says for j. May be memory-mapped.
    """

    place: NDArray[np.int32]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]

    def between(self, history: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Returns what each history item says for each row, shape (len(history), len(rows))."""
        given, asked = self.place[history], self.place[rows]
        if not len(self.rows):
            return np.zeros((len(history), len(rows)), np.float32)
        found = self.weights[np.ix_(np.maximum(given, 0), np.maximum(asked, 0))]
        return np.asarray(found * ((given >= 0)[:, None] & (asked >= 0)[None, :]), np.float32)

    def scores(
        self, history: NDArray[np.intp], interest: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Returns the weighted sum over the history for every item, shape (n_items,)."""
        out = np.zeros(len(self.place), np.float32)
        given = self.place[history]
        if (given >= 0).any():
            out[self.rows] = interest[given >= 0] @ self.weights[given[given >= 0]]
        return out


def learn_regression(log: Interactions) -> Regression:
    """Solves the regression; the ridge grows with the number of people, from 10 to 300."""
    counts = np.bincount(log.items, minlength=log.n_items)
    chosen = np.sort(np.argsort(-counts, kind="stable")[:MOST_ITEMS])
    chosen = chosen[counts[chosen] > 0]
    place = np.full(log.n_items, -1, np.int32)
    place[chosen] = np.arange(len(chosen))
    people = log.newest(LONGEST).matrix()[:, chosen]
    gram = (people.T @ people).toarray().astype(np.float64)
    gram[np.diag_indices(len(chosen))] += min(300.0, max(10.0, len(log.users) / 20))
    weights = _regress(gram) if len(chosen) else np.zeros((0, 0), np.float32)
    return Regression(place, chosen.astype(np.int32), weights)


def _regress(gram: NDArray[np.float64]) -> NDArray[np.float32]:
    from scipy.linalg import cho_factor, cho_solve

    inverse = cho_solve(cho_factor(gram, overwrite_a=True), np.eye(len(gram)), overwrite_b=True)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    # LAPACK's order is by columns; what is read, at each request, is rows.
    return np.ascontiguousarray(weights, np.float32)
