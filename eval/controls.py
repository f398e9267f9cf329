"""Controls: simple recommenders that anything worth its cost must beat.

All learn from the interactions alone, see each (user, item) pair once, and take neither times nor
signs into account. Ties fall by a hash of the item id, never by the order of the candidates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from palate.domain import Ranked, Request
from palate.errors import EvalError
from palate.eval.ordering import ranked, strictly_decreasing, tie_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from palate.eval.leave import Arrays

#: Cells of the requests x users table that item-kNN holds at once (float32).
_CELLS = 2**24


class Popularity:
    """Orders items by the number of people who have them: score(i) = n_i.

    An item that nobody has scores 0. Without candidates the ``n`` most popular items that are not
    in the person's history.
    """

    def __init__(self, arrays: Arrays, *, name: str = "popularity") -> None:
        self.name = name
        self._table = _Table(arrays)
        self._counts: NDArray[np.float64] = self._table.counts()

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Ranks each request's candidates, or else retrieves."""
        table, counts = self._table, self._counts
        return [
            _retrieve(table, counts, request)
            if request.candidates is None
            else ranked(
                request.candidates,
                (
                    float(counts[table.code[one]]) if one in table.code else 0.0
                    for one in request.candidates
                ),
            )
            for request in requests
        ]


class ItemKNN:
    """Orders items by their summed cosine to the person's history.

    score(i) = sum over h in H of n_hi / sqrt(n_h n_i), where n_i counts the people who have i,
    n_hi those who have both, and H is the set of the person's items: those of the request's
    ``history`` and, for a known user, those of the interactions (Sarwar et al., WWW 2001, with
    binary vectors and all neighbours). A candidate that is itself in H counts its own cosine, 1.
    """

    def __init__(self, arrays: Arrays, *, name: str = "item-kNN") -> None:
        import numpy as np
        from scipy.sparse import diags_array

        self.name = name
        self._table = _Table(arrays)
        counts = self._table.counts()
        scale = np.divide(1.0, np.sqrt(counts), out=np.zeros_like(counts), where=counts > 0)
        #: people x items, each column divided by its length: cosines are products of columns.
        unit = (self._table.matrix @ diags_array(scale)).astype(np.float32)
        self._by_item = unit.tocsc()
        self._by_user = unit.T.tocsr()  # items x people

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Ranks each request's candidates, or else retrieves what is not in the history."""
        size = max(1, _CELLS // max(len(self._table.users), 1))
        return [
            one
            for start in range(0, len(requests), size)
            for one in self._rank(requests[start : start + size])
        ]

    def _rank(self, requests: Sequence[Request]) -> Iterator[Ranked]:
        # Row b of `closeness` says how near each person is to the history of request b; an
        # item's score is then the sum over the people who have it. Only the candidates' columns
        # are read, so the cost does not grow with the catalogue.
        closeness = (self._histories(requests) @ self._by_user).toarray()
        for row, request in zip(closeness, requests, strict=True):
            if request.candidates is None:
                yield _retrieve(self._table, row @ self._by_item, request)
            else:
                yield ranked(request.candidates, self._scores(row, request.candidates))

    def _histories(self, requests: Sequence[Request]) -> csr_array:
        import numpy as np
        from scipy.sparse import csr_array

        rows = [self._table.history(request) for request in requests]
        start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        codes = np.concatenate([*rows, np.zeros(0, np.int64)]).astype(np.int64)
        ones = np.ones(len(codes), np.float32)
        return csr_array((ones, codes, start), shape=(len(rows), len(self._table.items)))

    def _scores(self, closeness: NDArray[np.float32], candidates: Sequence[str]) -> list[float]:
        start, people, share = self._by_item.indptr, self._by_item.indices, self._by_item.data
        scores = []
        for item in candidates:
            code = self._table.code.get(item)
            part = slice(0, 0) if code is None else slice(start[code], start[code + 1])
            scores.append(float(closeness[people[part]] @ share[part]))
        return scores


class Random:
    """A random order that depends on the seed and on what is asked, and on nothing else.

    Neither the order of the candidates nor the place of the request in a batch matters; two equal
    requests get the same order. Without candidates it draws ``n`` of the given items.
    """

    def __init__(self, seed: int = 0, *, items: Sequence[str] = (), name: str = "random") -> None:
        self.name = name
        self._seed = seed
        self._items = tuple(items)

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
        pool = self._items if listed is None else listed
        order = sorted(pool, key=lambda item: tie_key(item, salt))
        return in_order(order if listed is not None else order[: request.n])


class Identity:
    """Keeps the order in which the candidates came: well above random, it shows a leak."""

    def __init__(self, *, name: str = "identity") -> None:
        self.name = name

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Returns each request's candidates as they are."""
        if any(request.candidates is None for request in requests):
            raise EvalError("The given order needs candidates. Use cases that list them.")
        return [in_order(request.candidates or ()) for request in requests]


def in_order(ids: Sequence[str]) -> Ranked:
    """Returns items in the order given, with scores from ``len(ids)`` down to 1."""
    return Ranked(tuple(ids), strictly_decreasing(range(len(ids), 0, -1)))


class _Table:
    """Distinct (user, item) pairs as a sparse people x items matrix of ones."""

    def __init__(self, arrays: Arrays) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        self.users = {one: code for code, one in enumerate(arrays.users)}
        self.items = arrays.items
        self.code = {one: code for code, one in enumerate(arrays.items)}
        shape = (len(self.users), len(self.items))
        ones = np.ones(len(arrays.user))
        self.matrix = csr_array((ones, (arrays.user, arrays.item)), shape=shape)
        self.matrix.sum_duplicates()
        self.matrix.data[:] = 1.0

    def counts(self) -> NDArray[np.float64]:
        """Number of people who have each item, shape (n_items,)."""
        import numpy as np

        return np.bincount(self.matrix.indices, minlength=len(self.items)).astype(np.float64)

    def history(self, request: Request) -> NDArray[np.int64]:
        """Codes of the person's items, each once: those known, then those of the request."""
        import numpy as np

        given = [self.code[one] for one in request.history or () if one in self.code]
        user = self.users.get(request.user) if request.user is not None else None
        if user is None:
            return np.unique(np.array(given, np.int64))
        stored = self.matrix.indices[self.matrix.indptr[user] : self.matrix.indptr[user + 1]]
        return np.union1d(stored, np.array(given, np.int64))


def _retrieve(table: _Table, scores: NDArray[np.floating], request: Request) -> Ranked:
    """Returns the best ``n`` items of the catalogue that are not in the person's history."""
    import numpy as np

    open_scores = np.array(scores, np.float64)
    open_scores[table.history(request)] = -np.inf
    left = int(np.isfinite(open_scores).sum())
    n = min(request.n, left)
    if n == 0:
        return Ranked((), ())
    # Everything tied with the n-th must be looked at, or the cut would fall by position.
    floor = np.partition(open_scores, len(open_scores) - n)[len(open_scores) - n]
    best = np.flatnonzero(open_scores >= floor)
    whole = ranked([table.items[code] for code in best], open_scores[best].tolist())
    return Ranked(whole.order[:n], whole.scores[:n])
