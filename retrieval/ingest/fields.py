"""Further columns of items and users: which become typed fields, and which are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from palate.domain import FieldValue
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.columns import Columns, field_name, plain
from palate.retrieval.ingest.missing import ZERO_IS_MISSING
from palate.retrieval.ingest.report import Tally
from palate.retrieval.ingest.values import (
    clean_id,
    clean_line,
    is_missing,
    to_list,
    to_number,
    unique,
    whole,
)

_SAMPLE = 2_000
_LONG_TEXT = 80  # average length from which a column is prose
_LONGEST_FIELD = 1_000
_LONGEST_LIST = 100

# By the last word of the column's name.
_USELESS = frozenset({"path", "url", "uri", "href", "link", "image", "images", "img", "poster",
                      "thumbnail", "backdrop", "homepage", "picture", "icon", "status", "html",
                      "adult", "video"})  # fmt: skip
# Numbers that nobody adds up: a zero in front of them, or a letter in one of them, matters.
_CODES = frozenset({"id", "isbn", "isbn13", "ean", "upc", "gtin", "sku", "asin", "zip", "zipcode",
                    "postcode", "phone"})  # fmt: skip
_LISTS = frozenset({"cast", "actors", "starring", "keywords", "authors", "artists", "directors",
                    "writers", "countries", "languages", "productioncountries"})  # fmt: skip
_NAMES = {"actors": "cast", "starring": "cast", "directors": "director", "releaseyear": "year",
          "publicationyear": "year", "publishedyear": "year"}  # fmt: skip

Kind = Literal["number", "truth", "list", "text", "code"]


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A column that becomes a field: its name there, and how its values are read."""

    name: str
    kind: Kind
    zero_is_missing: bool = False

    def read(self, value: Any, tally: Tally) -> FieldValue | None:
        """Returns the typed value, or ``None`` where there is none (then it is counted why)."""
        if self.kind == "list":
            words = unique(clean_line(part, self.name, tally) for part in to_list(value))
            return words[:_LONGEST_LIST] or None
        if self.kind == "code":
            return clean_id(value, self.name, tally) or None
        if isinstance(value, bool):
            return value
        number = whole(value) if isinstance(value, int | float) else None
        if self.kind == "number" and number is None:
            number = to_number(str(value))
        if self.kind == "truth":
            return str(value).strip().lower() == "true"
        if number is not None:
            return self._number(number, tally)
        return self._text(value, tally)

    def _number(self, number: float, tally: Tally) -> FieldValue | None:
        if number == 0 and self.zero_is_missing:
            tally.clean(self.name, "0 taken as unknown")
            return None
        return number

    def _text(self, value: Any, tally: Tally) -> FieldValue | None:
        if self.kind == "number":
            tally.clean(self.name, "not a number, left out")
            return None
        if isinstance(value, str) and "|" in value:
            return unique(clean_line(part, self.name, tally) for part in value.split("|")) or None
        text = clean_line(value, self.name, tally)
        if len(text) > _LONGEST_FIELD:
            tally.clean(self.name, "too long for a field, left out")
            return None
        return text or None


class Fields:
    """Decides on each further column when its first values are seen."""

    def __init__(self, columns: Columns, tally: Tally, *, of_items: bool) -> None:
        self._columns = columns
        self._tally = tally
        self._of_items = of_items
        self._known: dict[str, FieldColumn | None] = {}

    def look(self, chunk: Chunk) -> None:
        """Judges columns that have not shown a value before this chunk."""
        for name in chunk.names:
            if name in self._columns.used or name in self._known:
                continue
            values = _sample(chunk, name)
            if not values:
                self._tally.ignored[name] = "empty"
                continue
            self._tally.ignored.pop(name, None)
            self._known[name] = found = self._judge(name, values, chunk.typed)
            if found:
                self._tally.fields[found.name] = None

    def _judge(self, name: str, values: Sequence[Any], typed: bool) -> FieldColumn | None:
        renamed = self._columns.renamed.get(name)
        if self._of_items and not renamed:
            why = _useless(name, values)
            if why:
                self._tally.ignored[name] = why
                return None
        own = renamed or _NAMES.get(plain(name), field_name(name))
        return FieldColumn(own, _kind(name, values, typed), plain(name) in ZERO_IS_MISSING)

    def is_unknown_zero(self, name: str, value: Any) -> bool:
        """Returns whether a value of this column is a 0 that means nobody knows."""
        column = self._known.get(name)
        return bool(column and column.zero_is_missing) and to_number(str(value)) == 0

    def read(self, row: Mapping[str, Any]) -> dict[str, FieldValue]:
        """Returns the fields of a row."""
        found: dict[str, FieldValue] = {}
        for name, column in self._known.items():
            value = row.get(name)
            if column is None or is_missing(value):
                continue
            typed = column.read(value, self._tally)
            if typed is not None:
                found[column.name] = typed
        return found


def _sample(chunk: Chunk, name: str) -> list[Any]:
    there = (value for value in chunk.values(name) if not is_missing(value))
    return list(islice(there, _SAMPLE))


def _last_word(name: str) -> str:
    return field_name(name).rpartition("_")[2]


def _useless(name: str, values: Sequence[Any]) -> str | None:
    if _last_word(name) in _USELESS or str(values[0]).startswith(("http://", "https://")):
        return "a link or a technical column"
    texts = [value for value in values if isinstance(value, str)]
    if texts and sum(map(len, texts)) / len(texts) > _LONG_TEXT and not _is_list(name, texts):
        return "long text; map it to text to use it"
    return None


def _is_list(name: str, values: Sequence[Any]) -> bool:
    return plain(name) in _LISTS or all(str(value).lstrip().startswith("[") for value in values)


def _kind(name: str, values: Sequence[Any], typed: bool) -> Kind:
    if _last_word(name) in _CODES:
        return "code"
    if _is_list(name, values) or any(isinstance(value, list) for value in values):
        return "list"
    texts = [value.strip() for value in values if isinstance(value, str)]
    if typed or len(texts) < len(values):
        return "text"  # numbers come as numbers
    if all(text.lower() in ("true", "false") for text in texts):
        return "truth"
    return "number" if _are_numbers(texts) else "text"


def _are_numbers(texts: Sequence[str]) -> bool:
    """Nearly all are numbers, and none is a code with a zero in front."""
    if any(re.fullmatch(r"0\d+", text) for text in texts):
        return False
    return sum(to_number(text) is not None for text in texts) >= 0.98 * len(texts)
