"""The file of rejected rows: JSONL, one row each, with its line and the reason."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from palate.errors import CatalogueError

_CUT = 2_000


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be taken.

    Attributes:
        line: Line of the file, or row of a Parquet file, from 1.
        reason: The same words for the same kind of fault, so that they can be counted.
        row: The row as far as it could be read.
    """

    line: int
    reason: str
    row: Mapping[str, object]


class Rejects:
    """Writes rejected rows; the file appears with the first one, for its owner alone."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: TextIO | None = None
        if path is not None:
            path.unlink(missing_ok=True)  # those of an earlier run would only mislead

    def write(self, reject: Reject) -> None:
        """Adds a row."""
        if self.path is None:
            return
        if self._file is None:
            self._file = self._open(self.path)
        row = {name: _shown(value) for name, value in reject.row.items()}
        record = {"line": reject.line, "reason": reject.reason, "row": row}
        self._file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")

    @staticmethod
    def _open(path: Path) -> TextIO:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise CatalogueError(
                f"Cannot write rejected rows to {path} ({error.strerror}): name another file."
            ) from None
        return os.fdopen(handle, "w", encoding="utf-8", errors="replace")

    def close(self) -> None:
        """Closes the file, if there is one."""
        if self._file is not None:
            self._file.close()


def _shown(value: object) -> object:
    return value[:_CUT] if isinstance(value, str) else value
