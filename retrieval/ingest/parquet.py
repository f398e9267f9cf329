"""Parquet, a slice at a time, read by pyarrow, which ``palate[parquet]`` installs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.errors import CatalogueError
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.source import Progress, Source

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 50_000


def read_parquet(source: Source, progress: Progress | None = None) -> Iterator[Chunk]:
    """Yields the rows of a Parquet file; line numbers are row numbers.

    Raises:
        CatalogueError: The file is damaged, or pyarrow is not installed.
    """
    try:
        from pyarrow import parquet
        from pyarrow.lib import ArrowException
    except ModuleNotFoundError:
        raise CatalogueError(
            f"{source.path.name} is Parquet, and its reader is not installed: run "
            "pip install 'palate[parquet]', or save the file as CSV or JSONL."
        ) from None
    with _unpacked(source) as path:
        try:
            with parquet.ParquetFile(path) as file:
                yield from _chunks(file, source.size, progress)
        except (ArrowException, OSError) as error:
            reason = str(error).splitlines()[0][:120]
            raise CatalogueError(
                f"{source.path.name} is a damaged Parquet file ({reason}): fetch it again."
            ) from None


def _chunks(file: Any, size: int, progress: Progress | None) -> Iterator[Chunk]:
    names = tuple(file.schema_arrow.names)
    total, done = file.metadata.num_rows, 0
    for batch in file.iter_batches(_ROWS):
        columns = {name: _values(column) for name, column in zip(names, batch.columns, strict=True)}
        yield Chunk(names, range(done + 1, done + 1 + len(batch)), columns=columns, typed=True)
        done += len(batch)
        if progress:
            progress(size * done // total, size)


def _values(column: pa.Array) -> Sequence[Any]:
    """Python's values; nothing that Python would not hold, or would print otherwise."""
    import pyarrow as pa
    from pyarrow import compute

    kind = column.type
    if pa.types.is_float32(kind) or pa.types.is_float16(kind):
        column = compute.cast(compute.cast(column, pa.string()), pa.float64())  # 0.1 stays 0.1
    elif pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = compute.cast(column, pa.timestamp("us", kind.tz), safe=False)
    values: list[Any] = column.to_pylist()
    return values


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
