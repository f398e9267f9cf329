"""Parquet, a slice at a time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from palate.errors import CatalogueError
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.source import Progress, Source

_ROWS = 50_000


def read_parquet(source: Source, progress: Progress | None = None) -> Iterator[Chunk]:
    """Yields the rows of a Parquet file; line numbers are row numbers.

    Raises:
        CatalogueError: The file is damaged.
    """
    import polars as pl
    from polars.exceptions import ComputeError, PolarsError

    with _unpacked(source) as path:
        try:
            frame = pl.scan_parquet(path, glob=False)
            names = tuple(frame.collect_schema().names())
            total = int(frame.select(pl.len()).collect().item())
            for start in range(0, total, _ROWS):
                part = frame.slice(start, _ROWS).collect()
                lines = range(start + 1, start + 1 + len(part))
                yield Chunk(names, lines, frame=part, typed=True)
                if progress:
                    done = min(start + _ROWS, total)
                    progress(source.size * done // total, source.size)
        except (PolarsError, ComputeError, OSError) as error:
            reason = str(error).splitlines()[0][:120]
            raise CatalogueError(
                f"{source.path.name} is a damaged Parquet file ({reason}): fetch it again."
            ) from None


@contextmanager
def _unpacked(source: Source) -> Iterator[Path]:
    """Parquet is read from its end, so a packed one is unpacked into a private file first."""
    if not source.packed:
        yield source.path
        return
    handle, name = tempfile.mkstemp(suffix=".parquet")
    try:
        with os.fdopen(handle, "wb") as file:
            for block in source.blocks():
                file.write(block)
        yield Path(name)
    finally:
        Path(name).unlink()
