"""Items that were read from the store, kept at hand, and what was worked out of their texts."""

from __future__ import annotations

from collections.abc import Sequence

from palate.domain import Item
from palate.retrieval.evidence import item_words
from palate.retrieval.store import Store

#: Items kept in memory; items whose words are.
_KEPT, _WORDED = 50_000, 5_000


class Shelf:
    """Reads each item once. `clear` it after items were written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._items: dict[str, Item] = {}
        self._words: dict[str, frozenset[str]] = {}

    def clear(self) -> None:
        """Forgets everything."""
        # New ones: a thread that is reading goes on with what it has.
        self._items, self._words = {}, {}

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """Returns items by id, in the order asked for; unknown ones are left out."""
        kept = self._items
        found = {item: kept.get(item) for item in ids}
        missing = [item for item, known in found.items() if known is None]
        if missing:
            read = self._store.items(missing)
            if len(kept) > _KEPT:
                kept.clear()
            kept |= read
            found |= read
        return {item: known for item, known in found.items() if known is not None}

    def words(self, item: Item) -> frozenset[str]:
        """Returns the index words of everything that is told of an item."""
        kept = self._words
        found = kept.get(item.id)
        if found is None:
            if len(kept) > _WORDED:
                kept.clear()
            found = kept[item.id] = item_words(item)
        return found
