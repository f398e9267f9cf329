"""The log of a run: append-only JSONL, one record a model call and one an answer.

Every record is one ``write`` of a whole line: killing the process at any moment loses at most the
line that was being written, and that one is cut off when the log is opened again. The file is
synced to disk once a second and at the end, so that a power cut loses a second at most.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from palate.errors import EvalError
from palate.retrieval.files import FILE_MODE
from palate.retrieval.journal import line_of, record_of, whole_lines, whole_size

_SYNC_SECONDS = 1.0
_ANSWER = b'{"t":"answer"'
_CALL = b'{"t":"call"'
#: What a record of a kind cannot lack.
_NEEDED = {"run": {"t"}, "call": {"v", "c", "k", "i", "u"}, "answer": {"v", "c"}}
#: (variant key, case id), and within it (call key, how many equal calls came before).
Place = tuple[str, str]
CallPlace = tuple[str, int]


@dataclass(slots=True)
class Spent:
    """What the recorded calls of a log cost: calls and tokens by variant."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Log:
    """An open log. Use `Log.open`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.answered: set[Place] = set()
        self.spent: dict[str, Spent] = {}
        self._calls: dict[Place, dict[CallPlace, dict[str, Any]]] = {}
        self._descriptor = descriptor
        self._synced = time.monotonic()

    @classmethod
    def open(cls, path: Path, header: Mapping[str, Any], *, retry_errors: bool = False) -> Log:
        """Opens a log, or begins one.

        Args:
            path: Of the file.
            header: What the run is; a log of another one is refused.
            retry_errors: Forget recorded failures, and the answers that they led to.

        Raises:
            EvalError: The log is of another run, or damaged before its last line.
        """
        whole = whole_size(path) if path.exists() else 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        os.ftruncate(descriptor, whole)
        log = cls(path, descriptor)
        if whole == 0:
            log._write({"t": "run", **header})
        else:
            log._read(header, retry_errors)
        return log

    def recorded(self, place: Place, call: CallPlace) -> dict[str, Any] | None:
        """Returns the record of a call that was made before, or ``None``."""
        return self._calls.get(place, {}).get(call)

    def write_call(self, place: Place, call: CallPlace, record: Mapping[str, Any]) -> None:
        """Appends a call; when this returns, no kill can lose it."""
        variant, case = place
        key, nth = call
        self._write({"t": "call", "v": variant, "c": case, "k": key, "i": nth, **record})
        self._count(variant, record)

    def write_answer(self, place: Place, record: Mapping[str, Any]) -> None:
        """Appends what became of a case, and lets go of its calls."""
        variant, case = place
        self._write({"t": "answer", "v": variant, "c": case, **record})
        self.answered.add(place)
        self._calls.pop(place, None)

    def close(self) -> None:
        """Syncs and closes."""
        os.fsync(self._descriptor)
        os.close(self._descriptor)

    def _write(self, record: Mapping[str, Any]) -> None:
        line = line_of(record)
        if os.write(self._descriptor, line) != len(line):
            raise EvalError(f"{self.path} could not be written whole: make room on the disk.")
        now = time.monotonic()
        if now - self._synced > _SYNC_SECONDS:
            os.fsync(self._descriptor)
            self._synced = now

    def _read(self, header: Mapping[str, Any], retry_errors: bool) -> None:
        records = read_log(self.path)
        first = next(records, {})
        for name, value in header.items():
            if first.get(name) != value:
                raise EvalError(
                    f"{self.path.parent.name} was begun with another {name}. Run it as it was, or "
                    "begin a new run."
                )
        for record in records:
            place = (record["v"], record["c"])
            failed = "error" in record if record["t"] == "call" else record.get("failed", False)
            if record["t"] == "call":
                self._count(record["v"], record)
            if retry_errors and failed:
                continue
            if record["t"] == "answer":
                self.answered.add(place)
                self._calls.pop(place, None)
            else:
                self._calls.setdefault(place, {})[(record["k"], record["i"])] = record

    def _count(self, variant: str, record: Mapping[str, Any]) -> None:
        usage = record["u"]
        spent = self.spent.setdefault(variant, Spent())
        spent.calls += 1
        spent.prompt_tokens += usage[1]
        spent.completion_tokens += usage[2]


def read_log(path: Path) -> Iterator[dict[str, Any]]:
    """Yields every record of a log, in the order of writing.

    Raises:
        EvalError: A line is damaged.
    """
    for number, line in enumerate(_lines(path), start=1):
        yield checked_record(path, number, line)


def read_answers(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the answers of a log; the calls are skipped unread.

    An answer that was made again stands twice: the later one counts.
    """
    for number, line in enumerate(_lines(path), start=1):
        if line.startswith(_ANSWER):
            yield checked_record(path, number, line)


def latest_answers(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the answers of a log that count: of those made again, the last."""
    seen: set[Place] = set()
    again: dict[Place, int] = {}
    for number, record in enumerate(read_answers(path)):
        place = (record["v"], record["c"])
        if place in seen:
            again[place] = number
        seen.add(place)
    for number, record in enumerate(read_answers(path)):
        if again.get((record["v"], record["c"]), number) == number:
            yield record


def read_calls(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the calls of a log."""
    for number, line in enumerate(_lines(path), start=1):
        if line.startswith(_CALL):
            yield checked_record(path, number, line)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        yield from whole_lines(path)
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}. Check the run.") from None


def checked_record(path: Path, number: int, line: bytes) -> dict[str, Any]:
    """Returns the record of a line.

    Raises:
        EvalError: It is none, or lacks what its kind must have.
    """
    try:
        record = record_of(line)
        if not _NEEDED.get(record.get("t", ""), {"?"}) <= record.keys():
            raise ValueError
        return record
    except (ValueError, AttributeError):
        raise EvalError(
            f"{path}, line {number}, is damaged. Put the file back from a copy, or begin a new run."
        ) from None
