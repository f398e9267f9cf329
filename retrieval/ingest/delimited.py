"""CSV, TSV and their kin, streamed.

Pieces without quotes are split at their separators, a million rows a second; pieces with quotes
go through the ``csv`` module, which knows about commas and line ends inside of them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from palate.errors import CatalogueError
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.rejects import Reject
from palate.retrieval.ingest.source import Progress, Source

_LONGEST_FIELD = 32 << 20
_WRONG_COUNT = "wrong number of columns"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file with columns is written.

    Attributes:
        separator: Between columns; only a single character allows quotes.
        header: Names of the columns; ``None`` where the first line has them.
        quotes: Whether ``"`` opens a quoted field.
    """

    separator: str
    encoding: str
    header: tuple[str, ...] | None = None
    quotes: bool = True


def read_delimited(
    source: Source, layout: Layout, progress: Progress | None = None
) -> Iterator[Chunk]:
    """Yields the rows of a text file with columns.

    Raises:
        CatalogueError: A quote is never closed, or see ``Source.lines``.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    reader = _Reader(source, layout, progress)
    names = layout.header or reader.header()
    yield from reader.chunks(names)


def split_line(line: str, separator: str) -> list[str]:
    """Splits one line at a separator; nothing where it cannot be split."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


class _Reader:
    def __init__(self, source: Source, layout: Layout, progress: Progress | None) -> None:
        self._source = source
        self._layout = layout
        self._pieces = source.lines(layout.encoding, progress)
        self._waiting: list[str] = []
        self._any_quote = False
        self._line = 1

    def header(self) -> tuple[str, ...]:
        """Takes the first record that is not empty as the names of the columns."""
        while lines := self._next():
            for index, line in enumerate(lines):
                if line.strip():
                    self._waiting = lines[index + 1 :]
                    self._line += index + 1
                    return self._names(line)
            self._line += len(lines)
        raise CatalogueError(f"{self._source.path.name} has no rows.")

    def _names(self, line: str) -> tuple[str, ...]:
        found = split_line(line, self._layout.separator)
        if not found:
            raise CatalogueError(
                f"{self._source.path.name} does not begin with names of columns: it is no text "
                "file with rows."
            )
        names: dict[str, None] = {}
        for position, name in enumerate(found, 1):
            clean = name.strip() or f"column {position}"
            names[clean if clean not in names else f"{clean} {position}"] = None
        return tuple(names)

    def _next(self) -> list[str]:
        if self._waiting:
            lines, self._waiting = self._waiting, []
            return lines
        text = next(self._pieces, "")
        self._any_quote = '"' in text
        return text.split("\n")[:-1] if text else []

    def chunks(self, names: tuple[str, ...]) -> Iterator[Chunk]:
        while lines := self._next():
            quoted = self._layout.quotes and self._any_quote
            yield self._quoted(lines, names) if quoted else self._plain(lines, names)

    def _plain(self, lines: list[str], names: tuple[str, ...]) -> Chunk:
        first = self._line
        self._line += len(lines)
        separator, width = self._layout.separator, len(names)
        rows: list[list[str]] = []
        numbers: list[int] = []
        bad: list[Reject] = []
        for number, line in enumerate(lines, first):
            row = line.split(separator)
            if not line or line.isspace():
                continue
            if len(row) == width:
                rows.append(row)
                numbers.append(number)
            else:
                bad.append(Reject(number, _WRONG_COUNT, {"text": line}))
        return Chunk(names, numbers, columns=_by_column(rows, names), bad=tuple(bad))

    def _quoted(self, lines: list[str], names: tuple[str, ...]) -> Chunk:
        feed = _Feed(lines, self._next)
        parser = csv.reader(feed, delimiter=self._layout.separator, strict=True)
        rows: list[list[str]] = []
        numbers: list[int] = []
        bad: list[Reject] = []
        while not feed.done:
            line = self._line + parser.line_num
            try:
                row = next(parser)
            except StopIteration:
                break
            except csv.Error as error:
                self._check_open_quote(error, line)
                bad.append(Reject(line, "quotes in the wrong place", {"text": feed.last}))
                continue
            if len(row) == len(names):
                rows.append(row)
                numbers.append(line)
            elif row:
                bad.append(Reject(line, _WRONG_COUNT, dict(zip(names, row, strict=False))))
        self._line += parser.line_num
        self._waiting = feed.rest()
        return Chunk(names, numbers, columns=_by_column(rows, names), bad=tuple(bad))

    def _check_open_quote(self, error: csv.Error, line: int) -> None:
        if "unexpected end" in str(error) or "field larger" in str(error):
            raise CatalogueError(
                f"{self._source.path.name}: a quote opened near line {line:,} is never closed. "
                "Mend that line."
            ) from None


class _Feed:
    """Hands lines to the csv module, and further ones when a record goes on behind them."""

    def __init__(self, lines: list[str], more: object) -> None:
        self._lines = lines
        self._more = more
        self._next = 0
        self._wanted = len(lines)
        self.last = ""

    @property
    def done(self) -> bool:
        """Whether the lines that it began with are used up."""
        return self._next >= self._wanted

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._next >= len(self._lines):
            assert callable(self._more)
            self._lines = self._more()
            self._next = self._wanted = 0
            if not self._lines:
                raise StopIteration
        self.last = self._lines[self._next]
        self._next += 1
        return self.last + "\n"

    def rest(self) -> list[str]:
        """Returns lines that were fetched and not used."""
        return self._lines[self._next :]


def _by_column(rows: list[list[str]], names: tuple[str, ...]) -> dict[str, Sequence[str]]:
    columns: Iterable[Sequence[str]] = zip(*rows, strict=True) if rows else ((),) * len(names)
    return dict(zip(names, columns, strict=True))
