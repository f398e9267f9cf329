"""What an ingest did, in numbers: nothing is dropped or mended without being counted here."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Group


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a file.

    Attributes:
        kind: ``items``, ``users`` or ``events``.
        source: Name of the file.
        rows: Rows read; ``stored`` + ``duplicates`` + all of ``rejected``.
        stored: Rows that are now in the store: ``new``, ``changed`` or ``unchanged``.
        duplicates: Rows that stand for nothing of their own: an item that a later row of the
            file replaces, an event that is already there.
        rejected: Reason -> rows. Each is in the file ``rejects``, where there is one.
        cleaned: Column -> what was mended -> how often.
        columns: Our column -> the file's; a constant is written ``=value``.
        fields: Columns that became fields of the items or users.
        ignored: Columns that were left out, each with why.
        seconds: How long it took, the commit included.
        rejects: The file of rejected rows, ``None`` if there is none.
    """

    kind: str
    source: str
    rows: int
    stored: int
    new: int
    changed: int
    unchanged: int
    duplicates: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    cleaned: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    rejects: str | None = None

    @property
    def rows_per_second(self) -> float:
        """Rows read in a second, from the open file to the commit."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def rejected_rows(self) -> int:
        """Rejected rows, whatever the reason."""
        return sum(self.rejected.values())

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as JSON can hold it."""
        return asdict(self) | {"rows_per_second": round(self.rows_per_second)}

    def __add__(self, other: IngestReport) -> IngestReport:
        """Returns the report of two files of a folder, one after the other."""
        cleaned = Tally.merged(self.cleaned, other.cleaned)
        return IngestReport(
            kind=self.kind,
            source=f"{self.source}, {other.source}",
            rows=self.rows + other.rows,
            stored=self.stored + other.stored,
            new=self.new + other.new,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            duplicates=self.duplicates + other.duplicates,
            rejected=dict(Counter(self.rejected) + Counter(other.rejected)),
            cleaned=cleaned,
            columns={**other.columns, **self.columns},
            fields=tuple(dict.fromkeys(self.fields + other.fields)),
            ignored={**other.ignored, **self.ignored},
            seconds=self.seconds + other.seconds,
            rejects=self.rejects or other.rejects,
        )

    def __rich__(self) -> Group:
        """Renders the counts, then what was mended, rejected and left out."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(title=f"{self.kind.capitalize()} from {self.source}", title_justify="left")
        for name in ("rows", "stored", "new", "changed", "unchanged", "duplicates", "rejected"):
            table.add_column(name, justify="right")
        counts = (self.rows, self.stored, self.new, self.changed, self.unchanged, self.duplicates)
        table.add_row(*(f"{count:,}" for count in (*counts, self.rejected_rows)))
        return Group(table, *(Text(line) for line in self._lines()))

    def _lines(self) -> Iterable[str]:
        yield f"{self.seconds:.2f} s, {self.rows_per_second:,.0f} rows/s"
        if self.columns:
            yield "columns   " + ", ".join(f"{k} <- {v}" for k, v in self.columns.items())
        if self.fields:
            yield "fields    " + ", ".join(self.fields)
        if self.ignored:
            yield "ignored   " + ", ".join(f"{k} ({why})" for k, why in self.ignored.items())
        for column, kinds in self.cleaned.items():
            yield f"cleaned   {column}: " + ", ".join(f"{k} {n:,} x" for k, n in kinds.items())
        for reason, count in self.rejected.items():
            yield f"rejected  {count:,} x {reason}"
        if self.rejects:
            yield f"rejected rows are in {self.rejects}"


class Tally:
    """Counts while a file is read; becomes an ``IngestReport``."""

    def __init__(self, kind: str, source: str) -> None:
        self.kind = kind
        self.source = source
        self.rows = self.new = self.changed = self.unchanged = self.duplicates = 0
        self.rejected: Counter[str] = Counter()
        self.columns: dict[str, str] = {}
        self.fields: dict[str, None] = {}
        self.ignored: dict[str, str] = {}
        self._cleaned: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._start = time.perf_counter()

    @staticmethod
    def merged(*parts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
        """Adds up what was cleaned, column by column."""
        total: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for part in parts:
            for column, kinds in part.items():
                total[column].update(kinds)
        return {column: dict(kinds) for column, kinds in total.items()}

    def clean(self, column: str, kind: str, count: int = 1) -> None:
        """Counts values of a column that were mended."""
        if count:
            self._cleaned[column][kind] += count

    def report(self, rejects: Path | None = None) -> IngestReport:
        """Returns the counts so far, and the time since the tally was made."""
        return IngestReport(
            kind=self.kind,
            source=self.source,
            rows=self.rows,
            stored=self.new + self.changed + self.unchanged,
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            duplicates=self.duplicates,
            rejected=dict(self.rejected),
            cleaned=self.merged(self._cleaned),
            columns=dict(self.columns),
            fields=tuple(self.fields),
            ignored=dict(self.ignored),
            seconds=time.perf_counter() - self._start,
            rejects=str(rejects) if rejects and self.rejected else None,
        )
