"""Items and users, row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from palate.domain import FieldValue, Item, User
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.columns import Columns
from palate.retrieval.ingest.fields import Fields
from palate.retrieval.ingest.missing import Missing
from palate.retrieval.ingest.movielens import NO_GENRES
from palate.retrieval.ingest.rejects import Reject, Rejects
from palate.retrieval.ingest.report import Tally
from palate.retrieval.ingest.titles import looks_like_movielens, split_title
from palate.retrieval.ingest.values import (
    MISSING_TITLE,
    clean_id,
    clean_line,
    clean_text,
    is_missing,
    to_list,
    unique,
)
from palate.retrieval.store import Store

_LONGEST_TAG = 100
_DATES = ("release_date", "released", "publication_date", "published", "pub_date", "date")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


class _Rows:
    """What items and users have in common: policies, rejected rows, duplicates."""

    def __init__(
        self, store: Store, columns: Columns, missing: Missing, tally: Tally, rejects: Rejects
    ) -> None:
        self._store = store
        self._columns = columns
        self._missing = missing
        self._tally = tally
        self._rejects = rejects
        self._fields = Fields(columns, tally, of_items=isinstance(self, ItemIngest))
        self._seen: set[str] = set()

    def _values(self, row: Mapping[str, Any]) -> Mapping[str, Any] | str:
        """Returns the row with its gaps filled, or the reason why it is rejected."""
        if not (self._missing.drop or self._missing.fill):
            return row
        filled = dict(row)
        for theirs in self._missing.drop:
            value = row.get(theirs)
            if is_missing(value) or self._fields.is_unknown_zero(theirs, value):
                return f"no {theirs}"
        for theirs, text in self._missing.fill.items():
            if is_missing(row.get(theirs)) or self._fields.is_unknown_zero(theirs, row[theirs]):
                filled[theirs] = text
                self._tally.clean(theirs, self._missing.label[theirs])
        return filled

    def _get(self, row: Mapping[str, Any], name: str) -> Any:
        theirs = self._columns.source.get(name)
        return self._columns.constants.get(name) if theirs is None else row.get(theirs)

    def _id(self, row: Mapping[str, Any]) -> str | None:
        value = self._get(row, "id")
        return None if is_missing(value) else clean_id(value, "id", self._tally) or None

    def _count(self, counts: tuple[int, int, int]) -> None:
        self._tally.new += counts[0]
        self._tally.changed += counts[1]
        self._tally.unchanged += counts[2]

    def _reject(self, line: int, reason: str, row: Mapping[str, Any]) -> None:
        self._tally.rejected[reason] += 1
        self._rejects.write(Reject(line, reason, row))


class ItemIngest(_Rows):
    """Takes chunks of a file of items into an open transaction."""

    _movielens: bool | None = None

    def take(self, chunk: Chunk) -> None:
        """Cleans and writes the rows of a chunk; of rows with one id the last one stays."""
        self._fields.look(chunk)
        if self._movielens is None and len(chunk):
            theirs = self._columns.source.get("title")
            titles = chunk.text(theirs)[:1000] if theirs else ()
            self._movielens = looks_like_movielens([title for title in titles if title])
        items: dict[str, Item] = {}
        for line, row in zip(chunk.lines, chunk.dicts(), strict=True):
            made = self._make(row)
            if isinstance(made, str):
                self._reject(line, made, row)
                continue
            self._tally.duplicates += made.id in items
            items[made.id] = made
        self._write(items)

    def _write(self, items: dict[str, Item]) -> None:
        again = [items.pop(name) for name in list(items) if name in self._seen]
        self._tally.duplicates += len(again)
        self._store.put_items(again)
        written = self._store.put_items(items.values())
        self._count((written.new, written.changed, written.unchanged))
        self._seen.update(items)

    def _make(self, row: Mapping[str, Any]) -> Item | str:
        values = self._values(row)
        if isinstance(values, str):
            return values
        name = self._id(values)
        if name is None:
            return "no id"
        raw = self._get(values, "title")
        title = "" if is_missing(raw, MISSING_TITLE) else clean_line(raw, "title", self._tally)
        if not title:
            return "no title"
        fields = self._fields.read(values)
        title = self._take_apart(title, fields)
        text = self._get(values, "text")
        text = "" if is_missing(text) else clean_text(text, "text", self._tally)
        return Item(name, title, text, self._tags(values), fields)

    def _take_apart(self, title: str, fields: dict[str, FieldValue]) -> str:
        """Moves year and other titles into fields; a year may also come from a date."""
        if self._movielens:
            parts = split_title(title)
            if parts.year and "year" not in fields:
                fields["year"] = parts.year
            if parts.also:
                fields["also"] = parts.also
            title = parts.main
        if "year" not in fields:
            dates = (str(fields[name]) for name in _DATES if name in fields)
            found = next((match for date in dates if (match := _YEAR.search(date))), None)
            if found:
                fields["year"] = int(found[1])
        return title

    def _tags(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        value = self._get(row, "tags")
        if is_missing(value):
            return ()
        words = (clean_line(word, "tags", self._tally) for word in to_list(value))
        tags = unique(word for word in words if word.casefold() not in NO_GENRES)
        short = tuple(tag for tag in tags if len(tag) <= _LONGEST_TAG)
        self._tally.clean("tags", "too long, left out", len(tags) - len(short))
        return short


class UserIngest(_Rows):
    """Takes chunks of a file of users into an open transaction."""

    def take(self, chunk: Chunk) -> None:
        """Cleans and writes the rows of a chunk; of rows with one id the last one stays."""
        self._fields.look(chunk)
        users: dict[str, User] = {}
        for line, row in zip(chunk.lines, chunk.dicts(), strict=True):
            made = self._make(row)
            if isinstance(made, str):
                self._reject(line, made, row)
                continue
            self._tally.duplicates += made.id in users
            users[made.id] = made
        again = [users.pop(name) for name in list(users) if name in self._seen]
        self._tally.duplicates += len(again)
        self._store.put_users(again)
        self._count(self._store.put_users(users.values()))
        self._seen.update(users)

    def _make(self, row: Mapping[str, Any]) -> User | str:
        values = self._values(row)
        if isinstance(values, str):
            return values
        user = self._id(values)
        if user is None:
            return "no id"
        return User(
            user,
            self._line(values, "name"),
            self._line(values, "language"),
            self._fields.read(values),
        )

    def _line(self, row: Mapping[str, Any], name: str) -> str | None:
        value = self._get(row, name)
        return None if is_missing(value) else clean_line(value, name, self._tally) or None
