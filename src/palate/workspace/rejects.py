"""Rows that ingest refused may name people: forgetting reaches these files, too."""

from __future__ import annotations

import json
import re
from pathlib import Path

from palate.retrieval.files import replace_file


def forget_in_rejects(folder: Path, user: str) -> int:
    """Drops every refused row in which a person's id stands alone or as a word.

    Args:
        folder: Holds the ``*.jsonl`` files of rejects; need not exist.
        user: The person's id.

    Returns:
        How many rows were dropped. Files without any are left as they are.
    """
    found = re.compile(rf"(?<!\w){re.escape(user)}(?!\w)")
    return sum(_drop(path, found) for path in sorted(folder.glob("*.jsonl")))


def _drop(path: Path, found: re.Pattern[str]) -> int:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    kept = [line for line in lines if not found.search(_row(line))]
    if len(kept) == len(lines):
        return 0
    if kept:
        replace_file(path, "".join(kept).encode())
    else:
        path.unlink()
    return len(lines) - len(kept)


def _row(line: str) -> str:
    """The text of the refused row itself: its line number is nobody's id."""
    try:
        values = json.loads(line)["row"].values()
    except (ValueError, KeyError, TypeError, AttributeError):
        return line
    return "\n".join(value if isinstance(value, str) else json.dumps(value) for value in values)
