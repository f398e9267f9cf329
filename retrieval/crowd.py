"""The people whose past is most like what somebody says: what they had is what may be wanted.

A nearest-neighbour method over people (J. L. Herlocker et al., "An algorithmic framework for
performing collaborative filtering", 1999), for talk: a conversation names two or three items, so
likeness is also taken from tags and from the words that people left with their events.

    likeness = LEAST + cosine of items (by rarity) + TAGS * max(0, cosine of tags - 1/2)
               + cosine of words (tf-idf)
    share of j = sum over people of likeness^2 * [j in their past] / sum of likeness^2
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.filler import telling
from palate.retrieval.words import words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from palate.retrieval.features import Rows, Values
    from palate.retrieval.interactions import Interactions
    from palate.retrieval.items import ItemTable

LEAST, TAGS = 0.02, 0.75
#: Newest items of a person that count.
WINDOW = 256


@dataclass(frozen=True)
class Heard:
    """What a conversation says.

    Attributes:
        rows: Items named kindly, oldest first.
        tags: How much each tag of the table is wanted, shape (n_tags,); the items' own included.
        text: Its words.
        user: Who speaks: their own past does not vouch for them.
    """

    rows: Rows
    tags: Values
    text: str = ""
    user: str | None = None


class Crowd:
    """People, by what they had and said.

    Args:
        log: Of all people.
        table: The items.
        texts: User id -> the words that came with their events.
    """

    def __init__(
        self, log: Interactions, table: ItemTable, texts: Mapping[str, str] | None = None
    ) -> None:
        from scipy.sparse import csr_array

        self._log = log.newest(WINDOW)
        self._table = table
        self._texts = texts or {}
        self._had = csr_array(self._log.matrix())
        self.people = np.asarray(self._had.sum(axis=0)).ravel()
        count = len(log.users)
        self._rarity = np.log((count + 1) / (self.people + 1))
        self._items = _unit(csr_array(self._had * self._rarity[None, :]))

    def __len__(self) -> int:
        return len(self._log.users)

    @cached_property
    def _of(self) -> Mapping[str, int]:
        return {user: code for code, user in enumerate(self._log.users)}

    @cached_property
    def _tags(self) -> NDArray[np.float64]:
        """Tags of each person's items, unit rows, shape (people, n_tags)."""
        counts = np.asarray((self._had @ self._table.tags).todense(), np.float64)
        length = np.linalg.norm(counts, axis=1, keepdims=True)
        return np.asarray(counts / np.maximum(length, 1e-9))

    @cached_property
    def _spoken(self) -> tuple[dict[str, int], NDArray[np.float64], csr_array] | None:
        """Words that at least two people used: their columns, rarity, and who used them."""
        from scipy.sparse import csr_array

        said = [Counter(words(telling(self._texts.get(user, "")))) for user in self._log.users]
        spread = Counter(word for one in said for word in one)
        column = {word: n for n, word in enumerate(w for w, c in spread.items() if c > 1)}
        if not column:
            return None
        rarity = np.array([np.log(len(said) / spread[word]) for word in column])
        cells = [
            (row, column[word], 1 + np.log(times))
            for row, one in enumerate(said) for word, times in one.items() if word in column
        ]  # fmt: skip
        rows, columns, values = map(np.array, zip(*cells, strict=True))
        shape = (len(said), len(column))
        return column, rarity, _unit(csr_array((values * rarity[columns], (rows, columns)), shape))

    def shares(self, heard: Heard) -> Values:
        """Returns which share of the likest people had each item, shape (n_items,)."""
        likeness = np.full(len(self), LEAST) + self._by_items(heard.rows)
        if heard.tags.any():
            wanted = heard.tags / np.linalg.norm(heard.tags)
            likeness += TAGS * np.maximum(self._tags @ wanted - 0.5, 0)
        likeness += self._by_words(heard.text)
        likeness **= 2
        if heard.user is not None and heard.user in self._of:
            likeness[self._of[heard.user]] = 0
        total = max(float(likeness.sum()), 1e-12)
        return np.asarray(self._had.T @ likeness / total, np.float32)

    def _by_items(self, rows: Rows) -> NDArray[np.float64]:
        if not len(rows):
            return np.zeros(len(self))
        wanted = np.zeros(len(self._table))
        wanted[rows] = self._rarity[rows]
        return np.asarray(self._items @ (wanted / max(float(np.linalg.norm(wanted)), 1e-9)))

    def _by_words(self, text: str) -> NDArray[np.float64]:
        spoken = self._spoken if text.strip() and self._texts else None
        if spoken is None:
            return np.zeros(len(self))
        column, rarity, used = spoken
        wanted = np.zeros(len(column))
        for word, times in Counter(words(telling(text))).items():
            if word in column:
                wanted[column[word]] = (1 + np.log(times)) * rarity[column[word]]
        return np.asarray(used @ (wanted / max(float(np.linalg.norm(wanted)), 1e-9)))


def _unit(matrix: csr_array) -> csr_array:
    """Returns a matrix with rows of length 1."""
    from scipy.sparse import csr_array, diags_array

    length = np.sqrt(np.asarray((matrix * matrix).sum(axis=1)).ravel())
    return csr_array(diags_array(1 / np.maximum(length, 1e-9)) @ matrix)
