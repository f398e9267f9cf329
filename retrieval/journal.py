"""Append-only JSONL: every record is one ``write`` of a whole line.

Killing the process at any moment loses at most the line that was being written; `whole_size` says
where to cut that one off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def line_of(record: Mapping[str, Any]) -> bytes:
    """Returns a record as a line, its end included."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def record_of(line: bytes) -> dict[str, Any]:
    """Reads a line back.

    Raises:
        ValueError: It is damaged.
    """
    record: dict[str, Any] = json.loads(line.decode("utf-8", "surrogatepass"))
    return record


def whole_lines(path: Path) -> Iterator[bytes]:
    """Yields the lines that were written to their end.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def whole_size(path: Path) -> int:
    """Returns the size of the file, in bytes, up to the end of its last whole line."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            if at >= 0:
                return start + at + 1
            end = start
    return 0
