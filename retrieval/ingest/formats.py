"""Which reader a file needs, judged by its content."""

from __future__ import annotations

from collections.abc import Iterator

from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.delimited import Layout, read_delimited, split_line
from palate.retrieval.ingest.jsonl import read_jsonl
from palate.retrieval.ingest.movielens import gather_genres, layout_of
from palate.retrieval.ingest.parquet import read_parquet
from palate.retrieval.ingest.source import Progress, Source

_SEPARATORS = (",", "\t", ";", "|")


def read_chunks(source: Source, kind: str, progress: Progress | None = None) -> Iterator[Chunk]:
    """Yields the rows of a file of whatever format, without ever holding all of it.

    Raises:
        CatalogueError: The file is malformed.
    """
    if source.is_parquet:
        return read_parquet(source, progress)
    if source.first_line(source.encoding).lstrip().startswith(("{", "[")):
        return read_jsonl(source, progress)
    layout = layout_of(source, kind)
    if layout is not None:
        return map(gather_genres, read_delimited(source, layout, progress))
    return read_delimited(source, Layout(_separator(source), source.encoding), progress)


def _separator(source: Source) -> str:
    """The one that makes the most columns of the first line; a tab where the name says TSV."""
    if source.name.lower().endswith((".tsv", ".tab")):
        return "\t"
    line = source.first_line(source.encoding)
    return max(_SEPARATORS, key=lambda mark: len(split_line(line, mark)))
