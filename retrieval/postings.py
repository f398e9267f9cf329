"""The occurrences of words as arrays of finished BM25 scores, read from FTS5 when first asked."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

K1 = 1.2
B = 0.75
#: What an occurrence in the text, the tags and the title counts.
WEIGHTS = np.array([1.0, 1.5, 2.5])
#: Occurrences kept in memory, at 8 bytes each.
_KEPT = 4_000_000
# One string from SQLite is parsed three times as fast as so many Python tuples are made.
_READ = (
    "SELECT group_concat(doc * 4 + CASE col WHEN 'title' THEN 2 WHEN 'tags' THEN 1 ELSE 0 END, ' ')"
    " FROM temp.occurrences WHERE term = ?"
)


class Postings:
    """A snapshot of the indexed items; worthless after a change of the index.

    Attributes:
        ids: Item ids, ascending.
        position: Item id -> its place in ``ids``.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT number, id, length FROM documents ORDER BY id").fetchall()
        self.ids: tuple[str, ...] = tuple(row[1] for row in rows)
        self.position = {item: place for place, item in enumerate(self.ids)}
        numbers = np.array([row[0] for row in rows], dtype=np.int64)
        lengths = np.array([row[2] for row in rows], dtype=np.float64)
        self._place = np.zeros(numbers.max(initial=0) + 1, dtype=np.int32)
        self._place[numbers] = np.arange(len(rows), dtype=np.int32)
        mean = lengths.mean() if lengths.any() else 1.0
        self._norm = K1 * (1 - B + B * lengths / mean)
        self._kept: OrderedDict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = OrderedDict()
        self._size = 0

    def of(
        self, connection: sqlite3.Connection, word: str
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Returns the places of the items that have a word, each once, and its score in each."""
        if word in self._kept:
            self._kept.move_to_end(word)
            return self._kept[word]
        found = self._read(connection, word)
        self._kept[word] = found
        self._size += found[0].size
        while self._size > _KEPT and len(self._kept) > 1:
            _, (dropped, _) = self._kept.popitem(last=False)
            self._size -= dropped.size
        return found

    def _read(
        self, connection: sqlite3.Connection, word: str
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        text: str | None = connection.execute(_READ, (word,)).fetchone()[0]
        if text is None:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        codes = np.fromstring(text, dtype=np.int64, sep=" ")
        numbers = codes >> 2
        first = np.flatnonzero(np.diff(numbers, prepend=-1))
        times = np.add.reduceat(WEIGHTS[codes & 3], first)
        places = self._place[numbers[first]]
        idf = np.log1p((len(self.ids) - places.size + 0.5) / (places.size + 0.5))
        scores = idf * times * (K1 + 1) / (times + self._norm[places])
        return places, scores.astype(np.float32)
