"""The control item-kNN: items that the people behind a person's newest items also have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from palate.domain import Ranked, Request
from palate.errors import EvalError
from palate.eval.ordering import ranked
from palate.eval.pairs import PairTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csc_array, csr_array

    from palate.eval.leave import Arrays

#: Numbers held at once, here float64.
_CELLS = 2**24


class ItemKNN:
    """Orders items by their summed cosine to the person's newest items.

    score(i) = sum over h in H, h != i, of c(h, i), with c(h, i) = n_hi / sqrt(n_h n_i), where n_i
    counts the people who have i and n_hi those who have both. H are the person's ``last`` newest
    items, of the interactions (which must stand in order for each person) and then of the
    request's ``history``. With ``neighbours``, c(h, i) is 0 unless h is among the that many items
    nearest to i (or tied with the last of them). Source: Sarwar et al., WWW 2001, with binary
    vectors; Deshpande and Karypis, TOIS 2004.

    Both numbers matter, so a benchmark should choose them on people whom it does not test: a
    whole long history points everywhere, and without ``neighbours`` weak cosines add up.

    Args:
        arrays: Who has which item, oldest first for each person.
        last: How many of the newest items count; ``None``: all.
        neighbours: How many neighbours an item has; ``None``: all. A number costs a table of all
            pairs of items that somebody has, made once.
        name: What tables call it.
    """

    def __init__(
        self,
        arrays: Arrays,
        *,
        last: int | None = 5,
        neighbours: int | None = None,
        name: str = "item-kNN",
    ) -> None:
        if (last is not None and last < 1) or (neighbours is not None and neighbours < 1):
            raise EvalError("item-kNN needs last and neighbours of at least 1, or None for all.")
        self.name = name
        self._last = last
        self._table = PairTable(arrays)
        self._unit = _unit_columns(self._table)
        self._nearest = None if neighbours is None else _nearest(self._unit, neighbours)
        self._by_item = self._unit.T.tocsr()

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Ranks each request's candidates, or else retrieves what is not in the history."""
        size = max(1, _CELLS // max(*self._unit.shape, 1))
        return [
            one
            for start in range(0, len(requests), size)
            for one in self._rank(requests[start : start + size])
        ]

    def _rank(self, requests: Sequence[Request]) -> Iterator[Ranked]:
        recent = [self._table.history(request)[: self._last] for request in requests]
        rows = _rows(recent, len(self._table.items))
        if self._nearest is not None:
            factors, columns = rows @ self._nearest, None
        else:
            # How near each person is to the history; an item's score is then the sum over the
            # people who have it. Only the candidates' columns are read.
            factors, columns = rows @ self._by_item, self._unit
        dense = factors.toarray()
        for row, history, request in zip(dense, recent, requests, strict=True):
            if request.candidates is None:
                whole = row if columns is None else row @ columns
                yield self._table.best(whole, request)
            else:
                scores = self._scores(row, columns, set(history), request.candidates)
                yield ranked(request.candidates, scores)

    def _scores(
        self,
        row: NDArray[np.float64],
        columns: csc_array | None,
        history: set[int],
        candidates: Sequence[str],
    ) -> list[float]:
        codes = [self._table.code.get(item, -1) for item in candidates]
        if columns is None:
            return [float(row[code]) if code >= 0 else 0.0 for code in codes]
        start, people, share = columns.indptr, columns.indices, columns.data
        scores = []
        for code in codes:
            part = slice(start[code], start[code + 1]) if code >= 0 else slice(0, 0)
            # An item that is in the history itself is at cosine 1 from itself: not counted.
            own = 1.0 if code in history and part.stop > part.start else 0.0
            scores.append(max(0.0, float(row[people[part]] @ share[part]) - own))
        return scores


def _unit_columns(table: PairTable) -> csc_array:
    """Returns people x items with columns of length 1: cosines are products of columns."""
    import numpy as np
    from scipy.sparse import diags_array

    counts = table.counts()
    scale = np.divide(1.0, np.sqrt(counts), out=np.zeros_like(counts), where=counts > 0)
    unit: csc_array = (table.matrix @ diags_array(scale)).tocsc()
    return unit


def _nearest(unit: csc_array, neighbours: int) -> csr_array:
    """Returns items x items: cosines, in column i only those of the items nearest to i."""
    from scipy.sparse import csr_array, vstack

    n_items = unit.shape[1]
    by_item = unit.T.tocsr()
    size = max(1, _CELLS // max(n_items, 1))
    parts = [
        _strongest(by_item[start : start + size] @ unit, start, neighbours)
        for start in range(0, n_items, size)
    ]
    stacked = vstack(parts) if parts else csr_array((n_items, n_items))
    nearest: csr_array = stacked.T.tocsr()
    return nearest


def _strongest(cosines: csr_array, first: int, neighbours: int) -> csr_array:
    """Keeps in each row the strongest, without the item itself; row r is item ``first + r``."""
    import numpy as np
    from scipy.sparse import csr_array

    dense = cosines.toarray()
    rows = np.arange(len(dense))
    dense[rows, rows + first] = 0.0
    if neighbours < dense.shape[1]:
        floor = np.partition(dense, -neighbours, axis=1)[:, -neighbours]
        dense[dense < floor[:, None]] = 0.0
    return csr_array(dense)


def _rows(codes: Sequence[Sequence[int]], width: int) -> csr_array:
    import numpy as np
    from scipy.sparse import csr_array

    start = np.concatenate([[0], np.cumsum([len(row) for row in codes])]).astype(np.int64)
    flat = np.array([code for row in codes for code in row], dtype=np.int64)
    return csr_array((np.ones(len(flat)), flat, start), shape=(len(codes), width))
