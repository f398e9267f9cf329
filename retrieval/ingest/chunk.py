"""A piece of a file, whatever its format: rows with line numbers, by column or by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from palate.retrieval.ingest.rejects import Reject


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file. Exactly one of ``columns`` and ``rows`` is set.

    Attributes:
        names: Names of the columns.
        lines: Line number of each row.
        columns: The rows as columns (CSV: all text; Parquet: typed).
        rows: The rows as JSON objects.
        bad: Rows that could not be read.
        typed: Whether the format itself tells numbers from texts.
    """

    names: tuple[str, ...]
    lines: Sequence[int]
    columns: Mapping[str, Sequence[Any]] | None = None
    rows: Sequence[Mapping[str, Any]] | None = None
    bad: tuple[Reject, ...] = ()
    typed: bool = False

    def __len__(self) -> int:
        """Returns how many rows could be read."""
        return len(self.lines)

    def row(self, index: int) -> Mapping[str, Any]:
        """Returns one row."""
        if self.rows is not None:
            return self.rows[index]
        assert self.columns is not None
        return {name: self.columns[name][index] for name in self.names}

    def dicts(self) -> Iterable[Mapping[str, Any]]:
        """Returns the rows as they are, in order."""
        if self.rows is not None:
            return self.rows
        assert self.columns is not None
        names = self.names
        values = zip(*(self.columns[name] for name in names), strict=True)
        return (dict(zip(names, row, strict=True)) for row in values)

    def values(self, name: str) -> Sequence[Any]:
        """Returns a column as it is; ``None`` throughout where the chunk does not have it."""
        if self.rows is not None:
            return [row.get(name) for row in self.rows]
        assert self.columns is not None
        return self.columns.get(name, (None,) * len(self))

    def text(self, name: str) -> Sequence[str | None]:
        """Returns a column as text: numbers as they print, lists as JSON, times as ISO 8601."""
        values = self.values(name)
        return values if self.columns is not None and not self.typed else [*map(as_text, values)]


def as_text(value: object) -> str | None:
    """Returns a value of JSON or Parquet as text; a time with a zone as one of UTC."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)
    return str(value)
