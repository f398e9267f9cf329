"""One pass over the store's items: words to BM25, texts to the embedder, columns to the table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from palate.retrieval.columns import TableBuilder
from palate.retrieval.items import ItemTable
from palate.retrieval.texts import item_text, text_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from palate.domain import Embedder, Item

#: Items embedded and written at once.
BATCH = 1_024


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a pass found.

    Attributes:
        table: The new item table.
        fresh: Rows whose vector was made in this pass, ascending.
        touched: Rows whose item was read anew, ascending: the fresh ones and those whose text
            turned out to be the same.
    """

    table: ItemTable
    fresh: list[int]
    touched: list[int]


class _Pass:
    """The state of one pass."""

    def __init__(self, embedder: Embedder, old: ItemTable | None) -> None:
        self.embedder = embedder
        self.old = old
        self.builder = TableBuilder()
        self.vectors: list[NDArray[np.float32]] = []
        self.digests: list[int] = []
        self.fresh: list[int] = []
        self.touched: list[int] = []

    def take(self, items: list[Item], changed: Collection[str] | None) -> list[Item]:
        """Adds a batch, embeds what is new in it, and returns the items that were touched."""
        start = len(self.digests)
        known: list[int] = []  # row of the old table, or -1
        texts: list[str] = []
        touched: list[Item] = []
        for row, item in enumerate(items, start):
            self.builder.add(item)
            before = self.old.position.get(item.id, -1) if self.old else -1
            if before < 0 or changed is None or item.id in changed:
                touched.append(item)
                self.touched.append(row)
                text = item_text(item)
                digest = text_digest(text)
                if before >= 0 and self.old and int(self.old.digests[before]) != digest:
                    before = -1
                if before < 0:
                    texts.append(text)
                    self.fresh.append(row)
                self.digests.append(digest)
            else:
                assert self.old is not None
                self.digests.append(int(self.old.digests[before]))
            known.append(before)
        self.vectors.append(self._rows(np.array(known, dtype=np.intp), texts))
        return touched

    def _rows(self, known: NDArray[np.intp], texts: list[str]) -> NDArray[np.float32]:
        if self.old is None or texts:
            made = self.embedder.embed(texts)
            rows = np.zeros((len(known), made.shape[1]), dtype=np.float32)
            rows[known < 0] = made
        else:
            rows = np.zeros((len(known), self.old.vectors.shape[1]), dtype=np.float32)
        if self.old is not None:
            rows[known >= 0] = self.old.vectors[known[known >= 0]]
        return rows


def gather(
    items: Iterable[Item],
    embedder: Embedder,
    *,
    old: ItemTable | None = None,
    changed: Collection[str] | None = None,
    write: Callable[[list[Item]], None],
    progress: Callable[[int], None] | None = None,
) -> Gathered:
    """Reads every item once.

    Args:
        items: In id order, at least one.
        embedder: Makes the vectors that ``old`` does not have.
        old: A table of the same embedder; vectors of unchanged texts are taken from it.
        changed: Ids whose item changed since ``old``; ``None`` when every item is to be read
            anew. Ids that ``old`` lacks are always read.
        write: Is given the items that were read anew, in batches.
        progress: Is told how many items are done.

    Raises:
        ModelError: A remote embedder failed.
    """
    work = _Pass(embedder, old)
    for batch in _batches(items):
        touched = work.take(batch, changed)
        if touched:
            write(touched)
        if progress:
            progress(len(work.digests))
    table = work.builder.build(
        np.concatenate(work.vectors), np.array(work.digests, dtype=np.uint64)
    )
    return Gathered(table, work.fresh, work.touched)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    source = iter(items)
    while batch := list(islice(source, BATCH)):
        yield batch
