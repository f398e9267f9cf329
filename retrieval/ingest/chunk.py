"""A piece of a file, whatever its format: rows with line numbers, by column or by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from palate.retrieval.ingest.rejects import Reject

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file. Exactly one of ``frame`` and ``rows`` is set.

    Attributes:
        names: Names of the columns.
        lines: Line number of each row.
        frame: The rows as columns (CSV: all text; Parquet: typed).
        rows: The rows as JSON objects.
        bad: Rows that could not be read.
        typed: Whether the format itself tells numbers from texts.
    """

    names: tuple[str, ...]
    lines: Sequence[int]
    frame: pl.DataFrame | None = None
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
        assert self.frame is not None
        return self.frame.row(index, named=True)

    def dicts(self) -> Iterable[Mapping[str, Any]]:
        """Returns the rows as they are, in order."""
        if self.rows is not None:
            return self.rows
        assert self.frame is not None
        return self.frame.iter_rows(named=True)

    def text(self, name: str) -> pl.Series:
        """Returns a column as text: numbers as they print, lists as JSON, times as ISO 8601."""
        import polars as pl

        if self.rows is not None:
            return pl.Series(name, [as_text(row.get(name)) for row in self.rows], pl.String)
        assert self.frame is not None
        if name not in self.frame.columns:
            return pl.Series(name, [None] * len(self), pl.String)
        return _as_text(self.frame[name])


def as_text(value: object) -> str | None:
    """Returns a JSON value as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _as_text(column: pl.Series) -> pl.Series:
    import polars as pl

    kind = column.dtype
    if kind == pl.String:
        return column
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if kind.is_nested() or kind in (pl.Binary, pl.Object):
        values: Iterator[str | None] = (as_text(value) for value in column.to_list())
        return pl.Series(column.name, values, pl.String)
    return column.cast(pl.String)
