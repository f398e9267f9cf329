"""The ways in: a file, a folder of MovieLens, or values; each one transaction."""

from __future__ import annotations

import operator
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection

from palate.errors import CatalogueError
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.columns import resolve
from palate.retrieval.ingest.enrich import KeywordIngest, LinkIngest, enrichment
from palate.retrieval.ingest.events import EventIngest
from palate.retrieval.ingest.formats import read_chunks
from palate.retrieval.ingest.items import ItemIngest, UserIngest
from palate.retrieval.ingest.missing import plan_missing
from palate.retrieval.ingest.movielens import folder_files
from palate.retrieval.ingest.rejects import Rejects
from palate.retrieval.ingest.report import IngestReport, Tally
from palate.retrieval.ingest.source import Progress, Source
from palate.retrieval.store import EventWriter, Store


class _Takes(Protocol):
    def take(self, chunk: Chunk) -> None: ...


def ingest_items(
    store: Store,
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    missing: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Takes items from a file, or from a folder of MovieLens; all of it, or nothing.

    Columns ``id``, ``title``, ``text`` and ``tags`` are found by name or alias; every other
    short column becomes a field. ``links.csv`` and ``tags.csv`` add to items that are there.

    Args:
        store: Where to.
        path: CSV, TSV, JSONL, Parquet (each plain or gzip), ``.dat``, ``u.item``, or a folder.
        mapping: Our column (or the name of a field) -> the file's column, or ``=value``.
        missing: Column -> policy, see ``palate.retrieval.ingest.missing``.
        rejects: Where rejected rows go, as JSONL; ``None`` only counts them.
        progress: Called with bytes done and bytes in all.

    Raises:
        CatalogueError: The file cannot be taken; the store is as it was.
    """
    return _ingest(store, "items", path, _Options(mapping, missing, rejects, progress))


def ingest_users(
    store: Store,
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    missing: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Takes users: ``id``, ``name``, ``language``, every other column as a field.

    Takes and raises what ``ingest_items`` does.
    """
    return _ingest(store, "users", path, _Options(mapping, missing, rejects, progress))


def ingest_events(
    store: Store,
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    missing: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Takes events: ``user``, ``item``, and what else there is of them.

    That is ``action``, ``value``, ``time``, ``scene``, ``text``, ``key``, ``recommendation``.

    Without an action, a row with a value is a rating and one without is a view. Rows of unknown
    items are rejected; unknown users are created. The same file twice adds nothing.

    Takes and raises what ``ingest_items`` does.
    """
    return _ingest(store, "events", path, _Options(mapping, missing, rejects, progress))


def ingest_values(store: Store, kind: str, values: Iterable[Any]) -> IngestReport:
    """Takes ``Item``, ``User`` or ``Event`` values as they are.

    Args:
        store: Where to.
        kind: ``items``, ``users`` or ``events``.
        values: Any number of them; all are taken, or none.

    Raises:
        UnknownItem: An event is of an item that is not there.
        CatalogueError: An id or a text cannot be stored.
    """
    tally = Tally(kind, "values")
    counted = _counting(values, tally)
    if kind == "items":
        written = store.put_items(counted)
        tally.new, tally.changed, tally.unchanged = written.new, written.changed, written.unchanged
    elif kind == "users":
        tally.new, tally.changed, tally.unchanged = store.put_users(counted)
    else:
        tally.new = store.add_events(counted)
    tally.duplicates = tally.rows - tally.new - tally.changed - tally.unchanged
    return tally.report()


def _counting(values: Iterable[Any], tally: Tally) -> Iterator[Any]:
    for value in values:
        tally.rows += 1
        yield value


class _Options:
    def __init__(
        self,
        mapping: Mapping[str, str] | None,
        missing: Mapping[str, str] | None,
        rejects: Path | None,
        progress: Progress | None,
    ) -> None:
        self.mapping = mapping or {}
        self.missing = missing or {}
        self.rejects = rejects
        self.progress = progress


def _ingest(store: Store, kind: str, path: str | Path, options: _Options) -> IngestReport:
    start = time.perf_counter()
    path = Path(path)
    files = folder_files(path, kind) if path.is_dir() else [path]
    rejects = Rejects(options.rejects)
    try:
        with store.transaction() as connection:
            run = _Run(store, connection, kind, options, rejects)
            reports = [run.file(file) for file in files]
    finally:
        rejects.close()
    total = reduce(operator.add, reports)
    return replace(total, seconds=time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class _Run:
    """One call: where to, what, how."""

    store: Store
    connection: Connection
    kind: str
    options: _Options
    rejects: Rejects

    def file(self, path: Path) -> IngestReport:
        """Takes one file into the open transaction."""
        source = Source.open(path)
        tally = Tally(self.kind, path.name)
        chunks = read_chunks(source, self.kind, self.options.progress)
        first = next(chunks, None)
        if first is None or not (len(first) or first.bad):
            raise CatalogueError(f"{path.name} has no rows: name a file with some.")
        taker = self._taker(source, first, tally) if first.names else None
        for chunk in chain([first], chunks):
            self._take(taker, chunk, tally)
        if isinstance(taker, LinkIngest | KeywordIngest):
            taker.finish()
        if tally.rows == sum(tally.rejected.values()):
            raise CatalogueError(_all_rejected(tally, self.rejects.path))
        return tally.report(self.rejects.path)

    def _take(self, taker: _Takes | None, chunk: Chunk, tally: Tally) -> None:
        tally.rows += len(chunk) + len(chunk.bad)
        for reject in chunk.bad:
            tally.rejected[reject.reason] += 1
            self.rejects.write(reject)
        if taker is not None and len(chunk):
            taker.take(chunk)

    def _taker(self, source: Source, first: Chunk, tally: Tally) -> _Takes:
        names = first.names
        adding = enrichment(names) if self.kind == "items" and not self.options.mapping else None
        if adding is not None:
            return adding(self.store, names, tally, self.rejects)
        columns = resolve(self.kind, names, self.options.mapping, source.path.name)
        tally.columns = columns.described()
        again = read_chunks(source, self.kind)
        missing = plan_missing(self.options.missing, columns, names, again)
        if self.kind == "items":
            return ItemIngest(self.store, columns, missing, tally, self.rejects)
        if self.kind == "users":
            return UserIngest(self.store, columns, missing, tally, self.rejects)
        tally.ignored = {n: "no column of events" for n in names if n not in columns.used}
        writer = EventWriter(self.connection)
        return EventIngest(writer, columns, missing, tally, self.rejects)


def _all_rejected(tally: Tally, rejects: Path | None) -> str:
    reason, count = tally.rejected.most_common(1)[0]
    where = f"see {rejects}" if rejects else "check its columns, or say which they are with --map"
    return (
        f"Nothing of {tally.source} was taken: all {tally.rows:,} rows were rejected, "
        f"{count:,} because: {reason}; {where}."
    )
