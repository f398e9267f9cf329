"""The log of a server: one JSON object a line, and nothing that a person wrote.

Our own lines hold names of routes and keys. Lines of other libraries (the HTTP server, an exporter,
asyncio) may quote whatever went wrong: of these the place is kept, the kind of an error, and the
words only of those libraries that begin with words of their own.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

_LOG = logging.getLogger("palate.server")
_LONGEST = 200
_PLAIN = ("uvicorn", "asyncio", "opentelemetry")


def note(level: int = logging.INFO, **values: Any) -> None:
    """Writes a line; values that are ``None`` are left out."""
    _LOG.log(level, line(**values))


def line(**values: Any) -> str:
    """Returns a line, with the time in UTC."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": now} | {k: v for k, v in values.items() if v is not None})


def place(trace: TracebackType | None) -> str:
    """Returns where an error was raised: the file and the line, and no value."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


class Structured(logging.Formatter):
    """Makes a line of any record."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns our own line as it is, and of another's what cannot hold a person's words."""
        if record.name == _LOG.name:
            return record.getMessage()
        kind, _, trace = record.exc_info or (None, None, None)
        return line(
            event="notice", level=record.levelname.lower(), logger=record.name,
            message=_words(record), kind=kind.__name__ if kind else None,
            at=place(trace) or f"{record.pathname}:{record.lineno}",
        )  # fmt: skip


def _words(record: logging.LogRecord) -> str | None:
    """Returns what a library says whatever happens: its first line, without the values."""
    if record.name == "py.warnings":
        # "file:line: Category: words" - the words may quote a value.
        return ":".join(record.getMessage().split(":")[:3])
    if record.name.partition(".")[0] not in _PLAIN:
        return None
    return str(record.msg).split("\n", 1)[0][:_LONGEST]


def log_to_stderr() -> None:
    """Has everything in this process that logs do it as lines on stderr: ours, and warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Structured())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    _LOG.setLevel(logging.INFO)
