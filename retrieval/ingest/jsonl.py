"""JSON Lines, streamed: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from palate.errors import CatalogueError
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.rejects import Reject
from palate.retrieval.ingest.source import Progress, Source


def read_jsonl(source: Source, progress: Progress | None = None) -> Iterator[Chunk]:
    """Yields the objects of a JSONL file; a line that is none is a bad row.

    Raises:
        CatalogueError: The file is one JSON array, or see ``Source.lines``.
    """
    if source.first_line(source.encoding).lstrip().startswith("["):
        raise CatalogueError(
            f"{source.path.name} is a JSON array: write one object a line (jq -c '.[]')."
        )
    number = 0
    for text in source.lines(source.encoding, progress):
        lines = text.split("\n")[:-1]
        yield _chunk(lines, number)
        number += len(lines)


def _chunk(lines: list[str], before: int) -> Chunk:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    bad: list[Reject] = []
    for number, line in enumerate(lines, before + 1):
        if not line.strip():
            continue
        row = _parse(line)
        if isinstance(row, str):
            bad.append(Reject(number, row, {"text": line}))
        else:
            rows.append(row)
            numbers.append(number)
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return Chunk(names, numbers, rows=rows, bad=tuple(bad), typed=True)


def _parse(line: str) -> dict[str, Any] | str:
    """Returns the object, or why there is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "not valid JSON"
    if not isinstance(row, dict):
        return "not a JSON object"
    if "\\ud" in line or "\\uD" in line:  # escapes can make half of a character
        whole: dict[str, Any] = json.loads(
            json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
        )
        return whole
    return row
