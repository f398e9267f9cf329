"""The control BM25: items whose text shares words with the request, or with the person's items.

    score(d) = sum over t in q of idf(t) tf (k1 + 1) / (tf + k1 (1 - b + b |d| / mean |d|))
    idf(t) = log(1 + (N - n_t + 0.5) / (n_t + 0.5))

with k1 = 1.2 and b = 0.75. Source: Robertson and Zaragoza, *The Probabilistic Relevance Framework*
(2009); the idf, which is never negative, is Lucene's. The query is the request's text where it has
one, else the words of the titles and tags of the person's newest items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from palate.domain import Item, Ranked, Request
from palate.eval.pairs import PairTable
from palate.retrieval.texts import item_text
from palate.retrieval.words import words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from palate.eval.leave import Arrays

K1, B = 1.2, 0.75
#: Numbers held at once.
_CELLS = 2**24


class BM25:
    """Orders items by the words that they share with what is asked.

    Args:
        items: The catalogue.
        arrays: Who had what, for the query of those who say nothing.
        last: How many of a person's newest items make the query.
        name: What tables call it.
    """

    def __init__(
        self, items: Iterable[Item], arrays: Arrays, *, last: int = 5, name: str = "BM25"
    ) -> None:
        self.name = name
        self._last = last
        self._table = PairTable(arrays)
        self._term: dict[str, int] = {}
        self._ask: dict[int, list[int]] = {}
        self._matrix = _weighted(self._counted(items))

    def _counted(self, items: Iterable[Item]) -> csr_array:
        """Returns how often each term stands in each item, shape (n_items, n_terms)."""
        import numpy as np
        from scipy.sparse import csr_array

        rows: list[int] = []
        terms: list[int] = []
        counts: list[int] = []
        for item in items:
            row = self._table.code.get(item.id)
            if row is None:
                continue
            grow = self._term
            self._ask[row] = [grow.setdefault(w, len(grow)) for w in words(_asked(item))]
            found = Counter(grow.setdefault(w, len(grow)) for w in words(item_text(item)))
            rows += [row] * len(found)
            terms += found.keys()
            counts += found.values()
        shape = (len(self._table.items), max(len(self._term), 1))
        return csr_array((np.array(counts, np.float64), (rows, terms)), shape=shape)

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Ranks each request's candidates, or else retrieves what is not in the history."""
        size = max(1, _CELLS // max(len(self._table.items), 1))
        return [
            one
            for start in range(0, len(requests), size)
            for one in self._rank(requests[start : start + size])
        ]

    def _rank(self, requests: Sequence[Request]) -> Iterator[Ranked]:
        queries = query_rows([self._query(one) for one in requests], self._matrix.shape[1])
        scores = (queries @ self._matrix.T).toarray()
        for row, request in zip(scores, requests, strict=True):
            yield self._table.ordered(row, request)

    def _query(self, request: Request) -> list[int]:
        if request.text:
            return sorted({self._term[w] for w in words(request.text) if w in self._term})
        newest = self._table.history(request)[: self._last]
        return sorted({term for code in newest for term in self._ask.get(code, ())})


def query_rows(queries: Sequence[Sequence[int]], width: int) -> csr_array:
    """Returns one row of ones a query, shape (queries, width)."""
    import numpy as np
    from scipy.sparse import csr_array

    start = np.concatenate([[0], np.cumsum([len(one) for one in queries])]).astype(np.int64)
    flat = np.array([term for one in queries for term in one], np.int64)
    return csr_array((np.ones(len(flat)), flat, start), shape=(len(queries), width))


def _weighted(counted: csr_array) -> csr_array:
    """Turns counts into the weights whose sum over a query is the score."""
    import numpy as np
    from scipy.sparse import csr_array

    n_items, n_terms = counted.shape
    lengths = np.asarray(counted.sum(axis=1)).ravel()
    mean = float(lengths.mean()) or 1.0
    have = np.bincount(counted.indices, minlength=n_terms)
    idf = np.log(1 + (n_items - have + 0.5) / (have + 0.5))
    rows = np.repeat(np.arange(n_items), np.diff(counted.indptr))
    tf = counted.data
    norm = K1 * (1 - B + B * lengths[rows] / mean)
    data = idf[counted.indices] * tf * (K1 + 1) / (tf + norm)
    return csr_array((data, counted.indices, counted.indptr), shape=counted.shape)


def _asked(item: Item) -> str:
    return f"{item.title} {' '.join(item.tags)}"
