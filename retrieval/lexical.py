"""BM25 over titles, tags and text: SQLite's FTS5 keeps the words, NumPy adds up the scores.

FTS5's own ``bm25()`` visits every matching row at 1.5 to 2 microseconds: 36 ms for four everyday
words over 100,000 items, each time. Here the occurrences of a word are read from FTS5 once, turned
into an array of finished scores, and kept; a search is then a few additions of arrays. The text is
stored as index words (`palate.retrieval.words`), so that scripts without spaces work; FTS5's
``ascii`` tokenizer takes them apart at the blanks and leaves everything beyond ASCII alone.

The formula is BM25 (S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25
and Beyond", 2009) with the column weights of BM25F: ``idf * tf (k1 + 1) / (tf + k1 (1 - b + b l
/ mean l))``, where ``tf`` counts an occurrence in the title, the tags or the text as `WEIGHTS`
says, and ``idf = ln(1 + (N - n + 0.5) / (n + 0.5))`` is never negative. The sum is multiplied by
the root of the share of the request's words that the item has: one rare word in a title is not
yet an answer to five.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from palate.errors import StorageError
from palate.retrieval.dialect import disk_is_full
from palate.retrieval.files import FILE_MODE, make_private, private_folder
from palate.retrieval.manifest import IndexDamaged
from palate.retrieval.postings import Postings
from palate.retrieval.texts import item_parts
from palate.retrieval.top import best_rows
from palate.retrieval.words import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from palate.domain import Item

#: Distinct words of a request that count: the most repeated, then the first.
LONGEST_REQUEST = 128
#: A word in the texts of more than this share of the items, and of more than `COMMON` items,
#: is left out of a request that has others.
COMMON_SHARE = 0.2
COMMON = 5_000
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS documents"
    " (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, length INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS common (word TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, tags, body, tokenize = 'ascii')",
    "CREATE VIRTUAL TABLE temp.occurrences USING fts5vocab(main, words, instance)",
    "CREATE VIRTUAL TABLE temp.columns USING fts5vocab(main, words, col)",
)
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "secure_delete = ON",
    "cache_size = -32000",
    "mmap_size = 268435456",
)
_BATCH = 500


class LexicalIndex:
    """BM25 over items, in one SQLite file. Safe to share between threads."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._postings: Postings | None = None

    @classmethod
    def open(cls, path: Path) -> LexicalIndex:
        """Opens the index in a file, or makes an empty one.

        Raises:
            IndexDamaged: The file is not such an index.
            StorageError: The disk is full.
        """
        private_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))  # -wal and -shm follow suit
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            with _sqlite_errors(path):
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
                for statement in _SCHEMA:
                    connection.execute(statement)
        except (IndexDamaged, StorageError):
            connection.close()
            raise
        return cls(path, connection)

    def close(self) -> None:
        """Frees the file; safe to call twice."""
        with self._lock:
            self._connection.close()

    def count(self) -> int:
        """Returns how many items are indexed."""
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])

    def upsert(self, items: Iterable[Item]) -> None:
        """Adds items, or replaces those of known ids, in one transaction."""
        with self._writing() as connection:
            for item in items:
                parts = item_parts(item)
                columns = [words(parts.title), words(parts.tags), words(parts.body)]
                number = _number(connection, item.id, sum(map(len, columns)))
                connection.execute(
                    "INSERT OR REPLACE INTO words (rowid, title, tags, body) VALUES (?, ?, ?, ?)",
                    (number, *map(" ".join, columns)),
                )

    def delete(self, ids: Iterable[str]) -> None:
        """Removes items in one transaction; unknown ids are no error."""
        with self._writing() as connection:
            for item in ids:
                found = connection.execute(
                    "DELETE FROM documents WHERE id = ? RETURNING number", (item,)
                ).fetchall()
                connection.executemany("DELETE FROM words WHERE rowid = ?", found)

    def optimise(self) -> None:
        """Ends a series of changes: compacts, finds the common words, empties the log.

        After it, no word of a deleted item is left in the files.
        """
        limit = max(COMMON, COMMON_SHARE * self.count())
        with self._writing() as connection:
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            # A word that is common among the tags is a category, and stays.
            connection.execute(
                "INSERT INTO common SELECT term FROM temp.columns WHERE col <> 'tags'"
                " GROUP BY term HAVING max(doc) > ?",
                (limit,),
            )
        with self._reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        make_private(self.path.parent)

    def search(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Finds the items that share the most telling words with a text.

        Args:
            text: Anything; it is data, with no syntax.
            limit: How many at most.

        Returns:
            Ids with their BM25 score, best first, equal ones in id order; every item has at
            least one of the words.
        """
        totals, ids = self._totals(text)
        hits = np.flatnonzero(totals)
        best = hits[best_rows(totals[hits], limit)]
        return [(ids[row], float(totals[row])) for row in best]

    def totals(self, text: str) -> NDArray[np.float32]:
        """Returns the BM25 score of every item, in id order (the item table's), shape (n,)."""
        return self._totals(text)[0]

    def scores(self, text: str, ids: Sequence[str]) -> dict[str, float]:
        """Returns the BM25 score of those of the items that are indexed; 0 without a hit."""
        totals, _ = self._totals(text)
        with self._reading() as connection:
            position = self._loaded(connection).position
        return {item: float(totals[position[item]]) for item in ids if item in position}

    def _totals(self, text: str) -> tuple[NDArray[np.float32], Sequence[str]]:
        counted = Counter(words(text)).most_common(LONGEST_REQUEST)
        with self._reading() as connection:
            postings = self._loaded(connection)
            totals = np.zeros(len(postings.ids), dtype=np.float32)
            common = _common(connection, [word for word, _ in counted])
            chosen = [pair for pair in counted if pair[0] not in common] or counted
            met = np.zeros(len(postings.ids), dtype=np.float32)
            for word, times in chosen:
                rows, scores = postings.of(connection, word)
                totals[rows] += times * scores
                met[rows] += 1
        if len(chosen) > 1:
            totals *= np.sqrt(met / len(chosen))
        return totals, postings.ids

    def _loaded(self, connection: sqlite3.Connection) -> Postings:
        if self._postings is None:
            self._postings = Postings(connection)
        return self._postings

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _sqlite_errors(self.path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _sqlite_errors(self.path):
            self._postings = None
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.execute("DELETE FROM common")  # no longer true
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _number(connection: sqlite3.Connection, item: str, length: int) -> int:
    row = connection.execute(
        "INSERT INTO documents (id, length) VALUES (?, ?)"
        " ON CONFLICT (id) DO UPDATE SET length = excluded.length RETURNING number",
        (item, length),
    ).fetchone()
    return int(row[0])


def _common(connection: sqlite3.Connection, asked: list[str]) -> set[str]:
    marks = ", ".join("?" * len(asked))
    rows = connection.execute(f"SELECT word FROM common WHERE word IN ({marks})", asked)
    return {word for (word,) in rows}


@contextmanager
def _sqlite_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if disk_is_full(error):
            raise StorageError(
                f"The disk is full: {path} cannot grow. Make room.", full=True
            ) from None
        raise IndexDamaged(
            f"The word index {path} cannot be used ({error}). "
            "Run `palate fit --rebuild` to make it anew."
        ) from error
