"""Files that add to items which are already there: links.csv and tags.csv of MovieLens."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from palate.domain import FieldValue
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.columns import ALIASES, has_columns, plain
from palate.retrieval.ingest.rejects import Reject, Rejects
from palate.retrieval.ingest.report import Tally
from palate.retrieval.ingest.values import clean_id, clean_line, is_missing, unique
from palate.retrieval.store import Store

#: Keywords that an item gets from what people wrote about it.
KEYWORDS = 10

_UNKNOWN = "item is not in the catalogue"


def enrichment(names: Sequence[str]) -> type[LinkIngest] | type[KeywordIngest] | None:
    """Returns what takes a file with these columns, if it only adds to items."""
    if has_columns("items", names, "title") or not has_columns("items", names, "id"):
        return None
    found = {plain(name) for name in names}
    if found & {"imdbid", "tmdbid"}:
        return LinkIngest
    return KeywordIngest if "tag" in found and found & set(ALIASES["events"]["user"]) else None


class _Adding:
    """Changes fields of items that are there, and rejects rows of others."""

    def __init__(self, store: Store, names: Sequence[str], tally: Tally, rejects: Rejects) -> None:
        self._store = store
        self._tally = tally
        self._rejects = rejects
        by_plain = {plain(name): name for name in names}
        self._columns = by_plain
        self._item = next(by_plain[a] for a in ALIASES["items"]["id"] if a in by_plain)
        tally.columns["id"] = self._item

    def _known(self, chunk: Chunk) -> list[tuple[int, str, Mapping[str, Any]]]:
        """Returns line, item id and row of those whose item is there; rejects the others."""
        rows = [
            (line, clean_id(row.get(self._item) or "", "id", self._tally), row)
            for line, row in zip(chunk.lines, chunk.dicts(), strict=True)
        ]
        there = self._store.items([item for _, item, _ in rows])
        for line, item, row in rows:
            if item not in there:
                self._tally.rejected[_UNKNOWN] += 1
                self._rejects.write(Reject(line, _UNKNOWN, row))
        return [row for row in rows if row[1] in there]

    def _add(self, fields: Mapping[str, Mapping[str, FieldValue]]) -> None:
        items = self._store.items(list(fields))
        self._store.put_items(
            replace(item, fields={**item.fields, **fields[name]}) for name, item in items.items()
        )


class LinkIngest(_Adding):
    """links.csv: ids of the same films elsewhere, as fields ``imdb`` and ``tmdb``."""

    def take(self, chunk: Chunk) -> None:
        """Adds the ids of a chunk."""
        rows = self._known(chunk)
        found = {item: self._ids(row) for _, item, row in rows}
        self._tally.duplicates += len(rows) - len(found)
        before = self._store.items(list(found))
        changed = sum({**before[x].fields, **ids} != before[x].fields for x, ids in found.items())
        self._add(found)
        self._tally.changed += changed
        self._tally.unchanged += len(found) - changed

    def _ids(self, row: Mapping[str, Any]) -> dict[str, FieldValue]:
        ids: dict[str, FieldValue] = {}
        for column, name, prefix in (("imdbid", "imdb", "tt"), ("tmdbid", "tmdb", "")):
            value = row.get(self._columns.get(column, ""))
            if not is_missing(value):
                self._tally.fields[name] = None
                ids[name] = prefix + clean_id(value, name, self._tally).removeprefix(prefix)
        return ids

    def finish(self) -> None:
        """Nothing is left to do after the last chunk."""


class KeywordIngest(_Adding):
    """tags.csv: the words that most people gave an item, as its field ``keywords``."""

    def __init__(self, store: Store, names: Sequence[str], tally: Tally, rejects: Rejects) -> None:
        super().__init__(store, names, tally, rejects)
        tally.columns["keywords"] = self._columns["tag"]
        tally.fields["keywords"] = None
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def take(self, chunk: Chunk) -> None:
        """Counts the words of a chunk."""
        for line, item, row in self._known(chunk):
            word = clean_line(row.get(self._columns["tag"]) or "", "keywords", self._tally)
            if not word:
                self._tally.rejected["no tag"] += 1
                self._rejects.write(Reject(line, "no tag", row))
                continue
            self._counts[item][word.casefold()] += 1
            self._tally.changed += 1

    def finish(self) -> None:
        """Adds to each item its most frequent words; of equals, those that came first."""
        items = self._store.items(list(self._counts))
        added: dict[str, Mapping[str, FieldValue]] = {}
        for name, counts in self._counts.items():
            had = items[name].fields.get("keywords", ())
            words = [word for word, _ in counts.most_common(KEYWORDS)]
            added[name] = {"keywords": unique((*(had if isinstance(had, tuple) else ()), *words))}
        self._add(added)
